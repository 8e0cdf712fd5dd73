"""Alerting rules as servers list them."""

from typing import Any

from timeline.instant import NS
from timeline.rules.promrules import alert_labels, alerting_rules

GROUPS: list[dict[str, Any]] = [
    {
        "name": "g", "file": "rules.yml", "interval": 30,
        "rules": [
            {"type": "recording", "name": "r", "query": "sum(x)"},
            {"type": "alerting", "name": "Slow", "query": "x > 3", "labels": {"severity": "page"}},
            {"type": "alerting", "name": "Slow", "query": "x > 3", "labels": {"severity": "page"}},
        ],
    },
    {"name": "f", "file": "rules.yml", "rules": [{"type": "alerting", "name": "Odd", "query": "vector(1)"}]},
]  # fmt: skip


def test_alerting_rules_are_read_once_in_a_fixed_order() -> None:
    odd, slow = alerting_rules(GROUPS)
    assert (odd.alert, odd.interval, odd.reading.thresholds) == ("Odd", None, ())
    assert odd.reading.refused == "`vector(1)` is not compared with a number"
    assert (slow.alert, slow.interval, slow.labels) == ("Slow", 30 * NS, (("severity", "page"),))
    assert [tuple(t) for t in slow.reading.thresholds] == [("x", ">", 3)]
    assert alerting_rules(GROUPS[::-1]) == [odd, slow]


def test_a_label_without_a_value_is_an_empty_one_as_in_a_rule_file() -> None:
    rule = {
        "type": "alerting",
        "name": "Slow",
        "query": "x > 3",
        "labels": {"team": None, "severity": "page"},
    }
    (found,) = alerting_rules([{"name": "g", "rules": [rule]}])
    assert found.labels == (("severity", "page"), ("team", ""))


def test_an_alerts_labels_are_the_series_and_the_rules_filled_in() -> None:
    rule = (
        ("job", "over-{{ $labels.job }}"), ("gone", "{{ $labels.nothing }}"), ("team", "{{- .Labels.owner -}}"),
        ("value", "{{ $value }}"), ("pod", 'of {{ index $labels "k8s.pod" }}'), ("near", "a {{- $labels.job -}} b"),
    )  # fmt: skip
    found = alert_labels(rule, {"__name__": "x", "job": "a", "owner": "ops", "empty": "", "k8s.pod": "p-1"})
    assert found == {
        "job": "over-a",
        "gone": "{{ $labels.nothing }}",
        "owner": "ops",
        "team": "ops",
        "value": "{{ $value }}",
        "k8s.pod": "p-1",
        "pod": "of p-1",
        "near": "aab",
    }
