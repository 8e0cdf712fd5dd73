"""What the chart says of a fact: the name of its alert's row, of a change, of a role, where a value went."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal

from timeline.model import Fact

_SILENCES = frozenset({"alert.silenced", "alert.unsilenced"})
#: Names of a change, the first that it has is written beside its mark.
_CHANGES = ("deploy", "change", "tag", "release", "flag")


def drawn_words(fact: Fact) -> str:
    """Return what is written of a fact in the chart; empty where its mark stands alone."""
    family = fact.kind.partition(".")[0]
    if family == "alert":
        return _alert(fact)
    if family in {"deploy", "change"}:
        return str(next((fact.names[name] for name in _CHANGES if name in fact.names), ""))
    return str(fact.names.get("role", "role")) if fact.kind == "incident.role_assigned" else ""


def turn(fact: Fact) -> Literal["up", "down", ""]:
    """Return where the value went that began or stopped to match; empty where that is not known.

    What crossed says it by its kind.
    """
    if fact.kind not in {"metric.matched", "metric.unmatched"} or not fact.quantity:
        return ""
    value, before = fact.quantity.value, fact.names.get("previous", fact.quantity.threshold)
    if value is None or not isinstance(before, float) or value == before:
        return ""
    return "up" if value > before else "down" if value < before else ""


def _alert(fact: Fact) -> str:
    """Return the alert's name and, where it says more, the service or instance it fired for."""
    subject, labels = fact.subject, fact.subject.labels
    # A silence is a life of its own; the alerts it was of are drawn crossed out in their own rows.
    if fact.kind in _SILENCES and labels.get("matchers"):
        return f"silence of {labels['matchers']}"
    name = str(_first(labels, "alertname") or fact.names.get("alert") or subject.component or fact.source)
    which = subject.service or _first(labels, "service", "instance", "job") or subject.component
    return f"{name} · {which}" if which and which != name else name


def _first(labels: Mapping[str, str], *names: str) -> str | None:
    return next((labels[name] for name in names if name in labels), None)
