"""Builds that were asked for: queued, run one at a time, retried with back-off, shown."""

from __future__ import annotations

import json
import sqlite3
from typing import Any, NamedTuple

from archive.database import transaction
from timeline.instant import NS

FIRST_WAIT, LONGEST_WAIT, MOST_TRIES = 30 * NS, 3600 * NS, 8
FOLLOW_UP, MOST_FOLLOW_UPS = "window complete", 3
LIVE = "live"


class Build(NamedTuple):
    """One build: what of, why, and how it went; times in ns."""

    id: int
    incident: str
    start_at: str | None
    end_at: str | None
    cause: str
    state: str
    tries: int
    queued_at: int
    next_at: int
    started_at: int | None
    finished_at: int | None
    facts: int | None
    gaps: int | None
    error: str | None


_COLUMNS = ", ".join(Build._fields)


def queue(
    connection: sqlite3.Connection, incident: str, cause: str, now: int, *,
    start_at: str | None = None, end_at: str | None = None, not_before: int = 0,
) -> int:  # fmt: skip
    """Queue a build; one that waits already is moved up instead. Returns its number."""
    with transaction(connection):
        return _queue(connection, incident, cause, now, start_at, end_at, not_before)


def queue_live(connection: sqlite3.Connection, incident: str, now: int, start_at: str) -> None:
    """Queue a build of an open incident; those before it that ended well are listed no longer: one a minute would hide the rest."""
    with transaction(connection):
        connection.execute(
            "DELETE FROM builds WHERE incident = ? AND cause = ? AND state = 'done'", (incident, LIVE)
        )
        _queue(connection, incident, LIVE, now, start_at, None, 0)


def _queue(
    connection: sqlite3.Connection, incident: str, cause: str, now: int,
    start_at: str | None, end_at: str | None, not_before: int,
) -> int:  # fmt: skip
    at = max(now, not_before)
    found = connection.execute(
        "SELECT id FROM builds WHERE incident = ? AND state = 'queued'", (incident,)
    ).fetchone()
    if found:
        # The later end wins: an alert that fired again made the incident longer.
        connection.execute(
            "UPDATE builds SET next_at = min(next_at, ?), start_at = coalesce(min(start_at, ?), start_at, ?),"
            " end_at = coalesce(max(end_at, ?), end_at, ?) WHERE id = ?",
            (at, start_at, start_at, end_at, end_at, found[0]),
        )
        return int(found[0])
    cursor = connection.execute(
        "INSERT INTO builds (incident, start_at, end_at, cause, queued_at, next_at) VALUES (?, ?, ?, ?, ?, ?)",
        (incident, start_at, end_at, cause, now, at),
    )
    assert cursor.lastrowid is not None
    return cursor.lastrowid


def work_event(
    connection: sqlite3.Connection, event: int, incident: str, cause: str, now: int,
    start_at: str | None, end_at: str | None,
) -> None:  # fmt: skip
    """Queue the build an event asks for and mark the event, both or neither."""
    with transaction(connection):
        _queue(connection, incident, cause, now, start_at, end_at, 0)
        connection.execute("UPDATE events SET state = 'worked', error = NULL WHERE id = ?", (event,))


def take(connection: sqlite3.Connection, now: int) -> Build | None:
    """Take the next build whose time has come and mark it as running."""
    with transaction(connection):
        found = connection.execute(
            "SELECT id FROM builds WHERE state = 'queued' AND next_at <= ? ORDER BY next_at, id LIMIT 1",
            (now,),
        ).fetchone()
        if not found:
            return None
        connection.execute(
            "UPDATE builds SET state = 'running', started_at = ?, tries = tries + 1 WHERE id = ?",
            (now, found[0]),
        )
        return get(connection, found[0])


def get(connection: sqlite3.Connection, identity: int) -> Build | None:
    """Return one build."""
    row = connection.execute(f"SELECT {_COLUMNS} FROM builds WHERE id = ?", (identity,)).fetchone()  # noqa: S608 - our own names
    return Build(*row) if row else None


def last(connection: sqlite3.Connection, incident: str) -> Build | None:
    """Return the newest build of an incident."""
    row = connection.execute(
        f"SELECT {_COLUMNS} FROM builds WHERE incident = ? ORDER BY id DESC LIMIT 1",  # noqa: S608 - our own names
        (incident,),
    ).fetchone()
    return Build(*row) if row else None


