"""Summaries by real engines, 2.19 and 3.4: first seen, rate changes, baseline, limits, and little traffic."""

from __future__ import annotations

import json
from typing import Any

import pytest

from collectors.opensearch.collector import OpensearchCollector
from collectors.testing import Run, check, run
from tests.servers.opensearch import OpenSearch
from timeline.instant import MINUTE, NS, format_instant, parse_instant
from timeline.model import Fact, Window

START = parse_instant("2026-11-21T13:00:00Z")
END = parse_instant("2026-11-21T15:00:00Z")
WINDOW = Window(start=START, end=END)
NOW = END + 3600 * NS
KEYWORD = {"type": "keyword"}
MAPPING = {
    "@timestamp": {"type": "date"}, "level": KEYWORD, "service": {"properties": {"name": KEYWORD}},
    "message": {"type": "text"},
}  # fmt: skip


def at(minute: float) -> str:
    return format_instant(START + int(minute * MINUTE))


def line(minute: float, level: str | None, service: str, message: str = "m") -> dict[str, Any]:
    return {"@timestamp": at(minute), "service": {"name": service}, "message": message} | (
        {"level": level} if level else {}
    )


def incident() -> list[dict[str, Any]]:
    """INFO at 60 a minute throughout; errors of checkout from minute 61.5 on, 30 a minute, to minute 90."""
    info = [line(m + s / 60, "INFO", "checkout") for m in range(-30, 150) for s in range(60)]
    errors = [line(61.5 + n / 30, "ERROR", "checkout", f"cannot reach payments: try {n}") for n in range(855)]
    return [*info, *errors, line(20, None, "search", "no level here")]


@pytest.fixture
def logs(opensearch: OpenSearch) -> OpenSearch:
    if not opensearch.holds("logs-checkout"):
        settings = {"number_of_shards": 2, "number_of_replicas": 0}
        opensearch.create("logs-checkout", {"settings": settings, "mappings": {"properties": MAPPING}})
        opensearch.bulk("logs-checkout", incident())
    return opensearch


def read(node: OpenSearch, window: Window = WINDOW, now: int = NOW, **given: Any) -> Run:
    return run(OpensearchCollector, {"url": node.url, "index": "logs-checkout", **given}, window, now=now)


def of(result: Run, kind: str) -> list[Fact]:
    return sorted((f for f in result.facts if f.kind == kind), key=lambda f: (f.latest, f.id))


def test_first_seen_and_rate_changes_of_each_signature(logs: OpenSearch) -> None:
    given = {"url": logs.url, "index": "logs-checkout", "page": 50, "dashboards_url": "https://d"}
    result = check(OpensearchCollector, given, WINDOW, now=NOW)
    assert (result.failure, result.gaps) == (None, [])
    assert [(f.statement, f.earliest) for f in of(result, "log.first_seen")] == [
        ("Log signature `level=INFO service.name=checkout` was seen in `logs-checkout`, first in the window", START),
        ("Log signature `level=- service.name=search` was seen in `logs-checkout`, first in the window", START + 20 * MINUTE),
        ("Log signature `level=ERROR service.name=checkout` was seen in `logs-checkout`, first in the window", START + 61 * MINUTE + 30 * NS),
    ]  # fmt: skip
    error = of(result, "log.first_seen")[2]
    assert error.quote
    assert error.quote.text == "cannot reach payments: try 0"
    assert (error.subject.service, dict(error.subject.labels)) == ("checkout", {"level": "ERROR"})
    rise, fall = of(result, "log.rate_changed")
    assert rise.statement == (
        "The rate of `level=ERROR service.name=checkout` changed in `logs-checkout`: "
        "0 documents per 1m before, 27 after (0 in the 5 steps before and 135 in the 5 after; the test: "
        "a factor of 2 or more, and 4 square roots of the sum or more)"
    )
    assert (rise.earliest, rise.latest) == (START + 60 * MINUTE, START + 62 * MINUTE - 1)
    assert rise.thread == fall.thread == error.thread
    assert fall.quantity
    assert (fall.quantity.value, fall.quantity.unit) == (0, "documents/1m")
    assert_counts_open(result, rise, 135)
    assert "level:%22ERROR%22" in (rise.evidence[0].link or "")


def assert_counts_open(result: Run, fact: Fact, after: int) -> None:
    """The named buckets are the inputs: their counts are the number that the statement gives."""
    counts = []
    for entry in fact.evidence:
        stored: Any = json.loads(result.store.payloads[entry.payload or ""])
        for part in (entry.pointer or "").split("/")[1:]:
            stored = stored[int(part)] if part.isdigit() else stored[part]
        assert stored["key"]["level"] == "ERROR"
        counts.append(stored["doc_count"])
        assert "square roots" in json.loads(entry.query or "{}")["rule"]
    assert sum(counts) == after


