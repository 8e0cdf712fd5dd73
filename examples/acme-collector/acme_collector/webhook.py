"""Acme's webhook: each call as the API tells it, signed with the webhook's secret."""

from collections.abc import Iterator

from acme_collector.collector import facts_of
from collectors.kit import fields
from collectors.kit.proof import Proof, Request, require_signature
from collectors.kit.webhooks import Delivery, Event, Seen, Webhook, described
from timeline.model import Fact


def verify(request: Request, proof: Proof) -> None:
    """Check the signature, in constant time; raise RefusedError."""
    require_signature(proof, request.body, request.headers.get("x-acme-signature", ""))


def deliveries(request: Request) -> list[Delivery]:
    """Return what to store: one event, told apart by Acme's own id."""
    return [Delivery(fields.required(request.value, "id"), described(request.value, "type"), request.content)]


def facts(event: Event, seen: Seen) -> Iterator[Fact]:
    """Yield a call's facts; any other event is told by its arrival."""
    if event.type != "call":
        yield event.arrival()
        return
    yield from facts_of(event.object.get("call"), event.evidence("/body/call"), seen.people, event.source)


WEBHOOK = Webhook(verify, deliveries, facts)
