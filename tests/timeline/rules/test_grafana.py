"""Grafana's alert rules: what compares one query with a number is read, all else refused by name."""

import json
from typing import Any

import pytest

from timeline.rules.files import read_rules, row

EXPR = {"uid": "__expr__", "type": "__expr__"}


def query(ref: str = "A", expr: str = "sum(rate(errors_total[5m]))", **held: Any) -> dict[str, Any]:
    """Make a part that asks Prometheus for its value now."""
    model = {"refId": ref, "expr": expr, "instant": True, **held.pop("model", {})}
    return {
        "refId": ref, "relativeTimeRange": {"from": 600, "to": 0}, "datasourceUid": "P1809F7CD0C75ACF3",
        "model": model, **held,
    }  # fmt: skip


def part(ref: str, kind: str, expression: str = "", **held: Any) -> dict[str, Any]:
    """Make a part that computes with others."""
    model = {"refId": ref, "type": kind, "expression": expression, "datasource": EXPR, **held}
    return {"refId": ref, "datasourceUid": "__expr__", "model": model}


def threshold(kind: str, *params: float, of: str = "A", ref: str = "C", **held: Any) -> dict[str, Any]:
    """Make a part that compares."""
    return part(ref, "threshold", of, conditions=[{"evaluator": {"type": kind, "params": params}, **held}])


def rule(*data: dict[str, Any], condition: str = "C", **held: Any) -> dict[str, Any]:
    """Make a rule as the provisioning API has it."""
    return {"uid": "u", "title": "Errors", "condition": condition, "data": list(data), "for": "5m", **held}


def read(one: dict[str, Any]) -> dict[str, Any]:
    """Read one rule out of an export."""
    text = json.dumps({"apiVersion": 1, "groups": [{"name": "g", "interval": "1m", "rules": [one]}]})
    (found,) = read_rules("export.json", text).rules
    return row(found)


def compared(one: dict[str, Any]) -> list[tuple[str, float | None]]:
    """Return the comparisons of a rule that is read wholly, all of the one query."""
    found = read(one)
    assert found["refused"] is None
    assert {t["query"] for t in found["thresholds"]} == {"sum(rate(errors_total[5m]))"}
    return [(t["op"], t["value"]) for t in found["thresholds"]]


def test_a_row_of_an_export_in_yaml() -> None:
    text = """\
apiVersion: 1
groups:
  - orgId: 1
    name: checkout
    folder: Shop
    interval: 1m
    rules:
      - uid: e1
        title: Error share
        condition: C
        data:
          - refId: A
            relativeTimeRange: {from: 600, to: 0}
            datasourceUid: prom
            model: {expr: "errors / requests", instant: false, range: true, refId: A}
          - refId: B
            datasourceUid: __expr__
            model: {type: reduce, reducer: last, expression: A, refId: B}
          - refId: C
            datasourceUid: __expr__
            model: {type: threshold, expression: B, refId: C, conditions: [{evaluator: {type: gt, params: [0.05]}}]}
        for: 2m
        keepFiringFor: 10m
        labels: {severity: page}
      - {uid: r1, title: recorded, record: {from: A, metric: m}, data: []}
"""
    (one,) = read_rules("export.yaml", text).rules
    assert row(one) == {
        "file": "export.yaml", "group": "checkout", "alert": "Error share", "expr": "errors / requests",
        "for": 120, "keep_firing_for": 600, "labels": {"severity": "page"},
        "thresholds": [{"query": "errors / requests", "op": ">", "value": 0.05}], "refused": None, "notes": [],
    }  # fmt: skip


def test_the_apis_flat_list_and_the_rulers_folders() -> None:
    one = rule(query(), threshold("gt", 1))
    (flat,) = read_rules("f", json.dumps([{**one, "ruleGroup": "g2"}])).rules
    assert (flat.group, flat.alert, flat.hold) == ("g2", "Errors", 300)
    ruler = {
        "Shop": [{"name": "g3", "rules": [{"for": "1m", "grafana_alert": one | {"for": "1m"}, "expr": ""}]}]
    }
    (held,) = read_rules("f", json.dumps(ruler)).rules
    assert (held.group, held.alert, held.hold, len(held.reading.thresholds)) == ("g3", "Errors", 60, 1)


