"""The times and days of a sentence: what is none, by whose clock each is, and which two are the ends of a span."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from itertools import islice, pairwise

from timeline.checks.claims.claim import Claim
from timeline.checks.claims.phrases import english_context as english
from timeline.checks.claims.plain import Span
from timeline.checks.claims.when import context, written, zone
from timeline.checks.claims.when.written import Written

_MOST = 60  # times, and as many days, of a sentence: more are a dump
#: What may stand between the two ends of a range, citations (which are spaces) aside.
_TO = re.compile(
    r"[\s()\[\],]*(?P<way>[-–—]|to|until|till|through|thru|and)\s*(?:about|around|roughly|~)?[\s(]*(?:at|on)?\s*",
    re.IGNORECASE,
)
_BETWEEN = re.compile(r"\bbetween\s{1,3}(?:about|around|roughly|~)?\s{0,3}(?:the|at)?\s{0,3}$", re.IGNORECASE)
_NO_TIME, _NAMES, _LENGTHS = (
    re.compile(phrase, re.IGNORECASE) for phrase in (english.NO_TIME, english.NAMES, english.LENGTHS)
)


def _mentions(claim: Claim) -> list[Written]:
    """Return the times and days of a sentence in their order, each by a clock."""
    text, (start, end) = claim.plain.text, claim.span
    hours = [one for one in islice(written.times(text, start, end), _MOST) if _is_time(claim, one)]
    days = [
        one
        for one in islice(written.dates(text, start, end), _MOST)
        if not any(t.span.holds(one.span.start) for t in hours)
        and not _LENGTHS.search(context.column(claim, one.span.start))
    ]
    every = sorted([*hours, *days], key=lambda one: one.span)
    return [_by_clock(claim, one, every) for one in every]


def _is_time(claim: Claim, one: Written) -> bool:
    text = claim.plain.text
    before = text[max(claim.span.start, one.span.start - 40) : one.span.start]
    if _NO_TIME.search(before) or _NAMES.match(text, one.span.end):
        return False
    return not _LENGTHS.search(context.column(claim, one.span.start))


def _by_clock(claim: Claim, one: Written, every: Sequence[Written]) -> Written:
    if one.clocks is not None:
        return one
    own = context.clocks(claim, one.span.start)
    told = [clock for other in every if other is not one and other.clocks for clock in other.clocks]
    if one.is_day:
        beside = [
            other for other in every if other.clocks and not other.is_day and _gap(one.span, other.span) < 25
        ]
        if beside:
            return replace(one, clocks=min(beside, key=lambda other: _gap(one.span, other.span)).clocks)
        if not any(not other.is_day for other in every):
            return replace(one, clocks=own)
    named = zone.near(claim.plain.text[max(claim.span.start, one.span.start - 200) : one.span.start])
    return replace(one, clocks=tuple(dict.fromkeys((*own, *told, *named))) if own else own)


def _gap(one: Span, other: Span) -> int:
    return max(one.start - other.end, other.start - one.end)


def _ranges(claim: Claim, mentions: Sequence[Written]) -> set[int]:
    """Return the places of mentions that begin a range which the next one ends."""
    text, made = claim.plain.text, set[int]()
    for place, (one, other) in enumerate(pairwise(mentions)):
        if place - 1 in made or one.is_day != other.is_day:
            continue
        match = _TO.fullmatch(text[one.span.end : other.span.start][:200])
        between = _BETWEEN.search(text[max(claim.span.start, one.span.start - 40) : one.span.start])
        if match and (between or match["way"].lower() != "and"):
            cites = any(one.span.end <= citation.start < other.span.start for citation in claim.citations)
            if not cites:
                made.add(place)
    return made


def units(claim: Claim) -> list[list[Written]]:
    """Return a sentence's times and days in their order; the two ends of a span stand together."""
    mentions = _mentions(claim)
    ranges = _ranges(claim, mentions)
    units: list[list[Written]] = []
    for place, one in enumerate(mentions):
        if place - 1 in ranges:
            units[-1].append(one)
        else:
            units.append([one])
    return units
