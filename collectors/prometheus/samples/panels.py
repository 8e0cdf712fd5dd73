"""Drawing data: the minimum and maximum of each step, asked of the server at drawing resolution."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import NamedTuple

from collectors.base import PayloadTooLargeError
from collectors.kit.metrics import panels as drawing
from collectors.kit.metrics.facts import Watch
from collectors.kit.metrics.samples import LabelKey, Sampled, unnamed
from collectors.prometheus.answers import Result
from collectors.prometheus.api import PrometheusApi
from collectors.prometheus.samples.bounds import slope, with_constants
from collectors.prometheus.samples.narrow import Narrower
from collectors.prometheus.samples.question import Question
from timeline.instant import NS
from timeline.model import Fact, Panel, Window
from timeline.rules.thresholds import Plain

_STEPS = 1_000  # points across the window
_FALLBACK = 15 * NS  # spacing of samples where none tells it
_COARSEST = 50  # points; a panel with fewer tells nothing
_MARK = "envelope"


class Envelope(NamedTuple):
    """The expressions of each step's maximum and minimum, and the step in ns."""

    high: str
    low: str
    step: int

    @property
    def expression(self) -> str:
        """Both in one query, told apart by a label."""
        parts = ((self.high, "max"), (self.low, "min"))
        return " or ".join(f'label_replace({part}, "{_MARK}", "{name}", "", "")' for part, name in parts)


async def panel(
    api: PrometheusApi, asked: Question, watches: Sequence[Watch], sampled: Sampled, facts: Iterable[Fact],
    window: Window, source: str, identity: str,
) -> Panel:  # fmt: skip
    """Read the drawing data of a question, for the panel of that identity.

    Halves the resolution while an answer is too large; raises SourceError.
    """
    facts = [*facts]
    narrow = _narrowed(asked, sampled, facts, escaped=sampled.reading.nan_is_stale)
    result = await _read(api, narrow, envelope(narrow, sampled, window), window)
    of = 0 if narrow is asked else len(sampled.series)
    return drawing.panel(identity, source, asked.query, watches, _drawn(result), facts, of)


async def _read(api: PrometheusApi, asked: Question, made: Envelope, window: Window) -> Result:
    while True:
        first, last = -(-window.start // made.step), -(-window.end // made.step)
        try:
            return await api.range_once(made.expression, first * made.step, last * made.step, made.step)
        except PayloadTooLargeError:
            if last - first < _COARSEST:
                raise
            made = _coarser(asked, made.step * 2)


def _narrowed(asked: Question, sampled: Sampled, facts: Sequence[Fact], *, escaped: bool) -> Question:
    """Ask a selector of many series for those that are shown, and others that share their labels."""
    plain = asked.plain
    if plain is None or len(sampled.series) <= drawing.SHOWN:
        return asked
    keys = [unnamed(s.key) for s in sampled.series]
    shown = drawing.in_order(keys, facts)[: drawing.SHOWN]
    return asked._replace(plain=Plain(Narrower(plain.selector, keys, escaped=escaped).to(shown), plain.steps))


def envelope(asked: Question, sampled: Sampled, window: Window) -> Envelope:
    """Choose the step, wide enough that each one holds a sample, and the expressions for it."""
    unit = asked.step or 2 * _spacing(sampled)
    width = max(1, window.end - window.start)
    return _coarser(asked, unit * max(1, -(-width // (unit * _STEPS))))


def _coarser(asked: Question, step: int) -> Envelope:
    # Each point covers the whole step up to it, so that no spike lies between two points.
    span = f"{step // 1_000_000}ms"
    if asked.plain is not None and (rising := slope(asked.plain)):
        high, low = (
            with_constants(asked.plain, f"{side}_over_time({asked.plain.selector}[{span}])")
            for side in ("max", "min")
        )
        return Envelope(high, low, step) if rising > 0 else Envelope(low, high, step)
    inner = f"({asked.query})[{span}:{(asked.step or _FALLBACK) // 1_000_000}ms]"
    return Envelope(f"max_over_time({inner})", f"min_over_time({inner})", step)


def _spacing(sampled: Sampled) -> int:
    """Return the widest usual spacing of the series' samples in ns, in whole seconds."""
    import numpy as np

    usual = [int(np.median(np.diff(s.times))) for s in sampled.series if len(s.times) > 1]
    if sampled.spacing:  # of what was not read whole, the samples around the changes tell less
        usual = [sampled.spacing]
    return max(NS, -(-max(usual, default=_FALLBACK) // NS) * NS)


def _drawn(result: Result) -> dict[LabelKey, drawing.Drawn]:
    """Return where each series' maxima and minima are."""
    found: dict[LabelKey, dict[str, str]] = {}
    for index, series in enumerate(result.series):
        # VictoriaMetrics keeps the metric's name where Prometheus drops it.
        labels = {name: value for name, value in series.metric.items() if name not in {_MARK, "__name__"}}
        side = series.metric.get(_MARK, "")
        found.setdefault(tuple(sorted(labels.items())), {})[side] = f"/data/result/{index}/values"
    digest = result.payload.sha256
    return {
        key: drawing.Drawn(digest, both["max"], both["min"])
        for key, both in found.items()
        if {"max", "min"} <= both.keys()
    }
