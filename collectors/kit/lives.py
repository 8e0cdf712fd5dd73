"""What opens, may be acknowledged, closes and may open again: alerts, incidents, silences, as facts of one thread."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Literal

from timeline import facts
from timeline.canonical import Json
from timeline.instant import Bounds
from timeline.kinds import Kind
from timeline.model import Evidence, Fact, Quote, Related, Subject
from timeline.statements import Name

State = Literal["opened", "acknowledged", "unacknowledged", "escalated", "reassigned", "closed", "reopened"]
#: What people do with what is open: one kind, whoever holds it.
_HANDLED: Mapping[State, Kind] = {
    "acknowledged": "alert.acknowledged", "unacknowledged": "alert.unacknowledged",
    "escalated": "alert.escalated", "reassigned": "alert.reassigned",
}  # fmt: skip
#: The kind that each state is told as: an alert of a monitoring system, an incident of a tracker, a silence.
ALERT: Mapping[State, Kind] = {
    **_HANDLED, "opened": "alert.firing", "closed": "alert.resolved", "reopened": "alert.firing",
}  # fmt: skip
INCIDENT: Mapping[State, Kind] = {
    **_HANDLED, "opened": "incident.declared", "closed": "incident.resolved", "reopened": "incident.declared",
}  # fmt: skip
SILENCE: Mapping[State, Kind] = {
    "opened": "alert.silenced", "closed": "alert.unsilenced", "reopened": "alert.silenced",
}  # fmt: skip


@dataclass(frozen=True, kw_only=True)
class Life:
    """One life: where it is from, the thread of its facts, what all of them name and are about."""

    origin: str
    source: str
    thread: str
    clock: str
    names: Mapping[str, Name] = field(default_factory=dict)
    subject: Subject | None = None

    def fact(
        self, kind: Kind, key: Json, at: Bounds, means: str, *, evidence: Iterable[Evidence],
        names: Mapping[str, Name] | None = None, actor: str | None = None, quote: Quote | None = None,
        clock: str | None = None, related: Iterable[Related] = (),
    ) -> Fact:  # fmt: skip
        """Make a fact of this life; `key` is the record's own key, not the life's."""
        named: dict[str, Name] = {**self.names, **(names or {})}
        if actor:
            named["actor"] = actor
        return facts.fact(
            kind, origin=self.origin, key=key, at=at, time_means=means, clock=clock or self.clock, source=self.source,
            names=named, subject=self.subject, quote=quote, actor=actor, thread=self.thread, evidence=evidence,
            related=related,
        )  # fmt: skip


def alert_names(labels: Mapping[str, str]) -> dict[str, Name]:
    """Return what statements call an alert: its name, and the labels that tell it from its siblings."""
    return {"alert": labels.get("alertname") or "unnamed", "labels": facts.shown_labels(labels)}


def alert_life(
    origin: str, source: str, labels: Mapping[str, str], *, clock: str | None = None, **names: Name
) -> Life:
    """Return the life of an alert with these labels: its thread is that of its rule's crossings."""
    called = alert_names(labels)
    return Life(
        origin=origin, source=source, clock=clock or origin, names={**called, **names},
        subject=facts.subject_of(labels, labels),
        thread=facts.alert_thread(origin, str(called["alert"]), labels),
    )  # fmt: skip


def incident_life(
    system: str, origin: str, source: str, number: str, identity: str, *, subject: Subject | None = None,
    clock: str | None = None,
) -> Life:  # fmt: skip
    """Return the life of a tracker's incident: `number` is what people call it, `identity` its own id.

    `system` (`PagerDuty`) claims what the facts say; its lower case begins the thread's key.
    """
    called = f"{system} #{number}"
    return Life(
        origin=origin, source=source, clock=clock or origin, subject=subject,
        names={"incident": called, "alert": called, "source": system, "claimant": system},
        thread=facts.thread_key(system.lower(), origin, identity),
    )  # fmt: skip
