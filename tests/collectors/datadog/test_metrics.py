"""Datadog's metrics: bounds by the width that points have, rollups, groups, nulls, units, what is partial, limits."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import orjson
import pytest
from pydantic import ValidationError

from collectors.datadog.metric_options import DatadogMetricsOptions
from collectors.datadog.metric_query import explored, single
from collectors.datadog.metrics import DatadogMetricsCollector
from collectors.testing import FaultServer, Run, check, check_faults, run
from service.settings.identify import identify
from tests.collectors import clock_cases
from tests.collectors.fault_matrix import keep
from tests.collectors.probing import probe
from tests.fakes.datadog import API_KEY, APP_KEY, FakeDatadog
from tests.golden_files import Golden
from timeline.instant import DAY, HOUR, MINUTE, NS, parse_instant
from timeline.model import Window
from timeline.pointers import resolve

START = parse_instant("2026-11-21T14:00:00Z")
WINDOW = Window(start=START, end=START + 60 * MINUTE)
SECRETS = {"env:DD_API_KEY": API_KEY, "env:DD_APP_KEY": APP_KEY}
WEB = "https://acme.datadoghq.com"
QUERY = "avg:system.cpu.user{env:production} by {host}"
WATCH: dict[str, Any] = {"name": "CPU", "query": QUERY, "above": 80}


@pytest.fixture
def account() -> Iterator[FakeDatadog]:
    with FakeDatadog() as fake:
        yield fake


def send(account: FakeDatadog, values: Mapping[int, float | None], host: str = "a", every: int = 60) -> None:
    """Send a value `every` so many seconds, numbered from the window's begin."""
    points = {START / NS + number * every: value for number, value in values.items()}
    account.metrics.send("system.cpu.user", points, "env:production", f"host:{host}")


def calm(
    first: int = -20, last: int = 80, *, at: Mapping[int, float | None] | None = None, **high: float | None
) -> dict[int, float | None]:
    """Give a value of 1 each minute; `m10=90` is another one in the tenth."""
    values: dict[int, float | None] = dict.fromkeys(range(first, last), 1.0)
    return values | {int(name[1:]): value for name, value in high.items()} | dict(at or {})


def read(
    account: FakeDatadog, *watches: Mapping[str, Any], now: int = WINDOW.end + HOUR, window: Window = WINDOW, **more: Any
) -> Run:  # fmt: skip
    given = {"url": account.url, "web_url": WEB, "threshold": [*watches] or [WATCH], **more}
    result = check(DatadogMetricsCollector, given, window, now=now, secrets=SECRETS, source="dd")
    assert result.failure is None, result.failure
    return result


def told(result: Run) -> list[tuple[str, float | None, float]]:
    """Return kinds with their bounds in minutes of the window, the last one not included."""

    def minutes(at: int | None) -> float | None:
        return None if at is None else (at - START) / MINUTE

    facts = sorted(result.facts, key=lambda fact: (fact.latest, fact.id))
    return [(fact.kind, minutes(fact.earliest), (fact.latest + 1 - START) / MINUTE) for fact in facts]


def gaps(result: Run) -> list[tuple[str, str | None]]:
    return [(gap.reason, gap.missing) for gap in result.gaps]


