"""Three nodes, of which one dies while incidents are written: each is there once, and a search answers."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor

import pytest

from archive.cases.opensearch.archive import OpenSearchArchive
from archive.cases.opensearch.client import Answer, Client
from archive.cases.opensearch.faults import ServerError
from tests.archive.cases.cases import case
from tests.archive.cases.opensearch.index import fresh, to
from tests.servers.opensearch import OpenSearch, OpenSearchCluster
from timeline.cases.case import Case
from timeline.cases.query import Query, terms

CASES, BATCH = 400, 50


def batches() -> Iterator[list[tuple[str, str, Case]]]:
    for begin in range(0, CASES, BATCH):
        numbers = range(begin, begin + BATCH)
        yield [(f"/w/INC-{n}", str(n), case(f"INC-{n}", f"alpha {'beta ' * 400}", start=n)) for n in numbers]


def write(archive: OpenSearchArchive) -> None:
    for batch in batches():
        archive.put(batch)


def holder(cluster: OpenSearchCluster, index: str) -> int:
    """Return which node holds the only shard's first copy."""
    (row,) = [
        one
        for one in cluster.request("GET", f"/_cat/shards/{index}?format=json")
        if one["prirep"] == "p" and one["state"] == "STARTED"
    ]
    return int(row["node"][1:]) - 1


def killing(client: Client, cluster: OpenSearchCluster, victim: int, at: int, patience: float) -> Client:
    """Return a client during whose so many-th write a node is killed, while the request is under way."""
    writes = list[str]()

    def send(method: str, path: str, params: Mapping[str, str], body: bytes | None) -> Answer:
        if not path.endswith("/_bulk"):
            return client.send(method, path, params, body)
        writes.append(path)
        if len(writes) != at:
            return client.send(method, path, params, body)
        with ThreadPoolExecutor(1) as pool:
            sent = pool.submit(client.send, method, path, params, body)
            cluster.stop_node(victim)
            return sent.result()

    return Client(send, client.where, client.index, patience=patience)


def went_on(node: OpenSearch, index: str) -> None:
    """Put what is missing, as the next command does, and look that all are there, each once."""
    with to(node, index) as client:
        archive = OpenSearchArchive(client, "us")
        there = {kept.folder: kept.stamp for kept in archive.kept()}
        for batch in batches():
            archive.put(one for one in batch if there.get(one[0]) != one[1])
        assert [kept.id for kept in archive.kept()] == [f"INC-{n}" for n in range(CASES - 1, -1, -1)]
        assert archive.search(Query(terms("alpha beta"))).total == CASES
    assert node.count(index) == CASES


def test_a_node_that_dies_while_incidents_are_written_costs_none(
    opensearch_cluster: OpenSearchCluster,
) -> None:
    cluster = opensearch_cluster
    index = fresh()
    with to(cluster.nodes[0], index) as client:
        OpenSearchArchive(client, "us")
        cluster.wait_for("green")  # two copies
        index_name = f"{index}-v1-000001"
        victim = holder(cluster, index_name)
        spoken_to = (victim + 1) % 3
    with to(cluster.nodes[spoken_to], index) as client:
        archive = OpenSearchArchive(killing(client, cluster, victim, at=3, patience=60), "us")
        write(archive)  # the dead node had the first copy: the server takes the second, and goes on
        assert len(archive.kept()) == CASES
    went_on(cluster.nodes[spoken_to], index)

    cluster.start_node(victim)
    cluster.wait_for("green")
    index = fresh()
    with to(cluster.nodes[spoken_to], index) as client:
        OpenSearchArchive(client, "us")
        cluster.wait_for("green")
        # Nobody comes back at this address: it is not waited for long.
        archive = OpenSearchArchive(killing(client, cluster, spoken_to, at=4, patience=2), "us")
        with pytest.raises(ServerError, match="is read again by the next command"):
            write(archive)
    cluster.wait_for_nodes(2)
    went_on(cluster.nodes[victim], index)
