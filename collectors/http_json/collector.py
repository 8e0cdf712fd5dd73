"""Any API that answers JSON over HTTP, by a field mapping: the rows of its answers as facts."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Iterator
from functools import partial
from typing import ClassVar

from collectors.base import Check, Collector, Payload, Record, SourceError, TestedAgainst
from collectors.http_json.asking import Asking, Page
from collectors.http_json.manual import MANUAL
from collectors.http_json.options import HttpJsonOptions
from collectors.kit.fields import Skipped
from collectors.kit.http import Http
from collectors.kit.paging import in_spans
from collectors.kit.probing import failed, timed
from collectors.kit.rows.absent import Absent
from collectors.kit.rows.facts import RowFacts
from timeline.mapping.reader import RowError, RowReader
from timeline.model import Fact, Window


class HttpJsonCollector(Collector[HttpJsonOptions]):
    """Reads the rows of an API's answers, page by page, and tells each as its mapping says."""

    name = "http_json"
    family = "any"
    summary = "any API that answers JSON over HTTP, by a field mapping"
    tested_against: ClassVar[TestedAgainst] = "real"
    manual = MANUAL
    options_type = HttpJsonOptions
    reads = ("path", "method", "params", "body", "rows")

    @classmethod
    def identifying(cls, options: HttpJsonOptions) -> tuple[str, ...]:
        """Return the last parts of the members that are mapped to people and records."""
        return RowFacts.identifying(options.map)

    async def collect(self, window: Window) -> AsyncIterator[Record]:
        """Yield a fact a row, people, and gaps for rows that could not be read; raise SourceError."""
        told = RowFacts(self.options.map, self.origin, self.context.source)
        absent, skipped = Absent(self.options.map), Skipped("row")
        seen: set[str] = set()
        async with self._http() as http:
            asking = Asking(http, self.options)
            async for page, lost in self._pages(asking, window):
                if lost is not None:
                    text = (
                        f"A span holds more rows than the source gives at once ({self.options.window.full})"
                    )
                    yield self.gap("truncated", lost, text, missing=self.options.path or self.options.url)
                for fact in self._facts(page, told, absent, skipped, seen) if page else ():
                    yield fact
        for text in asking.doubts.values():
            yield self.gap("partial", window, text, missing="what may follow")
        for person in told.people():
            yield person
        for text in absent.words():
            yield self.gap("partial", window, text, missing="what it maps")
        for gap in skipped.gaps(self.gap, window):
            yield gap

    async def _pages(
        self, asking: Asking, window: Window
    ) -> AsyncIterator[tuple[Page | None, Window | None]]:  # fmt: skip
        """Yield pages; and spans that the source cut, where they can be halved no further."""
        full = self.options.window.full
        if full is None:
            async for page in asking.pages(window.start, window.end):
                yield page, None
            return

        async def read(start: int, end: int) -> list[Page]:
            return [page async for page in asking.pages(start, end)]

        def cut(pages: list[Page]) -> bool:
            return sum(len(page.rows) for page in pages) >= full

        async for piece in in_spans(read, window.start, window.end, least=asking.step, full=cut):
            for page in piece.value or ():
                yield page, None
            if piece.lost is not None:
                yield None, Window(start=piece.start, end=piece.end)

    def _facts(
        self, page: Page, told: RowFacts, absent: Absent, skipped: Skipped, seen: set[str]
    ) -> Iterator[Fact]:  # fmt: skip
        rows = RowReader(self.options.map, self.options.zone)
        query = f"{self.options.verb} {self.options.path or self.options.url}"
        for place, row in enumerate(page.rows):
            evidence = self.evidence(page.payload, f"{page.pointer}/{place}", query=query)
            if not isinstance(row, dict):
                skipped.add("it is no object", evidence)
                continue
            absent.see(row)
            try:
                mapped = rows.read(row)
            except RowError as err:
                skipped.add(str(err), evidence, sort=err.code)
                continue
            # Spans and pages that moved meanwhile may give a row twice: with a key it is one record, whoever reads it;
            # without one all of it is its key.
            if not mapped.key:
                if (whole := _whole(row)) in seen:
                    continue
                seen.add(whole)
            yield told.fact(mapped, row, evidence.replace(link=mapped.link))

    async def probe(self) -> AsyncIterator[Check]:
        """Yield what `timeline doctor` shows: whether it answers, its clock, and how its first rows are read."""
        async with self._http() as http:
            asking = Asking(http, self.options)
            first: list[Page] = []

            async def ask() -> Payload:
                now = self.context.now
                async for page in asking.pages(now - 3_600 * 10**9, now):
                    first.append(page)
                    break
                return first[0].payload

            try:
                answered = await timed(partial(ask))
            except SourceError as err:
                yield failed(err)
                return
        yield answered.reachable(self.options.url)
        yield answered.clock(self.options)
        told = RowFacts(self.options.map, self.origin, self.context.source)
        absent, skipped = Absent(self.options.map), Skipped("row")
        good = sum(1 for _ in self._facts(first[0], told, absent, skipped, set()))
        why = [gap.statement for gap in skipped.gaps(self.gap, Window(start=0, end=1))]
        yield Check(
            "rows",
            not why,
            f"{good} of {len(first[0].rows)} rows of the last hour's first page are read{''.join(f'; {text}' for text in why)}",
        )
        for text in absent.words():
            yield Check("mapping", False, text)

    def _http(self) -> Http:
        paging = self.options.paging
        return Http(self.context, self.options, keep=[paging.header] if paging and paging.header else ())


_whole = json.JSONEncoder(sort_keys=True).encode
