"""Slack's Events API: messages as the `slack` collector tells them, and the challenge of a new address."""

from __future__ import annotations

from collections.abc import Iterator

from collectors.kit import fields
from collectors.kit.fields import UnreadableError
from collectors.kit.proof import Proof, Request, require_form, require_fresh, require_signature
from collectors.kit.webhooks import RETRYING, Delivery, Event, Seen, Webhook, described, own_text
from collectors.slack.messages import Channel, ReceivedMessage, WorkspaceReader, deletes
from collectors.slack.people import Directory
from timeline.model import Fact


def verify(request: Request, proof: Proof) -> None:
    """Check `X-Slack-Signature`, five minutes old at most; raise RefusedError."""
    screen(request, proof)
    stamp, signature = _signed(request)
    require_signature(proof, f"v0:{stamp}:".encode() + request.body, signature, prefix="v0=")


def screen(request: Request, _: Proof) -> bool:
    """Look for a time that is fresh and a signature's form; raise RefusedError."""
    stamp, signature = _signed(request)
    require_fresh(stamp, request.now)
    require_form("v0=[0-9a-f]{64}", signature)
    return False


def _signed(request: Request) -> tuple[str, str]:
    return request.headers.get("x-slack-request-timestamp", ""), request.headers.get("x-slack-signature", "")


def deliveries(request: Request) -> list[Delivery]:
    """Return the one event, named by Slack's own id."""
    body = request.value
    kind = described(body, "event.type", "type")
    return [Delivery(own_text(body, "event_id") or None, kind, request.content, RETRYING)]


def challenge(request: Request) -> str | None:
    """Return what Slack wants back when an address is set up."""
    try:
        body = request.value
    except ValueError:
        return None
    is_asked = isinstance(body, dict) and body.get("type") == "url_verification"
    return str(body.get("challenge", ""))[:1000] if is_asked else None


def facts(event: Event, seen: Seen) -> Iterator[Fact]:
    """Yield messages as the `slack` collector does; other events by their arrival."""
    message, team = event.object.get("event"), fields.text(event.object, "team_id")
    if not isinstance(message, dict) or message.get("type") != "message" or not team:
        yield event.arrival()
        return
    reader = WorkspaceReader(team, event.source, Directory())
    channel = Channel(fields.required(message, "channel"), is_known=False)
    for gone in seen.foreseen(["slack", team, channel.id]):
        reader.note_deletion(channel, gone)
    parsed = reader.read(channel, [ReceivedMessage(message, event.evidence("/body/event"))])
    if parsed.undecodable:
        raise UnreadableError(parsed.undecodable[0][1])
    seen.people.update(reader.directory.people(parsed.facts, team))
    yield from parsed.facts


def foresee(event: Event, seen: Seen) -> None:
    """Note what takes the words of other deliveries back."""
    message, team = event.object.get("event"), fields.text(event.object, "team_id")
    if isinstance(message, dict) and message.get("type") == "message" and (gone := deletes(message)):
        seen.foresee(["slack", team, fields.text(message, "channel")], gone)


WEBHOOK = Webhook(verify, deliveries, facts, challenge=challenge, foresee=foresee, screen=screen)
