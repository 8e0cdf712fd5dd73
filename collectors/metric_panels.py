"""Drawing data: the minimum and maximum of each step, asked of the server at drawing resolution."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import NamedTuple

from collectors.base import PayloadTooLargeError
from collectors.metric_facts import Watch
from collectors.metric_samples import Question, Sampled
from collectors.prometheus_api import PrometheusApi
from collectors.prometheus_json import LabelKey, Result
from timeline.canonical import short_id
from timeline.instant import NS
from timeline.model import Fact, Panel, Series, Threshold, Window
from timeline.thresholds import Plain, apply

_STEPS = 1_000  # points across the window
_SHOWN = 20  # series of a panel
_FALLBACK = 15 * NS  # spacing of samples where none tells it
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
    window: Window, names: tuple[str, str],
) -> Panel:  # fmt: skip
    """Read the drawing data of a question; `names` are the source's name and origin.

    Halves the resolution while an answer is too large; raises SourceError.
    """
    source, origin = names
    made = envelope(asked, sampled, window)
    while True:
        first, last = -(-window.start // made.step), -(-window.end // made.step)
        try:
            result = await api.range_once(made.expression, first * made.step, last * made.step, made.step)
            break
        except PayloadTooLargeError:
            if last - first < 50:
                raise
            made = _coarser(asked, made.step * 2)
    pairs = _pairs(result)
    order = _order(pairs, facts)
    limits = {Threshold(name=w.title, op=w.op, value=w.value): None for w in watches}
    return Panel(
        id=short_id("p", [1, origin, asked.query, asked.step]), source=source, title=_title(watches),
        unit=next((w.unit for w in watches if w.unit), None), query=asked.query, thresholds=tuple(limits),
        series=tuple(
            Series(labels=key, payload=result.payload.sha256, high=pairs[key][0], low=pairs[key][1])
            for key in order[:_SHOWN]
        ),
        shown=min(len(order), _SHOWN), of=len(order),
    )  # fmt: skip


def envelope(asked: Question, sampled: Sampled, window: Window) -> Envelope:
    """Choose the step, wide enough that each one holds a sample, and the expressions for it."""
    unit = asked.step or 2 * _spacing(sampled)
    width = max(1, window.end - window.start)
    return _coarser(asked, unit * max(1, -(-width // (unit * _STEPS))))


def _coarser(asked: Question, step: int) -> Envelope:
    # Each point covers the whole step up to it, so that no spike lies between two points.
    span = f"{step // 1_000_000}ms"
    if asked.plain is not None and (slope := _slope(asked.plain)):
        high, low = (
            _constants(asked.plain, f"{side}_over_time({asked.plain.selector}[{span}])")
            for side in ("max", "min")
        )
        return Envelope(high, low, step) if slope > 0 else Envelope(low, high, step)
    inner = f"({asked.query})[{span}:{(asked.step or _FALLBACK) // 1_000_000}ms]"
    return Envelope(f"max_over_time({inner})", f"min_over_time({inner})", step)


def _constants(plain: Plain, text: str) -> str:
    for op, number, left in plain.steps:
        text = f"(({number!r}) {op} {text})" if left else f"({text} {op} ({number!r}))"
    return text


def _slope(plain: Plain) -> float:
    """Return the sign of the constants' effect; 0 where they keep no order (`%`, division by a sample)."""
    if any(op == "%" or (op == "/" and left) for op, _, left in plain.steps):
        return 0
    low, high = 0.0, 1.0
    for op, number, left in plain.steps:
        low, high = (float(apply(op, *((number, v) if left else (v, number)))) for v in (low, high))
    return high - low


def _spacing(sampled: Sampled) -> int:
    """Return the widest usual spacing of the series' samples in ns, in whole seconds."""
    import numpy as np

    usual = [int(np.median(np.diff(s.times))) for s in sampled.series if len(s.times) > 1]
    return max(NS, -(-max(usual, default=_FALLBACK) // NS) * NS)


def _pairs(result: Result) -> dict[LabelKey, tuple[str, str]]:
    """Return the pointers to each series' maxima and minima."""
    found: dict[LabelKey, dict[str, str]] = {}
    for index, series in enumerate(result.series):
        # VictoriaMetrics keeps the metric's name where Prometheus drops it.
        labels = {name: value for name, value in series.metric.items() if name not in {_MARK, "__name__"}}
        side = series.metric.get(_MARK, "")
        found.setdefault(tuple(sorted(labels.items())), {})[side] = f"/data/result/{index}/values"
    return {key: (both["max"], both["min"]) for key, both in found.items() if len(both) == 2}


def _order(pairs: Iterable[LabelKey], facts: Iterable[Fact]) -> list[LabelKey]:
    """Put the series that changed first before the others; those that never did by their labels."""
    first: dict[LabelKey, tuple[int, int]] = {}
    for fact in facts:
        key = tuple(pair for pair in fact.subject.labels if pair[0] != "__name__")
        began = (fact.latest if fact.earliest is None else fact.earliest, fact.latest)
        first[key] = min(first.get(key, began), began)
    never = (2**63, 2**63)
    return sorted(pairs, key=lambda key: (first.get(key, never), key))


def _title(watches: Sequence[Watch]) -> str:
    names = list(dict.fromkeys(w.title for w in watches))
    return ", ".join(names[:3]) + (f" and {len(names) - 3} more" if len(names) > 3 else "")
