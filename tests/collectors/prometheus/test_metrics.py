"""Threshold crossings read from real servers: Prometheus 2 and 3, VictoriaMetrics."""

import json
import random
from collections.abc import Callable, Sequence
from typing import Any

import anyio
import pytest

from collectors.base import Check, Context, SourceError
from collectors.kit.redaction import Redactor
from collectors.kit.tape import MemoryStore, RecordingTape
from collectors.prometheus.metrics import PrometheusMetricsCollector
from collectors.testing import Run, check, run
from render.page.words import turn
from tests.servers.ports import free_port
from tests.servers.prometheus import STALE, Prometheus
from tests.servers.proxies import Fault
from timeline.facts import alert_thread
from timeline.instant import NS, Bounds
from timeline.model import Fact, Incident, Window

T0 = 1_772_373_600  # 2026-03-01T14:00:00Z
STEP = 15
LATER = (T0 + 100_000) * NS


@pytest.fixture(scope="module", params=["2", pytest.param("3", marks=pytest.mark.needs_compiled), "victoria"])
def server(
    request: pytest.FixtureRequest,
    start_prometheus: Callable[..., Prometheus],
    start_victoria: Callable[..., Prometheus],
) -> Prometheus:
    """Every server whose answers this collector reads."""
    if request.param != "victoria":
        return start_prometheus(version=request.param, openmetrics=back_fill())
    server = start_victoria()
    for (name, job), points in LONG.items():
        store(server, name, points, job=job, pad=PAD)
    return server


PAD = "x" * 100
_SEED = random.Random(7)
# Hours of samples are filled in before the start: written ones would have the server compact its
# blocks, and Prometheus 2 may miss samples of theirs while it does.
LONG: dict[tuple[str, str], dict[int, float]] = {
    ("pm_long", "a"): {i: _SEED.choice([1.0, 2.0, 4.0, 5.0]) for i in range(-100, 1100)},
    ("pm_much", "a"): {i: float(i % 7) for i in range(-20, 4_000)},
    ("pm_spike", "a"): dict.fromkeys(range(-20, 4_100), 1.0) | {1_777: 77.0, 2_222: -5.0},
    ("pm_spike", "calm"): dict.fromkeys(range(-20, 4_100), 2.0),
}


def back_fill() -> str:
    """Write the long series as OpenMetrics."""
    lines = [f"# TYPE {name} gauge" for name in sorted({name for name, _ in LONG})]
    for (name, job), points in LONG.items():
        place = lines.index(f"# TYPE {name} gauge") + 1
        lines[place:place] = [
            f'{name}{{job="{job}",pad="{PAD}"}} {v} {T0 + STEP * i}' for i, v in points.items()
        ]
    return "\n".join(lines) + "\n"


def at(index: int) -> int:
    """Return the instant of the sample `index` (ns)."""
    return (T0 + STEP * index) * NS


def window(first: int, last: int) -> Window:
    return Window(start=at(first), end=at(last))


def store(server: Prometheus, name: str, points: dict[int, float], **labels: str) -> None:
    """Store samples by index."""
    samples = [((T0 + STEP * i) * 1000, v) for i, v in sorted(points.items())]
    server.write([({"__name__": name, **labels}, samples)])


def read(server: Prometheus, query: str, seen: Window, checked: bool = True, **options: Any) -> Run:
    """Watch one query against a threshold (`above=3` unless told)."""
    ops = {"above", "below", "at_least", "at_most", "equals"}
    limit = {k: options.pop(k) for k in ops & options.keys()} or {"above": 3}
    threshold = {"name": "watched", "query": query, **limit}
    config = {"url": server.url, "rules": False, "threshold": [threshold], **options}
    result = (check if checked else run)(PrometheusMetricsCollector, config, seen, now=LATER)
    assert result.failure is None
    return result


def changes(facts: Sequence[Fact]) -> list[tuple[str, int | None, int]]:
    ordered = sorted(facts, key=lambda f: f.latest)
    return [(f.kind.removeprefix("metric."), f.earliest, f.latest) for f in ordered]


def one_more(server: Prometheus) -> int:
    """Prometheus 2 counts a sample that is exactly as old as the look-back, and evaluates at milliseconds."""
    return 1_000_000 if server.version == "2" else 0


