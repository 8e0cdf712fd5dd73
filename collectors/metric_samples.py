"""The samples a query is judged at: a plain selector's own, or an expression's on a grid."""

from __future__ import annotations

from dataclasses import replace
from typing import NamedTuple

from collectors.prometheus_api import PrometheusApi
from collectors.prometheus_json import Samples
from timeline.crossings import Reading
from timeline.instant import MINUTE, NS
from timeline.model import Window
from timeline.thresholds import Plain, apply, plain_selector

_DAY = 1440 * MINUTE


class Question(NamedTuple):
    """A query with the step (ns) of its grid, counted from the epoch; a plain selector has none."""

    query: str
    step: int | None
    plain: Plain | None

    @property
    def text(self) -> str:
        """The query as evidence shows it: with where it is evaluated."""
        where = "at its own samples" if self.step is None else f"every {self.step / NS:g} s from the epoch"
        return f"{self.query} # {where}"


class Sampled(NamedTuple):
    """Series of a question and what was read of them."""

    series: list[Samples]
    reading: Reading


class Server(NamedTuple):
    """What is known of the server: since when it knows all (ns), how it shows stale markers."""

    api: PrometheusApi
    now: int
    oldest: int
    nan_is_stale: bool


def question(query: str, step: int) -> Question:
    """Make the question of a query: `step` (ns) is for what is not plain."""
    try:
        plain = plain_selector(query)
    except ValueError:  # another dialect: the server is asked, and says what it cannot read
        plain = None
    return Question(query, None if plain else step, plain)


async def beginning(api: PrometheusApi, window: Window) -> int | None:
    """Return when the server's recording began (ns), where that lies inside the window; else None.

    It is told by `up`, which every scrape leaves: by its first samples when there was none before.
    """
    start = window.start - api.options.lookback_ns
    if (await api.query("count(up)", start)).vector():
        return None
    found = await api.range("count(up)", start, window.end, MINUTE)
    if not found or await api.range("count(up)", start - 30 * _DAY, start, _DAY // 4):
        return None
    first = int(found[0].times[0])
    return max((int(one.times[0]) for one in await api.raw("up", first - MINUTE, first)), default=first)


async def sample(server: Server, asked: Question, window: Window) -> Sampled:
    """Read every sample that decides the states inside the window."""
    lookback = server.api.options.lookback_ns
    if asked.plain is not None:
        start, end = window.start - lookback, min(window.end + lookback, server.now)
        found = await server.api.raw(asked.plain.selector, start, end)
        reading = Reading(max(start, server.oldest), end, lookback, nan_is_stale=server.nan_is_stale)
        return Sampled([_applied(series, asked.plain) for series in found], reading)
    step = asked.step or NS
    start, end = (window.start // step - 1) * step, min(window.end + step, server.now) // step * step
    known = max(start, -(-server.oldest // step) * step)
    found = await server.api.range(asked.query, start, end, step)
    return Sampled(found, Reading(known, end, lookback, step))


def _applied(series: Samples, plain: Plain) -> Samples:
    if not plain.steps:
        return series
    values = series.values
    for op, number, left in plain.steps:
        values = apply(op, number, values) if left else apply(op, values, number)
    labels = {name: value for name, value in series.labels.items() if name != "__name__"}
    return replace(series, labels=labels, values=values)
