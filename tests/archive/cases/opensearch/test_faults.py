"""What a server refuses, for a while or for good: nothing is lost or doubled, and people are told what to do."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping

import orjson
import pytest

from archive.cases.opensearch.archive import OpenSearchArchive
from archive.cases.opensearch.client import Answer, Client
from archive.cases.opensearch.faults import NotReachedError, ServerError, TooLargeError
from archive.cases.opensearch.schema import SCHEMA, Schema
from tests.archive.cases.cases import case, ids, put
from tests.archive.cases.opensearch.index import fresh, to
from tests.servers.opensearch import OpenSearch
from tests.servers.ports import free_port
from timeline.cases.query import Query, terms

Sending = Callable[[bytes | None], Answer]
#: A request on its way to the server: path, body, and what sends it.
Between = Callable[[str, bytes | None, Sending], Answer]


@pytest.fixture
def client(opensearch2: OpenSearch) -> Iterator[Client]:
    with to(opensearch2, fresh()) as made:
        yield made
        for name in opensearch2.request("GET", f"/{made.index}*"):
            opensearch2.request("DELETE", f"/{name}")


def between(client: Client, act: Between) -> Client:
    """Return a client whose requests somebody acts on, which soon gives up."""
    send = client.send

    def acted(method: str, path: str, params: Mapping[str, str], body: bytes | None) -> Answer:
        return act(path, body, lambda sent: send(method, path, params, sent))

    return Client(acted, client.where, client.index, pause=0.001, patience=0.2)


def test_a_server_that_is_not_there_is_told_at_once(opensearch2: OpenSearch) -> None:
    away = OpenSearch("away", f"http://127.0.0.1:{free_port()}", opensearch2.folder)
    with (
        to(away, "incidents") as client,
        pytest.raises(ServerError, match=r"node\.example cannot be reached"),
    ):
        OpenSearchArchive(client, "us")


def test_what_is_busy_or_lost_is_sent_again_and_is_there_once(client: Client) -> None:
    faults = ["busy", "away", "lost"]

    def act(path: str, body: bytes | None, send: Sending) -> Answer:
        if not path.endswith("/_bulk") or not faults:
            return send(body)
        fault = faults.pop()
        if fault == "busy":
            return Answer(429, b'{"error":{"type":"circuit_breaking_exception","reason":"x"},"status":429}')
        if fault == "lost":
            send(body)  # carried out, and the answer does not arrive
        raise NotReachedError(fault)

    archive = OpenSearchArchive(between(client, act), "us")
    put(archive, case("INC-1", "alpha"), case("INC-2", "alpha"))
    assert faults == []
    assert sorted(ids(archive.search(Query(terms("alpha"))))) == ["INC-1", "INC-2"]


def test_of_many_documents_those_that_were_refused_are_sent_again_alone(client: Client) -> None:
    sent = list[int]()

    def act(path: str, body: bytes | None, send: Sending) -> Answer:
        if not path.endswith("/_bulk") or body is None:
            return send(body)
        lines = body.splitlines(keepends=True)
        sent.append(len(lines) // 2)
        if len(lines) < 4:
            return send(body)
        answer = orjson.loads(send(b"".join(lines[2:])).body)  # the first finds a full queue
        error = {"type": "rejected_execution_exception", "reason": "queue full"}
        answer["items"].insert(0, {"index": {"status": 429, "error": error}})
        return Answer(200, orjson.dumps(answer))

    archive = OpenSearchArchive(between(client, act), "us")
    put(archive, *(case(f"INC-{n}", "alpha") for n in range(4)))
    assert sent == [4, 1]
    assert archive.search(Query(terms("alpha"))).total == 4


def test_a_server_that_stays_away_ends_it_and_the_next_time_goes_on(client: Client) -> None:
    def act(path: str, body: bytes | None, send: Sending) -> Answer:
        if path.endswith("/_bulk"):
            raise NotReachedError("connection reset")
        return send(body)

    archive = OpenSearchArchive(between(client, act), "us")
    with pytest.raises(ServerError, match=r"connection reset; .* is read again by the next command"):
        put(archive, case("INC-1", "alpha"))
    assert archive.kept() == []
    again = OpenSearchArchive(client, "us")
    put(again, case("INC-1", "alpha"))
    again.close()
    assert [one.id for one in archive.kept()] == ["INC-1"]


def test_answers_that_are_too_large_are_asked_for_in_parts(client: Client, opensearch2: OpenSearch) -> None:
    def act(path: str, body: bytes | None, send: Sending) -> Answer:
        answer = send(body)
        if path.endswith("/_search") and len(orjson.loads(answer.body)["hits"]["hits"]) > 1:
            raise TooLargeError("an answer is over 16 MiB")
        return answer

    with_all = OpenSearchArchive(client, "us")
    put(with_all, *(case(f"INC-{n}", "alpha", start=n) for n in range(5)))
    wanted = (with_all.kept(), with_all.details())
    archive = OpenSearchArchive(between(client, act), "us")
    assert (archive.kept(), archive.details()) == wanted
    assert archive.search(Query(terms("alpha"))) == with_all.search(Query(terms("alpha")))


@pytest.mark.parametrize(
    ("block", "told"),
    [("read_only_allow_delete", "a disk of the cluster is nearly full"), ("write", "it is being moved")],
)
def test_an_index_that_takes_no_writes(
    client: Client, opensearch2: OpenSearch, block: str, told: str
) -> None:
    archive = OpenSearchArchive(client, "us")
    put(archive, case("INC-1", "alpha"))
    opensearch2.request("PUT", f"/{client.index}/_settings", {f"index.blocks.{block}": True})
    with pytest.raises(ServerError, match=told):
        put(archive, case("INC-2", "alpha"))
    assert ids(archive.search(Query(terms("alpha")))) == ["INC-1"]  # it can still be asked
    opensearch2.request("PUT", f"/{client.index}/_settings", {f"index.blocks.{block}": None})
    put(archive, case("INC-2", "alpha"))
    assert archive.search(Query(terms("alpha"))).total == 2


def test_an_index_that_is_none_of_ours_is_left_alone(client: Client, opensearch2: OpenSearch) -> None:
    def refused(told: str) -> None:
        with pytest.raises(ServerError, match=told):
            OpenSearchArchive(client, "us")

    name = client.index
    opensearch2.create(name)
    refused("that is an index, where an alias of that name is wanted; choose another `index`")
    opensearch2.request("DELETE", f"/{name}")
    opensearch2.create(f"{name}-x", {"aliases": {name: {}}})
    refused(f"that leads to {name}-x, which is no archive of incidents")
    opensearch2.create(f"{name}-y", {"aliases": {name: {}}})
    refused(f"that leads to several indices \\({name}-x, {name}-y\\)")


def test_fields_that_somebody_changed_are_told(client: Client, opensearch2: OpenSearch) -> None:
    archive = OpenSearchArchive(client, "us")
    index = f"{client.index}-v{SCHEMA.version}-000001"
    opensearch2.request("PUT", f"/{index}/_mapping", {"properties": {"extra": {"type": "keyword"}}})
    with pytest.raises(ServerError, match="its fields are not those that it was made with"):
        OpenSearchArchive(client, "us")
    opensearch2.request("DELETE", f"/{index}")
    with pytest.raises(ServerError, match="it is not there any more"):
        put(archive, case("INC-1", "alpha"))
    assert not opensearch2.holds(client.index)  # no server made one of its own
    foreign = {"mappings": {"dynamic": "strict"}, "aliases": {client.index: {}}}
    opensearch2.create(f"{client.index}-x", foreign)
    with pytest.raises(ServerError, match=r"something else changed them.*strict_dynamic"):
        put(archive, case("INC-1", "alpha"))


NEWER = Schema(SCHEMA.version + 1, {**SCHEMA.fields, "added": {"type": "keyword"}})


def test_an_older_index_is_moved_and_the_alias_with_it(client: Client, opensearch2: OpenSearch) -> None:
    old = OpenSearchArchive(client, "us")
    put(old, *(case(f"INC-{n}", "alpha", start=n) for n in range(250)))
    old.exclude(["/w/INC-249"])
    old.close()
    moved = OpenSearchArchive(client, "us", NEWER)
    assert [(one.id, one.stamp) for one in moved.kept()] == [(f"INC-{n}", "") for n in range(248, -1, -1)]
    assert moved.excluded() == {"/w/INC-249"}
    assert moved.search(Query(terms("alpha"))).total == 249
    assert list(opensearch2.request("GET", f"/{client.index}*")) == [f"{client.index}-v2-000001"]
    put(moved, case("INC-250", "alpha"))
    with pytest.raises(ServerError, match=r"written by a newer version \(2; this one knows 1\)"):
        OpenSearchArchive(client, "us")


def test_a_move_that_is_killed_goes_on_with_the_next(client: Client, opensearch2: OpenSearch) -> None:
    old = OpenSearchArchive(client, "us")
    put(old, *(case(f"INC-{n}", "alpha") for n in range(3)))

    def act(path: str, body: bytes | None, send: Sending) -> Answer:
        if path.endswith("/_aliases"):
            raise NotReachedError("killed")
        return send(body)

    dying = between(client, act)
    with pytest.raises(ServerError, match="killed"):
        OpenSearchArchive(dying, "us", NEWER)
    with pytest.raises(ServerError, match="it is being moved to a newer version"):
        put(old, case("INC-4", "alpha"))
    assert OpenSearchArchive(client, "us", NEWER).search(Query(terms("alpha"))).total == 3