def opened(result: Run, fact: Fact) -> Any:
    """Return what the fact's evidence points to."""
    evidence = fact.evidence[0]
    assert evidence.payload is not None
    assert evidence.pointer is not None
    return follow(json.loads(result.store.payloads[evidence.payload]), evidence.pointer)


def follow(found: Any, pointer: str) -> Any:
    for part in pointer.strip("/").split("/"):
        found = found[int(part)] if isinstance(found, list) else found[part]
    return found


def test_a_crossing_lies_between_two_samples_and_opens(server: Prometheus) -> None:
    store(server, "pm_cross", {i: 1.0 if i < 40 else 5.25 for i in range(-20, 160)}, job="a")
    result = read(server, "pm_cross", window(0, 80))
    (fact,) = result.facts
    assert (fact.kind, fact.earliest, fact.latest) == ("metric.crossed_above", at(39) + 1, at(40))
    assert opened(result, fact) == [T0 + STEP * 40, "5.25"]
    assert fact.statement == '`watched`: condition met for `{job="a"}`, 5.25 (threshold > 3)'
    assert fact.quantity is not None
    assert (fact.quantity.value, fact.quantity.threshold, fact.quantity.op) == (5.25, 3, ">")
    assert fact.surfaced is None
    assert "/graph?g0.expr=pm_cross&" in (fact.evidence[0].link or "")


def test_constants_are_applied_to_the_samples_themselves(server: Prometheus) -> None:
    store(server, "pm_const", {i: 1.0 if i != 41 else 5.0 for i in range(-20, 100)}, job="a")
    facts = read(server, "100 - pm_const * 10", window(0, 60), below=60).facts
    assert changes(facts) == [("crossed_below", at(40) + 1, at(41)), ("crossed_above", at(41) + 1, at(42))]
    assert "# at its own samples" in (facts[0].evidence[0].query or "")


def test_equality_matches_and_stops_matching(server: Prometheus) -> None:
    store(server, "pm_equal", {i: 2.0 if 10 <= i < 20 else 1.0 for i in range(-20, 100)}, job="a")
    found = changes(read(server, "pm_equal", window(0, 60), equals=2).facts)
    assert found == [("matched", at(9) + 1, at(10)), ("unmatched", at(19) + 1, at(20))]


def test_born_above_its_threshold_is_present_with_its_value(server: Prometheus) -> None:
    store(server, "pm_born", dict.fromkeys(range(30, 120), 9.0), job="a")
    (fact,) = read(server, "pm_born", window(0, 60)).facts
    assert (fact.kind, fact.earliest, fact.latest) == ("metric.present", at(29) + 1, at(30))
    assert fact.quantity is not None
    assert (fact.quantity.value, fact.quantity.threshold, fact.quantity.op) == (9, 3, ">")


def test_in_breach_when_the_window_began_has_no_beginning(server: Prometheus) -> None:
    store(server, "pm_ever", dict.fromkeys(range(-60, 120), 9.0), job="a")
    assert changes(read(server, "pm_ever", window(0, 60)).facts) == [("crossed_above", None, at(0))]
    # Where its crossing lies within the look-back before the window, it is known.
    store(server, "pm_just", {i: 9.0 if i >= -5 else 1.0 for i in range(-60, 120)}, job="a")
    assert changes(read(server, "pm_just", window(0, 60)).facts) == [("crossed_above", at(-6) + 1, at(-5))]


def test_absent_by_look_back_and_present_again(server: Prometheus) -> None:
    store(server, "pm_hole", {i: 1.0 for i in range(-20, 160) if not 20 < i <= 60}, job="a")
    found = changes(read(server, "pm_hole", window(0, 100)).facts)
    latest = at(20) + 300 * NS + one_more(server)
    assert found == [("absent", at(20) + 1, latest), ("present", at(60) + 1, at(61))]
    assert not read(server, "pm_hole", window(0, 100), lookback="15m").facts


def test_a_stale_marker_ends_a_series_where_it_is_shown(server: Prometheus) -> None:
    store(server, "pm_stale", {**dict.fromkeys(range(-20, 31), 9.0), 31: STALE}, job="a")
    found = changes(read(server, "pm_stale", window(0, 80)).facts)[1:]
    assert found == [("absent", at(30) + 1, at(31))]


