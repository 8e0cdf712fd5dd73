"""Ends and beginnings that real rulers told, or did not: failing rules, rulers away, two of them, offsets."""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from threading import Event, Thread
from typing import Any

import pytest

from collectors.prometheus.alerts import PrometheusAlertsCollector
from collectors.testing import Run, check
from tests.servers.process import wait_until
from tests.servers.prometheus import STALE, Prometheus
from tests.servers.victoria import Victoria
from tests.servers.vmalert import Vmalert
from timeline.instant import NS
from timeline.model import Fact, Gap, Window

CONFIG = """\
global: {scrape_interval: 1s, evaluation_interval: 1s, external_labels: {cluster: c1}}
rule_files: [RULES]
"""


class Feed:
    """Writes what rules look at, twice a second, until it is stopped; values may be changed meanwhile."""

    def __init__(self, server: Prometheus, **values: float) -> None:
        self.server, self.values, self._end = server, values, Event()
        self.twin = False  # a second series of `y`: what is joined with it cannot be evaluated
        self._thread = Thread(target=self._run, daemon=True)

    def _run(self) -> None:
        while not self._end.wait(0.4):
            self.write()

    def write(self) -> None:
        """Write every value now."""
        now = time.time_ns() // 1_000_000
        series = [({"__name__": name, "job": "a"}, [(now, value)]) for name, value in self.values.items()]
        series.append(({"__name__": "y", "job": "a", "z": "1"}, [(now, 1.0 if self.twin else STALE)]))
        self.server.write(series)

    @contextmanager
    def going(self) -> Iterator[None]:
        """Write until the block ends."""
        self._thread.start()
        try:
            yield
        finally:
            self._end.set()
            self._thread.join()


#: Wait until a condition holds.
until = partial(wait_until, seconds=60, complaint="it did not come to that")


def fires(server: Prometheus, alert: str, samples: int = 3, since: int = 0) -> bool:
    """Tell whether an alert left so many samples of firing in the last seconds, and since then (ns)."""
    found = server.samples(f'ALERTS{{alertname="{alert}",alertstate="firing"}}[20s]', time.time())
    return sum(float(v) > 0 and t * NS >= since for one in found.values() for t, v in one) >= samples


def silent(server: Prometheus, alert: str, seconds: int) -> bool:
    """Tell whether an alert left no sample for so long."""
    found = server.samples(f'ALERTS{{alertname="{alert}"}}[{seconds}s]', time.time())
    return not any(float(value) > 0 for samples in found.values() for _, value in samples)


def collect(server: Prometheus, begun: int, **options: Any) -> Run:
    now = time.time_ns()
    found = check(
        PrometheusAlertsCollector, {"url": server.url, **options}, Window(start=begun, end=now), now=now
    )
    assert found.failure is None
    return found


def kinds(run: Run, alert: str) -> list[str]:
    facts = sorted((f for f in run.facts if f.names["alert"] == alert), key=lambda f: (f.latest, f.kind))
    return [f.kind.removeprefix("alert.") for f in facts]


def one(run: Run, alert: str, kind: str) -> Fact:
    (fact,) = [f for f in run.facts if f.names["alert"] == alert and f.kind == f"alert.{kind}"]
    return fact


@pytest.fixture
def live(start_prometheus: Callable[..., Prometheus], tmp_path: Path) -> Callable[..., Prometheus]:
    """Start a server that evaluates rule files by their texts."""

    def start(*rules: str, **options: Any) -> Prometheus:
        for number, text in enumerate(rules):
            (tmp_path / f"rules-{number}.yml").write_text(text)
        return start_prometheus(config=CONFIG.replace("RULES", str(tmp_path / "rules-*.yml")), **options)

    return start


def _unknown(run: Run) -> list[Gap]:
    """Return the gaps that name alerts: that a server started is another matter."""
    return [gap for gap in run.gaps if gap.missing]


JOINED = """\
groups:
- name: g
  interval: 1s
  rules:
  - {alert: Joined, expr: x * on(job) y > 1}
  - {alert: Plain, expr: x > 1}
"""


