"""Drawing data of series that were read point by point, written in the form that panels have."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import groupby
from typing import Any

import orjson

from collectors.base import Answer, AnyCollector, Context, SourceError
from collectors.kit import fields
from collectors.kit.metrics.facts import FactBuilder, Watch
from collectors.kit.metrics.panels import SHOWN, Drawn, in_order, panel
from collectors.kit.metrics.samples import LabelKey, Samples, unnamed
from timeline.canonical import Json
from timeline.instant import NS
from timeline.model import Fact, Gap, Panel, Window
from timeline.text import code, line

_STEPS = 2_000  # of a series


async def drawn(
    context: Context, query: str, series: Sequence[Samples], facts: Iterable[Fact], window: Window
) -> dict[LabelKey, Drawn]:  # fmt: skip
    """Write what a panel draws of series onto the tape, as a payload of its own; return where it lies; raise SourceError.

    Of the series that are shown: the highest and lowest value of each step inside the window, at the step's end. Sources
    give times and values in forms of their own, a series over several answers, and a point at its period's begin.
    """
    by_key = {unnamed(one.key): one for one in series}
    shown = in_order(by_key, facts)[:SHOWN]
    if not shown:
        return {}

    async def written() -> Answer:  # of what was read: a replay has it already
        return Answer(orjson.dumps({"drawn": [_steps(by_key[key], window) for key in shown]}))

    request: dict[str, Json] = {"drawn": query, "start": window.start, "end": window.end}
    payload = await context.tape.exchange(request, written)
    rows = fields.listing(payload.json(), "drawn")
    if len(rows) < len(shown) or not all(_is_drawn(row) for row in rows):
        raise SourceError("undecodable", "the stored drawing data is of another form")
    return {
        key: Drawn(payload.sha256, f"/drawn/{place}/high", f"/drawn/{place}/low")
        for place, key in enumerate(shown)
    }


async def panel_or_gap(
    source: AnyCollector, maker: FactBuilder, watches: Sequence[Watch], series: Sequence[Samples], facts: Sequence[Fact]
) -> Panel | Gap:  # fmt: skip
    """Return the panel of a question's series, or the gap of one whose drawing data could not be kept."""
    asked, window = maker.asked, maker.window
    try:
        lines = await drawn(source.context, asked.text, series, facts, window)
    except SourceError as err:
        text = f"The drawing data of {code(asked.query)} could not be kept: {err}"
        return source.gap(err.reason, window, line(text), missing="the panel; its facts are complete")
    return panel(maker.panel, maker.source, asked.query, watches, lines, facts, len(series))


def _is_drawn(row: Any) -> bool:
    sides = [row.get(side) for side in ("high", "low")] if isinstance(row, dict) else [None]
    return all(
        isinstance(side, list) and all(isinstance(p, list) and len(p) == 2 for p in side) for side in sides
    )


def _steps(series: Samples, window: Window) -> dict[str, Any]:
    """Return a series' steps as pairs of seconds and text, as Prometheus writes them."""
    width = max(series.width, 1)
    points = [
        (at, value) for at, value in zip(series.times.tolist(), series.values.tolist(), strict=True)
        if at + width > window.start and at < window.end
    ]  # fmt: skip
    step = width * max(1, -(-(window.end - window.start) // (width * _STEPS)))
    high: list[list[float | str]] = []
    low: list[list[float | str]] = []
    for number, some in groupby(points, key=lambda point: point[0] // step):
        held = list(some)
        values = [value for _, value in held]
        end = (number + 1) * step if step > width else held[-1][0] + series.width
        for side, value in ((high, max(values)), (low, min(values))):
            side.append([end / NS, repr(value)])
    return {"high": high, "low": low}
