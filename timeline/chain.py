"""The headline alert and the points of its life: from the first crossing to the end of the firing.

The headline thread is the incident file's `alert`, else the first firing inside the unpadded
incident. Crossing, pending, firing, recovery and end share its thread (rule and labels), so that a
flap of something else, or of another time, is never a point of it.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import NamedTuple

from timeline.model import Fact, Incident
from timeline.order import display_key, in_display_order
from timeline.states import alert_name, begins_breach, ends_breach, is_person, labels_of, leg
from timeline.text import code


class Headline(NamedTuple):
    """The alert the measures are about: its thread and firing, and the rule that chose it.

    Where no alert qualifies, `thread` and `fact` are None and `rule` says why.
    """

    thread: str | None
    rule: str
    fact: Fact | None


#: A named point of the chain: the fact, or the reason why there is none.
Point = Fact | str
POINTS = (
    "first crossing", "pending", "firing", "first message", "acknowledged", "first change", "last recovery",
    "resolved",
)  # fmt: skip
_OPEN = "it was still in breach when the window ended"
_FIRING = "it was still firing when the window ended"


def headline(incident: Incident, facts: Sequence[Fact]) -> Headline:
    """Choose the headline thread and name the rule that chose it."""
    firings = [f for f in in_display_order(facts) if f.kind == "alert.firing"]
    if incident.alert:
        named = [f for f in firings if alert_name(f) == incident.alert]
        inside = [f for f in named if _inside(f, incident)] or named
        rule = f"the incident file names alert {code(incident.alert)}"
        if not named:
            return Headline(None, f"{rule}, and no firing of it was recorded", None)
        return Headline(inside[0].thread, f"{rule}; its first firing inside the incident", inside[0])
    hinted = incident.start is not None or incident.end is not None
    where = "inside the incident" if hinted else "in the window"
    # What was firing already has no known beginning: it is taken when nothing else fired.
    inside = sorted((f for f in firings if _inside(f, incident)), key=lambda f: f.earliest is None)
    if not inside:
        return Headline(None, f"no alert fired {where}", None)
    return Headline(inside[0].thread, f"the first alert that fired {where}", inside[0])


def chain(incident: Incident, facts: Sequence[Fact]) -> dict[str, Point]:
    """Return each named point of the headline's life, from first crossing to resolved."""
    head = headline(incident, facts)
    if head.fact is None:
        return dict.fromkeys(POINTS, head.rule)
    life = in_display_order(f for f in facts if f.thread == head.thread) if head.thread else [head.fact]
    everything = in_display_order(facts)
    return {
        "first crossing": _first_crossing(life, head.fact, incident),
        "pending": _pending(life, head.fact),
        "firing": head.fact,
        "first message": _first_message(everything, head.fact, incident),
        "acknowledged": _acknowledged(everything, head.fact),
        "first change": _first_change(everything, head.fact),
        "last recovery": _last_recovery(life, head.fact, incident),
        "resolved": _resolved(life, head.fact, incident),
    }


def _inside(fact: Fact, incident: Incident) -> bool:
    start, end = incident.start, incident.end
    return (start is None or fact.latest >= start) and (
        end is None or fact.earliest is None or fact.earliest < end
    )


def _legs(life: Sequence[Fact]) -> list[list[Fact]]:
    """Split a life's crossings by what crossed: a rule may compare more than one expression."""
    legs: dict[str, list[Fact]] = {}
    for fact in life:
        if begins_breach(fact) or ends_breach(fact):
            legs.setdefault(leg(fact), []).append(fact)
    return list(legs.values())


def _first_crossing(life: Sequence[Fact], firing: Fact, incident: Incident) -> Point:
    """The start of the breach that fired, or an earlier one of the thread inside the incident."""
    found = [fact for crossings in _legs(life) for fact in _beginnings(crossings, firing, incident)]
    none = "no crossing that was recorded before the firing shares its rule and labels"
    return min(found, key=display_key) if found else none


def _beginnings(crossings: Sequence[Fact], firing: Fact, incident: Incident) -> Iterator[Fact]:
    begun: Fact | None = None
    for fact in (f for f in crossings if _may_precede(f, firing)):
        if begins_breach(fact):
            begun = begun or fact
            if incident.start is not None and _inside(fact, incident):
                yield fact
        else:
            begun = None
    if begun is not None:
        yield begun


