"""Indices that map one field in different ways, and times in every form, on real nodes."""

from __future__ import annotations

from typing import Any

import pytest

from collectors.opensearch.collector import OpensearchCollector
from collectors.testing import Run, check, run
from tests.servers.opensearch import OpenSearch
from timeline.instant import MINUTE, NS, parse_instant
from timeline.model import Fact, Window

WINDOW = Window(start=parse_instant("2026-11-21T13:00:00Z"), end=parse_instant("2026-11-21T15:00:00Z"))
NOW = WINDOW.end + 3600 * NS
KEYWORD: Any = {"type": "keyword"}
#: What dynamic mapping makes of a string.
DYNAMIC: Any = {"type": "text", "fields": {"keyword": {"type": "keyword", "ignore_above": 256}}}


def made(node: OpenSearch, index: str, properties: Any, *documents: Any, **more: Any) -> None:
    settings = {"number_of_shards": 1, "number_of_replicas": 0}
    node.create(index, {"settings": settings, "mappings": {"properties": properties} | more})
    node.bulk(index, ({"_id": str(n), **document} for n, document in enumerate(documents)))


def read(node: OpenSearch, index: str, **given: Any) -> Run:
    return run(OpensearchCollector, {"url": node.url, "index": index, **given}, WINDOW, now=NOW)


def seen(found: Run) -> dict[str, Fact]:
    return {str(f.names["signature"]): f for f in found.facts if f.kind == "log.first_seen"}


def at(minute: int, second: int = 0, **more: Any) -> dict[str, Any]:
    return {"@timestamp": f"2026-11-21T14:{minute:02d}:{second:02d}Z", **more}


def test_a_field_of_two_forms_is_one_signature(opensearch: OpenSearch) -> None:
    time = {"@timestamp": {"type": "date"}}
    made(opensearch, "mixed-kw", time | {"level": KEYWORD}, at(5, level="ERROR"), at(2, level="INFO"))
    made(opensearch, "mixed-dyn", time | {"level": DYNAMIC}, at(3, level="ERROR"), at(9, level="WARN"))
    made(opensearch, "mixed-int", time | {"level": {"type": "integer"}}, at(4, level=3))
    made(opensearch, "mixed-none", time, at(7))
    given = {"url": opensearch.url, "index": "mixed-*"}
    found = check(OpensearchCollector, given, WINDOW, now=NOW)
    first = seen(found)
    assert set(first) == {"level=ERROR", "level=INFO", "level=WARN", "level=3", "level=-"}
    assert first["level=ERROR"].earliest == parse_instant("2026-11-21T14:03:00Z"), "of both indices"
    assert first["level=-"].earliest == parse_instant("2026-11-21T14:07:00Z"), (
        "of the index without the field"
    )
    assert found.gaps == []


def test_rates_are_counted_over_all_forms(opensearch: OpenSearch) -> None:
    time = {"@timestamp": {"type": "date"}}
    each = [at(m, s, level="ERROR") for m in range(20, 50) for s in range(30)]
    made(opensearch, "sums-kw", time | {"level": KEYWORD}, *each)
    made(opensearch, "sums-dyn", time | {"level": DYNAMIC}, *each)
    (change, *_) = sorted(
        (f for f in read(opensearch, "sums-*").facts if f.kind == "log.rate_changed"), key=lambda f: f.latest
    )
    assert (change.names["before"], change.names["after"]) == (0, 60)
    assert len({entry.payload for entry in change.evidence}) == 2, "the counts of both are shown"


def test_a_field_that_one_index_cannot_count_is_named(opensearch: OpenSearch) -> None:
    time = {"@timestamp": {"type": "date"}}
    made(opensearch, "words-kw", time | {"level": KEYWORD}, at(5, level="ERROR"))
    made(opensearch, "words-txt", time | {"level": {"type": "text"}}, at(3, level="ERROR"))
    found = read(opensearch, "words-*")
    (gap,) = found.gaps
    assert "`level in words-txt`" in gap.statement
    assert "level=-" not in seen(found)


def test_the_level_is_where_each_index_has_it(opensearch: OpenSearch) -> None:
    time = {"@timestamp": {"type": "date"}}
    ecs, own = {"log": {"properties": {"level": KEYWORD}}}, {"level": KEYWORD}
    made(opensearch, "roles-ecs", time | ecs, at(5, log={"level": "ERROR"}, message="a"))
    made(opensearch, "roles-own", time | own, at(3, level="WARN", message="b"))
    assert set(seen(read(opensearch, "roles-*"))) == {"log.level=ERROR", "level=WARN"}
    documents = read(opensearch, "roles-*", mode="documents")
    assert sorted(f.subject.labels["level"] for f in documents.facts) == ["ERROR", "WARN"]


