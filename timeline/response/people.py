"""Who joined the response, when, and in which role; and the longest time without a record of anybody's; pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import NamedTuple

from timeline.alerts.states import is_person
from timeline.measures.information import is_marked
from timeline.model import Fact, Gap, Incident, Timeline
from timeline.order import in_display_order
from timeline.relative import first_instant, inside

_KINDS = ("chat.", "deploy.", "change.", "status.", "incident.")
_ACTS = frozenset({"alert.acknowledged", "alert.silenced", "alert.unsilenced"})
#: What people do, and systems do by themselves where a time has passed: nobody's, unless somebody is named.
_HANDED = frozenset({"alert.escalated", "alert.unacknowledged", "alert.reassigned"})


class Joined(NamedTuple):
    """A person of the response: the pseudonym, the first and the last record of them inside, and how many.

    `roles` are those the incident file gives; `assigned` are records of a role's assignment to them.
    """

    who: str
    roles: tuple[str, ...]
    first: Fact
    last: Fact
    records: int
    assigned: tuple[Fact, ...] = ()


class Pause(NamedTuple):
    """A time (ns) without any recorded response, between two of its records or from the start, and gaps in it.

    `before` is None where nothing was recorded before, `after` where nothing was until the end.
    """

    start: int
    end: int
    before: Fact | None
    after: Fact | None
    gaps: tuple[Gap, ...] = ()


def is_response(fact: Fact) -> bool:
    """Tell whether a fact is something that people did: said, changed, acknowledged, posted."""
    if fact.kind in _ACTS or fact.kind == "status.posted":
        return True
    person = fact.actor is None or is_person(fact.actor)
    if fact.kind.startswith("chat.") or fact.kind in _HANDED:
        return is_person(fact.actor)
    return person and fact.category == "change" and fact.kind != "deploy.waiting"


def joined(timeline: Timeline, since: int) -> list[Joined]:
    """Return who was recorded inside the incident from its first sign (ns) on, in the order in which they first were.

    Whoever changed something before there was a sign of it was not responding to it.
    """
    facts = [
        f for f in in_display_order(timeline.facts) if inside(f, timeline.incident) and f.latest >= since
    ]
    held: dict[str, list[Fact]] = {}
    for fact in facts:
        if (
            fact.actor
            and is_person(fact.actor)
            and (fact.kind.startswith(_KINDS) or fact.kind in _ACTS | _HANDED)
        ):
            held.setdefault(fact.actor, []).append(fact)
    roles = roles_of(timeline.incident)
    return [
        Joined(
            who, roles.get(who, ()), own[0], own[-1], len(own),
            tuple(f for f in own if f.kind == "incident.role_assigned"),
        )
        for who, own in held.items()
    ]  # fmt: skip


def roles_of(incident: Incident) -> Mapping[str, tuple[str, ...]]:
    """Return the roles of each pseudonym, as the incident file says."""
    found: dict[str, tuple[str, ...]] = {}
    for role, who in incident.roles.items():
        found[who] = (*found.get(who, ()), role)
    return found


def decisions(timeline: Timeline) -> list[Fact]:
    """Return the messages inside the incident that people pinned or reacted to, in display order."""
    facts = in_display_order(timeline.facts)
    return [f for f in facts if is_marked(f) and is_person(f.actor) and inside(f, timeline.incident)]


def longest_pause(timeline: Timeline, start: int, end: int) -> Pause | None:
    """Return the longest of `pauses`; None where there is none."""
    return next(iter(pauses(timeline, start, end)), None)


def pauses(timeline: Timeline, start: int, end: int) -> tuple[Pause, ...]:
    """Return the times in `[start, end]` certainly without a record of the response, the longest first.

    A time that one record's bounds may lie in is no pause.
    """
    inside_ = [
        f for f in in_display_order(timeline.facts)
        if is_response(f) and f.latest >= start and (f.earliest is None or f.earliest <= end)
    ]  # fmt: skip
    certain = [pause for pause in _pauses(inside_, start, end) if pause.end > pause.start]
    return tuple(
        pause._replace(gaps=tuple(g for g in timeline.gaps if g.start < pause.end and g.end > pause.start))
        for pause in sorted(certain, key=lambda p: (p.start - p.end, p.start))
    )


def _pauses(facts: Sequence[Fact], start: int, end: int) -> list[Pause]:
    found, reached, before = [], start, None
    for fact in facts:
        begins = first_instant(fact)
        if begins > reached:
            found.append(Pause(reached, min(begins, end), before, fact))
        if fact.latest >= reached:
            reached, before = fact.latest, fact
    if reached < end:
        found.append(Pause(reached, end, before, None))
    return found
