"""What is kept of files: the counts of a window, or its lines, in payloads that fit."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

import anyio.to_thread
import msgspec

from collectors.base import Answer, Context
from collectors.kit.patience import Stopwatch
from collectors.log_files.counting import Counts, Wanted, count
from collectors.log_files.entries import Entry
from collectors.log_files.files import Reader, Seen
from collectors.log_files.form_kept import (
    FileKept,
    LineKept,
    LinesKept,
    Shown,
    SignatureKept,
    SortKept,
    SummaryKept,
)
from collectors.log_files.options import LogFilesOptions
from timeline import zones
from timeline.instant import NS, format_instant
from timeline.model import Window

_PART = 8 * 2**20  # bytes of what is kept after which a part is closed


class Kept:
    """One read of the files for a window, given part by part; reads only when asked for the next part.

    `steps` are those that are counted, of `step` ns; without any its lines are kept.
    """

    def __init__(
        self, options: LogFilesOptions, context: Context, window: Window, names: tuple[str, ...], *,
        step: int = 0, steps: range = range(0),
    ) -> None:  # fmt: skip
        self._options, self._context, self._window, self._names = options, context, window, names
        self._step, self._steps = step, steps
        self._watch = Stopwatch(zones.parse_duration(options.time_cap) / NS)
        self._parts: Iterator[tuple[SummaryKept | LinesKept, bool]] | None = None

    def request(self, part: int) -> dict[str, Any]:
        """Return the canonical request of a part: all that decides what is in it."""
        told = self._options.model_dump(
            mode="json", exclude_defaults=True,
            include={"format", "pattern", "time_format", "zone", "year", "trust_offset", "match", "fields"},
        )  # fmt: skip
        window = [format_instant(self._window.start), format_instant(self._window.end)]
        counted = {
            "signature": list(self._names),
            "step": self._step,
            "steps": [self._steps.start, self._steps.stop],
        }
        return {"files": self._options.path, "part": part, "window": window, **told} | (
            counted if self._step else {}
        )

    async def next_part(self) -> Answer:
        """Return the next part; raise SourceError where the files give nothing."""
        return await anyio.to_thread.run_sync(self._in_turn)

    def _in_turn(self) -> Answer:
        with self._watch.turn():
            self._parts = self._parts or (self._summary() if self._step else self._lines())
            content, has_more = next(self._parts)
        return Answer(msgspec.json.encode(content), "json", headers={"more": "1"} if has_more else {})

    def _summary(self) -> Iterator[tuple[SummaryKept | LinesKept, bool]]:
        reader = Reader(self._options, self._context, self._window, self._watch.check)
        counts = Counts(Wanted(self._options, self._names), self._window, self._step, self._steps)
        count(reader, counts)
        *parts, last = _parts(counts.signatures())
        for part in parts:
            yield SummaryKept(signatures=part), True
        yield SummaryKept(
            signatures=last, errors=counts.errors(), files=[_of(seen) for seen in reader.files], losses=counts.losses.within(self._window),
            unplaced=counts.unplaced, speechless=counts.speechless,
        ), False  # fmt: skip

    def _lines(self) -> Iterator[tuple[SummaryKept | LinesKept, bool]]:
        reader = Reader(self._options, self._context, self._window, self._watch.check)
        wanted = Wanted(self._options, ())
        kept: list[LineKept] = []
        size = 0
        for placed in reader.placed():
            entry = placed.item
            if not isinstance(entry, Entry) or not placed.is_in(self._window):
                continue
            if (fields := wanted.fields(entry)) is None:
                continue
            kept.append(LineKept(
                file=placed.seen.name, line=entry.place, time=(placed.begin, placed.at.latest), text=entry.text,
                fields=dict(fields),
            ))  # fmt: skip
            size += len(entry.text) + sum(map(len, fields.values())) + 200
            if size > _PART:
                yield LinesKept(kept), True
                kept, size = [], 0
        yield LinesKept(kept), False


def _parts(entries: Iterable[SignatureKept]) -> list[list[SignatureKept]]:
    """Return entries in lists whose JSON is not too long; one that is empty where there is none."""
    parts: list[list[SignatureKept]] = [[]]
    size = 0
    for entry in entries:
        size += len(msgspec.json.encode(entry))
        if size > _PART and parts[-1]:
            parts.append([])
            size = 0
        parts[-1].append(entry)
    return parts


def _of(seen: Seen) -> FileKept:
    broken = [
        SortKept(why=sort.why, count=sort.amount, shown=[Shown(place, text) for place, text in sort.shown])
        for _, sort in sorted(seen.broken.items())
    ]
    return FileKept(
        file=seen.name, group=seen.group, entries=seen.entries, first=seen.first, last=seen.last, broken=broken,
        stopped=seen.stopped, note=seen.note,
    )  # fmt: skip
