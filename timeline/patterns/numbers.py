"""Medians, p90 and bootstrap intervals of ranges; pure, the same numbers for the same incidents.

A duration is a range, so its median is one: from the median of the lower ends to the median of the upper ends. Whatever
the true durations are inside their ranges, their true median is inside that, and so it is with p90. p90 is a value that
an incident had (the next one above). The interval is the bootstrap's: incidents are drawn again with replacement, lower
and upper ends together, from a fixed seed; it reaches from the 2.5th percentile of the medians of lower ends to the
97.5th of those of upper ends. Under `FEW` incidents neither p90 nor an interval is told: they would say nothing.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import msgspec

if TYPE_CHECKING:
    import pandas as pd

#: Fewer incidents than this are few, and it is said.
FEW = 8
SEED, MOST_DRAWS, LEAST_DRAWS = 20_260_101, 2_000, 200
#: Values that are drawn for one interval at most; of many incidents fewer draws tell as much.
_VALUES = 2_000_000
Range = tuple[float, float]


class Estimate(msgspec.Struct, frozen=True):
    """Of how many incidents, and which; median, extremes, p90 and the 95 % interval of the median; None of none or few."""

    incidents: tuple[str, ...] = ()
    median: Range | None = None
    least: float | None = None
    most: float | None = None
    p90: Range | None = None
    interval: Range | None = None

    @property
    def n(self) -> int:
        """How many incidents it is of."""
        return len(self.incidents)

    @property
    def few(self) -> bool:
        """Whether it is of too few to tell more than the values themselves."""
        return self.n < FEW


def estimates(values: pd.DataFrame, by: str | list[str]) -> dict[Any, Estimate]:
    """Return what rows with `id`, `low` and `high` (one an incident) tell, of each value of the columns `by`."""
    if values.empty:
        return {}
    grouped = values.groupby(by, sort=False)
    ends = grouped[["low", "high"]]
    middles, ninths = ends.median(), ends.quantile(0.9, interpolation="higher")
    least, most = grouped["low"].min(), grouped["high"].max()
    found = {}
    for key, own in grouped:
        at: Any = key[0] if isinstance(by, str) and isinstance(key, tuple) else key
        few = len(own) < FEW
        found[at] = Estimate(
            tuple(own["id"]), _range(middles.loc[at]), float(least.loc[at]), float(most.loc[at]),
            None if few else _range(ninths.loc[at]), None if few else interval(own["low"].to_list(), own["high"].to_list()),
        )  # fmt: skip
    return found


def _range(ends: Any) -> Range:
    return float(ends["low"]), float(ends["high"])


def interval(lows: Sequence[float], highs: Sequence[float]) -> Range:
    """Return the 95 % bootstrap interval of the median of ranges."""
    import numpy as np

    size = len(lows)
    draws = max(LEAST_DRAWS, min(MOST_DRAWS, _VALUES // size))
    chosen = np.random.default_rng(SEED).integers(0, size, (draws, size))
    low, high = (np.median(np.asarray(ends, dtype=float)[chosen], axis=1) for ends in (lows, highs))
    return float(np.quantile(low, 0.025)), float(np.quantile(high, 0.975))
