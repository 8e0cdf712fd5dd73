"""Detection and response measures: ranges with named end points, all about one alert.

A range is `[to.earliest - from.latest, to.latest - from.earliest]`, widened by both clocks'
errors where the clocks differ: whatever the true instants are inside their bounds, the true duration
is inside the range. What cannot be computed says why.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from timeline import terms
from timeline.alerts.silences import Held, none_recorded, while_firing
from timeline.instant import NS
from timeline.measures.chain import Headline, Point, chain, headline
from timeline.model import Fact, Incident, Measure
from timeline.order import ClockErrors, elapsed, in_display_order

__all__ = ["MEASURES", "SILENCED", "Headline", "headline", "measures"]

SILENCED = terms.SILENCED
#: Measure name to its two points, in the order they are shown.
MEASURES = {
    terms.SINCE_CHANGE: ("last change before", terms.MET),
    terms.TO_PENDING: (terms.MET, "pending"),
    terms.PENDING: ("pending", "firing"),
    terms.DETECT: (terms.MET, "firing"),
    terms.NOTIFY: ("firing", "notified"),
    terms.RESPOND: ("firing", "first message"),
    terms.ACKNOWLEDGE: ("firing", "acknowledged"),
    terms.CHANGE: ("firing", "first change"),
    terms.IN_BREACH: (terms.MET, terms.CLEARED),
    terms.MITIGATE: ("firing", "resolved"),
    terms.IMPACT: (terms.IMPACT_STARTED, terms.IMPACT_ENDED),
    terms.TELL: ("impact", "first status post"),
}
#: Points whose name alone does not say what they are.
_SAID = {
    "last change before": "last change before the breach started",
}


def measures(incident: Incident, facts: Sequence[Fact], errors: ClockErrors) -> tuple[Measure, ...]:
    """Return every measure of `MEASURES` and the time silenced: a range in seconds or a reason for none."""
    points = chain(incident, facts)
    # Where nobody marked what customers see, the impact is dated by the alert's own breach.
    impact = terms.MET if isinstance(points[terms.IMPACT_STARTED], str) else terms.IMPACT_STARTED
    names = {name: (impact if a == "impact" else a, b) for name, (a, b) in MEASURES.items()}
    found = [_measure(name, ab, points, errors) for name, ab in names.items()]
    return (*found, _silenced(points, facts, errors))


def _measure(
    name: str, ends: tuple[str, str], points: dict[str, Point], errors: ClockErrors
) -> Measure:  # fmt: skip
    start, end = points[ends[0]], points[ends[1]]
    first, last = (_SAID.get(point, point) for point in ends)
    said: dict[str, Any] = {"from_": _id(start), "to": _id(end), "formula": f"{last} - {first}"}
    missing = [point for point in (start, end) if isinstance(point, str)]
    if missing or isinstance(start, str) or isinstance(end, str):
        return Measure(name=name, reason="; ".join(dict.fromkeys(missing)), **said)
    span = elapsed(start, end, errors)
    if span is None:
        which = " and ".join(
            p for p, f in zip((first, last), (start, end), strict=True) if f.earliest is None
        )
        return Measure(name=name, reason=f"when {which} began is not known: it was already so", **said)
    return Measure(name=name, min_s=span[0] / NS, max_s=span[1] / NS, **said)


def _silenced(points: dict[str, Point], facts: Sequence[Fact], errors: ClockErrors) -> Measure:
    """Return how long the alert was silenced while it fired: the sum over spans of at least one silence."""
    firing, resolved = points["firing"], points["resolved"]
    if isinstance(firing, str):
        return Measure(name=SILENCED, reason=firing, formula="unsilenced - silenced")
    ordered = in_display_order(facts)
    held = while_firing(ordered, firing, None if isinstance(resolved, str) else resolved, errors)
    if not held:
        none = none_recorded(ordered, firing)
        return Measure(name=SILENCED, reason=none, formula="unsilenced - silenced")
    last = held[-1].end
    said: dict[str, Any] = {"from_": held[0].begin.id, "to": _id(last or ""), "formula": _formula(held)}
    if last is None:
        return Measure(name=SILENCED, reason="no end of the silence was recorded in the window", **said)
    widths = [elapsed(one.begin, one.end, errors) for one in held if one.end]
    known = [width for width in widths if width is not None]
    if len(known) < len(widths):
        return Measure(name=SILENCED, reason="when a silence began is not known: it was already so", **said)
    low, high = (sum(max(width[at], 0) for width in known) / NS for at in (0, 1))
    return Measure(name=SILENCED, min_s=low, max_s=high, **said)


def _formula(held: Sequence[Held]) -> str:
    each = list(dict.fromkeys(one.ends for one in held))
    return each[0] if len(held) == 1 else f"sum of {len(held)} spans, each {' or '.join(each)}"


def _id(point: Point) -> str | None:
    return None if isinstance(point, str) else point.id