def test_an_expression_is_judged_on_a_grid_and_its_holes_are_absence(server: Prometheus) -> None:
    store(server, "pm_grid", {i: 1.0 if i < 40 else 5.0 for i in range(-60, 200)}, job="a")
    (fact,) = read(server, "sum(pm_grid)", window(0, 80), step="1m").facts
    assert (fact.earliest, fact.latest) == (at(36) + 1, at(40))
    assert (fact.evidence[0].query or "").startswith("sum(pm_grid) # every 60 s from the epoch")
    assert fact.subject.labels == {}


def test_a_window_of_many_points_is_read_in_pieces_that_move_nothing(server: Prometheus) -> None:
    values = LONG["pm_long", "a"]
    seen = window(0, 800)  # 12,000 points of 1 s
    whole = read(server, "sum(pm_long)", seen, checked=False, step="1s", max_points=11_000)
    ranges = [e["request"] for e in whole.tape.entries if "query_range" in e["request"]["url"]]  # type: ignore[union-attr]
    assert len(ranges) >= 3  # two pieces, and the panel's drawing data
    expected = [i for i in range(1, 800) if (values[i] > 3) != (values[i - 1] > 3)]
    inside = [f for f in whole.facts if f.earliest is not None and seen.start < f.latest < seen.end]
    assert [f.latest for f in sorted(inside, key=lambda f: f.latest)] == [at(i) for i in expected]
    for size in (997, 4_999):
        pieces = read(server, "sum(pm_long)", seen, checked=False, step="1s", max_points=size)
        assert contents(pieces.facts) == contents(whole.facts)


def contents(facts: Sequence[Fact]) -> dict[str, str]:
    return {f.id: f.content_digest() for f in facts}


@pytest.mark.parametrize("query", ["pm_random", "sum by (job) (pm_random)", "pm_random * 2"])
def test_no_window_moves_a_fact(server: Prometheus, query: str) -> None:
    seed = random.Random(3)
    values = {i: seed.choice([1.0, 2.0, 8.0]) for i in range(-100, 300) if seed.random() > 0.08 or i % 50}
    for i in range(120, 160):
        values.pop(i, None)
    store(server, "pm_random", values, job="a")
    whole = read(server, query, window(0, 250), step="15s")
    for first, last in [(10, 90), (90, 140), (125, 250), (37, 38)]:
        part = read(server, query, window(first, last), step="15s")
        known = {f.id: f.content_digest() for f in part.facts if f.earliest is not None}
        assert known.items() <= contents(whole.facts).items()
        expected = {
            f.id
            for f in whole.facts
            if f.earliest is not None and f.latest >= at(first) and f.earliest < at(last)
        }
        assert expected <= known.keys()


def test_answers_over_the_limit_are_split_and_lose_nothing(
    server: Prometheus, monkeypatch: pytest.MonkeyPatch
) -> None:
    whole = read(server, "pm_much", window(0, 3_900), checked=False)
    monkeypatch.setattr("collectors.kit.http.MAX_PAYLOAD", 40_000)
    split = read(server, "pm_much", window(0, 3_900), checked=False)
    assert contents(split.facts) == contents(whole.facts)
    # One more: the crossing before the window whose breach reaches into it.
    assert len(whole.facts) == sum(i % 7 in {0, 4} for i in range(3_901)) + 1
    assert max(len(data) for data in split.store.payloads.values()) <= 40_000
    some = slice(0, None, 50)
    assert [opened(split, f) for f in split.facts[some]] == [opened(whole, f) for f in whole.facts[some]]
    assert sum("failure" in e for e in split.tape.entries) >= 1  # type: ignore[union-attr]


