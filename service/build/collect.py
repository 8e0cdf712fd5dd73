"""Run the sources side by side; a failed one is a gap and the others go on."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Protocol

import anyio
import anyio.to_thread

from collectors.base import AnyCollector, Context, Record, SourceError
from collectors.kit.http import limited
from collectors.kit.redaction import Redactor
from collectors.kit.tape import Entry, EvidenceError, RecordingTape, ReplayTape
from service.build.resume import ResumingTape
from service.evidence.manifest import Collection, SourceRun
from service.evidence.records import keep
from service.evidence.store import Evidence
from service.files import UnwritableError
from service.settings import secrets, trust
from service.settings.config import SourceConfig
from timeline.assembly.correction import as_shown, incident_as_shown
from timeline.assembly.reading import SourceReading
from timeline.errors import TimelineError, UndecodableTimeError, UsageError
from timeline.instant import format_instant
from timeline.model import Fact, Gap, GapReason, Incident, Window
from timeline.text import line
from timeline.zones import parse_duration, parse_offset

#: So many records beyond its facts may a source give a build; beyond both nothing is read on.
MORE_RECORDS = 750_000


class Progress(Protocol):
    """What a build tells of itself while it runs."""

    def source(self, name: str, collector: str, state: str, *, done: bool = False) -> None:
        """Say how far one collector of one source is."""


class Silent:
    """Progress that says nothing."""

    def source(self, name: str, collector: str, state: str, *, done: bool = False) -> None:
        """Say nothing."""


@dataclass
class Outcome:
    """A reading with how it went and its exchanges."""

    reading: SourceReading
    run: SourceRun
    entries: list[Entry] = field(default_factory=list)


@dataclass(frozen=True)
class Task:
    """What one collector is asked for."""

    config: SourceConfig
    number: int
    window: Window
    incident: Incident
    now: int
    first: str = ""  # the name under which the source was read first
    label: str = ""  # the name that it has now, where it was read under another one
    earlier: Collection | None = None  # what answers that it has need not be asked for again


def secrets_of(
    sources: Iterable[SourceConfig], redactor: Redactor, folder: Path, *, trusted: bool = False
) -> Callable[[str], str]:  # fmt: skip
    """Resolve every secret reference before the first request; raise UsageError for a missing one.

    `file:` references are relative to `folder`. `trusted`: the user named the hosts a moment ago.
    """
    known: dict[str, str] = {}
    sources = tuple(sources)
    if not trusted:
        trust.require(sources)
    for one in sources:
        for reference in one.options.references():
            if reference not in known:
                try:
                    known[reference] = redactor.add(secrets.resolve(reference, folder))
                except UsageError as err:
                    raise UsageError(f"source {one.name}: {err}") from err
    return lambda reference: known.get(reference) or redactor.add(secrets.resolve(reference, folder))


async def collect(
    tasks: Sequence[Task], evidence: Evidence, folder: Path, secret: Callable[[str], str],
    redactor: Redactor, progress: Progress, outcomes: list[Outcome],
) -> None:  # fmt: skip
    """Read every source concurrently into `outcomes`, in the order of `tasks`.

    Not returned: asyncio writes a task's result into a message when it ends, whatever its size.
    """
    found: dict[int, Outcome] = {}
    shared: dict[str, Any] = {}
    broken: list[TimelineError] = []

    async def one(place: int, task: Task) -> None:
        try:
            found[place] = await collected(task)
        except TimelineError as err:  # no gap of this source: the build cannot go on
            broken.append(err)
            group.cancel_scope.cancel()

    async def collected(task: Task) -> Outcome:
        tape = _tape(task, evidence, redactor)
        context = context_of(task, tape, folder, progress)
        context.secret, context.shared, context.conceal = secret, shared, redactor.add
        outcome = await read(task, context, progress, redactor)
        failure = outcome.reading.failure
        answered = answers(tape.entries, None if outcome.reading.records else failure)
        refused = (failure is not None and failure[0] == "unauthorised") or any(
            _refuses(entry) for entry in tape.entries
        )
        outcome.entries = tape.entries
        outcome.run = outcome.run.model_copy(
            update={
                "answered": answered,
                "refused": refused,
                "bytes": tape.bytes,
                "redacted": dict(sorted(tape.redacted.items())),
                "records": await anyio.to_thread.run_sync(keep, outcome.reading, evidence),
            }
        )
        return outcome

    async with anyio.create_task_group() as group:
        for place, task in enumerate(tasks):
            group.start_soon(one, place, task)
    if broken:
        raise broken[0]
    outcomes += [found[place] for place in sorted(found)]


def _tape(task: Task, evidence: Evidence, redactor: Redactor) -> RecordingTape:
    config = task.config
    given = (config.name, config.collector, evidence, redactor, config.type.identifying(config.options))
    return ResumingTape(*given, task.earlier) if task.earlier else RecordingTape(*given)


def answers(entries: Sequence[Entry], failure: tuple[GapReason, str] | None) -> bool:
    """Tell whether a source answered; `failure` is how one ended that gave no record.

    Some refuse inside an answer of status 200, and what is no source at all answers so, too: the
    answer that ended a read is none. A query that fails after others were answered undoes none of them.
    """
    good = ["payload" in entry and (entry.get("status") or 200) < 400 for entry in entries]
    if failure and failure[0] == "unauthorised":
        return False
    return any(good[:-1] if failure else good)


def _refuses(entry: Entry) -> bool:
    status, failure = entry.get("status"), entry.get("failure") or {}
    forbidden = status == 403 and not limited(status, entry.get("headers", {}))
    return status == 401 or forbidden or failure.get("reason") == "unauthorised"


def _none(reference: str) -> str:
    raise UsageError(f"{reference} was asked for while replaying, which needs no secret; please report this")


def context_of(task: Task, tape: RecordingTape | ReplayTape, folder: Path, progress: Progress) -> Context:
    """Return what a collector is given; paths are relative to `folder`."""
    offset = parse_offset(task.config.options.clock_offset)
    return Context(
        source=task.label or task.config.name, first=task.first, incident=incident_as_shown(task.incident, offset), now=task.now + offset,
        tape=tape, secret=_none,
        progress=lambda text: progress.source(task.config.name, task.config.collector, text),
        resolve_path=lambda path: str(folder / Path(path).expanduser()),
    )  # fmt: skip


async def read(task: Task, context: Context, progress: Progress, redactor: Redactor | None = None) -> Outcome:
    """Run one collector to its end, whatever that is."""
    config, records = task.config, list[Record]()
    offset = parse_offset(config.options.clock_offset)
    window = as_shown(task.window, offset)
    started, failure, defect = time.monotonic(), None, False
    progress.source(config.name, config.collector, "reading")
    collector: AnyCollector = config.type(config.options, context)
    most_records = collector.most_facts + MORE_RECORDS
    try:
        async for record in collector.collect(window):
            records.append(record)
            if len(records) > most_records:
                raise SourceError(  # noqa: TRY301
                    "truncated", f"it gave more than {most_records:,} records; the rest was not read"
                )
    except Exception as err:  # noqa: BLE001 - a defect of one collector must not lose the others' facts
        failure, defect = failure_of(err, redactor), is_defect(err)
    if more := _earliest(records, collector.most_facts):
        failure = failure or ("truncated", more)
    seconds = time.monotonic() - started
    progress.source(config.name, config.collector, _summary(records, failure, seconds), done=True)
    reading = SourceReading(
        task.number,
        context.source,
        config.collector,
        window,
        parse_duration(config.options.clock_error),
        records,
        failure,
        offset,
    )
    run = SourceRun(
        name=config.name, collector=config.collector, options=config.written,
        parser_version=config.type.parser_version, first="" if task.first == config.name else task.first, failure=failure, defect=defect, seconds=round(seconds, 3),
        assumed=tuple(context.assumed),
    )  # fmt: skip
    return Outcome(reading, run)


def _earliest(records: list[Record], most: int) -> str:
    """Leave the earliest facts, as many as the source may give; return what is said where there were more.

    Chosen by what they are, not by when they came: a replay of the evidence leaves the same.
    """
    facts = [record for record in records if isinstance(record, Fact)]
    if len(facts) <= most:
        return ""
    facts.sort(key=lambda fact: (fact.latest, fact.id))
    kept, last = {fact.id for fact in facts[:most]}, facts[most - 1].latest
    records[:] = [one for one in records if not isinstance(one, Fact) or one.id in kept]
    return (
        f"it gave {len(facts):,} facts, of which the first {most:,} are kept, until {format_instant(last)}; "
        "a narrower window or selection has the rest"
    )


def _telling(err: Exception) -> Exception:
    """Return the error of a group that tells most: what must end the build, a source's failure, the first."""
    if not isinstance(err, ExceptionGroup):
        return err
    each = [_telling(one) for one in err.exceptions]
    return min(each, key=lambda one: (not _ends_the_build(one), not isinstance(one, SourceError)))


