"""PromQL for the coarse pass over a question: extremes, presence and NaN over wide steps."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import NamedTuple

from collectors.kit.metrics.samples import MS
from collectors.prometheus.samples.presence import FINEST, bucket_of, shown
from collectors.prometheus.samples.question import Question, constants
from timeline.rules.thresholds import Plain

Limit = tuple[str, float]  # operator and threshold
_SIDES = {">": "high", ">=": "high", "<": "low", "<=": "low"}
_BATCH = 4  # buckets in a batch of a selector: as much as one crossing costs to read
_GRID_BATCH = 20  # points in a batch of a grid


class Resolution(NamedTuple):
    """How a question is looked at; `selector` is its own, or narrowed to some of its series.

    `staleness` (ns): how long a state holds without a sample. `bucket` (ns): of each one it is known whether it
    has a sample; so small that whatever hole is longer than `staleness` leaves one empty. `batch` (ns):
    buckets that are looked at together, and read together where something changed in them. `grid` (ns): on whose
    points it is known whether the server shows a series.
    """

    asked: Question
    staleness: int
    bucket: int
    batch: int
    selector: str
    grid: int

    def over(self, function: str, width: int) -> str:
        """Return the expression of a function over the last `width` ns."""
        span = f"{width // MS}ms"
        if self.asked.plain is None:
            return f"{function}(({self.asked.query})[{span}:{self.bucket // MS}ms])"
        return f"{function}({self.selector}[{span}])"

    def extreme(self, side: str, width: int) -> str:
        """Return the expression of the `high` or `low` extreme of the question's own values."""
        plain = self.asked.plain
        rising = plain is None or slope(plain) > 0
        text = self.over("max_over_time" if (side == "high") == rising else "min_over_time", width)
        return text if plain is None else with_constants(plain, text)

    @property
    def present(self) -> str:
        """The expression of which series have a sample in the last bucket."""
        plain = self.asked.plain is not None
        return self.over("present_over_time", self.bucket) if plain else f"({self.asked.query})"

    def buckets(self, count: int) -> str:
        """Return the expression of how many of the last `count` buckets have a sample."""
        return shown(self.present, count * self.bucket, self.bucket)

    def holes(self, count: int, *, stale: bool) -> str:
        """Return what is left where some of the last buckets are empty, or a series was marked as stale.

        `stale`: the server counts markers (VictoriaMetrics); of others, it shows on some points no series.
        """
        text = f"({self.buckets(count)} < {count})"
        if self.asked.plain is None:
            return text
        if stale:
            return f"{text} or ({self.over('stale_samples_over_time', count * self.bucket)} > 0)"
        points = shown(self.selector, count * self.bucket, self.grid)
        return f"{text} or ({points} < {count * self.bucket // self.grid})"

    def spans(self, limits: Sequence[Limit]) -> str:
        """Return what is left where the last batch, and `staleness` before it, may hold both states, or NaN."""
        width = self.batch + self.staleness
        high, low = self.extreme("high", width), self.extreme("low", width)
        parts = [f"({spanning(op, value, high, low)})" for op, value in limits]
        # NaN hides from extremes, but not from a sum; infinities are read in vain.
        return " or ".join([*parts, f"({self.over('sum_over_time', width)} * 0 != 0)"])


def resolution(asked: Question, staleness: int, grid: int = FINEST) -> Resolution | None:
    """Make the resolution of a question; None where its extremes tell nothing of its values."""
    plain = asked.plain
    if plain is None:
        step = asked.step or MS
        return Resolution(asked, step, step, _GRID_BATCH * step, "", step)
    bucket = bucket_of(staleness)
    if staleness < 2 * MS or not metric_name(plain) or not slope(plain):
        return None
    return Resolution(asked, staleness, bucket, _BATCH * bucket, plain.selector, grid)


def metric_name(plain: Plain) -> str | None:
    """Return the one metric that a selector names; None where there may be several."""
    from collectors.prometheus.wire.remote_read import matchers

    named = [value for name, op, value in matchers(plain.selector) or () if (name, op) == ("__name__", "=")]
    return named[0] if len(named) == 1 else None


def spanning(op: str, value: float, high: str, low: str) -> str:
    """Return the expression of extremes between which both states may lie."""
    limit = number(value)
    match op:
        case ">":
            return f"{high} > {limit} and {low} <= {limit}"
        case ">=":
            return f"{high} >= {limit} and {low} < {limit}"
        case "<":
            return f"{low} < {limit} and {high} >= {limit}"
        case "<=":
            return f"{low} <= {limit} and {high} > {limit}"
    # A value equal to the threshold may lie between them, and one that is not.
    return f"({high} >= {limit} and {low} <= {limit}) unless ({high} == {limit} and {low} == {limit})"


def sides(limits: Sequence[Limit]) -> list[str]:
    """Return which extremes tell whether any value is ever in breach."""
    found = {side for op, _ in limits for side in ([_SIDES[op]] if op in _SIDES else ["high", "low"])}
    return sorted(found)


def breaches(op: str, value: float, high: float, low: float) -> bool:
    """Tell whether any value between two extremes may be in breach."""
    match op:
        case ">":
            return high > value
        case ">=":
            return high >= value
        case "<":
            return low < value
        case "<=":
            return low <= value
        case "==":
            return low <= value <= high
    return not high == low == value


def number(value: float) -> str:
    """Write a number as PromQL reads it."""
    return repr(value) if math.isfinite(value) else "NaN" if math.isnan(value) else f"{value:+.0f}".title()


def with_constants(plain: Plain, text: str) -> str:
    """Return an expression with the question's constants applied, in their order."""
    for op, value, left in plain.steps:
        text = f"(({number(value)}) {op} {text})" if left else f"({text} {op} ({number(value)}))"
    return text


def slope(plain: Plain) -> float:
    """Return the sign of the constants' effect; 0 where they keep no order.

    That is `%`, division by a sample, and what is not a finite number.
    """
    if any(op == "%" or (op == "/" and left) or not math.isfinite(value) for op, value, left in plain.steps):
        return 0
    factors = [value for op, value, left in plain.steps if op in "*/"]
    signs = [-1.0 if op == "-" and left else 1.0 for op, _, left in plain.steps]
    found = math.prod(signs)
    for value in factors:
        found *= (value > 0) - (value < 0)
    low, high = constants(plain, 0.0), constants(plain, 1.0)
    return found if math.isfinite(low) and math.isfinite(high) else 0