def _pending(life: Sequence[Fact], firing: Fact) -> Point:
    before = [
        f for f in life if f.kind.startswith("alert.") and f.id != firing.id and _may_precede(f, firing)
    ]
    found = next((f for f in reversed(before) if f.kind in {"alert.pending", "alert.firing"}), None)
    if found is not None and found.kind == "alert.pending":
        return found
    return "no pending state was recorded before the firing"


def _may_precede(fact: Fact, firing: Fact) -> bool:
    return fact.earliest is None or fact.earliest <= firing.latest


def _at_or_after(fact: Fact, firing: Fact) -> bool:
    return fact.latest >= (firing.latest if firing.earliest is None else firing.earliest)


def _first_message(facts: Sequence[Fact], firing: Fact, incident: Incident) -> Point:
    channels = {name.lstrip("#") for name in incident.channels}
    for fact in facts:
        by_person = fact.kind == "chat.message" and is_person(fact.actor)
        here = not channels or labels_of(fact).get("channel", "").lstrip("#") in channels
        if by_person and here and _at_or_after(fact, firing):
            return fact
    where = " in the incident's channels" if channels else ""
    return f"no message by a person{where} was recorded at or after the firing"


def _acknowledged(facts: Sequence[Fact], firing: Fact) -> Point:
    # Another system's acknowledgement carries the alert's name at most: its thread is its own.
    others = {f.thread for f in facts if f.kind == "alert.firing"} - {firing.thread}
    for fact in facts:
        own = fact.thread == firing.thread or alert_name(fact) == alert_name(firing)
        own = own and fact.kind == "alert.acknowledged" and fact.thread not in others
        if own and _at_or_after(fact, firing):
            return fact
    return "no acknowledgement of the alert was recorded"


def _first_change(facts: Sequence[Fact], firing: Fact) -> Point:
    """The first change whose life began at or after the firing: an end of an older one is none."""
    running: set[str] = set()
    for fact in (f for f in facts if f.category == "change"):
        if not _at_or_after(fact, firing):
            running.add(fact.thread or "")
        elif fact.thread is None or fact.thread not in running:
            return fact
    return "no change was recorded at or after the firing"


def _last_recovery(life: Sequence[Fact], firing: Fact, incident: Incident) -> Point:
    """The end of the last breach that began before the incident's end; of all legs, the last."""
    ends = [_end_of_breach(crossings, firing, incident) for crossings in _legs(life)]
    reasons = [end for end in ends if isinstance(end, str)]
    recovered = [end for end in ends if isinstance(end, Fact) and _at_or_after(end, firing)]
    if reasons:
        return reasons[0]
    none = "no recovery that was recorded after the firing shares its rule and labels"
    return max(recovered, key=display_key) if recovered else none


def _end_of_breach(crossings: Sequence[Fact], firing: Fact, incident: Incident) -> Point | None:
    state: Point | None = None
    for fact in crossings:
        if begins_breach(fact):
            if isinstance(state, Fact) and not _begins_in(fact, firing, incident):
                break
            state = _OPEN
        elif fact.kind == "metric.absent":
            state = state if isinstance(state, Fact) else "its samples stopped before a recovery was recorded"
        elif not isinstance(state, Fact) or not _at_or_after(state, firing):
            state = fact
    return state


def _resolved(life: Sequence[Fact], firing: Fact, incident: Incident) -> Point:
    """The end of the last firing that began before the incident's end."""
    result: Point = _FIRING
    for fact in life:
        if fact.kind == "alert.firing" and fact.id != firing.id:
            if not isinstance(result, str) and not _begins_in(fact, firing, incident):
                break
            result = _FIRING
        elif fact.kind == "alert.resolved" and _at_or_after(fact, firing):
            result = fact
    return result


def _begins_in(fact: Fact, firing: Fact, incident: Incident) -> bool:
    return not _at_or_after(fact, firing) or incident.end is None or (fact.earliest or 0) < incident.end


def endpoints(points: dict[str, Point]) -> Iterator[tuple[str, Fact]]:
    """Yield the points that are facts, with their names, in the order of the chain."""
    for name, point in points.items():
        if not isinstance(point, str):
            yield name, point
