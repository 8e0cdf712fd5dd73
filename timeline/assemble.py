"""Put the readings of every source and collection together into one timeline; pure."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from timeline.canonical import Json, canonical
from timeline.document import digest, members, record_bytes, write
from timeline.measures import measures
from timeline.merge import Seen, merge
from timeline.model import Fact, Gap, GapReason, Impact, Incident, Panel, Person, Timeline, Window, gap
from timeline.order import in_display_order
from timeline.people import assign, pseudonymise, replacer
from timeline.reconcile import reconcile
from timeline.states import begins_breach

#: The source name of what the incident file and the build itself say.
OWN_SOURCE = "incident"


@dataclass(frozen=True)
class Reading:
    """What one collector of one source brought in one collection."""

    collection: int
    source: str
    collector: str
    window: Window
    clock_error: int  # ns
    records: Sequence[Fact | Gap | Person | Panel | Impact]
    failure: tuple[GapReason, str] | None = None

    @property
    def key(self) -> tuple[str, str]:
        """The source's name and its collector."""
        return self.source, self.collector

    def of(
        self, kind: type[Fact] | type[Gap] | type[Person] | type[Panel] | type[Impact]
    ) -> list[Json]:  # fmt: skip
        """Return the records of one type."""
        return [record for record in self.records if isinstance(record, kind)]


@dataclass(frozen=True)
class Build:
    """What a timeline is assembled from."""

    incident: Incident
    window: Window
    readings: Sequence[Reading]
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
    merged = merge(Seen(r.collection, f) for r in build.readings for f in r.of(Fact))
    belonging = _in_window(merged.facts, build.window)
    newest = _newest_good(build.readings)
    marked = _marked(belonging, merged.collections, build.readings, newest)
    people = _people(build)
    holders = _holders(build.incident, people, build.joined)
    roles = {identity: role for role, identity in reversed(holders.items())}
    pseudonyms = assign(marked, people, build.known, build.joined, roles)
    replace = replacer(people, pseudonyms)
    facts = tuple(in_display_order(pseudonymise(f, pseudonyms, replace) for f in marked))
    kept = {f.id for f in facts}
    conflicts = [g for g in merged.gaps if g.missing in kept]
    gaps = _gaps([*build.gaps, *conflicts, *_source_gaps(build)], build.window)
    clocks = _clocks(build.readings)
    incident = _without_names(build.incident, holders, pseudonyms, replace)
    document = Timeline(
        incident=incident, window=build.window, facts=facts, gaps=gaps,
        measures=measures(incident, facts, clocks), panels=_panels(newest), impact=_impact(newest),
        reconciliation=reconcile(incident, facts, clocks),
        provenance={**build.provenance, "clocks": clocks},
    )  # fmt: skip
    found = members(document)
    identity = digest(found)
    data = write(found | {"digest": canonical(identity)})
    return Assembled(document.model_copy(update={"digest": identity}), data, pseudonyms, people)


def _in_window(facts: Sequence[Fact], window: Window) -> list[Fact]:
    """Keep facts whose interval meets the window or whose thread was alive in it."""
    inside = {f.id for f in facts if meets(f, window)}
    alive = {f.thread for f in facts if f.id in inside and f.thread}
    threads: dict[str, list[Fact]] = defaultdict(list)
    for fact in facts:
        if fact.thread:
            threads[fact.thread].append(fact)
    alive |= {name for name, life in threads.items() if name not in alive and _spans(life, window)}
    return [f for f in facts if f.id in inside or f.thread in alive]


def meets(fact: Fact, window: Window) -> bool:
    """Tell whether the fact's interval meets `[start, end)`."""
    earliest = fact.latest if fact.earliest is None else fact.earliest
    return earliest < window.end and fact.latest >= window.start


_BEGINS = ("alert.pending", "alert.firing", "deploy.started")
#: What is done about an alert neither begins nor ends its life.
_BESIDE = ("alert.acknowledged", "alert.notified", "alert.silenced", "alert.unsilenced")


def _spans(life: Sequence[Fact], window: Window) -> bool:
    """Tell whether a life began before the window and did not end before it."""
    before = [f for f in life if f.latest < window.start and f.kind not in _BESIDE]
    return bool(before) and (before[-1].kind in _BEGINS or begins_breach(before[-1]))


