"""One SQLite file in WAL mode: what was acknowledged survives a kill and a power cut."""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Literal

from timeline.errors import TimelineError

#: Raised with every change of the tables; `_STEPS[n]` leads from version n to n + 1.
VERSION = 2
_STEPS = (
    """
    CREATE TABLE events (
      id INTEGER PRIMARY KEY AUTOINCREMENT,
      hook TEXT NOT NULL,           -- the configured webhook's name
      sender TEXT NOT NULL,         -- alertmanager, pagerduty, ...
      delivery TEXT,                -- the sender's own id of this delivery, if it gives one
      digest TEXT NOT NULL,         -- SHA-256 of the body
      type TEXT NOT NULL,           -- as the sender calls it; unknown ones are stored too
      received_at INTEGER NOT NULL, -- ns since 1970 UTC, our clock
      body BLOB NOT NULL,
      state TEXT NOT NULL DEFAULT 'stored',  -- stored, worked, failed
      tries INTEGER NOT NULL DEFAULT 0,
      next_at INTEGER NOT NULL DEFAULT 0,
      error TEXT
    ) STRICT;
    CREATE UNIQUE INDEX event_delivery ON events (hook, delivery) WHERE delivery IS NOT NULL;
    CREATE INDEX event_digest ON events (hook, digest, received_at);
    CREATE INDEX event_time ON events (received_at);
    CREATE INDEX event_open ON events (next_at) WHERE state = 'stored';
    CREATE TABLE runs (             -- when somebody listened: the rest is a gap, not quiet
      id INTEGER PRIMARY KEY AUTOINCREMENT,
      started_at INTEGER NOT NULL,
      alive_at INTEGER NOT NULL
    ) STRICT;
    CREATE TABLE builds (
      id INTEGER PRIMARY KEY AUTOINCREMENT,
      incident TEXT NOT NULL,
      start_at TEXT, end_at TEXT,   -- RFC 3339, where no incident file says them
      cause TEXT NOT NULL,          -- `webhook NAME`, `by NAME`, `window complete`
      state TEXT NOT NULL DEFAULT 'queued',  -- queued, running, done, failed
      tries INTEGER NOT NULL DEFAULT 0,
      queued_at INTEGER NOT NULL,
      next_at INTEGER NOT NULL,
      started_at INTEGER, finished_at INTEGER,
      facts INTEGER, gaps INTEGER,
      error TEXT
    ) STRICT;
    CREATE INDEX build_open ON builds (next_at) WHERE state IN ('queued', 'running');
    CREATE INDEX build_incident ON builds (incident, id);
    CREATE TABLE timelines (
      directory TEXT PRIMARY KEY,
      stamp TEXT NOT NULL,          -- size and time of change of timeline.json when it was read
      summary TEXT NOT NULL         -- JSON
    ) STRICT;
    """,
    """
    CREATE TABLE sessions (
      digest TEXT PRIMARY KEY,      -- SHA-256 of the cookie's value
      name TEXT NOT NULL,
      seal TEXT NOT NULL,           -- ends it with its token
      created_at INTEGER NOT NULL,
      expires_at INTEGER NOT NULL   -- ns since 1970 UTC, our clock
    ) STRICT;
    CREATE TABLE roles (            -- as they were at the last start: what changes is told
      name TEXT PRIMARY KEY,
      role TEXT NOT NULL
    ) STRICT;
    """,
)


class DatabaseError(TimelineError):
    """The database cannot be opened or was written by a newer version."""

    exit_code = 2


def opened(path: Path, *, synchronous: Literal["FULL", "NORMAL"]) -> sqlite3.Connection:
    """Open a file in WAL mode, and make it where it is not there; raise sqlite3.Error, OSError."""
    path.parent.mkdir(parents=True, exist_ok=True)
    connection = sqlite3.connect(path, timeout=10, isolation_level=None, check_same_thread=False)
    connection.row_factory = sqlite3.Row
    connection.execute("PRAGMA journal_mode = WAL")
    connection.execute(f"PRAGMA synchronous = {synchronous}")
    connection.execute("PRAGMA foreign_keys = ON")
    return connection


def connect(path: Path) -> sqlite3.Connection:
    """Open (and make, or bring up to date) the database; raise DatabaseError."""
    try:
        # FULL: a commit is on the disk before it is answered, even where the power fails.
        connection = opened(path, synchronous="FULL")
        _upgrade(connection, path)
    except (sqlite3.Error, OSError) as err:
        raise DatabaseError(f"{path}: the database cannot be opened: {err}") from err
    return connection


def look(path: Path) -> sqlite3.Connection:
    """Open the database to read it alone; raise sqlite3.Error, or DatabaseError where it is none of ours."""
    real = Path(os.path.realpath(path))  # which bears a link to itself
    if (real.is_symlink() or real.exists()) and not real.is_file():
        raise DatabaseError(f"{path} is no file")  # a FIFO would be waited for without an end
    connection = sqlite3.connect(f"{real.as_uri()}?mode=ro", uri=True, timeout=10)
    try:
        version = connection.execute("PRAGMA user_version").fetchone()[0]
    except sqlite3.Error:
        connection.close()
        raise
    if not 1 <= version <= VERSION:
        connection.close()
        raise DatabaseError(f"{path} is of version {version}; this one reads 1 to {VERSION}")
    return connection


def _upgrade(connection: sqlite3.Connection, path: Path) -> None:
    with transaction(connection):
        found = connection.execute("PRAGMA user_version").fetchone()[0]
        if found > VERSION:
            raise DatabaseError(f"{path} was written by a newer version ({found}); this one reads {VERSION}")
        for step in _STEPS[found:]:
            for statement in step.split(";\n"):
                connection.execute(statement)
        connection.execute(f"PRAGMA user_version = {VERSION}")


@contextmanager
def transaction(connection: sqlite3.Connection) -> Iterator[None]:
    """Do all or nothing; others that write wait."""
    connection.execute("BEGIN IMMEDIATE")
    try:
        yield
    except BaseException:
        connection.execute("ROLLBACK")
        raise
    connection.execute("COMMIT")