def test_the_drawing_data_keep_every_spike(server: Prometheus) -> None:
    expected = {
        "pm_spike": (77, -5),
        "0 - pm_spike * 1": (5, -77),
        "pm_spike + on (job) pm_spike": (154, -10),
    }
    for query, extremes in expected.items():
        result = read(server, query, window(0, 4_000), checked=False, above=50, step="15s")
        (panel,) = result.panels
        assert (panel.shown, panel.of, panel.title) == (2, 2, "watched")
        moved = next(s for s in panel.series if dict(s.labels)["job"] == "a")
        payload = json.loads(result.store.payloads[moved.payload])
        high = [float(v) for _, v in follow(payload, moved.high)]
        low = [float(v) for _, v in follow(payload, moved.low)]
        assert (max(high), min(low)) == extremes
        assert 300 < len(high) <= 1_001
        assert all(a >= b for a, b in zip(high, low, strict=True))
    first = read(server, "pm_spike", window(0, 4_000), checked=False, above=50).panels[0].series[0]
    assert dict(first.labels)["job"] == "a"  # it crossed, the other did not


def test_of_many_series_those_that_changed_first_are_drawn(server: Prometheus) -> None:
    odd = 'he said "a|b.c\\\\"'
    series = []
    for n in range(60):
        labels = {"__name__": "pm_many", "n": str(n), "path": odd if n == 50 else f"/{n}"}
        values = {i: 9.0 if (n == 50 and i > 20) or (n == 7 and i > 30) else 1.0 for i in range(-20, 100)}
        series.append((labels, [((T0 + STEP * i) * 1000, v) for i, v in sorted(values.items())]))
    server.write(series)
    for query in ("pm_many * 2", 'pm_many{n!="x"}', '{__name__=~"pm_man."}', "-pm_many * -1"):
        (panel,) = read(server, query, window(0, 60)).panels
        assert (panel.shown, panel.of) == (20, 60)
        assert [dict(s.labels)["n"] for s in panel.series[:3]] == ["50", "7", "0"]
        assert dict(panel.series[0].labels)["path"] == odd


def test_a_query_that_the_server_refuses_is_a_gap_and_the_others_go_on(server: Prometheus) -> None:
    store(server, "pm_good", {i: 1.0 if i < 40 else 5.0 for i in range(-20, 100)}, job="a")
    thresholds = [
        {"name": "broken", "query": "no_such_function(pm_good)", "above": 1},
        {"name": "good", "query": "pm_good", "above": 3},
    ]
    result = check(
        PrometheusMetricsCollector,
        {"url": server.url, "rules": False, "threshold": thresholds},
        window(0, 60),
        now=LATER,
    )
    assert [f.kind for f in result.facts] == ["metric.crossed_above"]
    (gap,) = result.gaps
    assert (gap.reason, gap.missing) == ("partial", "broken")
    assert gap.statement.startswith("1 of 2 queries were not evaluated")


RULES = """\
groups:
- name: g
  interval: 30s
  rules:
  - {alert: Slow, expr: pm_rule_lat > 3, for: 1m, labels: {severity: page, owner: 'team {{ $labels.job }}'}}
  - {alert: SlowToo, expr: pm_rule_lat > 3, labels: {severity: info}}
  - {alert: Busy, expr: 'sum by (job) (pm_rule_lat) > 2 * 2 unless on (job) pm_rule_off == 1'}
  - {alert: Gone, expr: 'absent(pm_rule_lat{job="a"})'}
  - {alert: Watchdog, expr: vector(1)}
  - {record: pm:recorded, expr: sum(pm_rule_lat)}
"""


@pytest.fixture
def ruled(start_prometheus: Callable[..., Prometheus], prometheus_version: str) -> Prometheus:
    server = start_prometheus(version=prometheus_version, rules=RULES)
    store(server, "pm_rule_lat", {i: 1.0 if i < 41 else 5.0 for i in range(-20, 80)}, job="a")
    return server


