"""Documents from real nodes, 2.19 and 3.4: none lost, exact times, kinds and people, named gaps."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import anyio
import httpx
import pytest

from collectors.base import Context
from collectors.kit.redaction import Redactor
from collectors.kit.tape import MemoryStore, RecordingTape
from collectors.opensearch.collector import OpensearchCollector
from collectors.testing import Run, check, run
from tests.servers.opensearch import OpenSearch
from timeline.instant import NS, parse_instant
from timeline.model import Incident, Window

WINDOW = Window(start=parse_instant("2026-11-21T13:00:00Z"), end=parse_instant("2026-11-21T15:00:00Z"))
TIE = "2026-11-21T14:00:00Z"
COUNT = 30_000
NANOS: dict[str, Any] = {"@timestamp": {"type": "date_nanos"}}
KEYWORD: Any = {"type": "keyword"}


def read(node: OpenSearch, index: str, **given: Any) -> Run:
    return run(OpensearchCollector, {"url": node.url, "index": index, "mode": "documents", **given}, WINDOW)


def made(node: OpenSearch, index: str, documents: Any, shards: int = 1, **properties: Any) -> str:
    """Create an index (a name of its own for each test) with documents, and give its name."""
    times = {"@timestamp": {"type": "date"}}
    settings = {"number_of_shards": shards, "number_of_replicas": 0}
    node.create(index, {"settings": settings, "mappings": {"properties": times | properties}})
    node.bulk(index, documents)
    return index


@pytest.fixture(scope="session")
def tied() -> set[str]:
    return set()


@pytest.fixture
def ties(opensearch: OpenSearch, tied: set[str]) -> Iterator[OpenSearch]:
    """A node where indices hold 30,000 documents of one time: in two and three shards, and in two
    indices that share ids."""
    if opensearch.url not in tied:
        tied.add(opensearch.url)
        for name, shards, count in (
            ("tie-2", 2, COUNT),
            ("tie-3", 3, COUNT),
            ("tie-x", 1, COUNT // 2),
            ("tie-y", 1, COUNT // 2),
        ):
            made(opensearch, name, ({"_id": str(n), "@timestamp": TIE, "n": n} for n in range(count)), shards)
    yield opensearch
    assert open_snapshots(opensearch) == []


def open_snapshots(node: OpenSearch) -> list[Any]:
    try:
        return list(node.request("GET", "/_search/point_in_time/_all")["pits"])
    except httpx.HTTPStatusError as err:
        if err.response.status_code != 404:  # 404: there is none
            raise
        return []


@pytest.mark.parametrize(
    ("index", "page"),
    [(i, p) for i in ("tie-2", "tie-3", "tie-x,tie-y") for p in (5_000, 4_999, 777)] + [("tie-*", 4_999)],
)
def test_nothing_is_lost_where_30000_sort_keys_are_equal(ties: OpenSearch, index: str, page: int) -> None:
    result = read(ties, index, page=page)
    expected = ties.count(index)
    assert expected in {COUNT, 3 * COUNT}
    assert (result.failure, result.gaps) == (None, [])
    assert len({fact.id for fact in result.facts}) == len(result.facts) == expected


def test_ids_that_routing_puts_into_two_shards_are_two_documents(opensearch: OpenSearch) -> None:
    index = made(opensearch, "routed", [], shards=2)
    lines = [
        f'{{"index": {{"_id": "{n}", "routing": "{r}"}}}}\n{{"@timestamp": "{TIE}"}}\n'
        for n in range(2_000)
        for r in "ab"
    ]
    opensearch._send("POST", f"/{index}/_bulk?refresh=true", "".join(lines), "application/x-ndjson")
    result = read(opensearch, index, page=777)
    assert opensearch.count(index) == len({fact.id for fact in result.facts}) == 4_000
    assert not result.gaps


def test_the_whole_contract_holds_and_evidence_opens(opensearch: OpenSearch) -> None:
    index = made(
        opensearch,
        "contract",
        ({"_id": str(n), "@timestamp": f"2026-11-21T14:00:{n:02d}Z", "message": f"m{n}"} for n in range(50)),
        2,
    )
    given = {"url": opensearch.url, "index": index, "mode": "both", "page": 7, "dashboards_url": "https://d"}
    result = check(OpensearchCollector, given, WINDOW, now=WINDOW.end + 3600 * NS)
    documents = [fact for fact in result.facts if fact.kind == "custom"]
    assert len(documents) == 50
    for fact in documents:
        (evidence,) = fact.evidence
        assert evidence.pointer
        assert evidence.payload
        _, _, _, number = evidence.pointer.split("/")
        stored = opened(result, evidence.payload)["hits"]["hits"][int(number)]
        assert fact.quote
        assert stored["_source"]["message"] == fact.quote.text
        assert f"_id:%22{stored['_id']}%22" in (evidence.link or "")
        assert fact.latest - (fact.earliest or 0) == NS - 1  # the text shows whole seconds
    assert open_snapshots(opensearch) == []


def opened(result: Run, digest: str) -> Any:
    import orjson

    return orjson.loads(result.store.payloads[digest])


def test_nanoseconds_are_exact_also_beside_milliseconds(opensearch: OpenSearch) -> None:
    made(
        opensearch,
        "exact-n",
        [{"@timestamp": f"2026-11-21T14:00:00.12345678{n}Z"} for n in range(10)],
        2,
        **{"@timestamp": {"type": "date_nanos"}},
    )
    made(opensearch, "exact-m", [{"@timestamp": 1795269600123 + n} for n in range(10)])
    result = read(opensearch, "exact-*", page=3)
    base = parse_instant("2026-11-21T14:00:00.123456780Z")
    milli = parse_instant("2026-11-21T14:00:00.123Z")
    expected = [(base + n, base + n) for n in range(10)] + [
        (milli + n * 10**6, milli + (n + 1) * 10**6 - 1) for n in range(10)
    ]
    assert sorted((f.earliest or 0, f.latest) for f in result.facts) == sorted(expected)
    assert not result.gaps


def test_no_page_ends_inside_a_millisecond_unseen(opensearch: OpenSearch) -> None:
    # The engine merges shards by milliseconds and sorts within one by nanoseconds.
    for name in ("inside-a", "inside-b"):
        times = [f"2026-11-21T14:00:00.1234{n:05d}Z" for n in range(100)]
        made(
            opensearch, name, [{"@timestamp": at} for at in sorted(times, key=lambda t: t[::-1])], 2, **NANOS
        )
    for page in (3, 7, 20):
        result = read(opensearch, "inside-*", page=page)
        assert len({f.id for f in result.facts}) == 200
        assert not result.gaps


def test_documents_without_the_time_are_counted(opensearch: OpenSearch) -> None:
    made(opensearch, "timeless-a", [{"@timestamp": TIE}, {"other": 1}, {"other": 2}])
    made(opensearch, "timeless-b", [{"x": 1}], **{"@timestamp": KEYWORD})
    result = read(opensearch, "timeless-*")
    assert len(result.facts) == 1
    assert sorted((g.reason, g.missing) for g in result.gaps) == [
        ("undecodable", "2 documents"),
        ("undecodable", "timeless-b"),
    ]


def test_only_the_window_and_the_query_are_read(opensearch: OpenSearch) -> None:
    times = ["12:59:59.999", "13:00:00.000", "14:59:59.999", "15:00:00.000"]
    index = made(
        opensearch,
        "edges",
        [{"@timestamp": f"2026-11-21T{t}Z", "level": level} for t in times for level in ("ERROR", "INFO")],
    )
    assert len(read(opensearch, index).facts) == 4
    for query in (
        "level:ERROR",
        {"term": {"level.keyword": "ERROR"}},
        {"query": {"match": {"level": "error"}}},
    ):
        assert [f.statement for f in read(opensearch, index, query=query).facts] == [
            "`ERROR` was recorded"
        ] * 2


def test_pages_that_are_too_large_are_halved(opensearch: OpenSearch) -> None:
    big = "x" * 400_000
    index = made(
        opensearch,
        "heavy",
        [{"@timestamp": TIE, "message": f"{n} {big}"} for n in range(90)],
        2,
        message={"type": "text", "index": False},
    )
    result = read(opensearch, index, page=90)
    assert len({f.id for f in result.facts}) == 90
    assert not result.gaps
    assert all(f.quote and f.quote.truncated for f in result.facts)


def test_a_document_over_the_limit_of_a_payload_is_named_and_the_others_are_read(
    opensearch: OpenSearch,
) -> None:
    huge = "y" * (17 * 2**20)
    documents = [{"_id": str(n), "@timestamp": TIE, "message": huge if n == 1 else "small"} for n in range(3)]
    index = made(opensearch, "huge", documents, message={"type": "text", "index": False})
    result = read(opensearch, index)
    assert len(result.facts) == 3
    assert [(g.reason, g.missing) for g in result.gaps] == [("truncated", "1 documents")]


def test_more_than_the_limit_is_a_gap_that_says_how_many(opensearch: OpenSearch) -> None:
    index = made(opensearch, "many", [{"@timestamp": TIE}] * 12)
    result = read(opensearch, index, limit=11)
    assert not result.facts
    assert [(g.reason, g.missing) for g in result.gaps] == [("truncated", "12 documents")]


def test_chat_in_an_index_is_chat(opensearch: OpenSearch) -> None:
    said = [
        {
            "_id": "1",
            "@timestamp": "2026-11-21T14:03:00.120Z",
            "user": "Ann Lee",
            "room": "ops",
            "text": "rolling back",
            "tid": "9",
        },
        {
            "_id": "2",
            "@timestamp": "2026-11-21T14:04:00.120Z",
            "user": "Bob",
            "room": "ops",
            "text": "ok Ann Lee",
        },
    ]
    index = made(opensearch, "chat", said)
    fields = {"message": "text", "actor": "user", "channel": "room", "thread": "tid"}
    given = {
        "url": opensearch.url,
        "index": index,
        "mode": "documents",
        "kind": "chat.message",
        "fields": fields,
    }
    result = check(OpensearchCollector, given, WINDOW)
    first, second = sorted(result.facts, key=lambda fact: fact.latest)
    assert {p.identity: p.names for p in result.people} == {
        "opensearch:Ann Lee": ("Ann Lee",),
        "opensearch:Bob": ("Bob",),
    }
    assert (first.kind, first.actor, first.surfaced) == ("chat.message", "opensearch:Ann Lee", first.latest)
    assert "in `ops`, in a thread" in first.statement
    assert "thread" not in second.statement
    assert first.thread
    assert second.thread is None
    assert second.quote
    assert second.quote.text == "ok Ann Lee"


def test_kinds_by_a_field_and_values_nobody_listed(opensearch: OpenSearch) -> None:
    states = ["PROBLEM", "RECOVERY", "ODD", None]
    index = made(opensearch, "kinds", [{"@timestamp": TIE, "state": s, "rule": "disk"} for s in states])
    kind = {"field": "state", "values": {"PROBLEM": "alert.firing", "RECOVERY": "alert.resolved"}}
    result = read(opensearch, index, kind=kind, names={"alert": "rule"})
    assert sorted(f.statement for f in result.facts) == ["Alert `disk` fired", "Alert `disk` stopped firing"]
    (gap,) = result.gaps
    said = "1 x unknown value 'ODD' of `state`; 1 x unknown value None of `state`"
    assert gap.statement == f"2 documents could not be read: {said}"
    assert len(gap.evidence) == 2
    unnamed = read(opensearch, index, kind="alert.firing")
    assert [(g.reason, g.missing) for g in unnamed.gaps] == [("undecodable", "4 documents")]


def test_a_key_of_the_documents_own_outlives_a_rollover(opensearch: OpenSearch) -> None:
    for index in ("roll-1", "roll-2"):
        made(opensearch, index, [{"@timestamp": TIE, "uid": "u-1", "host": index}])
    by_id = read(opensearch, "roll-*")
    by_key = read(opensearch, "roll-*", fields={"key": "uid"})
    assert len({f.id for f in by_id.facts}) == 2
    assert len({f.id for f in by_key.facts}) == 1


def test_a_growing_window_changes_no_id(opensearch: OpenSearch) -> None:
    index = made(opensearch, "grow", [{"@timestamp": TIE, "n": n} for n in range(20)])
    wide = Window(start=WINDOW.start - 3600 * NS, end=WINDOW.end)
    given = {"url": opensearch.url, "index": index, "mode": "documents"}
    contents = [
        {f.id: f.content_digest() for f in run(OpensearchCollector, given, w, now=WINDOW.end).facts}
        for w in (WINDOW, wide)
    ]
    assert contents[0] == contents[1]


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ({"index": "nothing-*"}, "no index matches 'nothing-*'"),
        ({"index": "nothing"}, "check `index`"),
        ({"query": "a:("}, "check `query`"),
        ({"time": "ts"}, "no field `ts` of type date; of type date there is `@timestamp`"),
    ],
)
def test_mistakes_end_in_a_gap_that_says_what_to_do(opensearch: OpenSearch, given: Any, words: str) -> None:
    if not opensearch.holds("mistakes"):
        made(opensearch, "mistakes", [{"@timestamp": TIE}])
    result = read(opensearch, **{"index": "mistakes", **given})
    assert result.failure
    assert words in str(result.failure)


def test_an_index_that_begins_after_the_window_is_no_quiet_one(opensearch: OpenSearch) -> None:
    index = made(opensearch, "later", [{"@timestamp": "2026-11-22T00:00:00Z"}])
    empty = made(opensearch, "void", [])
    (late,) = read(opensearch, index).gaps
    (void,) = read(opensearch, empty).gaps
    assert (late.reason, void.reason) == ("past_retention", "past_retention")
    assert "begins at 2026-11-22T00:00:00Z" in late.statement
    assert "holds no document" in void.statement


def test_a_reader_that_stops_early_leaves_no_snapshot_open(opensearch: OpenSearch) -> None:
    index = made(opensearch, "early", [{"@timestamp": TIE, "n": n} for n in range(50)])
    options = OpensearchCollector.options_type.model_validate(
        {"url": opensearch.url, "index": index, "mode": "documents", "page": 5}
    )
    tape = RecordingTape("test", "opensearch", MemoryStore(), Redactor())
    context = Context(source="test", incident=Incident(id="I"), now=WINDOW.end, tape=tape, secret=str)

    async def a_little() -> None:
        records = OpensearchCollector(options, context).collect(WINDOW)
        async for _ in records:
            break
        await records.aclose()  # type: ignore[attr-defined]

    anyio.run(a_little)
    assert open_snapshots(opensearch) == []
