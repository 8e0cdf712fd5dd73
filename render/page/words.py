"""What the chart says of a fact: the name of its alert's row, of a change, of a role, where a value went."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal, cast

from timeline.model import Fact

_SILENCES = frozenset({"alert.silenced", "alert.unsilenced"})
#: What of a record of one kind is written beside its mark.
_NAMED = {"incident.role_assigned": "role", "status.posted": "status", "custom": "label"}
#: Names of a change, the first that it has is written beside its mark.
_CHANGES = ("deploy", "change", "tag", "release", "flag")


def drawn_words(fact: Fact) -> str:
    """Return what is written of a fact in the chart; empty where its mark stands alone."""
    family = fact.kind.partition(".")[0]
    if family == "alert":
        return _alert(fact)
    if family in {"deploy", "change"}:
        return str(next((fact.names[name] for name in _CHANGES if name in fact.names), ""))
    if fact.kind in _NAMED:
        return str(fact.names.get(_NAMED[fact.kind]) or "")
    return fact.kind.partition(".")[2].replace("_", " ") if family == "incident" else ""


#: How urgent a source says that an alert is, in its words, by what they mean.
_SEVERITIES = {
    "high": frozenset({"critical", "crit", "page", "error", "err", "fatal", "disaster", "emergency", "high", "urgent", "major", "sev0", "sev1", "p0", "p1", "s1", "blocker"}),
    "middle": frozenset({"warning", "warn", "medium", "average", "moderate", "minor", "ticket", "sev2", "sev3", "p2", "p3", "s2", "s3"}),
    "low": frozenset({"info", "information", "informational", "notice", "low", "none", "debug", "ok", "sev4", "sev5", "p4", "p5", "s4"}),
}  # fmt: skip


def severity(fact: Fact) -> Literal["high", "middle", "low", ""]:
    """Return how urgent an alert is by its label `severity` or `priority`; empty where it has none that is known."""
    if not fact.kind.startswith("alert."):
        return ""
    word = str(_first(fact.subject.labels, "severity", "priority", "urgency", "level") or "").lower()
    found = next((rank for rank, words in _SEVERITIES.items() if word in words), "")
    return cast("Literal['high', 'middle', 'low', '']", found)


def change_of(fact: Fact) -> str | None:
    """Return what the records of one change share, a merge, its tag and its deploy: the commit; None for others."""
    commit = fact.subject.labels.get("commit")
    return f"{fact.subject.component} {commit}" if commit and fact.category == "change" else None


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
