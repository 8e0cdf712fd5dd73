"""Connections that say too little: half-open ones, headers and bodies that drip, answers that nobody reads.

uvicorn ends idle connections between requests; before the first request, and within one, it waits for ever.
"""

from __future__ import annotations

import asyncio
import resource
from contextlib import suppress
from typing import Any, Literal

import h11
from uvicorn.protocols.http.h11_impl import H11Protocol

HEADERS, MESSAGE, UNREAD = (
    10.0,
    30.0,
    30.0,
)  # seconds for headers, for a whole request, for an answer nobody reads
HALF_OPEN = 256  # connections that have not asked yet; the oldest makes room for the newest
_DISCARDED = 16 * 2**20  # bytes of a body that are let run out after its answer
_LOOK = 1.0  # seconds
_FILES, _SPARE = 8192, 128  # open files; those that are no connections

Phase = Literal["headers", "body", "answer"]


def most_connections() -> int:
    """Raise how many files may be open as far as is allowed without asking; return how many may be connections."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = _FILES if hard == resource.RLIM_INFINITY else min(hard, _FILES)
    if soft != resource.RLIM_INFINITY and soft < wanted:
        with suppress(ValueError, OSError):
            resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, hard))
            soft = wanted
    files = wanted if soft == resource.RLIM_INFINITY else soft
    return max(files - _SPARE, 64)


def guarded(most: int, half_open: int = HALF_OPEN) -> type[GuardedProtocol]:
    """Return a protocol class for one server: so many connections, and so many that have not asked yet."""
    return type("Guarded", (GuardedProtocol,), {"most": most, "half_open": half_open, "waiting": {}})


class GuardedProtocol(H11Protocol):
    """uvicorn's protocol, with a limit of time for each part of a request."""

    most: int
    half_open: int
    waiting: dict[GuardedProtocol, None]  # those that have not asked yet, the oldest first
    _tick: asyncio.TimerHandle | None = None
    _key: tuple[Phase, int] = ("headers", 0)
    _since = 0.0
    _unread_since: float | None = None
    _discarded = 0

    def connection_made(self, transport: Any) -> None:
        """Begin to count the seconds; let the oldest that has not asked go where there are too many."""
        super().connection_made(transport)
        self._since = self.loop.time()
        self.waiting[self] = None
        if len(self.waiting) > self.half_open:
            next(iter(self.waiting)).drop()
        elif len(self.connections) > self.most:
            self._oldest().drop()
        self._tick = self.loop.call_later(_LOOK, self._look)

    def drop(self) -> None:
        """End it, and count it no longer: many may come before it is lost."""
        self.waiting.pop(self, None)
        self.connections.discard(self)
        self.transport.abort()

    def connection_lost(self, exc: Exception | None) -> None:
        """Forget it."""
        if self._tick:
            self._tick.cancel()
        self.waiting.pop(self, None)
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        """Note what it is at now."""
        super().data_received(data)
        self._turn()
        answered = self.cycle is not None and self.cycle.response_complete
        self._discarded = self._discarded + len(data) if answered and self._key[0] == "body" else 0
        if self._discarded > _DISCARDED:
            self.transport.abort()

    @property
    def asking_since(self) -> float:
        """Since when it has been at its headers or its body (s, the loop's clock); infinity while it is answered."""
        return float("inf") if self._key[0] == "answer" else self._since

    def _turn(self) -> None:
        key = (self._phase(), id(self.cycle))
        if key != self._key:
            self._key, self._since = key, self.loop.time()
        if self.cycle is not None:
            self.waiting.pop(self, None)

    def _phase(self) -> Phase:
        if self.conn.their_state is h11.SEND_BODY:
            return "body"
        return "headers" if self.cycle is None or self.cycle.response_complete else "answer"

    def _oldest(self) -> GuardedProtocol:
        """Return the connection that has been at its headers or its body for longest: none that is answered."""
        every = (c for c in self.connections if isinstance(c, GuardedProtocol))
        return min(every, key=lambda c: c.asking_since, default=self)

    def _look(self) -> None:
        self._turn()
        now, phase = self.loop.time(), self._key[0]
        self._unread_since = (self._unread_since or now) if self.flow.write_paused else None
        late = now - self._since > {"headers": HEADERS, "body": MESSAGE, "answer": float("inf")}[phase]
        if late or (self._unread_since is not None and now - self._unread_since > UNREAD):
            self.transport.abort()
            return
        self._tick = self.loop.call_later(_LOOK, self._look)
