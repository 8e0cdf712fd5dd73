"""Webhook events: stored durably before they are answered, each once, worked later."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from archive.database import transaction
from timeline.canonical import sha256
from timeline.instant import NS

HEARTBEAT = 15 * NS  # how often a run says that it still listens


@dataclass(frozen=True)
class Event:
    """A delivery as it may be kept; `repeat_after` (ns): an equal body within it is the same one, 0: at any time.

    `repeat_after` None: only the sender's own id tells deliveries apart.
    """

    hook: str
    sender: str
    delivery: str | None
    type: str
    received_at: int
    body: bytes
    repeat_after: int | None = None


class Stored(NamedTuple):
    """The event's number, and whether it was there already."""

    id: int
    replay: bool


class Open(NamedTuple):
    """An event that waits to be worked."""

    id: int
    hook: str
    sender: str
    type: str
    received_at: int
    body: bytes
    tries: int


class Received(NamedTuple):
    """An event as it was received."""

    id: int
    hook: str
    sender: str
    delivery: str | None
    type: str
    received_at: int
    body: bytes


_RECEIVED = f"SELECT {', '.join(Received._fields)} FROM events"  # noqa: S608 - our own names


def store(connection: sqlite3.Connection, events: Iterable[Event]) -> list[Stored]:
    """Store events in one durable transaction; a replay gets the number of the first."""
    with transaction(connection):
        return [_store(connection, event) for event in events]


def _store(connection: sqlite3.Connection, event: Event) -> Stored:
    digest = sha256(event.body)
    if found := _known(connection, event, digest):
        return Stored(found, replay=True)
    cursor = connection.execute(
        "INSERT INTO events (hook, sender, delivery, digest, type, received_at, body) VALUES (?, ?, ?, ?, ?, ?, ?)",
        (event.hook, event.sender, event.delivery, digest, event.type, event.received_at, event.body),
    )
    assert cursor.lastrowid is not None
    return Stored(cursor.lastrowid, replay=False)


def _known(connection: sqlite3.Connection, event: Event, digest: str) -> int | None:
    if event.delivery is not None:
        found = connection.execute(
            "SELECT id FROM events WHERE hook = ? AND delivery = ?", (event.hook, event.delivery)
        ).fetchone()
        if found:
            return int(found[0])
    if event.repeat_after is None:
        return None
    since = event.received_at - event.repeat_after if event.repeat_after else 0
    found = connection.execute(
        "SELECT id FROM events WHERE hook = ? AND digest = ? AND received_at >= ? ORDER BY id LIMIT 1",
        (event.hook, digest, since),
    ).fetchone()
    return int(found[0]) if found else None


def waiting(connection: sqlite3.Connection, now: int, limit: int = 100) -> list[Open]:
    """Return stored events whose time has come: those that were tried least first, of these the oldest."""
    rows = connection.execute(
        "SELECT id, hook, sender, type, received_at, body, tries FROM events"
        " WHERE state = 'stored' AND next_at <= ? ORDER BY tries, id LIMIT ?",
        (now, limit),
    )
    return [Open(*row) for row in rows]


def begun(connection: sqlite3.Connection, identities: Sequence[int]) -> None:
    """Count a try of each event before it is worked: one that kills the server must not be tried for ever."""
    with transaction(connection):
        connection.executemany(
            "UPDATE events SET tries = tries + 1 WHERE id = ?", [(identity,) for identity in identities]
        )


def worked(connection: sqlite3.Connection, identity: int) -> None:
    """Mark an event as worked; it stays, for the inbox collector."""
    connection.execute("UPDATE events SET state = 'worked', error = NULL WHERE id = ?", (identity,))


def postponed(connection: sqlite3.Connection, identity: int, error: str, next_at: int | None) -> None:
    """Note that working failed, at a try that `begun` counted; None: it is not tried again."""
    connection.execute(
        "UPDATE events SET error = ?, next_at = ?, state = ? WHERE id = ?",
        (error, next_at or 0, "stored" if next_at else "failed", identity),
    )


def listen(connection: sqlite3.Connection, now: int) -> int:
    """Note that somebody listens from now on; return the run's number for `alive`."""
    cursor = connection.execute("INSERT INTO runs (started_at, alive_at) VALUES (?, ?)", (now, now))
    assert cursor.lastrowid is not None
    return cursor.lastrowid


def alive(connection: sqlite3.Connection, run: int, now: int) -> None:
    """Note that the run still listens; clocks that go back shorten nothing."""
    connection.execute("UPDATE runs SET alive_at = max(alive_at, ?) WHERE id = ?", (now, run))


def latest(connection: sqlite3.Connection, count: int, *, hooks: Sequence[str] = ()) -> list[Received]:
    """Return the newest events, at most `count`, the newest first; `hooks` narrows it to some webhooks."""
    query = f"{_RECEIVED} WHERE {_of(hooks)} ORDER BY id DESC LIMIT ?"
    return [Received(*row) for row in connection.execute(query, (*hooks, count))]


def received(
    connection: sqlite3.Connection, start: int, end: int, *, after: int = 0, hooks: Sequence[str] = ()
) -> Iterator[Received]:
    """Yield what was received from `start` to `end` (ns, both included), by number, from past `after` on.

    `hooks` narrows it to some webhooks.
    """
    query = f"{_RECEIVED} WHERE received_at BETWEEN ? AND ? AND id > ? AND {_of(hooks)} ORDER BY id"
    for row in connection.execute(query, (start, end, after, *hooks)):
        yield Received(*row)


def _of(hooks: Sequence[str]) -> str:
    """Return the condition, with a mark for each, that an event is of one of these webhooks; of any without one."""
    return f"hook IN ({', '.join('?' * len(hooks))})" if hooks else "TRUE"


def runs(connection: sqlite3.Connection) -> list[tuple[int, int]]:
    """Return when somebody listened: from and until (ns), by number."""
    return [(a, b) for a, b in connection.execute("SELECT started_at, alive_at FROM runs ORDER BY id")]


def extent(connection: sqlite3.Connection) -> tuple[int, int | None]:
    """Return how many events there are, and when the first was received (ns)."""
    count, first = connection.execute("SELECT count(*), min(received_at) FROM events").fetchone()
    return count, first


def counts(connection: sqlite3.Connection) -> dict[str, dict[str, int]]:
    """Return how many events each webhook holds, by state."""
    found: dict[str, dict[str, int]] = {}
    for hook, state, number in connection.execute(
        "SELECT hook, state, count(*) FROM events GROUP BY hook, state"
    ):
        found.setdefault(hook, {})[state] = number
    return found


def newest(connection: sqlite3.Connection) -> dict[str, int]:
    """Return when each webhook last got something (ns)."""
    return dict(connection.execute("SELECT hook, max(received_at) FROM events GROUP BY hook").fetchall())
