"""What a source may take of our time, and what all sources of a build may ask of one host."""

from __future__ import annotations

import random
import threading
import time
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from typing import TypeVar

import anyio

T = TypeVar("T")
_TICK = 0.25  # seconds; the longest step by which waiting is counted
_JITTER = 0.25  # of a pause, at most: so that many who were refused at once do not come back at once


class Patience:
    """The seconds that a source may still be waited for.

    Counted is the time in which it is waited for, once where several requests are under way; what the
    program itself works meanwhile (parsing, redaction, hashing) keeps the clock from ticking, and does
    not count.
    """

    def __init__(self, cap: float) -> None:
        self.left = cap
        self._tick = min(_TICK, cap / 8)
        self._waiting = 0
        self._seen = 0.0

    async def spend(self, call: Callable[[], Awaitable[T]]) -> T:
        """Await a call; raise TimeoutError when nothing is left."""
        if self.left <= 0:
            raise TimeoutError
        came: list[T] = []
        failed: list[Exception] = []
        async with anyio.create_task_group() as group:
            group.start_soon(self._watch, group.cancel_scope)
            try:
                came.append(await call())
            except Exception as err:  # noqa: BLE001 - raised below: a group would wrap it
                failed.append(err)
            group.cancel_scope.cancel()
        if failed:
            raise failed[0]
        if not came:
            raise TimeoutError
        return came[0]

    async def _watch(self, scope: anyio.CancelScope) -> None:
        if not self._waiting:
            self._seen = time.monotonic()
        self._waiting += 1
        try:
            while self.left > 0:
                await anyio.sleep(min(self._tick, max(self.left, 0.001)))
                self._count()
        finally:
            self._waiting -= 1
            self._count()
        scope.cancel()

    def _count(self) -> None:
        now = time.monotonic()
        self.left -= min(now - self._seen, self._tick)
        self._seen = now


class Stopwatch:
    """The seconds that files may still be read for: those in which the reading thread works or waits for itself.

    A file is read in turns, each within one thread; what other threads do meanwhile does not count.
    """

    def __init__(self, cap: float) -> None:
        self.left = cap
        self._begun = threading.local()

    @contextmanager
    def turn(self) -> Iterator[None]:
        """Count the seconds of one turn."""
        begun = self._begun.at = time.thread_time()
        try:
            yield
        finally:
            self.left -= time.thread_time() - begun

    def check(self) -> None:
        """Raise TimeoutError when nothing is left."""
        if time.thread_time() - getattr(self._begun, "at", time.thread_time()) > self.left:
            raise TimeoutError


class Budget:
    """What one host is asked by all sources of a build: so much at once, so much a second, none in a pause.

    The largest `concurrency` and the smallest `rate` of its sources hold. A pause that the host asked for
    is for those with the same credentials: limits go by them.
    """

    def __init__(self) -> None:
        self.limit = anyio.CapacityLimiter(1)
        self._interval = 0.0
        self._next = 0.0
        self._until: dict[str, float] = {}

    def join(self, concurrency: int, rate: float | None) -> None:
        """Take one more source in."""
        self.limit.total_tokens = max(self.limit.total_tokens, concurrency)
        self._interval = max(self._interval, 1 / rate if rate else 0.0)

    def hold(self, who: str, seconds: float) -> None:
        """Note that the host asked whoever has these credentials for a pause."""
        self._until[who] = max(self._until.get(who, 0.0), time.monotonic() + seconds)

    def held(self, who: str) -> float:
        """Return for how many seconds the host is left alone."""
        return max(0.0, self._until.get(who, 0.0) - time.monotonic())

    def take(self) -> float:
        """Take the next turn; return the seconds until it comes."""
        now = time.monotonic()
        turn = max(now, self._next)
        self._next = turn + self._interval
        return turn - now


def jittered(seconds: float) -> float:
    """Return a pause of at least so many seconds, and a little more by chance."""
    return seconds * (1 + _JITTER * random.random())  # noqa: S311 - no secret: it only spreads requests
