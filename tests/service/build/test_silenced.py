"""A live drill: an alert crosses, fires, is silenced by hand and unsilenced, and the build tells how long."""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.cli.test_user_errors import timeline
from tests.servers.alertmanager import Alertmanager
from tests.servers.process import wait_until
from tests.servers.prometheus import Prometheus
from timeline.document import load
from timeline.instant import format_instant
from timeline.model import Timeline

RULES = """\
groups:
- name: g
  interval: 1s
  rules:
  - {alert: CheckoutErrors, expr: checkout_errors_ratio > 0.05, for: 1s, labels: {severity: page}}
"""
# The sender adds a label that its own records lack, as most that are set up for production do.
PROMETHEUS = """\
global: {{evaluation_interval: 1s, external_labels: {{cluster: eu}}}}
storage: {{tsdb: {{out_of_order_time_window: 1d}}}}
rule_files: [rules.yml]
alerting: {{alertmanagers: [{{static_configs: [{{targets: ['{target}']}}]}}]}}
"""
CONFIG = """
[[source]]
name = "prod"
collector = "prometheus"
url = "{prometheus}"
rules = true
step = "1s"

[[source]]
name = "alertmanager"
collector = "alertmanager"
url = "{alertmanager}"
"""
APART = 4  # seconds: more than both clocks' errors and an evaluation, so that the order is proven
SERVERS = [("0.25", "2"), pytest.param("0.34", "3", marks=pytest.mark.needs_compiled)]


def set_up(
    alertmanager: Alertmanager, start_prometheus: Callable[..., Prometheus], version: str
) -> Prometheus:
    config = PROMETHEUS.format(target=alertmanager.url.removeprefix("http://"))
    # What was sent before the receiver was found is sent again at once, and not a minute later.
    flags = ("--rules.alert.resend-delay=1s",)
    server = start_prometheus(version=version, rules=RULES, config=config, flags=flags)
    write(server, *[(i - 5, 0.01) for i in range(5)], (0, 0.2))
    return server


def write(server: Prometheus, *samples: tuple[int, float]) -> None:
    now, labels = int(time.time()), {"__name__": "checkout_errors_ratio", "service": "checkout"}
    server.write([(labels, [((now + after) * 1000, value) for after, value in samples])])


def build(folder: Path, config: str, start: int) -> Timeline:
    (folder / "timeline.toml").write_text(config)
    (folder / "incidents").mkdir(exist_ok=True)
    end = format_instant(time.time_ns() // 10**6 * 10**6)
    (folder / "incidents" / "INC-1.toml").write_text(
        f'title = "t"\nalert = "CheckoutErrors"\nstart = {format_instant(start)}\nend = {end}\n'
    )
    done = timeline(folder, "build", "--incident", "INC-1", "--no-stills")
    assert done.returncode in {0, 3}, done.stderr
    return load((folder / "postmortems" / "INC-1" / "timeline.json").read_bytes())


@pytest.mark.parametrize(("manager", "prometheus"), SERVERS)
def test_a_silence_is_told_as_long_as_it_held(
    manager: str, prometheus: str, start_alertmanager: Callable[..., Alertmanager],
    start_prometheus: Callable[..., Prometheus], tmp_path: Path,
) -> None:  # fmt: skip
    begun = time.time_ns() // 10**6 * 10**6
    alertmanager = start_alertmanager(version=manager)
    server = set_up(alertmanager, start_prometheus, prometheus)
    config = CONFIG.format(prometheus=server.url, alertmanager=alertmanager.url)
    wait_until(lambda: len(alertmanager.alerts()) == 1, 30, "the alert did not arrive", server.log)
    labels = alertmanager.alerts()[0]["labels"]
    assert labels["cluster"] == "eu"
    time.sleep(APART)
    before = time.time()
    identity = alertmanager.silence(labels, by="Grace Hopper", comment="Grace Hopper: rolling back")
    made = time.time()
    # A build reads up to the second that has ended.
    wait_until(lambda: int(time.time()) > made, 5, "the second of the silence did not end", alertmanager.log)

    # While it holds, the server itself says of which alert: no label needs to be known.
    live = build(tmp_path, config, begun)
    said = [f for f in live.facts if f.kind == "alert.silenced"]
    assert "Alert `CheckoutErrors` was silenced (`cluster=eu, service=checkout, severity=page`)" in {
        f.statement for f in said
    }
    measure = next(m for m in live.measures if m.name == "time silenced")
    assert measure.reason == "no end of the silence was recorded in the window"
    assert measure.from_ in {f.id for f in said}

    ending = time.time()
    alertmanager.expire(identity)
    ended = time.time()
    time.sleep(APART)
    write(server, (0, 0.01))
    firing = 'ALERTS{alertstate="firing"}'
    wait_until(lambda: not server.query(firing, time.time()), 40, "the alert did not end", server.log)
    wait_until(lambda: not alertmanager.alerts(), 40, "the alert did not leave", alertmanager.log)

    # Afterwards its matchers tell, with the labels that the sender is known to add.
    other = tmp_path / "after"
    other.mkdir()
    unknown = build(other, config, begun)
    reason = next(m.reason for m in unknown.measures if m.name == "time silenced")
    assert reason is not None
    assert reason.endswith("a silence was of it depends on labels that its record lacks (`cluster`)")
    assert not [r for r in unknown.reconciliation if r.name == "breach while silenced"]

    done = build(other, config + 'external_labels = { cluster = "eu" }\n', begun)
    marks = {f.kind: f for f in done.facts if f.kind in {"alert.silenced", "alert.unsilenced"}}
    measure = next(m for m in done.measures if m.name == "time silenced")
    assert (measure.from_, measure.to) == (marks["alert.silenced"].id, marks["alert.unsilenced"].id)
    assert measure.min_s is not None
    assert measure.max_s is not None
    assert measure.min_s - 0.01 <= ended - before
    assert measure.max_s + 0.01 >= ending - made
    assert measure.max_s - measure.min_s < 0.01, "one clock told both"
    (row,) = [r for r in done.reconciliation if r.name == "breach while silenced"]
    assert (row.statement, row.count) == (
        "`CheckoutErrors` was in breach once while its alert was silenced",
        1,
    )
    crossed = next(f for f in done.facts if f.id == row.from_)
    assert crossed.kind == "metric.crossed_above"
    draft = (other / "postmortems" / "INC-1" / "postmortem.md").read_text()
    assert "A silence of alerts matching" in draft
    assert "The silence of alerts matching" in draft
    for name in ("timeline.json", "postmortem.md", "timeline.html"):
        assert "Hopper" not in (other / "postmortems" / "INC-1" / name).read_text()
