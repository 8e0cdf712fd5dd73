"""Documents summarised in the engine: when each signature was first seen, and where its rate changed."""

from __future__ import annotations

from collections.abc import AsyncGenerator, AsyncIterator, Sequence
from contextlib import AsyncExitStack, aclosing, asynccontextmanager
from dataclasses import dataclass, field

from collectors.base import Payload
from collectors.kit import fields
from collectors.kit.fields import Skipped, UnreadableError
from collectors.kit.logs import signatures
from collectors.kit.logs.signatures import Signature
from collectors.kit.logs.summary import Summaries, counted_steps
from collectors.opensearch.documents import subject
from collectors.opensearch.fields import Layout, text_of
from collectors.opensearch.links import discover, lucene
from collectors.opensearch.options import OpensearchOptions
from collectors.opensearch.paging import DocumentReader
from collectors.opensearch.signatures import BY_INDEX, Forms, Held, Seen, earlier
from timeline import facts
from timeline.canonical import Json, canonical
from timeline.errors import UndecodableTimeError
from timeline.instant import DAY, Bounds
from timeline.model import Evidence, Fact, Window
from timeline.series import rates

_MS = 1_000_000
_FIRST = 3  # documents of one instant have no order in the engine; of these the smallest id is shown


@dataclass
class SignatureCounts:
    """Counts of one signature by step, and where each count stands in the evidence."""

    forms: Forms
    counts: dict[int, int] = field(default_factory=dict)
    places: dict[int, list[tuple[Payload, str]]] = field(default_factory=dict)


@dataclass
class Tally:
    """What one pass over composite buckets met: buckets, and documents in them of documents in all."""

    buckets: int = 0
    counted: int = 0
    total: int = 0
    cut: bool = False


