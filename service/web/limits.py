"""Rate limits: a bucket for each that asks, in memory; and how many of one kind may be under way at once."""

from __future__ import annotations

import asyncio
import math
import time
from collections import Counter, OrderedDict
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager


class Limiter:
    """Lets `rate` requests a minute through for each key, and `burst` at once."""

    def __init__(self, rate: float, burst: float | None = None, keys: int = 10_000) -> None:
        self._rate, self._burst, self._keys = rate / 60, burst or rate, keys
        self._buckets: OrderedDict[str, tuple[float, float]] = OrderedDict()

    def wait(self, key: str, now: float | None = None) -> int:
        """Take one; return 0, or after how many seconds there is one again."""
        now = time.monotonic() if now is None else now
        left, at = self._buckets.pop(key, (self._burst, now))
        left = min(self._burst, left + (now - at) * self._rate)
        taken = left >= 1
        self._buckets[key] = (left - taken, now)
        # Whoever asked longest ago is forgotten first: no one can fill the memory with names.
        while len(self._buckets) > self._keys:
            self._buckets.popitem(last=False)
        return 0 if taken else max(1, math.ceil((1 - left) / self._rate))


class Held:
    """Counts what is under way for each key: `each` at most, and `all_` together."""

    def __init__(self, each: int, all_: int) -> None:
        self._each, self._all, self._held = each, all_, Counter[str]()

    @property
    def total(self) -> int:
        """How many there are."""
        return self._held.total()

    def take(self, key: str) -> bool:
        """Tell whether there is room for one more, and count it."""
        free = self._held[key] < self._each and self._held.total() < self._all
        if free:
            self._held[key] += 1
        return free

    def give(self, key: str) -> None:
        """Count one less."""
        self._held[key] -= 1
        if self._held[key] <= 0:
            del self._held[key]


class Unproven:
    """Bodies that are taken before it is known who sends them: few at once for each peer, and few bytes in all."""

    SMALL = 256 * 2**10  # bytes; what is larger shares `room`

    def __init__(self, each: int = 16, wait: float = 2.0, room: int = 64 * 2**20) -> None:
        self._each, self._wait, self._room = each, wait, room
        self._peers: dict[str, tuple[asyncio.Semaphore, Counter[str]]] = {}
        self._held = 0

    @asynccontextmanager
    async def turn(self, peer: str) -> AsyncIterator[None]:
        """Wait for a peer's turn; raise TimeoutError where its others take too long."""
        semaphore, users = self._peers.setdefault(peer, (asyncio.Semaphore(self._each), Counter()))
        users[peer] += 1
        try:
            async with asyncio.timeout(self._wait):
                await semaphore.acquire()
            try:
                yield
            finally:
                semaphore.release()
        finally:
            users[peer] -= 1
            if not users[peer]:
                self._peers.pop(peer, None)

    def hold(self, size: int, whole: int) -> bool:
        """Count `size` bytes more of a body of `whole` so far; tell whether there is room."""
        self._held += size
        return whole <= self.SMALL or self._held <= self._room

    def drop(self, size: int) -> None:
        """Count `size` bytes less."""
        self._held -= size