def test_thresholds_come_from_the_servers_rules(ruled: Prometheus) -> None:
    result = check(PrometheusMetricsCollector, {"url": ruled.url, "rules": True}, window(0, 120), now=LATER)
    slow = [f for f in result.facts if f.kind == "metric.crossed_above" and "`Slow" in f.statement]
    assert [Bounds(f.earliest, f.latest) for f in slow] == [Bounds(at(40) + 1, at(41))] * 2
    labels = {"job": "a", "severity": "page", "owner": "team a"}
    assert {f.thread for f in slow} == {
        alert_thread("test", "Slow", labels),
        alert_thread("test", "SlowToo", {"job": "a", "severity": "info"}),
    }
    assert slow[0].statement.startswith("`Slow")
    assert (slow[0].evidence[0].query or "").startswith("pm_rule_lat")
    (busy,) = [f for f in result.facts if f.statement.startswith("Expression 1 of `Busy`: condition met")]
    assert busy.statement.endswith('for `{job="a"}`, 5 (threshold > 4)')
    assert (busy.earliest, busy.latest) == (at(40) + 1, at(42))  # the group's grid, 30 s
    (gone,) = [f for f in result.facts if f.quantity and f.quantity.op == "absent"]
    assert gone.statement == '`Gone`: series went stale for `{job="a"}`'
    assert (gone.kind, gone.thread) == ("metric.absent", alert_thread("test", "Gone", {"job": "a"}))
    assert (gone.earliest, gone.latest) == (at(79) + 1, at(79) + 300 * NS + one_more(ruled))


def test_rules_without_a_plain_threshold_are_named(ruled: Prometheus) -> None:
    config = {"url": ruled.url, "rules": True}
    (gap,) = run(PrometheusMetricsCollector, config, window(0, 120), now=LATER).gaps
    assert gap.reason == "undecodable"
    assert gap.statement.startswith("1 alerting rule has no plain threshold")
    assert gap.missing == "Watchdog: `vector(1)` is not compared with a number"


def test_by_default_such_a_rule_is_named_where_it_was_active(ruled: Prometheus) -> None:
    config = {"url": ruled.url}
    assert not run(PrometheusMetricsCollector, config, window(0, 120), now=LATER).gaps
    active = {"alertname": "Watchdog", "alertstate": "firing"}
    store(ruled, "ALERTS", dict.fromkeys(range(50, 60), 1.0), **active)
    assert len(run(PrometheusMetricsCollector, config, window(0, 120), now=LATER).gaps) == 1


def test_a_rule_without_series_draws_no_panel(ruled: Prometheus) -> None:
    result = run(PrometheusMetricsCollector, {"url": ruled.url}, window(0, 30), now=LATER)
    assert (result.facts, result.panels) == ([], [])


@pytest.fixture(scope="module")
def secured(start_prometheus: Callable[..., Prometheus]) -> Prometheus:
    server = start_prometheus(tls=True, users={"reader": "pa55-phrase"})
    store(server, "pm_secure", {i: 1.0 if i < 40 else 5.0 for i in range(-20, 100)}, job="a")
    return server


SECRETS = {"env:LOGIN": "reader:pa55-phrase", "env:WRONG": "reader:not-the-phrase"}


def access(server: Prometheus, login: str = "env:LOGIN") -> dict[str, Any]:
    return {"url": server.url, "tls": {"ca": str(server.ca)}, "auth": {"basic": login}, "rules": False}


def test_behind_tls_and_a_password(secured: Prometheus) -> None:
    config = access(secured) | {"threshold": [{"name": "w", "query": "pm_secure", "above": 3}]}
    result = check(PrometheusMetricsCollector, config, window(0, 60), now=LATER, secrets=SECRETS)
    assert [f.kind for f in result.facts] == ["metric.crossed_above"]


def test_refused_credentials_end_the_source(secured: Prometheus) -> None:
    result = run(PrometheusMetricsCollector, access(secured, "env:WRONG"), window(0, 60), secrets=SECRETS)
    assert result.failure is not None
    assert result.failure.reason == "unauthorised"


def test_an_unreachable_server_ends_the_source() -> None:
    config = {"url": f"http://127.0.0.1:{free_port()}", "rules": False, "time_cap": "2s"}
    result = check(PrometheusMetricsCollector, config, window(0, 60))
    assert result.failure is not None
    assert result.failure.reason == "unreachable"


def looked(config: dict[str, Any]) -> dict[str, Check]:
    """Run `probe` as doctor does."""
    redactor = Redactor()
    context = Context(
        "test", Incident(id="doctor"), LATER, RecordingTape("test", "c", MemoryStore(), redactor),
        lambda reference: redactor.add(SECRETS[reference]),
    )  # fmt: skip
    options = PrometheusMetricsCollector.options_type.model_validate(config)
    made = PrometheusMetricsCollector(options, context)

    async def gather() -> list[Check]:
        return [check async for check in made.probe()]

    return {one.name: one for one in anyio.run(gather)}


