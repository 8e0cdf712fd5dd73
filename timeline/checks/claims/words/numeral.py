"""A number that was read in prose, what it may stand for, and two that are one: a range, a share."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from itertools import pairwise
from typing import NamedTuple

from timeline.checks.claims.claim import Claim
from timeline.checks.claims.phrases import english_words as english

_ROUND = 0.1  # of itself: how far a share in words may be off
_SHARE = re.compile(r"\s(?:in|out of)(?:\severy)?\s", re.IGNORECASE)
#: `one lookup in five`, and no `one alert in three services`.
_ONE_SHARE = re.compile(
    r"\s(?:[a-z-]{2,24}\s)?[a-z-]{2,24}(?<!s)\s(?:in|out of)(?:\severy)?\s", re.IGNORECASE
)
_MANY = re.compile(
    r"\s(?!(?:times|fails|is|was|has|takes|does|goes|needs|dies|breaks)\b)[a-z-]{2,30}s\b", re.IGNORECASE
)
#: `nine of ten lookups`
_WHOLES, _OF = frozenset({10.0, 100.0}), re.compile(r"\s(?:out\s)?of(?:\severy)?\s", re.IGNORECASE)
_SCALED = re.compile(r"\b(hundred|thousand|million|billion)$", re.IGNORECASE)
_JOIN = re.compile(r"\s?[–—-]\s?|\sto\s|\sor\s|\sand\s")


class Numeral(NamedTuple):
    """A number at `[start, end)`, its unit included: `low` to `high` is what it may stand for; `value` is as typed.

    `unit` is `%`, `s` (seconds, to which `value` is turned), `B` (bytes), `times`, or "". `last` is where the digits end.
    """

    start: int
    end: int
    value: float
    low: float
    high: float
    unit: str = ""
    bound: str = ""  # `~`, `>=`, `>`, `<=`, `<`
    last: int = 0

    def meets(self, value: float, *, exact: bool = False) -> bool:
        """Tell whether a measured value agrees; `exact` where whole things are counted."""
        if exact and self.bound in {">", "<"}:
            return value > self.value if self.bound == ">" else value < self.value
        if self.bound in {">=", ">"}:
            return value >= (self.value if exact else self.low)
        if self.bound in {"<=", "<"}:
            return value <= (self.value if exact else self.high)
        return self.low <= value <= self.high or abs(value - self.value) <= 1e-9 * abs(value)


def joined(text: str, every: Sequence[Numeral], start: int) -> Iterator[Numeral]:
    """Join the two ends of a range: `10-20`, `10 to 20`, `between 10 and 20`, and no `from 10 to 20`."""
    skip = -1
    for place, (one, other) in enumerate(pairwise([*every, None])):
        if place == skip or one is None:
            continue
        if other and _is_share(text, one, other):
            skip = place + 1
            value = 100 * one.value / other.value
            yield one._replace(
                end=other.end, value=value, low=value * (1 - _ROUND), high=value * (1 + _ROUND), unit="%", last=other.last
            )  # fmt: skip
        elif other and _is_range(text, one, other, start):
            skip = place + 1
            factor = _shared(one, other) * _scale(text, one, other)
            yield other._replace(
                start=one.start, value=other.value, low=min(one.low * factor, other.low), high=max(one.high * factor, other.high), bound="-"
            )  # fmt: skip
        else:
            yield one


def _is_share(text: str, one: Numeral, other: Numeral) -> bool:
    """Tell whether two numbers are one part of the other: `one in five`, `3 out of 10`."""
    between = text[one.end : other.start]
    is_one = one.value == 1 and _ONE_SHARE.fullmatch(between) and not _MANY.match(text, other.end)
    return (
        bool(is_one or _SHARE.fullmatch(between) or (other.value in _WHOLES and _OF.fullmatch(between)))
        and 0 < one.value < other.value
        and not one.unit
        and not other.unit
    )


def _shared(one: Numeral, other: Numeral) -> float:
    """`10 to 20 ms`: the unit is said once."""
    return 1e-3 if other.unit == "s" and not one.unit and other.value < one.value else 1.0


def _scale(text: str, one: Numeral, other: Numeral) -> float:
    """`nine to ten thousand`: the scale is said once."""
    scaled = _SCALED.search(text[other.start : other.end])
    if scaled is None or _SCALED.search(text[one.start : one.end]):
        return 1.0
    return float(english.LARGE[scaled[1].lower()])


def _is_range(text: str, one: Numeral, other: Numeral, start: int) -> bool:
    between = text[one.end : other.start]
    if (
        not _JOIN.fullmatch(between)
        or one.value >= other.value * (1000 if other.unit == "s" else 1)
        or (one.unit and one.unit != other.unit)
    ):
        return False
    before = text[max(start, one.start - 12) : one.start].lower()
    if between.strip() == "or" and one.unit:
        return False
    if between.strip() == "and":
        return before.endswith("between ")
    return not before.endswith("from ")


def typed(claim: Claim, number: Numeral) -> str:
    """Return a number as a finding quotes it."""
    return f"“{' '.join(claim.plain.text[number.start : number.end].split())}”"