def test_a_rule_that_fails_while_its_alert_fires_does_not_end_it(
    live: Callable[..., Prometheus], prometheus_version: str
) -> None:
    server, begun = live(JOINED, version=prometheus_version), time.time_ns()
    feed = Feed(server, x=5.0, y=1.0)
    with feed.going():
        until(lambda: fires(server, "Joined"))
        feed.twin = True
        until(lambda: silent(server, "Joined", 4) and fires(server, "Plain"))
        failing = collect(server, begun)
        assert kinds(failing, "Joined") == kinds(failing, "Plain") == ["firing"]
        (gap,) = _unknown(failing)
        assert gap.missing == 'ALERTS{alertname="Joined",job="a"}'
        assert "many-to-many" in gap.statement
        assert "still listed" in gap.statement
        assert [e.pointer for e in gap.evidence] == ["/data/groups/0/rules/0"]
        feed.values["x"], feed.twin, mended = 0.0, False, time.time_ns()
        until(lambda: silent(server, "Plain", 3))
        ended = collect(server, begun)
    assert kinds(ended, "Joined") == kinds(ended, "Plain") == ["firing", "resolved"]
    # It held the alert as firing until it could be evaluated again.
    assert one(ended, "Joined", "resolved").latest > mended
    assert "marked as stale" in (one(ended, "Joined", "resolved").evidence[-1].query or "")


def test_a_group_that_is_loaded_twice_is_one_alert(
    live: Callable[..., Prometheus], prometheus_version: str
) -> None:
    rule = "groups:\n- name: NAME\n  interval: 2s\n  rules:\n  - {alert: Twice, expr: x > 1, for: FOR}\n"
    texts = [
        rule.replace("NAME", n).replace("FOR", f) for n, f in (("g", "2s"), ("g", "2s"), ("other", "6s"))
    ]
    server, begun = live(*texts, version=prometheus_version), time.time_ns()
    feed = Feed(server, x=5.0)
    with feed.going():
        until(lambda: fires(server, "Twice", 8))
        feed.values["x"] = 0.0
        until(lambda: silent(server, "Twice", 5))
        found = collect(server, begun)
    assert [kind for kind in kinds(found, "Twice") if kind != "pending"] == ["firing", "resolved"]
    assert _unknown(found) == []


def test_what_a_rule_finds_by_an_offset_is_told_when_it_was_evaluated(
    live: Callable[..., Prometheus],
) -> None:
    rule = (
        "groups:\n- name: g\n  interval: 1s\n  query_offset: 4s\n  rules:\n  - {alert: Late, expr: x > 1}\n"
    )
    server = live(rule, version="3")
    feed = Feed(server, x=0.0)
    with feed.going():
        begun = time.time_ns()
        until(lambda: time.time_ns() > begun + 2 * NS)
        feed.values["x"], rose = 5.0, time.time_ns()
        until(lambda: fires(server, "Late"))
        feed.values["x"], fell = 0.0, time.time_ns()
        until(lambda: time.time_ns() > fell + 6 * NS and silent(server, "Late", 6))
        found = collect(server, begun)
    (listed,) = [r for g in server.api("rules")["groups"] for r in g["rules"]]
    assert listed["state"] == "inactive"
    fired, ended = one(found, "Late", "firing"), one(found, "Late", "resolved")
    assert fired.latest >= rose + 4 * NS
    assert ended.latest >= fell + 4 * NS
    assert fired.latest - (fired.earliest or 0) <= 2 * NS


AWAY = """\
groups:
- name: g
  interval: 1s
  rules:
  - {alert: Now, expr: x > 1}
  - {alert: Held, expr: x > 1, for: 2s}
  - {alert: Other, expr: y > 1}
"""


@pytest.mark.parametrize("restore", [True, False])
def test_a_ruler_that_is_away_ends_no_alert(
    start_victoria: Callable[..., Victoria], start_vmalert: Callable[..., Vmalert], restore: bool
) -> None:
    storage, begun = start_victoria(), time.time_ns()
    feed = Feed(storage, x=5.0, y=5.0)
    with feed.going():
        ruler = start_vmalert(storage, AWAY, restore=restore)
        until(lambda: fires(storage, "Held") and fires(storage, "Other"))
        ruler.stop()
        stopped = time.time_ns()
        until(lambda: all(silent(storage, alert, 5) for alert in ("Now", "Held", "Other")))
        away = collect(storage, begun)
        (gap,) = away.gaps
        assert gap.start < stopped < gap.end
        assert (gap.missing or "").count("ALERTS{") == 3
        assert not [f for f in away.facts if f.kind == "alert.resolved"]
        back = start_vmalert(storage, AWAY, restore=restore)
        returned = time.time_ns()
        until(lambda: all(fires(storage, alert, since=returned) for alert in ("Held", "Other")))
        feed.values["y"] = 0.0
        until(lambda: silent(storage, "Other", 3))
        found = collect(storage, begun)
        back.stop()
    assert kinds(found, "Now") == ["firing"]
    assert kinds(found, "Other") == ["firing", "resolved"]
    # Pending again, it began anew: it had ended, and nothing says when.
    assert kinds(found, "Held") == ["pending", "firing"] * (1 if restore else 2)
    (gap,) = found.gaps
    assert gap.start < stopped < returned <= gap.end + NS, "it cuts the times of evaluations to seconds"
