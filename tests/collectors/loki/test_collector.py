"""Loki, a real one: first seen, rates, lines, limits, tenants, and what it keeps from those who ask."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Callable, Iterable
from typing import Any
from urllib.parse import unquote

import pytest

from collectors.loki.collector import LokiCollector
from collectors.testing import check, run
from tests.collectors import log_cases
from tests.collectors.log_cases import NOW, START, WINDOW, Said, at, of
from tests.collectors.probing import probe
from tests.servers.loki import Loki
from timeline.instant import DAY, MINUTE
from timeline.model import Window

pytestmark = pytest.mark.needs_compiled


def push(loki: Loki, lines: Iterable[Said], app: str, tenant: str = "") -> None:
    streams: dict[str, list[Said]] = defaultdict(list)
    for line in lines:
        streams[json.dumps({"test": app, **line.labels})].append(line)
    for labels, said in streams.items():
        loki.push((json.loads(labels), [(line.at, line.text) for line in sorted(said)]), tenant=tenant)


@pytest.fixture(scope="module")
def logs(loki: Loki) -> Loki:
    push(loki, log_cases.incident(), "shop")
    push(loki, log_cases.with_a_day_before(), "base")
    return loki


def options(loki: Loki, app: str = "shop", **given: Any) -> dict[str, Any]:
    return {"url": loki.url, "query": f'{{test="{app}"}}', **given}


def test_first_seen_and_rate_changes_of_each_signature(logs: Loki) -> None:
    given = options(logs, grafana_url="https://g.example/", grafana_datasource="uid1")
    result = log_cases.check_incident(LokiCollector, given, '{test="shop"}')
    rise = of(result, "log.rate_changed")[0]
    link = unquote(rise.evidence[0].link or "")
    assert link.startswith("https://g.example/explore?schemaVersion=1&panes={")
    assert '"type":"loki","uid":"uid1"' in link


def test_what_comes_over_the_wire_grows_with_what_happened(logs: Loki) -> None:
    asked = options(logs, "shop", signature=["level"])
    small = run(LokiCollector, asked, Window(start=at(50), end=at(100)), now=NOW).tape
    large = run(LokiCollector, asked, Window(start=at(0) + 5 * MINUTE, end=at(120)), now=NOW).tape
    lines = run(LokiCollector, {**asked, "mode": "documents"}, WINDOW, now=NOW).tape
    assert large.bytes < 1.2 * small.bytes  # type: ignore[union-attr]
    assert large.bytes * 10 < lines.bytes  # type: ignore[union-attr]


def test_a_longer_window_changes_no_fact(logs: Loki) -> None:
    log_cases.check_growing_and_late(LokiCollector, options(logs))


def test_a_baseline_says_what_was_there_on_the_day_before(logs: Loki) -> None:
    log_cases.check_baseline(LokiCollector, options(logs, "base"))


def test_counts_are_of_the_steps_themselves(loki: Loki) -> None:
    """A line at a step's very beginning is of that step, though Loki counts it to the one before."""
    lines = [Said(at(60 + step) + n, {"level": "ERROR"}, f"n{n}") for step in range(5) for n in range(10)]
    push(loki, lines, "edge")
    (rise,) = of(run(LokiCollector, options(loki, "edge"), WINDOW, now=NOW), "log.rate_changed")
    assert (rise.earliest, rise.latest) == (at(59), at(61) - 1)
    assert str(rise.names["counted"]).startswith("0 in the 5 steps before and 50 in the 5 after")
    assert len(rise.evidence) == 5


def test_lines_are_facts_each_once_whatever_a_page_holds(logs: Loki) -> None:
    window = Window(start=at(61), end=at(64))
    given = options(logs, mode="documents")
    whole = check(LokiCollector, given, window, now=NOW)
    assert (whole.gaps, len(whole.facts)) == ([], 180 + 75)
    error = next(f for f in whole.facts if f.quote and "payments" in f.quote.text)
    assert error.statement == "`ERROR` was recorded by `checkout`"
    assert (error.subject.service, error.earliest) == ("checkout", error.latest)
    for page in (1, 7, 255, 100_000):
        paged = run(LokiCollector, {**given, "page": page}, window, now=NOW)
        assert (paged.gaps, {f.id for f in paged.facts}) == ([], {f.id for f in whole.facts})


