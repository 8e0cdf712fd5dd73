"""Alerts of objectives against those that sloth and pyrra make themselves, of their own examples."""

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from tests.servers.fixtures import skip_or_fail
from tests.servers.require import MissingError
from tests.servers.slo_tools import SloTool
from timeline.rules.fields import seconds
from timeline.rules.files import read_rules
from timeline.rules.promrules import AlertingRule
from timeline.rules.promtext import inner, parse
from timeline.rules.thresholds import operator, read_thresholds

#: A comparison of a recorded series, in the words of either tool.
_BURN = re.compile(r"([a-zA-Z_:][\w:]*)\{([^}]*)\}\s+>\s+\(([\d.e-]+) \* (?:\(1-([\d.]+)\)|([\d.e-]+))\)")
_MATCHERS = re.compile(r"\{([^}]*)\}")
_WHO = re.compile(r'\b(?:slo|sloth_id)="([^"]*)"')


class Alert(NamedTuple):
    """An alert: its name, labels, `for` in seconds, and comparisons as (expression, threshold)."""

    name: str
    labels: dict[str, str]
    hold: float
    limits: list[tuple[str, float]]


@pytest.fixture(params=["sloth", "pyrra"])
def tool(request: pytest.FixtureRequest) -> SloTool:
    """Give each tool; pyrra's module cannot be had everywhere, so that its absence fails no run."""
    try:
        return SloTool(request.param)
    except MissingError as missing:
        if request.param == "pyrra":
            pytest.skip(str(missing))
        skip_or_fail(missing)
        raise


def alike(text: str) -> str:
    """Write an expression so that two of one meaning are one text: every operand in brackets, matchers in order."""
    return _alike(inner(parse(text)))


def _alike(node: Any) -> str:
    if op := operator(node):
        return f"({_alike(inner(node.lhs))}) {op} ({_alike(inner(node.rhs))})"
    flat = re.sub(r"\s+(?=[()\[\]])|(?<=[(\[])\s+| by \(\)", "", " ".join(node.prettify().split()))
    return _MATCHERS.sub(lambda m: "{" + ",".join(sorted(re.split(r",(?=\w+[=!])", m[1]))) + "}", flat)


def theirs(groups: list[dict[str, Any]]) -> Iterator[Alert]:
    """Yield a tool's alerts, what they compare as the recording rules of the same objective define it."""
    rules = [rule for group in groups for rule in group["rules"]]
    recorded = {
        (rule["record"], rule["labels"].get("sloth_id") or rule["labels"].get("slo")): str(rule["expr"])
        for rule in rules if "record" in rule and "labels" in rule
    }  # fmt: skip
    for rule in rules:
        if "alert" not in rule:
            continue
        found = _BURN.findall(rule["expr"])
        limits = [
            (alike(recorded[name, _WHO.findall(held)[0]]), float(rate) * (float(rest) if rest else 1 - float(target)))
            for name, held, rate, target, rest in found
        ]  # fmt: skip
        if not found:
            limits = [(alike(t.query), t.value or 0) for t in read_thresholds(rule["expr"]).thresholds]
        labels = {name: str(value) for name, value in rule["labels"].items()}
        yield Alert(rule["alert"], labels, go_seconds(rule.get("for", "0s")), limits)


def ours(rule: AlertingRule) -> Alert:
    """Return a rule of ours as an alert."""
    limits = [(alike(one.query), one.value or 0) for one in rule.reading.thresholds]
    return Alert(rule.alert, dict(rule.labels), rule.hold or 0, limits)


def go_seconds(text: str) -> float:
    """Read a duration as Go writes it: `1h30m0s` too."""
    found = seconds(text)
    assert found is not None
    return found


