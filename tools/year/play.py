"""Play a year of a team's life by the commands it would type, and make its page of patterns: python tools/year/play.py --out build/year.

The tests play all of it, on a real forge; here nobody works on actions, of which the page does not tell.

Incidents are built from files that systems wrote, drafts are filled in, reviews held, tickets made, closed and
verified, digests told. By the model alone are made: notes and meetings, which people write on the page of
`timeline serve`. The clock is the year's; a forge's own cannot be moved, so that when a ticket was closed
is written into its database.
"""

from __future__ import annotations

import argparse
import csv
import heapq
import importlib
import json
import os
import re
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import IO, NamedTuple, Protocol

HOME = Path(__file__).resolve().parents[2]
sys.path[:0] = [str(HOME), str(Path(__file__).resolve().parent)]

from scenario import ACTIONS, COUNT, DAY, HOUR, LAST, NS, Act, Event, day, text, year  # noqa: E402 - beside this file

CONFIG = """\
incidents = "incidents"

[[source]]
name = "metrics"
collector = "jsonl"
path = "records/alerts.jsonl"
[source.map]
time = "at"
kind = { field = "event", values = { above = "metric.crossed_above", below = "metric.crossed_below", firing = "alert.firing", resolved = "alert.resolved" } }
names = { alert = "rule", name = "rule" }
thread = ["rule"]
key = ["at", "rule", "event"]
subject = { service = "service", alertname = "rule" }

[[source]]
name = "pager"
collector = "jsonl"
path = "records/pager.csv"
[source.map]
time = "time"
kind = { field = "event", values = { notified = "alert.notified", acknowledged = "alert.acknowledged" } }
names = { alert = "rule", receiver = "receiver" }
key = ["time", "event", "rule"]
subject = { service = "service", alertname = "rule" }

[[source]]
name = "deploys"
collector = "jsonl"
path = "records/changes.jsonl"
[source.map]
time = "at"
kind = { field = "event", values = { "deploy.finished" = "deploy.finished", "deploy.rolled_back" = "deploy.rolled_back", "change.config" = "change.config", "change.scale" = "change.scale", "change.flag" = "change.flag" } }
names = { deploy = "what", flag = "what", object = "what" }
key = ["at", "event", "what"]
subject = { service = "service" }

[[source]]
name = "status-page"
collector = "jsonl"
path = "records/posts.jsonl"
[source.map]
time = "at"
kind = "status.posted"
names = { status = "status" }
quote = "words"
key = ["id"]

[[source]]
name = "logs"
collector = "log_files"
path = "records/app.log"
pattern = '(?P<time>\\S+) (?P<severity>[A-Z]+) (?P<service>\\S+) (?P<error>.*)'
match = "ERROR"
"""
DESK = """
[[source]]
name = "desk"
collector = "gitea"
url = "{url}"
repository = "{repository}"
auth = {{ bearer = "env:DESK_TOKEN" }}
"""
INCIDENT = """\
title = "{title}"
severity = "{severity}"
start = {start}
end = {end}
services = ["{service}"]

[labels]
team = "{team}"
failure_mode = "{mode}"
"""


#: What commands import when they run: once for all of them.
_IMPORTED = (
    "anyio._backends._asyncio", "collectors.jsonl", "collectors.log_files", "httpx", "service.archive.actions", "service.archive.keeping",
    "service.build.build", "service.build.write", "service.review.notes", "service.publish.tickets", "service.export.digest",
    "filelock", "markdown_it", "render.draft.draft", "render.page.page", "service.draft.output",
)  # fmt: skip


class Forge(Protocol):
    """Where tickets are: its address and repository, and what people do there."""

    url: str
    repository: str

    def close(self, title: str, incident: str, at: int) -> None:
        """Close the ticket of an incident's action."""


class Done(NamedTuple):
    """What a command printed, and how it ended."""

    code: int
    out: str
    err: str


