"""Drawing data: the minimum and maximum of each step, asked of the server at drawing resolution."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple

from collectors.base import PayloadTooLargeError
from collectors.prometheus.answers import LabelKey, Result
from collectors.prometheus.api import PrometheusApi
from collectors.prometheus.samples.bounds import slope, with_constants
from collectors.prometheus.samples.facts import Watch
from collectors.prometheus.samples.narrow import Narrower, unnamed
from collectors.prometheus.samples.question import Question, Sampled
from timeline.instant import NS
from timeline.model import Fact, Panel, Series, Threshold, Window
from timeline.relative import first_instant
from timeline.rules.thresholds import Plain

_STEPS = 1_000  # points across the window
_SHOWN = 20  # series of a panel
_FALLBACK = 15 * NS  # spacing of samples where none tells it
_COARSEST = 50  # points; a panel with fewer tells nothing
_NEVER = (2**63, 2**63)
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
    first = _first_changes(facts)
    narrow = _narrowed(asked, sampled, first, escaped=sampled.reading.nan_is_stale)
    result = await _read(api, narrow, envelope(narrow, sampled, window), window)
    pairs = _pairs(result)
    order = sorted(pairs, key=lambda key: (first.get(key, _NEVER), key))
    shown = order[:_SHOWN]
    limits = {Threshold(name=w.title, op=w.op, value=w.value): None for w in watches}
    return Panel(
        id=identity, source=source, title=_title(watches),
        unit=next((w.unit for w in watches if w.unit), None), query=asked.query, thresholds=tuple(limits),
        series=tuple(
            Series(labels=dict(key), payload=result.payload.sha256, high=pairs[key][0], low=pairs[key][1])
            for key in shown
        ),
        shown=len(shown), of=len(order) if narrow is asked else max(len(order), len(sampled.series)),
    )  # fmt: skip


async def _read(api: PrometheusApi, asked: Question, made: Envelope, window: Window) -> Result:
    while True:
        first, last = -(-window.start // made.step), -(-window.end // made.step)
        try:
            return await api.range_once(made.expression, first * made.step, last * made.step, made.step)
        except PayloadTooLargeError:
            if last - first < _COARSEST:
                raise
            made = _coarser(asked, made.step * 2)


def _narrowed(
    asked: Question, sampled: Sampled, first: Mapping[LabelKey, tuple[int, int]], *, escaped: bool
) -> Question:
    """Ask a selector of many series for those that are shown, and others that share their labels."""
    plain = asked.plain
    if plain is None or len(sampled.series) <= _SHOWN:
        return asked
    keys = [unnamed(s.key) for s in sampled.series]
    shown = sorted(keys, key=lambda key: (first.get(key, _NEVER), key))[:_SHOWN]
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


def _pairs(result: Result) -> dict[LabelKey, tuple[str, str]]:
    """Return the pointers to each series' maxima and minima."""
    found: dict[LabelKey, dict[str, str]] = {}
    for index, series in enumerate(result.series):
        # VictoriaMetrics keeps the metric's name where Prometheus drops it.
        labels = {name: value for name, value in series.metric.items() if name not in {_MARK, "__name__"}}
        side = series.metric.get(_MARK, "")
        found.setdefault(tuple(sorted(labels.items())), {})[side] = f"/data/result/{index}/values"
    return {key: (both["max"], both["min"]) for key, both in found.items() if {"max", "min"} <= both.keys()}


def _first_changes(facts: Iterable[Fact]) -> dict[LabelKey, tuple[int, int]]:
    """Return when each series first changed; those that changed first are drawn first."""
    first: dict[LabelKey, tuple[int, int]] = {}
    for fact in facts:
        key = unnamed(tuple(fact.subject.labels.items()))
        began = (first_instant(fact), fact.latest)
        first[key] = min(first.get(key, began), began)
    return first


def _title(watches: Sequence[Watch]) -> str:
    names = list(dict.fromkeys(w.title for w in watches))
    return ", ".join(names[:3]) + (f" and {len(names) - 3} more" if len(names) > 3 else "")