def test_doctor_looks_through_the_sources_own_credentials(secured: Prometheus) -> None:
    checks = looked(access(secured))
    assert all(one.ok for one in checks.values()), checks
    assert checks["metrics"].detail == "1 metric name"
    assert checks["targets"].detail == "0 active, 0 of them down"
    assert checks["retention"].detail == "samples are kept for 36500 days"
    assert checks["look-back"].detail == "5m; configured 5m"
    assert not looked(access(secured) | {"lookback": "1m"})["look-back"].ok


def test_doctor_says_what_a_server_does_not_offer(victoria: Prometheus) -> None:
    checks = looked({"url": victoria.url})
    assert all(one.ok for one in checks.values()), checks
    assert checks["retention"].detail == "not told by the server"


def test_doctor_fails_on_wrong_credentials(secured: Prometheus) -> None:
    with pytest.raises(SourceError, match="401"):
        looked(access(secured, "env:WRONG"))


def test_what_lies_past_retention_is_a_gap(prometheus2: Prometheus) -> None:
    config = {"url": prometheus2.url, "threshold": [{"name": "w", "query": "pm_none", "above": 3}]}
    kept = 36_500 * 86_400 * NS  # as the tests' servers are started
    result = check(PrometheusMetricsCollector, config, window(0, 960), now=at(480) + kept)
    gap, younger = result.gaps
    assert (younger.reason, younger.start, younger.end) == ("never_recorded", at(480), at(960))
    assert (gap.reason, gap.start, gap.end) == ("past_retention", at(0), at(480))
    assert (
        gap.statement == "The server keeps samples no longer than 36500 days; earlier crossings are not known"
    )
    assert [p.of for p in result.panels] == [0]


def test_what_was_so_when_the_server_began_has_no_beginning(
    start_prometheus: Callable[..., Prometheus], prometheus_version: str
) -> None:
    server = start_prometheus(version=prometheus_version)
    for name, value in (("up", 1.0), ("pm_first_high", 9.0), ("pm_first_low", 1.0)):
        store(server, name, dict.fromkeys(range(100, 300), value), job="a")
    thresholds = [
        {"name": q, "query": q, "above": 3} for q in ("pm_first_high", "sum(pm_first_high)", "pm_first_low")
    ]
    config = {"url": server.url, "threshold": thresholds, "step": "15s"}
    result = check(PrometheusMetricsCollector, config, window(0, 200), now=LATER)
    assert changes(result.facts) == [("crossed_above", None, at(100))] * 2
    (gap,) = result.gaps
    assert (gap.reason, gap.start, gap.end) == ("never_recorded", at(0), at(100))
    # A hole in what it recorded is no beginning: what follows it is new.
    store(server, "up", dict.fromkeys(range(-5_000, -4_000), 1.0), job="a")
    result = check(PrometheusMetricsCollector, config, window(0, 200), now=LATER)
    assert [kind for kind, *_ in changes(result.facts)] == ["present"] * 3
    assert result.gaps == []


def test_a_threshold_needs_one_comparison() -> None:
    with pytest.raises(ValueError, match="needs one of above"):
        PrometheusMetricsCollector.options_type.model_validate(
            {"url": "http://h", "threshold": [{"name": "n", "query": "q"}]}
        )


def test_the_last_sample_up_to_the_start_tells_what_was_so_already(server: Prometheus) -> None:
    falling = {i: 51.0 - 3 * i for i in range(-30, 1)}  # ..., 57, 54, and 51 at the start itself
    store(server, "pm_falling", {**falling, **dict.fromkeys(range(1, 60), 60.0)}, job="a")
    (fact,) = read(server, "pm_falling", window(0, 20), above=50).facts
    assert (fact.earliest, fact.latest) == (None, at(0))
    assert fact.statement.endswith('condition already met for `{job="a"}`, 51 (threshold > 50)')
    assert opened(read(server, "pm_falling", window(0, 20), above=50), fact) == [T0, "51"]
    between = Window(start=at(-2) + 7 * NS, end=at(20))
    (fact,) = read(server, "pm_falling", between, above=50).facts
    assert (fact.earliest, fact.latest, fact.names["value"]) == (None, between.start, 57)


