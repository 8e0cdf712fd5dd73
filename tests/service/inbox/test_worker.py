"""The worker ends: with builds and events that kill it, and with incidents that have no end."""

from __future__ import annotations

import signal
import sqlite3
import subprocess
import sys
import time
from pathlib import Path

import pytest

from archive import builds, database, events
from archive.builds import MOST_TRIES
from archive.events import Event
from service.inbox import worker
from service.inbox.worker import Database, Outcome, Worker
from tests.servers.process import wait_until
from timeline.instant import NS

#: A server's worker in a process of its own, which what it works kills.
DEADLY = """
import os, signal, sys, threading
from pathlib import Path
from service.inbox import worker
from service.settings.serve import WebhookSettings

def die(*_):
    os.kill(os.getpid(), signal.SIGKILL)

def look(hook, kind, body):
    if body == b"deadly":
        die()

worker.resolution = look
store = worker.Database(Path(sys.argv[1]))
worker.Worker(store, {"am": WebhookSettings(name="am", sender="alertmanager", secret="env:A")}, die).start()
while True:
    threading.Event().wait(0.05)
    with store.use() as connection:
        if not connection.execute(sys.argv[2]).fetchone()[0]:
            os._exit(0)
"""


def run(path: Path, left: str) -> int:
    """Run until nothing is `left` (a count) or it was killed; return how it ended."""
    command = [sys.executable, "-c", DEADLY, str(path), left]
    return subprocess.run(command, timeout=60, check=False, env={"PYTHONPATH": str(Path.cwd())}).returncode


def test_a_build_that_kills_the_server_has_failed_after_its_tries(tmp_path: Path) -> None:
    path, left = tmp_path / "t.db", "SELECT count(*) FROM builds WHERE state IN ('queued', 'running')"
    with database.connect(path) as connection:
        builds.queue(connection, "INC-1", "webhook am", 0)
    ends: list[int] = []
    while not ends or ends[-1] == -signal.SIGKILL:
        ends.append(run(path, left))
        with database.connect(path) as connection:
            connection.execute("UPDATE builds SET next_at = 0")  # the waits are over
            builds.recover(connection, 0)
            connection.execute("UPDATE builds SET next_at = 0")
    assert ends == [-signal.SIGKILL] * MOST_TRIES + [0]


def test_an_event_that_kills_the_server_keeps_no_other_from_being_worked(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path, left = tmp_path / "t.db", "SELECT count(*) FROM events WHERE state = 'stored'"
    bodies = [b"1", b"2", b"deadly", b"3", b"4"]
    with database.connect(path) as connection:
        events.store(connection, [Event("am", "alertmanager", None, "x", 1, body) for body in bodies])
    ends: list[int] = []
    while not ends or ends[-1] == -signal.SIGKILL:
        ends.append(run(path, left))
    with database.connect(path) as connection:
        states = {row["body"]: row["state"] for row in connection.execute("SELECT body, state FROM events")}
    assert states == {b"deadly": "failed", **dict.fromkeys([b"1", b"2", b"3", b"4"], "worked")}
    assert len(ends) == worker._MOST_TRIES + 1


def finished(path: Path) -> list[sqlite3.Row]:
    with database.connect(path) as connection:
        return list(connection.execute("SELECT cause, state FROM builds ORDER BY id"))


def test_builds_of_an_incident_whose_window_is_never_over_end(tmp_path: Path) -> None:
    store = Database(tmp_path / "t.db")
    made: list[int] = []

    def build(_: builds.Build) -> Outcome:
        made.append(time.time_ns())
        return Outcome(facts=1, gaps=1, not_yet=time.time_ns() + NS // 100)

    with store.use() as connection:
        builds.queue(connection, "INC-1", "webhook am", 0)
    works = Worker(store, {}, build)
    works.start()
    last = builds.MOST_FOLLOW_UPS + 1
    wait_until(lambda: [r["state"] for r in finished(store.path)] == ["done"] * last, 60, "it goes on", str)
    works.wake()
    works.stop()
    assert len(made) == last


def test_a_source_that_lags_behind_starts_no_build_of_its_own(tmp_path: Path) -> None:
    store = Database(tmp_path / "t.db")
    with store.use() as connection:
        builds.queue(connection, "INC-1", "webhook am", 0)
    works = Worker(store, {}, lambda _: Outcome(facts=1, gaps=1, not_yet=time.time_ns() - 60 * NS))
    works.start()
    wait_until(lambda: [r["state"] for r in finished(store.path)] == ["done"], 60, "it is not done", str)
    works.stop()
    assert [tuple(r) for r in finished(store.path)] == [("webhook am", "done")]
