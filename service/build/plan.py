"""What a build is about to do, settled before the first request: nothing was written when it is refused."""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import Any

from service.build.request import BuildRequest
from service.build.write import Output
from service.draft import output
from service.draft.layouts import Place, choose
from service.evidence.place import evidence_of
from service.incident import incidents
from service.incident.folders import output_directory
from service.incident.moments import Moments
from service.settings import config
from service.settings.written import shown
from timeline.errors import UsageError
from timeline.instant import NS
from timeline.model import Gap, Incident, Window


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


def plan(request: BuildRequest) -> Plan:
    """Check everything that can be wrong before the first request; raise UsageError or EvidenceError."""
    conf = config.load(request.config, request.sources)
    if not conf.sources:
        named = (
            f"{shown(conf.path)} names no source" if conf.path else "there is no timeline.toml here or above"
        )
        raise UsageError(
            f"{named}: `timeline init --prometheus http://localhost:9090 --git .` adds some, or give --source TARGET"
        )
    folder = conf.folder / conf.settings.incidents
    bare = request.start is not None or request.since is not None
    file = incidents.find(request.incident or incidents.only(folder), folder, bare=bare)
    # In whole seconds, as people read where a window ends.
    now = request.now if request.now is not None else time.time_ns() // NS * NS
    typed = Moments(now, request.zone)
    incident = _with_flags(file.incident, request, typed, now)
    window, gaps = incidents.window(incident, conf.settings.pad_before, conf.settings.pad_after, now)
    directory = output_directory(conf, incident.id, request.out)
    output.check_ours(directory)
    evidence = evidence_of(directory, conf)
    chosen = choose(request.draft, Place(directory, evidence, conf), collecting=True)
    return Plan(
        Output(directory, evidence, chosen, request.stills),
        conf,
        file,
        window,
        incident,
        gaps,
        now,
        tuple(typed.messages),
    )


def plan_offline(request: BuildRequest) -> Output:
    """Check everything that can be wrong before evidence is read again; raise UsageError or EvidenceError."""
    contradicting = {
        "--source": request.sources,
        "--service": request.services,
        "--start": request.start,
        "--end": request.end,
        "--since": request.since,
        "--zone": request.zone,
    }
    given = [flag for flag, value in contradicting.items() if value]
    if given:
        raise UsageError(f"--offline rebuilds what was collected; it takes no {', '.join(given)}")
    conf = config.settings_only(request.config)
    named = request.incident or incidents.only(conf.folder / conf.settings.incidents)
    identity = incidents.find(named, conf.folder, bare=True).incident.id
    directory = output_directory(conf, identity, request.out)
    evidence = evidence_of(directory, conf)
    if not evidence.manifest().collections:
        raise UsageError(f"{evidence.folder} holds no evidence of {identity}; build once without --offline")
    chosen = choose(request.draft, Place(directory, evidence, conf))
    return Output(directory, evidence, chosen, request.stills)


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
