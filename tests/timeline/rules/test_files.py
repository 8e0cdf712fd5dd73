"""Rule files in the forms that people keep them in, and whatever else stands in their folders."""

import json
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from timeline.instant import NS
from timeline.rules.files import load, read_rules, row

PROMETHEUS = """\
groups:
  - name: checkout
    interval: 30s
    rules:
      - record: job:requests:rate5m
        expr: sum by (job) (rate(requests_total[5m]))
      - alert: CheckoutLatencyHigh
        expr: |
          histogram_quantile(0.99, sum by (le) (rate(checkout_seconds_bucket[5m])))
            > 0.5
        for: 1h30m
        keep_firing_for: 250ms
        labels: {severity: page, tier: 01, paged: yes, empty: }
      - alert: PoolLow
        expr: 5 * 60 > pool_free unless on () maintenance == 1
      - alert: Gone
        expr: absent(up{job="checkout"})
  - name: empty
    rules:
"""


def rows(text: str) -> list[dict[str, Any]]:
    """Read a text as a file."""
    return [row(rule) for rule in read_rules("rules.yml", text).rules]


def test_a_prometheus_rule_file() -> None:
    slow, low, gone = rows(PROMETHEUS)
    assert slow == {
        "file": "rules.yml", "group": "checkout", "alert": "CheckoutLatencyHigh",
        "expr": "histogram_quantile(0.99, sum by (le) (rate(checkout_seconds_bucket[5m])))\n  > 0.5",
        "for": 5400, "keep_firing_for": 0.25,
        "labels": {"severity": "page", "tier": "01", "paged": "yes", "empty": ""},
        "thresholds": [
            {
                "query": "histogram_quantile(0.99, sum by (le) (rate(checkout_seconds_bucket[5m])))",
                "op": ">", "value": 0.5,
            }
        ],
        "refused": None, "notes": [],
    }  # fmt: skip
    assert (low["for"], low["keep_firing_for"], low["labels"]) == (0, 0, {})
    assert low["thresholds"] == [{"query": "pool_free", "op": "<", "value": 300}]
    assert gone["thresholds"] == [{"query": 'up{job="checkout"}', "op": "absent", "value": None}]
    assert read_rules("rules.yml", PROMETHEUS).rules[0].interval == 30 * NS


def test_documents_of_many_kinds_in_one_file() -> None:
    group = {"name": "g", "rules": [{"alert": "A", "expr": "x > 1"}]}
    manifest = {
        "apiVersion": "monitoring.coreos.com/v1", "kind": "PrometheusRule",
        "metadata": {"name": "m"}, "spec": {"groups": [group]},
    }  # fmt: skip
    held = {"kind": "List", "items": [manifest, {"kind": "Service", "spec": {"ports": []}}, manifest]}
    mapped = {
        "kind": "ConfigMap",
        "data": {"a.rules": json.dumps({"groups": [group]}), "b.txt": "{", "c.yml": "{"},
    }
    text = "\n---\n".join(["", json.dumps(manifest), json.dumps(held), json.dumps(mapped), "# nothing\n"])
    assert [(r["group"], r["alert"], r["thresholds"][0]["query"]) for r in rows(text)] == [
        ("g", "A", "x")
    ] * 4


def test_what_a_server_or_a_ruler_answered_and_was_saved() -> None:
    listed = {
        "type": "alerting", "name": "Saved", "query": "x > 2", "duration": 60, "keepFiringFor": 30,
        "labels": {"severity": "page"},
    }  # fmt: skip
    answer = {"status": "success", "data": {"groups": [
        {"name": "g", "file": "/etc/r.yml", "interval": 15, "rules": [listed, {"type": "recording", "name": "r"}]},
    ]}}  # fmt: skip
    (saved,) = rows(json.dumps(answer))
    assert (saved["file"], saved["for"], saved["keep_firing_for"]) == ("/etc/r.yml", 60, 30)
    ruler = {"team": [{"name": "g", "rules": [{"alert": "A", "expr": "x > 1"}]}]}
    assert [one["alert"] for one in rows(json.dumps(ruler))] == ["A"]


