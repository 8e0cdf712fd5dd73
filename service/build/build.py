"""Build: collect (or replay), assemble, render, and leave every file old or new."""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path
from typing import Any, NamedTuple

import anyio

from collectors.kit.redaction import Redactor
from collectors.kit.tape import EvidenceError
from service import files, names
from service.build import collect, replay
from service.build.garbage import seldom_collected
from service.draft import output
from service.draft.layouts import NOTHING, Asked, Chosen
from service.evidence.manifest import Collection, Derivation, IncidentFile, Manifest, People, Recorded
from service.evidence.place import evidence_of, locked
from service.evidence.store import Evidence
from service.incident import claims, incidents
from service.incident.folders import output_directory
from service.settings import config
from timeline.assembly.assemble import Assembled, Build, assemble
from timeline.assembly.reading import OWN_SOURCE, Reading
from timeline.canonical import Json
from timeline.errors import TimelineError, UsageError
from timeline.model import Fact, Gap, Incident, Timeline, Window
from timeline.wire import build as build_record
from timeline.wire import plain


class UnansweredError(TimelineError):
    """No source answered (or, with --strict, one had a gap): nothing was written."""

    def __init__(self, message: str, *, refused: bool) -> None:
        super().__init__(message)
        self.exit_code = 4 if refused else 1


@dataclass(frozen=True)
class Request:
    """What the user asked for; times as typed."""

    incident: str
    start: str | None = None
    end: str | None = None
    services: tuple[str, ...] = ()
    sources: tuple[str, ...] = ()
    config: Path | None = None
    out: Path | None = None
    offline: bool = False
    strict: bool = False
    stills: bool = True
    now: int | None = None
    asked: Asked = NOTHING


@dataclass(frozen=True)
class Result:
    """What a build made."""

    directory: Path
    timeline: Timeline
    collection: Collection
    readings: Sequence[Reading]
    messages: tuple[str, ...] = ()

    @property
    def exit_code(self) -> int:
        """0 complete, 3 built with gaps."""
        return 3 if self.timeline.gaps else 0

    def answer(self) -> dict[str, Json]:
        """Return what `build --json` prints."""
        gaps: dict[str, int] = {}
        for gap in self.timeline.gaps:
            gaps[gap.reason] = gaps.get(gap.reason, 0) + 1
        return {
            "directory": str(self.directory),
            "facts": len(self.timeline.facts),
            "gaps": gaps,
            "sources": [self._source(r) for r in self.readings if self._current(r)],
            "digest": self.timeline.digest,
        }

    def _current(self, reading: Reading) -> bool:
        return reading.collection == self.collection.number and reading.source != OWN_SOURCE

    def _source(self, reading: Reading) -> dict[str, Json]:
        run = next(s for s in self.collection.sources if (s.name, s.collector) == reading.key)
        gaps = len(reading.of(Gap)) + (reading.failure is not None)
        facts = len({f.id for f in reading.of(Fact)})
        return {
            "name": run.name, "collector": run.collector, "facts": facts, "gaps": gaps,
            "seconds": run.seconds, "bytes": run.bytes,
        }  # fmt: skip


@dataclass(frozen=True)
class _Plan:
    directory: Path
    evidence: Evidence
    conf: config.Config
    found: incidents.Found
    window: Window
    incident: Incident
    gaps: list[Gap]
    now: int
    chosen: Chosen


@seldom_collected()
def build(request: Request, progress: collect.Progress | None = None) -> Result:
    """Build a timeline; raise UsageError (nothing written), UnansweredError or EvidenceError."""
    progress = progress or collect.Silent()
    if request.offline:
        return _offline(request)
    plan = _plan(request)
    redactor = Redactor()
    secret = collect.secrets_of(plan.conf.sources, redactor, plan.conf.folder)
    with locked(plan.directory, plan.evidence):
        files.sweep(plan.directory)
        plan.evidence.discard()
        manifest = plan.evidence.manifest()
        known = plan.evidence.people()
        try:
            found = _replay(manifest, plan.evidence)  # broken evidence is named before the first request
            if request.strict:
                _refuse_lost(found.gaps)
            collection, readings = _collect(plan, manifest, request, secret, redactor, progress)
            found.readings += readings
            updated = manifest.model_copy(update={"collections": (*manifest.collections, collection)})
            return _write(
                plan.directory, plan.evidence, updated, found, known, request, plan.chosen, new=True
            )
        except BaseException:
            plan.evidence.discard()
            raise


