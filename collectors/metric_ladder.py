"""How a question's samples are read: chosen by how many there are and how often they change."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Sequence
from functools import partial
from importlib import import_module
from threading import Thread

from collectors.base import SourceError
from collectors.metric_envelope import Size, envelope
from collectors.metric_pull import pull
from collectors.metric_samples import Question, Sampled, Server, Span, applied, span_of
from collectors.prometheus_json import Value
from collectors.side_by_side import together
from timeline.instant import NS
from timeline.model import Window

_SMALL = 40_000  # samples that are read whole: some ten requests would not be faster
_SMALL_GRID = 600_000  # points: each look from afar evaluates the expression once more
_LOOKS = 3  # times at which series are counted


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
        Thread(target=import_module, args=("numpy",)).start()
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


async def _whole(server: Server, asked: Question, span: Span, size: Size) -> Sampled:
    if asked.plain is None:
        found = await server.api.range(asked.query, span.start, span.end, asked.step or NS)
        return Sampled(found, span.reading, "read whole, as JSON")
    count = size.samples(size.series, span.width)
    found, how = await pull(server, asked.plain.selector, span, count)
    if asked.plain.steps:
        found = [applied(series, asked.plain) for series in found]
    return Sampled(found, span.reading, how)


async def _size(server: Server, asked: Question, span: Span) -> Size:
    """Count at a few times: what decides the way only, and no fact.

    Asked one by one: over a range, the server would decode all that lies between as well.
    """
    step = max(NS, span.width // _LOOKS // NS * NS)
    times = range(-(-span.start // NS) * NS, span.end + 1, step)
    if asked.plain is None:
        looks = await _at(server, f"count({asked.query})", times)
        return Size(max((int(one.value) for one in looks), default=0), asked.step or NS)
    width = 2 * span.reading.lookback
    counts = f"count_over_time({asked.plain.selector}[{width // 1_000_000}ms])"
    both = f'label_replace(count({counts}), "of", "series", "", "") or label_replace(max({counts}), "of", "samples", "", "")'
    most = {"series": 0, "samples": 1}
    for one in await _at(server, both, times):
        of = one.labels.get("of", "")
        most[of] = max(most.get(of, 0), int(one.value))
    return Size(most["series"], width // most["samples"])


async def _at(server: Server, expression: str, times: Iterable[int]) -> list[Value]:
    found = await together([partial(server.api.query, expression, at) for at in times])
    return [value for one in found for value in one.vector()]
