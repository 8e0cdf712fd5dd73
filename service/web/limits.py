"""Rate limits: a bucket for each that asks, in memory; and how many of one kind may be under way at once."""

from __future__ import annotations

import math
import time
from collections import Counter, OrderedDict


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
        _less(self._held, key, 1)


class Unproven:
    """Bytes of bodies that are taken before it is known who sends them: bounded together, and fair to addresses.

    A body that drips holds nearly nothing, so it keeps no other from being taken; its time is bounded elsewhere.
    """

    def __init__(self, room: int = 64 * 2**20, most: int = 256 * 2**20, share: int = 4 * 2**20) -> None:
        self._room, self._most, self._share = room, most, share
        self._held = Counter[str]()

    def hold(self, peer: str, size: int) -> bool:
        """Count `size` bytes more of an address; tell whether there is room: where it is short, who holds much has none."""
        self._held[peer] += size
        total = self._held.total() if size else 0
        return total <= self._room or (total <= self._most and self._held[peer] <= self._share)

    def drop(self, peer: str, size: int) -> None:
        """Count `size` bytes less."""
        _less(self._held, peer, size)


def _less(held: Counter[str], key: str, count: int) -> None:
    held[key] -= count
    if held[key] <= 0:
        del held[key]  # no one can fill the memory with names