def begin(at: int, home: Path, *arguments: str) -> tuple[int, IO[bytes], IO[bytes]]:
    """Begin `timeline` in a folder as at an instant; return its process, and the files that hold what it prints.

    It is a process of its own, forked from this one: what is imported is, and only the clock is another.
    """
    import cli.main

    for name in _IMPORTED:
        importlib.import_module(name)
    out, err = tempfile.TemporaryFile(), tempfile.TemporaryFile()  # noqa: SIM115 - `command` closes them
    if pid := os.fork():
        return pid, out, err
    code = 1
    try:
        os.dup2(out.fileno(), 1)
        os.dup2(err.fileno(), 2)
        sys.stdout, sys.stderr = open(1, "w", closefd=False), open(2, "w", closefd=False)  # noqa: SIM115
        os.chdir(home)
        sys.argv, time.time_ns = ["timeline", *arguments], lambda: at
        cli.main.main()
        code = 0
    except SystemExit as ended:
        code = ended.code if isinstance(ended.code, int) else int(ended.code is not None)
    finally:
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(code)


def command(at: int, home: Path, *arguments: str) -> Done:
    """Run `timeline` in a folder as at an instant."""
    pid, out, err = begin(at, home, *arguments)
    with out, err:
        code = os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])
        out.seek(0)
        err.seek(0)
        return Done(code, out.read().decode(), err.read().decode())


