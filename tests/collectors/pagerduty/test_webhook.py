"""PagerDuty's v3 webhooks: signed by any of two secrets; the life of an incident."""

from __future__ import annotations

from typing import Any

from collectors.kit.proof import Proof
from collectors.pagerduty.webhook import WEBHOOK
from tests.collectors.webhook_cases import (
    BODY,
    SECRET,
    Inbox,
    kinds,
    mac,
    opened,
    proves,
    received,
    request,
    resolved,
)


def event(kind: str = "incident.acknowledged", identity: str = "E1", **data: Any) -> dict[str, Any]:
    incident = {"id": "Q1", "number": 12, "title": "Checkout fails", "html_url": "https://shop.pagerduty.com/incidents/Q1", "created_at": "2026-11-21T14:02:00Z", "service": {"summary": "checkout"}}  # fmt: skip
    return {
        "event": {
            "id": identity, "event_type": kind, "occurred_at": "2026-11-21T14:04:00.123Z",
            "agent": {"id": "P1", "summary": "Cy Example"}, "data": {**incident, **data},
        }
    }  # fmt: skip


def test_one_good_signature_of_several_proves_it() -> None:
    proves(WEBHOOK, request(x_pagerduty_signature=f"v1={'0' * 64}, v1={mac(BODY)}"), Proof(SECRET))


def test_its_events_have_a_type_and_its_own_id() -> None:
    given = received(WEBHOOK, event("incident.resolved"), x_webhook_id="w1")
    assert given[:2] == ("w1", "incident.resolved")


def test_an_incident_is_told_in_one_thread(inbox: Inbox) -> None:
    priority = event("incident.priority_updated", "E2", priority={"summary": "P1"})
    for number, body in enumerate((event(), event("incident.triggered", "E0"), priority, event("incident.status_update_published", "E3"))):  # fmt: skip
        inbox.take("pagerduty", body, x_webhook_id=f"w{number}")
    run = inbox.read()
    assert kinds(run) == ["alert.acknowledged", "custom", "incident.declared", "incident.severity_changed"]
    told = {f.kind: f.statement for f in run.facts}
    severity = told["incident.severity_changed"]
    assert severity.startswith("The severity of `PagerDuty #12` was changed to `P1` by ")
    assert severity.endswith(", per PagerDuty")
    assert told["custom"] == "`incident.status_update_published of PagerDuty #12` was recorded by `PagerDuty`"
    assert len({f.thread for f in run.facts}) == 1
    assert [(p.identity, p.names) for p in run.people] == [("pagerduty:P1", ("Cy Example",))]
    assert run.facts[0].evidence[0].link == "https://shop.pagerduty.com/incidents/Q1"


def test_what_is_no_json_is_a_fact_of_its_arrival(inbox: Inbox) -> None:
    inbox.take("pagerduty", b"\xff not json", x_webhook_id="w1")
    run = inbox.read()
    assert [f.statement for f in run.facts] == ["`pagerduty unreadable` was recorded by `pagerduty`"]
    assert [g.reason for g in run.gaps] == ["undecodable"]


def test_a_resolved_incident_is_named_by_its_number() -> None:
    bounds = ("2026-11-21T14:02:00.999999999Z", "2026-11-21T14:04:00.123999999Z")
    assert resolved(WEBHOOK, event("incident.resolved")) == ("PD-12", *bounds)
    assert resolved(WEBHOOK, event("incident.resolved", number=None)) == ("PD-Q1", *bounds)
    assert resolved(WEBHOOK, event()) is None


def test_what_is_triggered_begins_under_the_id_that_it_is_resolved_by() -> None:
    assert opened(WEBHOOK, event("incident.triggered")) == ("PD-12", "2026-11-21T14:02:00.999999999Z", None)
    assert opened(WEBHOOK, event("incident.triggered", created_at=None)) is None
    assert opened(WEBHOOK, event("incident.acknowledged")) is None
    assert opened(WEBHOOK, {"event": 3}) is None
