"""Ten thousand incidents in an archive on OpenSearch: how fast they are indexed and searched, against bare bulk and bare search.

    python -m benchmarks.archive_opensearch [--incidents 10000] [--passages 60] [--queries 400]

The incidents of `benchmarks.archive`, and its questions. Bare is an index of the same texts, a document an incident, with
the same analyzer, written by opensearch-py's own client in the same batches; its search is all words in one document, the
best ten with highlights. Both on one node of 2.19 (heap of 512 MiB) that the tests have, in turn.
"""

from __future__ import annotations

import argparse
import random
import tempfile
import time
from pathlib import Path
from typing import Any

import orjson

from archive.cases.opensearch.archive import OpenSearchArchive
from archive.cases.opensearch.schema import SCHEMA
from benchmarks.archive import Times, batches, seconds, share, words
from benchmarks.measure import keep
from service.archive.server import connected
from service.settings.archive import ArchiveSettings
from tests.servers.opensearch import start_opensearch
from timeline.cases.case import Case
from timeline.cases.query import Query, terms


class Bare:
    """An index of nothing but the texts."""

    def __init__(self, url: str) -> None:
        from opensearchpy import OpenSearch

        self._client: Any = OpenSearch(url, timeout=60)
        text = {"type": "text", "analyzer": "words"}
        body = {**SCHEMA.body, "mappings": {"properties": {"text": text}}}
        self._client.indices.create(index="bare", body=body)

    def put(self, cases: list[Case]) -> None:
        """Write a batch."""
        lines = []
        for one in cases:
            lines.append(orjson.dumps({"index": {"_id": one.id}}))
            lines.append(orjson.dumps({"text": [passage.text for passage in one.passages]}))
        answer = self._client.bulk(index="bare", body=b"\n".join(lines) + b"\n")
        if answer["errors"]:
            raise RuntimeError("a document was refused")

    def refresh(self) -> None:
        """Let searches see it."""
        self._client.indices.refresh(index="bare")

    def search(self, text: str) -> int:
        """Return how many of the best ten there are."""
        body = {
            "query": {"match": {"text": {"query": text, "operator": "and"}}}, "size": 10, "_source": False,
            "highlight": {"fields": {"text": {}}},
        }  # fmt: skip
        return len(self._client.search(index="bare", body=body)["hits"]["hits"])


def index(ours: OpenSearchArchive, raw: Bare, count: int, passages: int) -> tuple[float, float]:
    """Index in both, batch by batch in turn; return the seconds of each, until searches see all."""
    took_ours = took_raw = 0.0
    for batch in batches(count, passages):
        took_ours += seconds(lambda: ours.put((f"/w/{one.id}", "1", one) for one in batch))  # noqa: B023 - at once
        took_raw += seconds(lambda: raw.put(batch))  # noqa: B023 - at once
    return took_ours + seconds(ours.close), took_raw + seconds(raw.refresh)


def search(ours: OpenSearchArchive, raw: Bare, queries: list[str]) -> Times:
    """Ask both the same."""
    times = Times([], [], [])
    for text in queries:
        begun = time.perf_counter()
        found = ours.search(Query(terms(text)))
        took = time.perf_counter() - begun
        if not found.whole:
            times.parts.append(took)
            continue
        times.ours.append(took)
        times.bare.append(seconds(lambda: raw.search(text)))  # noqa: B023 - at once
    return times


def main() -> None:
    """Measure, and print rates and ratios."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--incidents", type=int, default=10_000)
    parser.add_argument("--passages", type=int, default=60)
    parser.add_argument("--queries", type=int, default=400)
    asked = parser.parse_args()
    rng, draw = random.Random(11), words(random.Random(7))
    queries = [draw(rng.randint(1, 3)) for _ in range(asked.queries)]
    with tempfile.TemporaryDirectory() as folder, start_opensearch(Path(folder)) as node:
        raw = Bare(node.url)
        settings = ArchiveSettings(url=node.url, name="us")
        with connected(settings, Path(folder)) as ours:
            for batch in batches(500, asked.passages):  # a server that just started is slow
                raw.put(batch)
                ours.put((f"/w/{one.id}", "1", one) for one in batch)
            took, bare_took = index(ours, raw, asked.incidents, asked.passages)
            rate, bare_rate = asked.incidents / took, asked.incidents / bare_took
            print(
                f"indexing: ours {rate:,.0f} incidents a second, bare {bare_rate:,.0f}: {took / bare_took:.2f} of its time"
            )
            print(f"listing all: {seconds(ours.kept) * 1000:.0f} ms")
            search(ours, raw, queries[:50])
            times = search(ours, raw, queries)
    for name, part in (("median", 0.5), ("p95", 0.95)):
        a, b = share(times.ours, part), share(times.bare, part)
        print(f"search {name}: ours {a:.1f} ms, bare {b:.1f} ms: {a / b:.2f}")
    if times.parts:
        print(
            f"no incident has all words ({len(times.parts)} of {asked.queries}): p95 {share(times.parts, 0.95):.1f} ms"
        )
    ratio = share(times.ours, 0.95) / share(times.bare, 0.95)
    bars = {"indexing": took / bare_took, "search, p95": ratio}
    keep("archive-opensearch", "Archive of incidents, of bare OpenSearch", "", bars, {"indexing": 2.0, "search, p95": 1.5})  # fmt: skip


if __name__ == "__main__":
    main()
