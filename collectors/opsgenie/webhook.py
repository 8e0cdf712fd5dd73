"""Opsgenie's webhook: an action on an alert, with bearer token or basic auth among its custom headers."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from collectors.kit import fields
from collectors.kit.fields import UnreadableError
from collectors.kit.lives import State
from collectors.kit.proof import Request, bearer_or_basic, token_alone
from collectors.kit.webhooks import Delivery, Event, Seen, Webhook, described
from collectors.opsgenie.facts import agent, alert_life, happened, moment, opened
from timeline.facts import quote
from timeline.kinds import Kind
from timeline.model import Fact

_STATES: Mapping[str, State] = {
    "Create": "opened", "Acknowledge": "acknowledged", "UnAcknowledge": "unacknowledged", "Close": "closed",
    "Escalate": "escalated", "EscalateNext": "escalated", "AssignOwnership": "reassigned", "TakeOwnership": "reassigned",
}  # fmt: skip


def deliveries(request: Request) -> list[Delivery]:
    """Return the one event; Opsgenie gives it no id, but tries again."""
    return [Delivery(None, described(request.value, "action"), request.content, 0)]


def facts(event: Event, seen: Seen) -> Iterator[Fact]:
    """Yield what was done to an alert, at its last change; what creates it, at its creation."""
    told: Any = event.object.get("alert")
    if not isinstance(told, dict):
        raise UnreadableError("it has no alert")
    own, evidence = fields.required(told, "alertId"), event.evidence("/body/alert")
    life = alert_life(told, own, event.source, None)
    actor = agent(seen.people, fields.text(told, "username"))
    state = _STATES.get(event.type)
    if state == "opened":
        yield opened(life, own, told, evidence)
        return
    at = moment(told, "updatedAt", "ns")  # beside a createdAt in ms
    text = fields.text(told, "note")
    if state is not None:
        yield happened(
            life, own, state, at, "updatedAt", str(event.id), seen, actor=actor, evidence=evidence, text=text
        )
        return
    kind: Kind = "chat.message" if event.type == "AddNote" else "custom"
    names = {
        "label": f"{event.type} of {life.names['alert']}",
        "source": "Opsgenie",
        "channel": str(life.names["alert"]),
    }
    key = [own, event.type, at.earliest]
    yield life.fact(
        kind, key, at, "updatedAt", names=names, actor=actor, quote=quote(text), evidence=[evidence]
    )


WEBHOOK = Webhook(bearer_or_basic, deliveries, facts, basic=True, screen=token_alone)
