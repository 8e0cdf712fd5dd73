"""What came before a server's samples: never recorded where it says that it deleted none, else a gap."""

import time
from collections.abc import Callable, Sequence
from typing import Any

import pytest

from collectors.base import AnyCollector
from collectors.prometheus.alerts import PrometheusAlertsCollector
from collectors.prometheus.metrics import PrometheusMetricsCollector
from collectors.testing import check
from tests.servers.process import wait_until
from tests.servers.prometheus import Prometheus
from timeline.instant import NS
from timeline.model import Gap, Window

HOUR = 3600
BOTH: Sequence[type[AnyCollector]] = (PrometheusAlertsCollector, PrometheusMetricsCollector)
SCRAPES = """\
global: {scrape_interval: 1s, evaluation_interval: 1s}
scrape_configs: [{job_name: self, static_configs: [{targets: ["127.0.0.1:1"]}]}]
"""


def gaps_of(server: Prometheus, start: int, end: int) -> list[list[Gap]]:
    """Read `[start, end)` (s) by both collectors."""
    options: dict[str, Any] = {"url": server.url, "threshold": [{"name": "w", "query": "load", "above": 3}]}
    now = int(time.time() * 1000) * 1_000_000
    window = Window(start=start * NS, end=min(end * NS, now))
    return [
        check(collector, given, window, grow=0, now=now).gaps
        for collector, given in zip(BOTH, ({"url": server.url}, options), strict=True)
    ]


def reasons(found: list[list[Gap]]) -> list[list[str]]:
    return [[gap.reason for gap in gaps] for gaps in found]


def write(server: Prometheus, name: str, start: int, end: int) -> None:
    """Store samples each 15 s of `[start, end)` (s)."""
    server.write([({"__name__": name, "job": "a"}, [(at * 1000, 1.0) for at in range(start, end, 15)])])


def test_a_server_that_is_younger_than_the_window_recorded_nothing_before(
    start_prometheus: Callable[..., Prometheus], prometheus_version: str
) -> None:
    started = int(time.time())
    server = start_prometheus(version=prometheus_version, config=SCRAPES, retention="15d")
    wait_until(lambda: bool(server.query("up", time.time())), 30, "no scrape", server.log)
    for (gap,) in gaps_of(server, started - HOUR, started + HOUR):
        assert (gap.reason, gap.start) == ("never_recorded", (started - HOUR) * NS)
        assert started * NS <= gap.end <= time.time_ns()
        assert "deleted none, as it keeps them for 15 days" in gap.statement
        assert gap.evidence[0].pointer == "/data/storageRetention"


def test_what_its_retention_may_have_deleted_stays_a_gap(start_prometheus: Callable[..., Prometheus]) -> None:
    now = int(time.time())
    server = start_prometheus(retention="3h")
    write(server, "up", now - HOUR, now)
    for old, young in gaps_of(server, now - 5 * HOUR, now):
        assert (old.reason, old.start) == ("past_retention", (now - 5 * HOUR) * NS)
        assert old.end == young.start >= (now - 3 * HOUR) * NS
        assert (young.reason, young.end // NS // 60) == ("never_recorded", (now - HOUR) // 60)


def test_a_limit_of_size_is_trusted_by_its_counter_and_for_its_own_process_alone(
    start_prometheus: Callable[..., Prometheus], prometheus_version: str
) -> None:
    begun = int(time.time())
    server = start_prometheus(
        version=prometheus_version, config=SCRAPES, flags=("--storage.tsdb.retention.size=1GB",)
    )
    wait_until(lambda: bool(server.query("up", time.time())), 30, "no scrape", server.log)
    assert reasons(gaps_of(server, begun - HOUR, begun + HOUR)) == [["never_recorded"]] * 2
    server.restart()
    found = gaps_of(server, begun - HOUR, begun + HOUR)
    firsts = [min(gaps, key=lambda gap: gap.start) for gaps in found]
    assert {gap.reason for gap in firsts} == {"past_retention"}
    assert all("it may have deleted some, as it keeps no more than" in gap.statement for gap in firsts)


@pytest.mark.parametrize(
    ("before", "config", "words"),
    [
        ("other", "", "samples of other series"),
        ("", "remote_read: [{url: 'http://127.0.0.1:1/read', required_matchers: {a: b}}]", "another storage"),
    ],
)
def test_what_else_it_has_is_a_doubt(
    start_prometheus: Callable[..., Prometheus], before: str, config: str, words: str
) -> None:
    now = int(time.time())
    server = start_prometheus(config=config or None)
    if before:
        write(server, before, now - 3 * HOUR, now - 2 * HOUR)
    write(server, "up", now - HOUR, now)
    for (gap,) in gaps_of(server, now - 4 * HOUR, now):
        assert gap.reason == "past_retention"
        assert words in gap.statement


def test_a_server_that_does_not_say_how_long_it_keeps_samples(victoria: Prometheus) -> None:
    now = int(time.time())
    write(victoria, "up", now - HOUR, now)
    assert reasons(gaps_of(victoria, now - 2 * HOUR, now)) == [["past_retention"]] * 2
