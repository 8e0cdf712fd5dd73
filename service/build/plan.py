"""What a build is about to do, settled before the first request: nothing was written when it is refused."""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import Any, NamedTuple

from service.build import tracker
from service.build.request import BuildRequest
from service.build.result import UnansweredError
from service.build.resume import refuse_whole
from service.build.write import Output
from service.draft import output
from service.draft.layouts import Place, choose
from service.evidence.manifest import Collection
from service.evidence.place import evidence_of
from service.incident import incidents
from service.incident.folders import output_directory
from service.incident.moments import Moments
from service.settings import config
from service.settings.written import shown
from timeline.assembly.reading import OWN_SOURCE
from timeline.errors import UsageError
from timeline.instant import NS
from timeline.model import Gap, GapReason, Incident, Window, gap
from timeline.record import build as build_record


@dataclass(frozen=True)
class Plan:
    """Where a build goes, what it reads, for which incident and window, and what is still ahead as gaps."""

    out: Output
    conf: config.Config
    file: incidents.IncidentSource
    window: Window
    incident: Incident
    gaps: list[Gap]
    now: int
    messages: tuple[str, ...] = ()
    told: tracker.Told | None = None  # what a tracker said of the incident
    taken: tuple[str, ...] = ()  # members of the incident that are the tracker's alone
    earlier: Collection | None = None  # the collection that the build goes on with


def plan(request: BuildRequest) -> Plan:
    """Check everything that can be wrong before the first request to a source but a tracker; raise UsageError,
    UnansweredError or EvidenceError.
    """
    if request.resume:
        _refuse_flags(request, "--resume goes on with what was begun")
    conf = config.load(request.config, request.sources)
    if not conf.sources:
        named = (
            f"{shown(conf.path)} names no source" if conf.path else "there is no timeline.toml here or above"
        )
        raise UsageError(
            f"{named}: `timeline init --prometheus http://localhost:9090 --git .` adds sources, or give --source TARGET"
        )
    if request.resume:
        return _resumed(request, conf)
    # In whole seconds, as people read where a window ends.
    now = request.now if request.now is not None else time.time_ns() // NS * NS
    typed = Moments(now, request.zone)
    known = _known(request, conf, now)
    own = _with_flags(known.file.incident, request, typed, now)
    incident, taken = tracker.filled(own, known.told.record.incident) if known.told else (own, ())
    window, gaps = incidents.window(incident, conf.settings.pad_before, conf.settings.pad_after, now)
    if known.lost:
        reason, text = known.lost
        gaps = [*gaps, gap(OWN_SOURCE, reason, window.start, window.end, text, missing="incident")]
    directory = output_directory(conf, incident.id, request.out)
    output.check_ours(directory)
    evidence = evidence_of(directory, conf)
    chosen = choose(request.draft, Place(directory, evidence, conf), collecting=True)
    return Plan(
        Output(directory, evidence, chosen, request.stills),
        conf,
        known.file,
        window,
        incident,
        gaps,
        now,
        (*known.messages, *typed.messages),
        known.told,
        taken,
    )


class _Known(NamedTuple):
    """What is known of an incident: by its file, by a tracker; why that said nothing, where it was not needed."""

    file: incidents.IncidentSource
    told: tracker.Told | None = None
    lost: tuple[GapReason, str] | None = None
    messages: tuple[str, ...] = ()


