"""VictoriaLogs, a real one: first seen, rates, lines, and what it keeps from those who ask."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

import pytest

from collectors.kit.tape import RecordingTape
from collectors.testing import check, run
from collectors.victorialogs.collector import VictorialogsCollector
from tests.collectors import log_cases
from tests.collectors.log_cases import NOW, START, WINDOW, Said, at, of
from tests.collectors.probing import probe
from tests.servers.victorialogs import VictoriaLogs
from timeline.instant import DAY, MINUTE, format_instant
from timeline.model import Window

pytestmark = pytest.mark.needs_compiled


def push(store: VictoriaLogs, lines: Iterable[Said], app: str) -> None:
    store.push(
        ({"_time": format_instant(at), "_msg": text, "app2": app, **labels} for at, labels, text in lines),
        stream="app2,service",
    )


@pytest.fixture(scope="module")
def logs(victorialogs: VictoriaLogs) -> VictoriaLogs:
    push(victorialogs, log_cases.incident(), "shop")
    push(victorialogs, log_cases.with_a_day_before(), "base")
    return victorialogs


def options(store: VictoriaLogs, app: str = "shop", **given: Any) -> dict[str, Any]:
    return {"url": store.url, "query": f'app2:="{app}"', **given}


def test_first_seen_and_rate_changes_of_each_signature(logs: VictoriaLogs) -> None:
    given = options(logs, vmui_url="https://logs.example/")
    result = log_cases.check_incident(VictorialogsCollector, given, 'app2:="shop"')
    rise = of(result, "log.rate_changed")[0]
    assert (rise.evidence[0].link or "").startswith("https://logs.example/select/vmui/#/?query=%28app2")
    assert {entry.pointer for entry in rise.evidence} == {f"/data/result/0/values/{n}" for n in range(5)}


def test_a_longer_window_changes_no_fact(logs: VictoriaLogs) -> None:
    log_cases.check_growing_and_late(VictorialogsCollector, options(logs))


def test_a_baseline_says_what_was_there_on_the_day_before(logs: VictoriaLogs) -> None:
    log_cases.check_baseline(VictorialogsCollector, options(logs, "base"))


def test_lines_are_facts_each_once_whatever_a_page_holds(logs: VictoriaLogs) -> None:
    window = Window(start=at(61), end=at(64))
    given = options(logs, mode="documents")
    whole = check(VictorialogsCollector, given, window, now=NOW)
    assert (whole.gaps, len(whole.facts)) == ([], 180 + 75)
    error = next(f for f in whole.facts if f.quote and "payments" in f.quote.text)
    assert error.statement == "`ERROR` was recorded by `checkout`"
    assert (error.subject.service, error.earliest) == ("checkout", error.latest)
    for page in (1, 7, 255):
        paged = run(VictorialogsCollector, {**given, "page": page}, window, now=NOW)
        assert (paged.gaps, {f.id for f in paged.facts}) == ([], {f.id for f in whole.facts})


def test_lines_of_one_nanosecond_beyond_a_page_are_read_too(victorialogs: VictoriaLogs) -> None:
    push(
        victorialogs,
        [Said(at(5), {}, f"n{n % 100}") for n in range(150)] + [Said(at(4), {}, "before")],
        "dense",
    )
    result = check(
        VictorialogsCollector, options(victorialogs, "dense", mode="documents", page=10), WINDOW, now=NOW
    )
    assert (result.gaps, len(result.facts)) == ([], 151)


def test_words_are_case_sensitive_as_they_are_asked(logs: VictoriaLogs) -> None:
    for query, count in (("cannot", 855), ("CANNOT", 0), ("i(CANNOT)", 855)):
        given = {"url": logs.url, "query": f'app2:="shop" {query}', "mode": "documents"}
        assert len(run(VictorialogsCollector, given, WINDOW, now=NOW).facts) == count


def test_counts_are_of_whole_steps_wherever_the_window_lies(logs: VictoriaLogs) -> None:
    odd = Window(start=at(55.5) + 1, end=at(70.25))
    result = run(VictorialogsCollector, options(logs), odd, now=NOW)
    (rise,) = of(result, "log.rate_changed")
    assert (rise.earliest, rise.quantity and rise.quantity.value) == (START + 60 * MINUTE, 27)


def test_what_is_older_than_the_retention_is_a_gap_and_dropped_lines_are_told(
    start_a_victorialogs: Callable[..., VictoriaLogs],
) -> None:
    with start_a_victorialogs(retention="7d") as store:
        push(store, [Said(at(0) - 400 * DAY, {}, "lost though the sender was told 200")], "old")
        window = Window(start=WINDOW.start - 400 * DAY, end=WINDOW.end - 400 * DAY)
        result = run(VictorialogsCollector, options(store, "old"), window, now=NOW)
        assert result.facts == []
        (gap,) = result.gaps
        assert gap.reason == "past_retention"
        assert "it keeps 7d" in gap.statement
        lines = probe(VictorialogsCollector, options(store, "old"), now=NOW)
    assert {name: line.ok for name, line in lines.items()} == {
        "reachable": True, "authorised": True, "clock": True, "retention": True, "dropped": False
    }  # fmt: skip


def test_a_query_that_takes_too_long_is_halved_and_then_a_gap(
    start_a_victorialogs: Callable[..., VictoriaLogs],
) -> None:
    with start_a_victorialogs(flags=("-search.maxQueryDuration=1ms",)) as store:
        push(store, (Said(at(n / 1000), {"service": f"s{n % 7}"}, "x" * 300) for n in range(6_000)), "slow")
        slow = options(store, "slow", mode="documents", limit=1)
        result = run(
            VictorialogsCollector,
            {**slow, "query": '~"x.*x.*y" or ~"x.*y.*x"', "time_cap": "12s"},
            WINDOW,
            now=NOW,
        )
    assert result.failure
    assert result.failure.reason in {"truncated", "timed_out"}
    assert not result.facts
    assert isinstance(result.tape, RecordingTape)
    ends = [int(dict(entry["request"]["params"])["end"]) for entry in result.tape.entries]
    assert len(set(ends)) > 1, "it was not asked for a part"
    assert ends[:2] == sorted(ends[:2], reverse=True)


def test_a_query_that_is_none_is_named(victorialogs: VictoriaLogs) -> None:
    result = run(VictorialogsCollector, {"url": victorialogs.url, "query": "broken ("}, WINDOW, now=NOW)
    assert result.failure
    assert "cannot parse" in str(result.failure)
