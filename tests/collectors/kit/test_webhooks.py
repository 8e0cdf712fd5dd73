"""Every installed sender: nothing proves nothing, nothing raises, and a plug-in is one of them."""

from __future__ import annotations

import json
from collections.abc import Iterator
from importlib.metadata import EntryPoint, EntryPoints, entry_points
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from archive import events
from collectors.kit import webhooks
from collectors.kit.fields import required
from collectors.kit.proof import Proof, RefusedError, Request, require_signature
from collectors.kit.webhooks import Delivery, Event, Resolution, Seen, UnknownSenderError, Webhook, ended
from service.inbox.worker import resolution
from service.settings.serve import WebhookSettings
from tests.collectors.webhook_cases import (
    NOW,
    SECRET,
    SIGNING,
    START,
    Inbox,
    is_refused,
    mac,
    proves,
    received,
    request,
)
from timeline.model import Fact

SENDERS = webhooks.names()
HEADERS = [
    "authorization", "x-slack-signature", "x-slack-request-timestamp", "x-hub-signature-256", "webhook-signature",
    "webhook-timestamp", "content-type", "ce-id", "x-github-event",
]  # fmt: skip


def test_the_card_is_served() -> None:
    wanted = "alertmanager pagerduty grafana github gitlab slack statuspage cloudevents opsgenie"
    assert set(wanted.split()) <= set(SENDERS)


@pytest.mark.parametrize("sender", SENDERS)
def test_nothing_proves_nothing(sender: str) -> None:
    for proof in (Proof(SECRET), Proof(SIGNING), Proof(basic="a:b"), Proof()):
        assert is_refused(webhooks.load(sender), request(), proof)


@settings(deadline=None)
@given(
    st.sampled_from(SENDERS),
    st.dictionaries(st.sampled_from(HEADERS), st.text(max_size=40)),
    st.binary(max_size=60),
)
def test_no_header_and_no_body_raises_anything_else(
    sender: str, headers: dict[str, str], body: bytes
) -> None:
    odd, webhook = Request(headers, {}, body, NOW), webhooks.load(sender)
    for proof in (Proof(SECRET), Proof(SIGNING)):
        assert is_refused(webhook, odd, proof)
    assert all(d.type and isinstance(d.body, bytes) for d in webhook.receive(odd))
    if webhook.challenge:
        webhook.challenge(odd)


def test_a_body_is_parsed_once(monkeypatch: pytest.MonkeyPatch) -> None:
    parsed: list[Any] = []

    def loads(data: bytes) -> dict[str, Any]:
        parsed.append(data)
        return {}

    monkeypatch.setattr("collectors.kit.proof.orjson.loads", loads)
    asked, webhook = request(b"{}"), webhooks.load("slack")
    assert webhook.challenge is not None
    webhook.challenge(asked)
    webhook.receive(asked)
    assert parsed == [b"{}"]


# --- a plug-in --------------------------------------------------------------------------------------


def verify(request: Request, proof: Proof) -> None:
    require_signature(proof, request.body, request.headers.get("x-acme-signature", ""))


def deliveries(request: Request) -> list[Delivery]:
    return [Delivery(required(request.value, "id"), required(request.value, "type"), request.content)]


def facts(event: Event, seen: Seen) -> Iterator[Fact]:
    caller = seen.people.add(f"acme:{required(event.object, 'caller')}", "Ada Example")
    names = {"alert": required(event.object, "alert"), "receiver": "phone"}
    yield event.fact("alert.notified", ["call", event.id], event.arrived, "received_at", names, actor=caller)


def over(kind: str, body: Any, _label: str) -> Resolution | None:
    return ended(f"ACME-{body['id']}", None, None) if kind == "over" else None


ACME = Webhook(verify, deliveries, facts, over)
CALL = {"id": "c1", "type": "call", "caller": "ada", "alert": "Down"}


@pytest.fixture
def acme(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Install a distribution with a sender, and one that does not load."""
    added = [
        EntryPoint("acme", f"{__name__}:ACME", webhooks.GROUP),
        EntryPoint("broken", "no_such_module:WEBHOOK", webhooks.GROUP),
    ]
    installed = entry_points(group=webhooks.GROUP)
    monkeypatch.setattr(webhooks, "entry_points", lambda **_: EntryPoints([*installed, *added]))
    for cached in (webhooks._points, webhooks.load):
        cached.cache_clear()
    yield
    for cached in (webhooks._points, webhooks.load):
        cached.cache_clear()


@pytest.mark.usefixtures("acme")
def test_a_plug_in_is_a_sender_as_any_other(inbox: Inbox) -> None:
    webhook = webhooks.load("acme")
    data = json.dumps(CALL).encode()
    proves(webhook, request(data, x_acme_signature=mac(data)), Proof(SECRET))
    assert received(webhook, CALL)[:2] == ("c1", "call")
    assert received(webhook, {"id": "c1"}).type == "unreadable"
    inbox.take("acme", CALL)
    run = inbox.read()
    assert [f.statement for f in run.facts] == ["A notification of alert `Down` was sent to `phone`"]
    assert [p.identity for p in run.people] == ["acme:ada"]
    hook = WebhookSettings(name="a", sender="acme", secret="env:ACME")
    assert resolution(hook, "over", data) == Resolution("ACME-c1", None, None)
    assert resolution(hook, "call", data) is None


@pytest.mark.usefixtures("acme")
def test_a_sender_that_does_not_load_is_named_and_its_events_stay(inbox: Inbox) -> None:
    with pytest.raises(UnknownSenderError, match="'broken' cannot be loaded: ModuleNotFoundError"):
        webhooks.load("broken")
    events.store(inbox.connection, [events.Event("b", "broken", None, "call", START, b"{}", 0)])
    run = inbox.read()
    assert [f.statement for f in run.facts] == ["`broken call` was recorded by `b`"]
    assert "'broken' cannot be loaded" in run.gaps[0].statement


def test_a_refusal_names_no_secret() -> None:
    with pytest.raises(RefusedError) as refused:
        webhooks.load("alertmanager").authenticate(request(authorization="Bearer no"), Proof(SECRET))
    assert SECRET not in str(refused.value)
