"""The headline alert and the points of its life: from where the breach started to the end of the firing.

The headline thread is the incident file's `alert`, else the first firing inside the unpadded
incident. Crossing, pending, firing, recovery and end share its thread (rule and labels), so that a
flap of something else, or of another time, is never a point of it.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from operator import attrgetter
from typing import NamedTuple, cast

from timeline import terms
from timeline.alerts.lives import STATES, in_turn
from timeline.alerts.silences import none_recorded, while_firing
from timeline.alerts.states import alert_name, begins_breach, ends_breach, expression, hides_recovery
from timeline.apart import apart
from timeline.measures.response import (
    Point,
    first_change,
    first_message,
    first_own,
    first_status,
    last_change,
    visible,
)  # fmt: skip
from timeline.model import Fact, Incident
from timeline.order import display_key, in_display_order, of_kind
from timeline.relative import at_or_after, begins_before, inside, may_precede
from timeline.text import code

__all__ = ["POINTS", "Headline", "Point", "chain", "endpoints", "headline"]


class Headline(NamedTuple):
    """The alert the measures are about: its thread and firing, and the rule that chose it.

    Where no alert qualifies, `thread` and `fact` are None and `rule` says why.
    """

    thread: str | None
    rule: str
    fact: Fact | None


POINTS = (
    "last change before", terms.MET, "pending", "firing", "notified", "first message", "acknowledged",
    "first change", terms.CLEARED, "resolved", terms.IMPACT_STARTED, terms.IMPACT_ENDED, "first status post", "silenced",
    "unsilenced",
)  # fmt: skip
_OPEN = "no end of the breach was recorded in the window"
_UNTOLD = "no notification of the alert was recorded at or after the firing"
_UNSEEN = "no acknowledgement of the alert was recorded"
_FIRING = "no end of the firing was recorded in the window"
_BLIND = "the alert had no data before an end of its firing was recorded"
_LOST = "no end of a firing was recorded before the alert began anew"


def headline(incident: Incident, facts: Sequence[Fact]) -> Headline:
    """Choose the headline thread and name the rule that chose it."""
    firings = of_kind(in_display_order(facts), "alert.firing")
    if incident.alert:
        named = [f for f in firings if alert_name(f) == incident.alert]
        chosen = next((f for f in named if inside(f, incident)), named[0] if named else None)
        rule = f"the incident file names alert {code(incident.alert)}"
        if chosen is None:
            return Headline(None, f"{rule}, and no firing of it was recorded", None)
        return Headline(chosen.thread, f"{rule}; its first firing inside the incident", chosen)
    hinted = incident.start is not None or incident.end is not None
    where = "inside the incident" if hinted else "in the window"
    # What was firing already has no known beginning: it is taken when nothing else fired.
    fired = sorted((f for f in firings if inside(f, incident)), key=lambda f: f.earliest is None)
    if not fired:
        return Headline(None, f"no firing of an alert was recorded {where}", None)
    return Headline(fired[0].thread, f"the first alert that fired {where}", fired[0])


def chain(incident: Incident, facts: Sequence[Fact]) -> dict[str, Point]:
    """Return each named point of the headline's life, from where the breach started to resolved."""
    head = headline(incident, facts)
    if head.fact is None:
        return dict.fromkeys(POINTS, head.rule)
    everything = in_display_order(facts)
    life = [f for f in everything if f.thread == head.thread] if head.thread else [head.fact]
    crossing = _first_crossing(life, head.fact, incident)
    begun, ended = visible(everything, incident)
    resolved = _resolved(life, everything, head.fact, incident)
    first, last = _silenced(everything, head.fact, resolved)
    found: dict[str, Point] = {
        "last change before": last_change(everything, crossing),
        terms.MET: crossing,
        "pending": _pending(life, head.fact),
        "firing": head.fact,
        "notified": first_own(everything, head.fact, "alert.notified", _UNTOLD),
        "first message": first_message(everything, head.fact, incident),
        "acknowledged": first_own(everything, head.fact, "alert.acknowledged", _UNSEEN),
        "first change": first_change(everything, head.fact),
        terms.CLEARED: _last_recovery(life, head.fact, incident),
        "resolved": resolved,
        terms.IMPACT_STARTED: begun,
        terms.IMPACT_ENDED: ended,
        "first status post": first_status(everything, incident),
        "silenced": first,
        "unsilenced": last,
    }
    assert tuple(found) == POINTS
    return found


def _silenced(facts: Sequence[Fact], firing: Fact, resolved: Point) -> tuple[Point, Point]:
    held = while_firing(facts, firing, None if isinstance(resolved, str) else resolved, {})
    if not held:
        none = none_recorded(facts, firing)
        return none, none
    return held[0].silenced, held[-1].unsilenced or "no end of the silence was recorded in the window"


def _legs(life: Sequence[Fact]) -> list[list[Fact]]:
    """Split a life's crossings by what crossed: a rule may compare more than one expression."""
    legs: dict[str, list[Fact]] = {}
    for fact in life:
        if begins_breach(fact) or ends_breach(fact):
            legs.setdefault(expression(fact), []).append(fact)
    return list(legs.values())


def _first_crossing(life: Sequence[Fact], firing: Fact, incident: Incident) -> Point:
    """The start of the breach that fired, or an earlier one of the thread inside the incident."""
    found = [fact for crossings in _legs(life) for fact in _beginnings(crossings, firing, incident)]
    none = "no breach that was recorded before the firing shares its rule and labels"
    return min(found, key=display_key) if found else none


