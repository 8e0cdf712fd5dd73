"""Documents summarised in the engine: when each signature was first seen, and where its rate changed."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Iterator
from contextlib import aclosing
from dataclasses import dataclass, field

from collectors.base import Payload
from collectors.kit import fields
from collectors.kit.fields import Skipped, UnreadableError
from collectors.opensearch.documents import subject
from collectors.opensearch.fields import Layout, text_of, time_of
from collectors.opensearch.links import discover, lucene
from collectors.opensearch.options import OpensearchOptions
from collectors.opensearch.paging import DocumentReader, Snapshot
from timeline import facts
from timeline.canonical import Json, canonical
from timeline.errors import UndecodableTimeError
from timeline.instant import MINUTE, Bounds
from timeline.model import Evidence, Fact, Quantity, Window
from timeline.series import rates

#: A signature: pairs of field and value, in the order of the fields.
Signature = tuple[tuple[str, str | None], ...]
DAY = 1440 * MINUTE
_FIRST = 3  # documents of one instant have no order in the engine; of these the smallest id is shown


@dataclass
class SignatureCounts:
    """Counts of one signature by step, and where each count stands in the evidence."""

    counts: dict[int, int] = field(default_factory=dict)
    places: dict[int, tuple[Payload, str]] = field(default_factory=dict)


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
        self.origin = f"{cluster}/{options.index}"
        self.cluster = cluster
        self.fields = layout.signature or ("_index",)
        self.skipped = Skipped("signature")

    def sources(self) -> list[Json]:
        """Return composite sources; documents without a field keep a bucket of their own."""
        own = self.fields == ("_index",)
        return [
            {f: {"terms": {"field": f} if own else {"field": f, "missing_bucket": True}}} for f in self.fields
        ]

    async def first_seen(
        self, snapshot: Snapshot, window: Window, known: set[Signature] | None, tally: Tally
    ) -> AsyncGenerator[Fact, None]:
        """Yield when each signature was first seen in the window."""
        wanted = sorted({*self.layout.roles.values(), *self.fields, self.options.time})
        order = {"order": "asc", "unmapped_type": "date"}
        if self.layout.nanos:  # else milliseconds of one index would be compared with nanoseconds of another
            order["numeric_type"] = "date"
        first = {
            "size": _FIRST, "sort": [{self.options.time: order}],
            "docvalue_fields": [self.reader.exact_time()], "_source": wanted,
        }  # fmt: skip
        query = self.reader.within(window.start, window.end)
        inner = {"first": {"top_hits": first}, "earliest": {"min": {"field": self.options.time}}}
        pages = self._pages(snapshot, query, self.sources(), inner, tally)
        async with aclosing(pages):
            async for payload, place, bucket in pages:
                fact: Fact | None = None
                where = Evidence(source=self.source, payload=payload.sha256, pointer=place)
                with self.skipped.over(where):
                    fact = self._first_fact(payload, place, bucket, query, known)
                if fact:
                    yield fact

    async def rate_changes(
        self, snapshot: Snapshot, window: Window, now: int, tally: Tally
    ) -> AsyncGenerator[Fact, None]:
        """Yield where rates changed, by `timeline.series.rates`, in the window and a step around it."""
        step = self.options.step_ns
        reach = rates.RULE.reach
        first = window.start // step - reach
        last = min(-(-window.end // step) + reach, now // step) - 1  # whole steps, and past ones
        query = self.reader.within(first * step, (last + 1) * step)
        histogram = {"field": self.options.time, "fixed_interval": f"{step // 1_000_000}ms"}
        sources = [*self.sources(), {"step": {"date_histogram": histogram}}]
        rows: dict[Signature, SignatureCounts] = {}
        async for payload, place, bucket in self._pages(snapshot, query, sources, {}, tally):
            row = rows.setdefault(self._signature(bucket["key"]), SignatureCounts())
            index = fields.number(bucket, "key.step") * 1_000_000 // step
            row.counts[index] = bucket["doc_count"]
            row.places[index] = (payload, place)
        if tally.cut:
            return  # a rate of part of the documents would be another rate
        for signature, row in rows.items():
            for change in rates.rate_changes(row.counts, first, last):
                if window.start // step <= change.step <= window.end // step + 1:
                    yield self._rate_fact(signature, row, change, query)

    def judged_until(self, now: int) -> int:
        """Return the instant up to which rate changes are decided for good."""
        return (now // self.options.step_ns - rates.RULE.reach) * self.options.step_ns

    async def known(self, snapshot: Snapshot, window: Window, tally: Tally) -> set[Signature]:
        """Return the signatures of the same hours of the days before."""
        days = range(1, self.options.baseline_days + 1)
        earlier = [self.reader.within(window.start - d * DAY, window.end - d * DAY) for d in days]
        query = {"bool": {"should": earlier, "minimum_should_match": 1}}
        pages = self._pages(snapshot, query, self.sources(), {}, tally)
        return {self._signature(bucket["key"]) async for _, _, bucket in pages}

    async def _pages(
        self, snapshot: Snapshot, query: Json, sources: list[Json], inner: Json, tally: Tally
    ) -> AsyncGenerator[tuple[Payload, str, Json], None]:
        most = self.options.limit
        async with aclosing(self.reader.buckets(snapshot, query, sources, inner, most)) as pages:
            async for payload, buckets in pages:
                tally.total = max(tally.total, fields.number(payload.json(), "hits.total.value"))
                for place, bucket in enumerate(buckets):
                    if tally.buckets >= most:
                        tally.cut = True
                        return
                    tally.buckets += 1
                    tally.counted += int(bucket["doc_count"])
                    yield payload, f"/aggregations/signatures/buckets/{place}", bucket

    def _signature(self, key: Json) -> Signature:
        return tuple((f, text_of(key.get(f))) for f in self.fields)

    def _first_fact(
        self, payload: Payload, place: str, bucket: Json, query: Json, known: set[Signature] | None
    ) -> Fact:
        signature = self._signature(bucket["key"])
        at, number, hit = self._first(fields.listing(bucket, "first.hits.hits"))
        if self.layout.nanos:
            # The engine merges shards by milliseconds: an earlier one of the same may be there.
            earliest = fields.at(bucket, "earliest.value")
            if not isinstance(earliest, int | float):
                raise UnreadableError("it does not say when it was seen first")
            at = Bounds(int(earliest) * 1_000_000, at.latest)
        values = self._values(signature, hit)
        return facts.fact(
            "log.first_seen", origin=self.origin, key=self._key(signature), at=at,
            time_means=self.options.time, clock=values.get("host") or values.get("service") or self.cluster,
            source=self.source, thread=self._thread(signature), subject=subject(self._values(signature, None)),
            names={"signature": name_of(signature), "index": self.options.index, "scope": self._scope(signature, known)},
            quote=facts.quote(values.get("message") or ""),
            evidence=[self._evidence(payload, f"{place}/first/hits/hits/{number}", signature, at, {"query": query})],
        )  # fmt: skip

    def _first(self, hits: list[Json]) -> tuple[Bounds, int, Json]:
        """Return the time, place and hit of the first of some documents; raise UnreadableError."""
        try:
            times = [(time_of(hit, self.options.time, self.layout), n) for n, hit in enumerate(hits)]
        except UndecodableTimeError as err:
            raise UnreadableError("its first document has no readable time") from err
        if not times:
            raise UnreadableError("it has no first document")

        def order(pair: tuple[Bounds, int]) -> tuple[int, str, str]:
            hit = hits[pair[1]]
            return pair[0].latest, fields.required(hit, "_index"), fields.required(hit, "_id")

        at, number = min(times, key=order)
        return at, number, hits[number]

    def _rate_fact(
        self, signature: Signature, row: SignatureCounts, change: rates.RateChange, query: Json
    ) -> Fact:
        at = rates.bounds_of(change, self.options.step_ns)
        steps = rates.RULE.steps
        near = [i for i in range(change.step - steps, change.step + steps) if i in row.places]
        asked = {"query": query, "rule": rates.RULE.describe()}
        after = change.after / steps
        return facts.fact(
            "log.rate_changed", origin=self.origin, key=[*self._key(signature), change.step * self.options.step_ns],
            at=at, time_means=f"{self.options.time}, counted by {self.options.step}", clock=self.cluster,
            source=self.source, thread=self._thread(signature), subject=subject(self._values(signature, None)),
            names={
                "signature": name_of(signature), "index": self.options.index, "step": self.options.step,
                "before": change.before / steps, "after": after, "counted": rates.RULE.counted(change),
            },
            quantity=Quantity(value=after, unit=f"documents/{self.options.step}"),
            evidence=[self._evidence(*row.places[i], signature, at, asked) for i in near],
        )  # fmt: skip

    def _scope(self, signature: Signature, known: set[Signature] | None) -> str:
        if known is None:
            return "first in the window"
        days = self.options.baseline_days
        before = f"in the same hours of {'the day' if days == 1 else f'the {days} days'} before"
        return f"first in the window, {'and' if signature in known else 'and not'} {before}"

    def _values(self, signature: Signature, hit: Json | None) -> dict[str, str | None]:
        # What the signature fixes is said of all its documents; the rest is the first document's.
        fixed = {f.removesuffix(".keyword"): v for f, v in signature}
        values = {role: fixed.get(name) for role, name in self.layout.roles.items()}
        if hit is not None:
            own = {r: text_of(fields.at(hit.get("_source"), name)) for r, name in self.layout.roles.items()}
            values = {role: value or own[role] for role, value in values.items()}
        return values

    def _key(self, signature: Signature) -> list[Json]:
        query = self.options.query
        return [
            query if query is None or isinstance(query, str) else canonical(query).decode(),
            list(signature),
        ]

    def _thread(self, signature: Signature) -> str:
        return facts.thread_key("opensearch", self.origin, *self._key(signature))

    def _evidence(
        self, payload: Payload, pointer: str, signature: Signature, at: Bounds, asked: Json
    ) -> Evidence:
        link = discover(self.options, lucene(dict(signature)), at.earliest or at.latest, at.latest)
        query = canonical({"index": self.options.index, **asked}).decode()
        return Evidence(source=self.source, payload=payload.sha256, pointer=pointer, query=query, link=link)


def name_of(signature: Signature) -> str:
    """Return a signature for reading: `level=ERROR service=checkout`; a missing value is `-`."""
    parts: Iterator[str] = (
        f"{f.removesuffix('.keyword')}={v if v is not None else '-'}" for f, v in signature
    )
    return " ".join(parts)