def shown(connection: sqlite3.Connection, incident: str, now: int) -> Build | None:
    """Return the newest build of an incident but for one that merely waits for its time, such as the end of the window."""
    row = connection.execute(
        f"SELECT {_COLUMNS} FROM builds WHERE incident = ? AND (state <> 'queued' OR next_at <= ? OR error IS NOT NULL)"  # noqa: S608 - our own names
        " ORDER BY id DESC LIMIT 1",
        (incident, now),
    ).fetchone()
    return Build(*row) if row else None


def done(connection: sqlite3.Connection, identity: int, now: int, facts: int, gaps: int) -> None:
    """Note that a build ended well."""
    connection.execute(
        "UPDATE builds SET state = 'done', finished_at = ?, facts = ?, gaps = ?, error = NULL WHERE id = ?",
        (now, facts, gaps, identity),
    )


def failed(connection: sqlite3.Connection, build: Build, now: int, error: str) -> None:
    """Note a failure; the build is tried again after a wait that doubles, eight times at most."""
    _again(connection, build.id, build.tries, now, error, _wait(build.tries))


def _again(
    connection: sqlite3.Connection, identity: int, tries: int, now: int, error: str, wait: int
) -> None:
    connection.execute(
        "UPDATE builds SET state = ?, next_at = ?, finished_at = ?, error = ? WHERE id = ?",
        ("failed" if tries >= MOST_TRIES else "queued", now + wait, now, error, identity),
    )


def _wait(tries: int) -> int:
    wait: int = min(FIRST_WAIT * 2 ** (tries - 1), LONGEST_WAIT)
    return wait


def follow_up(connection: sqlite3.Connection, build: Build, now: int, not_before: int) -> bool:
    """Queue one more build for when the window is over; tell whether: an incident without an end has no last one."""
    with transaction(connection):
        (followed,) = connection.execute(
            "SELECT count(*) FROM builds WHERE incident = ? AND cause = ? AND id >"
            " (SELECT coalesce(max(id), 0) FROM builds WHERE incident = ? AND cause <> ?)",
            (build.incident, FOLLOW_UP, build.incident, FOLLOW_UP),
        ).fetchone()
        if followed >= MOST_FOLLOW_UPS:
            return False
        _queue(connection, build.incident, FOLLOW_UP, now, build.start_at, build.end_at, not_before)
        return True


def give_back(connection: sqlite3.Connection, build: Build, now: int) -> None:
    """Queue again what was cut off by an orderly end of the server: no try of its own."""
    connection.execute(
        "UPDATE builds SET state = 'queued', next_at = ?, tries = ? WHERE id = ?",
        (now, build.tries - 1, build.id),
    )


def recover(connection: sqlite3.Connection, now: int) -> int:
    """Queue again what was running when the server died; return how many.

    A build may be what killed it: its tries count, from the second on it waits, and at last it has failed.
    """
    running = connection.execute("SELECT id, tries FROM builds WHERE state = 'running'").fetchall()
    for identity, tries in running:
        error = f"the server ended while it was built, at try {tries}"
        _again(connection, identity, tries, now, error, _wait(tries - 1) if tries > 1 else 0)
    return len(running)


def latest(connection: sqlite3.Connection, limit: int = 200) -> list[Build]:
    """Return the newest builds first."""
    rows = connection.execute(f"SELECT {_COLUMNS} FROM builds ORDER BY id DESC LIMIT ?", (limit,))  # noqa: S608 - as above
    return [Build(*row) for row in rows]


def counts(connection: sqlite3.Connection) -> dict[str, int]:
    """Return how many builds are in each state."""
    return dict(connection.execute("SELECT state, count(*) FROM builds GROUP BY state").fetchall())


def summary(connection: sqlite3.Connection, directory: str, stamp: str) -> Any:
    """Return the remembered summary of a built timeline; None where the file changed since."""
    row = connection.execute(
        "SELECT summary FROM timelines WHERE directory = ? AND stamp = ?", (directory, stamp)
    ).fetchone()
    return json.loads(row[0]) if row else None


def remember(connection: sqlite3.Connection, directory: str, stamp: str, found: Any) -> None:
    """Remember a timeline's summary, so that a list of incidents reads no timeline twice."""
    connection.execute(
        "INSERT OR REPLACE INTO timelines (directory, stamp, summary) VALUES (?, ?, ?)",
        (directory, stamp, json.dumps(found, sort_keys=True)),
    )