def test_the_catalogues_form() -> None:
    text = """\
groups:
  - name: Databases
    services:
      - name: Store
        exporters:
          - slug: embedded
            rules:
              - {name: Store is full, query: "store_used / store_size > 0.9", severity: warning, for: 5m}
"""
    (one,) = rows(text)
    assert (one["group"], one["alert"], one["for"]) == ("Databases: Store", "Store is full", 300)
    assert one["labels"] == {"severity": "warning"}
    assert one["thresholds"] == [{"query": "store_used / store_size", "op": ">", "value": 0.9}]


def test_what_a_rule_lacks_is_said() -> None:
    text = """\
groups:
  - {name: g, rules: [{alert: A}, {alert: B, expr: x > 1, for: soon}, {alert: C, expr: '{{ .Values.x }}'}, 5, null]}
  - 7
"""
    a, b, c = rows(text)
    assert (a["thresholds"], a["refused"]) == ([], "the rule has no expression")
    assert (b["for"], b["refused"]) == (None, "its `for` is no duration: soon")
    assert b["thresholds"] == [{"query": "x", "op": ">", "value": 1}]
    assert c["refused"].startswith("the PromQL parser used here does not read it")


def test_anchors_merge_and_unknown_tags_stand_for_nothing() -> None:
    text = """\
shared: &shared {for: 2m, labels: {severity: page}}
groups:
  - {name: g, rules: [{<<: *shared, alert: A, expr: x > 1}]}
other: !Ref Something
"""
    assert [(r["alert"], r["for"], r["labels"]) for r in rows(text)] == [("A", 120, {"severity": "page"})]


@pytest.mark.parametrize(
    "text",
    [
        "rule_files: [a.yml]\ntests: [{interval: 1m}]", "kind: Deployment\nspec: {replicas: 3}", "", "just text",
        "[1, 2]", "{}", "kind: CustomResourceDefinition\nspec: {group: monitoring.coreos.com}",
    ],
)  # fmt: skip
def test_other_files_hold_no_rules_and_are_known_as_none(text: str) -> None:
    found = read_rules("f", text)
    assert (found.rules, found.known) == ((), False)


@pytest.mark.parametrize(
    "text", ["{{- if .Values.on }}\nkind: PrometheusRule", "a: b: c", "[" * 5000, '{"a": "\t']
)
def test_what_is_neither_yaml_nor_json_is_named(text: str) -> None:
    with pytest.raises(ValueError, match=r"\w"):
        read_rules("f", text)


def test_json_is_read_as_json() -> None:
    assert load('{"a":\t"\\ud83d\\ude00"}') == [{"a": "\U0001f600"}]
    assert load('{"a":\t[1.50, null]}') == [{"a": ["1.50", None]}]


SCALARS = st.none() | st.booleans() | st.integers() | st.text(max_size=8) | st.sampled_from(["x > 1", "5m"])
KEYS = st.sampled_from(
    ["groups", "rules", "alert", "expr", "for", "labels", "kind", "spec", "data", "condition", "services",
     "exporters", "items", "model", "status", "slos", "name", "type", "query", "metadata", "apiVersion", "version"]
)  # fmt: skip
VALUES = st.sampled_from(
    ["PrometheusRule", "ConfigMap", "List", "SLO", "openslo/v1", "pyrra.dev/v1alpha1", "success"]
)


@example("\U00010000")  # written as two surrogates, which YAML does not read
@given(
    st.recursive(
        SCALARS | VALUES, lambda inner: st.lists(inner) | st.dictionaries(KEYS, inner), max_leaves=30
    )
)
def test_no_document_is_too_odd(document: Any) -> None:
    found = read_rules("f", json.dumps(document))
    assert all(rule.reading.thresholds or rule.reading.refused for rule in found.rules)
