"""Write what was read: payloads first, then the manifest, timeline.json, draft and page."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from service import names
from service.build.derive import assembled, derived_now
from service.build.replay import Replayed
from service.build.result import Result
from service.draft import output
from service.draft.layouts import Chosen
from service.evidence.former import came_back_in
from service.evidence.manifest import Collection, Manifest, People
from service.evidence.provenance import unverified
from service.evidence.store import Evidence
from service.signing.envelope import claims
from timeline.assembly.reading import SourceReading
from timeline.canonical import sha256
from timeline.model import Fact, Timeline


@dataclass(frozen=True)
class Output:
    """Where a build goes: the incident's folder, its evidence, the draft's form, whether stills are drawn."""

    directory: Path
    evidence: Evidence
    chosen: Chosen
    stills: bool = True


#: What asks the archive of a timeline: the payload of its answer, and messages.
LookBack = Callable[[Timeline], tuple[str | None, list[str]]]


def write(
    out: Output, manifest: Manifest, again: Replayed, known: People, *, new: bool, look_back: LookBack | None = None
) -> Result:  # fmt: skip
    """Assemble what was read and write every file of it, each old or new, never torn.

    `known` says who is who so far; `new` tells that the newest collection is not stored yet, which gets what `look_back` says.
    """
    newest, derived = manifest.collections[-1], derived_now(manifest, again)
    messages = [
        *output.mismatches(out.directory),
        *_renumbered(out.evidence, again.readings, newest.number if new else None),
        *again.messages,
    ]
    made = assembled(derived, again, known)
    if look_back:
        answer, unknown = look_back(made.timeline)
        newest = newest.model_copy(update={"came_back": answer})
        derived = derived.model_copy(update={"collections": (*derived.collections[:-1], newest)})
        messages += unknown
    people = known.grown(made.people, made.pseudonyms)
    rendered = output.render(
        out.directory, made.timeline, out.evidence, people, newest.chart_url, stills=out.stills, chosen=out.chosen,
        ticket_url=newest.ticket_url, came_back=came_back_in(out.evidence, newest),
    )  # fmt: skip
    if new:
        out.evidence.commit()
    if new or derived != manifest or _unsealed(out.evidence, names.MANIFEST):
        out.evidence.write_manifest(derived)
    if people != known or _unsealed(out.evidence, names.PEOPLE):
        out.evidence.write_people(people)
    rendered.files = {names.TIMELINE: made.data, **rendered.files}
    messages += _unsigned(out.directory, made.data)
    output.write(out.directory, rendered)
    messages += [*_unverified(newest), *rendered.messages]
    return Result(out.directory, made.timeline, newest, again.readings, tuple(messages))


def _unsealed(evidence: Evidence, name: str) -> bool:
    """Tell whether a file is of a version that put no digest on it; one with a wrong digest stays as it is."""
    return (evidence.folder / name).is_file() and evidence.sealed(name) is None


def _renumbered(evidence: Evidence, readings: Sequence[SourceReading], number: int | None) -> list[str]:
    """Say that pseudonyms may have changed, where what was assigned earlier is gone."""
    earlier = (fact for reading in readings if reading.collection != number for fact in reading.of(Fact))
    if evidence.knows_people() or not any(fact.actor for fact in earlier):
        return []
    return [
        f"{evidence.folder}/people.json is absent: pseudonyms were assigned anew and may differ in what was written"
    ]


def _unverified(collection: Collection) -> list[str]:
    sources = sorted({source.name for source in collection.sources if unverified(source.options)})
    return [f"source {name}: certificates were not verified (tls.verify = false)" for name in sources]


def _unsigned(directory: Path, data: bytes) -> list[str]:
    """Say that what was signed is another build's."""
    path = directory / names.SIGNATURE
    if not path.is_file() or claims(path.read_bytes(), names.TIMELINE) == sha256(data):
        return []
    return [f"{path.name} signs another build; look at what changed, then `timeline sign` it again"]
