"""Read collections again from their evidence alone; what this version cannot read alike stays as it was derived."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from importlib.metadata import version
from pathlib import Path
from typing import NamedTuple

import anyio
from pydantic import ValidationError

from collectors.base import Record
from collectors.kit.tape import LackingError, ReplayTape
from service.build.collect import Silent, Task, context_of, read
from service.build.identity import Key, key_of
from service.evidence import records
from service.evidence.manifest import Collection, Derivation, DivergentRun, Manifest, SourceRun
from service.evidence.store import Evidence
from service.settings import registry
from service.settings.config import SourceConfig
from timeline.assembly.correction import as_shown, offset_of
from timeline.assembly.reading import SourceReading
from timeline.errors import TimelineError, UsageError
from timeline.instant import NS
from timeline.model import Gap, gap
from timeline.text import line


@dataclass
class Replayed:
    """What the collections give here: readings, gaps for what is lost, what was not read alike, and why."""

    readings: list[SourceReading] = field(default_factory=list)
    gaps: list[Gap] = field(default_factory=list)
    otherwise: list[DivergentRun] = field(default_factory=list)
    messages: list[str] = field(default_factory=list)


class _Run(NamedTuple):
    run: SourceRun
    collection: Collection
    label: str  # the source's name now

    @property
    def told(self) -> str:
        """Which run of which version this is, for people."""
        return (
            f"collection {self.collection.number} read {self.run.name} with {self.run.collector}"
            f" of version {self.collection.tool}"
        )

    @property
    def payloads(self) -> int:
        """How many payloads it brought."""
        mine = (self.run.name, self.run.collector)
        held = {e.get("payload") for e in self.collection.exchanges if (e["source"], e["collector"]) == mine}
        return len(held - {None})


class _UnlikeError(TimelineError):
    """This version does not read a run as its own build did; says why."""


def replay(manifest: Manifest, evidence: Evidence, labels: Mapping[Key, str]) -> Replayed:
    """Read every collection again: no socket, no process, no secret. Raises EvidenceError where it is broken.

    `labels` are the names that the sources have now.
    """
    found = Replayed()
    for collection in manifest.collections:
        for run in collection.sources:
            _one(_Run(run, collection, labels[key_of(run)]), evidence, found)
    return found


def derivation(manifest: Manifest, otherwise: Sequence[DivergentRun]) -> Derivation:
    """Return what this version derives a timeline by, after a replay."""
    apart = {one[:3] for one in otherwise}
    read_here = {
        run.collector
        for c in manifest.collections
        for run in c.sources
        if (c.number, run.name, run.collector) not in apart
    }
    return Derivation(
        tool=version("incident-timeline"),
        parsers={name: registry.load(name).parser_version for name in sorted(read_here)},
        otherwise=tuple(sorted(otherwise)),
    )


def _one(this: _Run, evidence: Evidence, found: Replayed) -> None:
    for digest in this.run.records.payloads if this.run.records else ():
        # Broken evidence is named while it can still be restored, also where it is not needed yet.
        evidence.get(digest)
    try:
        again = _again(this, evidence)
    except _UnlikeError as err:
        _otherwise(this, str(err), evidence, found)
    else:
        found.readings.append(again)


def _otherwise(this: _Run, why: str, evidence: Evidence, found: Replayed) -> None:
    """Take what a run's own build derived, else name what is lost."""
    run, facts = this.run, "kept"
    try:
        kept = records.read(run.records, evidence) if run.records else None
    except records.UnreadableError as err:
        kept, why = None, f"{why}; {err}"
    if run.records and kept is not None:
        found.readings.append(_reading(this, kept, run.records.clock_error))
        found.messages.append(line(f"{this.told}; its facts are those that it derived: {why}"))
    elif this.payloads:
        facts, lost = "lost", _lost(this)
        found.gaps.append(lost)
        failure = run.failure or (lost.reason, lost.statement)
        found.readings.append(dataclasses.replace(_reading(this, (), NS), failure=failure))
        found.messages.append(line(f"{lost.statement}: {why}"))
    else:  # it never gave anything, and failed
        found.readings.append(_reading(this, (), NS))
    number = this.collection.number
    found.otherwise.append(DivergentRun(number, run.name, run.collector, facts))  # type: ignore[arg-type]


def _lost(this: _Run) -> Gap:
    window, held = this.collection.window, this.payloads
    kept = "1 payload is kept" if held == 1 else f"{held} payloads are kept"
    # Not which version reads it now: the gap has one id until a version reads it again.
    told = f"{this.told[0].upper()}{this.told[1:]}, which another version cannot replay; {kept}"
    return gap(this.label, "undecodable", window.start, window.end, told, missing=this.run.collector)


def _reading(this: _Run, found: Sequence[Record], clock_error: int) -> SourceReading:
    run, collection, offset = this.run, this.collection, offset_of(this.run.options)
    return SourceReading(
        collection.number, this.label, run.collector, as_shown(collection.window, offset), clock_error, found,
        run.failure, offset,
    )  # fmt: skip


def _again(this: _Run, evidence: Evidence) -> SourceReading:
    """Read one run again; raise _UnlikeError where it does not end as its own build ended."""
    run, collection = this.run, this.collection
    first = key_of(run)[0]
    task = Task(
        _recorded(this),
        collection.number,
        collection.window,
        collection.incident,
        collection.now,
        first,
        this.label,
    )
    tape = ReplayTape(run.name, run.collector, evidence, collection.exchanges, ended=run.defect)
    same = (collection.tool, run.parser_version) == (
        version("incident-timeline"),
        task.config.type.parser_version,
    )
    try:
        silent = Silent()
        outcome = anyio.run(read, task, context_of(task, tape, Path(), silent), silent)
    except LackingError as err:
        if not same:
            raise _UnlikeError(str(err)) from err
        raise LackingError(
            f"{err}; collection {collection.number} was made by this version, so its manifest was changed: restore "
            "it from version control or a backup, or collect anew into another --out"
        ) from err
    ended = outcome.reading.failure
    if tape.ended and not same:
        raise _UnlikeError("a defect ended it, and this version asks for what it had not asked for by then")
    if ended and run.records is not None and ended[0] != (run.failure or ("",))[0]:
        raise _UnlikeError(f"read again, it ends with: {ended[1]}")
    # How the run ended is part of the evidence, also where no exchange shows it.
    return dataclasses.replace(outcome.reading, failure=run.failure or ended)


def _recorded(this: _Run) -> SourceConfig:
    """Return a source as it was configured; raise _UnlikeError where this version cannot read that."""
    run = this.run
    try:
        options = registry.load(run.collector).options_type.model_validate(run.options)
    except (UsageError, ValidationError) as err:
        raise _UnlikeError(f"it cannot be had here: {err}") from err
    return SourceConfig(run.name, run.collector, options, run.options)
