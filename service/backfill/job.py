"""One incident of a backfill: whether it is built already, and its build in whatever process it lands."""

from __future__ import annotations

import os
import socket
import time
from dataclasses import dataclass, field
from importlib.metadata import version
from pathlib import Path
from typing import Any, Literal

from timeline.errors import TimelineError

Outcome = Literal["built", "already built", "failed", "not run"]
_WAIT = 60.0  # seconds for another build of the same incident to end, such as a lost worker's


@dataclass(frozen=True)
class Job:
    """What a worker is sent: plain values; paths are absolute and mean the same on every worker."""

    incident: str
    file: str
    config: str | None
    out: str | None
    digest: str  # of the configuration, as the coordinator reads it
    stills: bool = False
    again: bool = False
    tool: str = field(default_factory=lambda: version("incident-timeline"))


@dataclass(frozen=True)
class BackfillRow:
    """How one incident fared; `exit_code` is what `timeline build` would have ended with."""

    incident: str
    outcome: Outcome
    exit_code: int = 0
    facts: int = 0
    gaps: dict[str, int] = field(default_factory=dict)
    digest: str = ""
    seconds: float = 0.0
    where: str = ""
    attempts: int = 1
    message: str = ""


def run(job: Job) -> BackfillRow:
    """Build the incident unless it is built; a failure is a row, never an exception."""
    started, place = time.monotonic(), f"{socket.gethostname()}:{os.getpid()}"
    try:
        _same_everywhere(job)
        row = _run(job)
    except TimelineError as err:
        row = BackfillRow(job.incident, "failed", getattr(err, "exit_code", 2), message=str(err))
    except Exception as err:  # noqa: BLE001 - one incident's defect must not lose the others
        row = BackfillRow(job.incident, "failed", 1, message=f"{type(err).__name__}: {err}")
    return BackfillRow(**{**vars(row), "seconds": round(time.monotonic() - started, 3), "where": place})


def _same_everywhere(job: Job) -> None:
    own = version("incident-timeline")
    if own != job.tool:
        raise TimelineError(f"the worker has version {own} and was asked by {job.tool}; install the same")


def _run(job: Job) -> BackfillRow:
    from service.build.build import build
    from service.build.request import BuildRequest
    from service.files import BusyError

    path = Path(job.config) if job.config else None
    end = time.monotonic() + _WAIT
    while True:
        if not job.again and (row := built(job)):
            return row
        try:
            asked = BuildRequest(
                incident=job.file, config=path, out=Path(job.out) if job.out else None, stills=job.stills
            )
            answer = (made := build(asked)).answer()
        except BusyError:
            if time.monotonic() > end:
                raise
            time.sleep(0.2)
            continue
        return BackfillRow(
            job.incident, "built", made.exit_code, answer["facts"], answer["gaps"], made.timeline.digest
        )


def built(job: Job) -> BackfillRow | None:
    """Return the row of an incident that is built: with this configuration, this file, and all sources.

    None where it is to be built: never was, otherwise configured, a source failed, more can be had now,
    or a killed build left its files older than its evidence.
    """
    from service.evidence.document import outline
    from service.evidence.place import evidence_of
    from service.incident.folders import output_directory
    from service.names import TIMELINE
    from service.settings import config
    from timeline.canonical import sha256

    conf = config.settings_only(Path(job.config) if job.config else None)
    directory = output_directory(conf, job.incident, Path(job.out) if job.out else None)
    collections = evidence_of(directory, conf).manifest().collections
    if not collections or not (directory / TIMELINE).is_file():
        return None
    newest = collections[-1]
    file = newest.incident_file
    same = newest.config_digest == job.digest and file is not None
    same = same and file is not None and file.payload == sha256(Path(job.file).read_bytes())
    if not same or any(s.failure for s in newest.sources) or _more_to_have(newest.gaps):
        return None
    made = outline(directory / TIMELINE)
    if made.collection != newest.number:
        return None
    return BackfillRow(
        job.incident, "already built", 3 if made.gaps else 0, made.facts, made.gaps, made.digest
    )


def _more_to_have(gaps: tuple[dict[str, Any], ...]) -> bool:
    from timeline.instant import parse_instant

    return any(g["reason"] == "not_yet" and parse_instant(g["end"]) <= time.time_ns() for g in gaps)
