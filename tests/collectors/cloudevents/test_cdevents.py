"""CDEvents: each type by its meaning, without a version, with or without an envelope; and what ties them."""

from __future__ import annotations

from typing import Any

import pytest

from collectors.cloudevents.cdevents import meaning
from tests.collectors.webhook_cases import Inbox
from timeline.linked.link import link
from timeline.model import Fact

AT = "2026-11-21T14:03:00.250Z"


def event(
    word: str,
    content: dict[str, Any],
    *,
    own: str = "checkout",
    identity: str = "1",
    version: str = "0.3.0",
    **context: Any,
) -> dict[str, Any]:
    """Return a CDEvent as the specification has it, without an envelope."""
    return {
        "context": {
            "specversion": "0.5.0", "id": identity, "source": "/ci", "type": f"dev.cdevents.{word}.{version}", "timestamp": AT, **context,
        },
        "subject": {"id": own, "source": "/ci", "content": content},
    }  # fmt: skip


def take(inbox: Inbox, *bodies: dict[str, Any]) -> list[Fact]:
    for body in bodies:
        context = body["context"]
        envelope = {
            "specversion": "1.0", "id": context["id"], "source": context["source"], "type": context["type"], "time": context["timestamp"], "data": body,
        }  # fmt: skip
        inbox.take("cloudevents", envelope, content_type="application/cloudevents+json")
    return list(inbox.read().facts)


PLACE = {"environment": {"id": "production"}}
BUILT = {**PLACE, "artifactId": "pkg:oci/checkout@sha256:0b31"}
CASES: list[tuple[str, dict[str, Any], str, str]] = [
    ("service.deployed", BUILT, "deploy.finished", "Deploy `checkout` finished to `production` of `checkout` at `pkg:oci/checkout@sha256:0b31`"),
    ("service.upgraded", BUILT, "deploy.finished", "Deploy `checkout` finished to `production` of `checkout` at `pkg:oci/checkout@sha256:0b31`"),
    ("service.published", PLACE, "deploy.finished", "Deploy `checkout` finished to `production` of `checkout`"),
    ("service.rolledback", BUILT, "deploy.rolled_back", "Deploy `checkout` was rolled back in `production` of `checkout` to `pkg:oci/checkout@sha256:0b31`"),
    ("service.removed", PLACE, "change.removed", "`checkout` was removed from `production`"),
    ("environment.modified", {"name": "canary"}, "change.config", "Configuration `environment canary` was changed"),
    ("environment.deleted", {"name": "canary"}, "change.removed", "`environment canary` was removed"),
    ("change.merged", {"repository": {"id": "shop/checkout"}}, "change.merged", "Change `checkout` was merged in `shop/checkout`"),
    ("incident.detected", {"service": {"id": "shop"}}, "incident.detected", "Incident `checkout` was detected, per `/ci`"),
    ("incident.reported", {"ticketURI": "https://t.example/1"}, "incident.declared", "Incident `checkout` was declared, per `/ci`"),
    ("incident.resolved", {}, "incident.resolved", "Incident `checkout` was resolved, per `/ci`"),
    ("ticket.created", {"ticketType": "incident", "priority": "high"}, "incident.declared", "Incident `checkout` was declared, severity `high`, per `/ci`"),
    ("ticket.closed", {"ticketType": "incident"}, "incident.resolved", "Incident `checkout` was resolved, per `/ci`"),
    ("ticket.created", {"ticketType": "task"}, "custom", "`ticket.created of checkout` was recorded by `/ci`"),
    ("ticket.updated", {"ticketType": "incident", "priority": "low"}, "custom", "`ticket.updated of checkout` was recorded by `/ci`"),
    ("pipelinerun.finished", {"pipelineName": "ship", "outcome": "failure"}, "custom", "`pipelinerun.finished (failure) of ship` was recorded by `/ci`"),
    ("artifact.published", {}, "custom", "`artifact.published of checkout` was recorded by `/ci`"),
    ("approval.created", {}, "custom", "`approval.created of checkout` was recorded by `/ci`"),
]  # fmt: skip


