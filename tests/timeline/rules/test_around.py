"""What a rule file says around its expressions: kept, or named, as Prometheus' own checker would have it."""

import json
from pathlib import Path
from typing import Any

import pytest

from tests.servers.fixtures import skip_or_fail
from tests.servers.promtool import Promtool
from tests.servers.require import MissingError
from timeline.rules.files import Contents, read_rules, row

RULE = "{alert: A, expr: x > 1}"


def held(group: str = "", rule: str = "") -> Contents:
    """Read a file of one group of one rule, with more fields of each."""
    group, rule = (f", {one}" if one else "" for one in (group, rule))
    return read_rules("rules.yml", f"groups: [{{name: g, rules: [{{alert: A, expr: x > 1{rule}}}]{group}}}]")


def one(group: str = "", rule: str = "") -> dict[str, Any]:
    (found,) = held(group, rule).rules
    return row(found)


def named(contents: Contents) -> list[str]:
    """Return all that is said against a file."""
    refused = [rule.reading.refused for rule in contents.rules if rule.reading.refused]
    return [*contents.unread, *refused]


def test_a_groups_labels_are_its_rules() -> None:
    found = one("labels: {team: shop, severity: page}", "labels: {severity: info, area: ''}")
    assert found["labels"] == {"team": "shop", "severity": "info", "area": ""}


@pytest.mark.parametrize(
    ("group", "note"),
    [
        ("limit: 10", "limit 10: the group gives no alerts at all where one of its rules has more of them"),
        ("query_offset: 2m", "query_offset 2m: it is evaluated over what was so long before"),
        ("evaluation_delay: 1m", "evaluation_delay 1m: "),
        ("eval_delay: 30s", "eval_delay 30s: "),
        ("eval_offset: 10m", "eval_offset 10m: "),
        ("partial_response_strategy: warn", "partial_response_strategy warn: "),
        ("source_tenants: [a, b]", "source_tenants a, b: it is evaluated over the data of these tenants"),
        ("tenant: '7:1'", "tenant 7:1: "),
        ("params: {extra_label: [env=dev]}", "params extra_label=env=dev: it is evaluated with these parameters"),
        ("headers: ['X-Scope-OrgID: a']", "headers X-Scope-OrgID: a: "),
    ],
)  # fmt: skip
def test_fields_that_change_what_rules_mean_are_kept(group: str, note: str) -> None:
    found = one(group)
    assert (found["refused"], len(found["thresholds"])) == (None, 1)
    (said,) = found["notes"]
    assert said.startswith(note)


@pytest.mark.parametrize(
    ("group", "rule", "reason"),
    [
        ("", "for: 5 minutes", "its `for` is no duration: 5 minutes"),
        ("", "for: 30s1h", "its `for` is no duration: 30s1h"),
        ("", "for: ''", "its `for` is no duration"),
        ("", "keep_firing_for: soon", "its `keep_firing_for` is no duration: soon"),
        ("interval: 1", "", "its group's `interval` is no duration: 1"),
        ("", "fore: 5m", "it has what no rule file has: `fore`"),
        ("intervall: 5m", "", "its group has what no rule file has: `intervall`"),
        ("", "labels: {__name__: a}", "its labels have a name that none may have: `__name__`"),
        ("", "labels: [a]", "its labels are no mapping: a"),
        ("", "labels: {a: [b]}", "its label `a` is no text"),
        ("", "record: r", "it is a recording rule as well"),
    ],
)
def test_what_no_rule_file_has_is_named_and_the_threshold_used(
    promtool: Promtool, group: str, rule: str, reason: str
) -> None:
    found = one(group, rule)
    assert reason in found["refused"]
    assert found["thresholds"] == [{"query": "x", "op": ">", "value": 1}]
    group, rule = (f", {text}" if text else "" for text in (group, rule))
    assert (
        promtool.check(f"groups: [{{name: g, rules: [{{alert: A, expr: x > 1{rule}}}]{group}}}]") is not None
    )


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (f"groups: [{{name: g, rules: [{RULE}]}}, {{name: g, rules: []}}]", "group `g` is there twice, which Prometheus refuses"),
        (f"groups: [{{name: g, rules: [{RULE}, 5]}}]", "rule 2 of group `g`: it neither alerts nor records"),
        (f"groups: [{{name: g, rules: [{RULE}, {{expr: y > 1}}]}}]", "rule 2 of group `g`: it neither alerts nor records"),
        (f"groups: [7, {{name: g, rules: [{RULE}]}}]", "group 1 is no group of rules"),
        (f"groups: [{{name: g, rules: [{RULE}]}}, {{name: h, rules: 7}}]", "the rules of group `h` are no list"),
    ],
)  # fmt: skip
def test_a_part_that_cannot_be_read_is_named_and_the_others_used(
    promtool: Promtool, text: str, said: str
) -> None:
    found = read_rules("rules.yml", text)
    assert found.unread == (said,)
    assert [rule.alert for rule in found.rules] == ["A"]
    assert promtool.check(text) is not None


