"""Archives on a real node, each in an index of its own."""

from __future__ import annotations

import uuid
from collections.abc import Iterator, Mapping
from contextlib import contextmanager

import httpx

from archive.cases.opensearch.archive import OpenSearchArchive
from archive.cases.opensearch.client import Answer, Client, Send
from archive.cases.opensearch.faults import NotReachedError
from tests.servers.opensearch import OpenSearch


def sending(http: httpx.Client) -> Send:
    """Return what sends by a client of a test's."""

    def send(method: str, path: str, params: Mapping[str, str], body: bytes | None) -> Answer:
        try:
            got = http.request(
                method, path, params=params, content=body, headers={"content-type": "application/json"}
            )
        except httpx.HTTPError as err:
            raise NotReachedError(str(err)) from err
        return Answer(got.status_code, got.content)

    return send


def fresh() -> str:
    """Return a name that no other test has."""
    return f"incidents-{uuid.uuid4().hex}"


@contextmanager
def to(node: OpenSearch, index: str) -> Iterator[Client]:
    """Open a client of a node."""
    with httpx.Client(base_url=node.url, timeout=60, trust_env=False) as http:
        yield Client(sending(http), "node.example", index, pause=0.01)


@contextmanager
def index_of(node: OpenSearch) -> Iterator[OpenSearchArchive]:
    """Open an archive of a node, and delete it at the end."""
    index = fresh()
    with to(node, index) as client:
        archive = OpenSearchArchive(client, "us")
        yield archive
        archive.close()
        node.request("DELETE", f"/{index}-v*")
