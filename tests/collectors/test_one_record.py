"""One record of one system, read by its API and told by its webhook: one fact, and no conflict."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from collectors.base import AnyCollector
from collectors.github.collector import GithubCollector
from collectors.gitlab.collector import GitlabCollector
from collectors.pagerduty.collector import PagerdutyCollector
from collectors.slack.collector import SlackCollector
from collectors.statuspage.collector import StatuspageCollector
from collectors.testing import Run, run
from tests.collectors.slack.slack_incident import BOB, BOT, SIDE, workspace
from tests.collectors.slack.slack_incident import WINDOW as SLACK_WINDOW
from tests.collectors.webhook_cases import WINDOW, Inbox
from tests.fakes.github import PAGE, FakeGithub
from tests.fakes.github import TOKEN as GITHUB_TOKEN
from tests.fakes.gitlab import FakeGitlab
from tests.fakes.gitlab_changes import PAGE as GITLAB_PAGE
from tests.fakes.gitlab_changes import SHA as GITLAB_SHA
from tests.fakes.pagerduty import ADA, KEY, SERVICE, FakePagerduty
from tests.fakes.slack import FakeSlack
from tests.fakes.slack_workspace import ts_of
from tests.fakes.statuspage import FakeStatuspage
from timeline.assembly.assemble import Build, assemble
from timeline.assembly.reading import SourceReading
from timeline.canonical import sha256
from timeline.instant import NS
from timeline.model import Fact, Incident, Timeline, Window

T0 = datetime(2026, 11, 21, 14, 0, tzinfo=UTC)
SHA = "a" * 40


def at(minutes: float) -> datetime:
    return T0 + timedelta(minutes=minutes)


@pytest.fixture
def github() -> Iterator[FakeGithub]:
    with FakeGithub(history=[SHA]) as fake:
        yield fake


def together(api: Run, webhook: Run, window: Window = WINDOW) -> Timeline:
    """Put what both read together, as one build does."""
    assert api.failure is webhook.failure is None, (api.failure, webhook.failure)
    readings = [
        SourceReading(1, name, name, window, NS, result.records)
        for name, result in (("api", api), ("inbox", webhook))
    ]
    return assemble(Build(Incident(id="X"), window, readings)).timeline


def is_one(api: Run, webhook: Run, *kinds: str, window: Window = WINDOW) -> list[Fact]:
    """Check that both read the same facts of these kinds, each with both evidences; return them as they are told."""

    def named(found: Run) -> dict[str, tuple[Any, ...]]:
        told = {f.id: f for f in found.facts if f.kind in kinds}
        return {i: (f.kind, f.earliest, f.latest, f.clock, f.thread) for i, f in told.items()}

    assert named(api) == named(webhook)
    assert {kind for kind, *_ in named(api).values()} == set(kinds)
    document = together(api, webhook, window)
    assert not [gap for gap in document.gaps if gap.reason == "conflict"]
    facts = [fact for fact in document.facts if fact.id in named(api)]
    assert not any(fact.variants for fact in facts)
    assert all(len(fact.evidence) >= 2 for fact in facts)
    return facts


def by_api(
    collector: type[AnyCollector], options: Mapping[str, Any], secret: str, window: Window = WINDOW
) -> Run:
    return run(collector, options, window, secrets={"env:T": secret})


def test_a_post_of_a_status_page(inbox: Inbox) -> None:
    """A webhook has the page's id alone; both know its posts by it."""
    with FakeStatuspage() as page:
        incident = page.incident((300, "investigating"), (900, "resolved"))
        inbox.take("statuspage", {"page": {"id": page.own["id"]}, "incident": incident})
        api = by_api(StatuspageCollector, {"url": page.url}, "")
    facts = is_one(api, inbox.read(), "status.posted")
    assert [fact.statement for fact in facts] == [
        "Status `investigating` was posted on `Acme`", "Status `resolved` was posted on `Acme`",
    ]  # fmt: skip


def read_github(github: FakeGithub, **options: Any) -> Run:
    given = {"url": github.url, "repository": "acme/shop", "auth": {"bearer": "env:T"}, "pull_requests": True}
    return by_api(GithubCollector, {**given, **options}, GITHUB_TOKEN)