def test_a_sample_at_the_start_that_is_clear_was_not_in_breach_already(server: Prometheus) -> None:
    store(server, "pm_ends", {i: 99.0 if i < 0 else 1.0 for i in range(-40, 60)}, job="a")
    assert changes(read(server, "pm_ends", window(0, 20)).facts) == [("crossed_below", at(-1) + 1, at(0))]
    store(server, "pm_begins", {i: 1.0 if i < 0 else 99.0 for i in range(-40, 60)}, job="a")
    assert changes(read(server, "pm_begins", window(0, 20)).facts) == [("crossed_above", at(-1) + 1, at(0))]


def test_no_rounding_hides_on_which_side_a_value_is(server: Prometheus) -> None:
    store(server, "pm_close", {i: 99.9951 if i > 9 else 99.9949 for i in range(-20, 60)}, job="a")
    (fact,) = read(server, "pm_close", window(0, 20), above=99.995).facts
    assert fact.statement.endswith(", 99.9951 (threshold > 99.995)")
    (fact,) = read(server, "pm_close", window(0, 20), at_least=99.9951).facts
    assert fact.statement.endswith(", 99.9951 (threshold >= 99.9951)")


def test_what_is_not_a_number_is_neither_clear_nor_in_breach(server: Prometheus) -> None:
    if server.version == "victoria":
        pytest.skip("VictoriaMetrics stores no NaN but stale markers")
    errors = {i: 0.0 if 10 <= i < 20 else 6.0 for i in range(-20, 60)}
    store(server, "pm_errors", errors, job="a")
    store(server, "pm_requests", {i: 0.0 if 10 <= i < 20 else 60.0 for i in range(-20, 60)}, job="a")
    result = read(server, "pm_errors / pm_requests", window(0, 30), above=0.05, step="15s")
    assert changes(result.facts) == [
        ("crossed_above", None, at(0)), ("undefined", at(9) + 1, at(10)), ("defined", at(19) + 1, at(20)),
    ]  # fmt: skip
    _, lost, back = sorted(result.facts, key=lambda f: f.latest)
    assert lost.statement == '`watched`: value became undefined for `{job="a"}`, NaN (threshold > 0.05)'
    assert back.statement == '`watched`: value became defined for `{job="a"}`, 0.1 (threshold > 0.05)'
    store(server, "pm_nan", {i: float("nan") if 10 <= i < 20 else 9.0 for i in range(-20, 60)}, job="a")
    for way in ("samples", "envelope", "remote_read"):
        found = read(server, "pm_nan", window(0, 30), reading=way).facts
        assert changes(found)[1:] == [("undefined", at(9) + 1, at(10)), ("defined", at(19) + 1, at(20))]


def test_equality_says_where_the_value_came_from(server: Prometheus) -> None:
    store(server, "pm_up", {i: 0.0 if 10 <= i < 20 else 1.0 for i in range(-20, 60)}, job="a")
    down, up = sorted(read(server, "pm_up", window(0, 30), equals=0).facts, key=lambda f: f.latest)
    assert (down.kind, down.names["previous"], turn(down)) == ("metric.matched", 1.0, "down")
    assert (up.kind, up.names["previous"], turn(up)) == ("metric.unmatched", 0.0, "up")
    assert ", 0, after 1 (" in down.statement


def test_how_long_a_sample_counts_is_told_by_the_server(
    start_prometheus: Callable[..., Prometheus], prometheus_version: str
) -> None:
    server = start_prometheus(version=prometheus_version, flags=("--query.lookback-delta=15m",))
    store(server, "pm_rare", dict.fromkeys(range(-80, 160, 40), 1.0), job="a")  # every ten minutes
    result = read(server, "pm_rare", window(0, 100))
    assert result.facts == []
    assert result.gaps == []
    assert result.assumed == []
    assert looked({"url": server.url})["look-back"] == Check("look-back", True, "15m by the server's flags")
    kinds = [kind for kind, _, _ in changes(read(server, "pm_rare", window(0, 100), lookback="5m").facts)]
    assert kinds.count("absent") == 3  # what was set is used


