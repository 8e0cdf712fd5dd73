"""Build: plan, collect (or replay), assemble, render, and leave every file old or new."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from functools import partial
from importlib.metadata import version

import anyio

from collectors.kit.redaction import Redactor
from collectors.kit.tape import Entry
from service import files
from service.build import collect, identity, tracker
from service.build.derive import claimed, replayed
from service.build.former import Ask, frozen
from service.build.garbage import gc_relaxed
from service.build.offline import rebuild
from service.build.plan import Plan, plan
from service.build.request import BuildRequest
from service.build.result import Result, refuse_lost, refuse_unanswered
from service.build.write import write
from service.draft.layouts import record
from service.evidence.manifest import Collection, IncidentFile, TrackerRun
from service.evidence.place import locked
from service.settings import personal
from service.settings.config import chart_url
from timeline.assembly.reading import OWN_SOURCE, SourceReading
from timeline.record import plain


@gc_relaxed()
def build(request: BuildRequest, progress: collect.Progress | None = None, ask: Ask | None = None) -> Result:
    """Build a timeline; raise UsageError (nothing written), UnansweredError or EvidenceError.

    `ask` asks the archive what came back of earlier incidents.
    """
    if request.offline:
        return rebuild(request)
    planned = plan(request)
    redactor = Redactor(personal.chosen(planned.conf.settings))
    secret = collect.secrets_of(planned.conf.sources, redactor, planned.conf.folder)
    evidence = planned.out.evidence
    with locked(planned.out.directory, evidence):
        files.sweep(planned.out.directory)
        evidence.discard()
        manifest, known = evidence.manifest(), evidence.people()
        try:
            firsts = identity.first_names(planned.conf.sources, planned.conf.folder, manifest)
            # Broken evidence is named before the first request.
            again = replayed(manifest, evidence, identity.labels(manifest, firsts))
            if request.strict:
                refuse_lost(again.gaps)
            outcomes = _collect(planned, firsts, len(manifest.collections) + 1, secret, redactor, progress)
            refuse_unanswered(outcomes, planned.incident, strict=request.strict)
            if planned.told:
                planned.told.keep(evidence)
            collection = _collection(planned, len(manifest.collections) + 1, outcomes)
            again.readings += _readings(collection, outcomes, planned)
            updated = manifest.model_copy(update={"collections": (*manifest.collections, collection)})
            look_back = partial(frozen, ask, planned) if ask else None
            made = write(planned.out, updated, again, known, new=True, look_back=look_back)
            return replace(made, messages=(*planned.messages, *made.messages))
        except BaseException:
            evidence.discard()
            raise


def _collect(
    planned: Plan, firsts: Mapping[identity.Key, str], number: int, secret: Callable[[str], str], redactor: Redactor,
    progress: collect.Progress | None,
) -> list[collect.Outcome]:  # fmt: skip
    conf, outcomes = planned.conf, list[collect.Outcome]()
    tasks = [
        collect.Task(
            source, number, planned.window, planned.incident, planned.now,
            firsts[source.name, source.collector], earlier=planned.earlier,
        )
        for source in conf.sources
    ]  # fmt: skip
    told = progress or collect.Silent()
    anyio.run(collect.collect, tasks, planned.out.evidence, conf.folder, secret, redactor, told, outcomes)
    return outcomes


def _collection(planned: Plan, number: int, outcomes: list[collect.Outcome]) -> Collection:
    """Return what the manifest keeps of a collection; the incident file and a team's template become payloads."""
    settings, evidence, found = planned.conf.settings, planned.out.evidence, planned.file
    run, entries = _tracked(planned)
    file = IncidentFile(found.path.name, evidence.put(found.data, "txt")) if found.path else None
    return Collection(
        number=number, now=planned.now, window=planned.window, incident=planned.incident,
        sources=tuple(outcome.run for outcome in outcomes), gaps=tuple(plain(gap) for gap in planned.gaps),
        joined={identity: ids[0] for ids in settings.people.values() for identity in ids},
        config_digest=planned.conf.digest, chart_url=chart_url(settings, planned.incident.id),
        ticket_url=settings.ticket_url, tool=version("incident-timeline"), incident_file=file, layout=record(planned.out.chosen.layout, evidence),
        tracker=run,
        exchanges=(*entries, *(entry for outcome in outcomes for entry in outcome.entries)),
    )  # fmt: skip


def _tracked(planned: Plan) -> tuple[TrackerRun | None, Sequence[Entry]]:
    """Return what the tracker was asked and said: now, or in the collection that the build goes on with."""
    if planned.told:
        return planned.told.run(planned.taken), planned.told.entries
    if (earlier := planned.earlier) and earlier.tracker:
        return earlier.tracker, [entry for entry in earlier.exchanges if entry["source"] == OWN_SOURCE]
    return None, ()


def _readings(collection: Collection, outcomes: list[collect.Outcome], planned: Plan) -> list[SourceReading]:
    evidence = planned.out.evidence
    tracked = tracker.replayed(collection, evidence, version("incident-timeline"))
    return [*(outcome.reading for outcome in outcomes), *tracked, *claimed(collection, evidence)]