def test_a_crossing_lies_between_the_begin_of_one_point_and_the_end_of_the_next(account: FakeDatadog) -> None:
    send(account, calm(m10=90, m11=85))
    result = read(account)
    assert told(result) == [("metric.crossed_above", 9, 11), ("metric.crossed_below", 11, 13)]
    crossed = min(result.facts, key=lambda fact: fact.latest)
    assert crossed.statement == (
        '`CPU`: condition met for `{env="production",host="a"}`, 90 % (threshold > 80 %)'
    )
    assert crossed.subject.labels == {"env": "production", "host": "a"}
    assert (crossed.time_means, result.gaps) == ("period", [])
    first = crossed.evidence[0]
    assert str(first.query).startswith(f"{QUERY}.rollup(max, 60)\n")
    assert resolve(orjson.loads(result.store.payloads[str(first.payload)]), str(first.pointer))[1] == 90
    assert first.link is not None
    assert first.link.startswith(f"{WEB}/metric/explorer?from_ts=17952")
    assert "exp_metric=system.cpu.user&exp_scope=env%3Aproduction&exp_group=host&exp_agg=avg" in first.link
    (panel,) = result.panels
    assert (panel.unit, panel.shown, panel.of) == ("%", 1, 1)
    call = account.calls[0].query
    assert (call["from"], call["to"]) == (str(START // NS - 420), str(WINDOW.end // NS + 420))


def test_a_spike_between_calm_values_of_a_period_is_seen_by_the_greatest_and_not_by_the_mean(
    account: FakeDatadog,
) -> None:
    values: dict[int, float | None] = dict.fromkeys(range(-60, 240), 1.0)
    send(account, values | {60: 90.0}, every=20)
    assert told(read(account)) == [("metric.crossed_above", 19, 21), ("metric.crossed_below", 20, 22)]
    assert read(account, {**WATCH, "rollup": "avg"}).facts == []
    own = {**WATCH, "query": f"{QUERY}.rollup(max, 20)"}
    kind, earliest, latest = told(read(account, own))[0]
    assert kind == "metric.crossed_above"
    assert [earliest, latest] == pytest.approx([59 / 3, 61 / 3])
    below = {"name": "idle", "query": QUERY, "below": 0.5}
    send(account, {90: 0.0}, every=20)
    assert told(read(account, below))[0] == ("metric.crossed_below", 29, 31)


def test_points_wider_than_asked_for_widen_the_bounds_and_are_a_gap(account: FakeDatadog) -> None:
    send(account, calm(m22=90))
    account.metrics.least = 300
    result = read(account)
    assert told(result) == [("metric.crossed_above", 15, 25), ("metric.crossed_below", 20, 30)]
    assert gaps(result) == [("partial", "points of 1m: CPU")]
    assert "Datadog gave points of 5m where points of 1m were asked for" in result.gaps[0].statement
    # Asked for by five minutes it is what was asked for.
    assert read(account, period="5m").gaps == []


def test_another_rollup_than_asked_for_is_a_gap(account: FakeDatadog) -> None:
    send(account, calm(m10=90))
    account.metrics.forced = "avg"
    result = read(account)
    assert len(result.facts) == 2
    assert gaps(result) == [("partial", "points as asked for: CPU")]
    assert "otherwise than asked, as `.rollup(avg, 60)`" in result.gaps[0].statement
    account.metrics.forced = ""
    account.metrics.members = {"expression": QUERY}
    silent = read(account)
    assert silent.gaps == []
    assert "the answer does not say how it rolled points up" in str(silent.facts[0].evidence[0].query)


def test_each_group_is_a_series_of_its_own_and_a_panel_says_how_many_there_are(account: FakeDatadog) -> None:
    for number in range(30):
        send(account, calm(at={number: 90.0}) if number > 24 else calm(), host=f"h{number:02}")
    result = read(account)
    assert {fact.subject.labels["host"] for fact in result.facts} == {
        f"h{number}" for number in range(25, 30)
    }
    (panel,) = result.panels
    assert (panel.shown, panel.of) == (20, 30)


def test_series_that_nothing_tells_apart_are_a_gap(account: FakeDatadog) -> None:
    for host in ("a", "b"):
        send(account, calm(), host)
    account.metrics.members = {"scope": "*", "tag_set": []}
    assert gaps(read(account)) == [("undecodable", "CPU")]


def test_a_null_is_no_zero_and_a_long_one_is_an_absence(account: FakeDatadog) -> None:
    nulls: dict[int, float | None] = dict.fromkeys((*range(20, 23), *range(30, 41)))
    send(account, calm(at=nulls))
    watch = {"name": "idle", "query": QUERY, "below": 0.5}
    assert told(read(account, watch)) == [("metric.absent", 29, 31), ("metric.present", 40, 42)]
    assert read(account, watch, lookback="15m").facts == []


def test_a_point_whose_period_is_not_over_is_left_out_and_said(account: FakeDatadog) -> None:
    send(account, calm(m30=90))
    result = read(account, now=START + 30 * MINUTE + 40 * NS)
    assert result.facts == []
    (gap,) = result.gaps
    assert (gap.reason, gap.start, gap.end) == ("not_yet", START + 30 * MINUTE, WINDOW.end)


def test_a_long_window_is_asked_for_in_spans_in_which_points_stay_as_short(account: FakeDatadog) -> None:
    high: dict[int, float | None] = {599: 90.0, 600: 90.0, 2_500: 90.0}
    send(account, calm(-20, 3_020) | high)
    window = Window(start=START, end=START + 3_000 * MINUTE)
    result = read(account, window=window, now=window.end + HOUR)
    assert result.gaps == []
    # 600 minutes after 14:00 is midnight, where spans meet.
    assert told(result) == [
        ("metric.crossed_above", 598, 600), ("metric.crossed_below", 600, 602),
        ("metric.crossed_above", 2_499, 2_501), ("metric.crossed_below", 2_500, 2_502),
    ]  # fmt: skip
    spans = [(int(call.query["from"]), int(call.query["to"])) for call in account.calls[:3]]
    assert spans[0][1] == spans[1][0] == START // NS + 36_000
    assert all(high - low <= 86_400 for low, high in spans)


def test_units_are_as_datadog_has_them_and_as_one_says(account: FakeDatadog) -> None:
    send(account, calm(m10=90))
    byte: dict[str, Any] = {
        "family": "bytes",
        "scale_factor": 1,
        "name": "byte",
        "short_name": "B",
        "plural": "bytes",
        "id": 2,
    }
    second: dict[str, Any] = {
        "family": "time",
        "scale_factor": 1,
        "name": "second",
        "short_name": "s",
        "plural": "seconds",
    }
    cases: list[tuple[list[dict[str, Any] | None] | None, dict[str, Any], str | None]] = [
        ([byte, second], WATCH, "B/s"), ([{**byte, "short_name": None}, None], WATCH, "byte"), (None, WATCH, None),
        ([byte, None], {**WATCH, "unit": "bytes"}, "bytes"),
    ]  # fmt: skip
    for unit, watch, shown in cases:
        account.metrics.unit = unit
        assert {panel.unit for panel in read(account, watch).panels} == {shown}


def test_what_datadog_says_of_its_answer_is_a_gap_and_an_error_with_200_is_one(account: FakeDatadog) -> None:
    send(account, calm(m10=90))
    account.metrics.more = {"status": "warn", "message": "Some shards did not answer"}
    result = read(account)
    assert (len(result.facts), gaps(result)) == (2, [("partial", "CPU")])
    assert "its status is warn; Some shards did not answer" in result.gaps[0].statement
    account.metrics.more = {"status": "error", "error": "No such metric", "series": []}
    failed = read(account)
    assert (failed.facts, gaps(failed)) == ([], [("undecodable", "CPU")])
    assert "No such metric" in failed.gaps[0].statement


def test_what_is_past_retention_is_a_gap_and_is_not_asked_for(account: FakeDatadog) -> None:
    send(account, calm(m40=90))
    result = read(account, retention="1d", now=START + 30 * MINUTE + DAY)
    assert [(gap.reason, gap.start, gap.end) for gap in result.gaps] == [
        ("past_retention", START, START + 30 * MINUTE)
    ]
    assert account.calls[0].query["from"] == str(START // NS + 1_800)
    assert told(result)[-2:] == [("metric.crossed_above", 39, 41), ("metric.crossed_below", 40, 42)]


def test_two_thresholds_of_one_query_are_asked_once(account: FakeDatadog) -> None:
    send(account, calm(m10=90, m11=99))
    given = {"url": account.url, "threshold": [WATCH, {**WATCH, "name": "much", "above": 95}]}
    result = run(DatadogMetricsCollector, given, WINDOW, secrets=SECRETS, now=WINDOW.end + HOUR)
    assert (len(account.calls), len(result.facts)) == (1, 4)
    assert [panel.title for panel in result.panels] == ["CPU, much"]
    assert result.facts[0].evidence[0].link is None  # nothing tells where people open it


def test_a_used_up_limit_is_waited_for_as_many_seconds_as_it_says(account: FakeDatadog) -> None:
    send(account, calm(m10=90))
    account.refusals = 1
    assert len(read(account).facts) == 2
    account.refusals, account.reset = 99, 3_600
    found = run(DatadogMetricsCollector, {"url": account.url, "threshold": [WATCH]}, WINDOW, secrets=SECRETS)
    assert [gap.reason for gap in found.gaps if gap.missing == "CPU"] == ["rate_limited"]


def test_a_query_that_is_refused_is_a_gap_and_the_others_are_read(account: FakeDatadog) -> None:
    send(account, calm(m10=90))
    result = read(account, {"name": "broken", "query": "abs(.rollup(max, 60)", "above": 1}, WATCH)
    assert len(result.facts) == 2
    assert [gap.missing for gap in result.gaps] == ["broken"]


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ({"query": "sum:a{*} / sum:b{*}"}, "behind each metric"), ({"query": "abs(sum:a{*})"}, "behind each metric"),
        ({"query": "sum:a{*}.rollup(sum)"}, "with the seconds"), ({"query": "sum:a{*}.rollup(sum, 60) / sum:b{*} by {x}"}, "with the seconds"),
        ({"query": "sum:a{*}.rollup(sum, 60)", "rollup": "max"}, "rolls up itself"), ({"query": "a{*}", "period": "500ms"}, "whole seconds"),
        ({"query": "a{*}", "below": 1}, "needs one of above"),
    ],
)  # fmt: skip
def test_what_cannot_be_watched_is_refused(given: dict[str, Any], words: str) -> None:
    with pytest.raises(ValidationError, match=words):
        DatadogMetricsOptions.model_validate({"threshold": [{"name": "a", "above": 1, **given}]})


def test_a_query_is_single_or_is_not() -> None:
    assert single("p99:trace.x{a:b,!c:d} by {e,f}.as_rate()") == ("p99", "trace.x", "a:b,!c:d", "e,f")
    assert single("top(avg:a{*}, 1)") is None
    assert explored("https://app.datadoghq.com", "sum:a.b{*}.rollup(sum, 60) / sum:c{*}", 1, 2) is None
    address = explored("https://app.datadoghq.com", "a.b{*}.rollup(sum, 60)", 1, 2)
    assert (
        address
        == "https://app.datadoghq.com/metric/explorer?from_ts=1&to_ts=2&exp_metric=a.b&exp_scope=%2A&exp_agg=avg"
    )


def test_an_address_of_metrics_is_known_from_one_of_events() -> None:
    assert identify("https://acme.datadoghq.eu/metric/explorer?exp_metric=a.b") == (
        "datadog_metrics", "https://acme.datadoghq.eu",
    )  # fmt: skip
    for place in ("", "/event/explorer", "/monitors/1"):
        assert identify(f"https://app.datadoghq.com{place}") == ("datadog", "https://app.datadoghq.com")


def test_doctor_says_which_thresholds_have_points(account: FakeDatadog) -> None:
    send(account, calm())
    given = {"url": account.url, "threshold": [WATCH, {"name": "none", "query": "no.such{*}", "above": 1}]}
    shown = probe(DatadogMetricsCollector, given, SECRETS, now=WINDOW.end)
    assert list(shown) == [
        "reachable", "authorised", "clock", "retention", "rate limit", "threshold CPU", "threshold none",
    ]  # fmt: skip
    assert shown["threshold CPU"].detail == "1 series have points of the last hour"
    assert not shown["threshold none"].ok
    wrong = probe(DatadogMetricsCollector, given, {**SECRETS, "env:DD_APP_KEY": "another-key-of-somebody"})
    assert not wrong["authorised"].ok


def test_every_fault_is_named_or_changes_nothing(golden: Golden) -> None:
    def partial(answer: Any) -> Any:
        return {**answer, "status": "warn"}

    with FakeDatadog() as account:
        send(account, calm(m10=90, m11=85, m40=90))
        given = {"web_url": WEB, "threshold": [WATCH]}
        with FaultServer(account.url) as server:
            outcomes = check_faults(
                DatadogMetricsCollector, given, server, WINDOW, secrets=SECRETS, partial=partial, now=WINDOW.end + HOUR,
            )  # fmt: skip
        held = clock_cases.hold(
            DatadogMetricsCollector, given, account.url, WINDOW, now=WINDOW.end + HOUR, secrets=SECRETS
        )
        assert held >= 4
    keep(golden, "datadog_metrics", outcomes)
