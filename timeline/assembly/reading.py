"""What one collector of one source brought in one collection."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from timeline.canonical import Json
from timeline.model import Fact, Gap, GapReason, Impact, Panel, Person, Window

#: The source name of what the incident file and the build itself say.
OWN_SOURCE = "incident"


@dataclass(frozen=True)
class SourceReading:
    """What one collector of one source brought in one collection."""

    collection: int
    source: str
    collector: str
    window: Window
    clock_error: int  # ns
    records: Sequence[Fact | Gap | Person | Panel | Impact]
    failure: tuple[GapReason, str] | None = None
    clock_offset: int = (
        0  # ns that the source's clock is ahead, as configured; window and records are as it shows
    )

    @property
    def key(self) -> tuple[str, str]:
        """The source's name and its collector."""
        return self.source, self.collector

    def of(
        self, kind: type[Fact] | type[Gap] | type[Person] | type[Panel] | type[Impact]
    ) -> list[Json]:  # fmt: skip
        """Return the records of one type."""
        return [record for record in self.records if isinstance(record, kind)]


def newest_good(readings: Sequence[SourceReading]) -> dict[tuple[str, str], SourceReading]:
    """Return, by source and collector, the newest reading that did not fail."""
    newest: dict[tuple[str, str], SourceReading] = {}
    for reading in sorted(readings, key=lambda r: r.collection):
        if reading.failure is None:
            newest[reading.key] = reading
    return newest