def test_little_is_downloaded(logs: OpenSearch) -> None:
    summary, whole = read(logs).tape, read(logs, mode="documents").tape
    assert summary.bytes * 10 < whole.bytes  # type: ignore[union-attr]


def test_a_longer_window_changes_no_rate_change_and_no_id(logs: OpenSearch) -> None:
    small, large = read(logs, Window(start=START + 40 * MINUTE, end=START + 100 * MINUTE)), read(logs)
    rates = [{f.id: f.content_digest() for f in of(r, "log.rate_changed")} for r in (small, large)]
    assert rates[0] == rates[1]
    assert len(rates[0]) == 2
    assert {f.id for f in small.facts} < {f.id for f in large.facts}


def test_a_baseline_says_what_was_there_on_the_days_before(opensearch: OpenSearch) -> None:
    opensearch.create("base", {"settings": {"number_of_replicas": 0}, "mappings": {"properties": MAPPING}})
    days = [line(30 - day * 1440, "ERROR", "cart") for day in (1, 2)]
    opensearch.bulk(
        "base",
        [*days, line(-2.2 * 1440, "INFO", "cart"), line(30, "ERROR", "cart"), line(31, "FATAL", "cart")],
    )
    two = read(opensearch, index="base", baseline_days=2)
    assert not two.gaps
    assert [f.statement.split("`, ")[1] for f in of(two, "log.first_seen")] == [
        "first in the window, and in the same hours of the 2 days before",
        "first in the window, and not in the same hours of the 2 days before",
    ]
    seven = read(opensearch, index="base", baseline_days=7)
    assert [f.statement.split("`, ")[1] for f in of(seven, "log.first_seen")] == ["first in the window"] * 2
    assert [(g.reason, g.missing) for g in seven.gaps] == [("past_retention", "baseline")]


def test_buckets_beyond_the_limit_are_a_gap_and_no_half_rates(logs: OpenSearch) -> None:
    result = read(logs, limit=2)
    assert len(of(result, "log.first_seen")) == 2
    assert not of(result, "log.rate_changed")
    assert [(g.reason, g.missing) for g in result.gaps] == [
        ("truncated", "first seen"),
        ("truncated", "rates"),
    ]
    assert not read(logs, limit=400).gaps


def test_steps_that_are_too_new_to_judge_are_said(logs: OpenSearch) -> None:
    result = read(logs, now=END)
    (gap,) = result.gaps
    assert (gap.reason, gap.start, gap.end) == ("not_yet", END - 10 * MINUTE, END)
    assert len(of(result, "log.rate_changed")) == 2


def test_configured_signatures_find_their_keyword_form(opensearch: OpenSearch) -> None:
    opensearch.create("dynamic")
    opensearch.bulk(
        "dynamic",
        [{"@timestamp": at(5), "level": "ERROR", "msg": f"lost {n % 2}", "host": "h1"} for n in range(6)],
    )
    result = read(opensearch, index="dynamic", signature=["level", "msg", "elsewhere"])
    assert sorted(f.statement.split("`")[1] for f in of(result, "log.first_seen")) == [
        "level=ERROR msg=lost 0",
        "level=ERROR msg=lost 1",
    ]
    assert {f.clock for f in of(result, "log.first_seen")} == {"h1"}
    assert [(g.reason, g.missing) for g in result.gaps] == [("undecodable", "elsewhere")]


def test_without_any_signature_field_each_index_is_one(opensearch: OpenSearch) -> None:
    for name in ("bare-a", "bare-b"):
        opensearch.create(name, {"mappings": {"properties": {"@timestamp": {"type": "date_nanos"}}}})
        opensearch.bulk(
            name, [{"@timestamp": f"2026-11-21T14:00:00.00012345{n}Z", "n": n} for n in (3, 1, 2)]
        )
    result = read(opensearch, index="bare-*")
    base = parse_instant("2026-11-21T14:00:00Z")
    # Which of a millisecond's documents stands for its bucket, and so their order, is the engine's choice.
    assert sorted((f.statement.split("`")[1], f.earliest) for f in of(result, "log.first_seen")) == [
        ("_index=bare-a", base), ("_index=bare-b", base)
    ]  # fmt: skip
    # Within a millisecond the engine does not tell which was first.
    assert all(base + 123_451 <= f.latest <= base + 123_453 for f in of(result, "log.first_seen"))


def test_a_quiet_hour_is_no_fact_and_no_gap(logs: OpenSearch) -> None:
    result = read(logs, query="level:FATAL")
    assert (result.facts, result.gaps, result.failure) == ([], [], None)
