"""Statuspage's posts: by a token in the address; each update told once."""

from __future__ import annotations

from typing import Any

import pytest

from collectors.kit.proof import Proof, Request
from collectors.statuspage.webhook import WEBHOOK
from tests.collectors.webhook_cases import (
    SECRET,
    START,
    Inbox,
    basic,
    kinds,
    opened,
    proves,
    received,
    request,
    resolved,
)
from timeline.instant import MINUTE

POSTS: dict[str, Any] = {
    "page": {"id": "p1"},
    "incident": {
        "id": "i1", "status": "resolved", "shortlink": "https://stspg.io/1",
        "created_at": "2026-11-21T14:10:00.000Z", "resolved_at": "2026-11-21T14:40:00.000Z",
        "incident_updates": [
            {"id": "u2", "status": "resolved", "body": "All is well", "created_at": "2026-11-21T14:40:00.000Z"},
            {"id": "u1", "status": "investigating", "body": "We are looking", "created_at": "2026-11-21T14:10:00.000Z"},
        ],
    },
}  # fmt: skip
COMPONENT = {
    "page": {"id": "p1"}, "component": {"name": "Checkout"},
    "component_update": {"id": "c1", "new_status": "major_outage", "created_at": "2026-11-21T14:11:00.000Z"},
}  # fmt: skip


@pytest.mark.parametrize(
    ("given", "proof"),
    [
        (request(query={"token": SECRET}), Proof(SECRET)),
        (request(authorization=basic("sp:pw")), Proof(basic="sp:pw")),
    ],
)
def test_a_token_in_the_address_or_a_password_proves_it(given: Request, proof: Proof) -> None:
    assert WEBHOOK.basic
    proves(WEBHOOK, given, proof)


def test_its_events_have_a_type_of_their_status() -> None:
    assert received(WEBHOOK, {"incident": {"status": "resolved"}}).type == "incident.resolved"
    assert received(WEBHOOK, COMPONENT).type == "component_update.major_outage"


def test_updates_and_components_are_posts(inbox: Inbox) -> None:
    inbox.take("statuspage", POSTS)
    inbox.take("statuspage", COMPONENT)
    run = inbox.read()
    assert sorted(f.statement for f in run.facts) == [
        "Status `investigating` was posted on `p1`",
        "Status `major_outage` was posted on `Checkout`",
        "Status `resolved` was posted on `p1`",
    ]
    assert len({f.thread for f in run.facts}) == 2
    assert run.gaps == []


def test_an_update_that_comes_again_is_told_once(inbox: Inbox) -> None:
    inbox.take("statuspage", POSTS)
    inbox.take("statuspage", {**POSTS, "meta": {"again": True}}, START + 30 * MINUTE)
    assert kinds(inbox.read()) == ["status.posted", "status.posted"]


def test_a_resolved_incident_is_named_by_its_id() -> None:
    over = ("SP-i1", "2026-11-21T14:10:00.000999999Z", "2026-11-21T14:40:00.000999999Z")
    assert resolved(WEBHOOK, POSTS) == over
    assert resolved(WEBHOOK, COMPONENT) is None
    goes_on = {**POSTS, "incident": {**POSTS["incident"], "status": "investigating"}}
    assert opened(WEBHOOK, goes_on) == ("SP-i1", over[1], None)
    assert opened(WEBHOOK, POSTS) is None
    assert opened(WEBHOOK, {**POSTS, "incident": {**POSTS["incident"], "status": "in_progress"}}) is None
