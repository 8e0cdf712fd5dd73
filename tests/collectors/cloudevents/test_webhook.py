"""CloudEvents: three forms, the handshake, and an event under its own type."""

from __future__ import annotations

import json
from typing import Any

import pytest

from collectors.cloudevents.webhook import WEBHOOK
from collectors.kit.proof import Proof, Request
from tests.collectors.webhook_cases import SECRET, Inbox, opened, proves, received, request, resolved

EVENT: dict[str, Any] = {"specversion": "1.0", "id": "1", "source": "/s", "type": "t"}
ROLLED_OUT = {
    **EVENT, "source": "/deployer", "type": "dev.example.rolled_out", "time": "2026-11-21T14:03:00Z", "subject": "checkout",
}  # fmt: skip
BINARY = {"ce_id": "1", "ce_source": "/s", "ce_type": "t"}


@pytest.mark.parametrize(
    "given", [request(authorization=f"Bearer {SECRET}"), request(query={"access_token": SECRET})]
)
def test_a_token_proves_it(given: Request) -> None:
    proves(WEBHOOK, given, Proof(SECRET))


def test_events_come_in_three_forms() -> None:
    structured = received(WEBHOOK, EVENT, content_type="application/cloudevents+json")
    assert (structured.id, structured.type) == ("/s 1", "t")
    binary = received(WEBHOOK, {"a": 1}, content_type="application/json", **BINARY)
    assert json.loads(binary.body)["data"] == {"a": 1}
    assert binary.id == "/s 1"
    text = received(WEBHOOK, b"plain words", content_type="text/plain", **BINARY)
    assert json.loads(text.body)["data"] == "plain words"
    several = [EVENT, {**EVENT, "id": "2"}]
    batch = WEBHOOK.receive(request(several, content_type="application/cloudevents-batch+json"))
    assert [d.id for d in batch] == ["/s 1", "/s 2"]
    assert received(WEBHOOK, b"plain words").type == "unreadable"


def test_it_agrees_to_deliveries() -> None:
    assert WEBHOOK.handshake is not None
    assert WEBHOOK.handshake("events.example", 60)["WebHook-Allowed-Origin"] == "events.example"


def test_an_event_is_told_at_its_time_else_when_it_arrived(inbox: Inbox) -> None:
    inbox.take("cloudevents", ROLLED_OUT, content_type="application/cloudevents+json")
    inbox.take("cloudevents", EVENT, content_type="application/cloudevents+json")
    told = {f.statement: f.time_means for f in inbox.read().facts}
    assert told == {
        "`dev.example.rolled_out` was recorded by `/deployer`": "time",
        "`t` was recorded by `/s`": "received_at",
    }


def test_a_type_that_ends_in_resolved_is_an_incident() -> None:
    data = {"incident": "INC-7", "start": "2026-11-21T14:00:00Z"}
    over = {**ROLLED_OUT, "type": "dev.example.incident.resolved.0.1", "data": data}
    assert resolved(WEBHOOK, over) == (
        "INC-7",
        "2026-11-21T14:00:00.999999999Z",
        "2026-11-21T14:03:00.999999999Z",
    )
    assert resolved(WEBHOOK, {**over, "type": "dev.example.incident.resolvedness"}) is None
    begun = {**over, "type": "dev.example.incident.declared"}
    assert opened(WEBHOOK, begun) == ("INC-7", "2026-11-21T14:00:00.999999999Z", None)
    assert opened(WEBHOOK, over) is None
