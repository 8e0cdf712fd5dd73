"""Alert history against real servers: back-filled, replayed by vmalert, restarted, and VictoriaMetrics."""

import time
from collections.abc import Callable, Iterable
from datetime import UTC, datetime, timedelta
from functools import partial
from itertools import groupby
from typing import Any

import pytest

from collectors.base import Payload
from collectors.prometheus.alert_rules import AlertRules
from collectors.prometheus.alerts import PrometheusAlertsCollector
from collectors.testing import Run, check, run
from tests.collectors.probing import probe
from tests.servers.process import wait_until
from tests.servers.prometheus import STALE, Prometheus
from tests.servers.proxies import Fault
from tests.servers.victoria import Victoria
from timeline.facts import alert_thread
from timeline.instant import NS
from timeline.model import Fact, Window

START = datetime(2026, 3, 1, 14, 0, tzinfo=UTC)
T0 = int(START.timestamp())
RULES = """\
groups:
- name: g
  interval: 15s
  rules:
  - alert: Slow
    expr: lat > 3
    for: 1m
    labels: {severity: page}
    annotations: {summary: "{{ $labels.job }} answers slowly", description: "Look at the dashboard."}
  - {alert: Blip, expr: lat > 4, labels: {severity: info}}
"""
#: lat of two jobs: one climbs once, one flaps; seconds from T0 -> value.
A = {s: 5.0 if 600 <= s < 1500 else 1.0 for s in range(0, 3600, 15)}
B = {s: 4.5 if 300 <= s < 345 or 900 <= s < 930 or s % 600 == 0 else 1.0 for s in range(0, 3600, 15)}
LATENCY = "# TYPE lat gauge\n" + "".join(
    f'lat{{job="{job}"}} {v} {T0 + s}\n' for job, values in (("a", A), ("b", B)) for s, v in values.items()
)
Sample = tuple[int, float]
#: Wait until a condition holds.
_until = partial(wait_until, seconds=60, complaint="it did not come to that")


def window(start: int, end: int) -> Window:
    return Window(start=(T0 + start) * NS, end=(T0 + end) * NS)


def alerts(
    labels: dict[str, str],
    states: Iterable[tuple[int, str]],
    since: dict[int, int],
    unmarked: Iterable[int] = (),
) -> list[Any]:
    """Make the series that evaluations at seconds from T0 leave, each ended by a stale marker.

    `since` has the lives, start to end: the evaluation without it. At those of `unmarked` there was none.
    """
    by_state: dict[str, dict[int, float]] = {"pending": {}, "firing": {}}
    starts: dict[int, float] = {}
    ordered = sorted(states)
    for begin, end in since.items():
        life = [(at, state) for at, state in ordered if begin <= at < end]
        for (at, state), (following, then) in zip(life, [*life[1:], (end, "")], strict=True):
            by_state[state][at], starts[at] = 1.0, float(T0 + begin)
            if then != state and following not in unmarked:
                by_state[state][following] = STALE
        if end not in unmarked:
            starts[end] = STALE
    series = [
        ({"__name__": "ALERTS", "alertstate": s, **labels}, points)
        for s, points in by_state.items()
        if points
    ]
    told = [*series, ({"__name__": "ALERTS_FOR_STATE", **labels}, starts)]
    return [
        (name, [((T0 + at) * 1000, value) for at, value in sorted(points.items())]) for name, points in told
    ]


def up(spans: Iterable[tuple[int, int]], step: int = 15) -> list[Any]:
    points = [((T0 + at) * 1000, 1.0) for a, b in spans for at in range(a, b, step)]
    return [({"__name__": "up", "job": "node", "instance": "n1"}, points)]


def told(run_: Run) -> list[tuple[str, str, float | None, float]]:
    """Write facts as (kind, job, earliest, latest) in seconds from T0, bounds opened to the left."""
    return sorted(
        (
            f.kind.removeprefix("alert."), dict(f.subject.labels).get("job", ""),
            None if f.earliest is None else (f.earliest - 1) / NS - T0, f.latest / NS - T0,
        )
        for f in run_.facts
    )  # fmt: skip


