"""What a single fact says about state: in breach or clear, whose alert, by a person or not."""

from __future__ import annotations

import math
import operator
from collections.abc import Callable, Mapping, Sequence

from timeline.model import Content, Fact, Incident, Quantity
from timeline.order import of_kind
from timeline.relative import inside
from timeline.statements import BELOW

_COMPARE: dict[str, Callable[[float, float], bool]] = {
    ">": operator.gt, "above": operator.gt, ">=": operator.ge, "at_least": operator.ge,
    "<": operator.lt, "below": operator.lt, "<=": operator.le, "at_most": operator.le,
    "==": operator.eq, "equals": operator.eq, "!=": operator.ne,
}  # fmt: skip


def begins_breach(content: Content) -> bool:
    """Tell whether the fact puts its series in breach of its threshold."""
    return _breach(content) is True


def ends_breach(content: Content) -> bool:
    """Tell whether the fact takes its series out of breach: clear, without samples, or without a number."""
    return _breach(content) is False


def hides_recovery(content: Content) -> str | None:
    """Return why nobody knows whether what was in breach recovered, though its condition is met no longer."""
    if content.kind == "metric.undefined":
        return "its value was NaN before a recovery was recorded"
    if content.kind == "metric.absent" and ends_breach(content):
        return "its samples stopped before a recovery was recorded"
    return None


def _breach(content: Content) -> bool | None:
    below = content.quantity is not None and content.quantity.op in BELOW
    absence = content.quantity is not None and content.quantity.op == "absent"
    match content.kind:
        case "metric.crossed_above":
            return not below
        case "metric.crossed_below":
            return below
        case "metric.matched":
            return True
        case "metric.unmatched" | "metric.undefined":
            return False
        case "metric.absent":
            return absence  # of what an `absent()` rule watches, else of a series in breach
        case "metric.present" | "metric.defined":
            return False if absence else _compared(content.quantity)
        case _:
            return None


def _compared(quantity: Quantity | None) -> bool | None:
    if quantity is None or quantity.value is None or quantity.threshold is None:
        return None
    compare = _COMPARE.get(quantity.op or "")
    if compare is None or (math.isnan(quantity.value) and quantity.op != "!="):
        return None  # NaN meets no condition, and is not on a threshold's right side either
    return compare(quantity.value, quantity.threshold)


def expression(content: Content) -> str:
    """Return what a crossing is of: the named expression and its series, without the value."""
    part, name = content.names.get("part"), content.names.get("name", "")
    return f"{f'{part} ' if part else ''}{name} {sorted(content.subject.labels.items())}"


def threshold_name(content: Content) -> str:
    """Return the name of what crossed: the alert's whose rule it is of, or the configured threshold's."""
    return str(content.names.get("name") or content.kind)


def labels_of(content: Content) -> Mapping[str, str]:
    """Return the labels of what the fact is about."""
    return content.subject.labels


def alert_name(content: Content) -> str | None:
    """Return the alert's name: its `alertname` label, else as its source calls it; None for what is no alert's."""
    if not content.kind.startswith("alert."):
        return None
    name = content.subject.labels.get("alertname") or content.names.get("alert")
    return None if name is None else str(name)


def alerting_services(facts: Sequence[Fact], incident: Incident) -> tuple[str, ...]:
    """Return the services with an alert that fired inside the incident, by name."""
    firings = (fact for fact in of_kind(facts, "alert.firing") if inside(fact, incident))
    return tuple(sorted({fact.subject.service for fact in firings if fact.subject.service}))


def is_person(actor: str | None) -> bool:
    """Tell whether a pseudonym stands for a person: bots are `bot-N`."""
    return actor is not None and not actor.startswith("bot-")
