"""Detection and response measures: ranges with named end points, all of one thread.

A range is `[to.earliest - from.latest, to.latest - from.earliest]`, widened by both clocks'
errors where the clocks differ: whatever the true instants are inside their bounds, the true duration
is inside the range. What cannot be computed says why.
"""

from __future__ import annotations

from collections.abc import Sequence

from timeline.chain import Headline, Point, chain, headline
from timeline.instant import NS
from timeline.model import Fact, Incident, Measure
from timeline.order import ClockErrors

__all__ = ["MEASURES", "Headline", "duration", "headline", "measures"]

#: Measure name to its two points, in the order they are shown.
MEASURES = {
    "first crossing to pending": ("first crossing", "pending"),
    "pending to firing": ("pending", "firing"),
    "first crossing to firing": ("first crossing", "firing"),
    "firing to first message": ("firing", "first message"),
    "firing to acknowledged": ("firing", "acknowledged"),
    "firing to first change": ("firing", "first change"),
    "first crossing to last recovery": ("first crossing", "last recovery"),
    "firing to resolved": ("firing", "resolved"),
}


def measures(incident: Incident, facts: Sequence[Fact], errors: ClockErrors) -> tuple[Measure, ...]:
    """Return every measure of `MEASURES`, each a range in seconds or the reason for none."""
    points = chain(incident, facts)
    return tuple(_measure(name, points[a], points[b], errors) for name, (a, b) in MEASURES.items())


def duration(start: Fact, end: Fact, errors: ClockErrors) -> tuple[int, int] | None:
    """Return the shortest and longest time from `start` to `end` in ns; None with a null bound."""
    if start.earliest is None or end.earliest is None:
        return None
    slack = 0 if start.clock == end.clock else errors.get(start.clock, 0) + errors.get(end.clock, 0)
    return end.earliest - start.latest - slack, end.latest - start.earliest + slack


def _measure(name: str, start: Point, end: Point, errors: ClockErrors) -> Measure:
    ids = {"from_": _id(start), "to": _id(end)}
    missing = [point for point in (start, end) if isinstance(point, str)]
    if missing or isinstance(start, str) or isinstance(end, str):
        return Measure(name=name, reason="; ".join(dict.fromkeys(missing)), **ids)
    span = duration(start, end, errors)
    if span is None:
        which = " and ".join(
            p for p, f in zip(MEASURES[name], (start, end), strict=True) if f.earliest is None
        )
        return Measure(name=name, reason=f"when {which} began is not known: it was already so", **ids)
    return Measure(name=name, min_s=span[0] / NS, max_s=span[1] / NS, **ids)


def _id(point: Point) -> str | None:
    return None if isinstance(point, str) else point.id
