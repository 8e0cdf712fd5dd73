"""What events, conditions and autoscalers say as facts; pure."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from collectors.kit import fields
from collectors.kit.kubernetes.client import Item
from collectors.kit.kubernetes.events import Event
from collectors.kubernetes.deploys import scaling
from collectors.kubernetes.objects import Source, named, uid
from collectors.kubernetes.revisions import scalings
from timeline.facts import quote
from timeline.model import Fact, Subject

_SIZE = re.compile(r"New size: (\d+)")
_SCALER = "HorizontalPodAutoscaler"


def event_facts(source: Source, event: Event) -> Iterator[Fact]:
    """Yield an event by each time that is known of it."""
    subject = Subject(
        component=event.name or None, environment=source.environment,
        labels={"kind": event.kind, "namespace": event.namespace, "reason": event.reason, "type": fields.text(event.item.data, "type")},
    )  # fmt: skip
    # Of a Deployment that is no more, or whose ReplicaSets may not be read.
    steps = {one.when: scaling(source, one, subject) for one in scalings([event])}
    yield from steps.values()
    for when in event.times:
        if when in steps:
            continue
        words = event.said(when)
        size = _SIZE.match(words) if (event.kind, event.reason) == (_SCALER, "SuccessfulRescale") else None
        label = f"{event.reason} of {event.where}{event.repeated(when)}"
        yield source.fact(
            "change.scale" if size else "custom", [event.uid, when.number], when.at, f"{when.means} of the event",
            names={"change": event.where, "value": size[1]} if size else {"label": label, "source": event.reporter or None},
            evidence=[source.evidence(event.item)], subject=subject, quote=quote(words), host=event.host,
        )  # fmt: skip


def condition_facts(source: Source, item: Item, kind: str, *, but: str = "") -> Iterator[Fact]:
    """Yield since when each condition of an object is as it is; `but` one that is told otherwise."""
    for place, one in enumerate(fields.many(item.data, "status.conditions")):
        name, status = fields.required(one, "type"), fields.required(one, "status")
        if name == but:
            continue
        at, reason = fields.time(one, "lastTransitionTime"), fields.text(one, "reason")
        label = f"{name} {status}{f', {reason},' if reason else ''} of {kind} {named(item)}"
        yield source.fact(
            "custom", [uid(item), "condition", name, at.latest], at, f"lastTransitionTime of condition {name}",
            names={"label": label}, evidence=[source.evidence(item, f"/status/conditions/{place}")],
            subject=source.subject(item, kind=kind), quote=quote(fields.text(one, "message")),
        )  # fmt: skip


def scaled(source: Source, item: Item, events: Iterable[Event]) -> Iterator[Fact]:
    """Yield an autoscaler's newest scaling, where no event tells it: the object keeps one, events are forgotten."""
    if not fields.at(item.data, "status.lastScaleTime"):
        return
    at = fields.time(item.data, "status.lastScaleTime")
    own = uid(item)
    # The event is written a moment before the object.
    told = (one for one in events if one.of == own and one.reason == "SuccessfulRescale")
    if any(
        when.at.latest >= (at.earliest or 0) - 2 * (at.latest - (at.earliest or 0) + 1)
        for one in told
        for when in one.times
    ):
        return
    yield source.fact(
        "change.scale", [own, "lastScaleTime", at.latest], at, "status.lastScaleTime",
        names={"change": f"{_SCALER} {named(item)}", "value": str(fields.number(item.data, "status.desiredReplicas"))},
        evidence=[source.evidence(item, "/status")], subject=source.subject(item, kind=_SCALER),
    )  # fmt: skip