def _beginnings(crossings: Sequence[Fact], firing: Fact, incident: Incident) -> Iterator[Fact]:
    begun: Fact | None = None
    for fact in (f for f in crossings if may_precede(f, firing)):
        if begins_breach(fact):
            begun = begun or fact
            if incident.start is not None and inside(fact, incident):
                yield fact
        else:
            begun = None
    if begun is not None:
        yield begun


def _pending(life: Sequence[Fact], firing: Fact) -> Point:
    before = [f for f in life if f.kind.startswith("alert.") and f.id != firing.id and may_precede(f, firing)]
    found = next((f for f in reversed(before) if f.kind in {"alert.pending", "alert.firing"}), None)
    if found is not None and found.kind == "alert.pending":
        return found
    return "no pending state was recorded before the firing"


def _last_recovery(life: Sequence[Fact], firing: Fact, incident: Incident) -> Point:
    """The end of the last breach that began before the incident's end; of all legs, the last."""
    ends = [_end_of_breach(crossings, firing, incident) for crossings in _legs(life)]
    reasons = [end for end in ends if isinstance(end, str)]
    recovered = [end for end in ends if isinstance(end, Fact) and at_or_after(end, firing)]
    if reasons:
        return reasons[0]
    none = "no end of a breach that was recorded after the firing shares its rule and labels"
    return max(recovered, key=display_key) if recovered else none


def _end_of_breach(crossings: Sequence[Fact], firing: Fact, incident: Incident) -> Point | None:
    state: Point | None = None
    for fact in crossings:
        if begins_breach(fact):
            if isinstance(state, Fact) and not _begins_in(fact, firing, incident):
                break
            state = _OPEN
        elif hidden := hides_recovery(fact):
            state = state if isinstance(state, Fact) else hidden
        elif state is None or state == _OPEN or (isinstance(state, Fact) and not at_or_after(state, firing)):
            state = fact  # after what hid the recovery, no fact tells when it was
    return state


def _resolved(life: Sequence[Fact], facts: Sequence[Fact], firing: Fact, incident: Incident) -> Point:
    """The end of the last firing that began before the incident's end; why there is none, where it is not known."""
    begun, result = firing, cast(Point, _FIRING)
    for fact in in_turn(
        [f for f in life if f.kind in STATES and (f.id == firing.id or at_or_after(f, firing))]
    ):
        if fact.kind in {
            "alert.no_data",
            "alert.data_returned",
        }:  # what follows tells no more of when it ended
            result = _BLIND if fact.kind == "alert.no_data" and result == _FIRING else result
            continue
        again = fact.kind != "alert.resolved" and fact.id != firing.id
        if again and not _begins_in(fact, firing, incident):
            return _LOST if result == _FIRING else _known(result, life, facts, begun)
        if again and fact.kind == "alert.pending":
            result = _LOST if result == _FIRING else result
        elif again and fact.kind == "alert.firing":
            begun, result = fact, _FIRING
        elif fact.kind == "alert.resolved" and result != _BLIND:
            result = fact
    return _known(result, life, facts, begun)


def _known(resolved: Point, life: Sequence[Fact], facts: Sequence[Fact], firing: Fact) -> Point:
    """Return the end of a firing, or why it does not tell that the alert's condition had ended."""
    if isinstance(resolved, str):
        return resolved
    between = [f for f in life if at_or_after(f, firing) and may_precede(f, resolved)]
    ends = [_hidden(crossings) for crossings in _legs(between)]
    hidden = [end for end in ends if end]
    if hidden and "" not in ends:
        return f"{hidden[0]}, and the alert stopped firing without one"
    other = next((f for f in of_kind(facts, *_BEGINNINGS) if _took_over(f, resolved)), None)
    if other is None:
        return resolved
    told = apart([resolved.replace(statement=""), other.replace(statement="")], attrgetter("statement"))
    labels = f" ({code(told[other.id].label)})" if other.id in told else ""
    return f"where it stopped firing, the alert of that name began with other labels{labels}"


_BEGINNINGS = ("alert.pending", "alert.firing")


def _hidden(crossings: Sequence[Fact]) -> str | None:
    """Return what hid the end of this expression's last breach; empty where it recovered, None where nothing ended it."""
    ended: str | None = None
    for fact in crossings:
        if begins_breach(fact):
            ended = None
        elif ended is None:  # what follows what hid a recovery tells no more of when it was
            ended = hides_recovery(fact) or ""
    return ended


def _took_over(fact: Fact, resolved: Fact) -> bool:
    """Tell whether the alert began with other labels in the same evaluation in which it stopped with these."""
    same = fact.source == resolved.source and alert_name(fact) == alert_name(resolved)
    return same and fact.thread != resolved.thread and _meet(fact, resolved)


def _meet(a: Fact, b: Fact) -> bool:
    return (
        a.earliest is not None
        and b.earliest is not None
        and a.earliest <= b.latest
        and b.earliest <= a.latest
    )


def _begins_in(fact: Fact, firing: Fact, incident: Incident) -> bool:
    return not at_or_after(fact, firing) or begins_before(fact.earliest, incident.end)


def endpoints(points: dict[str, Point]) -> Iterator[tuple[str, Fact]]:
    """Yield the points that are facts, with their names, in the order of the chain."""
    for name, point in points.items():
        if not isinstance(point, str):
            yield name, point
