"""The times of a clause with their days: what spans are told by."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from typing import NamedTuple

from timeline.checks.claims.claim import Claim
from timeline.checks.claims.ground import Ground
from timeline.checks.claims.plain import Span as Place
from timeline.checks.claims.when import context, written

_BESIDE = 12  # characters between a time and its day
_JOINED = re.compile(r"[\s,]{0,3}(?:at\s)?(?:around\s|about\s)?", re.IGNORECASE)
#: `the page of 14:13`: which it was, and no span.
_OF_PAGE = re.compile(
    r"\b(?:pages?|alerts?|notifications?|alarms?|messages?|posts?|deploys?|release)\sof\s$", re.IGNORECASE
)
#: A day that a time is said to be on: what is before that time is of that day.
_ON = re.compile(r"\bon\s$", re.IGNORECASE)


class Moment(NamedTuple):
    """A time or a day, `[first, last)` in ns, with its words; `day` is that which it is said to be on."""

    place: Place
    first: int
    last: int  # the first instant behind it
    day: tuple[int, int] | None = None


def moments(claim: Claim, place: Place, ground: Ground) -> list[Moment]:
    """Return the times of a clause in their order, each of the day beside it; its days where it has no times."""
    text = claim.plain.text
    days = list(written.dates(text, place.start, place.end))
    held = list[Moment]()
    for one in written.times(text, place.start, place.end):
        if _OF_PAGE.search(text, max(place.start, one.span.start - 40), one.span.start):
            continue  # `the page of 14:13`: which it was
        clocks = one.clocks if one.clocks is not None else context.clocks(claim, one.span.start)
        day = _day(one.span, days)
        span = one.span
        whole: list[Moment] = []
        if day is not None:
            one = replace(one, days=day.days, weekday=day.weekday)
            if _ON.search(text, max(place.start, day.span.start - 4), day.span.start):
                whole = _time(span, replace(day, clocks=clocks), claim, ground)
            if day.span.start < one.span.start and _JOINED.fullmatch(text[day.span.end : one.span.start]):
                span = Place(day.span.start, one.span.end)
            elif day.span.start >= one.span.end:
                span = Place(one.span.start, day.span.end)
        of = (whole[0].first, whole[0].last) if whole else None
        held += [
            moment._replace(day=of) for moment in _time(span, replace(one, clocks=clocks), claim, ground)
        ]
    for one in days if not held else ():
        held += _time(one.span, replace(one, clocks=context.clocks(claim, one.span.start)), claim, ground)
    return sorted(held, key=lambda each: each.place)


def _time(span: Place, one: written.Written, claim: Claim, ground: Ground) -> list[Moment]:
    """Return when a time was, in the window; of several days the one nearest to what is cited."""
    window = ground.timeline.window
    near = one.near(window.start, window.end)
    inside = [cell for cell in near if cell[0] < window.end and cell[1] > window.start] or near[:1]
    if not inside:
        return []
    cited = [fact.latest for fact in ground.facts_of(claim.citations)]
    best = min(inside, key=lambda cell: min((abs(cell[0] - at) for at in cited), default=0))
    return [Moment(span, best[0], best[1] + 1)]


def _day(span: Place, days: Sequence[written.Written]) -> written.Written | None:
    """Return the day that a time is of: the one beside it, or the only one of the clause."""
    if len(days) == 1:
        return days[0]
    beside = [day for day in days if _gap(day.span, span) <= _BESIDE]
    return min(beside, key=lambda day: _gap(day.span, span)) if beside else None


def _gap(one: Place, other: Place) -> int:
    return max(one.start - other.end, other.start - one.end)