class Year:
    """A team's folder while the year goes on."""

    def __init__(self, home: Path, events: list[Event], forge: Forge | None = None) -> None:
        self.home, self.events, self._forge = home, events, forge
        (home / "incidents").mkdir(parents=True)
        (home / "records").mkdir()
        for name in ("alerts.jsonl", "pager.csv", "changes.jsonl", "posts.jsonl", "app.log"):
            (home / "records" / name).touch()
        with (home / "records/pager.csv").open("w", newline="") as file:
            csv.writer(file).writerow(("time", "event", "rule", "service", "receiver"))
        (home / "timeline.toml").write_text(CONFIG)
        if forge:  # apart: what a forge of today says is none of the year's evidence
            (home / "desk.toml").write_text(DESK.format(url=forge.url, repository=forge.repository))

    def run(self, at: int, *arguments: str, codes: tuple[int, ...] = (0,)) -> Done:
        """Run a command; raise RuntimeError with its words where it ends otherwise than expected."""
        done = command(at, self.home, *arguments)
        if done.code not in codes:
            raise RuntimeError(
                f"{text(at)} timeline {' '.join(arguments)} ended with {done.code}: {done.err}{done.out}"
            )
        return done

    def play(self, sync: Callable[[Year, int], None] | None = None) -> None:
        """Play all of it, in the order of time; `sync` makes and reads tickets."""
        due: list[tuple[int, int, Callable[[int], None]]] = [
            (at, number, step) for number, (at, step) in enumerate(self._steps(sync or make_tickets))
        ]
        heapq.heapify(due)
        while due:
            at, _, step = heapq.heappop(due)
            step(at)

    def _steps(self, sync: Callable[[Year, int], None]) -> Iterator[tuple[int, Callable[[int], None]]]:
        for event in self.events:
            yield event.end, lambda _, event=event: self._record(event)  # type: ignore[misc]
            yield event.built, lambda at, event=event: self._build(event, at)  # type: ignore[misc]
            if event.written:
                yield max(event.written, event.built + 1), lambda at, event=event: self._write(event, at)  # type: ignore[misc]
            else:
                yield event.built + 2 * DAY, lambda at, event=event: self._begin(event, at)  # type: ignore[misc]
            if event.meeting:
                yield event.meeting, lambda at, event=event: self._meet(event, at)  # type: ignore[misc]
            yield event.end + 9 * DAY, lambda at, event=event: self._note_actions(event, at)  # type: ignore[misc]
            for act in event.actions:
                if self._forge and act.closed:
                    yield act.closed, lambda at, event=event, act=act: self._close(event, act, at)  # type: ignore[misc]
                if act.verified:
                    yield act.verified, lambda at, event=event, act=act: self._verify(event, act, at)  # type: ignore[misc]
        if self._forge:
            quick = [event for event in self.events if any(act.quick for act in event.actions)]
            yield from ((event.end + 9 * DAY + 2 * HOUR, lambda at: sync(self, at)) for event in quick)
            at = self.events[0].end + 12 * DAY
            while at < LAST:
                yield at, lambda at: sync(self, at)
                at += 14 * DAY
            yield LAST - HOUR, lambda at: sync(self, at)

    def _record(self, event: Event) -> None:
        records = self.home / "records"
        for name in ("alerts", "changes", "posts"):
            with (records / f"{name}.jsonl").open("a") as file:
                file.writelines(json.dumps(row) + "\n" for row in event.records[name])
        with (records / "pager.csv").open("a", newline="") as file:
            for row in event.records["pager"]:
                csv.writer(file).writerow(
                    (row["time"], row["event"], row["rule"], row["service"], f"on-call {event.family.team}")
                )
        with (records / "app.log").open("a") as file:
            file.writelines(f"{line}\n" for line in event.log)
        kind = event.family
        (self.home / f"incidents/{event.id}.toml").write_text(INCIDENT.format(
            title=kind.title, severity=event.severity, start=text(event.start - 120 * NS), end=text(event.end + 300 * NS),
            service=kind.service, team=kind.team, mode=kind.mode,
        ))  # fmt: skip

    def _build(self, event: Event, at: int) -> None:
        self.run(at, "build", event.id, "--no-stills", "--quiet")
        self._stamp(event, at)

    def draft(self, event: Event) -> Path:
        """Return where an incident's draft is."""
        return self.home / "postmortems" / event.id / "postmortem.md"

    def _stamp(self, event: Event, at: int) -> None:
        os.utime(self.draft(event), ns=(at, at))  # a file is as old as the year's clock says

    def _write(self, event: Event, at: int) -> None:
        draft = self.draft(event)
        draft.write_text(filled(draft.read_text(), event))
        self._stamp(event, at)

    def _begin(self, event: Event, at: int) -> None:
        """Write the actions alone: what else is asked for is never answered."""
        draft = self.draft(event)
        draft.write_text(with_actions(draft.read_text(), event))
        self._stamp(event, at)

    def _append(self, event: Event, name: str, body: dict[str, object], by: str, at: int) -> None:
        from pydantic import TypeAdapter

        from service.review.notes import NotesFile
        from timeline.canonical import short_id
        from timeline.notes.bodies import Body

        whole: object = TypeAdapter(Body).validate_python(body)
        folder = self.home / "postmortems" / event.id
        NotesFile(folder).append(short_id("n", [event.id, name]), whole, (), by, at)  # type: ignore[arg-type]

    def _meet(self, event: Event, at: int) -> None:
        cites = [{"start": text(event.start), "end": text(event.end)}]
        for number in range(event.noted):
            words = f"{event.family.line.partition(':')[0].capitalize()} was looked at after {3 + 4 * number} minutes"
            self._append(
                event,
                f"seen {number}",
                {"kind": "observation", "text": words, "cites": cites},
                f"engineer-{number % 3 + 1}",
                at,
            )
        self._append(
            event,
            "meeting",
            {"kind": "meeting", "held": day(at), "present": ["engineer-1", "engineer-2"]},
            "engineer-1",
            at + HOUR,
        )

    def _note_actions(self, event: Event, at: int) -> None:
        cites = [{"start": text(event.start), "end": text(event.end)}]
        for act in event.actions:
            if act.noted:
                self._append(event, act.title, {
                    "kind": "action", "text": act.title, "effect": act.effect, "owner": act.owner, "due": act.due, "cites": cites,
                    "criterion": "it is in production", "verification": "an exercise in staging",
                }, "engineer-1", at)  # fmt: skip

    def _close(self, event: Event, act: Act, at: int) -> None:
        if self._forge:
            self._forge.close(act.title, event.id, at)

    def _verify(self, event: Event, act: Act, at: int) -> None:
        name = self.named(event, act)
        said = ("--ran", "an exercise in staging", "--by", "engineer-2")
        if act.failed_first:
            self.run(
                at - HOUR, "actions", "verify", name, "--result", "the alert came late", "--failed", *said
            )
        self.run(at, "actions", "verify", name, "--result", "it held", *said)

    @staticmethod
    def named(event: Event, act: Act) -> str:
        """Return an action's id: of its note, or of its words in the draft."""
        from timeline.canonical import short_id
        from timeline.cases.followups import action_id

        return short_id("n", [event.id, act.title]) if act.noted else action_id(event.id, act.title)


