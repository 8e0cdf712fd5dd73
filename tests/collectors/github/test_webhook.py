"""GitHub's deliveries: signed, named by their own id, read as the `github` collector reads."""

from __future__ import annotations

from collectors.github.webhook import WEBHOOK
from collectors.kit.proof import Proof
from tests.collectors.webhook_cases import (
    BODY,
    SECRET,
    Inbox,
    is_refused,
    kinds,
    mac,
    proves,
    received,
    request,
)

DEPLOYMENT = {
    "action": "created",
    "deployment": {"id": 7, "sha": "c" * 40, "environment": "production", "task": "deploy", "created_at": "2026-11-21T13:59:00Z", "creator": {"login": "ada", "type": "User"}},
    "deployment_status": {"id": 9, "state": "success", "environment": "production", "created_at": "2026-11-21T14:01:00Z", "creator": {"login": "ada", "type": "User"}},
    "repository": {"full_name": "shop/checkout", "html_url": "https://github.com/shop/checkout"},
}  # fmt: skip


def test_a_signature_proves_it() -> None:
    proves(WEBHOOK, request(x_hub_signature_256=f"sha256={mac(BODY)}"), Proof(SECRET))
    unsigned = request(x_hub_signature_256=f"sha256={mac(BODY, b'')}")
    assert is_refused(WEBHOOK, unsigned, Proof(basic="a:b"))


def test_its_events_have_a_type_and_its_own_id() -> None:
    headers = {"x_github_event": "deployment_status", "x_github_delivery": "d1"}
    assert received(WEBHOOK, {"action": "created"}, **headers)[:2] == ("d1", "deployment_status.created")
    assert received(WEBHOOK, {"new": True}, x_github_event="something_new").type == "something_new"


def test_a_form_is_read_as_well() -> None:
    form = b"payload=%7B%22action%22%3A%22opened%22%7D"
    given = request(form, content_type="application/x-www-form-urlencoded", x_github_event="issues")
    (delivery,) = WEBHOOK.receive(given)
    assert (delivery.body, delivery.type) == (b'{"action":"opened"}', "issues.opened")


def test_a_deployment_is_told_as_the_collector_tells_it(inbox: Inbox) -> None:
    inbox.take("github", DEPLOYMENT, x_github_event="deployment_status", x_github_delivery="d1")
    run = inbox.read()
    assert kinds(run) == ["deploy.started", "deploy.finished"]
    assert [p.identity for p in run.people] == ["github:ada"]
    assert run.gaps == []


def test_what_lacks_its_record_is_counted_and_its_arrival_told(inbox: Inbox) -> None:
    inbox.take("github", {**DEPLOYMENT, "deployment": None}, x_github_event="deployment_status", x_github_delivery="d1")  # fmt: skip
    inbox.take("github", {"zen": "x"}, x_github_event="brand_new", x_github_delivery="d2")
    run = inbox.read()
    assert kinds(run) == ["custom", "custom"]
    assert [gap.missing for gap in run.gaps] == ["1 delivery"]
    assert run.people == []
