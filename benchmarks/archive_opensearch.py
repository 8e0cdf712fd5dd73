"""Ten thousand incidents in an archive on OpenSearch: how fast they are indexed and searched, against bare bulk and bare search.

    python -m benchmarks.archive_opensearch [--incidents 10000] [--passages 60] [--queries 400]

The incidents of `benchmarks.archive`, and its questions. Bare is an index of the same texts, a document an incident, with
the same analyzer, written by opensearch-py's own client in the same batches; its search is all words in one document, the
best ten with highlights. Both on one node of 2.19 (heap of 512 MiB) that the tests have, in turn.
"""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import Any

import orjson

from archive.cases.opensearch.archive import OpenSearchArchive
from archive.cases.opensearch.schema import SCHEMA
from benchmarks.archive import arguments, batches, questions, report, search, seconds
from service.archive.server import connected
from service.settings.archive import ArchiveSettings
from tests.servers.opensearch import start_opensearch
from timeline.cases.case import Case


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


def main() -> None:
    """Measure, and print rates and ratios."""
    asked = arguments()
    queries = questions(asked.queries)
    with tempfile.TemporaryDirectory() as folder, start_opensearch(Path(folder)) as node:
        raw = Bare(node.url)
        settings = ArchiveSettings(url=node.url, name="us")
        with connected(settings, Path(folder)) as ours:
            for batch in batches(500, asked.passages):  # a server that just started is slow
                raw.put(batch)
                ours.put((f"/w/{one.id}", "1", one) for one in batch)
            took = index(ours, raw, asked.incidents, asked.passages)
            print(f"listing all: {seconds(ours.kept) * 1000:.0f} ms")
            search(ours, raw.search, queries[:50])
            times = search(ours, raw.search, queries)
    report("archive-opensearch", "OpenSearch", asked.incidents, took, times)


if __name__ == "__main__":
    main()
