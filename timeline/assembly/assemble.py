"""Put the readings of every source and collection together into one timeline; pure."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field, replace
from typing import NamedTuple

from timeline.assembly.belonging import in_window, mark_gone
from timeline.assembly.correction import corrected, described, newest_offsets
from timeline.assembly.coverage import each_once, source_gaps
from timeline.assembly.merge import Seen, merge
from timeline.assembly.people import Pseudonymiser, assign
from timeline.assembly.reading import SourceReading, newest_good
from timeline.canonical import Json
from timeline.document import seal
from timeline.linked.link import link
from timeline.measures.durations import measures
from timeline.measures.offsets import clock_offsets
from timeline.measures.reconcile import is_measured, reconcile
from timeline.model import Fact, Gap, Impact, Incident, Panel, Person, Timeline, Window
from timeline.order import in_display_order, lineage
from timeline.people.machines import is_machine
from timeline.people.names import Names


@dataclass(frozen=True)
class Build:
    """What a timeline is assembled from."""

    incident: Incident
    window: Window
    readings: Sequence[SourceReading]
    known: Mapping[str, str] = field(default_factory=dict)  # identity -> pseudonym, never changed
    joined: Mapping[str, str] = field(default_factory=dict)  # identity -> the one that stands for a person
    gaps: Sequence[Gap] = ()
    provenance: Mapping[str, Json] = field(default_factory=dict)


class Assembled(NamedTuple):
    """The timeline and its file, pseudonyms (identity to pseudonym, `known` included), who is who."""

    timeline: Timeline
    data: bytes
    pseudonyms: dict[str, str]
    people: list[Person]


def assemble(build: Build) -> Assembled:
    """Merge, mark what is gone, name gaps, hide names, measure."""
    offsets = newest_offsets(build.readings)
    build = replace(build, readings=corrected(build.readings, offsets))
    merged = merge(Seen(r.collection, f) for r in build.readings for f in r.of(Fact))
    belonging = in_window(merged.facts, build.window)
    newest = newest_good(build.readings)
    marked = mark_gone(belonging, merged.collections, build.readings, newest)
    people = _people(build)
    holders = _holders(build.incident, people, build.joined)
    roles = {identity: role for role, identity in reversed(holders.items())}
    pseudonyms = assign(marked, people, build.known, build.joined, roles)
    hidden = Pseudonymiser(people, pseudonyms)
    panels = _panels(newest)
    drawn = {panel.id for panel in panels}
    facts = in_display_order(link([_drawn(hidden.fact(f), drawn) for f in marked]))
    kept = {f.id for f in facts}
    conflicts = [g for g in merged.gaps if g.missing in kept]
    gaps = each_once([*build.gaps, *conflicts, *source_gaps(build.readings, build.window)], build.window)
    gaps = tuple(hidden.gap(gap) for gap in gaps)
    clocks = _disagreeing(_clocks(build.readings), facts)
    incident = _without_names(build.incident, holders, pseudonyms, hidden.names)
    measured = is_measured(panels, facts)
    document = Timeline(
        incident=incident, window=build.window, facts=facts, gaps=gaps,
        measures=measures(incident, facts, clocks), panels=panels, impact=_impact(newest),
        reconciliation=(*reconcile(incident, facts, clocks, measured=measured), *clock_offsets(facts, clocks)),
        provenance={
            **build.provenance, "clocks": clocks, **described(offsets),
            **_remaining(hidden.may_name),
        },
    )  # fmt: skip
    return Assembled(*seal(document), pseudonyms, people)


def _people(build: Build) -> list[Person]:
    """Join what several readings say of one identity, in a fixed order."""
    names: dict[str, set[str]] = defaultdict(set)
    bots: dict[str, bool] = {}
    for reading in build.readings:
        for person in reading.of(Person):
            names[person.identity] |= set(person.names)
            bots[person.identity] = bots.get(person.identity, True) and person.bot
    return [
        Person(identity=i, names=tuple(sorted(names[i])), bot=bots[i] or is_machine(*names[i]))
        for i in sorted(names)
    ]


def _holders(incident: Incident, people: Sequence[Person], joined: Mapping[str, str]) -> dict[str, str]:
    """Return role to the identity that stands for its holder; a name that two people have is nobody's."""
    if not incident.roles:
        return {}
    names = Names(people)
    held = ((role, {joined.get(i, i) for i in names.called(who)}) for role, who in incident.roles.items())
    return {role: next(iter(found)) for role, found in held if len(found) == 1}


def _without_names(
    incident: Incident, holders: Mapping[str, str], pseudonyms: Mapping[str, str], names: Names
) -> Incident:  # fmt: skip
    held = {role: pseudonyms.get(identity) for role, identity in holders.items()}
    shown = {role: held.get(role) or "not identified" for role in incident.roles}
    title = names.replace(incident.title) if incident.title else incident.title
    return incident.replace(roles=shown, title=title)


def _remaining(may_name: Mapping[str, int]) -> dict[str, Json]:
    """Return in how many quotes names may remain, by kind; nothing where there is none."""
    told: dict[str, Json] = {kind: count for kind, count in sorted(may_name.items()) if count}
    return {"names_may_remain": told} if told else {}


def _clocks(readings: Sequence[SourceReading]) -> dict[str, int]:
    """Return each clock's error in ns: the largest of the sources that read it."""
    clocks: dict[str, int] = {}
    for reading in readings:
        for fact in reading.of(Fact):
            clocks[fact.clock] = max(clocks.get(fact.clock, 0), reading.clock_error)
    return dict(sorted(clocks.items()))


def _disagreeing(clocks: Mapping[str, int], facts: Sequence[Fact]) -> dict[str, int]:
    """Return the clocks with the errors that lineage proves: what was made later by the earlier time.

    Which of the two clocks is wrong is not known, so that neither is trusted further than they agree.
    """
    errors, made = dict(clocks), [fact for fact in facts if lineage(fact)]
    held = {fact.id: fact for fact in facts} if made else {}
    for fact in made:
        for other in (held[identity] for identity in lineage(fact) if identity in held):
            apart = 0 if other.earliest is None else other.earliest - fact.latest
            if apart > 0 and fact.clock != other.clock:
                for clock in (fact.clock, other.clock):
                    errors[clock] = max(errors.get(clock, 0), apart)
    return errors


def _panels(newest: Mapping[tuple[str, str], SourceReading]) -> tuple[Panel, ...]:
    found = [panel for reading in newest.values() for panel in reading.of(Panel)]
    return tuple(sorted(found, key=lambda p: (p.source, p.title, p.id)))


def _drawn(fact: Fact, panels: AbstractSet[str]) -> Fact:
    """Return the fact without a panel that could not be read."""
    return fact if fact.panel is None or fact.panel in panels else fact.replace(panel=None)


def _impact(newest: Mapping[tuple[str, str], SourceReading]) -> tuple[Impact, ...]:
    found = [number for reading in newest.values() for number in reading.of(Impact)]
    return tuple(sorted(found, key=lambda i: (i.source, i.name, i.span, sorted(i.labels.items()), i.id)))
