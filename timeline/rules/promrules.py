"""Alerting rules as a server lists them, and the labels that their alerts carry."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, NamedTuple

from timeline.instant import NS
from timeline.rules.bounded import bounded
from timeline.rules.fields import labels, number
from timeline.rules.thresholds import RuleReading, read_thresholds
from timeline.text import code

#: The templates that name a label of the alert plainly; all others need the server to fill them.
_LABEL = re.compile(
    r"(?:(?<!\s)\s*\{\{-|\{\{)\s*(?:(?:\$labels|\.Labels)\.([A-Za-z_]\w*)"
    r"|index\s+(?:\$labels|\.Labels)\s+\"([^\"\\]+)\")\s*(?:-\}\}\s*|\}\})"
)


_SPANS = ("duration", "keepFiringFor", "keep_firing_for")  # of a rule, in seconds


class AlertingRule(NamedTuple):
    """One alerting rule: where it stands, its expression as written, its interval in ns, its labels.

    `hold` and `keep` are its `for` and `keep_firing_for` in seconds; None where they are no duration. `notes`
    say what else its file says that changes what it means.
    """

    file: str
    group: str
    alert: str
    expression: str
    interval: int | None
    labels: tuple[tuple[str, str], ...]
    reading: RuleReading
    hold: float | None = 0
    keep: float | None = 0
    notes: tuple[str, ...] = ()

    @property
    def place(self) -> tuple[str, str, str, str]:
        """Return what orders rules: file, group, alert, expression."""
        return self.file, self.group, self.alert, self.expression


def readable(groups: Sequence[Any]) -> tuple[list[dict[str, Any]], list[str]]:
    """Return the groups of `/api/v1/rules` with the rules that can be read, and what cannot, in words."""
    found: list[dict[str, Any]] = []
    unread: list[str] = []
    for place, group in enumerate(groups, 1):
        if not isinstance(group, dict) or not isinstance(rules := group.get("rules") or [], list):
            unread.append(f"group {place} is no group of rules")
            continue
        name = code(str(group.get("name", "")))
        faults = [(rule, _fault(rule)) for rule in rules]
        unread += [
            f"rule {number} of group {name}: {why}" for number, (_, why) in enumerate(faults, 1) if why
        ]
        unread += [
            f"the {field} of rule {at} of group {name}: {str(rule[field])[:80]}"
            for at, (rule, why) in enumerate(faults, 1) if not why
            for field in _SPANS if number(rule.get(field) or 0) is None
        ]  # fmt: skip
        if number(group.get("interval") or 0) is None:
            unread.append(f"the interval of group {name}: {str(group['interval'])[:80]}")
            group = {**group, "interval": 0}
        found.append({**group, "rules": [rule for rule, why in faults if not why]})
    return found, unread


def _fault(rule: Any) -> str | None:
    if not isinstance(rule, dict) or not isinstance(rule.get("type"), str):
        return "it has no type"
    if rule["type"] != "alerting":
        return None
    lacking = [name for name in ("name", "query") if not isinstance(rule.get(name), str)]
    if lacking:
        return f"it has no {' and no '.join(lacking)}"
    if not isinstance(rule.get("labels") or {}, dict):
        return "its labels are no object"
    alerts = rule.get("alerts") or []
    if not isinstance(alerts, list) or not all(isinstance(one, dict) for one in alerts):
        return "an alert of it is no object"
    return None


def alerting_rules(groups: Sequence[Mapping[str, Any]]) -> list[AlertingRule]:
    """Read the groups of `/api/v1/rules`; recording rules are left out, each rule is taken once."""
    found = {(rule.place, rule.labels): rule for rule in listed_rules(groups)}
    return [found[key] for key in sorted(found)]


def listed_rules(groups: Iterable[Mapping[str, Any]]) -> Iterator[AlertingRule]:
    """Yield the alerting rules of `readable` groups as they are listed."""
    rules = [
        (group, one) for group in groups for one in group.get("rules") or () if one["type"] == "alerting"
    ]
    for (group, rule), is_read in zip(rules, bounded(one["query"] for _, one in rules), strict=True):
        yield _listed(group, rule, is_read=is_read)


def _listed(group: Mapping[str, Any], rule: Mapping[str, Any], *, is_read: bool) -> AlertingRule:
    too_much = RuleReading((), "the expressions listed before it are as many as are read of a server")
    reading = read_thresholds(rule["query"]) if is_read else too_much
    language = str(rule.get("datasourceType") or group.get("type") or "prometheus")  # vmalert says it
    if language != "prometheus":
        reading = RuleReading((), f"its expression is in the language of {code(language)}, not PromQL")
    hold = number(rule.get("duration") or 0)
    keep = number(rule.get("keepFiringFor") or rule.get("keep_firing_for") or 0)
    return AlertingRule(
        str(group.get("file", "")), str(group.get("name", "")), rule["name"], rule["query"],
        round((number(group.get("interval") or 0) or 0) * NS) or None, labels(rule), reading,
        hold, keep,
    )  # fmt: skip


def alert_labels(rule: Sequence[tuple[str, str]], series: Mapping[str, str]) -> dict[str, str]:
    """Return the labels of the alert that a series makes: its own and the rule's, templates filled.

    A template that is more than one label's name is left as it is written: such an alert's crossings
    share no thread with it. One that fills to nothing is left as written too: so does Prometheus in
    the series `ALERTS`, though the alert that it sends has no such label.
    """
    labels = {k: v for k, v in series.items() if k != "__name__"}
    filled = {k: _LABEL.sub(lambda m: series.get(m[1] or m[2], ""), v) or v for k, v in rule}
    return {k: v for k, v in (labels | filled).items() if v}
