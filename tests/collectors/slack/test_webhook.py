"""Slack's events: signed and fresh, the challenge of a new address, messages as the collector tells them."""

from __future__ import annotations

import pytest

from collectors.kit.proof import Proof, Request
from collectors.slack.webhook import WEBHOOK
from tests.collectors.webhook_cases import (
    BODY,
    ODD_STAMPS,
    SECRET,
    STAMP,
    Inbox,
    is_refused,
    mac,
    proves,
    received,
    request,
)

MESSAGE = {
    "type": "event_callback", "team_id": "T1", "event_id": "Ev1",
    "event": {"type": "message", "channel": "C1", "user": "U1", "text": "<@U2> rolling back &amp; watching", "ts": "1795269900.000200"},
}  # fmt: skip


def signed(stamp: str = STAMP) -> Request:
    signature = f"v0={mac(f'v0:{stamp}:'.encode() + BODY)}"
    return request(x_slack_request_timestamp=stamp, x_slack_signature=signature)


def test_a_fresh_signature_proves_it() -> None:
    proves(WEBHOOK, signed(), Proof(SECRET))


@pytest.mark.parametrize("stamp", ODD_STAMPS)
def test_a_time_that_is_none_or_old_is_refused_and_raises_nothing_else(stamp: str) -> None:
    assert is_refused(WEBHOOK, signed(stamp), Proof(SECRET))


def test_its_events_have_a_type_and_its_own_id() -> None:
    assert received(WEBHOOK, {"event_id": "E1", "event": {"type": "message"}})[:2] == ("E1", "message")


def test_it_gets_its_challenge() -> None:
    assert WEBHOOK.challenge is not None
    assert WEBHOOK.challenge(request({"type": "url_verification", "challenge": "c"})) == "c"
    assert WEBHOOK.challenge(request({"type": "event_callback"})) is None
    assert WEBHOOK.challenge(request(b"no json")) is None


def test_a_message_is_told_and_any_other_event_by_its_arrival(inbox: Inbox) -> None:
    inbox.take("slack", MESSAGE)
    inbox.take("slack", {**MESSAGE, "event_id": "Ev2", "event": {"type": "pin_added"}})
    run = inbox.read()
    told = {f.kind: f for f in run.facts}
    quote = told["chat.message"].quote
    assert quote is not None
    assert "rolling back & watching" in quote.text
    assert told["custom"].statement == "`slack pin_added` was recorded by `slack`"
    assert {p.identity for p in run.people} == {"slack:T1:U1", "slack:T1:U2"}
