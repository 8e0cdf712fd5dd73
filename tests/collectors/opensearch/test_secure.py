"""TLS, passwords and rights of a secured node; faults that a proxy makes before a real one."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from collectors.opensearch.collector import OpensearchCollector
from collectors.testing import Run, check, run
from tests.collectors.probing import probe
from tests.servers.opensearch import OpenSearch
from tests.servers.opensearch_secure import POWERLESS
from tests.servers.proxies import Fault, Proxy
from timeline.instant import NS, parse_instant
from timeline.model import Window

WINDOW = Window(start=parse_instant("2026-11-21T13:00:00Z"), end=parse_instant("2026-11-21T15:00:00Z"))
TIE = "2026-11-21T14:00:00Z"


@pytest.fixture
def secured(opensearch_secure: OpenSearch) -> OpenSearch:
    if not opensearch_secure.holds("secret"):
        settings = {"number_of_shards": 2, "number_of_replicas": 0}
        times = {"properties": {"@timestamp": {"type": "date"}}}
        opensearch_secure.create("secret", {"settings": settings, "mappings": times})
        opensearch_secure.bulk("secret", [{"@timestamp": TIE, "n": n} for n in range(30)])
    return opensearch_secure


def options(node: OpenSearch, **given: Any) -> dict[str, Any]:
    base = {"url": node.url, "index": "secret", "mode": "documents", "page": 7}
    return base | {"auth": {"basic": "env:OS"}, "tls": {"ca": str(node.ca)}} | given


def read(node: OpenSearch, secret: str, **given: Any) -> Run:
    return run(OpensearchCollector, options(node, **given), WINDOW, secrets={"env:OS": secret})


def test_a_custom_authority_and_a_password_let_in_and_leave_no_trace(secured: OpenSearch) -> None:
    secret = f"{secured.user}:{secured.password}"
    given = options(secured, mode="both")
    result = check(OpensearchCollector, given, WINDOW, secrets={"env:OS": secret}, now=WINDOW.end + 3600 * NS)
    assert len([f for f in result.facts if f.kind == "custom"]) == 30
    assert not result.gaps
    assert (secured.password or "!").encode() not in b"".join(result.store.payloads.values())


def test_the_doctor_sees_reach_rights_clock_and_retention(secured: OpenSearch) -> None:
    lines = probe(OpensearchCollector, options(secured), {"env:OS": f"{secured.user}:{secured.password}"})
    assert {name: line.ok for name, line in lines.items()} == dict.fromkeys(
        ("reachable", "authorised", "clock", "retention"), True
    )
    assert "2.19.1" in lines["reachable"].detail
    assert "2026-11-21T14:00:00Z" in lines["retention"].detail
    refused = probe(OpensearchCollector, options(secured), {"env:OS": "admin:wrong-password"})
    assert [(line.name, line.ok) for line in refused.values()] == [("authorised", False)]


def test_a_wrong_password_is_unauthorised(secured: OpenSearch) -> None:
    failure = read(secured, "admin:not-the-password").failure
    assert failure
    assert (failure.reason, "401" in str(failure)) == ("unauthorised", True)


def test_no_password_says_where_one_goes(secured: OpenSearch) -> None:
    failure = read(secured, "", auth={}).failure
    assert failure
    assert failure.reason == "unauthorised"
    assert "auth = { basic = 'env:NAME' }" in str(failure)


def test_a_user_without_rights_is_unauthorised(secured: OpenSearch) -> None:
    failure = read(secured, ":".join(POWERLESS)).failure
    assert failure
    assert (failure.reason, "403" in str(failure)) == ("unauthorised", True)


def test_without_the_authority_the_message_says_what_to_do(secured: OpenSearch) -> None:
    result = read(secured, f"{secured.user}:{secured.password}", tls={})
    assert result.failure
    assert result.failure.reason == "unreachable"
    assert "tls = { ca = 'path/to/ca.pem' }" in str(result.failure)


@pytest.fixture(scope="module")
def faulty(opensearch2: OpenSearch, start_mitm: Callable[..., Proxy]) -> Callable[..., str]:
    """Give the address of a proxy with faults before a node whose index `faulty` holds 40 documents."""
    opensearch2.create("faulty", {"settings": {"number_of_replicas": 0}})
    opensearch2.bulk("faulty", [{"@timestamp": TIE, "level": "ERROR", "n": n} for n in range(40)])
    return lambda *faults: start_mitm(opensearch2.url, faults=faults).url


def through(url: str, mode: str = "documents", **given: Any) -> Run:
    base = {"url": url, "index": "faulty", "mode": mode, "page": 10} | given
    result = run(OpensearchCollector, base, WINDOW, now=WINDOW.end + 3600 * NS)
    again = run(OpensearchCollector, base, WINDOW, now=WINDOW.end + 3600 * NS, replay=result)
    assert again.records == result.records
    assert str(again.failure) == str(result.failure)
    return result


def test_errors_that_pass_are_tried_again(faulty: Callable[..., str]) -> None:
    result = through(faulty(Fault(match="_search", status=503, times=2)))
    assert (len(result.facts), result.gaps) == (40, [])


SEARCH = "allow_partial_search_results"


def test_a_snapshot_that_is_lost_is_read_again_and_nothing_twice(faulty: Callable[..., str]) -> None:
    lost = Fault(
        match=SEARCH, status=404, body='{"error": "search_context_missing_exception"}', skip=2, times=1
    )
    result = through(faulty(lost))
    assert len({f.id for f in result.facts}) == len(result.facts) == 40
    assert not result.gaps


@pytest.mark.parametrize(
    ("old", "new", "reason", "words"),
    [
        ('"timed_out":false', '"timed_out":true', "timed_out", "timed out in the engine"),
        ('"failed":0', '"failed":1', "partial", "1 of 1 shards did not answer"),
        ('"hits":{', '"hits":[', "undecodable", "not JSON"),
    ],
)
def test_answers_of_status_200_that_are_not_whole_are_gaps(
    faulty: Callable[..., str], old: str, new: str, reason: str, words: str
) -> None:
    url = faulty(Fault(match=SEARCH, replace=(old, new), skip=2))
    (gap,) = through(url).gaps
    assert (gap.reason, gap.missing) == (reason, "20 documents")
    assert words in gap.statement
    assert "20 of 40 documents were read" in gap.statement


def test_a_summary_on_an_answer_that_is_not_whole_fails_by_name(faulty: Callable[..., str]) -> None:
    result = through(faulty(Fault(match=SEARCH, replace=('"failed":0', '"failed":1'))), mode="summary")
    assert result.failure
    assert result.failure.reason == "partial"


def test_a_slow_engine_ends_at_the_time_cap_with_what_was_read(faulty: Callable[..., str]) -> None:
    url = faulty(Fault(match=SEARCH, delay=30, skip=1))
    result = through(url, time_cap="4s")
    (gap,) = result.gaps
    assert (gap.reason, len(result.facts)) == ("timed_out", 10)
    closed = [e for e in result.tape.entries if e["request"]["method"] == "DELETE"]  # type: ignore[union-attr]
    assert [e.get("status") for e in closed] == [200]
