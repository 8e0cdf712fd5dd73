"""Lives of alerts, deploys, silences and breaches, by the facts that begin and end them; built once a timeline."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from typing import NamedTuple

from timeline.alerts.lives import Span, spans
from timeline.checks.claims.ground import Ground
from timeline.model import Fact, Measure


class Lives(NamedTuple):
    """Spans of lives by the ids of the facts at their ends, and measures by those at theirs."""

    by_fact: Mapping[str, Sequence[Span]]
    measures: Mapping[str, Sequence[Measure]]
    same: Mapping[tuple[str, str], Sequence[Fact]]  # facts of one kind in one thread, in display order


def lives(ground: Ground) -> Lives:
    """Return the lives of a timeline."""
    return ground.once(_made)


def _made(ground: Ground) -> Lives:
    by_fact: dict[str, list[Span]] = defaultdict(list)
    timeline = ground.timeline
    for held in spans(ground.facts, timeline.window, timeline.gaps).values():
        for one in held:
            by_fact[one.begin.id].append(one)
            if one.end and one.end.id != one.begin.id:
                by_fact[one.end.id].append(one)
    measures: dict[str, list[Measure]] = defaultdict(list)
    for measure in timeline.measures:
        for identity in {measure.from_, measure.to} - {None}:
            measures[str(identity)].append(measure)
    same: dict[tuple[str, str], list[Fact]] = defaultdict(list)
    for fact in ground.facts:
        if fact.thread:
            same[fact.thread, fact.kind].append(fact)
    return Lives(by_fact, measures, same)


def ends(fact: Fact, ground: Ground) -> list[Fact]:
    """Return the facts that end what a fact begins."""
    return [one.end for one in lives(ground).by_fact.get(fact.id, ()) if one.end and one.begin.id == fact.id]


def alike(fact: Fact, ground: Ground) -> Sequence[Fact]:
    """Return the facts of an alert's kind and thread, itself too, in display order; none of what is no alert's."""
    return (
        lives(ground).same.get((fact.thread or "", fact.kind), ()) if fact.kind.startswith("alert.") else ()
    )


def repeats(fact: Fact, ground: Ground) -> list[Fact]:
    """Return the facts of one kind and thread with a fact, and what ends each; none where it came once."""
    same = alike(fact, ground)
    return [*same, *(end for one in same for end in ends(one, ground))] if len(same) > 1 else []


def begins(fact: Fact, ground: Ground) -> list[Fact]:
    """Return the facts that begin what a fact ends; what fired was pending before."""
    held = lives(ground).by_fact.get(fact.id, ())
    return [one.begin for one in held if one.end and one.end.id == fact.id and one.state != "pending"]
