"""An incident that goes on: a source that grows, and `timeline serve` over it, which builds it again."""

from __future__ import annotations

import json
import os
import subprocess
import time
from pathlib import Path

from archive import builds, database
from service import names
from service.evidence.document import load
from tests import preloaded
from tests.servers.process import wait_until
from tests.service.web.running import Start
from timeline.instant import NS, format_instant, parse_instant

INCIDENT = "INC-77"
SOURCE = """
[[source]]
name = "desk"
collector = "jsonl"
path = "desk.jsonl"
[source.map]
time = "at"
kind = "chat.message"
quote = "text"
names = { channel = "room" }
key = ["id"]
"""
HOOK = """
live = "{live}"
{more}
[[serve.webhook]]
name = "am"
sender = "alertmanager"
secret = "env:AM_SECRET"
"""
SECRET = "a-secret-of-some-length"


class Ongoing:
    """An incident that goes on: its source, its file, and the server over it."""

    def __init__(
        self, folder: Path, start: Start, live: str, idle: str = "", rows: int = 30, *, built: bool = True
    ) -> None:
        self.folder, self.began = folder, time.time_ns() - 600 * NS
        self.out = folder / "postmortems" / INCIDENT
        self.source, self.file = folder / "desk.jsonl", folder / "incidents" / f"{INCIDENT}.toml"
        self.said = 0
        for number in range(rows):
            self.say(f"earlier {number}", self.began + number * 10 * NS)
        if idle:
            # A build reads until the second that it begins in: what is said in that second is for the next.
            self.say("just now", time.time_ns() - 2 * NS)
        self.file.parent.mkdir()
        self.file.write_text(f'title = "Checkout is slow"\nstart = {format_instant(self.began)}\n')
        (folder / "timeline.toml").write_text(SOURCE)
        command = [
            *preloaded.command(),
            "build",
            INCIDENT,
            "--no-stills",
            "--config",
            str(folder / "timeline.toml"),
        ]
        env = {**os.environ, "PYTHONPATH": str(Path.cwd())}
        if built:
            made = subprocess.run(command, cwd=folder, check=False, env=env, capture_output=True, text=True)
            assert made.returncode in {0, 3}, made.stderr  # 3: what is ahead is a gap
        self.server = start(
            HOOK.format(live=live, more=f'live_idle = "{idle}"' if idle else ""), top=SOURCE, AM_SECRET=SECRET
        )

    def say(self, text: str, at: int | None = None) -> None:
        """Let the source record one message more."""
        self.said, self.last = self.said + 1, at or time.time_ns()
        row = {"id": self.said, "at": format_instant(self.last), "text": text, "room": "#inc-77"}
        with self.source.open("a") as file:
            file.write(json.dumps(row) + "\n")

    def end(self) -> None:
        """Write down that it is over."""
        with self.file.open("a") as file:
            file.write(f"end = {format_instant(time.time_ns())}\n")

    def builds(self) -> list[builds.Build]:
        """Return the builds that the server has, the newest first."""
        with database.connect(self.folder / "postmortems" / "timeline.db") as connection:
            return [one for one in builds.latest(connection) if one.incident == INCIDENT]

    def done(self) -> int:
        """Return how many builds ended well."""
        return len([row for row in self.server.lines("build_done") if row["incident"] == INCIDENT])

    def ended(self, facts: int) -> float:
        """Return when the server says that the first build with so many facts ended (s)."""
        wait_until(lambda: bool(self._ends(facts)), 60, "no such build ended", self.server.log)
        return parse_instant(self._ends(facts)[0]) / NS

    def _ends(self, facts: int) -> list[str]:
        return [str(row["time"]) for row in self.server.lines("build_done") if row["facts"] == facts]

    def facts(self) -> int:
        """Return how many facts the built timeline has."""
        return len(load(self.out / names.TIMELINE).facts)

    def is_built(self) -> bool:
        """Tell whether there is a timeline."""
        return (self.out / names.TIMELINE).is_file()

    def deliver(self, **labels: str) -> None:
        """Send what an Alertmanager sends of an alert that fires."""
        alert = {
            "status": "firing",
            "labels": {"alertname": "Slow", **labels},
            "annotations": {},
            "startsAt": format_instant(time.time_ns()),
        }
        body = {
            "version": "4",
            "groupKey": "{}",
            "status": "firing",
            "receiver": "timeline",
            "groupLabels": {},
            "commonLabels": {"alertname": "Slow", **labels},
            "commonAnnotations": {},
            "externalURL": "http://am.example",
            "alerts": [alert],
        }
        with self.server.client() as client:
            client.post(
                "/hooks/am", json=body, headers={"authorization": f"Bearer {SECRET}"}
            ).raise_for_status()
