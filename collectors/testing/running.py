"""One run of a collector, outside a build: what it yields, how it ended, and what it stored."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import anyio

from collectors.base import AnyCollector, Context, Record, SourceError
from collectors.kit.redaction import Redactor
from collectors.kit.tape import MemoryStore, RecordingTape, ReplayTape
from timeline.canonical import canonical
from timeline.instant import NS
from timeline.model import Fact, Gap, Incident, Panel, Person, Window
from timeline.record import plain
from timeline.zones import parse_duration


@dataclass
class Run:
    """What one run of a collector brought, with its tape and store."""

    records: list[Record]
    failure: SourceError | None
    tape: RecordingTape | ReplayTape
    store: MemoryStore
    progress: list[str] = field(default_factory=list)  # lines that it showed
    assumed: list[str] = field(default_factory=list)  # what it took for granted

    @property
    def facts(self) -> list[Fact]:
        """The facts, as yielded."""
        return [r for r in self.records if isinstance(r, Fact)]

    @property
    def gaps(self) -> list[Gap]:
        """The gaps, as yielded (a failure of the whole source is in `failure`)."""
        return [r for r in self.records if isinstance(r, Gap)]

    @property
    def people(self) -> list[Person]:
        """The people, as yielded."""
        return [r for r in self.records if isinstance(r, Person)]

    @property
    def panels(self) -> list[Panel]:
        """The panels, as yielded."""
        return [r for r in self.records if isinstance(r, Panel)]


def run(
    collector: type[AnyCollector], options: Mapping[str, Any], window: Window, *,
    source: str = "test", incident: Incident | None = None, secrets: Mapping[str, str] | None = None,
    now: int | None = None, replay: Run | None = None, within: float | None = None,
) -> Run:  # fmt: skip
    """Run a collector over `window`; with `replay`, from that run's tape alone.

    Raises TimeoutError when it is not over `within` seconds after its time cap.
    """
    redactor = Redactor()
    store = replay.store if replay else MemoryStore()
    tape: RecordingTape | ReplayTape
    if replay:
        assert isinstance(replay.tape, RecordingTape)
        tape = ReplayTape(source, collector.name, store, replay.tape.entries)
    else:
        tape = RecordingTape(source, collector.name, store, redactor)
    context = Context(
        source=source, incident=incident or Incident(id="INC-TEST"), now=window.end if now is None else now, tape=tape,
        secret=lambda reference: redactor.add((secrets or {})[reference]), conceal=redactor.add,
    )  # fmt: skip
    made = collector(collector.options_type.model_validate(dict(options)), context)
    result = Run([], None, tape, store)
    context.progress, context.assumed = result.progress.append, result.assumed

    async def gather() -> None:
        cap = parse_duration(made.options.time_cap) / NS
        try:
            with anyio.fail_after(None if within is None else cap + within):
                async for record in made.collect(window):
                    result.records.append(record)
        except SourceError as err:
            result.failure = err

    anyio.run(gather)
    return result


def in_bytes(run_: Run) -> bytes:
    """Return what a run yielded, and how it ended, in bytes that two alike runs have alike."""
    failure = [run_.failure.reason, str(run_.failure)] if run_.failure else None
    return canonical([[line.decode() for line in lines(run_)], failure])


def lines(run_: Run) -> list[bytes]:
    """Return each record of a run as canonical JSON, in an order that does not depend on the run's."""
    return sorted(canonical([type(record).__name__, plain(record)]) for record in run_.records)