def make_tickets(team: Year, at: int) -> None:
    """Make tickets for actions that have none, and read all back."""
    team.run(at, "actions", "sync", "--create", "--yes", "--config", "desk.toml")


def with_actions(draft: str, event: Event) -> str:
    """Return a draft with the rows of its actions that are in no note."""
    rows = [
        f"| {act.title} | {act.effect} | {act.owner} | {act.due} | it is in production | an exercise in staging |  |"
        for act in event.actions
        if not act.noted
    ]
    return re.sub(
        r"^\| \*What will change\?\*.*\n", "".join(f"{row}\n" for row in rows), draft, flags=re.MULTILINE
    )


def filled(draft: str, event: Event) -> str:
    """Return a draft in which people answered all that it asks."""
    kind = event.family
    answers = {
        "What would you tell": f"{kind.title} for a while; {kind.helped[0].lower()}{kind.helped[1:]}.",
        "Who was affected": f"Customers who used {kind.service} in that time.",
        "What could have told": "The same condition with a shorter wait.",
        "What held the response": "Nothing that the facts show.",
        "What helped": f"- {kind.helped}",
        "What made detection": "- The dashboard has no panel for it",
        "What might as easily": "- It was not in the night",
        "What would the next person": "Look at the log first: the line tells which part it is.",
    }
    whole = with_actions(draft, event)
    for begin, words in answers.items():
        whole = re.sub(rf"^\*{begin}[^\n]*\*$", lambda _, words=words: words, whole, flags=re.MULTILINE)  # type: ignore[misc]
    rows = (
        f"| {kind.category} | {kind.factor} | the line in the log | it was expected to hold | a surprise |\n"
    )
    whole = re.sub(r"^\| technical \|.*\n(?:\| \w+ \| \*.*\n)*", lambda _: rows, whole, flags=re.MULTILINE)
    whole = re.sub(
        r"^\| \*Low, medium or high\?\*.*$", "| medium | medium | permanent |", whole, flags=re.MULTILINE
    )
    whole = whole.replace("*On which day?*", day(event.meeting) if event.meeting else "none was needed")
    return whole.replace("*Who?*", f"lead of {kind.team}").replace("*When, and by whom?*", "with each action")


def parser() -> argparse.ArgumentParser:
    """Return what the script takes."""
    made = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    made.add_argument("--out", type=Path, default=HOME / "build/year", help="the team's folder, made anew")
    made.add_argument("--incidents", type=int, default=COUNT)
    made.add_argument("--actions", type=int, default=ACTIONS)
    return made


def main() -> int:
    """Play it without a forge, and say where the page of patterns is."""
    given = parser().parse_args()
    print(page(given.out.resolve(), year(given.incidents, given.actions)))
    return 0


def page(home: Path, events: list[Event]) -> Path:
    """Build the incidents, fill in their drafts and return the page of patterns: of it no action tells."""
    team = Year(home, [replace(event, actions=[]) for event in events])
    team.play()
    team.run(LAST, "patterns", "--html", "patterns.html")
    return home / "patterns.html"


if __name__ == "__main__":
    sys.exit(main())