def brute(server: Prometheus, alert: str, start: int, end: int) -> list[tuple[str, str, float | None, float]]:
    """Reconstruct by hand, evaluation by evaluation, what a 15 s rule stored between two seconds from T0."""
    states: dict[str, dict[int, str]] = {}
    for text, points in server.samples(f'ALERTS{{alertname="{alert}"}}[{end - start}s]', T0 + end).items():
        labels = dict(pair.split("=") for pair in text.split(","))
        for stamp, _ in points:
            states.setdefault(labels["job"], {})[round(stamp) - T0] = labels["alertstate"]
    found: list[tuple[str, str, float | None, float]] = []
    for job, by_time in states.items():
        grid = [(at, by_time.get(at)) for at in range(start - start % 15, end, 15)]
        runs = [(state, [at for at, _ in group]) for state, group in groupby(grid, key=lambda pair: pair[1])]
        for i, (state, at) in enumerate(runs):
            if state:
                found.append((state, job, at[0] - 15, at[0]))
            if state and i + 1 < len(runs) and runs[i + 1][0] is None:
                ended = "resolved" if state == "firing" else "pending_ended"
                found.append((ended, job, at[-1], at[-1] + 15))
    return sorted(found)


def test_rules_replayed_over_the_past_agree_with_a_walk_over_every_evaluation(
    start_prometheus: Callable[..., Prometheus], prometheus_version: str
) -> None:
    server = start_prometheus(version=prometheus_version, openmetrics=LATENCY, rules=RULES)
    server.replay(RULES, START, START + timedelta(hours=1))
    found = check(PrometheusAlertsCollector, {"url": server.url}, window(0, 3500), now=(T0 + 10_000) * NS)
    assert found.failure is None
    assert found.gaps == []
    for alert in ("Slow", "Blip"):
        mine = [f for f in found.facts if f"`{alert}`" in f.statement]
        assert told(Run(list(mine), None, found.tape, found.store)) == brute(server, alert, -15, 3600)
    slow = next(f for f in found.facts if f.kind == "alert.firing" and "`Slow`" in f.statement)
    assert slow.statement == "Alert `Slow` fired (`job=a, severity=page`)"
    assert slow.subject.service == "a"
    assert slow.thread == alert_thread("test", "Slow", {"job": "a", "severity": "page"})
    assert slow.quote is not None
    assert slow.quote.text.endswith("answers slowly\nLook at the dashboard.")
    assert "as read at collection" in (slow.evidence[-1].query or "")
    assert _opened(found, slow)[:2] == [[T0 + 660, "1"], [T0 + 660, str(T0 + 600)]]


def _opened(run_: Run, fact: Fact) -> list[Any]:
    """Follow each piece of evidence into its payload."""
    import orjson

    found = []
    for entry in fact.evidence:
        node = orjson.loads(run_.store.get(entry.payload or ""))
        for step in (entry.pointer or "").split("/")[1:]:
            node = node[int(step)] if isinstance(node, list) else node[step]
        found.append(node)
    return found


LABELS = {"alertname": "Down", "job": "a"}
LIFE = [(at, "pending" if at < 660 else "firing") for at in range(600, 1500, 15)]


@pytest.fixture(scope="module")
def written(
    start_prometheus: Callable[..., Prometheus], start_victoria: Callable[..., Victoria]
) -> dict[str, Prometheus]:
    """Store the same lives in both dialects: one plain, one of vmalert, one flapping, all with ends."""
    servers: dict[str, Prometheus] = {"prometheus": start_prometheus(), "victoria": start_victoria()}
    flaps = [(at, "firing") for at in (900, 915, 945, 990)]
    for server in servers.values():
        server.write(alerts(LABELS, LIFE, {600: 1500}))
        server.write(alerts({**LABELS, "job": "b"}, flaps, {900: 930, 945: 960, 990: 1005}))
        server.write(up([(0, 3600)]))
    return servers