def _ends_the_build(err: Exception) -> bool:
    return isinstance(err, EvidenceError | UsageError | UnwritableError)


def is_defect(err: Exception) -> bool:
    """Tell whether a collector broke: only a SourceError is written down as the end of an exchange."""
    return not isinstance(_telling(err), SourceError)


def failure_of(err: Exception, redactor: Redactor | None = None) -> tuple[GapReason, str]:
    """Return a source's failure as reason and message; raise what is no source's."""
    import traceback

    err, redactor = _telling(err), redactor or Redactor()
    if _ends_the_build(err):
        raise err
    if isinstance(err, SourceError):
        return err.reason, line(redactor.redact_text(str(err)))
    if isinstance(err, UndecodableTimeError):
        return "undecodable", line(redactor.redact_text(str(err)))
    where = traceback.extract_tb(err.__traceback__)[-1]
    place = f"{Path(where.filename).name}:{where.lineno}"
    said = f"the collector stopped at {place} with {type(err).__name__}: {err}; please report this"
    return "undecodable", line(redactor.redact_text(said))


def _summary(records: Sequence[Record], failure: tuple[GapReason, str] | None, seconds: float) -> str:
    facts = sum(isinstance(r, Fact) for r in records)
    gaps = sum(isinstance(r, Gap) for r in records) + (failure is not None)
    said = (
        f"{facts} fact{'s' * (facts != 1)}"
        + (f", {gaps} gap{'s' * (gaps > 1)}" if gaps else "")
        + f" in {seconds:.1f} s"
    )
    return f"{said}: {failure[1]}" if failure else said
