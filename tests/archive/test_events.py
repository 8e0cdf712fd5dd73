"""Events are stored once, in groups, and survive what ends the process."""

from __future__ import annotations

import os
import signal
import sqlite3
import subprocess
import sys
from pathlib import Path

import pytest

from archive import database, events
from archive.events import Event
from timeline.instant import MINUTE


def event(
    body: bytes = b"{}", delivery: str | None = None, at: int = 1, repeat_after: int | None = None
) -> Event:
    return Event("hook", "github", delivery, "push", at, body, repeat_after)


@pytest.fixture
def connection(tmp_path: Path) -> sqlite3.Connection:
    return database.connect(tmp_path / "t.db")


def test_the_database_is_in_wal_mode_and_commits_reach_the_disk(connection: sqlite3.Connection) -> None:
    assert connection.execute("PRAGMA journal_mode").fetchone()[0] == "wal"
    assert connection.execute("PRAGMA synchronous").fetchone()[0] == 2  # FULL


def test_a_delivery_is_stored_once(connection: sqlite3.Connection) -> None:
    first, second, again = events.store(
        connection, [event(delivery="a"), event(delivery="b"), event(delivery="a")]
    )
    assert (first.replay, second.replay, again.replay) == (False, False, True)
    assert again.id == first.id
    assert len(events.waiting(connection, 2)) == 2


def test_equal_bodies_are_one_delivery_within_their_time(connection: sqlite3.Connection) -> None:
    one, soon, later = (event(at=t, repeat_after=5 * MINUTE) for t in (MINUTE, 6 * MINUTE, 12 * MINUTE))
    assert [s.replay for s in events.store(connection, [one, soon, later])] == [False, True, False]


def test_a_signed_body_under_another_id_is_a_replay_at_any_time(connection: sqlite3.Connection) -> None:
    ours = [event(delivery=d, at=t, repeat_after=0) for d, t in (("a", 1), ("b", 10**18))]
    assert [s.replay for s in events.store(connection, ours)] == [False, True]


def test_equal_bodies_of_different_deliveries_are_two_where_the_id_is_proven(
    connection: sqlite3.Connection,
) -> None:
    assert [s.replay for s in events.store(connection, [event(delivery="a"), event(delivery="b")])] == [
        False,
        False,
    ]


def test_the_newest_events_are_those_of_the_webhooks_that_are_asked_for(
    connection: sqlite3.Connection,
) -> None:
    events.store(
        connection, [Event(hook, "github", str(n), "push", n, b"{}", None) for n, hook in enumerate("abcab")]
    )

    def newest(count: int, *hooks: str) -> list[int]:
        return [one.received_at for one in events.latest(connection, count, hooks=hooks)]

    assert (newest(2), newest(9, "b"), newest(3, "a", "b")) == ([4, 3], [4, 1], [4, 3, 1])


def test_a_group_is_stored_whole_or_not_at_all(connection: sqlite3.Connection) -> None:
    broken = Event("hook", "github", None, None, 1, b"{}")  # type: ignore[arg-type]
    with pytest.raises(sqlite3.IntegrityError):
        events.store(connection, [event(), broken])
    assert events.counts(connection) == {}


def test_what_could_not_be_worked_comes_back_later_and_at_last_stays(connection: sqlite3.Connection) -> None:
    (stored,) = events.store(connection, [event()])
    events.begun(connection, [stored.id])
    events.postponed(connection, stored.id, "odd", 100)
    assert events.waiting(connection, 99) == []
    assert [e.tries for e in events.waiting(connection, 100)] == [1]
    events.postponed(connection, stored.id, "odd", None)
    assert events.waiting(connection, 10**9) == []
    assert events.counts(connection) == {"hook": {"failed": 1}}


def test_what_was_tried_before_stands_behind_what_was_not(connection: sqlite3.Connection) -> None:
    first, second = (events.store(connection, [event(str(n).encode(), str(n))])[0] for n in range(2))
    events.begun(connection, [first.id])
    assert [(e.id, e.tries) for e in events.waiting(connection, 9)] == [(second.id, 0), (first.id, 1)]


def test_a_newer_database_is_refused_by_name(tmp_path: Path) -> None:
    path = tmp_path / "t.db"
    with database.connect(path) as connection:
        connection.execute("PRAGMA user_version = 99")
    with pytest.raises(database.DatabaseError, match="newer version"):
        database.connect(path)
    with pytest.raises(database.DatabaseError, match="cannot be opened"):
        database.connect(tmp_path)


WRITER = """
import sys, time
from pathlib import Path
from archive import database, events
connection = database.connect(Path(sys.argv[1]))
for number in range(100000):
    events.store(connection, [events.Event("hook", "x", str(number), "t", number, b"{}")])
    print(number, flush=True)
"""


def test_a_killed_writer_loses_nothing_it_told(tmp_path: Path) -> None:
    path = tmp_path / "t.db"
    process = subprocess.Popen(
        [sys.executable, "-c", WRITER, path],
        stdout=subprocess.PIPE,
        env={**os.environ, "PYTHONPATH": str(Path.cwd())},
        text=True,
    )
    assert process.stdout is not None
    told = [process.stdout.readline() for _ in range(50)]
    process.send_signal(signal.SIGKILL)
    told += process.stdout.readlines()
    process.wait()
    numbers = {int(line) for line in told if line.endswith("\n")}
    with database.connect(path) as connection:
        kept = {int(d) for (d,) in connection.execute("SELECT delivery FROM events")}
        assert connection.execute("PRAGMA integrity_check").fetchone()[0] == "ok"
    assert numbers <= kept
    assert len(kept) <= len(numbers) + 1
