"""What responders could have known at an instant: what had surfaced by then, as the page's replay shows it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import NamedTuple

from timeline.alerts.lives import STATES, in_turn
from timeline.alerts.silences import KINDS, by_alert
from timeline.model import Fact
from timeline.order import in_display_order, of_kind

#: What makes a life wait for somebody again, or ends it.
_UNACKNOWLEDGED = frozenset({
    "alert.unacknowledged", "alert.firing", "incident.declared", "alert.resolved", "incident.resolved",
})  # fmt: skip


class Known(NamedTuple):
    """Facts as they stood at an instant: `surfaced` newest first, `untold` (happened, nothing told of it), `ahead`."""

    surfaced: list[Fact]
    untold: int
    ahead: int


class Situation(NamedTuple):
    """What could be seen at an instant: the facts that began each open state of an alert, acknowledged ones, and the last message."""

    firing: list[Fact]
    pending: list[Fact]
    no_data: list[Fact]
    acknowledged: list[Fact]
    silenced: list[Fact]
    message: Fact | None


def known_at(facts: Sequence[Fact], at: int) -> Known:
    """Return what had surfaced by `at` (ns); `facts` are in display order."""
    told = [
        (fact.surfaced, place)
        for place, fact in enumerate(facts)
        if fact.surfaced is not None and fact.surfaced <= at
    ]
    untold = sum(fact.surfaced is None and fact.latest <= at for fact in facts)
    newest = [facts[place] for _, place in sorted(told, reverse=True)]
    return Known(newest, untold, len(facts) - len(newest) - untold)


def situation(facts: Sequence[Fact], at: int) -> Situation:
    """Return the alerts' states and the last message at `at` (ns); what is `latest` by then counts."""
    ordered = in_display_order(facts)
    lives: dict[str, list[Fact]] = {}
    for fact in ordered:
        if fact.kind in STATES:
            lives.setdefault(fact.thread or fact.id, []).append(fact)
    last = [begun for life in lives.values() if (begun := _last(life, at)) is not None]
    silenced = {
        firing.thread or firing.id: firing
        for firing, begin, end in by_alert(ordered)
        if begin.latest <= at and not (end is not None and end.latest <= at)
    }
    # What silenced an alert that never fired, its own life tells.
    marks = {fact.thread: fact for fact in of_kind(ordered, *KINDS) if fact.latest <= at}
    for name in lives:
        if name not in silenced and (mark := marks.get(name)) and mark.kind == "alert.silenced":
            silenced[name] = mark
    handled: dict[str, Fact] = {}  # what was acknowledged, and is neither given back nor over
    for fact in ordered:
        if fact.latest <= at and fact.thread:
            if fact.kind == "alert.acknowledged":
                handled[fact.thread] = fact
            elif fact.kind in _UNACKNOWLEDGED:
                handled.pop(fact.thread, None)
    said = [
        (_seen(fact), place, fact)
        for place, fact in enumerate(ordered)
        if fact.kind == "chat.message" and _seen(fact) <= at
    ]
    return Situation(
        [fact for fact in last if fact.kind == "alert.firing"],
        [fact for fact in last if fact.kind == "alert.pending"],
        [fact for fact in last if fact.kind == "alert.no_data"],
        list(handled.values()),
        list(silenced.values()),
        max(said)[2] if said else None,
    )


def _last(life: Iterable[Fact], at: int) -> Fact | None:
    """Return the last step of an alert's life that is known at `at`."""
    steps = [fact for fact in in_turn(list(life)) if fact.latest <= at]
    return steps[-1] if steps else None


def _seen(fact: Fact) -> int:
    return fact.latest if fact.surfaced is None else fact.surfaced
