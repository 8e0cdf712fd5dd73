"""Impact numbers against sums by hand, on real servers: Prometheus 2 and 3, VictoriaMetrics."""

from __future__ import annotations

import math
from typing import Any

import pytest

from collectors.prometheus.metrics import PrometheusMetricsCollector
from collectors.testing import Run, check
from tests.servers.prometheus import STALE, Prometheus
from tests.servers.victoria import Victoria
from timeline.instant import NS
from timeline.model import Impact, Incident, Window

T0 = 1_772_373_600  # 2026-03-01T14:00:00Z
STEP = 15
#: Errors a second: a hole from sample 60 on, NaN at 100, the end of the series at 130.
RATE = {i: float(i % 7) / 4 for i in range(-40, 130) if not 60 <= i < 70} | {100: math.nan}
USERS = {i: float(100 + (i * 37) % 41) for i in range(-40, 200)}


@pytest.fixture(scope="module")
def server(empty_server: Prometheus) -> Prometheus:
    """Every server whose answers are read."""
    rate = sorted({**RATE, 60: STALE, 130: STALE}.items())
    empty_server.write(
        [
            ({"__name__": "im_errors", "service": "a"}, [((T0 + STEP * i) * 1000, v) for i, v in rate]),
            ({"__name__": "im_users"}, [((T0 + STEP * i) * 1000, v) for i, v in USERS.items()]),
        ]
    )
    return empty_server


def read(server: Prometheus, impact: list[dict[str, Any]], window: Window, **more: Any) -> Run:
    options = {"url": server.url, "rules": False, "step": "15s", "impact": impact}
    return check(PrometheusMetricsCollector, options, window, now=(T0 + 100_000) * NS, **more)


def numbers(run: Run) -> list[Impact]:
    return [record for record in run.records if isinstance(record, Impact)]


def rates(server: Prometheus) -> dict[int, float]:
    """Return the values as the server evaluates them: VictoriaMetrics takes a stored NaN for no sample."""
    return RATE | {100: RATE[99]} if isinstance(server, Victoria) else RATE


def by_hand(values: dict[int, float], start: float, end: float) -> tuple[float, float]:
    """Sum what each second of `[start, end)` (seconds from T0) has: the value of the step's end."""
    total = seconds = 0.0
    for i, value in values.items():
        width = min(i * STEP, end) - max((i - 1) * STEP, start)
        if width > 0 and not math.isnan(value):
            total, seconds = total + width * value, seconds + width
    return total, seconds


def test_an_integral_leaves_out_what_was_not_there_and_says_so(server: Prometheus) -> None:
    window = Window(start=T0 * NS + 7 * NS, end=(T0 + 2_400) * NS - NS // 2)
    incident = Incident(id="I", start=(T0 + 100) * NS, end=(T0 + 901) * NS)
    asked = [{"name": "failed requests", "query": "im_errors", "unit": "requests"}]
    found = numbers(read(server, asked, window, incident=incident))
    assert [one.span for one in found] == ["window", "incident"]
    for one, (start, end) in zip(found, ((7.0, 2399.5), (100.0, 901.0)), strict=True):
        total, seconds = by_hand(rates(server), start, end)
        assert one.value == pytest.approx(total, rel=1e-12)
        assert one.read_s == pytest.approx(seconds)
        assert one.missing_s == pytest.approx(end - start - seconds)
        assert dict(one.labels)["service"] == "a"
        assert (one.unit, one.evidence[0].pointer) == ("requests", "/data/result/0/values")
        assert one.evidence[0].payload
        assert "integral per 1s" in (one.evidence[0].query or "")


def test_the_number_does_not_depend_on_how_the_answers_were_cut(server: Prometheus) -> None:
    window = Window(start=T0 * NS, end=(T0 + 1_800) * NS)
    asked = [{"name": "minutes", "query": "im_errors", "unit": "budget", "per": "1m"}]
    whole = numbers(read(server, asked, window))[0]
    options = {"url": server.url, "rules": False, "step": "15s", "impact": asked, "max_points": 7}
    cut = numbers(check(PrometheusMetricsCollector, options, window, now=(T0 + 100_000) * NS))[0]
    assert (cut.value, cut.missing_s, cut.id) == (whole.value, whole.missing_s, whole.id)
    assert whole.value == pytest.approx(by_hand(rates(server), 0, 1_800)[0] / 60)
    assert len(cut.evidence) > len(whole.evidence) == 1


def test_the_highest_value_and_what_has_no_series_at_all(server: Prometheus) -> None:
    window = Window(start=T0 * NS, end=(T0 + 600) * NS)
    asked = [
        {"name": "affected users", "query": "im_users", "unit": "users", "take": "max"},
        {"name": "nothing", "query": "im_none", "unit": "requests"},
        {"name": "broken", "query": "im_users[", "unit": "requests"},
    ]
    run = read(server, asked, window)
    most, nothing = numbers(run)
    assert most.value == max(v for i, v in USERS.items() if 0 < i <= 40)
    assert (nothing.value, nothing.read_s, nothing.missing_s, nothing.labels) == (None, 0, 600, {})
    assert [(g.reason, g.missing) for g in run.gaps] == [("partial", "broken")]


def test_a_threshold_that_customers_see_gives_facts_of_impact(server: Prometheus) -> None:
    window = Window(start=T0 * NS, end=(T0 + 300) * NS)
    options = {
        "url": server.url, "rules": False, "step": "15s",
        "threshold": [
            {"name": "errors", "query": "im_errors", "above": 1, "impact": True},
            {"name": "users", "query": "im_users", "above": 120},
        ],
    }  # fmt: skip
    run = check(PrometheusMetricsCollector, options, window, now=(T0 + 100_000) * NS)
    seen = {(fact.statement.split("`")[1], fact.category) for fact in run.facts}
    assert seen == {("errors", "impact"), ("users", "signal")}
