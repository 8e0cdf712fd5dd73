"""Time a build that reads thirty sources at once against a build of its slowest source alone.

    python -m benchmarks.many [--rounds 5]

Whole processes, in turn, of one configuration: eight PagerDuty accounts, eight GitLab projects, four GitHub
repositories, four Slack workspaces and six files, each server behind a delay of its own (`slow.py`). What
the servers were asked is counted there, and compared with the exchanges in the evidence. Aims: at most 1.3
times the slowest source's own build, at most 500 MB.
"""

from __future__ import annotations

import argparse
import json
import os
import statistics
import sys
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import NamedTuple

from benchmarks.measure import Figures, keep, run
from benchmarks.slow import Slow
from service.evidence.store import Evidence
from tests.fakes import gitlab as gitlab_fake
from tests.fakes import pagerduty as pagerduty_fake
from tests.fakes.github import TOKEN as GITHUB
from tests.fakes.github import FakeGithub
from tests.fakes.gitlab import FakeGitlab
from tests.fakes.pagerduty import FakePagerduty
from tests.fakes.slack import TOKEN as SLACK
from tests.fakes.slack import FakeSlack
from tests.fakes.slack_workspace import Workspace

BEGIN = datetime(2026, 11, 21, 14, 0, tzinfo=UTC)
HOURS = 2
SECRETS = {
    "PAGERDUTY_TOKEN": pagerduty_fake.KEY,
    "GITLAB_TOKEN": "reader",
    "GITHUB_TOKEN": GITHUB,
    "SLACK_TOKEN": SLACK,
}
ENTRIES, DEPLOYMENTS, MESSAGES, ROWS = 900, 150, 400, 3_000
SLOWEST = "pager-0"


class Source(NamedTuple):
    """A source's name, its table in `timeline.toml`, and what stands before its server."""

    name: str
    lines: str
    server: Slow | None = None


def moments(count: int) -> Iterator[datetime]:
    """Yield so many times over the window."""
    for n in range(count):
        yield BEGIN + timedelta(seconds=HOURS * 3600 * n / count)


