"""A store of log lines read as it is told: in sum, line by line, or both; what is not complete is a gap."""

from __future__ import annotations

from collections.abc import AsyncGenerator, AsyncIterator, Mapping
from contextlib import aclosing
from typing import Any, Generic, NamedTuple, Protocol, TypeVar

from collectors.base import Collector, Record, SourceError
from collectors.kit.fields import Skipped
from collectors.kit.logs.lines import row_of
from collectors.kit.logs.options import LineOptions
from collectors.kit.logs.paging import Line, Page
from collectors.kit.logs.signatures import Signature
from collectors.kit.logs.summary import Summaries
from collectors.kit.rows.facts import RowFacts
from timeline.instant import DAY, format_instant
from timeline.mapping.reader import RowError, RowReader
from timeline.model import Evidence, Fact, Window

T = TypeVar("T")


class Store(Protocol[T]):
    """What a store is asked; `T` is what it says of a signature. Raises SourceError."""

    #: What a line's labels or fields are called in a row that is mapped.
    under: str

    async def signatures(self, window: Window, names: tuple[str, ...]) -> Mapping[Signature, T]:
        """Return the signatures that lines of a window have by some labels or fields."""

    def count(self, found: T) -> int:
        """Return how many lines a signature has."""

    def first_seen(
        self, found: Mapping[Signature, T], known: set[Signature] | None
    ) -> AsyncGenerator[Fact, None]:
        """Yield when each was first seen; `known` were there before, where that was looked for."""

    def rate_changes(self, window: Window, now: int) -> AsyncGenerator[Fact, None]:
        """Yield where rates changed in a window, and a step around it."""

    def pages(self, window: Window) -> AsyncGenerator[Page, None]:
        """Yield the lines of a window, each once."""

    def link(self, line: Line) -> str | None:
        """Return the store's page of a line."""


class _Part(NamedTuple):
    what: str
    facts: AsyncGenerator[Fact, None]


class Reading(Generic[T]):
    """One read of a store for a collector; `names` are the labels or fields that make a signature."""

    def __init__(
        self, collector: Collector[Any], store: Store[T], told: Summaries, names: tuple[str, ...]
    ) -> None:
        self._options: LineOptions = collector.options
        self._source, self._store, self._told, self._names = collector, store, told, names
        self.is_empty = False

    async def records(self, window: Window) -> AsyncIterator[Record]:
        """Yield the window's facts, and what is not complete; raise SourceError where nothing can be counted."""
        names = self._names if self._options.mode != "documents" else ()
        found = await self._store.signatures(window, names)
        total = sum(map(self._store.count, found.values()))
        self.is_empty = not total
        if self._options.mode != "summary" and total:
            async for record in self._documents(window, total):
                yield record
        if self._options.mode != "documents":
            async for record in self._summary(window, found):
                yield record

    async def _documents(self, window: Window, total: int) -> AsyncIterator[Record]:
        if total > self._options.limit:
            text = f"{total} lines match, over `limit` of {self._options.limit}; none was read: narrow `{self._told.narrowed_by}`"
            yield self._source.gap("truncated", window, text, missing=f"{total} lines")
            return
        parser, read = _Lines(self._source, self._store, self._told.query), 0
        try:
            async with aclosing(self._store.pages(window)) as pages:
                async for page in pages:
                    read += len(page.lines)
                    for fact in parser.facts(page):
                        yield fact
                    if page.lost_at is not None:
                        yield self._lost(page, page.lost_at)
        except SourceError as err:
            text = f"{read} of {total} lines were read: {err}"
            yield self._source.gap(err.reason, window, text, missing=f"{max(total - read, 0)} lines")
        else:
            if read < total and not parser.has_lost:
                text = f"{read} lines were read where {total} were counted"
                yield self._source.gap("truncated", window, text, missing=f"{total - read} lines")
        for person in parser.told.people():
            yield person
        for gap in parser.skipped.gaps(self._source.gap, window):
            yield gap

    def _lost(self, page: Page, at: int) -> Record:
        text = f"Of {format_instant(at)} there are more lines than are given at once; {len(page.lines)} were read"
        instant = Window(start=at, end=at + 1)
        return self._source.gap("truncated", instant, text, missing="lines of one nanosecond")

    async def _summary(self, window: Window, found: Mapping[Signature, T]) -> AsyncIterator[Record]:
        known: set[Signature] | None = None
        if days := self._options.baseline_days:
            known = await self._known(window)
            if known is None:
                text = f"no baseline: {self._told.place} has no line of the same hours of one of {days} days before"
                yield self._source.gap("past_retention", window, text, missing="baseline")
        if len(found) > (most := self._options.signatures):
            text = f"first seen: {len(found)} signatures (`signatures` is {most}); use fewer in `signature`"
            yield self._source.gap("truncated", window, text, missing="first seen")
            found = {one: found[one] for one in sorted(found, key=str)[:most]}
        for what, facts in (
            _Part("first seen", self._store.first_seen(found, known)),
            _Part("rates", self._store.rate_changes(window, self._source.context.now)),
        ):
            try:
                async with aclosing(facts):
                    async for fact in facts:
                        yield fact
            except SourceError as err:
                yield self._source.gap(err.reason, window, f"{what}: not all was read: {err}", missing=what)
        if (judged := self._told.judged_until(self._source.context.now)) < window.end:
            text = f"rates are judged up to {format_instant(judged)}: later steps have too few after them yet"
            late = Window(start=max(judged, window.start), end=window.end)
            yield self._source.gap("not_yet", late, text, missing="rates")

    async def _known(self, window: Window) -> set[Signature] | None:
        """Return the signatures of the same hours of the days before; None where one of them has no line."""
        known: set[Signature] = set()
        for days in range(1, self._options.baseline_days + 1):
            before = Window(start=window.start - days * DAY, end=window.end - days * DAY)
            found = await self._store.signatures(before, self._names)
            if not found:
                return None
            known |= set(found)
        return known


class _Lines(Generic[T]):
    """Turns pages of lines into facts, by the mapping."""

    def __init__(self, collector: Collector[Any], store: Store[T], query: str | None) -> None:
        options: LineOptions = collector.options
        self._collector, self._store, self._query = collector, store, query
        self._is_of_line = options.map.time == "time"
        self._reader = RowReader(options.map, None)
        self.told = RowFacts(options.map, collector.origin, collector.context.source)
        self.skipped, self.has_lost = Skipped("line"), False

    def facts(self, page: Page) -> list[Fact]:
        """Return the facts of a page's lines; what cannot be read is counted."""
        self.has_lost = self.has_lost or page.lost_at is not None
        found = []
        for line in page.lines:
            evidence = self._evidence(page, line)
            try:
                mapped = self._reader.read(
                    row_of(str(line.at), line.text, line.labels, under=self._store.under)
                )
            except RowError as err:
                self.skipped.add(str(err), evidence, sort=err.code)
                continue
            if line.bounds and self._is_of_line:
                mapped = mapped._replace(at=line.bounds)
            found.append(self.told.fact(mapped, [str(line.at), dict(line.labels), line.text], evidence))
        return found

    def _evidence(self, page: Page, line: Line) -> Evidence:
        link = self._store.link(line)
        return self._collector.evidence(
            page.payload, line.pointer, query=line.place or self._query, link=link
        )