def unlike(mine: Alert, other: Alert) -> list[str]:
    """Return in what two alerts differ."""
    limits = [
        (left[0] == right[0] and left[1] == pytest.approx(right[1], rel=1e-9))
        for left, right in zip(mine.limits, other.limits, strict=False)
    ]
    same = {
        "name": mine.name == other.name, "labels": mine.labels == other.labels, "hold": mine.hold == other.hold,
        "limits": all(limits) and len(mine.limits) == len(other.limits),
    }  # fmt: skip
    return [name for name, alike_ in same.items() if not alike_]


def order(alert: Alert) -> tuple[str, str]:
    return alert.name, json.dumps(sorted(alert.labels.items()))


def compare(tool: SloTool, path: Path, folder: Path) -> list[str | None]:
    """Compare the alerts of a file; return why each is refused, None where it is not."""
    made = sorted(theirs(tool.groups(path, folder)), key=order)
    held = [rule for rule in read_rules(str(path), path.read_text()).rules if rule.labels]
    mine = sorted(((ours(rule), rule.reading.refused) for rule in held), key=lambda one: order(one[0]))
    assert [order(alert) for alert, _ in mine] == [order(alert) for alert in made], path
    for (alert, why), other in zip(mine, made, strict=True):
        assert set(unlike(alert, other)) <= ({"limits"} if why else set()), (path, alert, other)
    return [why for _, why in mine]


def test_every_alert_of_every_example_is_the_tools_own(tool: SloTool, tmp_path: Path) -> None:
    examples = tool.examples()
    assert len(examples) >= 10
    refused = [why for path in examples for why in compare(tool, path, tmp_path)]
    assert all(why is None or "plugin" in why for why in refused)
    assert refused.count(None) > 20


RATIO = {
    "errors": {"metric": 'r_total{job="a",code=~"5..",team="x"}'},
    "total": {"metric": 'r_total{job="a",area!="b"}'},
}
OTHER = {"errors": {"metric": 'failed_total{job="a"}'}, "total": {"metric": 'r_total{job="a"}'}}
LATENCY = {
    "success": {"metric": 'd_bucket{job="a",le="0.5",code="200"}'},
    "total": {"metric": 'd_count{job="a"}'},
}
NATIVE = {"latency": "250ms", "total": {"metric": 'd{job="a"}'}}


@pytest.mark.parametrize(
    ("indicator", "spec"),
    [
        ({"ratio": RATIO}, {}),
        ({"ratio": {**RATIO, "grouping": ["job", "instance", "job"]}}, {"window": "28d", "target": "99.95"}),
        ({"ratio": OTHER}, {"window": "8w", "alerting": {"name": "Burns", "absentName": "Missing"}}),
        ({"ratio": OTHER}, {"window": "3d", "alerting": {"burnrates": False}}),
        ({"latency": LATENCY}, {"window": "30d", "target": "90"}),
        ({"latency": {**LATENCY, "grouping": ["code"]}}, {"window": "1w3d", "alerting": {"absent": False}}),
        ({"latencyNative": {**NATIVE, "grouping": ["b", "a"]}}, {"window": "6w"}),
        ({"bool_gauge": {"metric": 'up{job=~"a|b",env="live"}'}}, {"window": "5d"}),
        ({"bool_gauge": {"metric": "up", "grouping": ["instance"]}}, {"alerting": {"disabled": True}}),
    ],
)  # fmt: skip
def test_pyrra_in_all_its_forms(tmp_path: Path, indicator: dict[str, Any], spec: dict[str, Any]) -> None:
    try:
        tool = SloTool("pyrra")
    except MissingError as missing:
        pytest.skip(str(missing))
    path = tmp_path / "slo.json"
    metadata = {"name": "shop", "namespace": "prod", "labels": {"pyrra.dev/team": "shop", "role": "rules"}}
    path.write_text(json.dumps({
        "apiVersion": "pyrra.dev/v1alpha1", "kind": "ServiceLevelObjective", "metadata": metadata,
        "spec": {"target": "99", "window": "2w", "indicator": indicator, **spec},
    }))  # fmt: skip
    assert set(compare(tool, path, tmp_path)) == {None}