def test_the_same_holds_through_an_alias_and_a_data_stream(opensearch: OpenSearch) -> None:
    time = {"@timestamp": {"type": "date"}}
    made(opensearch, "behind-kw", time | {"level": KEYWORD}, at(5, level="ERROR"))
    made(opensearch, "behind-dyn", time | {"level": DYNAMIC}, at(3, level="ERROR"))
    opensearch.request(
        "POST", "/_aliases", {"actions": [{"add": {"index": "behind-*", "alias": "everything"}}]}
    )
    assert seen(read(opensearch, "everything"))["level=ERROR"].earliest == parse_instant(
        "2026-11-21T14:03:00Z"
    )

    opensearch.request("PUT", "/_index_template/streamed", {
        "index_patterns": ["streamed-*"], "data_stream": {},
        "template": {"settings": {"number_of_replicas": 0}, "mappings": {"properties": {"level": KEYWORD}}},
    })  # fmt: skip
    opensearch._send(
        "POST", "/streamed-logs/_bulk?refresh=true",
        '{"create": {}}\n{"@timestamp": "2026-11-21T14:05:00Z", "level": "ERROR"}\n', "application/x-ndjson",
    )  # fmt: skip
    opensearch.request("PUT", "/_index_template/streamed", {
        "index_patterns": ["streamed-*"], "data_stream": {},
        "template": {"settings": {"number_of_replicas": 0}, "mappings": {"properties": {"level": DYNAMIC}}},
    })  # fmt: skip
    opensearch.request("POST", "/streamed-logs/_rollover")
    opensearch._send(
        "POST", "/streamed-logs/_bulk?refresh=true",
        '{"create": {}}\n{"@timestamp": "2026-11-21T14:04:00Z", "level": "ERROR"}\n', "application/x-ndjson",
    )  # fmt: skip
    streamed = seen(read(opensearch, "streamed-logs"))
    assert {name: f.earliest for name, f in streamed.items()} == {
        "level=ERROR": parse_instant("2026-11-21T14:04:00Z")
    }


@pytest.mark.parametrize(
    ("name", "mapping", "value", "width"),
    [
        ("minutes", {"type": "date", "format": "yyyy-MM-dd HH:mm"}, "2026-11-21 14:07", MINUTE),
        ("own", {"type": "date", "format": "HH:mm 'on' dd/MM/yyyy"}, "14:07 on 21/11/2026", MINUTE),
        ("ambiguous", {"type": "date", "format": "dd/MM/yyyy HH:mm:ss"}, "10/11/2026 14:07:00", NS),
        ("packed", {"type": "date", "format": "yyyyMMddHHmm"}, "202611211407", MINUTE),
        ("seconds", {"type": "date", "format": "epoch_second"}, 1795270020, NS),
        ("text", {"type": "date", "format": "epoch_second"}, "1795270020", NS),
        ("either", {"type": "date", "format": "epoch_second||yyyy-MM-dd"}, 1795270020, NS),
        ("usual", {"type": "date"}, "2026-11-21T14:07:00Z", NS),
        ("millis", {"type": "date"}, 1795270020000, 1_000_000),
        ("nanos", {"type": "date_nanos"}, "2026-11-21T14:07:00.000000Z", 1_000),
        ("hours", {"type": "date", "format": "date_hour"}, "2026-11-21T14", 60 * MINUTE),
    ],
)  # fmt: skip
def test_times_are_as_precise_as_their_format(
    opensearch: OpenSearch, name: str, mapping: Any, value: Any, width: int
) -> None:
    made(opensearch, f"form-{name}", {"t": mapping}, {"t": value})
    year = Window(start=parse_instant("2026-01-01T00:00:00Z"), end=parse_instant("2027-01-01T00:00:00Z"))
    given = {"url": opensearch.url, "index": f"form-{name}", "time": "t", "mode": "documents"}
    (fact,) = run(OpensearchCollector, given, year, now=year.end).facts
    assert fact.latest - (fact.earliest or 0) + 1 == width
    (coarse,) = run(OpensearchCollector, given | {"precision": "1h"}, year, now=year.end).facts
    assert coarse.latest - (coarse.earliest or 0) + 1 == 60 * MINUTE
    (first,) = run(OpensearchCollector, given | {"mode": "summary"}, year, now=year.end).facts[:1]
    assert first.latest == fact.latest


def test_a_time_under_another_name_is_read_where_it_stands(opensearch: OpenSearch) -> None:
    properties = {"ts": {"type": "date"}, "@timestamp": {"type": "alias", "path": "ts"}}
    made(opensearch, "aliased", properties, {"ts": "2026-11-21T14:07"})
    (fact,) = read(opensearch, "aliased", mode="documents").facts
    assert fact.latest - (fact.earliest or 0) + 1 == MINUTE


def test_times_of_documents_that_are_not_kept_claim_nothing(opensearch: OpenSearch) -> None:
    time = {"@timestamp": {"type": "date"}}
    made(opensearch, "sourceless", time, at(7, 30), at(7), _source={"enabled": False})
    facts = sorted(read(opensearch, "sourceless", mode="documents").facts, key=lambda f: f.latest)
    assert [f.latest - (f.earliest or 0) + 1 for f in facts] == [NS, MINUTE]


def test_each_of_a_documents_times_is_a_record(opensearch: OpenSearch) -> None:
    level = {"level": KEYWORD}
    made(
        opensearch, "times", {"@timestamp": {"type": "date"}} | level,
        {"@timestamp": ["2026-11-20T09:00:00Z", "2026-11-21T14:20:00Z", "2026-11-21T14:05:00Z"], "level": "A"},
        at(10, level="A"), {"@timestamp": "2026-11-21T14:30:00Z", "level": "B"},
    )  # fmt: skip
    found = check(
        OpensearchCollector, {"url": opensearch.url, "index": "times", "mode": "documents"}, WINDOW, now=NOW
    )
    inside = sorted(f.earliest or 0 for f in found.facts if (f.earliest or 0) >= WINDOW.start)
    assert inside == [parse_instant(f"2026-11-21T14:{m}:00Z") for m in ("05", "10", "20", "30")]
    first = seen(read(opensearch, "times"))["level=A"]
    assert (first.earliest, first.latest) == (WINDOW.start, parse_instant("2026-11-21T14:05:01Z") - 1)