def _plan(request: Request) -> _Plan:
    """Check everything that can be wrong before the first request."""
    conf = config.load(request.config, request.sources)
    if not conf.sources:
        raise UsageError(
            "there is nothing to read: `timeline init` writes a timeline.toml, or give --source COLLECTOR=TARGET"
        )
    found = incidents.find(
        request.incident, conf.folder / conf.settings.incidents, bare=request.start is not None
    )
    incident = _with_flags(found.incident, request)
    now = request.now if request.now is not None else time.time_ns()
    window, gaps = incidents.window(incident, conf.settings.pad_before, conf.settings.pad_after, now)
    directory = output_directory(conf, incident.id, request.out)
    output.check_ours(directory)
    output.previous_draft(directory)
    evidence = evidence_of(directory, conf)
    chosen = _layout(conf, directory, evidence, request)
    return _Plan(directory, evidence, conf, found, window, incident, gaps, now, chosen)


def _layout(conf: config.Config, directory: Path, evidence: Evidence, request: Request) -> Chosen:
    """Return the draft's form; a new draft of a new collection has the configured one."""
    newest = (evidence.manifest().collections or (None,))[-1]
    told = newest if request.offline or (directory / names.DRAFT).exists() else None
    return output.layout(
        directory, evidence, told, request.asked, default=conf.settings.template, folder=conf.folder
    )


def _with_flags(incident: Incident, request: Request) -> Incident:
    update: dict[str, Any] = {}
    if request.start:
        update["start"] = incidents.read_instant(request.start, "--start")
    if request.end:
        update["end"] = incidents.read_instant(request.end, "--end")
    if request.services:
        update["services"] = tuple(dict.fromkeys((*incident.services, *request.services)))
    return incident.replace(**update)


def _collect(
    plan: _Plan,
    manifest: Manifest,
    request: Request,
    secret: Any,
    redactor: Redactor,
    progress: collect.Progress,
) -> tuple[Collection, list[Reading]]:
    number = len(manifest.collections) + 1
    tasks = [collect.Task(s, number, plan.window, plan.incident, plan.now) for s in plan.conf.sources]
    outcomes: list[collect.Outcome] = []
    anyio.run(collect.collect, tasks, plan.evidence, plan.conf.folder, secret, redactor, progress, outcomes)
    _refuse(outcomes, strict=request.strict)
    readings = [o.reading for o in outcomes]
    file = None
    if plan.found.path:
        file = IncidentFile(plan.found.path.name, plan.evidence.put(plan.found.data, "txt"))
    collection = Collection(
        number=number, now=plan.now, window=plan.window, incident=plan.incident,
        sources=tuple(o.run for o in outcomes), gaps=tuple(plain(g) for g in plan.gaps),
        joined={i: ids[0] for ids in plan.conf.settings.people.values() for i in ids},
        config_digest=plan.conf.digest, chart_url=plan.conf.settings.chart_url, tool=version("incident-timeline"),
        incident_file=file, layout=_recorded(plan),
        exchanges=tuple(e for o in outcomes for e in o.entries),
    )  # fmt: skip
    return collection, [*readings, *_claims(collection, plan.evidence)]


def _recorded(plan: _Plan) -> Recorded:
    form = plan.chosen.layout
    own = form.template.source
    payload = plan.evidence.put(own.encode(), "txt") if own is not None else None
    return Recorded(template=form.template.name, payload=payload, audience=form.audience.name)


def _claims(collection: Collection, evidence: Evidence) -> list[Reading]:
    file = collection.incident_file
    if file is None:
        return []
    data = evidence.get(file.payload)
    return [claims.reading(collection.number, collection.window, collection.incident, file, data)]


def _replay(manifest: Manifest, evidence: Evidence) -> replay.Replayed:
    found = replay.replay(manifest, evidence)
    for one in manifest.collections:
        found.readings += _claims(one, evidence)
    return found


def _outcomes(newest: Collection, readings: Sequence[Reading]) -> list[collect.Outcome]:
    """Return how a stored collection's sources fared."""
    runs = {(run.name, run.collector): run for run in newest.sources}
    return [
        collect.Outcome(r, runs[r.key]) for r in readings if r.collection == newest.number and r.key in runs
    ]


def _refuse(outcomes: Sequence[collect.Outcome], *, strict: bool) -> None:
    """Raise UnansweredError where nothing may be written."""
    failed = [o for o in outcomes if o.reading.failure]
    told = "; ".join(
        f"{o.run.name} ({o.run.collector}): {o.reading.failure[1]}" for o in failed if o.reading.failure
    )
    if not any(o.run.answered for o in outcomes):
        refused = any(o.run.refused for o in outcomes)
        raise UnansweredError(f"no source answered, so nothing was written. {told}", refused=refused)
    gapped = [o for o in outcomes if o.reading.failure or o.reading.of(Gap)]
    if strict and gapped:
        names = ", ".join(f"{o.run.name} ({o.run.collector})" for o in gapped)
        refused = any(o.run.refused for o in gapped)
        raise UnansweredError(f"--strict: {names} had gaps, so nothing was written. {told}", refused=refused)