def delivered(inbox: Inbox, event: str, action: str, **records: Any) -> None:
    """Deliver a record as GitHub does: with its repository, whose API has an address of its own."""
    repository = {
        "full_name": "acme/shop",
        "html_url": PAGE,
        "url": "https://api.git.example/repos/acme/shop",
    }
    inbox.take("github", {"action": action, **records, "repository": repository}, x_github_event=event,
               x_github_delivery=sha256(json.dumps(records).encode()))  # fmt: skip


@pytest.mark.parametrize("service", [None, "shop"])
def test_a_deployment_of_github(github: FakeGithub, inbox: Inbox, service: str | None) -> None:
    number = github.deploy(at(1), SHA)
    for state, minute in (("in_progress", 2), ("success", 4)):
        github.status(number, state, at(minute))
    for status in reversed(github.statuses[number]):
        delivered(
            inbox, "deployment_status", "created", deployment=github.deployments[0], deployment_status=status
        )
    facts = is_one(read_github(github, service=service), inbox.read(), "deploy.started", "deploy.finished")
    assert {fact.subject.service for fact in facts} == {service}, "what the configuration knows stays"


def test_a_deployment_of_github_that_nobody_said_had_started(github: FakeGithub, inbox: Inbox) -> None:
    number = github.deploy(at(1), SHA)
    github.status(number, "failure", at(4))
    status = github.statuses[number][0]
    delivered(
        inbox, "deployment_status", "created", deployment=github.deployments[0], deployment_status=status
    )
    is_one(read_github(github), inbox.read(), "deploy.started", "deploy.failed")


def test_a_release_and_a_merge_of_github(github: FakeGithub, inbox: Inbox) -> None:
    github.release("v2", at(-600), at(5), name="Two")
    github.pull(7, "Limit retries", at(50), at(10))
    delivered(inbox, "release", "published", release=github.releases[0])
    delivered(
        inbox,
        "pull_request",
        "closed",
        pull_request={**github.pulls[0], "merged": True, "merged_by": {"login": "ada"}},
    )
    is_one(read_github(github), inbox.read(), "change.released", "change.merged")


def read_gitlab(gitlab: FakeGitlab) -> Run:
    given = {
        "url": gitlab.url.removesuffix("/api/v4"),
        "project": "acme/tools/shop",
        "auth": {"bearer": "env:T"},
    }
    return by_api(GitlabCollector, {**given, "merge_requests": True, "service": "shop"}, "reader")


def as_gitlab_says(text: str) -> str:
    """Write a time as its webhooks do: to the second, in words of Ruby."""
    return text[:19].replace("T", " ") + " UTC"


def test_a_record_of_gitlab_told_finer_by_its_api(inbox: Inbox) -> None:
    """Webhooks tell whole seconds: the API's milliseconds are shown, and nothing is in conflict."""
    fine = at(4) + timedelta(milliseconds=192)
    with FakeGitlab() as gitlab:
        row = gitlab.changes.deployment(at(1), started=at(2), finished=fine)
        merge, release = (
            gitlab.changes.merge(7, "Smaller pool", fine, fine),
            gitlab.changes.release("v2", fine),
        )
        found = read_gitlab(gitlab)
    project = {"path_with_namespace": "acme/tools/shop", "web_url": GITLAB_PAGE}
    common = {"project": project, "user": {"username": "ada", "name": "Ada"}}
    stamps = {name: as_gitlab_says(str(merge[name])) for name in ("created_at", "updated_at", "merged_at")}
    for kind, body in {
        "deployment": {
            "status": "success", "status_changed_at": "2026-11-21 15:04:00 +0100", "deployment_id": row["id"],
            "environment": "production", "short_sha": GITLAB_SHA[:8], "commit_title": row["deployable"]["commit"]["title"],
        },
        "merge_request": {"object_attributes": {**merge, **stamps, "action": "merge"}},
        "release": {"id": 5, "action": "create", "tag": "v2", "name": "v2", "released_at": as_gitlab_says(release["released_at"])},
    }.items():  # fmt: skip
        inbox.take("gitlab", {"object_kind": kind, **common, **body}, idempotency_key=kind)
    told = inbox.read()
    kinds = {"deploy.finished", "change.merged", "change.released"}
    assert {f.id for f in told.facts} == {f.id for f in found.facts if f.kind in kinds}
    document = together(found, told)
    assert not document.gaps
    both = [fact for fact in document.facts if fact.kind in kinds]
    assert [len(fact.evidence) for fact in both] == [2, 2, 2]
    assert {(fact.latest - (fact.earliest or 0), fact.variants) for fact in both} == {(10**6 - 1, ())}


