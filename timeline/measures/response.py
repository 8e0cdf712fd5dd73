"""Points beside the headline's own life: who was told, and what customers saw."""

from __future__ import annotations

from collections.abc import Sequence

from timeline.alerts.silences import KINDS, of_alert, other_threads
from timeline.alerts.states import (
    alert_name,
    begins_breach,
    ends_breach,
    expression,
    hides_recovery,
    is_person,
    labels_of,
)
from timeline.model import Fact, Incident
from timeline.order import of_kind
from timeline.relative import at_or_after, begins_before, inside, may_precede

#: A named point of the chain: the fact, or the reason why there is none.
Point = Fact | str
_OPEN = "no end of a customer-visible breach was recorded in the window"
_UNMARKED = "no threshold is marked as customer-visible (`impact = true`)"


def own(fact: Fact, firing: Fact, others: frozenset[str | None]) -> bool:
    """Tell whether a fact about an alert is about the one that fired: by thread, else by name.

    Another system's record carries the alert's name at most: its thread is its own. `others` are
    the threads of other firings.
    """
    if fact.kind in KINDS:
        return of_alert(fact, firing, others)
    same = fact.thread == firing.thread or alert_name(fact) == alert_name(firing)
    return same and fact.thread not in others


def first_own(facts: Sequence[Fact], firing: Fact, kind: str, none: str) -> Point:
    """Return the first fact of `kind` about the alert, at or after the firing."""
    others = other_threads(facts, firing)
    own_ones = (f for f in of_kind(facts, kind) if own(f, firing, others) and at_or_after(f, firing))
    return next(own_ones, none)


def _is_change(fact: Fact) -> bool:
    """Tell whether something was changed, or began or ended to be: a deploy that waits or is cancelled changes nothing."""
    return fact.category == "change" and fact.kind not in {"deploy.waiting", "deploy.cancelled"}


def last_change(facts: Sequence[Fact], crossing: Point) -> Point:
    """Return the last change recorded before the breach started, by the order of display."""
    if isinstance(crossing, str):
        return crossing
    before: Point = "no change was recorded before the breach started"
    for fact in facts:
        if fact.id == crossing.id or not may_precede(fact, crossing):
            break
        before = fact if _is_change(fact) else before
    return before


def first_status(facts: Sequence[Fact], incident: Incident) -> Point:
    """Return the first post on a status page inside the incident."""
    posts = (f for f in of_kind(facts, "status.posted") if inside(f, incident))
    return next(posts, "no post on a status page was recorded inside the incident")


def visible(facts: Sequence[Fact], incident: Incident) -> tuple[Point, Point]:
    """Return where the first customer-visible breach inside the incident began, and the last one ended.

    Customer-visible are crossings of category `impact`: of thresholds that people marked so.
    """
    marked = [f for f in facts if f.category == "impact" and (begins_breach(f) or ends_breach(f))]
    if not marked:
        return _UNMARKED, _UNMARKED
    first = next((f for f in marked if begins_breach(f) and inside(f, incident)), None)
    if first is None:
        none = "no customer-visible threshold was in breach inside the incident"
        return none, none
    return first, _last_end(marked, incident)


def _last_end(marked: Sequence[Fact], incident: Incident) -> Point:
    """Return the end of the last breach that began before the incident's end, of all series."""
    open_legs: dict[str, Fact] = {}
    hidden: dict[str, str] = {}  # of those whose breach was hidden before it was seen to end: why
    ended: Point = _OPEN
    for fact in marked:
        name = f"{fact.thread} {expression(fact)}"
        if begins_breach(fact):
            if begins_before(fact.earliest, incident.end):
                open_legs.setdefault(name, fact)
                hidden.pop(name, None)
        elif open_legs.pop(name, None) is not None:
            ended = fact
            if why := hides_recovery(fact):
                hidden[name] = f"of a customer-visible threshold, {why}"
    return _OPEN if open_legs else next(iter(hidden.values()), ended)


def first_message(facts: Sequence[Fact], firing: Fact, incident: Incident) -> Point:
    """Return the first message by a person, in the incident's channels, at or after the firing."""
    channels = {name.lstrip("#") for name in incident.channels}
    for fact in facts:
        by_person = fact.kind == "chat.message" and is_person(fact.actor)
        here = not channels or labels_of(fact).get("channel", "").lstrip("#") in channels
        if by_person and here and at_or_after(fact, firing):
            return fact
    where = " in the incident's channels" if channels else ""
    return f"no message by a person{where} was recorded at or after the firing"


def first_change(facts: Sequence[Fact], firing: Fact) -> Point:
    """Return the first change whose life began at or after the firing: an end of an older one is none."""
    running: set[str] = set()
    for fact in (f for f in facts if _is_change(f)):
        if not at_or_after(fact, firing):
            running.add(fact.thread or "")
        elif fact.thread is None or fact.thread not in running:
            return fact
    return "no change was recorded at or after the firing"
