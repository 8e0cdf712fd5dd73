"""Objectives of OpenSLO, sloth and pyrra: the burn rates they alert on, and what of the budget is spent."""

import json
import re
from typing import Any

import pytest

from timeline.rules.files import read_rules, row
from timeline.rules.slo import budget
from timeline.rules.slo_forms import share
from timeline.rules.slo_model import Indicator, Objective, duration

SLOTH = """\
version: "prometheus/v1"
service: shop
labels: {owner: team-a}
slos:
  - name: availability
    objective: 99.9
    sli:
      events:
        error_query: sum(rate(requests_total{code=~"5.."}[{{.window}}]))
        total_query: sum(rate(requests_total[{{ .window }}]))
    alerting:
      name: ShopAvailability
      labels: {category: availability}
      page_alert: {labels: {severity: page}}
      ticket_alert: {disable: true}
  - name: raw
    objective: 95
    sli: {raw: {error_ratio_query: "avg_over_time(job:errors:ratio[{{.window}}])"}}
  - name: plugin
    objective: 99
    sli: {plugin: {id: some/plugin}}
"""


def rows(text: str) -> list[dict[str, Any]]:
    """Read a text as a file."""
    return [row(rule) for rule in read_rules("slo.yml", text).rules]


def compared(one: dict[str, Any]) -> list[tuple[Any, ...]]:
    """Return the comparisons of a row."""
    return [(t["query"], t["op"], t["value"]) for t in one["thresholds"]]


def test_sloth_pages_on_two_pairs_of_windows() -> None:
    page, raw_page, raw_ticket, plugin, other = rows(SLOTH)
    ratio = '(sum(rate(requests_total{{code=~"5.."}}[{0}]))) / (sum(rate(requests_total[{0}])))'
    assert compared(page) == [
        (ratio.format(window), ">", pytest.approx(limit))
        for window, limit in (("5m", 0.0144), ("1h", 0.0144), ("30m", 0.006), ("6h", 0.006))
    ]
    assert (page["group"], page["alert"], page["refused"]) == ("shop-availability", "ShopAvailability", None)
    assert page["labels"] == {"sloth_severity": "page", "category": "availability", "severity": "page"}
    assert "14.4 * 0.001" in page["expr"]
    assert raw_page["thresholds"][0]["query"] == "avg_over_time(job:errors:ratio[5m])"
    assert [t["value"] for t in raw_ticket["thresholds"]] == pytest.approx([0.15, 0.15, 0.05, 0.05])
    for one in (plugin, other):
        assert (one["thresholds"], one["refused"]) == ([], "its indicator is a plugin, which is a program")
    assert [one["labels"]["sloth_severity"] for one in (plugin, other)] == ["page", "ticket"]


def test_sloths_manifest_reads_as_its_file() -> None:
    manifest = {
        "apiVersion": "sloth.slok.dev/v1", "kind": "PrometheusServiceLevel",
        "spec": {"service": "shop", "slos": [{
            "name": "availability", "objective": "99.9",
            "sli": {"events": {
                "errorQuery": 'sum(rate(requests_total{code=~"5.."}[{{.window}}]))',
                "totalQuery": "sum(rate(requests_total[{{.window}}]))",
            }},
            "alerting": {"name": "ShopAvailability", "labels": {"category": "availability"},
                         "pageAlert": {"labels": {"severity": "page"}}, "ticketAlert": {"disable": True}},
        }]},
    }  # fmt: skip
    assert rows(json.dumps(manifest)) == rows(SLOTH)[:1]


def pyrra(indicator: dict[str, Any], **spec: Any) -> str:
    """Make a manifest of pyrra's."""
    return json.dumps({
        "apiVersion": "pyrra.dev/v1alpha1", "kind": "ServiceLevelObjective", "metadata": {"name": "shop"},
        "spec": {"target": "99", "window": "4w", "indicator": indicator, **spec},
    })  # fmt: skip


def test_pyrra_alerts_on_four_pairs_scaled_to_its_window() -> None:
    ratio = {"ratio": {"errors": {"metric": 'r{code="500"}'}, "total": {"metric": "r"}, "grouping": ["job"]}}
    *found, absent = rows(pyrra(ratio, alerting={"name": "Burns"}))
    assert (absent["alert"], absent["expr"], absent["for"]) == ("SLOMetricAbsent", "absent(r) == 1", 600)
    assert [one["for"] for one in found] == [120, 900, 3600, 10_800]
    assert {one["alert"] for one in found} == {"Burns"}
    assert found[0]["labels"] == {
        "slo": "shop", "short": "5m", "long": "1h", "severity": "critical", "exhaustion": "2d",
    }  # fmt: skip
    assert [one["labels"]["severity"] for one in found] == ["critical", "critical", "warning", "warning"]
    shares = '(sum by (job) (rate(r{{code="500"}}[{0}]))) / (sum by (job) (rate(r[{0}])))'
    assert compared(found[0]) == [
        (shares.format(window), ">", pytest.approx(0.14)) for window in ("5m", "1h")
    ]
    assert [compared(one)[1][2] for one in found] == pytest.approx([0.14, 0.07, 0.02, 0.01])
    assert windows(found[3]) == ["6h", "4d"]
    *short, _ = rows(pyrra(ratio, window="1w"))
    assert [(one["for"], *windows(one)) for one in short] == [
        (60, "1m", "15m"), (240, "8m", "90m"), (900, "30m", "6h"), (2700, "90m", "1d"),
    ]  # fmt: skip


