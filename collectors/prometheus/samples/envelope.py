"""Crossings without pulling every sample: extremes over the whole, raw samples only where something changed.

The server is asked, over the whole reading, for each series' extremes, and for those that have holes.
Series that may ever have been in breach, or have holes, are looked at batch by batch; a batch reaches
one look-back into the one before it, so that two neighbouring samples of different states always lie
in one batch together. Only such batches are read. What lies between was not read, and holds no change.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from functools import partial
from typing import NamedTuple

from collectors.base import SourceError
from collectors.kit.metrics.samples import MS, LabelKey, Sampled, Samples, unnamed
from collectors.kit.together import gather
from collectors.prometheus.samples.bounds import Limit, Resolution, breaches, metric_name, resolution, sides
from collectors.prometheus.samples.edges import Cut, Edges, Interval, groups, merged, stitched
from collectors.prometheus.samples.marks import with_marks
from collectors.prometheus.samples.narrow import Narrower
from collectors.prometheus.samples.presence import bucket_of, grid_of, shown
from collectors.prometheus.samples.question import Question, ReadSpan, Server, applied, constants
from timeline.instant import NS

_LOADED = 4_000_000  # buckets of all series that one query has the server hold
_ASKING = 4e-3  # seconds that a request costs, and a sample: as JSON, and as a part of a chunk
_JSON, _CHUNK = 8e-7, 2e-7
_KEEPING = 4e-6  # what a sample nobody needs is worth: it would stay in the evidence for ever


class Size(NamedTuple):
    """How much there is about: series, and the usual spacing of a series' samples in ns."""

    series: int
    spacing: int

    def samples(self, series: int, width: int) -> float:
        """Return how many samples so many series have in `width` ns."""
        return series * width / self.spacing


class View(NamedTuple):
    """What the coarse pass has shown: the series, which of them may change state, which have holes."""

    series: dict[LabelKey, dict[str, str]]
    flagged: set[LabelKey]
    holed: set[LabelKey]


async def envelope(
    server: Server, asked: Question, limits: Sequence[tuple[str, float | None]], span: ReadSpan, size: Size
) -> Sampled | None:
    """Read what decides every state; None where the question cannot be looked at coarsely."""
    grid = grid_of(bucket_of(span.reading.staleness), size.series, span.width)
    made = resolution(asked, span.reading.staleness, grid)
    if made is None or span.width < 2 * made.batch:
        return None
    wanted = [(op, value) for op, value in limits if value is not None]
    if len(wanted) < len(limits) and not await _never_absent(server, made, span):
        return None
    look = _Look(server, made, wanted, span, size)
    view = await look.coarse_pass()
    edges = await look.refine(view)
    if look.costs_more_than_whole(edges):
        return await look.pull(view, sorted(edges.intervals))
    return await look.edges(view, edges)


