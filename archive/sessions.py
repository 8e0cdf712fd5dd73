"""Who is signed in, by a digest of what their cookie holds; and which role everybody had at the last start."""

from __future__ import annotations

import sqlite3
from collections.abc import Mapping
from typing import NamedTuple

from archive.database import transaction


class Session(NamedTuple):
    """Whose it is, what ties it to their token, and until when it lasts (ns)."""

    name: str
    seal: str
    expires_at: int


def begin(connection: sqlite3.Connection, digest: str, session: Session, now: int) -> None:
    """Keep a session; forget those that are over."""
    with transaction(connection):
        connection.execute("DELETE FROM sessions WHERE expires_at <= ?", (now,))
        connection.execute(
            "INSERT INTO sessions (digest, name, seal, created_at, expires_at) VALUES (?, ?, ?, ?, ?)",
            (digest, session.name, session.seal, now, session.expires_at),
        )


def get(connection: sqlite3.Connection, digest: str, now: int) -> Session | None:
    """Return a session that is not over."""
    row = connection.execute(
        "SELECT name, seal, expires_at FROM sessions WHERE digest = ? AND expires_at > ?", (digest, now)
    ).fetchone()
    return Session(*row) if row else None


def end(connection: sqlite3.Connection, digest: str) -> int:
    """End one session; return whether there was one."""
    return connection.execute("DELETE FROM sessions WHERE digest = ?", (digest,)).rowcount


def end_all(connection: sqlite3.Connection, name: str | None = None) -> int:
    """End all sessions of a person, or of everybody; return how many."""
    condition, given = ("name = ?", (name,)) if name is not None else ("TRUE", ())
    return connection.execute(f"DELETE FROM sessions WHERE {condition}", given).rowcount  # noqa: S608 - our own words


def exchange_roles(connection: sqlite3.Connection, roles: Mapping[str, str]) -> dict[str, str]:
    """Keep everybody's role; return those of before."""
    with transaction(connection):
        before = dict(connection.execute("SELECT name, role FROM roles").fetchall())
        connection.execute("DELETE FROM roles")
        connection.executemany("INSERT INTO roles (name, role) VALUES (?, ?)", roles.items())
        return before
