"""What `/api/v1/rules` says of alerts, as read at collection: annotations, intervals, failures, what is active."""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, NamedTuple

from collectors.base import Payload
from collectors.kit import fields
from collectors.prometheus.alert_series import Labels
from timeline.errors import UndecodableTimeError
from timeline.facts import NOT_IDENTITY
from timeline.instant import NS, parse_instant
from timeline.rules.fields import mapping, sequence


class AlertRule(NamedTuple):
    """An alerting rule as the server showed it at collection; `interval` and `delay` in ns, None: not told.

    `active` has its active alerts by their own labels.
    """

    pointer: str
    labels: Mapping[str, str]
    annotations: Mapping[str, str]
    active: Mapping[Labels, Sequence[Mapping[str, Any]]]
    error: str = ""  # of its last evaluation
    interval: int | None = None
    delay: int | None = None

    def fits(self, labels: Mapping[str, str]) -> bool:
        """Tell whether an alert with these labels may be of this rule."""
        # A label made by a template can be anything.
        return all("{{" in str(v) or labels.get(k) == v for k, v in self.labels.items())

    def active_since(self, labels: Mapping[str, str]) -> Iterator[int]:
        """Yield since when (ns) alerts with exactly these labels are active."""
        for one in self._listed(labels):
            if (at := _instant(one.get("activeAt"))) is not None:
                yield at

    def text(self, labels: Mapping[str, str], since: int) -> str:
        """Return the alert's own text where it is active since then, else as written, templates and all."""
        annotations = self.annotations
        for one in self._listed(labels):
            at = _instant(one.get("activeAt"))
            if at is not None and at // NS == since // NS:
                annotations = mapping(one.get("annotations")) or annotations
        parts = [annotations.get(k) for k in ("summary", "description", "message")]
        return "\n".join(str(p) for p in dict.fromkeys(parts) if p)

    def _listed(self, labels: Mapping[str, str]) -> Sequence[Mapping[str, Any]]:
        return self.active.get(tuple(sorted(labels.items())), ())


class AlertRules:
    """A server's alerting rules."""

    def __init__(self, payload: Payload, groups: Sequence[Mapping[str, Any]]) -> None:
        self.payload = payload
        self._rules = _by_alert(groups)

    def of(self, name: str, labels: Mapping[str, str]) -> list[AlertRule]:
        """Return the rules that an alert may be of."""
        return [rule for rule in self._rules.get(name, ()) if rule.fits(labels)]

    def find(self, name: str, labels: Mapping[str, str], since: int) -> tuple[str, str] | None:
        """Return an alert's text and the pointer to its rule; None where there is none, or more than one."""
        texts = {rule.text(labels, since): rule.pointer for rule in self.of(name, labels)}
        # Two rules of one name that say different things: neither is known to be meant.
        ((text, pointer),) = texts.items() if len(texts) == 1 else (("", ""),)
        return (text, pointer) if text else None

    def intervals(self) -> dict[str, int]:
        """Return how often each alert's rule is evaluated (ns), where all groups with one of its name agree."""
        found = {name: {rule.interval for rule in rules} for name, rules in self._rules.items()}
        return {
            name: width for name, widths in found.items() for width in widths if width and len(widths) == 1
        }

    def delays(self) -> dict[str, int]:
        """Return how much later than its samples' times each alert's rule is evaluated (ns), where told."""
        found = {name: [r.delay for r in rules if r.delay] for name, rules in self._rules.items()}
        return {name: max(delays) for name, delays in found.items() if delays}


def _by_alert(groups: Sequence[Mapping[str, Any]]) -> dict[str, list[AlertRule]]:
    found: dict[str, list[AlertRule]] = defaultdict(list)
    for g, group in enumerate(groups):
        interval, delay = _seconds(group.get("interval")), _seconds(group.get("eval_delay"))
        for r, rule in enumerate(group.get("rules") or ()):
            if rule.get("type") == "alerting":
                failed = fields.text(rule, "health") == "err"
                found[str(rule.get("name"))].append(
                    AlertRule(
                        f"/data/groups/{g}/rules/{r}", mapping(rule.get("labels")), mapping(rule.get("annotations")),
                        _active(rule),
                        (fields.text(rule, "lastError") or "no error was told") if failed else "",
                        # vmalert: times are cut to the interval after the delay is taken away.
                        interval, delay + (interval or 0) if delay else None,
                    )
                )  # fmt: skip
    return found


def _active(rule: Mapping[str, Any]) -> dict[Labels, list[dict[str, Any]]]:
    """Return a rule's active alerts by their own labels; those of an alert that is stored are all text."""
    found: dict[Labels, list[dict[str, Any]]] = defaultdict(list)
    for one in sequence(rule.get("alerts")):
        if isinstance(one, dict):
            own = [(k, v) for k, v in mapping(one.get("labels")).items() if k not in NOT_IDENTITY]
            if all(isinstance(v, str) for _, v in own):
                found[tuple(sorted(own))].append(one)
    return found


def _seconds(value: object) -> int | None:
    number = isinstance(value, int | float) and not isinstance(value, bool) and math.isfinite(value)
    return int(float(value) * NS) if number and value > 0 else None  # type: ignore[operator,arg-type]


def _instant(text: object) -> int | None:
    try:
        return parse_instant(str(text))
    except UndecodableTimeError:
        return None