@pytest.mark.parametrize("version", ["0.1.0", "0.3.0-draft", "1.0.0"])
@pytest.mark.parametrize(("word", "content", "kind", "statement"), CASES)
def test_each_type_by_its_meaning(
    inbox: Inbox, word: str, content: dict[str, Any], kind: str, statement: str, version: str
) -> None:
    (fact,) = take(inbox, event(word, content, version=version))
    assert (fact.kind, fact.statement, fact.time_means) == (kind, statement, "timestamp")
    assert fact.latest - (fact.earliest or 0) == 999_999  # milliseconds, as it prints them


def test_a_type_is_matched_whole() -> None:
    assert meaning("dev.cdevents.service.deployed") == "service.deployed"
    for other in (
        "dev.cdevents.service",
        "dev.example.service.deployed.0.1.0",
        "dev.cdevents.service.deployed.x",
        "xdev.cdevents.service.deployed.0.1.0",
    ):
        assert meaning(other) == ""


def test_one_event_is_one_fact_with_an_envelope_without_and_in_headers(inbox: Inbox) -> None:
    body = event("service.deployed", BUILT)
    inbox.take("cloudevents", body, content_type="application/json")
    inbox.take(
        "cloudevents", body, content_type="application/json", ce_specversion="1.0", ce_id="1", ce_source="/ci",
        ce_type="dev.cdevents.service.deployed.0.3.0", ce_time=AT,
    )  # fmt: skip
    (fact,) = take(inbox, body)
    assert fact.kind == "deploy.finished"


def test_an_incident_is_one_life_and_a_ticket_names_people_by_pseudonyms_alone(inbox: Inbox) -> None:
    people = {
        "creator": "Alice Liddell",
        "assignees": ["Bob Roberts"],
        "ticketType": "incident",
        "summary": "Bob Roberts is on it",
    }
    held = take(
        inbox, event("incident.detected", {}, own="i1", identity="1"), event("incident.resolved", {}, own="i1", identity="2"),
        event("ticket.created", people, own="t1", identity="3"),
    )  # fmt: skip
    detected, resolved, declared = sorted(held, key=lambda fact: fact.kind == "incident.declared")
    assert detected.thread == resolved.thread != declared.thread
    assert declared.actor == "/ci:Alice Liddell"
    assert {name for person in inbox.read().people for name in person.names} == {
        "Alice Liddell",
        "Bob Roberts",
    }


def test_a_chain_and_links_tie_a_deploy_to_its_change(inbox: Inbox) -> None:
    changed = event("change.merged", {}, own="c1", identity="10", chainId="chain-1")
    by_chain = event("service.deployed", PLACE, identity="11", chainId="chain-1")
    named = event(
        "service.deployed",
        PLACE,
        identity="12",
        links=[{"linkType": "RELATION", "linkKind": "TRIGGER", "target": {"contextId": "10"}}],
    )
    other = event("service.deployed", PLACE, identity="13", chainId="chain-2")
    held = {fact.subject.labels["event"]: fact for fact in link(take(inbox, changed, by_chain, named, other))}
    assert {name: [tie.rule for tie in fact.related] for name, fact in held.items()} == {
        "10": ["named by its sender", "same chain"], "11": ["same chain"], "12": ["named by its sender"], "13": [],
    }  # fmt: skip


@pytest.mark.parametrize(
    "data",
    [
        None,
        "text",
        [],
        {"context": 1},
        {"subject": {"id": 5, "content": []}},
        {"context": {"links": [1, {"target": 2}]}},
    ],
)
def test_whatever_its_data_is_it_is_told(inbox: Inbox, data: Any) -> None:
    odd = {
        "specversion": "1.0",
        "id": "1",
        "source": "/ci",
        "type": "dev.cdevents.build.started.0.3.0",
        "data": data,
    }
    inbox.take("cloudevents", odd, content_type="application/cloudevents+json")
    (fact,) = inbox.read().facts
    assert fact.kind == "custom"
