"""PagerDuty's webhook (v3): declared, acknowledged, priority changed; the rest under its own name."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from collectors.kit import fields
from collectors.kit.fields import UnreadableError
from collectors.kit.links import web
from collectors.kit.proof import Proof, Request, require_form, require_signature
from collectors.kit.webhooks import (
    Delivery,
    Event,
    Resolution,
    Seen,
    Webhook,
    described,
    ended,
    instants,
)
from collectors.pagerduty.facts import NUMBER, agent, assignees, life, record
from timeline.facts import quote
from timeline.model import Fact

#: What the log calls what an event tells.
_WORDS = {
    "incident.triggered": "trigger", "incident.acknowledged": "acknowledge", "incident.resolved": "resolve",
    "incident.unacknowledged": "unacknowledge", "incident.reopened": "reopen", "incident.annotated": "annotate", "incident.escalated": "escalate",
    "incident.reassigned": "assign", "incident.delegated": "delegate", "incident.priority_updated": "priority_change",
}  # fmt: skip


def verify(request: Request, proof: Proof) -> None:
    """Check `X-PagerDuty-Signature`, which holds several while a secret is changed; raise RefusedError."""
    require_signature(proof, request.body, *_signatures(request), prefix="v1=")


def screen(request: Request, _: Proof) -> bool:
    """Look for a signature's form; raise RefusedError."""
    require_form("v1=[0-9a-f]{64}", *_signatures(request))
    return False


def _signatures(request: Request) -> list[str]:
    return [given.strip() for given in request.headers.get("x-pagerduty-signature", "").split(",")]


def deliveries(request: Request) -> list[Delivery]:
    """Return the one event."""
    kind = described(request.value, "event.event_type")
    return [Delivery(request.headers.get("x-webhook-id"), kind, request.content, 0)]


def facts(event: Event, seen: Seen) -> Iterator[Fact]:
    """Yield the event as what it is of its incident's life."""
    happening = event.object.get("event")
    if not isinstance(happening, dict):
        raise UnreadableError("it has no event")
    identity, data = fields.required(happening, "id"), happening.get("data")
    own = fields.text(data, "incident.id") or fields.text(data, "id")
    named = NUMBER.match(fields.text(data, "incident.summary"))  # a note names its incident so
    number = fields.text(data, "number") or (named[1] if named else own)
    link = fields.text(data, "html_url") or fields.text(data, "incident.html_url")
    incident = life(number, own, link, event.source, service=fields.text(data, "service.summary"))
    word = _WORDS.get(event.type)
    yield from record(
        incident, own, word or event.type, identity, happening, "occurred_at", holds=seen.holds, people=seen.people,
        actor=agent(seen.people, happening.get("agent")), assigned=assignees(seen.people, data),
        evidence=event.evidence("/body/event", web(link)),
        names={"severity": fields.text(data, "priority.summary") or None} if word == "priority_change" else {},
        quote=quote(fields.text(data, "content") or fields.text(data, "title")),
    )  # fmt: skip


def resolution(kind: str, body: Mapping[str, Any], _label: str) -> Resolution | None:
    """Return the incident that is resolved."""
    event = body.get("event")
    data = event.get("data") if isinstance(event, dict) else None
    if kind != "incident.resolved" or not isinstance(data, dict):
        return None
    starts, ends = instants([data], "created_at"), instants([event], "occurred_at")
    name = f"PD-{data.get('number') or data.get('id') or ''}"
    return ended(name, starts[0], ends[0]) if starts and ends else None


def opening(kind: str, body: Mapping[str, Any], _label: str) -> Resolution | None:
    """Return the incident that was triggered, under the id that it is resolved by."""
    event = body.get("event")
    data = event.get("data") if isinstance(event, dict) else None
    if kind != "incident.triggered" or not isinstance(data, dict):
        return None
    starts = instants([data], "created_at")
    name = f"PD-{data.get('number') or data.get('id') or ''}"
    return ended(name, starts[0], None) if starts else None


WEBHOOK = Webhook(verify, deliveries, facts, resolution, screen=screen, opening=opening)
