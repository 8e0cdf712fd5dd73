"""What the server's list of rules gives, lacks, and holds that cannot be read."""

from collections.abc import Callable

import pytest

from collectors.kit.tape import RecordingTape
from collectors.prometheus.metrics import PrometheusMetricsCollector
from collectors.testing import Run, check, run
from tests.collectors.prometheus.test_metrics import LATER, store, window
from tests.servers.prometheus import Prometheus
from tests.servers.proxies import Fault, Proxy
from timeline.canonical import canonical

RULES = """\
groups:
- name: first
  rules:
  - {alert: Slow, expr: mr_lat > 3, labels: {severity: page}}
  - {alert: Slow, expr: mr_lat > 3, labels: {severity: info}}
  - {alert: Full, expr: mr_disk > 3}
  - {alert: Plain, expr: mr_lat > 3}
- name: second
  rules:
  - {alert: Full, expr: mr_memory > 3}
"""


def read(url: str, **options: object) -> Run:
    """Read a server's metrics, its rules among them."""
    result = check(PrometheusMetricsCollector, {"url": url, **options}, window(0, 60), now=LATER)
    assert result.failure is None
    return result


def rising() -> dict[int, float]:
    return {i: 1.0 if i < 40 else 5.0 for i in range(-20, 100)}


@pytest.fixture(scope="module")
def server(start_prometheus: Callable[..., Prometheus]) -> Prometheus:
    """Give a server whose rules have names in common, and alerts of rules that it does not have."""
    server = start_prometheus(version="2", rules=RULES)
    for name in ("mr_lat", "mr_disk", "mr_memory"):
        store(server, name, rising(), job="x")
    for name in ("Elsewhere", "Faraway", "Slow"):
        store(server, "ALERTS", dict.fromkeys(range(45, 60), 1.0), alertname=name, alertstate="firing")
    return server


def test_rules_of_one_name_are_told_apart(server: Prometheus) -> None:
    told = sorted(f.statement.partition(": condition met")[0] for f in read(server.url).facts)
    assert told == [
        "Group `first`'s `Full`",
        "Group `second`'s `Full`",
        "`Plain`",
        '`Slow{severity="info"}`',
        '`Slow{severity="page"}`',
    ]


def test_alerts_whose_rule_is_not_listed_are_named(server: Prometheus) -> None:
    (gap,) = read(server.url).gaps
    assert (gap.reason, gap.missing) == ("restricted", "Elsewhere\nFaraway")
    assert gap.statement.startswith("2 alerts were active whose rule the server does not list")


def test_a_server_without_rules_names_the_alerts_it_had(start_victoria: Callable[..., Prometheus]) -> None:
    victoria = start_victoria()
    store(victoria, "ALERTS", dict.fromkeys(range(45, 60), 1.0), alertname="OfAnother", alertstate="firing")
    (gap,) = read(victoria.url).gaps
    assert (gap.reason, gap.missing) == ("restricted", "OfAnother")


def test_evidence_that_lacks_the_question_for_active_alerts_replays(server: Prometheus) -> None:
    made = read(server.url)
    assert [one.reason for one in made.gaps] == ["restricted"]
    assert isinstance(made.tape, RecordingTape)
    made.tape.entries[:] = [
        one for one in made.tape.entries if b"count_over_time(ALERTS" not in canonical(one["request"])
    ]
    again = run(PrometheusMetricsCollector, {"url": server.url}, window(0, 60), now=LATER, replay=made)
    assert (again.failure, again.gaps) == (None, [])
    assert sorted(f.statement for f in again.facts) == sorted(f.statement for f in made.facts)


@pytest.mark.parametrize(
    ("fault", "named"),
    [
        (('"name":"Plain"', '"title":"Plain"'), "rule 4 of group `first`: it has no name"),
        (('"query":"mr_disk \\u003e 3"', '"query":7'), "rule 3 of group `first`: it has no query"),
        (('"type":"alerting"', '"kind":"alerting"'), "it has no type"),
        (('"interval":3600', '"interval":"soon"'), "the interval of group `first`: soon"),
        (('"labels":{"severity":"page"}', '"labels":["page"]'), "rule 1 of group `first`: its labels are no object"),
        (('"rules":[', '"rules":7,"other":['), "group 1 is no group of rules"),
    ],
)  # fmt: skip
def test_what_cannot_be_read_is_named_and_all_else_is_used(
    server: Prometheus, start_mitm: Callable[..., Proxy], fault: tuple[str, str], named: str
) -> None:
    proxy = start_mitm(server.url, faults=[Fault(match="api/v1/rules", replace=fault)])
    threshold = {"name": "own", "query": "mr_lat", "above": 4}
    result = read(proxy.url, threshold=[threshold])
    (gap,) = [one for one in result.gaps if one.reason == "undecodable"]
    assert named in (gap.missing or "")
    assert any("`own`" in f.statement for f in result.facts)


def test_configured_thresholds_do_not_depend_on_the_rules(
    server: Prometheus, start_mitm: Callable[..., Proxy]
) -> None:
    for fault in (
        Fault(match="api/v1/rules", status=500),
        Fault(match="api/v1/rules", status=200, body="<html>"),
    ):
        proxy = start_mitm(server.url, faults=[fault])
        result = read(proxy.url, threshold=[{"name": "own", "query": "mr_lat", "above": 4}], time_cap="6s")
        assert [f.names["name"] for f in result.facts] == ["own"]
        assert any(one.missing == "rules" for one in result.gaps)
