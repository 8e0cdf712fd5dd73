"""How a build ends: with what it made, or refused where nothing may be written."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from service.build.collect import Outcome
from service.evidence.manifest import Collection
from timeline.assembly.coverage import is_note, notes_of, of_incident
from timeline.assembly.reading import OWN_SOURCE, SourceReading
from timeline.canonical import Json
from timeline.errors import TimelineError
from timeline.model import Fact, Gap, Incident, Timeline


class UnansweredError(TimelineError):
    """No source answered (or, with --strict, one had a gap): nothing was written."""

    def __init__(self, message: str, *, refused: bool) -> None:
        super().__init__(message)
        self.exit_code = 4 if refused else 1


@dataclass(frozen=True)
class Result:
    """What a build made."""

    directory: Path
    timeline: Timeline
    collection: Collection
    readings: Sequence[SourceReading]
    messages: tuple[str, ...] = ()

    @property
    def notes(self) -> tuple[Gap, ...]:
        """What sources had no data for around the incident: no gap of it."""
        return notes_of(self.timeline)

    @property
    def gaps(self) -> tuple[Gap, ...]:
        """The gaps of the incident."""
        return of_incident(self.timeline)

    @property
    def exit_code(self) -> int:
        """0 complete, 3 built with gaps."""
        return 3 if self.gaps else 0

    def answer(self) -> dict[str, Json]:
        """Return what `build --json` prints."""
        return {
            "directory": str(self.directory),
            "facts": len(self.timeline.facts),
            "gaps": _by_reason(self.gaps),
            "notes": _by_reason(self.notes),
            "sources": [self._source(r) for r in self.readings if self._current(r)],
            "digest": self.timeline.digest,
        }

    def _current(self, reading: SourceReading) -> bool:
        return reading.collection == self.collection.number and reading.source != OWN_SOURCE

    def _source(self, reading: SourceReading) -> dict[str, Json]:
        run = next(s for s in self.collection.sources if (s.name, s.collector) == reading.key)
        gaps = len(reading.of(Gap)) + (reading.failure is not None)
        facts = len({f.id for f in reading.of(Fact)})
        return {
            "name": run.name, "collector": run.collector, "facts": facts, "gaps": gaps,
            "seconds": run.seconds, "bytes": run.bytes, "redacted": dict(run.redacted),
        }  # fmt: skip


def _by_reason(gaps: Sequence[Gap]) -> dict[str, Json]:
    return dict(Counter[str](gap.reason for gap in gaps))


def refuse_unanswered(outcomes: Sequence[Outcome], incident: Incident, *, strict: bool) -> None:
    """Raise UnansweredError where nothing may be written."""
    failed = [o for o in outcomes if o.reading.failure]
    told = "; ".join(
        f"{o.run.name} ({o.run.collector}): {o.reading.failure[1]}" for o in failed if o.reading.failure
    )
    if not any(o.run.answered for o in outcomes):
        refused = any(o.run.refused for o in outcomes)
        raise UnansweredError(f"no source answered, so nothing was written. {told}", refused=refused)
    gapped = [
        o for o in outcomes if o.reading.failure or any(not is_note(g, incident) for g in o.reading.of(Gap))
    ]
    if strict and gapped:
        names = ", ".join(f"{o.run.name} ({o.run.collector})" for o in gapped)
        refused = any(o.run.refused for o in gapped)
        raise UnansweredError(f"--strict: {names} had gaps, so nothing was written. {told}", refused=refused)


def refuse_lost(gaps: Sequence[Gap]) -> None:
    """Raise UnansweredError where an earlier collection is lost to this version: a gap by a source."""
    if gaps:
        told = "; ".join(one.statement for one in gaps)
        raise UnansweredError(
            f"--strict: earlier collections had gaps, so nothing was written. {told}", refused=False
        )
