"""Clocks that are known to be off: a source's times as its clock shows them, and as they are.

A source is asked for the window as its own clock shows it, and what it says is kept so, in evidence and records.
The correction is made when a timeline is put together, with the offset that is configured by then.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping, Sequence
from typing import Any, TypeVar

from timeline.assembly.reading import SourceReading
from timeline.canonical import Json
from timeline.instant import NS
from timeline.model import Fact, Gap, Impact, Incident, Quote, Window, gap
from timeline.zones import parse_offset

_T = TypeVar("_T")


def offset_of(options: Mapping[str, Any]) -> int:
    """Return the offset in ns that a source's written options have."""
    return parse_offset(str(options.get("clock_offset", "0s")))


def as_shown(window: Window, offset: int) -> Window:
    """Return the window as a clock shows it that is `offset` ns ahead."""
    return Window(start=window.start + offset, end=window.end + offset) if offset else window


def incident_as_shown(incident: Incident, offset: int) -> Incident:
    """Return an incident with its times as such a clock shows them."""
    names = ("start", "end", "detected", "mitigated", "resolved")
    known = {name: at + offset for name in names if (at := getattr(incident, name)) is not None}
    return incident.replace(**known) if offset else incident


def newest_offsets(readings: Sequence[SourceReading]) -> dict[str, int]:
    """Return the offset in ns of each source that has one: of its newest reading."""
    newest = {r.source: r.clock_offset for r in sorted(readings, key=lambda r: r.collection)}
    return {source: offset for source, offset in sorted(newest.items()) if offset}


def corrected(readings: Sequence[SourceReading], offsets: Mapping[str, int]) -> list[SourceReading]:
    """Return the readings with their windows, facts, gaps and numbers at the times that are so."""
    return [
        _moved(reading, offsets[reading.source]) if reading.source in offsets else reading
        for reading in readings
    ]


def described(offsets: Mapping[str, int]) -> dict[str, Json]:
    """Return what provenance says: the seconds that were taken off each source's own times; nothing where none."""
    return {"clock_offsets": {source: offset / NS for source, offset in offsets.items()}} if offsets else {}


def _moved(reading: SourceReading, offset: int) -> SourceReading:
    records = [_corrected(record, offset) for record in reading.records]
    return dataclasses.replace(reading, window=as_shown(reading.window, -offset), records=records)


def _corrected(record: _T, offset: int) -> _T:
    if isinstance(record, Fact):
        quote = record.quote
        return record.replace(
            earliest=_less(record.earliest, offset), latest=record.latest - offset,
            surfaced=_less(record.surfaced, offset), quote=quote and _edited(quote, offset),
        )  # fmt: skip
    if isinstance(record, Gap):
        return gap(
            record.source, record.reason, record.start - offset, record.end - offset, record.statement,
            missing=record.missing, evidence=record.evidence,
        )  # type: ignore[return-value] # fmt: skip
    if isinstance(record, Impact):
        return record.replace(start=record.start - offset, end=record.end - offset)
    return record


def _edited(quote: Quote, offset: int) -> Quote:
    return quote.replace(edited_at=_less(quote.edited_at, offset))


def _less(instant: int | None, offset: int) -> int | None:
    return None if instant is None else instant - offset
