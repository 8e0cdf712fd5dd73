"""OpenSearch: logs summarised in the engine, or documents (chat, any record) one by one."""

from __future__ import annotations

from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import aclosing
from dataclasses import replace
from functools import partial

import anyio.to_thread

from collectors.base import Check, Collector, Mark, Record, SourceError
from collectors.kit import fields
from collectors.kit.logs.signatures import Signature
from collectors.kit.probing import failed, timed
from collectors.opensearch.client import Engine
from collectors.opensearch.documents import Documents
from collectors.opensearch.fields import Layout, asked_fields, read_layout
from collectors.opensearch.manual import MANUAL
from collectors.opensearch.options import OpensearchOptions
from collectors.opensearch.paging import DocumentReader, Page, Progress
from collectors.opensearch.summary import Summary, Tally
from collectors.opensearch.times import read_mapping
from timeline.canonical import Json, canonical
from timeline.instant import DAY, format_instant
from timeline.model import Gap, Window


class OpensearchCollector(Collector[OpensearchOptions]):
    """Reads one query of an OpenSearch cluster."""

    name = "opensearch"
    marks = (Mark(get="/", members=("version.distribution",)),)
    family = "logs"
    summary = "OpenSearch: first seen and rate changes of log signatures; documents and chat by query"
    tested_against = "real"
    manual = MANUAL
    options_type = OpensearchOptions
    reads = ("index", "query", "mode")
    parser_version = 3

    @classmethod
    def identifying(cls, options: OpensearchOptions) -> tuple[str, ...]:
        """Return the last parts of the fields that are mapped to people and records."""
        named = (options.fields.actor, options.fields.key, options.fields.thread)
        return tuple(name.rpartition(".")[2] for name in named if name)

    async def collect(self, window: Window) -> AsyncIterator[Record]:
        """Yield the window's facts by the configured mode, and a gap for whatever is not complete."""
        async with Engine(self.context, self.options) as engine:
            cluster, _ = await self._cluster(engine)
            layout = await self._layout(engine)
            reader = DocumentReader(engine, self.options, layout)
            for gap in self._layout_gaps(layout, window):
                yield gap
            count, shards = await reader.count(reader.within(window.start, window.end))
            async for gap in self._blanks(reader, window, count):
                yield gap
            if self.options.mode != "summary" and count:
                async with aclosing(
                    self._documents(reader, layout, window, cluster, (count, shards))
                ) as found:
                    async for record in found:
                        yield record
            if self.options.mode != "documents":
                async with aclosing(self._summary(reader, layout, window, cluster)) as found:
                    async for record in found:
                        yield record

    async def probe(self) -> AsyncIterator[Check]:
        """Yield reachability, rights, the clock's offset and how far back the index goes."""
        async with Engine(self.context, self.options) as engine:
            try:
                cluster, version = await self._cluster(engine)
                layout = await self._layout(engine)
                reader = DocumentReader(engine, self.options, layout)
                pit = await timed(partial(
                    engine.ask_whole, engine.client.create_pit, index=reader.index,
                    keep_alive="10s", allow_partial_pit_creation="false",
                ))  # fmt: skip
                oldest = await reader.oldest()
            except SourceError as err:
                yield failed(err)
                return
            opened = pit.payload.json()
            await engine.close(fields.text(opened, "pit_id"))
        yield Check("reachable", ok=True, detail=f"cluster {cluster}, {version}")
        yield Check("authorised", ok=True, detail=f"{len(layout.indices)} indices match {self.options.index}")
        created = fields.at(opened, "creation_time")
        yield pit.clock(self.options, created / 1000 if isinstance(created, int) else None)
        since = format_instant(oldest) if oldest is not None else "none: there is no document"
        yield Check("retention", ok=oldest is not None, detail=f"oldest document: {since}")

    async def _cluster(self, engine: Engine) -> tuple[str, str]:
        """Return the cluster's identity and version; to a user who may not ask it is the source."""
        try:
            answer = (await engine.ask(engine.client.info)).json()
        except SourceError as err:
            if err.reason != "unauthorised" or "answered 401" in str(err):
                raise
            return self.origin, "of a version it does not tell"
        if not isinstance(fields.at(answer, "version"), dict):
            raise SourceError("undecodable", f"{self.options.url} does not answer as OpenSearch; check `url`")
        identity = self.options.origin or fields.text(answer, "cluster_uuid") or self.origin
        return identity, fields.text(answer, "version.number")

    async def _layout(self, engine: Engine) -> Layout:
        client, index = engine.client, self.options.index
        caps = await engine.ask(
            client.field_caps, index=index, fields=asked_fields(self.options), include_unmapped="true"
        )
        layout = read_layout(caps, self.options)
        try:
            formats = await engine.ask(
                client.indices.get_field_mapping, index=index, fields=self.options.time
            )
        except SourceError as err:
            if err.reason != "unauthorised":
                raise
            return layout  # without that right times are read by what documents show
        return replace(layout, times=read_mapping(formats, self.options.time))

    def _layout_gaps(self, layout: Layout, window: Window) -> list[Gap]:
        gaps = []
        if layout.untimed:
            names = ", ".join(f"`{i}`" for i in layout.untimed)
            text = f"{names}: the field `{self.options.time}` is of no date type there; not read"
            gaps.append(self.gap("undecodable", window, text, missing=", ".join(layout.untimed)))
        if layout.unfit and self.options.mode != "documents":
            names = ", ".join(f"`{f}`" for f in layout.unfit)
            text = f"signature without {names}: it is there in no form that can be aggregated (type keyword)"
            gaps.append(self.gap("undecodable", window, text, missing=", ".join(layout.unfit)))
        return gaps

    async def _blanks(self, reader: DocumentReader, window: Window, count: int) -> AsyncIterator[Gap]:
        """Yield what an answer of few documents, or of none, would leave unsaid."""
        timeless = {"exists": {"field": self.options.time}}
        lost, _ = await reader.count({"bool": {"filter": reader.matching(), "must_not": [timeless]}})
        if lost:
            text = (
                f"{lost} matching documents have no field `{self.options.time}`: they have no place in time"
            )
            yield self.gap("undecodable", window, text, missing=f"{lost} documents")
        if count:
            return
        oldest = await reader.oldest()
        if oldest is None or oldest >= window.end:
            held = "holds no document" if oldest is None else f"begins at {format_instant(oldest)}"
            yield self.gap(
                "past_retention", window, f"{self.options.index} {held}: nothing is known of the window"
            )

    async def _documents(
        self, reader: DocumentReader, layout: Layout, window: Window, cluster: str, size: tuple[int, int]
    ) -> AsyncGenerator[Record, None]:
        count, shards = size
        if count > self.options.limit:
            text = f"{count} documents match, over `limit` of {self.options.limit}; none was read: narrow `query`"
            yield self.gap("truncated", window, text, missing=f"{count} documents")
            return
        parser = Documents(self.options, layout, self.context.source, cluster)
        query = _shown(self.options, reader.within(window.start, window.end))
        done = Progress()
        try:
            async with aclosing(reader.documents(window, shards, done)) as pages:
                async for page in pages:
                    for record in await anyio.to_thread.run_sync(_parsed, parser, page, query):
                        yield record
        except SourceError as err:
            text = f"{done.read} of {count} documents were read: {err}"
            yield self.gap(err.reason, window, text, missing=f"{max(count - done.read, 0)} documents")
            return
        for gap in self._document_gaps(window, parser, done, count):
            yield gap

    def _document_gaps(self, window: Window, parser: Documents, done: Progress, count: int) -> list[Gap]:
        gaps = []
        if done.read < count:
            text = f"{done.read} documents were read where `_count` said {count}"
            gaps.append(self.gap("truncated", window, text, missing=f"{count - done.read} documents"))
        if done.oversized:
            text = f"{done.oversized} documents are over 16 MiB each; only their times were read"
            gaps.append(self.gap("truncated", window, text, missing=f"{done.oversized} documents"))
        return [*gaps, *parser.skipped.gaps(self.gap, window)]

    async def _summary(
        self, reader: DocumentReader, layout: Layout, window: Window, cluster: str
    ) -> AsyncGenerator[Record, None]:
        summary = Summary(reader, self.options, layout, self.context.source, cluster)
        tallies = {"first seen": Tally(), "rates": Tally()}
        async with summary.snapshots() as snapshots:
            known: set[Signature] | None = None
            if self.options.baseline_days:
                tallies["baseline"] = Tally()
                known = await summary.known(snapshots, window, tallies["baseline"])
                oldest = await reader.oldest()
                start = window.start - self.options.baseline_days * DAY
                if tallies["baseline"].cut or oldest is None or oldest > start:
                    known = None
                    text = f"no baseline: {self.options.index} does not reach back to {format_instant(start)}"
                    yield self.gap("past_retention", window, text, missing="baseline")
            first = summary.first_seen(snapshots, window, known, tallies["first seen"])
            changes = summary.rate_changes(snapshots, window, self.context.now, tallies["rates"])
            async with aclosing(first), aclosing(changes):
                async for fact in first:
                    yield fact
                async for fact in changes:
                    yield fact
        for gap in self._summary_gaps(window, summary, tallies):
            yield gap
        if (judged := summary.told.judged_until(self.context.now)) < window.end:
            text = f"rates are judged up to {format_instant(judged)}: later steps have too few after them yet"
            yield self.gap(
                "not_yet", Window(start=max(judged, window.start), end=window.end), text, missing="rates"
            )

    def _summary_gaps(self, window: Window, summary: Summary, tallies: dict[str, Tally]) -> list[Gap]:
        gaps = []
        for what, tally in tallies.items():
            if tally.cut:
                text = f"{what}: more than {self.options.limit} buckets (`limit`); use fewer signature fields"
                gaps.append(self.gap("truncated", window, text, missing=what))
            elif tally.counted < tally.total:
                text = f"{what}: the buckets hold {tally.counted} of {tally.total} documents"
                gaps.append(self.gap("partial", window, text, missing=what))
        return [*gaps, *summary.skipped.gaps(self.gap, window)]


def _parsed(parser: Documents, page: Page, query: str) -> list[Record]:
    return list(parser.parse(page.payload, page.hits, query))


def _shown(options: OpensearchOptions, query: Json) -> str:
    return canonical({"index": options.index, "query": query}).decode()
