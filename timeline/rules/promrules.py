"""Alerting rules as a server lists them, and the labels that their alerts carry."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, NamedTuple

from timeline.instant import NS
from timeline.rules.thresholds import RuleReading, read_thresholds

#: The templates that name a label of the alert plainly; all others need the server to fill them.
_LABEL = re.compile(r"\{\{-?\s*(?:\$labels|\.Labels)\.([A-Za-z_]\w*)\s*-?\}\}")


class AlertingRule(NamedTuple):
    """One alerting rule: where it stands, its expression as written, its interval in ns, its labels.

    `hold` and `keep` are its `for` and `keep_firing_for` in seconds; None where they are no duration.
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

    @property
    def place(self) -> tuple[str, str, str, str]:
        """Return what orders rules: file, group, alert, expression."""
        return self.file, self.group, self.alert, self.expression


def alerting_rules(groups: Sequence[Mapping[str, Any]]) -> list[AlertingRule]:
    """Read the groups of `/api/v1/rules`; recording rules are left out, each rule is taken once."""
    found = {(rule.place, rule.labels): rule for rule in listed_rules(groups)}
    return [found[key] for key in sorted(found)]


def listed_rules(groups: Iterable[Mapping[str, Any]]) -> Iterator[AlertingRule]:
    """Yield the alerting rules of `/api/v1/rules` as they are listed."""
    for group in groups:
        yield from _of_group(group)


def _of_group(group: Mapping[str, Any]) -> Iterator[AlertingRule]:
    interval = round(float(group.get("interval") or 0) * NS) or None
    for rule in group.get("rules") or ():
        if rule.get("type") == "alerting":
            labels = {str(k): str(v) for k, v in (rule.get("labels") or {}).items()}
            yield AlertingRule(
                str(group.get("file", "")), str(group.get("name", "")), str(rule["name"]), str(rule["query"]),
                interval, tuple(sorted(labels.items())), read_thresholds(str(rule["query"])),
                float(rule.get("duration") or 0),
                float(rule.get("keepFiringFor") or rule.get("keep_firing_for") or 0),
            )  # fmt: skip


def alert_labels(rule: Sequence[tuple[str, str]], series: Mapping[str, str]) -> dict[str, str]:
    """Return the labels of the alert that a series makes: its own and the rule's, templates filled.

    A template that is more than one label's name is left as it is written: such an alert's crossings
    share no thread with it. One that fills to nothing is left as written too: so does Prometheus in
    the series `ALERTS`, though the alert that it sends has no such label.
    """
    labels = {k: v for k, v in series.items() if k != "__name__"}
    filled = {k: _LABEL.sub(lambda m: series.get(m[1], ""), v) or v for k, v in rule}
    return {k: v for k, v in (labels | filled).items() if v}