class Summary:
    """Asks for buckets and turns them into facts."""

    def __init__(
        self, reader: DocumentReader, options: OpensearchOptions, layout: Layout, source: str, cluster: str
    ) -> None:  # fmt: skip
        self.reader = reader
        self.options = options
        self.layout = layout
        self.source = source
        self.cluster = cluster
        query = options.query
        self.told = Summaries(
            system="opensearch", origin=f"{cluster}/{options.index}", source=source, clock=cluster, place=options.index,
            query=query if query is None or isinstance(query, str) else canonical(query).decode(),
            time=options.time, step=options.step,
        )  # fmt: skip
        self.skipped = Skipped("signature")

    @asynccontextmanager
    async def snapshots(self) -> AsyncIterator[list[Held]]:
        """Open a snapshot of each part of the indices, and close them in the end."""
        async with AsyncExitStack() as stack:
            held = []
            for part in self.layout.parts:
                reader = self.reader
                if part.expression != reader.index:
                    reader = DocumentReader(reader.engine, self.options, self.layout, part.expression)
                snapshot = await stack.enter_async_context(reader.snapshot())
                held.append(Held(reader, snapshot, part.signature or BY_INDEX))
            yield held

    async def first_seen(
        self, parts: Sequence[Held], window: Window, known: set[Signature] | None, tally: Tally
    ) -> AsyncGenerator[Fact, None]:
        """Yield when each signature was first seen in the window, in whichever part of the indices."""
        query = self.reader.within(window.start, window.end)
        firsts: dict[Signature, Seen] = {}
        for part in parts:
            pages = self._pages(part, query, part.sources(), self._first_query(part), tally)
            async with aclosing(pages):
                async for payload, place, bucket in pages:
                    where = Evidence(source=self.source, payload=payload.sha256, pointer=place)
                    with self.skipped.over(where):
                        signature = part.signature(bucket["key"])
                        seen = self._seen(bucket, window, payload, place, part.forms)
                        firsts[signature] = earlier(firsts.get(signature), seen)
        for signature, seen in firsts.items():
            yield self._first_fact(signature, seen, query, known)

    def _first_query(self, part: Held) -> Json:
        """Return the aggregations of the first documents of a bucket."""
        order = {"order": "asc", "unmapped_type": "date"}
        if self.layout.nanos:  # else milliseconds of one index would be compared with nanoseconds of another
            order["numeric_type"] = "date"
        wanted = self.layout.paths() | {form for _, form in part.forms} | {self.options.time}
        first = {
            "size": _FIRST, "sort": [{self.options.time: order}],
            "docvalue_fields": [self.reader.exact_time()], "_source": sorted(wanted),
        }  # fmt: skip
        return {"first": {"top_hits": first}, "earliest": {"min": {"field": self.options.time}}}

    async def rate_changes(
        self, parts: Sequence[Held], window: Window, now: int, tally: Tally
    ) -> AsyncGenerator[Fact, None]:
        """Yield where rates changed, by `timeline.series.rates`, in the window and a step around it."""
        step = self.options.step_ns
        reach = rates.RULE.reach
        first = window.start // step - reach
        last = min(-(-window.end // step) + reach, now // step) - 1  # whole steps, and past ones
        query = self.reader.within(first * step, (last + 1) * step)
        histogram = {"field": self.options.time, "fixed_interval": f"{step // 1_000_000}ms"}
        rows: dict[Signature, SignatureCounts] = {}
        for part in parts:
            sources = [*part.sources(), {"step": {"date_histogram": histogram}}]
            async for payload, place, bucket in self._pages(part, query, sources, {}, tally):
                row = rows.setdefault(part.signature(bucket["key"]), SignatureCounts(part.forms))
                index = fields.number(bucket, "key.step") * 1_000_000 // step
                row.counts[index] = row.counts.get(index, 0) + bucket["doc_count"]
                row.places.setdefault(index, []).append((payload, place))
        if tally.cut:
            return  # a rate of part of the documents would be another rate
        for signature, row in rows.items():
            for change in rates.rate_changes(row.counts, first, last):
                if window.start // step <= change.step <= window.end // step + 1:
                    yield self._rate_fact(signature, row, change, query)

    async def known(self, parts: Sequence[Held], window: Window, tally: Tally) -> set[Signature]:
        """Return the signatures of the same hours of the days before."""
        days = range(1, self.options.baseline_days + 1)
        earlier = [self.reader.within(window.start - d * DAY, window.end - d * DAY) for d in days]
        query = {"bool": {"should": earlier, "minimum_should_match": 1}}
        found = set()
        for part in parts:
            pages = self._pages(part, query, part.sources(), {}, tally)
            found |= {part.signature(bucket["key"]) async for _, _, bucket in pages}
        return found

    async def _pages(
        self, part: Held, query: Json, sources: list[Json], inner: Json, tally: Tally
    ) -> AsyncGenerator[tuple[Payload, str, Json], None]:
        most = self.options.limit
        before, total = tally.total, 0
        async with aclosing(part.reader.buckets(part.snapshot, query, sources, inner, most)) as pages:
            async for payload, buckets in pages:
                total = max(total, fields.number(payload.json(), "hits.total.value"))
                tally.total = before + total
                for place, bucket in enumerate(buckets):
                    if tally.buckets >= most:
                        tally.cut = True
                        return
                    tally.buckets += 1
                    tally.counted += int(bucket["doc_count"])
                    yield payload, f"/aggregations/signatures/buckets/{place}", bucket

    def _seen(self, bucket: Json, window: Window, payload: Payload, place: str, forms: Forms) -> Seen:
        """Return the first of a bucket's documents; raise UnreadableError."""
        begin = window.start // _MS * _MS
        found = []
        for number, hit in enumerate(fields.listing(bucket, "first.hits.hits")):
            try:
                times = self.layout.times_of(hit, self.options.time)
            except UndecodableTimeError as err:
                raise UnreadableError("its first document has no readable time") from err
            at = next((at for at in times if at.latest >= begin), times[-1])
            if at != times[0]:
                # The engine sorts by a document's earliest time, even one before the window: of others it
                # is only known that none is seen later than this.
                at = Bounds(begin, at.latest)
            order = (at.latest, fields.required(hit, "_index"), fields.required(hit, "_id"))
            found.append(Seen(at, order, hit, payload, f"{place}/first/hits/hits/{number}", forms))
        if not found:
            raise UnreadableError("it has no first document")
        first = min(found, key=lambda seen: seen.order)
        if self.layout.nanos:
            # The engine merges shards by milliseconds: an earlier one of the same may be there.
            earliest = fields.at(bucket, "earliest.value")
            if not isinstance(earliest, int | float):
                raise UnreadableError("it does not say when it was seen first")
            first = first._replace(at=Bounds(max(int(earliest) * _MS, begin), first.at.latest))
        return first

    def _first_fact(
        self, signature: Signature, seen: Seen, query: Json, known: set[Signature] | None
    ) -> Fact:
        values = self._values(signature, seen.hit)
        return self.told.first_seen(
            signature, seen.at, scope=signatures.scope(signature, known, self.options.baseline_days),
            clock=values.get("host") or values.get("service"), subject=subject(self._values(signature, None)),
            quote=facts.quote(values.get("message") or ""),
            evidence=self._evidence(seen.payload, seen.pointer, signature, seen.forms, seen.at, {"query": query}),
        )  # fmt: skip

    def _rate_fact(
        self, signature: Signature, row: SignatureCounts, change: rates.RateChange, query: Json
    ) -> Fact:
        at = rates.bounds_of(change, self.options.step_ns)
        asked = {"query": query, "rule": rates.RULE.describe()}
        return self.told.rate_changed(
            signature, change, subject=subject(self._values(signature, None)),
            evidence=[
                self._evidence(*place, signature, row.forms, at, asked)
                for place in counted_steps(change, row.places)
            ],
        )  # fmt: skip

    def _values(self, signature: Signature, hit: Json | None) -> dict[str, str | None]:
        # What the signature fixes is said of all its documents; the rest is the first document's.
        fixed = {name.removesuffix(".keyword"): value for name, value in signature}
        values: dict[str, str | None] = {}
        for role, name in self.layout.roles.items():
            values[role] = fixed.get(name.removesuffix(".keyword"))
        if hit is not None:
            for role, name in self.layout.roles_in(fields.text(hit, "_index")).items():
                values[role] = (
                    values.get(role)
                    or fixed.get(name.removesuffix(".keyword"))
                    or text_of(fields.at(hit.get("_source"), name))
                )
        return values

    def _evidence(
        self, payload: Payload, pointer: str, signature: Signature, forms: Forms, at: Bounds, asked: Json
    ) -> Evidence:
        stands = {form: value for (_, form), (_, value) in zip(forms, signature, strict=True)}
        link = discover(self.options, lucene(stands), at.earliest or at.latest, at.latest)
        query = canonical({"index": self.options.index, **asked}).decode()
        return Evidence(source=self.source, payload=payload.sha256, pointer=pointer, query=query, link=link)
