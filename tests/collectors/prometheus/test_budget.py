"""The error budget burnt, against sums by hand, on real servers: Prometheus 2 and 3, VictoriaMetrics."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from pydantic import ValidationError

from collectors.prometheus.metrics import PrometheusMetricsCollector, PrometheusMetricsOptions
from collectors.testing import Run, check
from tests.servers.prometheus import Prometheus
from tests.servers.victoria import Victoria
from timeline.instant import NS
from timeline.model import Gap, Impact, Incident, Window

T0 = 1_772_373_600  # 2026-03-01T14:00:00Z
STEP, DAY = 15, 86_400
INCIDENT = Incident(id="I", start=(T0 + 300) * NS, end=(T0 + 900) * NS)
WINDOW = Window(start=T0 * NS, end=(T0 + 1_800) * NS - NS // 2)
ERRORS, TOTAL = "sum(rate(bu_failed_total[$window]))", "sum(rate(bu_all_total[$window]))"
SHARE = f"({ERRORS}) / ({TOTAL})"
OPENSLO = """\
apiVersion: openslo/v1
kind: SLO
metadata: {name: checkout-availability}
spec:
  service: checkout
  budgetingMethod: Occurrences
  timeWindow: [{duration: 1d, isRolling: true}]
  objectives: [{target: 0.99}]
  indicator:
    metadata: {name: good}
    spec:
      ratioMetric:
        counter: true
        bad: {metricSource: {type: prometheus, spec: {query: bu_failed_total}}}
        total: {metricSource: {type: prometheus, spec: {query: bu_all_total}}}
"""
SLOTH = """\
version: prometheus/v1
service: checkout
slos:
  - name: availability
    objective: 99
    sli: {events: {error_query: 'sum(rate(bu_failed_total[{{.window}}]))', total_query: 'sum(rate(bu_all_total[{{.window}}]))'}}
  - name: other
    objective: 99.9
    sli: {raw: {error_ratio_query: 'sum(rate(bu_failed_total[{{.window}}])) / sum(rate(bu_all_total[{{.window}}]))'}}