def test_a_sample_as_old_as_the_look_back(server: Prometheus) -> None:
    """What a rule would see at the very edge, and the facts say: the same, of every version."""
    store(
        server,
        "pm_edge",
        {**dict.fromkeys(range(-20, 21), 1.0), **dict.fromkeys(range(50, 90), 1.0)},
        job="a",
    )
    if server.version == "victoria":
        pytest.skip("VictoriaMetrics has a look-back of its own making")
    (absent, _) = changes(read(server, "pm_edge", window(0, 80)).facts)
    there = [bool(server.query("pm_edge", at=moment / NS)) for moment in (absent[2] - 1_000_000, absent[2])]
    assert there == [True, False]


def test_a_look_back_that_cannot_be_read_is_a_gap_and_one_that_is_not_shown_is_none(
    start_prometheus: Callable[..., Prometheus], start_mitm: Callable[..., Any]
) -> None:
    server = start_prometheus()
    store(server, "pm_flags", dict.fromkeys(range(-80, 160), 1.0), job="a")
    hidden = start_mitm(server.url, faults=[Fault("status/flags", status=404)])
    result = read(hidden, "pm_flags", window(0, 60))
    assert result.gaps == []
    assert result.assumed == ["a sample counts for 5m (`lookback`)"]
    assert "5m is assumed" in looked({"url": hidden.url})["look-back"].detail
    # Thanos shows a flag that was not set as nothing.
    unset = '{"status":"success","data":{"query.lookback-delta":"","web.route-prefix":""}}'
    thanos = start_mitm(server.url, faults=[Fault("status/flags", status=200, body=unset)])
    result = read(thanos, "pm_flags", window(0, 60))
    assert (result.gaps, len(result.assumed)) == ([], 1)
    closed = start_mitm(server.url, faults=[Fault("status/flags", status=403, body="flags are for admins")])
    (gap,) = read(closed, "pm_flags", window(0, 60)).gaps
    assert gap.reason == "unauthorised"
    assert "flags are for admins" in gap.statement
    assert "5m is assumed; set `lookback`" in gap.statement
    assert read(closed, "pm_flags", window(0, 60), lookback="5m").gaps == []


def test_what_is_too_much_to_look_at_finely_is_said(
    server: Prometheus, monkeypatch: pytest.MonkeyPatch
) -> None:
    if server.version == "victoria":
        pytest.skip("VictoriaMetrics shows stale markers as samples")
    store(server, "pm_coarse", {**dict.fromkeys(range(-20, 20), 9.0), 20: STALE, 26: 9.0, **dict.fromkeys(range(27, 90), 9.0)}, job="a")  # fmt: skip
    monkeypatch.setattr("collectors.prometheus.samples.presence._MOST", 100)
    for way in ("samples", "envelope"):
        result = read(server, "pm_coarse", window(0, 60), reading=way)
        assert changes(result.facts)[1:] == [("absent", at(19) + 1, at(20)), ("present", at(25) + 1, at(26))]
        (gap,) = result.gaps
        assert gap.statement.endswith("of less than 15s that stale markers begin"), gap.statement


def test_names_of_utf_8_are_quoted_as_the_server_reads_them(server: Prometheus) -> None:
    if server.version == "2":
        pytest.skip("Prometheus 2 knows no such names")
    for n in range(30):  # more than a panel shows, so that its query is narrowed
        values = {i: 9.0 if n == 7 and i >= 30 else 1.0 for i in range(-20, 100)}
        store(server, "pm_named", values, **{"k8s.pod": f"pod-{n}", "日": 'a"b\\c'})
    for way in ("samples", "envelope"):
        result = read(server, "pm_named", window(0, 60), reading=way)
        (fact,) = result.facts
        assert fact.names["series"] == r'{"k8s.pod"="pod-7","日"="a\"b\\c"}'
        assert [panel.shown for panel in result.panels] == [20]
        assert result.gaps == []
    if server.version == "3":
        assert server.query('pm_named{"k8s.pod"="pod-7","日"="a\\"b\\\\c"}', at=T0)