def windows(one: dict[str, Any]) -> list[str]:
    """Return the ranges that a row's thresholds look back."""
    return [re.findall(r"\[(\w+)\]", t["query"])[0] for t in one["thresholds"]]


@pytest.mark.parametrize(
    ("indicator", "query"),
    [
        ({"latency": {"success": {"metric": 'b{le="1"}'}, "total": {"metric": "c"}}},
         '(sum (rate(c[5m])) - sum (rate(b{le="1"}[5m]))) / (sum (rate(c[5m])))'),
        ({"bool_gauge": {"metric": "up"}},
         "(sum (count_over_time(up[5m])) - sum (sum_over_time(up[5m]))) / (sum (count_over_time(up[5m])))"),
    ],
)  # fmt: skip
def test_pyrras_other_indicators(indicator: dict[str, Any], query: str) -> None:
    assert compared(rows(pyrra(indicator))[0])[0][0] == query


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        (pyrra({"other": {"total": {"metric": "c"}}}), "none of ratio, latency"),
        (
            pyrra({"latencyNative": {"latency": "soon", "total": {"metric": "c"}}}),
            "its latency is no duration",
        ),
        (pyrra({"bool_gauge": {"metric": "sum(up)"}}), "a metric of its indicator is no selector"),
        (pyrra({"bool_gauge": {"metric": "up"}}, window="1h"), "so short that pyrra's windows are empty"),
        (pyrra({"bool_gauge": {"metric": "up"}}, target="100"), "its target is not between"),
        (pyrra({"bool_gauge": {"metric": "up"}}, target="inf"), "its target is not between"),
        (
            pyrra({"bool_gauge": {"metric": "up"}}, alerting={"disabled": True, "absent": False}),
            "it has no alert",
        ),
        (pyrra({"bool_gauge": {"metric": "up{"}}), "does not read it"),
    ],
)
def test_refusals_name_their_reason(text: str, reason: str) -> None:
    found = rows(text)
    assert found
    assert all(one["thresholds"] == [] and reason in one["refused"] for one in found)


def openslo(good: str = 'r{code!~"5.."}', **ratio: Any) -> str:
    """Make OpenSLO documents that refer to each other."""

    def of(text: str) -> dict[str, Any]:
        return {"metricSource": {"type": "Prometheus", "spec": {"query": text}}}

    metric = {"counter": True, "good": of(good), "total": of("r"), **ratio}
    head = {"apiVersion": "openslo/v1"}
    condition = {"kind": "burnrate", "op": "gte", "threshold": 2, "lookbackWindow": "1h", "alertAfter": "5m"}
    documents = [
        {**head, "kind": "SLO", "metadata": {"name": "shop"}, "spec": {
            "indicatorRef": "sli", "timeWindow": [{"duration": "28d", "isRolling": True}],
            "objectives": [{"target": 0.98}, {"displayName": "strict", "targetPercent": 99.9}],
            "alertPolicies": [{"alertPolicyRef": "policy"}],
        }},
        {**head, "kind": "SLI", "metadata": {"name": "sli"}, "spec": {"ratioMetric": metric}},
        {**head, "kind": "AlertPolicy", "metadata": {"name": "policy"}, "spec": {
            "conditions": [
                {"conditionRef": "fast"},
                {"kind": "AlertCondition", "metadata": {"name": "own"}, "spec": {"condition": {"kind": "other"}}},
            ],
        }},
        {**head, "kind": "AlertCondition", "metadata": {"name": "fast"}, "spec": {"condition": condition}},
    ]  # fmt: skip
    return "\n---\n".join(json.dumps(one) for one in documents)


