"""Where series were marked as stale, which raw samples do not tell: by what the server shows of them.

From its stale marker on a server shows a series no more, though its last sample still counts by its age. So
the server is asked how often it shows each series on a fine grid; where that is less often than the samples
alone would have it, on which points not; and there, at which millisecond it showed it last.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING, NamedTuple

from collectors.base import SourceError
from collectors.kit.metrics.samples import MS, LabelKey, Mark, Samples, unnamed
from collectors.kit.tape import LackingError
from collectors.kit.together import gather
from collectors.prometheus.samples.narrow import Narrower
from collectors.prometheus.samples.presence import shown
from collectors.prometheus.samples.question import Server

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

_LOADED = 4_000_000  # points of all series that one query has the server hold
_LOCATED = 400  # at most so many requests for the very millisecond; beyond, the grid's point is told


class _Lost(NamedTuple):
    """A series that was still shown at `shown` (a sample or a point of the grid) and no more at `gone` (ns)."""

    key: LabelKey
    shown: int
    gone: int


async def with_marks(
    server: Server, selector: str, series: Sequence[Samples], start: int, end: int, grid: int
) -> Sequence[Samples]:  # fmt: skip
    """Return the series with their stale markers in `[start, end]` (ns), of which all samples were read.

    Absences that lie between two points of the `grid` (ns) are not seen. VictoriaMetrics shows markers as samples. Where the server cannot tell, that is noted for a gap.
    """
    if server.nan_is_stale or not len(series):
        return series
    try:
        found = await _Look(server, selector, start, end, grid).marks(series)
    except LackingError:  # evidence of a version that did not ask
        return series
    except SourceError as err:
        if err.reason in {"unauthorised", "rate_limited", "timed_out"}:
            raise
        server.api.unmarked[selector] = err
        return series
    return [replace(one, marks=found.get(one.key, ())) for one in series] if found else series


class _Look:
    """A look at a selector between two times; `counts`: how long the server counts a sample (ns)."""

    def __init__(self, server: Server, selector: str, start: int, end: int, grid: int) -> None:
        self.api, self.selector, self.grid = server.api, selector, grid
        self.counts = min(server.lookback, server.shows or server.lookback) + server.edge
        # Only there every sample that may still count has been read.
        self.first, self.last = -(-(start + self.counts) // self.grid), end // self.grid

    async def marks(self, series: Sequence[Samples]) -> dict[LabelKey, tuple[Mark, ...]]:
        """Return the markers of each series that has any, in order of time."""
        if self.first > self.last:
            return {}
        lost = await self._lost(series)
        placed = await self._placed(lost, [one.key for one in series])
        found: dict[LabelKey, list[Mark]] = defaultdict(list)
        for one, mark in zip(lost, placed, strict=True):
            found[one.key].append(mark)
        return {key: tuple(sorted(marks)) for key, marks in found.items()}

    async def _lost(self, series: Sequence[Samples]) -> list[_Lost]:
        keys = {unnamed(one.key) for one in series}
        if len(keys) < len(series):  # several metrics: a function drops their names
            wanted = list(range(len(series)))
        else:
            count = await self._counted(len(series))
            wanted = [
                place
                for place, one in enumerate(series)
                if count.get(unnamed(one.key), 0) < self._expected(one.times)
            ]
        if not wanted:
            return []
        those = [series[place] for place in wanted]
        narrow = Narrower(self.selector, [unnamed(s.key) for s in series]).to(unnamed(s.key) for s in those)
        told = await self.api.range(narrow, self.first * self.grid, self.last * self.grid, self.grid)
        points = {one.key: one.times for one in told}
        return [lost for one in those for lost in self._missing(one, points.get(one.key))]

    async def _counted(self, series: int) -> dict[LabelKey, float]:
        size = max(100, _LOADED // series)
        total: dict[LabelKey, float] = defaultdict(float)
        pieces = [(low, min(low + size, self.last + 1)) for low in range(self.first, self.last + 1, size)]
        # The first one by itself: a lack of it in older evidence comes as it is.
        asked = [
            partial(
                self.api.query,
                shown(self.selector, (high - low) * self.grid, self.grid),
                (high - 1) * self.grid,
            )
            for low, high in pieces
        ]
        for result in [await asked[0](), *await gather(asked[1:])]:
            for value in result.vector():
                total[unnamed(tuple(sorted(value.labels.items())))] += value.value
        return total

    def _until(self, times: NDArray[np.int64]) -> NDArray[np.int64]:
        """Return from when on each sample counts no longer, or another one does."""
        import numpy as np

        until: NDArray[np.int64] = np.minimum(
            times + self.counts, np.append(times[1:], np.iinfo(np.int64).max)
        )
        return until

    def _expected(self, times: NDArray[np.int64]) -> int:
        """Return on how many points a series is shown that is marked nowhere."""
        import numpy as np

        low = np.maximum(-(-times // self.grid), self.first)
        high = np.minimum(-(-self._until(times) // self.grid), self.last + 1)
        return int(np.maximum(high - low, 0).sum())

    def _missing(self, series: Samples, told: NDArray[np.int64] | None) -> Iterable[_Lost]:
        """Yield where a series was shown no more though its last sample still counted."""
        import numpy as np

        points = np.arange(self.first, self.last + 1) * self.grid
        sample = np.searchsorted(series.times, points, side="right") - 1
        until = self._until(series.times)
        held = (sample >= 0) & (points < until[sample])
        seen = np.isin(points, told) if told is not None else np.zeros(len(points), bool)
        missing = np.flatnonzero(held & ~seen)
        _, firsts = np.unique(sample[missing], return_index=True)  # the first one after each sample
        for place in missing[firsts].tolist():
            since = int(series.times[sample[place]])
            before = int(points[place - 1]) if place and seen[place - 1] else since
            yield _Lost(series.key, max(since, before), int(points[place]))

    async def _placed(self, lost: Sequence[_Lost], keys: Sequence[LabelKey]) -> list[Mark]:
        """Return the first millisecond at which each was shown no more."""
        together: dict[tuple[int, int], list[LabelKey]] = defaultdict(list)
        for one in lost:
            together[one.shown, one.gone].append(unnamed(one.key))
        if len(together) > _LOCATED or len({unnamed(key) for key in keys}) < len(keys):
            return [Mark(one.gone) for one in lost]
        narrower = Narrower(self.selector, map(unnamed, keys))
        asked = {span: _last(narrower.to(some), *span) for span, some in together.items()}
        answers = await gather([partial(self.api.query, text, span[1]) for span, text in asked.items()])
        found: dict[tuple[int, int, LabelKey], Mark] = {}
        for (span, text), result in zip(asked.items(), answers, strict=True):
            for value in result.vector():
                key = unnamed(tuple(sorted(value.labels.items())))
                at = round(value.value * 1000) * MS + MS
                found[*span, key] = Mark(at, result.payload, value.pointer, text)
        # Shown at none of them: marked right behind its sample.
        return [found.get((*one[1:], unnamed(one.key)), Mark(one.shown + MS)) for one in lost]


def _last(selector: str, after: int, until: int) -> str:
    """Return the expression of when (s) each series was shown last in `(after, until]` (ns)."""
    return f"max_over_time((timestamp({selector}) * 0 + time())[{(until - after) // MS}ms:1ms])"