"""


@pytest.fixture(scope="module")
def server(empty_server: Prometheus) -> Prometheus:
    """Every server, with ten requests a second for a day, of which from 14:05 to 14:15 one in twenty fails."""
    times = range(T0 - DAY - 600, T0 + 3_600, STEP)
    failed = {t: 100.0 + 0.5 * min(max(t - T0 - 300, 0), 600) for t in times}
    empty_server.write(
        [
            ({"__name__": "bu_all_total"}, [(t * 1000, 10.0 * (t - times[0])) for t in times]),
            ({"__name__": "bu_failed_total", "way": "card"}, [(t * 1000, failed[t] / 3) for t in times]),
            ({"__name__": "bu_failed_total", "way": "cash"}, [(t * 1000, failed[t] / 1.5) for t in times]),
        ]
    )
    return empty_server


def read(server: Prometheus, *slos: dict[str, Any], **more: Any) -> Run:
    """Read the budget of objectives alone."""
    asked = [{"name": f"slo {n}", "slo": slo} for n, slo in enumerate(slos)]
    options = {"url": server.url, "rules": False, "step": "15s", "impact": asked}
    return check(
        PrometheusMetricsCollector, options, WINDOW, now=(T0 + 100_000) * NS, incident=INCIDENT, **more
    )


def numbers(run: Run) -> list[Impact]:
    """Give the numbers; there is no gap beside them."""
    assert not run.gaps
    return [record for record in run.records if isinstance(record, Impact)]


def test_failed_events_are_set_against_what_the_period_allows(server: Prometheus) -> None:
    found = numbers(read(server, {"errors": ERRORS, "total": TOTAL, "target": 99, "period": "1d"}))
    assert [(one.span, one.take, one.unit) for one in found] == [
        (span, "budget", "% of the error budget (99 % over 1d)") for span in ("window", "incident")
    ]
    # 300 requests failed; of 864,000 in a day 8,640 may. `rate` extrapolates to the span's ends.
    assert [one.value for one in found] == pytest.approx([100 * 300 / 8_640] * 2, rel=0.03)
    assert [one.missing_s for one in found] == [0, 0]
    window, incident = found
    assert (window.evidence[0].pointer, window.labels) == ("/data/result/0/value", {})
    assert "[1800s]" in window.query or "[30m]" in window.query
    assert "[10m]" in incident.query
    assert "counted in events" in (window.evidence[0].query or "")
    assert window.id != incident.id


def test_a_share_is_set_against_even_time(server: Prometheus) -> None:
    found = numbers(read(server, {"share": SHARE, "target": 99.5, "period": "1w"}))
    # A twentieth failed during ten minutes, ten times what the target allows, of 10,080 minutes.
    assert found[1].value == pytest.approx(100 * 10 * 10 / 10_080, rel=0.03)
    assert found[1].unit == "% of the error budget (99.5 % over 1w)"
    assert "counted in time" in (found[1].evidence[0].query or "")


@pytest.mark.parametrize(("text", "objective"), [(OPENSLO, ""), (SLOTH, "checkout-availability")])
def test_a_file_has_the_objective(server: Prometheus, tmp_path: Path, text: str, objective: str) -> None:
    (tmp_path / "slo.yml").write_text(text)
    slo = {"file": str(tmp_path / "slo.yml")} | ({"objective": objective} if objective else {})
    run = read(server, slo)
    period = 1 if text is OPENSLO else 30
    made = [record for record in run.records if isinstance(record, Impact)]
    of_a_day = 100 * 300 / 8_640
    if period == 1:
        assert not run.gaps
        assert made[1].value == pytest.approx(of_a_day, rel=0.03)
    else:  # one of thirty days was recorded; VictoriaMetrics' `rate` takes the others to be like it
        days = 30 if isinstance(server, Victoria) else 1
        assert made[1].value == pytest.approx(of_a_day / days, rel=0.03)
        assert [(g.reason, g.missing) for g in run.gaps] == [("partial", "slo 0")]
        assert "reckoned from the events that are" in run.gaps[0].statement
    definition = made[0].evidence[1]
    assert run.store.get(definition.payload or "") == text.encode()


@pytest.mark.parametrize(
    ("slo", "reason", "words"),
    [
        ({"file": "absent.yml"}, "unreachable", "cannot be read"),
        ({"file": "two.yml"}, "undecodable", "`checkout-availability`, `checkout-other`; set `objective`"),
        ({"file": "two.yml", "objective": "third"}, "undecodable", "no one objective `third`"),
    ],
)
def test_what_gives_no_objective_is_a_gap(
    server: Prometheus, tmp_path: Path, slo: dict[str, str], reason: str, words: str
) -> None:
    (tmp_path / "two.yml").write_text(SLOTH)
    run = read(server, slo | {"file": str(tmp_path / slo["file"])})
    (found,) = run.records
    assert isinstance(found, Gap)
    assert (found.reason, found.missing) == (reason, "slo 0")
    assert words in found.statement


def test_a_series_without_events_gives_no_number(server: Prometheus) -> None:
    slo = {"errors": "rate(bu_none[$window])", "total": TOTAL, "target": 99, "period": "1d"}
    for one in numbers(read(server, slo)):
        assert (one.value, one.read_s, one.missing_s) == (None, 0, (one.end - one.start) / NS)


def test_each_series_burns_its_own(server: Prometheus) -> None:
    by_way = "sum by (way) (rate(bu_failed_total[$window]))"
    slo = {"errors": by_way, "total": f"sum by (way) (0 * rate(bu_failed_total[$window])) + on() group_left() {TOTAL}",
           "target": 99, "period": "1d"}  # fmt: skip
    found = [one for one in numbers(read(server, slo)) if one.span == "incident"]
    assert [dict(one.labels)["way"] for one in found] == ["card", "cash"]
    assert [one.value for one in found] == pytest.approx([100 * 100 / 8_640, 100 * 200 / 8_640], rel=0.03)


@pytest.mark.parametrize(
    ("asked", "words"),
    [
        ({"name": "n"}, "needs `query` and `unit`, or `slo`"),
        ({"name": "n", "query": "up"}, "needs `query` and `unit`, or `slo`"),
        ({"name": "n", "unit": "x", "slo": {"file": "a"}}, "give nothing but `name`"),
        ({"name": "n", "slo": {"errors": "a", "target": 99}}, "slo needs `file`"),
        ({"name": "n", "slo": {"share": "a", "errors": "b", "total": "c", "target": 9}}, "slo needs `file`"),
        ({"name": "n", "slo": {"share": "rate(a[$window]"}}, "slo needs `file`"),
        ({"name": "n", "slo": {"share": "rate(a[$window]", "target": 99}}, "does not read it"),
        ({"name": "n", "slo": {"file": "a", "target": 99}}, "`file` has the rest"),
        ({"name": "n", "slo": {"share": "a", "target": 100}}, "less than 100"),
        ({"name": "n", "slo": {"share": "a", "target": 99, "period": "1500ms"}}, "whole number of seconds"),
    ],
)  # fmt: skip
def test_what_is_wrong_is_told_before_anything_is_asked(asked: dict[str, Any], words: str) -> None:
    with pytest.raises(ValidationError, match=words.replace("`", ".")):
        PrometheusMetricsOptions.model_validate({"url": "http://h", "impact": [asked]})
