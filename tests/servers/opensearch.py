"""OpenSearch 2.19 and 3.4: single nodes, a secured one, and a cluster that can lose a node."""

import json
import ssl
from collections.abc import Iterable, Iterator, Mapping
from itertools import islice
from pathlib import Path
from typing import Any

import httpx

from tests.servers.opensearch_home import Home, unpack
from tests.servers.ports import free_port
from tests.servers.process import Server, wait_until

Document = Mapping[str, Any]


class OpenSearch(Server):
    """A running node; JSON in, JSON out."""

    ready_seconds = 120.0
    version = "2"
    user: str | None = None
    password: str | None = None
    ca: Path | None = None
    home: Home | None = None

    @property
    def client(self) -> dict[str, Any]:
        """Give what httpx needs to be let in: trust and basic auth."""
        trust: Any = ssl.create_default_context(cafile=str(self.ca)) if self.ca else True
        return {"verify": trust, "auth": (self.user, self.password) if self.user else None}

    def is_ready(self) -> bool:
        """Ask for the cluster's health; a node without a manager answers 503."""
        try:
            health = self.request("GET", "/_cluster/health")
        except httpx.HTTPError:
            return False
        return health["status"] in {"green", "yellow"}

    def request(self, method: str, path: str, body: Any = None) -> Any:
        """Send JSON and give the JSON answer; raise httpx.HTTPStatusError with the server's words."""
        return self._send(method, path, content=None if body is None else json.dumps(body))

    def _send(self, method: str, path: str, content: str | None, kind: str = "application/json") -> Any:
        with httpx.Client(timeout=120, trust_env=False, **self.client) as http:
            answer = http.request(method, self.url + path, content=content, headers={"Content-Type": kind})
        if answer.is_error:
            message = f"{answer.status_code} from {method} {path}: {answer.text}"
            raise httpx.HTTPStatusError(message, request=answer.request, response=answer)
        return answer.json() if answer.content else None

    def holds(self, index: str) -> bool:
        """Tell whether an index is there; by a pattern, since a name that is not there is waited for."""
        return bool(self.request("GET", f"/_resolve/index/{index}*")["indices"])

    def create(self, index: str, body: Mapping[str, Any] | None = None) -> None:
        """Create an index with settings and mappings."""
        self.request("PUT", f"/{index}", body or {})

    def bulk(self, index: str, documents: Iterable[Document], chunk: int = 5_000) -> None:
        """Index documents (`_id` in one names it) and refresh; raise RuntimeError on any refusal."""
        lines = iter(documents)
        while some := list(islice(lines, chunk)):
            body = "".join(_bulk_lines(some))
            answer = self._send("POST", f"/{index}/_bulk", body, "application/x-ndjson")
            if answer["errors"]:
                refused = [item for item in answer["items"] if "error" in next(iter(item.values()))]
                message = f"{len(refused)} of {len(some)} documents refused, first: {refused[0]}"
                raise RuntimeError(message)
        self.request("POST", f"/{index}/_refresh")

    def count(self, index: str, query: Mapping[str, Any] | None = None) -> int:
        """Count documents by `_count`."""
        return int(self.request("POST", f"/{index}/_count", {"query": query} if query else None)["count"])

    def stop(self) -> None:
        """Stop the node and delete its files."""
        super().stop()
        if self.home:
            self.home.remove()


def _bulk_lines(documents: Iterable[Document]) -> Iterator[str]:
    for document in documents:
        name = {"_id": document["_id"]} if "_id" in document else {}
        yield json.dumps({"index": name}) + "\n"
        yield json.dumps({key: value for key, value in document.items() if key != "_id"}) + "\n"


def launch(node: OpenSearch, home: Home, name: str, settings: Mapping[str, str | int]) -> OpenSearch:
    """Start one node of an unpacked distribution under its own configuration, data and logs."""
    config = home.make_config(name)
    given = {
        "network.host": "127.0.0.1",
        "path.data": config.parent / "data",
        "path.logs": config.parent / "logs",
        # A developer's full disk must not make indices read-only.
        "cluster.routing.allocation.disk.threshold_enabled": "false",
        **settings,
    }
    environment = home.environment(config)
    options = home.hand_over(config)
    command = [str(home.folder / "bin" / "opensearch"), *(f"-E{key}={value}" for key, value in given.items())]
    return node.start(command, environment, **options)