def _newest_good(readings: Sequence[Reading]) -> dict[tuple[str, str], Reading]:
    newest: dict[tuple[str, str], Reading] = {}
    for reading in sorted(readings, key=lambda r: r.collection):
        if reading.failure is None:
            newest[reading.key] = reading
    return newest


def _readers(readings: Sequence[Reading], facts: set[str]) -> dict[str, set[tuple[str, str]]]:
    """Return, by fact, who read it: two collectors may share a source's name, and only one have failed."""
    readers: dict[str, set[tuple[str, str]]] = defaultdict(set)
    for reading in readings if facts else ():
        for record in reading.records:
            if isinstance(record, Fact) and record.id in facts:
                readers[record.id].add(reading.key)
    return readers


#: Where a source could not be read, a record that is not among its answers may still be there.
_UNREAD: frozenset[GapReason] = frozenset(
    {"unreachable", "unauthorised", "rate_limited", "timed_out", "truncated", "partial", "restricted"}
)


def _marked(
    facts: Sequence[Fact], numbers: Mapping[str, int], readings: Sequence[Reading],
    newest: Mapping[tuple[str, str], Reading],
) -> list[Fact]:  # fmt: skip
    """Mark each fact that a reader of it looked for again, in a later collection, without finding it."""
    last = max((r.collection for r in newest.values()), default=0)
    older = {f.id for f in facts if numbers[f.id] < last}
    readers = _readers(readings, older)
    unread = {
        key: [Window(start=g.start, end=g.end) for g in reading.of(Gap) if g.reason in _UNREAD]
        for key, reading in (newest.items() if older else ())
    }

    def looked_for(fact: Fact, key: tuple[str, str]) -> bool:
        reading = newest[key]
        reached = meets(fact, reading.window) and not any(meets(fact, span) for span in unread[key])
        return reached and reading.collection > numbers[fact.id]

    return [
        f.model_copy(update={"last_seen": numbers[f.id]})
        if f.id in older and any(looked_for(f, key) for key in readers[f.id] & newest.keys())
        else f
        for f in facts
    ]


def _people(build: Build) -> list[Person]:
    """Join what several readings say of one identity, in a fixed order."""
    names: dict[str, set[str]] = defaultdict(set)
    bots: dict[str, bool] = {}
    for reading in build.readings:
        for person in reading.of(Person):
            names[person.identity] |= set(person.names)
            bots[person.identity] = bots.get(person.identity, True) and person.bot
    return [Person(identity=i, names=tuple(sorted(names[i])), bot=bots[i]) for i in sorted(names)]


def _holders(incident: Incident, people: Sequence[Person], joined: Mapping[str, str]) -> dict[str, str]:
    """Return role to the identity that stands for its holder; a name that two people have is nobody's."""
    named: dict[str, set[str]] = defaultdict(set)
    for person in people:
        for name in (person.identity, *person.names):
            named[name.casefold()].add(joined.get(person.identity, person.identity))
    held = ((role, named.get(who.casefold(), set())) for role, who in incident.roles)
    return {role: next(iter(found)) for role, found in held if len(found) == 1}


def _without_names(
    incident: Incident,
    holders: Mapping[str, str],
    pseudonyms: Mapping[str, str],
    replace: Callable[[str], str],
) -> Incident:
    held = {role: pseudonyms.get(identity) for role, identity in holders.items()}
    shown = tuple((role, held.get(role) or "not identified") for role, _ in incident.roles)
    title = replace(incident.title) if incident.title else incident.title
    return incident.model_copy(update={"roles": shown, "title": title})


def _source_gaps(build: Build) -> Iterable[Gap]:
    by_key: dict[tuple[str, str], list[Reading]] = defaultdict(list)
    for reading in build.readings:
        by_key[reading.key].append(reading)
    last = max((r.collection for r in build.readings), default=0)
    for readings in by_key.values():
        readings.sort(key=lambda r: r.collection)
        yield from _gaps_of(readings, last, build.window)


def _gaps_of(readings: Sequence[Reading], last: int, window: Window) -> Iterable[Gap]:
    newest = readings[-1]
    good = [r for r in readings if r.failure is None]
    if newest.failure is None and newest.collection == last:
        earlier = good[:-1]
        for found in newest.of(Gap):
            if found.reason == "past_retention":
                yield from _held_back(found, earlier[::-1])
            else:
                yield found
        return
    reason, message = newest.failure or ("not_refreshed", "it is not among the sources of this build")
    if not good and newest.collection < last:
        return  # no longer a source, and nothing of it was ever kept: a name that was mistyped once
    if not good:
        yield gap(newest.source, reason, window.start, window.end, message)
        return
    yield from _kept(newest.source, good[::-1], window, (reason, message))


