"""The samples a query is judged at: a plain selector's own, or an expression's on a grid."""

from __future__ import annotations

from dataclasses import replace
from typing import Any, NamedTuple

from collectors.kit.metrics.samples import MS, Samples
from collectors.prometheus.api import DEFAULT_LOOKBACK, PrometheusApi
from collectors.prometheus.wire.remote_read import RemoteRead
from timeline.instant import NS
from timeline.model import Window
from timeline.rules.promtext import covers
from timeline.rules.thresholds import Plain, absent_labels, apply, plain_selector
from timeline.series.crossings import SampleSpan


class Question(NamedTuple):
    """A query with the step (ns) of its grid, counted from the epoch; a plain selector has none."""

    query: str
    step: int | None
    plain: Plain | None

    @property
    def text(self) -> str:
        """The query as evidence shows it: with where it is evaluated."""
        if self.step is None:
            return f"{self.query} # at its own samples"
        text = f"{self.query} # every {self.step / NS:g} s from the epoch"
        covered = covers(self.query)
        # Its bounds are those of the evaluation; what it is made from lies that much further back.
        return f"{text}, from the samples of up to {covered / NS:g} s before" if covered else text

    @property
    def absent(self) -> dict[str, str]:
        """The labels that `absent()` of the query gives."""
        try:
            return absent_labels(self.query)
        except ValueError:
            return {}


class Server(NamedTuple):
    """What is known of the server: since when it knows all (ns), how it shows stale markers.

    `way`: how samples are read: `auto`, or always by `envelope`, `remote_read` or `samples`. `lookback`:
    how long a sample counts (ns), and `edge` more until it no longer does; `shows`: the server's own look-back,
    where it is told and another.
    """

    api: PrometheusApi
    now: int
    oldest: int
    nan_is_stale: bool
    remote: RemoteRead
    way: str = "auto"
    lookback: int = DEFAULT_LOOKBACK
    edge: int = 0
    shows: int | None = None


class ReadSpan(NamedTuple):
    """What is read of a question: the closed `[start, end]` in ns, on its grid if it has one."""

    start: int
    end: int
    reading: SampleSpan

    @property
    def width(self) -> int:
        """The width in ns."""
        return self.end - self.start


def question(query: str, step: int) -> Question:
    """Make the question of a query: `step` (ns) is for what is not plain."""
    try:
        plain = plain_selector(query)
    except ValueError:  # another dialect: the server is asked, and says what it cannot read
        plain = None
    return Question(query, None if plain else step, plain)


def span_of(server: Server, asked: Question, window: Window) -> ReadSpan:
    """Return what decides the states inside the window: one look-back, or step, further on both sides."""
    lookback = server.lookback
    if asked.plain is not None:
        start, end = window.start - lookback, min(window.end + lookback, server.now)
        start, end = -(-start // MS) * MS, end // MS * MS
        reading = SampleSpan(
            max(start, server.oldest), end, lookback, nan_is_stale=server.nan_is_stale, edge=server.edge
        )
        return ReadSpan(start, end, reading)
    step = asked.step or NS
    start, end = (window.start // step - 1) * step, min(window.end + step, server.now) // step * step
    known = max(start, -(-server.oldest // step) * step)
    return ReadSpan(start, end, SampleSpan(known, end, lookback, step))


def applied(series: Samples, plain: Plain | None) -> Samples:
    """Apply a plain question's constants to the samples of its selector."""
    if plain is None or not plain.steps:
        return series
    labels = {name: value for name, value in series.labels.items() if name != "__name__"}
    return replace(series, labels=labels, values=constants(plain, series.values))


def constants(plain: Plain, values: Any) -> Any:
    """Apply constants to numbers, in their order."""
    for op, number, left in plain.steps:
        values = apply(op, number, values) if left else apply(op, values, number)
    return values
