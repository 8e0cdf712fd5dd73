"""Three nodes, of which one is lost in the middle of a read: complete, or a gap that says how much."""

from __future__ import annotations

from typing import Any

import anyio
import pytest

from collectors.base import Context, Record, SourceError
from collectors.kit.redaction import Redactor
from collectors.kit.tape import MemoryStore, RecordingTape, ReplayTape
from collectors.opensearch.collector import OpensearchCollector
from tests.servers.opensearch import OpenSearchCluster
from timeline.instant import parse_instant
from timeline.model import Fact, Gap, Incident, Window

WINDOW = Window(start=parse_instant("2026-11-21T13:00:00Z"), end=parse_instant("2026-11-21T15:00:00Z"))
COUNT = 3_000


def filled(cluster: OpenSearchCluster, index: str, replicas: int) -> None:
    cluster.create(
        index,
        {
            "settings": {
                "number_of_shards": 3,
                "number_of_replicas": replicas,
                "index.routing.allocation.total_shards_per_node": 1 + replicas,
            },
            "mappings": {"properties": {"@timestamp": {"type": "date"}}},
        },
    )
    cluster.request("GET", f"/_cluster/health/{index}?wait_for_status=green&timeout=60s")
    cluster.bulk(index, [{"@timestamp": "2026-11-21T14:00:00Z", "n": n} for n in range(COUNT)])


def read(url: str, index: str, after_first: Any = None) -> tuple[list[Record], SourceError | None]:
    """Collect documents; call `after_first` once the first is there. The replay must be the same."""
    given = {"url": url, "index": index, "mode": "documents", "page": 100, "timeout": "10s"}
    options = OpensearchCollector.options_type.model_validate(given)
    store = MemoryStore()
    tape = RecordingTape("test", "opensearch", store, Redactor())

    async def gather(tape: RecordingTape | ReplayTape, event: Any) -> tuple[list[Record], SourceError | None]:
        context = Context(source="test", incident=Incident(id="I"), now=WINDOW.end, tape=tape, secret=str)
        records: list[Record] = []
        try:
            async for record in OpensearchCollector(options, context).collect(WINDOW):
                records.append(record)
                if event and len(records) == 1:
                    event()
        except SourceError as err:
            return records, err
        return records, None

    first = anyio.run(gather, tape, after_first)
    again = anyio.run(gather, ReplayTape("test", "opensearch", store, tape.entries), None)
    assert first[0] == again[0]
    assert str(first[1]) == str(again[1])
    return first


@pytest.mark.timeout(600)
def test_a_node_lost_in_the_middle_of_a_read(opensearch_cluster: OpenSearchCluster) -> None:
    cluster = opensearch_cluster
    filled(cluster, "copied", 1)
    filled(cluster, "single", 0)
    url = cluster.urls[0]

    # Every shard has a copy on another node: the read is complete, each document once.
    records, failure = read(url, "copied", lambda: cluster.stop_node(2))
    facts = [r for r in records if isinstance(r, Fact)]
    gaps = [r for r in records if isinstance(r, Gap)]
    assert failure is None
    if gaps:  # the cluster took longer to turn to the copies than the read waits
        assert f"of {COUNT} documents were read" in gaps[0].statement
    else:
        assert len({f.id for f in facts}) == len(facts) == COUNT

    # A shard that is gone with its node at the start: no count is possible, and it is said.
    records, failure = read(url, "single")
    assert not [r for r in records if isinstance(r, Fact)]
    assert failure
    assert (failure.reason, "1 of 3 shards did not answer" in str(failure)) == ("partial", True)
    cluster.start_node(2)
    cluster.request("GET", "/_cluster/health/single,copied?wait_for_status=green&timeout=60s")

    # Gone in the middle: what was read stays, and a gap says how much is missing.
    records, failure = read(url, "single", lambda: cluster.stop_node(1))
    facts = [r for r in records if isinstance(r, Fact)]
    (gap,) = [r for r in records if isinstance(r, Gap)]
    assert 0 < len(facts) < COUNT
    assert f"{len(facts)} of {COUNT} documents were read" in gap.statement
    assert gap.missing == f"{COUNT - len(facts)} documents"
    cluster.start_node(1)
    cluster.request("GET", "/_cluster/health/single,copied?wait_for_status=green&timeout=60s")

    # The node that was asked itself is gone.
    records, failure = read(url, "copied", lambda: cluster.stop_node(0))
    (gap,) = [r for r in records if isinstance(r, Gap)]
    assert gap.reason == "unreachable"
