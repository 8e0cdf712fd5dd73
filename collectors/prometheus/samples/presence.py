"""PromQL for how often a server shows series, on a grid that is the same for every way of reading."""

from __future__ import annotations

from collectors.kit.metrics.samples import MS
from timeline.instant import NS

FINEST = 5 * NS  # below it, a server that scrapes a target marks none and shows it again
_MOST = 50_000_000  # points of all series that are looked at: a server takes some ten seconds for them


def bucket_of(staleness: int) -> int:
    """Return half of how long (ns) a state holds without a sample, in whole milliseconds; at least one."""
    return max(staleness // 2 // MS, 1) * MS


def grid_of(bucket: int, series: int, width: int) -> int:
    """Return the grid (ns) on which presence is looked at: whole parts of `bucket` (ns), its first one at least.

    Five seconds, and more where so many series over so long (ns) would be too many points.
    """
    wanted = max(FINEST, series * width // _MOST)
    parts = max(1, -(-bucket // wanted))
    while bucket // MS % parts:
        parts -= 1
    return bucket // parts


def shown(expression: str, width: int, grid: int) -> str:
    """Return the expression of how often each series is shown on the grid's points of the last `width` ns."""
    return (
        f"count_over_time({expression}[{width // MS - 1}ms:{grid // MS}ms])"  # left-open or closed: the same
    )
