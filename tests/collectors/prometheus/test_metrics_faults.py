"""What a server says beside its data, and what it does not say in time."""

from collections.abc import Callable
from typing import Any

import pytest

from collectors.prometheus.metrics import PrometheusMetricsCollector
from collectors.testing import Run, check
from tests.collectors.prometheus.test_metrics import LATER, store, window
from tests.servers.prometheus import Prometheus
from tests.servers.proxies import Fault, Proxy

RULES = """\
groups:
- name: g
  rules:
  - {alert: Aaa, expr: pm_slow_a > 3}
  - {alert: Bbb, expr: pm_slow_b > 3}
  - {alert: Ccc, expr: pm_slow_c > 3}
"""


def read(url: str, **options: Any) -> Run:
    config = {"url": url, "rules": False, **options}
    result = check(PrometheusMetricsCollector, config, window(0, 60), now=LATER)
    assert result.failure is None
    return result


def rising() -> dict[int, float]:
    return {i: 1.0 if i < 40 else 5.0 for i in range(-20, 100)}


def test_what_the_time_cap_cuts_off_is_one_gap_and_active_rules_come_first(
    start_prometheus: Callable[..., Prometheus], start_mitm: Callable[..., Proxy]
) -> None:
    server = start_prometheus(rules=RULES)
    for name in ("a", "b", "c"):
        store(server, f"pm_slow_{name}", rising(), job="x")
    store(server, "ALERTS", dict.fromkeys(range(45, 60), 1.0), alertname="Ccc", alertstate="firing", job="x")
    slow = start_mitm(server.url, faults=[Fault(match="pm_slow_a", delay=20)])
    result = read(slow.url, rules=True, time_cap="4s", concurrency=1)
    assert [f.evidence[0].query for f in result.facts] == [
        "pm_slow_c # at its own samples\n# read whole, as JSON"
    ]
    (gap,) = result.gaps
    assert (gap.reason, gap.missing) == ("timed_out", "Aaa, Bbb")
    assert gap.statement.startswith("2 of 3 queries were not evaluated: ")


def test_a_storage_warning_is_a_gap(prometheus2: Prometheus, start_mitm: Callable[..., Proxy]) -> None:
    store(prometheus2, "pm_warned", rising(), job="x")
    words = '"warnings":["store 10.0.0.7 did not answer"]'
    proxy = start_mitm(
        prometheus2.url,
        faults=[
            Fault(match="query=pm_warned", replace=('"status":"success"', f'"status":"success",{words}'))
        ],
    )
    result = read(proxy.url, threshold=[{"name": "w", "query": "pm_warned", "above": 3}])
    assert [f.kind for f in result.facts] == ["metric.crossed_above"]
    (gap,) = result.gaps
    assert gap.reason == "partial"
    assert "store 10.0.0.7 did not answer" in gap.statement
    assert gap.missing is not None
    assert gap.missing.startswith("pm_warned[")
    assert gap.evidence


@pytest.mark.needs_compiled
def test_a_remark_on_the_query_is_kept_with_it_and_no_gap(prometheus3: Prometheus) -> None:
    store(prometheus3, "pm_remark", {i: float(i * (1 if i < 40 else 9)) for i in range(-20, 100)}, job="x")
    result = read(
        prometheus3.url,
        threshold=[{"name": "w", "query": "rate(pm_remark[1m])", "above": 0.2}],
        step="15s",
    )
    assert result.gaps == []
    assert "# PromQL info: metric might not be a counter" in (result.facts[0].evidence[0].query or "")


def test_a_restless_server_is_asked_again(prometheus2: Prometheus, start_mitm: Callable[..., Proxy]) -> None:
    store(prometheus2, "pm_restless", rising(), job="x")
    proxy = start_mitm(prometheus2.url, faults=[Fault(match="pm_restless", times=1, status=503)])
    result = read(proxy.url, threshold=[{"name": "w", "query": "pm_restless", "above": 3}])
    assert [f.kind for f in result.facts] == ["metric.crossed_above"]
    assert result.gaps == []


def test_a_broken_answer_is_a_gap(prometheus2: Prometheus, start_mitm: Callable[..., Proxy]) -> None:
    store(prometheus2, "pm_broken", rising(), job="x")
    proxy = start_mitm(
        prometheus2.url, faults=[Fault(match="pm_broken%5B", replace=('"result":[', '"result":[['))]
    )
    result = read(proxy.url, threshold=[{"name": "w", "query": "pm_broken", "above": 3}])
    assert result.facts == []
    (gap,) = result.gaps
    assert (gap.reason, gap.missing) == ("undecodable", "w")