def test_lines_are_mapped_by_what_they_say(loki: Loki) -> None:
    said = [Said(at(5), {"service": "cd"}, '{"event": "deployed", "release": "v7", "by": "ada"}')]
    push(loki, said, "mapped")
    mapping = {
        "kind": "deploy.finished",
        "names": {"deploy": "json.release"},
        "actor": "json.by",
        "quote": None,
    }
    result = run(LokiCollector, options(loki, "mapped", mode="documents", map=mapping), WINDOW, now=NOW)
    (fact,) = result.facts
    assert fact.statement == "Deploy `v7` finished"
    assert (fact.actor, fact.subject.service) == ("test:ada", "cd")
    assert [person.names for person in result.people] == [("ada",)]


def test_lines_of_one_nanosecond_beyond_a_page_are_read_and_beyond_loki_are_a_gap(
    start_a_loki: Callable[..., Loki],
) -> None:
    with start_a_loki(max_entries_limit_per_query=120) as loki:
        push(loki, [*(Said(at(5), {}, f"n{n}") for n in range(110)), Said(at(4), {}, "before")], "dense")
        push(loki, [*(Said(at(5), {}, f"n{n}") for n in range(150)), Said(at(4), {}, "before")], "denser")
        for page in (10, 100, 1_000):
            dense = run(LokiCollector, options(loki, "dense", mode="documents", page=page), WINDOW, now=NOW)
            assert (dense.gaps, len(dense.facts)) == ([], 111)
            denser = run(LokiCollector, options(loki, "denser", mode="documents", page=page), WINDOW, now=NOW)
            assert len(denser.facts) == 121
            (gap,) = denser.gaps
            assert (gap.reason, gap.start, gap.end) == ("truncated", at(5), at(5) + 1)


def test_a_window_that_is_longer_than_loki_answers_is_asked_in_parts(
    start_a_loki: Callable[..., Loki],
) -> None:
    with start_a_loki(max_query_length="40m") as loki:
        push(loki, log_cases.incident(), "shop")
        log_cases.check_incident(LokiCollector, options(loki), '{test="shop"}')


def test_a_tenant_has_its_own_lines(start_a_loki: Callable[..., Loki]) -> None:
    with start_a_loki(tenants=True) as loki:
        push(loki, [Said(at(5), {"service": "a"}, "ours")], "t", tenant="team-a")
        ours = run(LokiCollector, options(loki, "t", tenant="team-a"), WINDOW, now=NOW)
        assert [fact.quote and fact.quote.text for fact in ours.facts] == ["ours"]
        assert run(LokiCollector, options(loki, "t", tenant="team-b"), WINDOW, now=NOW).facts == []
        nobody = run(LokiCollector, options(loki, "t"), WINDOW, now=NOW)
        assert nobody.failure
        assert nobody.failure.reason == "unauthorised"


def test_a_tenant_without_streams_is_a_gap_and_a_quiet_hour_is_none(
    start_a_loki: Callable[..., Loki], logs: Loki
) -> None:
    quiet = run(LokiCollector, options(logs, "nothing"), WINDOW, now=NOW)
    assert (quiet.facts, quiet.gaps, quiet.failure) == ([], [], None)
    with start_a_loki() as loki:
        empty = run(LokiCollector, options(loki), WINDOW, now=NOW)
    assert [gap.reason for gap in empty.gaps] == ["past_retention"]


def test_more_signatures_than_are_looked_at_are_a_gap(logs: Loki) -> None:
    result = run(LokiCollector, options(logs, signatures=2), WINDOW, now=NOW)
    assert (len(of(result, "log.first_seen")), len(of(result, "log.rate_changed"))) == (2, 2)
    assert [(gap.reason, gap.missing) for gap in result.gaps] == [("truncated", "first seen")]
    lines = run(LokiCollector, options(logs, mode="documents", limit=10), WINDOW, now=NOW)
    assert (lines.facts, [gap.reason for gap in lines.gaps]) == ([], ["truncated"])


def test_doctor_says_how_far_back_there_are_streams(logs: Loki) -> None:
    lines = probe(LokiCollector, options(logs), now=START + DAY)
    assert {name: line.ok for name, line in lines.items()} == {
        "reachable": True, "authorised": True, "clock": True, "retention": True
    }  # fmt: skip
    assert lines["retention"].detail.startswith("streams 1 days ago: yes")
