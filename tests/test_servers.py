"""Each real server starts, takes data, and answers: what the collectors' tests stand on."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest

from tests.servers.alertmanager import Alertmanager
from tests.servers.prometheus import STALE, Prometheus
from tests.servers.victoria import Victoria

START = datetime(2026, 3, 1, 14, 0, tzinfo=UTC)
T0 = int(START.timestamp())
LATENCY = "# TYPE lat gauge\n" + "".join(
    f'lat{{job="a"}} {1 if i < 40 else 5} {T0 + 15 * i}\n' for i in range(80)
)
RULES = """\
groups:
- name: g
  interval: 15s
  rules:
  - {alert: Slow, expr: lat > 3, for: 1m, labels: {severity: page}}
"""


def test_prometheus_back_fills_and_replays_rules(
    start_prometheus: Callable[..., Prometheus], prometheus_version: str
) -> None:
    server = start_prometheus(version=prometheus_version, openmetrics=LATENCY, rules=RULES)
    server.replay(RULES, START, START + timedelta(minutes=20))
    found = server.samples('ALERTS{alertname="Slow"}[1h]', T0 + 3600)
    firsts = {labels.split("alertstate=")[1].split(",")[0]: points[0][0] for labels, points in found.items()}
    assert firsts == {"pending": T0 + 600, "firing": T0 + 660}
    assert server.samples("ALERTS_FOR_STATE[1h]", T0 + 3600).popitem()[1][0] == (T0 + 600, str(T0 + 600))
    assert server.api("rules")["groups"][0]["rules"][0]["name"] == "Slow"
    assert server.api("status/buildinfo")["version"].startswith(
        {"2": "2.42.", "3": "3.15."}[prometheus_version]
    )


def test_prometheus_ends_series_by_stale_marker_and_survives_a_kill(prometheus2: Prometheus) -> None:
    labels = {"__name__": "servers_ends", "job": "a"}
    prometheus2.write([(labels, [(T0 * 1000, 1.5), (T0 * 1000 + 15_000, STALE)])])
    assert prometheus2.query("servers_ends", T0 + 10)[0]["value"] == [T0 + 10, "1.5"]
    assert prometheus2.query("servers_ends", T0 + 20) == []
    prometheus2.kill()
    prometheus2.restart()
    assert prometheus2.samples("servers_ends[1m]", T0 + 30).popitem()[1] == [(T0, "1.5")]


def test_prometheus_behind_tls_and_password(start_prometheus: Callable[..., Prometheus]) -> None:
    server = start_prometheus(openmetrics=LATENCY, tls=True, users={"reader": "s3cret"})
    server.replay(RULES, START, START + timedelta(minutes=20))
    assert server.url.startswith("https:")
    assert server.query("ALERTS", T0 + 700)[0]["metric"]["alertstate"] == "firing"


def test_victoria_takes_text_and_remote_write(victoria: Victoria) -> None:
    victoria.load(f'servers_text{{job="a"}} 1 {T0 * 1000}\n')
    victoria.write(
        [({"__name__": "servers_text", "job": "b"}, [(T0 * 1000, 2.0), (T0 * 1000 + 15_000, STALE)])]
    )
    found = victoria.samples("servers_text[1m]", T0 + 30)
    assert found["__name__=servers_text,job=a"] == [(T0, "1")]
    # Its raw ranges show the marker itself, which Prometheus hides.
    assert found["__name__=servers_text,job=b"] == [(T0, "2"), (T0 + 15, "NaN")]


@pytest.mark.parametrize("version", ["0.25", pytest.param("0.34", marks=pytest.mark.needs_compiled)])
def test_alertmanager_lists_what_it_is_told(
    start_alertmanager: Callable[..., Alertmanager], version: str
) -> None:
    server = start_alertmanager(version=version)
    server.post([{"labels": {"alertname": "Slow"}}])
    assert [alert["labels"] for alert in server.alerts()] == [{"alertname": "Slow"}]
