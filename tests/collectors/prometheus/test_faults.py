"""Prometheus under every fault: complete data, or a gap that says what is missing."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from collectors.prometheus.alerts import PrometheusAlertsCollector
from collectors.prometheus.metrics import PrometheusMetricsCollector
from collectors.testing import FaultServer, check_faults
from tests.collectors import clock_cases
from tests.collectors.fault_matrix import keep
from tests.collectors.prometheus.test_alerts import T0, alerts, up, window
from tests.collectors.prometheus.test_metrics import LATER, store
from tests.collectors.prometheus.test_metrics import window as samples_of
from tests.golden_files import Golden
from tests.servers.prometheus import Prometheus
from timeline.instant import NS

RULES = """\
groups:
- name: g
  rules:
  - {alert: Slow, expr: pm_faults > 3, annotations: {summary: It is slow.}}
"""


def _warned(answer: Any) -> Any:
    """Say what Thanos says when a store did not answer."""
    if isinstance(answer, dict) and "resultType" in (answer.get("data") or {}):
        return {**answer, "warnings": ["No StoreAPIs matched for this query"]}
    return answer


@pytest.fixture(scope="module")
def server(start_prometheus: Callable[..., Prometheus]) -> Prometheus:
    server = start_prometheus(rules=RULES)
    store(server, "pm_faults", {i: 5.0 if 20 <= i < 40 else 1.0 for i in range(-40, 100)}, job="x")
    states = [(at, "pending" if at < 900 else "firing") for at in range(600, 1500, 15)]
    server.write([*alerts({"alertname": "Slow", "job": "x"}, states, {600: 1500}), *up([(-600, 4000)])])
    return server


def test_metrics_under_every_fault(server: Prometheus, golden: Golden) -> None:
    options = {
        "threshold": [{"name": "slow", "query": "pm_faults", "above": 3}],
        "impact": [{"name": "over", "query": "pm_faults > bool 3", "unit": "s"}],
    }
    with FaultServer(server.url) as faulty:
        outcomes = check_faults(
            PrometheusMetricsCollector, options, faulty, samples_of(0, 60), partial=_warned, now=LATER
        )
    keep(golden, "prometheus_metrics", outcomes)
    assert clock_cases.hold(PrometheusMetricsCollector, options, server.url, samples_of(0, 60), LATER) >= 2


def test_alerts_under_every_fault(server: Prometheus, golden: Golden) -> None:
    with FaultServer(server.url) as faulty:
        outcomes = check_faults(
            PrometheusAlertsCollector, {}, faulty, window(0, 3000), partial=_warned, now=(T0 + 100_000) * NS
        )
    keep(golden, "prometheus_alerts", outcomes)
    seen = window(0, 3000)
    assert clock_cases.hold(PrometheusAlertsCollector, {}, server.url, seen, (T0 + 100_000) * NS) >= 2
