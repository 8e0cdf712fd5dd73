"""From when to when an incident lasted, by the best that was recorded of it; pure."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import NamedTuple

from timeline import terms
from timeline.alerts.states import begins_breach, ends_breach, expression, hides_recovery
from timeline.instant import NS
from timeline.measures.chain import Point
from timeline.measures.response import visible
from timeline.model import Fact, Incident, Timeline
from timeline.order import ClockErrors, elapsed, in_display_order
from timeline.relative import begins_before, first_instant, inside

CUSTOMERS, BREACH, ALERT, CLAIMED, RECORDED = (
    "customer impact", "the breach", "the alert", "the incident", "what was recorded",
)  # fmt: skip


class Extent(NamedTuple):
    """What tells how long it lasted, its two ends, and the seconds between them.

    An end is a fact, an instant (ns) that a file, a tracker or a flag gave, or the reason why it is not known.
    """

    what: str
    start: Fact | int
    end: Fact | int | str
    shortest: float | None = None
    longest: float | None = None

    @property
    def first(self) -> int:
        """The first instant at which it may have begun."""
        return self.start if isinstance(self.start, int) else first_instant(self.start)

    @property
    def last(self) -> int | None:
        """The last instant at which it may have ended; None where no end is known."""
        return (
            self.end.latest if isinstance(self.end, Fact) else self.end if isinstance(self.end, int) else None
        )


def points_of(timeline: Timeline, points: Mapping[str, Point]) -> dict[str, Point]:
    """Return the points of the headline's life, and where no alert fired those that need none."""
    facts = in_display_order(timeline.facts)
    found = dict(points)
    if isinstance(found["firing"], str):
        begun, ended = visible(facts, timeline.incident)
        found |= {terms.IMPACT_STARTED: begun, terms.IMPACT_ENDED: ended}
        found |= _breach(facts, timeline.incident)
    for name, kind in _ANY.items():
        if isinstance(found[name], str):
            own = (f for f in facts if f.kind == kind and inside(f, timeline.incident))
            found[name] = next(own, found[name])
    return found


def _breach(facts: Sequence[Fact], incident: Incident) -> dict[str, Point]:
    """Return where the first breach inside the incident started, and the last of the same series ended."""
    first = next((f for f in facts if begins_breach(f) and inside(f, incident)), None)
    if first is None:
        return {}
    ended: Point = _OPEN
    for fact in facts[facts.index(first) :]:
        if fact.thread == first.thread and expression(fact) == expression(first):
            if begins_breach(fact) and begins_before(fact.earliest, incident.end):
                ended = _OPEN
            elif ends_breach(fact) and ended == _OPEN:
                ended = hides_recovery(fact) or fact
    return {terms.MET: first, terms.CLEARED: ended}


_OPEN = "no end of the breach was recorded in the window"
#: Points for which any record of the kind stands in where there is none of the headline alert.
_ANY = {
    "notified": "alert.notified",
    "acknowledged": "alert.acknowledged",
    "first status post": "status.posted",
}


def extent(timeline: Timeline, points: Mapping[str, Point], errors: ClockErrors) -> Extent | None:
    """Return how long it lasted: of customer impact, else of the breach, the alert, the claims, the record."""
    for what, start, end in _recorded(points):
        if isinstance(start, Fact):
            span = elapsed(start, end, errors) if isinstance(end, Fact) else None
            width = (max(span[0], 0) / NS, span[1] / NS) if span else (None, None)
            return Extent(what, start, end, *width)
    return _claimed(timeline.incident) or _of_records(timeline)


def _recorded(points: Mapping[str, Point]) -> Iterator[tuple[str, Point, Point]]:
    yield CUSTOMERS, points[terms.IMPACT_STARTED], points[terms.IMPACT_ENDED]
    yield BREACH, points[terms.MET], points[terms.CLEARED]
    yield ALERT, points["firing"], points["resolved"]


def _claimed(incident: Incident) -> Extent | None:
    if incident.start is None:
        return None
    if incident.end is None:
        return Extent(CLAIMED, incident.start, "the incident has no end yet")
    width = max(incident.end - incident.start, 0) / NS
    return Extent(CLAIMED, incident.start, incident.end, width, width)


def _of_records(timeline: Timeline) -> Extent | None:
    facts: Sequence[Fact] = [f for f in in_display_order(timeline.facts) if f.earliest is not None]
    if not facts:
        return None
    last = max(facts, key=lambda f: (f.latest, f.id))
    width = (last.latest - first_instant(facts[0])) / NS
    return Extent(RECORDED, facts[0], last, width, width)
