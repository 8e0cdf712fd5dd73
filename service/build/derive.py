"""A timeline from the evidence: read again, what people claimed added, assembled."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

from service.build import identity, replay
from service.evidence.manifest import Collection, Derivation, Manifest, People
from service.evidence.provenance import provenance
from service.evidence.store import Evidence
from service.incident import claims
from timeline.assembly.assemble import Assembled, Build, assemble
from timeline.assembly.reading import SourceReading
from timeline.model import Gap
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
        again.readings += claimed(collection, evidence)
    return again


class Rebuilt(NamedTuple):
    """What `timeline.json` is by the evidence alone, and what derived it so."""

    data: bytes
    derivation: Derivation


def rebuilt(evidence: Evidence) -> Rebuilt:
    """Return what `timeline.json` is by the evidence alone; writes nothing. Raises EvidenceError."""
    manifest = evidence.collected()
    again = replayed(manifest, evidence)
    derived = derived_now(manifest, again)
    return Rebuilt(assembled(derived, again, evidence.people()).data, derived.derivation)


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