def test_a_saved_list_of_rules_names_what_of_it_cannot_be_read() -> None:
    listed = [
        {"type": "alerting", "name": "A", "query": "x > 1", "duration": "soon"},
        {"type": "alerting", "name": "B"}, {"type": "recording", "name": "r", "query": "x"},
    ]  # fmt: skip
    groups = [{"name": "g", "interval": "often", "rules": listed}]
    found = read_rules("saved.json", json.dumps({"status": "success", "data": {"groups": groups}}))
    assert found.unread == (
        "rule 2 of group `g`: it has no query",
        "the duration of rule 1 of group `g`: soon",
        "the interval of group `g`: often",
    )
    (rule,) = found.rules
    assert (rule.alert, rule.hold, len(rule.reading.thresholds)) == ("A", None, 1)


def test_later_documents_are_said_to_be_so() -> None:
    text = "\n---\n".join(f"groups: [{{name: {name}, rules: [{RULE}]}}]" for name in "gh")
    first, second = read_rules("rules.yml", text).rules
    assert first.notes == ()
    assert second.notes == ("it is in a later document of its file, and Prometheus reads the first alone",)


def test_a_file_of_a_config_map_that_cannot_be_read_is_named() -> None:
    text = "kind: ConfigMap\ndata:\n  a.yml: |\n    groups: [\n  b.yml: |\n    groups: [{name: g, rules: [{alert: A, expr: x > 1}]}]\n"
    found = read_rules("map.yml", text)
    assert (len(found.rules), found.unread) == (1, ("`a.yml` of its ConfigMap is neither YAML nor JSON",))


@pytest.mark.parametrize("language", ["graphite", "vlogs"])
def test_another_language_is_refused_by_name(language: str) -> None:
    found = one(f"type: {language}")
    assert found["thresholds"] == []
    assert f"the language of `{language}`" in found["refused"]


@pytest.mark.parametrize(
    ("expression", "reason"),
    [
        ('sum by (app) (rate({app="shop"}[5m])) > 1', "it may be LogQL"),
        ('sum(count_over_time({app=~"shop.*", env="live"}[1h])) / 60 > 10', "it may be LogQL"),
        ('sum(rate({app="shop"} |= "error" [5m])) > 1', "does not read it"),
        ('{ span.http.status_code >= 500 } | rate() > 1', "does not read it"),
        ("averageSeries(servers.*.cpu) > 5", "does not read it"),
    ],
)  # fmt: skip
def test_what_may_be_of_another_language_is_no_threshold(expression: str, reason: str) -> None:
    text = "groups:\n- name: g\n  rules:\n  - alert: A\n    expr: '" + expression + "'\n"
    listed = {"name": "A", "query": expression, "type": "alerting"}
    saved = {"status": "success", "data": {"groups": [{"name": "g", "rules": [listed]}]}}
    for content in (text, json.dumps(saved)):
        (rule,) = read_rules("rules.yml", content).rules
        assert rule.reading.thresholds == ()
        assert reason in (rule.reading.refused or "")
    for certain in (
        'count({__name__=~"a|b"}) > 1',
        'rate({__name__="a"}[5m]) > 1',
        'rate(a[5m]) + rate({b="c"}[5m]) > 1',
    ):
        (rule,) = read_rules("rules.yml", text.replace(expression, certain)).rules
        assert len(rule.reading.thresholds) == 1


@pytest.mark.needs_compiled
def test_the_files_that_prometheus_is_tested_with(rule_file_tests: list[Path]) -> None:
    try:
        new = Promtool("3")
    except MissingError as missing:
        skip_or_fail(missing)
        raise
    for path in rule_file_tests:
        text = path.read_text()
        found = read_rules(str(path), text)
        taken = new.check(text) is None
        assert not (found.unread if taken else not named(found)), path
