"""Reading without loss: point-in-time snapshots, pages in an order that is unique, restarts."""

from __future__ import annotations

from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import aclosing, asynccontextmanager
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from collectors.base import Payload, PayloadTooLargeError, SourceError
from collectors.kit import fields
from collectors.kit.fields import UnreadableError
from collectors.kit.paging import StartOverError, by_cursor
from collectors.opensearch.client import Engine
from collectors.opensearch.fields import Layout
from collectors.opensearch.options import OpensearchOptions
from timeline.canonical import Json
from timeline.model import Window

KEEP_ALIVE = 120  # seconds; renewed by every page
RESTARTS = 2  # a snapshot dies with the node that holds it
_MS = 1_000_000
#: Another snapshot would fail in the same way.
_LASTING = frozenset({"timed_out", "unauthorised", "rate_limited"})


@dataclass(frozen=True)
class Page:
    """One answer: its stored payload, its hits, each with its place in the answer, and where it goes on."""

    payload: Payload
    hits: tuple[tuple[int, Json], ...]
    after: Json = None


class Buckets(NamedTuple):
    """One answer with its composite buckets, and where it goes on."""

    payload: Payload
    buckets: list[Json]
    after: Json


@dataclass
class Snapshot:
    """A point in time over the index expression; `part` limits it to one shard number of each index."""

    pit: str
    shards: int
    part: int | None = None


@dataclass
class Progress:
    """How far a read of documents came, and what it had to leave."""

    read: int = 0
    oversized: int = 0
    seen: set[tuple[str, str, str | None]] = field(default_factory=set)