def test_a_message_of_slack(inbox: Inbox) -> None:
    made = workspace()
    made.post(
        SIDE, BOT, "rolled back", ts_of("2026-11-21T14:13:00Z", 1), subtype="bot_message", bot_id="B0ALARM"
    )
    made.post(
        SIDE, BOB, "looks good", ts_of("2026-11-21T14:14:00Z", 1), thread=ts_of("2026-11-21T14:10:00Z", 10)
    )
    with FakeSlack(made) as slack:
        options = {"url": slack.url, "channels": ["inc-43"], "auth": {"bearer": "env:T"}}
        api = by_api(SlackCollector, options, slack.token, SLACK_WINDOW)
    pages = [json.loads(data) for data in api.store.payloads.values() if b'"messages"' in data]
    messages = {message["ts"]: message for page in pages for message in page["messages"]}
    assert len(messages) == 3
    for number, message in enumerate(messages.values()):
        event = {**message, "channel": SIDE}
        body = {"type": "event_callback", "team_id": "T0ACME123", "event_id": f"Ev{number}", "event": event}
        inbox.take("slack", body, at=SLACK_WINDOW.start)
    told = inbox.read(SLACK_WINDOW)
    ids = {fact.id for fact in told.facts}
    document = together(api, told, SLACK_WINDOW)
    one = [fact for fact in document.facts if fact.id in ids]
    assert len(one) == 3
    assert ids <= {fact.id for fact in api.facts}
    assert not [gap for gap in document.gaps if gap.reason == "conflict"]
    assert {fact.names["channel"] for fact in one} == {"#inc-43"}, "the name that people see"


def test_an_incident_of_pagerduty(inbox: Inbox) -> None:
    """An event names no log entry: what, of which incident, in which second and by whom make it the same record."""
    about, page = "Q0000000000004", "https://acme.pagerduty.com/incidents/Q0000000000004"
    data = {"id": about, "number": 4, "title": "Checkout fails", "html_url": page, "service": SERVICE}
    note = {
        "incident": {"id": about, "html_url": page, "summary": "[#4] Checkout fails"},
        "content": "drained",
    }
    happened: list[tuple[str, str, dict[str, Any], dict[str, Any]]] = [
        ("trigger", "triggered", {"channel": {"summary": "Checkout fails"}}, data),
        ("acknowledge", "acknowledged", {"summary": "Acknowledged by Ada Example."}, data),
        ("escalate", "escalated", {"assignees": [ADA]}, {**data, "assignees": [ADA]}),
        ("unacknowledge", "unacknowledged", {}, data),
        ("assign", "reassigned", {"assignees": [ADA]}, {**data, "assignees": [ADA]}),
        ("priority_change", "priority_updated", {"channel": {"new_priority": {"summary": "P1"}}},
         {**data, "priority": {"summary": "P1"}}),
        ("annotate", "annotated", {"channel": {"type": "note", "content": "drained"}}, note),
        ("resolve", "resolved", {}, data),
        ("reopen", "reopened", {}, data),
    ]  # fmt: skip
    with FakePagerduty() as account:
        for second, (word, told, more, body) in enumerate(happened, 60):
            account.log(word, second, ADA, **more)
            occurred = (T0 + timedelta(seconds=second)).strftime("%Y-%m-%dT%H:%M:%S.394Z")
            event = {
                "id": f"01{word}",
                "event_type": f"incident.{told}",
                "occurred_at": occurred,
                "agent": ADA,
                "data": body,
            }
            inbox.take("pagerduty", {"event": event}, x_webhook_id=word)
        api = by_api(PagerdutyCollector, {"url": account.url, "token": "env:T"}, KEY)
    facts = is_one(
        api, inbox.read(), "incident.declared", "alert.acknowledged", "alert.escalated", "alert.unacknowledged",
        "alert.reassigned", "incident.severity_changed", "chat.message", "incident.resolved",
    )  # fmt: skip
    assert len(facts) == len(happened)
    assert {fact.clock for fact in facts} == {"acme.pagerduty.com"}
    assert len({fact.thread for fact in facts}) == 1
