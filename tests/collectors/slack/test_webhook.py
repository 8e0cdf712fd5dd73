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


def _event(number: int, **event: object) -> dict[str, object]:
    return {**MESSAGE, "event_id": f"Ev{number}", "event": {"type": "message", "channel": "C1", **event}}


def test_blocks_and_forwarded_messages_are_told_as_people_saw_them(inbox: Inbox) -> None:
    blocks = [{"type": "section", "text": {"type": "mrkdwn", "text": "HighLatency fires"}}]
    shared = {"is_share": True, "is_msg_unfurl": True, "author_id": "U9", "text": "disk is full"}
    inbox.take("slack", _event(1, bot_id="B1", text="New alert", blocks=blocks, ts="1795269900.000200"))
    inbox.take("slack", _event(2, user="U1", text="", attachments=[shared], ts="1795269901.000200"))
    run = inbox.read()
    second, first = sorted(f.quote.text for f in run.facts if f.quote)
    assert (first, second.startswith("> "), second.endswith(": disk is full")) == (
        "HighLatency fires",
        True,
        True,
    )


def test_words_of_a_message_that_was_deleted_later_are_not_told(inbox: Inbox) -> None:
    said = {"user": "U1", "ts": "1795269900.000200"}
    edited = {
        "type": "message",
        **said,
        "text": "hunter3",
        "edited": {"user": "U1", "ts": "1795269910.000000"},
    }
    inbox.take("slack", _event(1, **said, text="hunter2"))
    inbox.take("slack", _event(2, subtype="message_changed", ts="1795269910.000300", message=edited))
    gone = {
        "subtype": "message_deleted",
        "ts": "1795269920.000300",
        "deleted_ts": said["ts"],
        "previous_message": edited,
    }
    inbox.take("slack", _event(3, **gone))
    inbox.take("slack", _event(4, user="U1", text="stays", ts="1795269930.000200"))
    run = inbox.read()
    assert sorted(f.kind for f in run.facts) == [
        "chat.deleted",
        "chat.edited",
        "chat.message",
        "chat.message",
    ]
    assert [f.quote.text for f in run.facts if f.quote] == ["stays"]
