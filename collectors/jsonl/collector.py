"""Any JSON Lines, JSON or CSV file by a field mapping: the generic importer."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import AsyncIterator, Iterator
from typing import ClassVar, NamedTuple

import anyio.to_thread

from collectors.base import Check, Collector, Context, Mark, Payload, Record, SourceError, TestedAgainst
from collectors.jsonl.manual import MANUAL
from collectors.jsonl.parts import JsonlOptions, PartReader, rows_of, sound, stored
from collectors.kit.fields import Skipped
from collectors.kit.rows.facts import RowFacts
from collectors.kit.texts.parts import in_parts
from timeline.instant import format_instant
from timeline.mapping.reader import RowError, RowReader
from timeline.model import Evidence, Fact, Window

_PROBED = 1_000


class _Broken(NamedTuple):
    """A row that could not be read: sort, why, its place in the file, and its evidence."""

    sort: str
    why: str
    place: int | str
    evidence: Evidence


class JsonlCollector(Collector[JsonlOptions]):
    """Reads the rows of a file that lie in the window, and tells each as its mapping says."""

    name = "jsonl"
    marks = (Mark(suffixes=(".jsonl", ".ndjson", ".csv", ".json")),)
    family = "any"
    summary = "any JSON Lines, JSON or CSV file, by a field mapping"
    tested_against: ClassVar[TestedAgainst] = "real"
    manual = MANUAL
    options_type = JsonlOptions
    reads = ("rows",)
    target = "path"
    most_facts = 2_000_000  # a file of one's own, not what a server says
    parser_version = 4

    @classmethod
    def identifying(cls, options: JsonlOptions) -> tuple[str, ...]:
        """Return the last parts of the fields that are mapped to people and records."""
        return RowFacts.identifying(options.map)

    def __init__(self, options: JsonlOptions, context: Context) -> None:
        super().__init__(options, context)
        self._told = RowFacts(options.map, self.origin, context.source)

    async def collect(self, window: Window) -> AsyncIterator[Record]:
        """Yield a fact a row, people, and one gap for the rows that could not be read."""
        reader = PartReader(self.options, self.context, window)
        place = "row" if self.options.form == "json" else "line"
        skipped = Skipped("row", where=f"of {self.options.path}", place=place)
        rows = RowReader(self.options.map, self.options.zone)
        async for payload in in_parts(self.context, reader):
            for record in await anyio.to_thread.run_sync(self._parse, payload, rows):
                if isinstance(record, _Broken):
                    skipped.add(record.why, record.evidence, sort=record.sort, place=record.place)
                    continue
                yield record
            # The last part says how many more there were, and why the file could not be read to its end.
            for sort, count in json.loads(payload.headers.get("dropped", "{}")).items():
                skipped.add("", sort=sort, count=count)
            if stopped := payload.headers.get("stopped"):
                yield self.gap("truncated", window, stopped, missing=self.options.path)
        for person in self._told.people():
            yield person
        for gap in skipped.gaps(self.gap, window):
            yield gap

    async def probe(self) -> AsyncIterator[Check]:
        """Yield what `timeline doctor` shows: the file, and how its first rows are read."""
        try:
            good, sorts, span = await anyio.to_thread.run_sync(self._look)
        except SourceError as err:
            yield Check("reachable", False, str(err))
            return
        yield Check("reachable", True, self.options.path)
        shown = "; ".join(f"{count} x {why}" for why, count in sorts.most_common(3))
        yield Check("rows", not sorts, f"{good} of the first {good + sorts.total()} are read {shown}".strip())
        if span:
            yield Check(
                "retention", True, f"first rows from {format_instant(span[0])} to {format_instant(span[1])}"
            )

    def _look(self) -> tuple[int, Counter[str], tuple[int, int] | None]:
        sorts: Counter[str] = Counter()
        times: list[int] = []
        reader = RowReader(self.options.map, self.options.zone)
        for row, _ in zip(rows_of(self.options, self.context), range(_PROBED), strict=False):
            try:
                times.append(reader.read(sound(row)).at.latest)
            except RowError as err:
                sorts[str(err)] += 1
        return len(times), sorts, (min(times), max(times)) if times else None

    def _parse(self, payload: Payload, rows: RowReader) -> list[Fact | _Broken]:
        return list(self._facts(payload, rows))

    def _facts(self, payload: Payload, rows: RowReader) -> Iterator[Fact | _Broken]:
        form = self.options.form
        for index, row in enumerate(stored(payload, form)):
            own = f"/{index}" if row.broken else f"/{index}/row"
            pointer = own if form == "json" else f"line:{index + 1}"
            where = f"line {row.place}" if isinstance(row.place, int) else row.place
            query = f"{self.options.path}, {where}"
            try:
                mapped = rows.read(sound(row))
            except RowError as err:
                yield _Broken(err.code, str(err), row.place, self.evidence(payload, pointer, query=query))
                continue
            evidence = self.evidence(payload, pointer, query=query, link=mapped.link)
            yield self._told.fact(mapped, row.value, evidence)
