"""What a single fact says about state: in breach or clear, whose alert, by a person or not."""

from __future__ import annotations

import operator
import re
from collections.abc import Callable

from timeline.model import Content, Quantity

_BELOW = {"<", "<=", "below", "at_most"}
_COMPARE: dict[str, Callable[[float, float], bool]] = {
    ">": operator.gt, "above": operator.gt, ">=": operator.ge, "at_least": operator.ge,
    "<": operator.lt, "below": operator.lt, "<=": operator.le, "at_most": operator.le,
    "==": operator.eq, "equals": operator.eq, "!=": operator.ne,
}  # fmt: skip
_NAME = re.compile(r"^(?:Alert|A notification of alert) `([^`]+)`")
_FIRST_CODE = re.compile(r"[^`]*`([^`]*)`")  # with the words before: "Expression 2 of alert"


def begins_breach(content: Content) -> bool:
    """Tell whether the fact puts its series in breach of its threshold."""
    return _breach(content) is True


def ends_breach(content: Content) -> bool:
    """Tell whether the fact takes its series out of breach: clear, or without samples."""
    return _breach(content) is False


def _breach(content: Content) -> bool | None:
    below = content.quantity is not None and content.quantity.op in _BELOW
    absence = content.quantity is not None and content.quantity.op == "absent"
    match content.kind:
        case "metric.crossed_above":
            return not below
        case "metric.crossed_below":
            return below
        case "metric.matched":
            return True
        case "metric.unmatched":
            return False
        case "metric.absent":
            return absence  # of what an `absent()` rule watches, else of a series in breach
        case "metric.present":
            return False if absence else _compared(content.quantity)
        case _:
            return None


def _compared(quantity: Quantity | None) -> bool | None:
    if quantity is None or quantity.value is None or quantity.threshold is None:
        return None
    compare = _COMPARE.get(quantity.op or "")
    return compare(quantity.value, quantity.threshold) if compare else None


def leg(content: Content) -> str:
    """Return what a crossing is of: the named expression and its series, without the value."""
    found = _FIRST_CODE.match(content.statement)
    return f"{found[0] if found else ''}{content.subject.labels}"


def threshold_name(content: Content) -> str:
    """Return the name of what crossed: the alert's whose rule it is of, or the configured threshold's."""
    found = _FIRST_CODE.match(content.statement)
    return found[1] if found else content.kind


def labels_of(content: Content) -> dict[str, str]:
    """Return the labels of what the fact is about."""
    return dict(content.subject.labels)


def alert_name(content: Content) -> str | None:
    """Return the alert's name: its `alertname` label, else the name in its statement."""
    if not content.kind.startswith("alert."):
        return None
    found = _NAME.match(content.statement)
    return labels_of(content).get("alertname") or (found[1] if found else None)


def is_person(actor: str | None) -> bool:
    """Tell whether a pseudonym stands for a person: bots are `bot-N`."""
    return actor is not None and not actor.startswith("bot-")
