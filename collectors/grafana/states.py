"""What an alert rule of Grafana's passed through, as facts: from its state history, or its annotations; pure."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

from collectors.kit.lives import Life, alert_life
from timeline import facts
from timeline.instant import Bounds
from timeline.kinds import Kind
from timeline.model import Evidence, Fact

_FIRING = frozenset({"Alerting", "Recovering"})
_KNOWN = frozenset({"Normal", "Pending", "Alerting", "Recovering", "NoData", "Error"})
_MEANS = "the evaluation that found it"


class Change(NamedTuple):
    """One change of a rule's instance: states as Grafana writes them (`Normal (MissingSeries)`)."""

    rule: str
    title: str
    previous: str
    current: str
    labels: Mapping[str, str]
    at: Bounds


def state_fact(
    change: Change, key: list[str], evidence: Evidence, *, origin: str, source: str, thread: str | None = None
) -> Fact:
    """Return a change as a fact; `thread` where its labels are not known one by one."""
    labels = {"alertname": change.title, **change.labels}
    life = alert_life(origin, source, labels)
    if thread:
        life = Life(
            origin=origin, source=source, clock=origin, names=life.names, subject=life.subject, thread=thread
        )
    kind = kind_of(change.previous, change.current)
    if kind is not None:
        return life.fact(kind, key, change.at, _MEANS, evidence=[evidence])
    label = f"Alert {change.title}: {change.previous or '-'} to {change.current or '-'}"
    return facts.fact(
        "custom", origin=origin, key=key, at=change.at, time_means=_MEANS, clock=origin, source=source,
        names={"label": label, "source": "Grafana"}, subject=life.subject, thread=life.thread, evidence=[evidence],
    )  # fmt: skip


def kind_of(previous: str, current: str) -> Kind | None:
    """Return the kind of a change of state; None of one that has no kind of its own, or that is not known."""
    before, after = (state.partition(" (")[0] for state in (previous, current))
    if before == after or after not in _KNOWN:
        return None
    if after == "Normal":
        ended: dict[str, Kind] = {
            "Pending": "alert.pending_ended", "NoData": "alert.data_returned",
            **dict.fromkeys(_FIRING, "alert.resolved"),
        }  # fmt: skip
        return ended.get(before)
    begun: dict[str, Kind] = {"Pending": "alert.pending", "NoData": "alert.no_data"}
    if after == "Alerting":
        return None if before in _FIRING else "alert.firing"
    return begun.get(after)
