"""Fields of rule files, whatever stands in them: a wrong type is an empty value, never a crash."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping, Sequence
from typing import Any

from timeline.instant import NS

_UNITS = {"ms": 0.001, "s": 1, "m": 60, "h": 3600, "d": 86_400, "w": 604_800, "y": 31_536_000}
_DURATION = re.compile(
    r"(?=\d)" + "".join(rf"(?:\d+{unit})?" for unit in ("y", "w", "d", "h", "m", "s", "ms")) + "|0"
)


def mapping(value: Any) -> Mapping[str, Any]:
    """Return a mapping as it is, anything else as an empty one."""
    return value if isinstance(value, Mapping) else {}


def sequence(value: Any) -> Sequence[Any]:
    """Return a list as it is, anything else as an empty one."""
    return value if isinstance(value, list) else ()


def expression(value: Any) -> str:
    """Return an expression as written, without the line breaks that YAML's block form ends with."""
    return "" if value is None else str(value).strip("\n")


_LONGEST = 100  # characters of a duration: a number of thousands of digits is none


def seconds(value: Any) -> float | None:
    """Return a duration such as `1h30m` in seconds, 0 where there is none; None where it is no duration."""
    text = "0" if value is None else str(value)
    if len(text) > _LONGEST or not _DURATION.fullmatch(text):
        return None
    return float(sum(int(n) * _UNITS[unit] for n, unit in re.findall(r"(?<!\d)(\d+)(ms|[smhdwy])", text)))


def number(value: Any) -> float | None:
    """Return a finite number; None where it is none."""
    try:
        found = float(value)
    except (TypeError, ValueError, OverflowError):
        return None
    return found if math.isfinite(found) else None


def interval(group: Mapping[str, Any]) -> int | None:
    """Return a group's evaluation interval in ns; None where it has none of its own."""
    return round((seconds(group.get("interval")) or 0) * NS) or None


def labels(rule: Mapping[str, Any]) -> tuple[tuple[str, str], ...]:
    """Return a rule's labels as text, sorted by name."""
    found = mapping(rule.get("labels"))
    return tuple(sorted((str(k), "" if v is None else str(v)) for k, v in found.items()))