class DocumentReader:
    """Reads documents and buckets of one source's query."""

    def __init__(
        self, engine: Engine, options: OpensearchOptions, layout: Layout, index: str | None = None
    ) -> None:
        self.engine = engine
        self.options = options
        self.layout = layout
        self.index = index or options.index
        if (
            layout.untimed and not index
        ):  # their time cannot be compared; a search over them would fail as a whole
            self.index = ",".join(i for i in layout.indices if i not in layout.untimed)
        self._opened = 0
        self._oldest: int | None = None
        self._looked = False

    def within(self, start: int, end: int) -> Json:
        """Return the query for documents of `[start, end)`, widened to whole milliseconds."""
        limits = {"gte": start // _MS, "lt": -(-end // _MS), "format": "epoch_millis"}
        return {"bool": {"filter": [*self.matching(), {"range": {self.options.time: limits}}]}}

    def matching(self) -> list[Json]:
        """Return the configured query as clauses."""
        query = self.options.query
        if query is None:
            return []
        if isinstance(query, str):
            return [{"query_string": {"query": query}}]
        return [query["query"] if set(query) == {"query"} else query]

    async def count(self, query: Json) -> tuple[int, int]:
        """Return how many documents match, and how many shards hold the indices."""
        payload = await self.engine.ask_whole(
            self.engine.client.count, index=self.index, body={"query": query}
        )
        answer = payload.json()
        return fields.number(answer, "count"), fields.number(answer, "_shards.total")

    async def search(self, body: Json) -> Payload:
        """Search a snapshot; answers that lack shards raise SourceError."""
        return await self.engine.ask_whole(
            self.engine.client.search, body=body, allow_partial_search_results="false"
        )

    async def oldest(self) -> int | None:
        """Return the time of the oldest document of all (to the millisecond); None when there is none."""
        if not self._looked:  # once: two equal requests could not be told apart in a replay
            body = {
                "size": 0,
                "track_total_hits": False,
                "aggs": {"oldest": {"min": {"field": self.options.time}}},
            }
            payload = await self.engine.ask_whole(
                self.engine.client.search, index=self.index, body=body, allow_partial_search_results="false"
            )
            value = fields.at(payload.json(), "aggregations.oldest.value")
            found = isinstance(value, int | float) and not isinstance(value, bool)
            self._oldest, self._looked = int(value) * _MS if found else None, True
        return self._oldest

    @asynccontextmanager
    async def snapshot(self, part: int | None = None) -> AsyncIterator[Snapshot]:
        """Open a point in time and close it in the end, whatever happened."""
        snapshot = await self.open(part)
        try:
            yield snapshot
        finally:
            await self.engine.close(snapshot.pit)

    async def open(self, part: int | None = None) -> Snapshot:
        """Open a point in time; shards that are not there raise SourceError."""
        # Each one's keep-alive differs by a second: two equal requests could not be told apart in
        # a replay, and each brings another snapshot.
        asked: dict[str, Any] = {
            "keep_alive": f"{KEEP_ALIVE + self._opened}s",
            "allow_partial_pit_creation": "false",
        }
        self._opened += 1
        if part is not None:
            asked["preference"] = f"_shards:{part}"
        payload = await self.engine.ask_whole(self.engine.client.create_pit, index=self.index, **asked)
        answer = payload.json()
        return Snapshot(fields.required(answer, "pit_id"), fields.number(answer, "_shards.total"), part)

    async def renew(self, snapshot: Snapshot) -> None:
        """Put a fresh point in time into a snapshot whose own was lost."""
        await self.engine.close(snapshot.pit)
        fresh = await self.open(snapshot.part)
        snapshot.pit, snapshot.shards = fresh.pit, fresh.shards

    async def documents(self, window: Window, shards: int, done: Progress) -> AsyncGenerator[Page, None]:
        """Yield pages of all documents of the window, each document once; `done` says how far it came.

        One snapshot for each shard number: within it, index and place (`_doc`) are unique and in one
        order on every node, which no sort by time is (docs/decisions/0004 has the numbers).
        """
        part = covered = 0
        while covered < shards and part < shards:
            async with self.snapshot(part) as snapshot:
                covered += snapshot.shards
                async with aclosing(self._pages(snapshot, window, done)) as pages:
                    async for page in pages:
                        yield page
            part += 1

    def _pages(self, snapshot: Snapshot, window: Window, done: Progress) -> AsyncGenerator[Page, None]:
        left = RESTARTS

        async def ask(after: Json, size: int) -> Page:
            nonlocal left
            body = self._page_body(snapshot, window, size, after)
            try:
                payload = await self._search_less(body, done) if size == 1 else await self.search(body)
            except PayloadTooLargeError:
                raise
            except SourceError as err:
                if err.reason in _LASTING or not left:
                    raise
                left -= 1
                await self.renew(snapshot)
                # A place means nothing in another snapshot; what was had is left out.
                raise StartOverError from err
            hits = fields.listing(payload.json(), "hits.hits")
            more = fields.listing(hits[-1], "sort") if len(hits) >= size else None
            return Page(payload, self._new(hits, done), more)

        most = self.options.limit + self.options.page + RESTARTS
        return by_cursor(ask, lambda page: page.after, size=self.options.page, pages=most)

    async def _search_less(self, body: dict[str, Json], done: Progress) -> Payload:
        """Search for one document; of one that is too large, for its time alone."""
        try:
            return await self.search(body)
        except PayloadTooLargeError:
            payload = await self.search(body | {"_source": False})
            done.oversized += 1
            return payload

    def _page_body(self, snapshot: Snapshot, window: Window, size: int, after: Json) -> dict[str, Json]:
        body = {
            "size": size,
            "query": self.within(window.start, window.end),
            "pit": {"id": snapshot.pit, "keep_alive": f"{KEEP_ALIVE}s"},
            "sort": [{"_index": "asc"}, {"_doc": "asc"}],
            "docvalue_fields": [self.exact_time()],
            "track_total_hits": False,
        }
        return body if after is None else body | {"search_after": after}

    def exact_time(self) -> Json:
        """Return the request for the time as the engine holds it."""
        return {"field": self.options.time, "format": "strict_date_optional_time_nanos"}

    def _new(self, hits: list[Json], done: Progress) -> tuple[tuple[int, Json], ...]:
        fresh = []
        for place, hit in enumerate(hits):
            identity = (fields.required(hit, "_index"), fields.required(hit, "_id"), hit.get("_routing"))
            if identity not in done.seen:
                done.seen.add(identity)
                fresh.append((place, hit))
        done.read += len(fresh)
        self.engine.context.progress(f"{done.read} documents")
        return tuple(fresh)

    async def buckets(
        self, snapshot: Snapshot, query: Json, sources: list[Json], inner: Json, most: int
    ) -> AsyncGenerator[tuple[Payload, list[Json]], None]:
        """Yield pages of composite buckets; one more bucket than `most` says that there are more."""
        left, had = RESTARTS, 0

        async def ask(after: Json, size: int) -> Buckets:
            nonlocal left
            composite = {"size": size, "sources": sources} | ({"after": after} if after else {})
            body = {
                "size": 0, "query": query, "track_total_hits": True,
                "pit": {"id": snapshot.pit, "keep_alive": f"{KEEP_ALIVE}s"},
                "aggs": {"signatures": {"composite": composite} | ({"aggs": inner} if inner else {})},
            }  # fmt: skip
            try:
                payload = await self.search(body)
            except PayloadTooLargeError:
                raise
            except SourceError as err:
                if err.reason in _LASTING or not left:
                    raise
                left -= 1
                await self.renew(snapshot)  # keys are values: they go on in any snapshot
                return await ask(after, size)
            return _buckets(payload, size)

        pages = by_cursor(ask, lambda page: page.after, size=min(self.options.page, most), pages=most + 2)
        async with aclosing(pages):
            async for page in pages:
                had += len(page.buckets)
                yield page.payload, page.buckets
                if had > most:
                    return


def _buckets(payload: Payload, size: int) -> Buckets:
    """Read an answer's buckets; raise UnreadableError for what is none."""
    found = fields.at(payload.json(), "aggregations.signatures")
    buckets = fields.listing(found, "buckets")
    for bucket in buckets:
        fields.number(bucket, "doc_count")
        if not isinstance(bucket.get("key"), dict):
            raise UnreadableError("a bucket has no key")
    after = fields.at(found, "after_key") if len(buckets) >= size else None
    return Buckets(payload, buckets, after or None)