def pager(stack: ExitStack, number: int) -> Source:
    """An account whose log entries fill ten pages, one after the other."""
    fake = stack.enter_context(FakePagerduty())
    for n, at in enumerate(moments(ENTRIES)):
        seconds = (at - pagerduty_fake.BEGIN).total_seconds()
        fake.log(("trigger", "acknowledge", "resolve")[n % 3], seconds, pagerduty_fake.ADA, incident=n // 3)
    server = stack.enter_context(Slow(fake.url, 0.5 if number == 0 else 0.2))
    return Source(f"pager-{number}", f'collector = "pagerduty"\nurl = "{server.url}"\n', server)


def gitlab(stack: ExitStack, number: int) -> Source:
    """A project with deployments, two pages of a hundred."""
    fake = stack.enter_context(FakeGitlab())
    for at in moments(DEPLOYMENTS):
        fake.changes.deployment(at, started=at, finished=at + timedelta(seconds=40))
    server = stack.enter_context(Slow(fake.url, 0.3))
    fake.public_url = server.url
    url = server.url.removesuffix(gitlab_fake.FakeGitlab.prefix)
    lines = f'collector = "gitlab"\nurl = "{url}"\nproject = "acme/tools/shop"\nauth = {{ header = {{ "PRIVATE-TOKEN" = "env:GITLAB_TOKEN" }} }}\n'
    return Source(f"gitlab-{number}", lines, server)


def github(stack: ExitStack, number: int) -> Source:
    """A repository with deployments, each with statuses of its own to be asked for."""
    fake = stack.enter_context(FakeGithub(history=["a" * 40, "b" * 40]))
    for n, at in enumerate(moments(12)):
        fake.deploy(at, "ab"[n % 2] * 40)
    server = stack.enter_context(Slow(fake.url, 0.2))
    fake.public_url = server.url
    lines = f'collector = "github"\nurl = "{server.url}"\nrepository = "acme/shop"\nauth = {{ bearer = "env:GITHUB_TOKEN" }}\n'
    return Source(f"github-{number}", lines, server)


def slack(stack: ExitStack, number: int) -> Source:
    """A workspace with a channel of messages."""
    workspace = Workspace(f"T0ACME{number:03}", f"acme{number}")
    who, where = workspace.user("U01", "ada", "Ada Example"), workspace.channel("C01", "incidents")
    for n, at in enumerate(moments(MESSAGES)):
        workspace.post(where, who, f"looking at shard {n}", f"{int(at.timestamp())}.{n:06d}")
    server = stack.enter_context(Slow(stack.enter_context(FakeSlack(workspace)).url, 0.3))
    lines = f'collector = "slack"\nurl = "{server.url}"\nchannels = ["incidents"]\nauth = {{ bearer = "env:SLACK_TOKEN" }}\n'
    return Source(f"slack-{number}", lines, server)


def rows(home: Path, number: int) -> Source:
    """A file of rows."""
    name = f"rows-{number}"
    with (home / f"{name}.jsonl").open("w") as file:
        for n, at in enumerate(moments(ROWS)):
            file.write(
                json.dumps({"time": at.isoformat(), "id": n, "line": f"worker {n % 40} restarted"}) + "\n"
            )
    return Source(
        name, f'collector = "jsonl"\npath = "{name}.jsonl"\n[source.map]\nquote = "line"\nkey = ["id"]\n'
    )


def write(home: Path, name: str, sources: list[Source]) -> Path:
    """Write a configuration of these sources; return its path."""
    path = home / f"{name}.toml"
    tables = (f'[[source]]\nname = "{one.name}"\n{one.lines}' for one in sources)
    path.write_text('pad_before = "0s"\npad_after = "0s"\n' + "\n".join(tables))
    return path


def build(home: Path, config: Path, turn: int) -> tuple[Figures, Path]:
    """Build anew; return its figures, and where it is."""
    timeline, out = Path(sys.executable).with_name("timeline"), home / f"{config.stem}-{turn}"
    end = BEGIN + timedelta(hours=HOURS)
    window = ["--start", BEGIN.isoformat(), "--end", end.isoformat()]
    command: list[str | Path] = [
        timeline,
        "build",
        "--incident",
        "MANY",
        *window,
        "--config",
        config,
        "--no-stills",
        "--out",
        out,
    ]
    return run(command, home, allowed=(0, 3)), out / "MANY"


def exchanges(made: Path) -> int:
    """Return how many requests over HTTP the evidence has."""
    [collection] = Evidence(made / "evidence").manifest().collections
    return sum("url" in entry["request"] for entry in collection.exchanges)


def main() -> None:
    """Build both, round by round; print medians and ratios."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--rounds", type=int, default=5)
    rounds = parser.parse_args().rounds
    os.environ.update(SECRETS)
    with tempfile.TemporaryDirectory() as folder, ExitStack() as stack:
        home = Path(folder)
        sources = [
            *(pager(stack, n) for n in range(8)), *(gitlab(stack, n) for n in range(8)),
            *(github(stack, n) for n in range(4)), *(slack(stack, n) for n in range(4)),
            *(rows(home, n) for n in range(6)),
        ]  # fmt: skip
        servers = [one.server for one in sources if one.server]
        whole = write(home, "whole", sources)
        alone = write(home, "alone", [one for one in sources if one.name == SLOWEST])
        ratios, walls, peaks, asked = list[float](), list[float](), list[float](), 0
        for turn in range(rounds):
            single, _ = build(home, alone, turn)
            before = sum(one.asked for one in servers)
            every, made = build(home, whole, turn)
            asked = sum(one.asked for one in servers) - before
            if asked != exchanges(made):
                sys.exit(f"the servers were asked {asked} times, the evidence has {exchanges(made)}")
            ratios.append(every.wall / single.wall)
            walls.append(every.wall)
            peaks.append(every.peak)
    ratio, wall, peak = map(statistics.median, (ratios, walls, peaks))
    print(
        f"{len(sources)} sources, {asked} requests, medians of {rounds}: {wall:.2f} s, {ratio:.2f} of the slowest source alone, {peak:.0f} MB"
    )
    keep(
        "many",
        "A build of thirty sources",
        "of its slowest source alone",
        {"thirty sources": ratio},
        {"thirty sources": 1.3},
    )


if __name__ == "__main__":
    main()
