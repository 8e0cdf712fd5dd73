"""Sessions of people who signed in by the page: kept here, so that they can be ended; a cookie holds only a name for one."""

from __future__ import annotations

import hashlib
import hmac
import secrets
import sqlite3
import time
from typing import TYPE_CHECKING, NamedTuple
from urllib.parse import quote

from archive import database, sessions
from archive.sessions import Session
from timeline.instant import NS

if TYPE_CHECKING:
    from service.inbox.worker import Database
    from service.settings.serve import Role

SECONDS = 12 * 3600


class Token(NamedTuple):
    """A token that was resolved: whose, what, and what it allows."""

    name: str
    secret: str
    role: Role


class Sessions:
    """Begins, finds and ends sessions; another process may end them as well."""

    def __init__(self, store: Database) -> None:
        self._store = store
        self._reader: sqlite3.Connection | None = None

    def begin(self, token: Token) -> str:
        """Return a new cookie's value, of which only a digest is kept."""
        value = f"{quote(token.name, safe='')}.{secrets.token_urlsafe(32)}"
        now = time.time_ns()
        with self._store.use() as connection:
            sessions.begin(
                connection, _digest(value), Session(token.name, seal(token), now + SECONDS * NS), now
            )
        return value

    def name(self, value: str) -> Session | None:
        """Return the session of a cookie; None where it is over, was ended, or never was."""
        # A connection that only reads waits for nobody: every request of a page comes here.
        self._reader = self._reader or database.look(self._store.path)
        return sessions.get(self._reader, _digest(value), time.time_ns())

    def end(self, value: str) -> None:
        """End the session of a cookie."""
        with self._store.use() as connection:
            sessions.end(connection, _digest(value))

    def end_all(self, name: str) -> int:
        """End all sessions of a person; return how many."""
        with self._store.use() as connection:
            return sessions.end_all(connection, name)

    def close(self) -> None:
        """Close the reader."""
        if self._reader:
            self._reader.close()


def seal(token: Token) -> str:
    """Return what ends a session with its token: the token cannot be read from it."""
    return hmac.new(token.secret.encode(), f"session {token.name}".encode(), hashlib.sha256).hexdigest()


def _digest(value: str) -> str:
    return hashlib.sha256(value.encode("utf-8", "replace")).hexdigest()
