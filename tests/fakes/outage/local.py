"""What the team has in files: each holds its part of the outage."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

from tests.collectors.webhook_cases import Inbox
from tests.fakes.outage.story import LABELS, at, ns
from tests.fakes.outage.vendors import Source
from tests.servers.git_repo import GitRepo


def repository(home: Path) -> str:
    """Make the clone; give the commit that was deployed, and broke it."""
    repo = GitRepo(home / "shop")
    repo.commit("Start", at(-86_400))
    repo.branch("pool").commit("Smaller pool", at(-4_000), files={"helm/values.yaml": "pool: 2\n"})
    return repo.checkout("main").merge("pool", at(-600), "Merge pull request #7 from acme/pool")


def sources(home: Path) -> Iterator[Source]:
    """Yield what is read from the folder of the configuration; the clone is there."""
    yield Source("repo", 'collector = "git"\npath = "shop"\nconfig_paths = ["helm/**"]\n')
    (home / "app.log").write_text("".join(_lines()))
    yield Source("app", 'collector = "log_files"\npath = "app.log"\nzone = "UTC"\nmode = "documents"\n')
    tickets = [{"at": at(n).isoformat(), "id": n, "text": f"cannot pay ({n})"} for n in (610, 660, 1230)]
    (home / "tickets.jsonl").write_text("".join(json.dumps(row) + "\n" for row in tickets))
    yield Source(
        "tickets",
        'collector = "jsonl"\npath = "tickets.jsonl"\n[source.map]\ntime = "at"\nquote = "text"\nkey = ["id"]\n',
    )
    (home / "call.vtt").write_text(
        "WEBVTT\n\n00:00:05.000 --> 00:00:09.500\n<v Ada Byron>the pool is empty\n\n00:28:00.000 --> 00:28:04.000\n<v Ada Byron>roll it back\n"
    )
    yield Source("call", f'collector = "transcript"\npath = "call.vtt"\nstart = "{at(500).isoformat()}"\n')
    (home / "irc.log").write_text(
        f"--- Log opened Sat Nov 21 13:00:00 2026\n{at(480):%H:%M} <ben> database looks fine\n{at(1200):%H:%M} <ben> queue grows\n"
    )
    yield Source("irc", 'collector = "irc_log"\npath = "irc.log"\nzone = "UTC"\nchannel = "#ops"\n')
    (home / "notes.md").write_text(
        f"# Notes\n\n- {at(540):%H:%M} payments team joins\n- {at(2340):%H:%M} orders come in again\n"
    )
    yield Source(
        "notes", f'collector = "hand_timeline"\npath = "notes.md"\nday = "{at(0):%Y-%m-%d}"\nzone = "UTC"\n'
    )

    yield Source("notified", f'collector = "inbox"\npath = "{_inbox(home)}"\n')


def _inbox(home: Path) -> str:
    """Keep what Alertmanager notified of; give the name of the file."""
    inbox = Inbox(home / "inbox.sqlite")
    for after, status, ends in ((390, "firing", None), (2_420, "resolved", 2_400)):
        alert = {"status": status, "labels": LABELS, "annotations": {}, "startsAt": at(360).isoformat(), "fingerprint": "c5a1",
                 "endsAt": at(ends).isoformat() if ends else "0001-01-01T00:00:00Z", "generatorURL": "http://prometheus.example/graph"}  # fmt: skip
        body = {"version": "4", "status": status, "receiver": "pager", "groupKey": "{}:{}", "truncatedAlerts": 0, "groupLabels": {}, "commonLabels": LABELS,
                "commonAnnotations": {}, "externalURL": "http://alertmanager.example", "alerts": [alert]}  # fmt: skip
        inbox.take("alertmanager", body, ns(after))
    inbox.connection.close()
    return inbox.path.name


def _lines() -> Iterator[str]:
    for after in (308.5, 320.25, 2390.75):
        yield f"{at(after):%Y-%m-%dT%H:%M:%S}.{int(after % 1 * 1000):03}Z ERROR checkout pool exhausted after {after}\n"