@pytest.mark.parametrize("dialect", ["prometheus", "victoria"])
def test_both_dialects_tell_the_same(written: dict[str, Prometheus], dialect: str) -> None:
    found = check(
        PrometheusAlertsCollector, {"url": written[dialect].url}, window(300, 3000), now=(T0 + 3600) * NS
    )
    assert found.failure is None
    assert told(found) == [
        ("firing", "a", 645, 660),
        ("firing", "b", 885, 900),
        ("firing", "b", 930, 945),
        ("firing", "b", 975, 990),
        ("pending", "a", 585, 600),
        ("resolved", "a", 1485, 1500),
        ("resolved", "b", 915, 930),
        ("resolved", "b", 945, 960),
        ("resolved", "b", 990, 1005),
    ]
    assert found.gaps == []


def test_ids_and_threads_do_not_depend_on_window_or_server(written: dict[str, Prometheus]) -> None:
    def read(dialect: str, *span: int) -> set[tuple[str, str | None]]:
        options = {"url": written[dialect].url, "origin": "prod"}
        return {
            (f.id, f.thread)
            for f in run(PrometheusAlertsCollector, options, window(*span), now=(T0 + 3600) * NS).facts
        }

    whole = read("prometheus", 0, 3500)
    assert whole == read("victoria", 300, 2000)
    assert read("prometheus", 1200, 1400) == {
        (f.id, f.thread)
        for f in run(
            PrometheusAlertsCollector, {"url": written["prometheus"].url, "origin": "prod"}, window(0, 3500), now=(T0 + 3600) * NS
        ).facts
        if dict(f.subject.labels)["job"] == "a" and f.kind != "alert.resolved"
    }  # fmt: skip


def test_a_life_open_at_both_ends_of_the_window_is_read_back_and_not_resolved(
    start_prometheus: Callable[..., Prometheus],
) -> None:
    server = start_prometheus()
    long = [(at, "pending" if at < -86_400 + 9000 else "firing") for at in range(-86_400, 7200, 15)]
    server.write(alerts(LABELS, long, {-86_400: 7200}))
    server.write(alerts({**LABELS, "job": "b"}, long[-960:], {-86_400: 7200}))
    server.write(up([(-90_000, 7200)]))
    found = check(PrometheusAlertsCollector, {"url": server.url}, window(0, 1800), now=(T0 + 9000) * NS)
    assert found.gaps == []
    assert told(found) == [
        ("firing", "a", -77_415, -77_400),
        ("firing", "b", None, -300),  # its earlier samples are gone
        ("pending", "a", -86_415, -86_400),
    ]
    assert (
        next(f for f in found.facts if f.earliest is None).statement
        == "Alert `Down` was already firing (`job=b`)"
    )


