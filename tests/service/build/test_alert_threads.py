"""A rule's crossings and its alert's states share one thread, labels from templates included."""

import time
from collections.abc import Callable

import pytest

from collectors.prometheus.alerts import PrometheusAlertsCollector
from collectors.prometheus.metrics import PrometheusMetricsCollector
from collectors.testing import run
from tests.servers.process import wait_until
from tests.servers.prometheus import Prometheus
from timeline.instant import NS
from timeline.model import Window

RULES = """\
groups:
- name: g
  interval: 1s
  rules:
  - alert: Slow
    expr: thread_seconds > 3
    labels: {severity: page, owner: 'team {{ $labels.job }}', 'at': '{{.Labels.pod}}', gone: '{{ $labels.nothing }}'}
  - alert: Busy
    expr: sum by (job) (thread_seconds) > 2 * 2
    labels: {owner: '{{- $labels.job -}}'}
"""


@pytest.fixture
def server(prometheus_version: str, start_prometheus: Callable[..., Prometheus]) -> Prometheus:
    server = start_prometheus(version=prometheus_version, rules=RULES)
    now = int(time.time())
    labels = {"__name__": "thread_seconds", "job": "checkout", "pod": "c-1"}
    server.write([(labels, [((now - 5 + i) * 1000, 1.0 if i < 5 else 9.0) for i in range(40)])])
    firing = 'ALERTS{alertstate="firing"}'
    wait_until(lambda: len(server.query(firing, time.time())) == 2, 30, "both alerts did not fire")
    return server


def test_crossings_and_states_meet_in_one_thread(server: Prometheus) -> None:
    now = time.time_ns()
    seen, options = Window(start=now - 60 * NS, end=now), {"url": server.url, "origin": "prod"}
    states = run(PrometheusAlertsCollector, options, seen, now=now).facts
    crossings = run(PrometheusMetricsCollector, {**options, "rules": True, "step": "1s"}, seen, now=now).facts
    fired = {fact.thread for fact in states if fact.kind == "alert.firing"}
    crossed = {fact.thread for fact in crossings if fact.kind.startswith("metric.")}
    assert len(fired) == 2
    assert fired == crossed
