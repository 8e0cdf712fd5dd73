"""Ranges that a duration in prose may be of: between facts, of lives, measures, the incident, and from times that it states."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import combinations, product
from typing import NamedTuple

from timeline.checks.claims.claim import Claim
from timeline.checks.claims.ground import Cited, Ground
from timeline.checks.claims.plain import Span
from timeline.checks.claims.when import cited, mentions
from timeline.checks.claims.when.amounts import Typed
from timeline.checks.claims.when.lives import lives
from timeline.instant import MINUTE, NS
from timeline.model import Fact, Gap, Impact, Measure
from timeline.order import elapsed
from timeline.references.grammar import measure_id

_SECONDS = 60
_FEW = 8  # times and facts that are compared with each other


class Range(NamedTuple):
    """Seconds between two facts or of a measure, and what they are of.

    `minutes` are those between the two on a clock without seconds, at least and at most: people subtract these, or
    leave the seconds out.
    """

    low: float
    high: float
    items: tuple[Cited, ...]
    minutes: tuple[int, int] = (1, 0)

    def meets(self, one: Typed) -> bool:
        """Tell whether a duration in prose may be it."""
        if one.low <= self.high and self.low <= one.high:
            return True
        if one.high - one.low != _SECONDS or one.at % _SECONDS:
            return False  # not typed to the minute
        cut_off = self.low < one.at + _SECONDS and one.at <= self.high
        return cut_off or self.minutes[0] <= one.at // _SECONDS <= self.minutes[1]


def of_measures(items: Sequence[Cited]) -> list[Range]:
    """Return the ranges of the measures among what is cited."""
    return [
        Range(item.min_s, item.max_s, (item,))
        for item in items
        if isinstance(item, Measure) and item.min_s is not None and item.max_s is not None
    ]


def between(facts: Sequence[Fact], ground: Ground) -> list[Range]:
    """Return the ranges between any two facts."""
    made = (_pair(one, other, ground) for one, other in combinations(facts[:40], 2))
    return [each for each in made if each is not None]


def _pair(one: Fact, other: Fact, ground: Ground) -> Range | None:
    span = elapsed(one, other, ground.errors)
    if span is None:
        return None
    low, high = span[0] / NS, span[1] / NS
    if high < 0:
        low, high = -high, -low
    elif low < 0:
        low, high = 0.0, max(-low, high)
    return Range(low, high, (one, other), _minutes(one, other))


def _minutes(one: Fact, other: Fact) -> tuple[int, int]:
    """Return what the clock's minutes of two facts are apart, at least and at most."""
    first, last = sorted((one, other), key=lambda fact: fact.latest)
    if first.earliest is None or last.earliest is None:
        return (1, 0)
    return last.earliest // MINUTE - first.latest // MINUTE, last.latest // MINUTE - first.earliest // MINUTE


def from_times(claim: Claim, ground: Ground) -> Iterator[Range]:
    """Yield the ranges between the times that a sentence states, and from each to what it cites."""
    facts = cited.bounds(ground.cited(claim.citations), ground)
    known = [one for one in facts if not cited.is_open(one)][:_FEW]
    if not known:
        return
    times = [one for unit in mentions.units(claim) for one in unit if not one.is_day][:_FEW]
    first, last = min(one.first for one in known), max(one.last for one in known)
    stated = [[Span(*cell) for cell in one.near(first, last)] for one in times]
    ends = [*stated, *([Span(one.first, one.last)] for one in known)]
    for one, other in ((one, other) for one in stated for other in ends if other is not one):
        for (a, b), (c, d) in product(one, other):
            least, most = max(c - b, a - d, 0), max(d - a, b - c)
            yield Range(least / NS, most / NS, (), (least // MINUTE, most // MINUTE))


def of_incident(ground: Ground) -> list[Range]:
    """Return how long the incident was, which its file has to the minute."""
    incident = ground.timeline.incident
    if incident.start is None or incident.end is None:
        return []
    length = (incident.end - incident.start) / NS
    return [Range(length - _SECONDS, length + _SECONDS, ())]


def of_life(fact: Fact, ground: Ground, words: str) -> Iterator[Range]:
    """Yield how long each life was that a fact begins or ends; a pending one where the words say so."""
    for held in lives(ground).by_fact.get(fact.id, ()):
        if held.state == "pending" and "pending" not in words.casefold():
            continue
        if held.end is not None and (made := _pair(held.begin, held.end, ground)):
            yield made


def total(facts: Sequence[Fact], ground: Ground) -> Range:
    """Return how long the lives that facts begin or end were together, each once."""
    every = {name_of(held): held for fact in facts for held in of_life(fact, ground, "")}
    low, high = sum(one.low for one in every.values()), sum(one.high for one in every.values())
    return Range(low, high, ())


def beside(facts: Sequence[Fact], ground: Ground) -> list[Range]:
    """Return the ranges of the measures that facts are ends of."""
    held = lives(ground).measures
    return of_measures(list({one.name: one for fact in facts for one in held.get(fact.id, ())}.values()))


def with_paragraph(claim: Claim, facts: Sequence[Fact], ground: Ground) -> list[Range]:
    """Return the ranges to what the rest of the paragraph cites: a sentence goes on from the one before it."""
    if not claim.own or not facts:
        return []
    around = [one for one in ground.facts_of(claim.plain.citations) if one not in facts]
    made = (_pair(one, fact, ground) for fact in facts for one in around[:40])
    return [each for each in made if each is not None]


def spanned(item: Gap | Impact) -> Range:
    """Return how long a gap, or the time of an impact number, was."""
    size = max(item.end - item.start, 0) / NS
    return Range(size, size, (item,))


def name_of(each: Range) -> str:
    """Return what a range is of, as a finding names it."""
    return " to ".join(measure_id(item.name) if isinstance(item, Measure) else item.id for item in each.items)