def start_opensearch(folder: Path, *, version: str = "2") -> OpenSearch:
    """Start a single node, "2" or "3", logging to `folder`; raise MissingError where absent."""
    home, port = unpack(version), free_port()
    node = OpenSearch(f"opensearch-{version}", f"http://127.0.0.1:{port}", folder)
    node.version, node.home = version, home
    ports: dict[str, str | int] = {"http.port": port, "transport.port": free_port()}
    return launch(node, home, "n1", {**ports, "discovery.type": "single-node"})


class OpenSearchCluster:
    """Three nodes of one cluster, each of which can be stopped and come back."""

    def __init__(self, nodes: tuple[OpenSearch, ...], home: Home) -> None:
        self.nodes, self._home = nodes, home

    @property
    def urls(self) -> tuple[str, ...]:
        """Name every node's address, stopped ones too."""
        return tuple(node.url for node in self.nodes)

    @property
    def url(self) -> str:
        """Name the address of the first node that runs."""
        return self._live.url

    @property
    def _live(self) -> OpenSearch:
        return next(node for node in self.nodes if node.running)

    def request(self, method: str, path: str, body: Any = None) -> Any:
        """Ask a node that runs."""
        return self._live.request(method, path, body)

    def create(self, index: str, body: Mapping[str, Any] | None = None) -> None:
        """Create an index with settings and mappings."""
        self._live.create(index, body)

    def bulk(self, index: str, documents: Iterable[Document]) -> None:
        """Index documents and refresh."""
        self._live.bulk(index, documents)

    def count(self, index: str) -> int:
        """Count documents by `_count`."""
        return self._live.count(index)

    def stop_node(self, number: int) -> None:
        """Kill node 0, 1 or 2 as a lost machine would be, its data kept."""
        self.nodes[number].kill()

    def start_node(self, number: int) -> None:
        """Bring a stopped node back and wait until the cluster has it."""
        self.nodes[number].restart()
        self.wait_for_nodes(sum(node.running for node in self.nodes))

    def wait_for_nodes(self, number: int) -> None:
        """Wait until the cluster counts this many nodes."""
        wait_until(
            lambda: int(self.request("GET", "/_cluster/health")["number_of_nodes"]) == number,
            120,
            f"the cluster did not come to {number} nodes",
        )

    def wait_for(self, status: str) -> None:
        """Wait until the cluster's health is `green`, `yellow` or `red`."""
        wait_until(
            lambda: bool(self.request("GET", "/_cluster/health")["status"] == status),
            120,
            f"the cluster did not become {status}",
        )

    def stop(self) -> None:
        """Stop all nodes and delete their files."""
        for node in self.nodes:
            node.kill()  # their data is thrown away: no need to be polite thrice
        self._home.remove()


class _Member(OpenSearch):
    """A node that is there as soon as it answers: the cluster forms only when others are there too."""

    def is_ready(self) -> bool:
        """Ask whether anything answers."""
        try:
            return httpx.get(self.url, timeout=5, trust_env=False).status_code in {200, 503}
        except httpx.HTTPError:
            return False


def start_opensearch_cluster(folder: Path, *, version: str = "2", size: int = 3) -> OpenSearchCluster:
    """Start a cluster, logging to `folder`; raise MissingError where absent."""
    home, names = unpack(version), [f"n{number + 1}" for number in range(size)]
    transports = [free_port() for _ in names]
    shared: dict[str, str | int] = {
        "cluster.name": folder.name,
        "discovery.seed_hosts": ",".join(f"127.0.0.1:{port}" for port in transports),
        "cluster.initial_cluster_manager_nodes": ",".join(names),
        "discovery.initial_state_timeout": "0s",  # the first node must not sit waiting for the others
    }
    nodes: list[OpenSearch] = []
    cluster = OpenSearchCluster((), home)
    try:
        for name, transport in zip(names, transports, strict=True):
            port = free_port()
            node = _Member(f"opensearch-{name}", f"http://127.0.0.1:{port}", folder)
            nodes.append(node)
            own: dict[str, str | int] = {"node.name": name, "http.port": port, "transport.port": transport}
            launch(node, home, name, {**shared, **own})
        cluster = OpenSearchCluster(tuple(nodes), home)
        cluster.wait_for_nodes(size)
    except BaseException:
        OpenSearchCluster(tuple(nodes), home).stop()
        raise
    return cluster