def test_openslo_follows_its_references() -> None:
    first, other, strict, _ = rows(openslo())
    query = '((sum(rate(r[1h]))) - (sum(rate(r{code!~"5.."}[1h])))) / (sum(rate(r[1h])))'
    assert compared(first) == [(query, ">=", 0.04)]
    assert (first["group"], first["alert"], first["for"]) == ("shop", "policy", 300)
    assert other["refused"] == "its condition is no burn rate over a window"
    assert strict["group"] == "shop: strict"
    assert strict["thresholds"][0]["value"] == pytest.approx(0.002)
    raw = {"raw": {"metricSource": {"spec": {"query": "avg_over_time(ok[1h])"}}}, "rawType": "success"}
    (fired, *_) = rows(
        openslo(good="", total={}, **raw).replace(
            ', {"kind": "AlertCondition", "metadata": {"name": "own"}, "spec": {"condition": {"kind": "other"}}}',
            "",
        )
    )
    assert compared(fired) == [("1 - (avg_over_time(ok[1h]))", ">=", 0.04)]


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        (openslo(good="sum(rate(r[5m]))"), "over a range of their own"),
        (openslo(good=""), "lacks a query"),
        (
            openslo(total={"metricSource": {"type": "Datadog", "spec": {"query": "sum:r"}}}),
            "not read from Prometheus",
        ),
        (openslo().replace("ratioMetric", "thresholdMetric"), "no ratio of events"),
        (
            openslo().replace('"indicatorRef"', '"budgetingMethod": "Timeslices", "indicatorRef"'),
            "counted in `Timeslices`",
        ),
        (
            openslo().replace('{"target": 0.98}', '{"target": 0.98, "indicatorRef": "other"}'),
            "an indicator of its own",
        ),
        (openslo().replace("openslo/v1", "openslo/v1alpha"), "its version `openslo/v1alpha` is not read"),
        (
            openslo().replace("openslo/v1", "openslo.com/v2alpha"),
            "its version `openslo.com/v2alpha` is not read",
        ),
        (
            openslo().replace('"alertPolicyRef": "policy"', '"alertPolicyRef": "gone"'),
            "its alert policy `gone` is not in this file",
        ),
        (
            openslo().replace('{"alertPolicyRef": "policy"}', '"gone"'),
            "its alert policy `gone` is not in this file",
        ),
        (
            openslo().replace('"conditionRef": "fast"', '"conditionRef": "gone"'),
            "its alert condition `gone` is not in this file",
        ),
        (
            openslo().replace('"conditions"', '"alertWhenBreaching": false, "conditions"'),
            "does not fire where its condition is met",
        ),
        (
            openslo().replace('"alertAfter": "5m"', '"alertAfter": "soon"'),
            "its `alertAfter` is no duration: soon",
        ),
        (openslo().replace('"threshold": 2', '"threshold": "inf"'), "no burn rate over a window"),
    ],
)
def test_openslo_refusals(text: str, reason: str) -> None:
    first, *others = rows(text)
    assert reason in first["refused"]
    assert first["thresholds"] == []
    assert all(one["refused"] for one in others if not one["thresholds"])


def test_openslo_keeps_the_severity_of_a_condition_and_what_fires_without_data() -> None:
    text = openslo().replace(
        '"condition": {"kind": "burnrate"', '"severity": "page", "condition": {"kind": "burnrate"'
    )
    found, *_ = rows(text.replace('"conditions"', '"alertWhenNoData": true, "conditions"'))
    assert found["labels"] == {"severity": "page"}
    assert found["notes"] == ["alertWhenNoData true: it fires as well where there is no data"]
    by_name, *_ = rows(openslo().replace('{"alertPolicyRef": "policy"}', '"policy"'))
    assert len(by_name["thresholds"]) == 1


def test_a_calendars_period_gives_no_budget() -> None:
    whole = read_rules("slo.yml", openslo()).objectives
    calendar = read_rules("slo.yml", openslo().replace('"isRolling": true', '"isRolling": false')).objectives
    assert [one.period for one in whole] == [28 * 86_400] * 2
    assert [one.period for one in calendar] == [None, None]


def test_budgets_are_in_events_where_all_is_rates() -> None:
    made = Objective("o", 0.99, 86_400, Indicator("sum(rate(e[$window]))", "sum(rate(r[$window]))"))
    assert budget(made, 3600) == (
        "(sum(rate(e[1h]))) * 3600 / ((sum(rate(r[1d]))) * 86400 * 0.01)",
        "events",
    )
    shared = made._replace(indicator=Indicator(share="avg_over_time(s[$window])"))
    assert budget(shared, 5400) == ("(avg_over_time(s[90m])) * 5400 / (86400 * 0.01)", "time")
    counted = made._replace(indicator=Indicator("sum(increase(e[$window]))", "sum(rate(r[$window]))"))
    assert (budget(counted, 3600) or ("", ""))[1] == "time"
    assert budget(made._replace(period=None), 3600) is None
    assert budget(made._replace(indicator=None), 3600) is None


@pytest.mark.parametrize(
    ("seconds", "text"), [(60, "1m"), (90, "90s"), (86_400, "1d"), (2_592_000, "30d"), (5400, "90m")]
)
def test_durations_as_promql_writes_them(seconds: float, text: str) -> None:
    assert duration(seconds) == text


def test_what_is_no_whole_second_is_no_window() -> None:
    with pytest.raises(ValueError, match="no whole number"):
        duration(0.5)


def test_percentages_are_exact() -> None:
    assert share("99.9") == 0.999
    assert Objective("o", share("99.95"), None, None).allowed == 0.0005
