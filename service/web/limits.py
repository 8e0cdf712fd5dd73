"""Rate limits: a bucket for each that asks, in memory."""

from __future__ import annotations

import math
import time
from collections import OrderedDict


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