def test_a_restart_in_the_middle_of_a_life_is_one_gap_and_the_life_goes_on(
    start_prometheus: Callable[..., Prometheus],
) -> None:
    server = start_prometheus()
    recorded = [(at, "firing") for at in range(600, 3000, 15) if not 1200 <= at < 1500 + 45]
    server.write(alerts(LABELS, recorded, {600: 3000}))
    fresh = [(at, "firing") for at in range(1005, 1200, 15)]
    server.write(alerts({**LABELS, "job": "b"}, fresh, {1005: 1200}, [1200]))
    server.write(up([(0, 1200), (1500, 3600)]))
    found = check(PrometheusAlertsCollector, {"url": server.url}, window(300, 3300), now=(T0 + 3600) * NS)
    (gap,) = found.gaps
    assert (gap.reason, gap.start // NS - T0, gap.end // NS - T0) == ("partial", 1200, 1485)
    assert told(found) == [
        ("firing", "a", 585, 600),
        ("firing", "b", 990, 1005),
        ("resolved", "a", 2985, 3000),
        ("resolved", "b", 1185, 1545),  # while nobody looked: its rule's next sample is without it
    ]


def test_a_restart_too_short_for_up_shows_in_the_first_samples_after_it(
    start_prometheus: Callable[..., Prometheus],
) -> None:
    server = start_prometheus()
    before = [(at, "firing") for at in range(600, 1200, 15)]
    # Evaluated again from 1230 on; the first two evaluations after a start leave no samples.
    after = [(at, "pending" if at < 1290 else "firing") for at in range(1260, 1500, 15)]
    server.write(alerts(LABELS, before + after, {600: 1200, 1230: 1500}, [1200]))
    server.write(alerts({**LABELS, "job": "b"}, before, {600: 1200}, [1200]))
    at_once = [(at, "firing") for at in [*range(600, 1200, 15), *range(1260, 1500, 15)]]
    server.write(alerts({**LABELS, "job": "c"}, at_once, {600: 1200, 1230: 1500}, [1200]))
    server.write(up([(0, 1200), (1230, 3600)]))
    found = check(PrometheusAlertsCollector, {"url": server.url}, window(300, 3300), now=(T0 + 3600) * NS)
    (gap,) = found.gaps
    assert (gap.reason, gap.start // NS - T0, gap.end // NS - T0) == ("partial", 1200, 1230)
    assert told(found) == [
        ("firing", "a", 585, 600),
        ("firing", "a", 1275, 1290),
        ("firing", "b", 585, 600),
        ("firing", "c", 585, 600),  # and so it was at 1260: whether it stopped in between is not known
        ("pending", "a", 1185, 1260),  # it began anew: it had ended, nobody knows when
        ("resolved", "a", 1485, 1500),
        ("resolved", "b", 1185, 1260),
        ("resolved", "c", 1485, 1500),
    ]


def test_a_hole_of_one_rule_alone_is_named(start_prometheus: Callable[..., Prometheus]) -> None:
    server = start_prometheus()
    recorded = [(at, "firing") for at in range(600, 3000, 15) if not 1200 <= at < 1500]
    server.write([*alerts(LABELS, recorded, {600: 3000}), *up([(0, 3600)])])
    found = check(PrometheusAlertsCollector, {"url": server.url}, window(300, 3300), now=(T0 + 3600) * NS)
    (gap,) = found.gaps
    assert (gap.reason, gap.start // NS - T0, gap.end // NS - T0) == ("partial", 1185, 1500)
    assert gap.missing == 'ALERTS{alertname="Down",job="a"}'
    assert [kind for kind, *_ in told(found)] == ["firing", "resolved"]


def test_what_came_before_the_server_was_never_recorded(start_prometheus: Callable[..., Prometheus]) -> None:
    server = start_prometheus()
    server.write([*alerts(LABELS, LIFE, {600: 1500}), *up([(600, 3600)])])
    found = check(PrometheusAlertsCollector, {"url": server.url}, window(0, 1800), now=(T0 + 3600) * NS)
    (gap,) = found.gaps
    assert (gap.reason, gap.start // NS - T0, gap.end // NS - T0) == ("never_recorded", 0, 585)


def test_a_server_that_says_nothing_is_not_quiet(prometheus2: Prometheus, victoria: Prometheus) -> None:
    far = Window(start=1_000_000_000 * NS, end=1_000_003_600 * NS)
    for server, reason in ((prometheus2, "never_recorded"), (victoria, "partial")):
        found = check(PrometheusAlertsCollector, {"url": server.url}, far, now=1_000_003_600 * NS)
        assert [(g.reason, g.start, g.end) for g in found.gaps] == [(reason, far.start, far.end)]
    assert found.facts == []


def test_beginnings_that_are_half_read_are_a_gap_and_what_was_read_before_is_told(
    start_prometheus: Callable[..., Prometheus], start_mitm: Callable[..., Any]
) -> None:
    server = start_prometheus()
    long = [(at, "firing") for at in range(-7200, 3600, 15)]
    # Of the same name, and over before the window: only what is read back would show it.
    short = [(at, "firing") for at in range(-7200, -6600, 15)]
    server.write([*alerts(LABELS, long, {-7200: 3600}), *up([(-9000, 3600)])])
    server.write(alerts({**LABELS, "job": "b"}, short, {-7200: -6600}))
    proxy = start_mitm(server.url, faults=[Fault(match="ALERTS_FOR_STATE%7B", status=500)])
    found = check(PrometheusAlertsCollector, {"url": proxy.url}, window(0, 1800), now=(T0 + 3600) * NS)
    (gap,) = found.gaps
    assert (gap.reason, gap.missing) == ("partial", "Down")
    assert gap.statement.startswith("The beginnings of alerts that were already active could not be read")
    assert [(kind, job) for kind, job, *_ in told(found)] == [("firing", "a")]


def test_alert_names_with_any_characters_are_read_back(start_prometheus: Callable[..., Prometheus]) -> None:
    server = start_prometheus()
    name = 'Disk "full" (95%) a.b\\c|d{}'
    long = [(at, "firing") for at in range(-7200, 3600, 15)]
    server.write([*alerts({"alertname": name, "job": "a"}, long, {-7200: 3600}), *up([(-9000, 3600)])])
    found = check(PrometheusAlertsCollector, {"url": server.url}, window(0, 1800), now=(T0 + 3600) * NS)
    assert told(found) == [("firing", "a", -7215, -7200)]
    asked = found.facts[0].evidence[0].query or ""
    assert len(server.query(asked, T0)) == 1, "the query in the evidence opens the series"


def test_vmalert_on_victoria_agrees_with_prometheus(
    start_prometheus: Callable[..., Prometheus], start_victoria: Callable[..., Victoria]
) -> None:
    def ids(server: Prometheus) -> set[tuple[str, str | None]]:
        server.replay(RULES, START, START + timedelta(hours=1))
        if isinstance(server, Victoria):
            server.flush()
        options = {"url": server.url, "origin": "prod"}
        found = check(PrometheusAlertsCollector, options, window(0, 3500), now=(T0 + 10_000) * NS)
        assert found.failure is None
        assert found.gaps == []
        return {(f.id, f.thread) for f in found.facts}

    victoria = start_victoria()
    values = (("a", A), ("b", B))
    victoria.load(
        "".join(f'lat{{job="{j}"}} {v} {(T0 + s) * 1000}\n' for j, by in values for s, v in by.items())
    )
    told_twice = ids(victoria)
    assert len(told_twice) > 20
    assert told_twice == ids(start_prometheus(openmetrics=LATENCY))


def test_the_rule_group_that_vmalert_adds_is_no_part_of_an_alert(
    start_prometheus: Callable[..., Prometheus],
) -> None:
    def ids(**extra: str) -> set[tuple[str, str | None]]:
        server = start_prometheus()
        server.write([*alerts(LABELS | extra, LIFE, {600: 1500}), *up([(0, 3600)])])
        options = {"url": server.url, "origin": "prod"}
        found = run(PrometheusAlertsCollector, options, window(300, 3000), now=(T0 + 3600) * NS).facts
        assert all(f.subject.labels == {"job": "a"} for f in found)
        return {(f.id, f.thread) for f in found}

    assert len(ids()) == 3
    assert ids() == ids(alertgroup="g")


def test_a_wrong_password_is_unauthorised(start_prometheus: Callable[..., Prometheus]) -> None:
    server = start_prometheus(users={"reader": "s3cret-word"})
    for password, reason in (("wrong-word", "unauthorised"), ("s3cret-word", None)):
        options = {"url": server.url, "auth": {"basic": "env:LOGIN"}}
        found = check(
            PrometheusAlertsCollector,
            options,
            window(0, 60),
            secrets={"env:LOGIN": f"reader:{password}"},
            now=(T0 + 60) * NS,
        )
        assert (found.failure.reason if found.failure else None) == reason


def test_two_rules_of_one_name_that_say_different_things_are_not_quoted() -> None:
    def rule(labels: dict[str, str], summary: str, **more: Any) -> dict[str, Any]:
        return {
            "type": "alerting",
            "name": "Down",
            "labels": labels,
            "annotations": {"summary": summary},
            **more,
        }

    active = {
        "labels": {"alertname": "Down", "job": "b"},
        "activeAt": START.isoformat(),
        "annotations": {"summary": "b is down"},
    }
    rules = [
        rule({"severity": "page"}, "pages"),
        rule({"severity": "info"}, "tells"),
        rule({}, "{{ $labels.job }}", alerts=[active]),
    ]
    said = AlertRules(Payload("0" * 64, b""), [{"name": "g", "rules": rules}])
    assert said.find("Down", {"severity": "page"}, 0) is None
    assert said.find("Down", {"job": "b"}, T0 * NS) == ("b is down", "/data/groups/0/rules/2")
    assert said.find("Down", {"job": "b"}, (T0 + 60) * NS) == ("{{ $labels.job }}", "/data/groups/0/rules/2")
    assert said.find("Up", {}, 0) is None


LIVE = """\
global: {scrape_interval: 1s, evaluation_interval: 1s}
rule_files: [RULES]
scrape_configs:
- job_name: self
  static_configs: [{targets: ["127.0.0.1:9"]}]
"""
LIVE_RULES = """\
groups:
- name: live
  rules:
  - {alert: Unreachable, expr: up == 0, for: 2s, annotations: {summary: "{{ $labels.job }} does not answer"}}
"""


def test_a_live_server_that_is_killed_goes_on_with_its_alert(
    start_prometheus: Callable[..., Prometheus], tmp_path: Any
) -> None:
    rules = tmp_path / "live.yml"
    rules.write_text(LIVE_RULES)
    begun = time.time_ns()
    flags = ("--rules.alert.for-grace-period=1s",)  # else only alerts that wait 10 minutes are restored
    server = start_prometheus(config=LIVE.replace("RULES", str(rules)), flags=flags)
    _until(lambda: len(server.query('ALERTS{alertstate="firing"}', time.time())) == 1)
    firing = 'ALERTS{alertstate="firing"}[1m]'
    _until(lambda: sum(map(len, server.samples(firing, time.time()).values())) >= 2)
    killed = time.time_ns()
    server.kill()
    _until(lambda: time.time_ns() > killed + 4 * NS)  # evaluations are missed, a second each
    restarting = time.time_ns()
    server.restart()
    restarted = time.time()
    _until(lambda: bool(server.samples("ALERTS[1s]", time.time())) and time.time() > restarted + 5)
    now = time.time_ns()
    found = check(PrometheusAlertsCollector, {"url": server.url}, Window(start=begun, end=now), now=now)
    kinds = [f.kind for f in sorted(found.facts, key=lambda f: f.latest)]
    assert kinds == ["alert.pending", "alert.firing"]
    assert {f.quote.text for f in found.facts if f.quote} == {"self does not answer"}
    (hole,) = [g for g in found.gaps if g.missing]
    assert begun < hole.start <= killed
    assert restarting <= hole.end < now


def test_grafanas_history_is_one_life_under_its_own_name(start_prometheus: Callable[..., Prometheus]) -> None:
    server = start_prometheus()
    states = {"Alerting": range(600, 900, 15), "NoData": range(900, 1200, 15), "Error": range(1200, 1500, 15)}
    series = []
    for state, at in states.items():
        labels = {
            "__name__": "GRAFANA_ALERTS",
            "alertstate": "firing",
            "grafana_alertstate": state,
            "replica": "a",
        }
        points = [((T0 + s) * 1000, 1.0) for s in at] + [((T0 + at.stop) * 1000, STALE)]
        series += [({**labels, **LABELS}, points), ({**labels, **LABELS, "replica": "b"}, points)]
    server.write([*series, *up([(0, 3600)])])
    options = {
        "url": server.url,
        "metric": "GRAFANA_ALERTS",
        "ignored_labels": ["grafana_alertstate", "replica"],
    }
    found = check(PrometheusAlertsCollector, options, window(300, 3000), now=(T0 + 3600) * NS)
    assert told(found) == [("firing", "a", 585, 600), ("resolved", "a", 1485, 1500)]
    assert found.gaps == []
    shown = probe(PrometheusAlertsCollector, {"url": server.url}, now=(T0 + 3600) * NS)
    assert not shown["alerts"].ok
    assert "GRAFANA_ALERTS is not read: set `metric`" in shown["alerts"].detail
    assert "replica may tell copies of one alert apart" in shown["alert labels"].detail
    missing = check(PrometheusAlertsCollector, {"url": server.url}, window(300, 3000), now=(T0 + 3600) * NS)
    (gap,) = missing.gaps
    assert "GRAFANA_ALERTS" in gap.statement


SLOW = """\
groups:
- {name: slow, interval: 4h, rules: [{alert: Cert, expr: x > 1}]}
- {name: fast, interval: 30s, rules: [{alert: Down, expr: y > 1}]}
"""
HOURS = 3600


def test_a_rule_that_is_evaluated_every_four_hours_is_told_by_its_own_interval(
    start_prometheus: Callable[..., Prometheus],
) -> None:
    server = start_prometheus(rules=SLOW)
    cert = {"alertname": "Cert", "job": "a"}
    slow = [(at, "firing") for at in range(-8 * HOURS, 8 * HOURS, 4 * HOURS)]
    server.write(alerts(cert, slow, {-8 * HOURS: 8 * HOURS}))
    fast = [(at, "firing") for at in range(600, 900, 30)]
    server.write([*alerts({**LABELS, "job": "b"}, fast, {600: 900}), *up([(-9 * HOURS, 9 * HOURS)])])

    def read(start: int, end: int, now: int) -> list[tuple[str, str, float | None, float]]:
        found = check(PrometheusAlertsCollector, {"url": server.url}, window(start, end), now=(T0 + now) * NS)
        assert found.gaps == []
        return told(found)

    # Within one interval, no sample of it is in the window.
    inside = [("firing", "b", 570, 600), ("resolved", "b", 870, 900)]
    assert [f for f in read(300, 3000, 9 * HOURS) if f[1] == "b"] == inside
    assert [f for f in read(300, 3000, 9 * HOURS) if f[1] == "a"] == [
        ("firing", "a", -12 * HOURS, -8 * HOURS)
    ]
    ended = [f for f in read(3 * HOURS, 9 * HOURS, 10 * HOURS) if f[1] == "a"]
    assert ended == [("firing", "a", -12 * HOURS, -8 * HOURS), ("resolved", "a", 4 * HOURS, 8 * HOURS)]


def test_ends_are_told_by_a_server_that_offers_no_remote_read(
    written: dict[str, Prometheus], start_mitm: Callable[..., Any]
) -> None:
    server = written["prometheus"]
    unmarked = alerts(
        {**LABELS, "job": "c"}, [(at, "firing") for at in range(600, 1500, 15)], {600: 1500}, [1500]
    )
    server.write(unmarked)
    proxy = start_mitm(server.url, faults=[Fault(match="/api/v1/read", status=404)])
    found = check(PrometheusAlertsCollector, {"url": proxy.url}, window(300, 3000), now=(T0 + 3600) * NS)
    told_of = {
        job: [(kind, low, high) for kind, of, low, high in told(found) if of == job and kind == "resolved"]
        for job in "abc"
    }
    ((_, low, high),) = told_of["a"]
    assert (low, 1500 <= high <= 1530) == (1485, True)
    assert len(told_of["b"]) == 3
    assert told_of["c"] == []
    (gap,) = found.gaps
    assert gap.missing == 'ALERTS{alertname="Down",job="c"}'