class _Look:
    def __init__(
        self, server: Server, made: Resolution, limits: Sequence[Limit], span: ReadSpan, size: Size
    ) -> None:  # fmt: skip
        self.server, self.resolution, self.limits, self.span, self.size = server, made, limits, span, size
        self.plain = made.asked.plain
        self.stale = server.nan_is_stale and self.plain is not None

    async def coarse_pass(self) -> View:
        """Look at the whole reading at once."""
        wanted = sides(self.limits)
        asked = [partial(self._extremes, side) for side in wanted]
        doubt = partial(self._nan) if self.limits else None  # NaN hides from extremes
        holes = [partial(self._holes, first, last) for first, last in self._pieces()]
        rest = [*holes, doubt] if doubt else holes
        found = await gather([*asked, *rest])
        extremes = dict(zip(wanted, found, strict=False))
        series: dict[LabelKey, dict[str, str]] = {}
        for side in wanted or ["any"]:
            for key in extremes.get(side, ()):
                series[key] = dict(key) | self._name()
        flagged = {key for key in series if self._may_breach(key, extremes)}
        if doubt:
            flagged |= found[-1].keys()
        holed = {key for piece in found[len(asked) : len(asked) + len(holes)] for key in piece}
        return View(series, flagged & series.keys(), holed & series.keys())

    async def refine(self, view: View) -> Edges:
        """Look at the series that may change, batch by batch; return what of them must be read."""
        staleness, bucket, batch = self.resolution.staleness, self.resolution.bucket, self.resolution.batch
        spans, holes = await gather([partial(self._spans, view), partial(self._batches, view)])
        edges = Edges(self.span.start, self.span.end)
        for key in view.flagged:  # in breach from the beginning, or not
            edges.add(key, self.span.start, self.span.start + staleness)
        for key, at in spans:
            edges.add(key, at - batch - staleness, at)
        for key, at in holes:
            edges.add(key, at - batch - 2 * staleness - bucket, at + staleness)
        return edges

    def costs_more_than_whole(self, edges: Edges) -> bool:
        """Tell whether reading the edges costs more than reading these series whole."""
        if self.server.way == "envelope" or self.plain is None:
            return False
        parts = groups(edges.intervals, self._cost)
        cost = sum(self._cost(part, len(keys), _JSON) for part, keys in parts)
        whole = self.size.samples(len(edges.intervals), self.span.width)
        each = _JSON if self.server.nan_is_stale else _CHUNK
        return cost > _ASKING * 10 + whole * each

    async def pull(self, view: View, keys: Sequence[LabelKey]) -> Sampled:
        """Read some series whole: they change too often for their edges."""
        from collectors.prometheus.samples.pull import pull

        assert self.plain is not None
        selector = self._narrowed(view, keys)
        size = self.size.samples(len(keys), self.span.width)
        found, how = await pull(self.server, selector, self.span, size)
        if view.holed:
            found = await with_marks(
                self.server, selector, found, self.span.start, self.span.end, self.resolution.grid
            )
        cuts = {unnamed(s.key): [Cut(Interval(self.span.start, self.span.end), s)] for s in found}
        text = f"the {len(keys)} of {len(view.series)} series that change {how}"
        return self._sampled(view, {key: cuts.get(key, []) for key in keys}, text)

    async def edges(self, view: View, edges: Edges) -> Sampled:
        """Read the samples around the changes."""
        parts = groups(edges.intervals, self._cost)
        if self.plain is None:  # an expression gives all its series, or none
            everything = merged(i for intervals in edges.intervals.values() for i in intervals)
            parts = [(interval, list(edges.intervals)) for interval in everything]
        read = await gather([partial(self._edge, view, *part) for part in parts])
        cuts: dict[LabelKey, list[Cut]] = {key: [] for key in edges.intervals}
        for (interval, keys), found in zip(parts, read, strict=True):
            for key in keys:
                cuts[key].append(Cut(interval, found.get(key)))
        return self._sampled(view, cuts, "raw samples only where a state or presence changed")

    def _sampled(self, view: View, cuts: Mapping[LabelKey, list[Cut]], read: str) -> Sampled:
        tick = self.resolution.bucket if self.plain is None else MS
        series = [
            applied(
                stitched(labels, cuts.get(key, []), self.span, self.resolution.staleness, tick), self.plain
            )
            for key, labels in sorted(view.series.items())
        ]
        batch = f"{self.resolution.batch / NS:g} s"
        way = f"read as: extremes over the whole, then by steps of {batch}; {read}"
        return Sampled(series, self.span.reading, way, self.size.spacing, never_absent=True)

    async def _edge(self, view: View, interval: Interval, keys: list[LabelKey]) -> dict[LabelKey, Samples]:
        api = self.server.api
        if self.plain is None:
            found = await api.range(self.resolution.asked.query, *interval, self.resolution.bucket)
        else:
            found = await api.raw(self._narrowed(view, keys), *interval)
            if any(key in view.holed for key in keys):
                found = await with_marks(
                    self.server, self._narrowed(view, keys), found, *interval, self.resolution.grid
                )
        return {unnamed(series.key): series for series in found}

    def _narrowed(self, view: View, keys: Iterable[LabelKey]) -> str:
        return Narrower(self.resolution.selector, view.series, escaped=self.server.nan_is_stale).to(keys)

    def _cost(self, interval: Interval, series: int, each: float = _KEEPING) -> float:
        """Return about how many seconds reading an interval of so many series is worth."""
        count = self.size.series if self.plain is None else series
        return _ASKING + each * self.size.samples(count, interval.end - interval.start)

    async def _extremes(self, side: str) -> dict[LabelKey, float]:
        plain = self.plain
        rising = plain is None or float(constants(plain, 1.0)) >= float(constants(plain, 0.0))
        name = "max_over_time" if (side == "high") == rising else "min_over_time"
        found = await self._instant(self.resolution.over(name, self.span.width + MS))
        return {key: float(constants(plain, value)) if plain else value for key, value in found.items()}

    async def _nan(self) -> dict[LabelKey, float]:
        return await self._instant(f"{self.resolution.over('sum_over_time', self.span.width + MS)} * 0 != 0")

    async def _holes(self, first: int, last: int) -> dict[LabelKey, float]:
        text = self.resolution.holes(last - first + 1, stale=self.stale)
        return await self._instant(text, last * self.resolution.bucket)

    async def _instant(self, expression: str, at: int | None = None) -> dict[LabelKey, float]:
        found = await self.server.api.query(expression, self.span.end if at is None else at)
        return {unnamed(tuple(sorted(v.labels.items()))): v.value for v in found.vector()}

    def _pieces(self) -> list[tuple[int, int]]:
        """Return the first and last buckets (numbered from the epoch) to ask for at once.

        Each piece begins with the bucket that the one before ended with: a hole shows beside a sample.
        """
        bucket = self.resolution.bucket
        first, last = -(-self.span.start // bucket), -(-self.span.end // bucket)
        if self.plain is None:
            last = self.span.end // bucket
        size = max(10, _LOADED // max(1, self.size.series * bucket // self.resolution.grid))
        return [(low, min(low + size, last)) for low in range(first, last, size)] or [(first, last)]

    def _may_breach(self, key: LabelKey, extremes: Mapping[str, Mapping[LabelKey, float]]) -> bool:
        high, low = (extremes.get(side, {}).get(key, float("nan")) for side in ("high", "low"))
        return any(breaches(op, value, high, low) for op, value in self.limits)

    async def _spans(self, view: View) -> list[tuple[LabelKey, int]]:
        if not view.flagged or not self.limits:
            return []
        narrow = self.resolution._replace(selector=self._selector(view, view.flagged))
        return await self._steps(narrow.spans(self.limits))

    async def _batches(self, view: View) -> list[tuple[LabelKey, int]]:
        if not view.holed:
            return []
        narrow = self.resolution._replace(selector=self._selector(view, view.holed))
        return await self._steps(
            narrow.holes(self.resolution.batch // self.resolution.bucket + 2, stale=self.stale)
        )

    def _selector(self, view: View, keys: set[LabelKey]) -> str:
        return "" if self.plain is None else self._narrowed(view, keys)

    async def _steps(self, expression: str) -> list[tuple[LabelKey, int]]:
        """Evaluate at the end of every batch; return the series and times that are left."""
        batch = self.resolution.batch
        end = -(-self.span.end // batch) * batch
        found = await self.server.api.range(expression, self.span.start, end, batch)
        return [(unnamed(series.key), int(at)) for series in found for at in series.times]

    def _name(self) -> dict[str, str]:
        named = self.plain and metric_name(self.plain)
        return {"__name__": named} if named else {}


async def _never_absent(server: Server, made: Resolution, span: ReadSpan) -> bool:
    """Tell whether some series had a sample in every bucket."""
    if server.nan_is_stale and made.asked.plain is not None:
        return False  # a stale marker may end the last of them sooner than the look-back
    first, last = -(-span.start // made.bucket), span.end // made.bucket
    count = last - first + 1
    try:
        buckets = shown(f"group({made.present})", count * made.bucket, made.bucket)
        found = await server.api.query(buckets, last * made.bucket)
        if made.asked.plain is not None:
            look = shown(f"group({made.selector})", count * made.bucket, made.grid)
            told = await server.api.query(look, last * made.bucket)
            if [value.value for value in told.vector()] != [count * made.bucket // made.grid]:
                return False  # a stale marker may have ended the last of them
    except SourceError as err:
        if err.reason != "partial":
            raise
        return False
    return [value.value for value in found.vector()] == [count]
