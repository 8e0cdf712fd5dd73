"""How a question's samples are read: chosen by how many there are and how often they change."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Sequence
from contextlib import suppress
from functools import partial
from importlib import import_module
from threading import Thread

from collectors.base import SourceError
from collectors.kit.metrics.samples import MS, Sampled
from collectors.kit.together import gather
from collectors.prometheus.answers import Value
from collectors.prometheus.samples.envelope import Size, envelope
from collectors.prometheus.samples.marks import with_marks
from collectors.prometheus.samples.presence import FINEST, bucket_of, grid_of
from collectors.prometheus.samples.pull import pull
from collectors.prometheus.samples.question import Question, ReadSpan, Server, applied, span_of
from timeline.instant import NS
from timeline.model import Window

_SMALL = 40_000  # samples that are read whole: some ten requests would not be faster
_SMALL_GRID = 600_000  # points: each look from afar evaluates the expression once more


async def sample(
    server: Server, asked: Question, limits: Sequence[tuple[str, float | None]], window: Window
) -> Sampled:
    """Read every sample that decides the states inside the window, or all that change none.

    `limits` are the operators and thresholds that the samples will be compared with (`absent`: None).
    The states are the same whichever way is chosen.
    """
    span = span_of(server, asked, window)
    if span.end < span.start:
        return Sampled([], span.reading, "read whole, as JSON")
    size = await _size(server, asked, span)
    if "numpy" not in sys.modules:  # it takes as long to load as a server to answer: meanwhile
        Thread(target=_load_numpy, name="numpy").start()
    if asked.plain is not None and not server.nan_is_stale and (grid := _grid(server, span, size)) > FINEST:
        server.api.coarse[asked.query] = grid
    small = size.samples(size.series, span.width) < (_SMALL if asked.plain else _SMALL_GRID)
    if server.way == "envelope" or (server.way == "auto" and not small):
        try:
            found = await envelope(server, asked, limits, span, size)
        except SourceError as err:  # too much for the server, or another dialect: it is read whole
            if err.reason in {"unauthorised", "rate_limited"}:
                raise
            found = None
        if found is not None:
            return found
    return await _whole(server, asked, span, size)


def _load_numpy() -> None:
    with suppress(ImportError):  # raised where it is used
        import_module("numpy")


async def _whole(server: Server, asked: Question, span: ReadSpan, size: Size) -> Sampled:
    if asked.plain is None:
        found = await server.api.range(asked.query, span.start, span.end, asked.step or NS)
        return Sampled(found, span.reading, "read whole, as JSON")
    count = size.samples(size.series, span.width)
    found, how = await pull(server, asked.plain.selector, span, count)
    found = await with_marks(
        server, asked.plain.selector, found, span.start, span.end, _grid(server, span, size)
    )
    if asked.plain.steps:
        found = [applied(series, asked.plain) for series in found]
    return Sampled(found, span.reading, how)


def _grid(server: Server, span: ReadSpan, size: Size) -> int:
    return grid_of(bucket_of(server.lookback + server.edge), size.series, span.width)


async def _size(server: Server, asked: Question, span: ReadSpan) -> Size:
    """Count at the start, in the middle and at the end: what decides the way only, and no fact.

    Asked one by one: over a range, the server would decode all that lies between as well.
    """
    width = 2 * server.lookback
    times = (span.start + min(width, span.width // 2), span.start + span.width // 2, span.end)
    if asked.plain is None:
        looks = await _at(server, f"count({asked.query})", times)
        return Size(max((_number(one.value) for look in looks for one in look), default=0), asked.step or NS)
    counts = f"count_over_time({asked.plain.selector}[{width // MS}ms])"
    looks = await _at(server, f'count_values("samples", {counts})', times)
    samples = [_number(one.labels.get("samples", "")) for look in looks for one in look]
    series = max(sum(_number(one.value) for one in look) for look in looks)
    return Size(series, width // max([1, *samples]))


def _number(told: str | float) -> int:
    """Return a count that a server tells; 0 where it is none."""
    try:
        return max(0, int(float(told)))
    except (ValueError, OverflowError):
        return 0


async def _at(server: Server, expression: str, times: Iterable[int]) -> list[list[Value]]:
    found = await gather([partial(server.api.query, expression, at) for at in times])
    return [one.vector() for one in found]