def _kept(
    source: str, good: Iterable[Reading], window: Window, failure: tuple[GapReason, str]
) -> Iterable[Gap]:  # fmt: skip
    """Name what earlier collections (newest first) hold, with the gaps they had there; the rest was never read."""
    reason, message = failure
    never, newer = [(window.start, window.end)], list[tuple[int, int]]()
    for reading in good:
        span = (reading.window.start, reading.window.end)
        text = f"Kept from collection {reading.collection}; not read again: {message}"
        for part in _without(never, _without(never, [span])):
            yield gap(source, "not_refreshed", *part, text)
        for found in reading.of(Gap):
            for part in _without([(found.start, found.end)], newer):
                yield _part(found, found.reason, part, found.statement)
        never, newer = _without(never, [span]), [*newer, span]
    yield from (gap(source, reason, *part, message) for part in never)


def _held_back(found: Gap, earlier: Sequence[Reading]) -> Iterable[Gap]:
    """Name what earlier collections (newest first) still hold of a lost stretch; the rest was never read."""
    never = [(found.start, found.end)]
    for reading in earlier:
        lacking = [
            (g.start, g.end)
            for g in reading.of(Gap)
            if (g.reason, g.missing) == (found.reason, found.missing)
        ]
        held = _without([(reading.window.start, reading.window.end)], lacking)
        kept = _without(never, _without(never, held))
        text = (
            f"Kept from collection {reading.collection}; the source no longer reaches back: {found.statement}"
        )
        yield from (_part(found, "not_refreshed", part, text) for part in kept)
        never = _without(never, held)
    yield from (_part(found, found.reason, part, found.statement) for part in never)


def _part(found: Gap, reason: GapReason, part: tuple[int, int], text: str) -> Gap:
    return gap(found.source, reason, *part, text, missing=found.missing, evidence=found.evidence)


def _without(spans: Iterable[tuple[int, int]], cuts: Iterable[tuple[int, int]]) -> list[tuple[int, int]]:
    """Return what is left of half-open spans where `cuts` are taken out."""
    left = list(spans)
    for begin, finish in cuts:
        parts = (
            part for start, end in left for part in ((start, min(end, begin)), (max(start, finish), end))
        )
        left = [(start, end) for start, end in parts if start < end]
    return left


def _overlap(window: Window, start: int, end: int) -> bool:
    return window.start < end and start < window.end


def _gaps(found: Iterable[Gap], window: Window) -> tuple[Gap, ...]:
    """Return each gap once, with the evidence of all that say the same, in a fixed order."""
    same: dict[str, list[Gap]] = defaultdict(list)
    for one in found:
        if _overlap(window, one.start, one.end) or one.reason in {"not_yet", "conflict"}:
            same[one.id].append(one)
    unique = (_folded(group) if len(group) > 1 else group[0] for group in same.values())
    return tuple(sorted(unique, key=lambda g: (g.start, g.end, g.source, g.reason, g.id)))


def _folded(same: Sequence[Gap]) -> Gap:
    evidence = {record_bytes(entry): entry for one in same for entry in one.evidence}
    missing = "; ".join(sorted({one.missing for one in same if one.missing}))
    return same[0].model_copy(
        update={"evidence": tuple(evidence[key] for key in sorted(evidence)), "missing": missing or None}
    )


def _clocks(readings: Sequence[Reading]) -> dict[str, int]:
    """Return each clock's error in ns: the largest of the sources that read it."""
    clocks: dict[str, int] = {}
    for reading in readings:
        for fact in reading.of(Fact):
            clocks[fact.clock] = max(clocks.get(fact.clock, 0), reading.clock_error)
    return dict(sorted(clocks.items()))


def _panels(newest: Mapping[tuple[str, str], Reading]) -> tuple[Panel, ...]:
    found = [panel for reading in newest.values() for panel in reading.of(Panel)]
    return tuple(sorted(found, key=lambda p: (p.source, p.title, p.id)))


def _impact(newest: Mapping[tuple[str, str], Reading]) -> tuple[Impact, ...]:
    found = [number for reading in newest.values() for number in reading.of(Impact)]
    return tuple(sorted(found, key=lambda i: (i.source, i.name, i.span, i.labels, i.id)))