@pytest.mark.parametrize(
    ("evaluator", "expected"),
    [
        (("gt", 5), [(">", 5)]),
        (("lt", 5), [("<", 5)]),
        (("gte", 5), [(">=", 5)]),
        (("lte", -5), [("<=", -5)]),
        (("eq", 0), [("==", 0)]),
        (("ne", 1), [("!=", 1)]),
        (("within_range", 2, 8), [(">", 2), ("<", 8)]),
        (("outside_range", 2, 8), [("<", 2), (">", 8)]),
        (("within_range_included", 2, 8), [(">=", 2), ("<=", 8)]),
        (("outside_range_included", 2, 8), [("<=", 2), (">=", 8)]),
    ],
)
def test_evaluators(evaluator: tuple[Any, ...], expected: list[tuple[str, float]]) -> None:
    assert compared(rule(query(), threshold(*evaluator))) == expected
    classic = part(
        "C", "classic_conditions",
        conditions=[{"evaluator": {"type": evaluator[0], "params": evaluator[1:]}, "query": {"params": ["A"]},
                     "reducer": {"type": "avg"}}],
    )  # fmt: skip
    assert compared(rule(query(), classic)) == expected


@pytest.mark.parametrize(
    ("formula", "expected"),
    [
        ("$A > 5", [(">", 5)]),
        ("${A} >= 5 * 60", [(">=", 300)]),
        ("5 < $A", [(">", 5)]),
        ("($A > 5) && ($A < 9)", [(">", 5), ("<", 9)]),
        ("$A < 5 || $A > 9", [("<", 5), (">", 9)]),
        ("$A", [("!=", 0)]),
    ],
)
def test_formulas(formula: str, expected: list[tuple[str, float]]) -> None:
    assert compared(rule(query(), part("C", "math", formula))) == expected


def test_arithmetic_stays_in_the_query() -> None:
    for one in (
        rule(query(), part("B", "math", "$A * 100"), threshold("gt", 5, of="B")),
        rule(query(), part("C", "math", "${A} * 100 > 5")),
    ):
        assert read(one)["thresholds"] == [
            {"query": "(sum(rate(errors_total[5m]))) * 100", "op": ">", "value": 5}
        ]


def test_no_value_is_absence_and_a_query_fires_where_it_is_not_zero() -> None:
    none = {"evaluator": {"type": "no_value"}, "query": {"params": ["A"]}, "reducer": {"type": "last"}}
    assert compared(rule(query(), part("C", "classic_conditions", conditions=[none]))) == [("absent", None)]
    assert compared(rule(query(), condition="A")) == [("!=", 0)]


def test_a_recovery_threshold_of_its_own_is_said() -> None:
    found = read(rule(query(), threshold("gt", 5, unloadEvaluator={"type": "lt", "params": [3]})))
    assert found["thresholds"] == [{"query": "sum(rate(errors_total[5m]))", "op": ">", "value": 5}]
    assert found["refused"] == "it recovers at a threshold of its own, which is not told here"


RANGE: dict[str, Any] = {"model": {"instant": False, "range": True}}


@pytest.mark.parametrize(
    ("one", "reason"),
    [
        (rule(query(**RANGE), part("B", "reduce", "A", reducer="mean"), threshold("gt", 5, of="B")),
         "`A` is reduced by `mean` over a range of time"),
        (rule(query(), part("B", "reduce", "A", reducer="count"), threshold("gt", 5, of="B")), "`count`"),
        (rule(query(), part("B", "reduce", "A", reducer="last", settings={"mode": "replaceNN"}), threshold("gt", 5, of="B")),
         "puts another value in the place of NaN"),
        (rule(query(model={"datasource": {"type": "loki"}}), threshold("gt", 5)), "no query of Prometheus but of `loki`"),
        (rule(query(queryType="range"), threshold("gt", 5)), "the query type `range`"),
        (rule(query(expr=""), threshold("gt", 5)), "`A` is no query of Prometheus"),
        (rule(query(relativeTimeRange={"from": 900, "to": 300}), threshold("gt", 5)), "asks for a time before now"),
        (rule(query(expr="rate(x[$__rate_interval])"), threshold("gt", 5)), "does not read it"),
        (rule(query(), query("B", "y"), part("C", "math", "$A / $B > 5")), "rules of its own"),
        (rule(query(), part("C", "math", "$A ** 2 > 5")), "has an operator that PromQL does not have"),
        (rule(query(), part("C", "math", "!$A")), "has an operator that PromQL does not have"),
        (rule(query(), part("C", "math", "is_nan($A)")), "is not one of PromQL's"),
        (rule(query(), part("C", "math", "($A > 5) == 1")), "its 0 or 1 is compared again"),
        (rule(query(), part("B", "math", "$A > 5"), threshold("gt", 0, of="B")), "its 0 or 1 is compared again"),
        (rule(query(), threshold("gt", 5, ref="B"), threshold("gt", 0, of="B")), "whose value is no value of a query"),
        (rule(query(), part("B", "resample", "A"), threshold("gt", 5, of="B")), "`B` is a `resample`"),
        (rule(query(), threshold("gt", 5), condition="Z"), "refers to `Z`, which it does not have"),
        (rule(part("A", "math", "$A"), threshold("gt", 5)), "`A` refers to itself"),
        (rule(query(), threshold("gt")), "lacks its number"),
        (rule(query(), threshold("contains", 5)), "`contains`"),
        (rule(query(), part("C", "threshold", "A", conditions=[])), "0 conditions"),
        (rule(query(), part("C", "classic_conditions", conditions=[])), "compares nothing"),
    ],
)  # fmt: skip
def test_refusals_name_their_reason(one: dict[str, Any], reason: str) -> None:
    found = read(one)
    assert found["thresholds"] == []
    assert reason in found["refused"]