def _known(request: BuildRequest, conf: config.Config, now: int) -> _Known:
    """Find the incident's file, and ask its tracker; raise UsageError or UnansweredError where neither tells a start."""
    folder = conf.folder / conf.settings.incidents
    text = request.incident or incidents.only(folder)
    bare = request.start is not None or request.since is not None
    trackers = [] if incidents.is_path(text) else tracker.knowing(conf, text)
    if not trackers or incidents.is_id(text):
        try:
            file = incidents.find(text, folder, bare=bare or bool(trackers))
        except UsageError as err:
            raise UsageError(f"{err}; {forms}" if (forms := tracker.forms(conf)) else str(err)) from None
        trackers = trackers or tracker.knowing(conf, file.incident.id)
    else:
        file = incidents.IncidentSource(Incident(id=""))
    if not trackers:
        return _Known(file)
    try:
        told = tracker.ask(conf, text, trackers, now)
    except tracker.NotToldError as err:
        if not file.incident.id or (file.incident.start is None and not bare):
            what_next = "; give --start and --end, or --since, to build without it"
            if err.reason is None:
                raise UsageError(f"{err}{what_next}") from err
            raise UnansweredError(f"{err}{what_next}", refused=err.reason == "unauthorised") from err
        return _Known(file, lost=(err.reason, str(err))) if err.reason else _Known(file, messages=(str(err),))
    if file.path is None:  # it may have a file under the name that the tracker gives it
        file = incidents.find(told.record.incident.id, folder, bare=True)
    return _Known(file, told)


def _resumed(request: BuildRequest, conf: config.Config) -> Plan:
    """Plan to go on with the newest collection: its incident, its window, its moment."""
    folder = conf.folder / conf.settings.incidents
    found = incidents.find(_in_own_name(request, conf, "--resume"), folder, bare=True)
    directory = output_directory(conf, found.incident.id, request.out)
    output.check_ours(directory)
    evidence = evidence_of(directory, conf)
    collections = evidence.manifest().collections
    if not collections:
        raise UsageError(
            f"{evidence.folder} holds no evidence of {found.incident.id}; build once without --resume"
        )
    last = collections[-1]
    refuse_whole(last)
    kept = evidence.get(last.incident_file.payload) if last.incident_file else None
    if kept != (found.data if found.path else None):
        raise UsageError(
            f"the incident file of {found.incident.id} is another one than when collection {last.number} was made; "
            "build without --resume"
        )
    chosen = choose(request.draft, Place(directory, evidence, conf), collecting=True)
    gaps = [build_record(Gap, gap) for gap in last.gaps]
    out = Output(directory, evidence, chosen, request.stills)
    return Plan(out, conf, found, last.window, last.incident, gaps, last.now, earlier=last)


def _refuse_flags(request: BuildRequest, why: str) -> None:
    contradicting = {
        "--source": request.sources,
        "--service": request.services,
        "--start": request.start,
        "--end": request.end,
        "--since": request.since,
        "--zone": request.zone,
    }
    if given := [flag for flag, value in contradicting.items() if value]:
        raise UsageError(f"{why}; it takes no {', '.join(given)}")


def plan_offline(request: BuildRequest) -> Output:
    """Check everything that can be wrong before evidence is read again; raise UsageError or EvidenceError."""
    if request.resume:
        raise UsageError("--resume asks sources, --offline asks none; give one")
    _refuse_flags(request, "--offline rebuilds what was collected")
    conf = config.settings_only(request.config)
    identity = incidents.find(_in_own_name(request, conf, "--offline"), conf.folder, bare=True).incident.id
    directory = output_directory(conf, identity, request.out)
    evidence = evidence_of(directory, conf)
    if not evidence.manifest().collections:
        raise UsageError(f"{evidence.folder} holds no evidence of {identity}; build once without --offline")
    chosen = choose(request.draft, Place(directory, evidence, conf))
    return Output(directory, evidence, chosen, request.stills)


def _in_own_name(request: BuildRequest, conf: config.Config, flag: str) -> str:
    named = request.incident or incidents.only(conf.folder / conf.settings.incidents)
    if "://" in named or "#" in named:
        raise UsageError(f"{flag} asks no tracker what {named} is: name the incident as its folder is named")
    return named


def _with_flags(incident: Incident, request: BuildRequest, typed: Moments, now: int) -> Incident:
    update: dict[str, Any] = {}
    if request.since and request.start:
        raise UsageError("--since and --start both say where the incident starts; give one")
    if request.since:
        update["start"] = now - typed.span(request.since, "--since")
    if request.start:
        update["start"] = typed.read(request.start, "--start")
    if request.end:
        update["end"] = typed.read(request.end, "--end", after=update.get("start", incident.start))
    if request.services:
        update["services"] = tuple(dict.fromkeys((*incident.services, *request.services)))
    return incident.replace(**update)