def _refuse_lost(gaps: Sequence[Gap]) -> None:
    """Raise UnansweredError where an earlier collection is lost to this version: a gap by a source."""
    if gaps:
        told = "; ".join(one.statement for one in gaps)
        raise UnansweredError(
            f"--strict: earlier collections had gaps, so nothing was written. {told}", refused=False
        )


def _offline(request: Request) -> Result:
    """Rebuild from the evidence alone."""
    contradicting = {
        "--source": request.sources,
        "--service": request.services,
        "--start": request.start,
        "--end": request.end,
    }
    given = [flag for flag, value in contradicting.items() if value]
    if given:
        raise UsageError(f"--offline rebuilds what was collected; it takes no {', '.join(given)}")
    conf = config.settings_only(request.config)
    identity = incidents.find(request.incident, conf.folder, bare=True).incident.id
    directory = output_directory(conf, identity, request.out)
    evidence = evidence_of(directory, conf)
    manifest = evidence.manifest()
    output.previous_draft(directory)
    if not manifest.collections:
        raise UsageError(f"{evidence.folder} holds no evidence of {identity}; build once without --offline")
    chosen = _layout(conf, directory, evidence, request)
    with locked(directory, evidence):
        files.sweep(directory)
        evidence.discard()
        manifest = evidence.manifest()  # another build may have ended since
        found = _replay(manifest, evidence)
        if request.strict:
            _refuse_lost(found.gaps)
            _refuse(_outcomes(manifest.collections[-1], found.readings), strict=True)
        return _write(directory, evidence, manifest, found, evidence.people(), request, chosen, new=False)


class Rebuilt(NamedTuple):
    """What `timeline.json` is by the evidence alone, and what derived it so."""

    data: bytes
    derivation: Derivation


def rebuilt(evidence: Evidence) -> Rebuilt:
    """Return what `timeline.json` is by the evidence alone; writes nothing. Raises EvidenceError."""
    manifest = evidence.manifest()
    if not manifest.collections:
        raise EvidenceError(
            f"{evidence.folder} holds no manifest; restore it from version control or a backup"
        )
    found = _replay(manifest, evidence)
    derived = _derived(manifest, found)
    return Rebuilt(_assembled(derived, found, evidence.people()).data, derived.derivation)


def _derived(manifest: Manifest, found: replay.Replayed) -> Manifest:
    """Return the manifest with what derives the timeline now."""
    return manifest.derived_by(replay.derivation(manifest, found.otherwise))


def _assembled(manifest: Manifest, found: replay.Replayed, known: People) -> Assembled:
    newest = manifest.collections[-1]
    gaps = [*(build_record(Gap, g) for g in newest.gaps), *found.gaps]
    return assemble(
        Build(
            incident=newest.incident, window=newest.window, readings=found.readings, known=known.pseudonyms,
            joined=newest.joined, gaps=gaps, provenance=output.provenance(manifest),
        )
    )  # fmt: skip


def _renumbered(evidence: Evidence, readings: Sequence[Reading], number: int | None) -> list[str]:
    """Say that pseudonyms may have changed, where what was assigned earlier is gone."""
    earlier = (f for r in readings if r.collection != number for f in r.of(Fact))
    if evidence.knows_people() or not any(f.actor for f in earlier):
        return []
    return [
        f"{evidence.folder}/people.json is absent: pseudonyms were assigned anew and may differ in what was written"
    ]


def _write(
    directory: Path, evidence: Evidence, manifest: Manifest, found: replay.Replayed,
    known: People, request: Request, chosen: Chosen, *, new: bool,
) -> Result:  # fmt: skip
    newest, readings, stored = manifest.collections[-1], found.readings, manifest
    manifest = _derived(manifest, found)
    told = [
        *output.mismatches(directory),
        *_renumbered(evidence, readings, newest.number if new else None),
        *found.messages,
    ]
    made = _assembled(manifest, found, known)
    people = known.grown(made.people, made.pseudonyms)
    rendered = output.render(
        directory, made.timeline, evidence, people, newest.chart_url, stills=request.stills, chosen=chosen
    )
    if new:
        evidence.commit()
    if new or manifest != stored:
        evidence.write_manifest(manifest)
    if people != known:
        evidence.write_people(people)
    rendered.files = {names.TIMELINE: made.data, **rendered.files}
    output.write(directory, rendered)
    told += [
        f"source {name}: certificates were not verified (tls.verify = false)" for name in _unverified(newest)
    ]
    return Result(directory, made.timeline, newest, readings, (*told, *rendered.messages))


def _unverified(collection: Collection) -> list[str]:
    return sorted({s.name for s in collection.sources if output.unverified(s.options)})


__all__ = ["EvidenceError", "Request", "Result", "UnansweredError", "build", "rebuilt"]