def test_several_queries_are_shown_by_their_names() -> None:
    found = read(rule(query(), query("B", "y"), part("C", "math", "$A > 5 && $B < 3")))
    assert found["expr"] == "A: sum(rate(errors_total[5m]))\nB: y\nC: math $A > 5 && $B < 3"
    assert [(t["query"], t["op"], t["value"]) for t in found["thresholds"]] == [
        ("sum(rate(errors_total[5m]))", ">", 5),
        ("y", "<", 3),
    ]


def test_a_paused_rule_is_refused_and_a_wrong_duration_named() -> None:
    for paused in ({"isPaused": True}, {"grafana_alert": rule(query(), threshold("gt", 1), is_paused=True)}):
        found = read(rule(query(), threshold("gt", 1)) | paused)
        assert (found["thresholds"], found["refused"]) == ([], "it is paused: Grafana does not evaluate it")
    found = read(rule(query(), threshold("gt", 1)) | {"for": "soon"})
    assert (len(found["thresholds"]), found["refused"]) == (1, "its `for` is no duration: soon")


@pytest.mark.parametrize(
    ("fields", "notes"),
    [
        ({"noDataState": "Alerting"}, ["noDataState Alerting: it fires as well where its query has no data"]),
        ({"noDataState": "OK", "execErrState": "OK"}, []),
        ({"execErrState": "KeepLast"}, ["execErrState KeepLast: it stays as it was where its query fails"]),
        (
            {"noDataState": "NoData", "execErrState": "Error"},
            [
                "noDataState NoData: where its query has no data, the alert `DatasourceNoData` stands in its place",
                "execErrState Error: where its query fails, the alert `DatasourceError` stands in its place",
            ],
        ),
        (
            {"missingSeriesEvalsToResolve": 3},
            ["missingSeriesEvalsToResolve 3: it ends so many evaluations after its series"],
        ),
    ],
)
def test_what_a_rule_does_without_data_is_kept(fields: dict[str, Any], notes: list[str]) -> None:
    found = read(rule(query(), threshold("gt", 1), **fields))
    assert (len(found["thresholds"]), found["notes"]) == (1, notes)


@pytest.mark.parametrize(
    ("part_of", "reason"),
    [
        (query(expr='sum(rate({app="shop"}[5m]))'), "it may be LogQL"),
        (query(model={"queryType": "range"}), "the query type `range`"),
        (query(model={"datasource": {"type": "victoriametrics-logs-datasource"}}), "but of `victoriametrics-logs-datasource`"),
        (query(model={"datasource": {"type": "tempo"}}), "but of `tempo`"),
    ],
)  # fmt: skip
def test_another_language_without_a_written_type_is_no_threshold(
    part_of: dict[str, Any], reason: str
) -> None:
    found = read(rule(part_of, threshold("gt", 1)))
    assert found["thresholds"] == []
    assert reason in found["refused"]


def test_a_data_source_of_prometheus_is_taken_at_its_word() -> None:
    for kind in ("prometheus", "grafana-amazonprometheus-datasource", "victoriametrics-metrics-datasource"):
        part_of = query(expr='sum(rate({app="shop"}[5m]))', model={"datasource": {"type": kind}})
        assert len(read(rule(part_of, threshold("gt", 1)))["thresholds"]) == 1
