"""A timeline from the evidence: read again, what people claimed added, assembled."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import suppress
from importlib.metadata import version
from typing import NamedTuple

from service.build import identity, replay, tracker
from service.evidence import records
from service.evidence.manifest import Collection, Derivation, Manifest, People
from service.evidence.provenance import provenance
from service.evidence.store import Evidence
from service.incident import claims
from timeline.assembly.assemble import Assembled, Build, assemble
from timeline.assembly.reading import SourceReading
from timeline.model import Gap, Person
from timeline.record import build as build_record


def claimed(collection: Collection, evidence: Evidence) -> list[SourceReading]:
    """Return what a collection's incident file claims, as a reading of its own."""
    file = collection.incident_file
    if file is None:
        return []
    data = evidence.get(file.payload)
    return [claims.reading(collection.number, collection.window, collection.incident, file, data)]


def replayed(
    manifest: Manifest, evidence: Evidence, labels: Mapping[identity.Key, str] | None = None
) -> replay.Replayed:
    """Read every collection again, claims included; raise EvidenceError where the evidence is broken.

    `labels` are the names that sources have now; default: the newest collection's.
    """
    again = replay.replay(manifest, evidence, identity.labels(manifest, {}) if labels is None else labels)
    for collection in manifest.collections:
        again.readings += tracker.replayed(collection, evidence, version("incident-timeline"))
        again.readings += claimed(collection, evidence)
    return again


class Rebuilt(NamedTuple):
    """What `timeline.json` is by the evidence alone, what derived it so, and whom the evidence names.

    `assigned` tells that the pseudonyms of `people` are those that these builds gave; else only its names count.
    """

    data: bytes
    derivation: Derivation
    people: People
    assigned: bool


def rebuilt(evidence: Evidence) -> Rebuilt:
    """Return what the evidence alone gives; writes nothing. Raises EvidenceError."""
    manifest = evidence.collected()
    again = replayed(manifest, evidence)
    derived, known = derived_now(manifest, again), evidence.people()
    fresh = assembled(derived, again, People())
    people = _with_recorded(People().grown(fresh.people, fresh.pseudonyms), manifest, evidence)
    if fresh.pseudonyms == known.pseudonyms:
        return Rebuilt(fresh.data, derived.derivation, people, assigned=True)
    data = assembled(derived, again, known).data
    # Another version may have met people in another order.
    own = {derived.derivation.tool} >= {one.tool for one in manifest.collections}
    if not own or len(manifest.collections) > _MOST_COLLECTIONS:
        return Rebuilt(data, derived.derivation, people, assigned=False)
    people = _called(people, _assigned(derived, again, known))
    return Rebuilt(data, derived.derivation, people, assigned=True)


_MOST_COLLECTIONS = 12  # of which the order in which people were met is looked at


def _assigned(manifest: Manifest, again: replay.Replayed, known: People) -> Mapping[str, str]:
    """Return what these builds called people: what is known, where they may have, else one after the other.

    Builds name people one after the other; one that found no list of people began anew.
    """
    ways = [_one_by_one(manifest, again, first) for first in range(1, len(manifest.collections) + 1)]
    return known.pseudonyms if known.pseudonyms in ways else ways[0]


def _one_by_one(manifest: Manifest, again: replay.Replayed, first: int) -> Mapping[str, str]:
    people = People()
    for count in range(first, len(manifest.collections) + 1):
        part = manifest.model_copy(update={"collections": manifest.collections[:count]})
        numbers = {one.number for one in part.collections}
        read = replay.Replayed([one for one in again.readings if one.collection in numbers])
        made = assembled(part, read, people)
        people = people.grown(made.people, made.pseudonyms)
    return people.pseudonyms


def _called(people: People, pseudonyms: Mapping[str, str]) -> People:
    return People(
        people={
            identity: one.model_copy(update={"pseudonym": pseudonyms.get(identity, one.pseudonym)})
            for identity, one in people.people.items()
        }
    )


def _with_recorded(people: People, manifest: Manifest, evidence: Evidence) -> People:
    """Return people with the names that their runs' own builds read, where another version reads other ones."""
    names: dict[str, set[str]] = {}
    for run in (run for collection in manifest.collections for run in collection.sources if run.records):
        assert run.records is not None
        with suppress(records.UnreadableError):
            for one in records.read(run.records, evidence):
                if isinstance(one, Person):
                    names.setdefault(one.identity, set()).update(one.names)
    return People(
        people={
            identity: one.model_copy(update={"names": tuple(sorted({*one.names, *names.get(identity, ())}))})
            for identity, one in people.people.items()
        }
    )


def derived_now(manifest: Manifest, again: replay.Replayed) -> Manifest:
    """Return the manifest with what derives the timeline now."""
    return manifest.derived_by(replay.derivation(manifest, again.otherwise))


def assembled(manifest: Manifest, again: replay.Replayed, known: People) -> Assembled:
    """Assemble the timeline of what was read; `known` says who is who so far."""
    newest = manifest.collections[-1]
    gaps = [*(build_record(Gap, g) for g in newest.gaps), *again.gaps]
    return assemble(
        Build(
            incident=newest.incident, window=newest.window, readings=again.readings, known=known.pseudonyms,
            joined=newest.joined, gaps=gaps, provenance=provenance(manifest),
        )
    )  # fmt: skip
