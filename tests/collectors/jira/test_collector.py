"""Issues of Jira as incidents and changes: changelogs, comments, spans, paging and limits, of Cloud and of a server."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import anyio
import pytest
from pydantic import ValidationError

from collectors.base import Context
from collectors.jira.collector import JiraCollector
from collectors.kit.redaction import Redactor
from collectors.kit.tape import MemoryStore, RecordingTape
from collectors.testing import Run, check, run
from tests.collectors.probing import probe
from tests.fakes.jira import LOGIN, TOKEN, FakeJira
from tests.fakes.jira_issues import BASE
from timeline.instant import MINUTE, NS, parse_instant
from timeline.model import Incident, Window

START = parse_instant("2026-11-21T14:00:00Z")
WINDOW = Window(start=START, end=START + 60 * MINUTE)
SECRETS = {"env:LOGIN": LOGIN, "env:TOKEN": TOKEN}
JQL = "project = SHOP"
MS = 1_000_000


@pytest.fixture(params=[True, False], ids=["cloud", "server"])
def site(request: pytest.FixtureRequest) -> Iterator[FakeJira]:
    with FakeJira(is_cloud=request.param) as fake:
        yield fake


@pytest.fixture
def cloud() -> Iterator[FakeJira]:
    with FakeJira() as fake:
        yield fake


def options(site: FakeJira, **more: Any) -> dict[str, Any]:
    auth = {"basic": "env:LOGIN"} if site.is_cloud else {"bearer": "env:TOKEN"}
    return {"url": site.url, "auth": auth, "jql": JQL, **more}


def read(site: FakeJira, *, empty: bool = False, **more: Any) -> Run:
    return check(JiraCollector, options(site, **more), WINDOW, secrets=SECRETS, source="jira", empty=empty)


def told(found: Run) -> list[tuple[str, str, float]]:
    """Give kind, statement and seconds since the beginning of each fact, in order."""
    marks = str.maketrans("\ue000\ue001", "<>")
    facts = sorted(found.facts, key=lambda f: (f.latest, f.kind))
    return [(f.kind, f.statement.translate(marks), ((f.earliest or 0) - START) / NS) for f in facts]


def lived(site: FakeJira) -> str:
    """Give an incident that went through everything."""
    key = site.issue(60.25)
    site.assign(key, 90, "Bo Example")
    site.prioritise(key, 120, "Highest")
    site.move(key, 150, "3")
    site.comment(key, 200, "the pool is full")
    site.move(key, 300.5, "10001", by="Bo Example")
    site.move(key, 400, "10000")
    site.assign(key, 500, None)
    site.change(key, 550, site.item("labels", (None, ""), (None, "checkout")))
    return key


def test_an_incident_is_told_from_its_creation_on(site: FakeJira) -> None:
    key = lived(site)
    found = read(site)
    assert (found.failure, found.gaps) == (None, [])
    ada, bo = (f"<jira:{site.key_of(name)}>" for name in ("Ada Example", "Bo Example"))
    assert told(found) == [
        ("incident.declared", f"Incident `{key}` was declared, severity `High` by {ada}, per Jira", 60.25),
        ("incident.role_assigned", f"Role `assignee of {key}` was assigned to {bo}, per Jira", 90),
        ("incident.severity_changed", f"The severity of `{key}` was changed to `Highest` by {ada}, per Jira", 120),
        ("custom", f"`status In Progress of {key}` was recorded by `Jira`", 150),
        ("chat.message", f"A message was posted by {bo} in `{key}`", 200),
        ("incident.resolved", f"Incident `{key}` was resolved by {bo}, per Jira", 300.5),
        ("incident.declared", f"Incident `{key}` was declared by {ada}, per Jira", 400),
        ("custom", f"`end of the assignment of {key}` was recorded by `Jira`", 500),
        ("custom", f"`change of labels of {key}` was recorded by `Jira`", 550),
    ]  # fmt: skip
    first = min(found.facts, key=lambda f: f.latest)
    assert first.latest - (first.earliest or 0) == MS - 1
    assert len({f.thread for f in found.facts}) == 1
    assert {f.evidence[0].link for f in found.facts if f.kind != "chat.message"} == {f"{BASE}/browse/{key}"}
    (message,) = (f for f in found.facts if f.kind == "chat.message")
    assert (message.evidence[0].link or "").startswith(f"{BASE}/browse/{key}?focusedCommentId=")
    assert [name for one in found.people for name in one.names if " " in name] == [
        "Ada Example",
        "Bo Example",
    ]


def test_what_it_was_at_first_is_told_by_its_first_changes(site: FakeJira) -> None:
    key = site.issue(60, assignee=site.user("Bo Example"), priority={"id": "1", "name": "Highest"})
    site.prioritise(key, 120, "Low")
    site.change(key, 130, site.item("summary", (None, "Checkout fails"), (None, "Checkout was slow")))
    site.named(key)["fields"]["summary"] = "Checkout was slow"
    declared, assigned, *_ = sorted(read(site).facts, key=lambda f: (f.latest, f.kind))
    assert (declared.names["severity"], declared.quote and declared.quote.text) == (
        "Highest",
        "Checkout fails",
    )
    assert (assigned.kind, assigned.actor) == ("incident.role_assigned", f"jira:{site.key_of('Bo Example')}")
    site.assign(key, 180, "Cy Example")
    found = [
        f.actor
        for f in sorted(read(site).facts, key=lambda f: f.latest)
        if f.kind == "incident.role_assigned"
    ]
    assert found == [f"jira:{site.key_of(name)}" for name in ("Bo Example", "Cy Example")]


def test_jql_is_compared_in_the_user_s_zone_and_real_times_cut(site: FakeJira) -> None:
    older = site.issue(-5 * 86_400)
    site.move(older, 30, "10001")
    quiet, later = site.issue(-3600), site.issue(2 * 3600)
    assert [(f.kind, f.names["incident"]) for f in read(site).facts] == [("incident.resolved", older)]
    asked = [call.path for call in site.calls]
    for key in (quiet, later):
        assert not [path for path in asked if f"/{site.named(key)['id']}" in path]


def test_pages_are_read_to_their_end(site: FakeJira) -> None:
    site.size = 2
    keys = [site.issue(10 + number) for number in range(5)]
    for number in range(7 if site.is_cloud else 2):
        site.change(keys[0], 60 + number, site.item("labels", (None, ""), (None, str(number))))
        site.comment(keys[0], 60 + number, f"note {number}")
    found = read(site)
    number = 7 if site.is_cloud else 2
    assert (len(found.facts), found.gaps) == (5 + 2 * number, [])


def test_a_server_that_cuts_its_changelog_is_a_gap_and_says_nothing_of_the_beginning() -> None:
    with FakeJira(is_cloud=False) as site:
        site.size = 2
        key = site.issue(60)
        for number in range(3):
            site.prioritise(key, 90 + number, "Low" * number or "None")
        found = read(site)
        assert [(g.reason, g.missing) for g in found.gaps] == [("truncated", "changes")]
        (declared,) = (f for f in found.facts if f.kind == "incident.declared")
        assert "severity" not in declared.names


def test_a_severity_may_be_another_field(site: FakeJira) -> None:
    key = site.issue(60, customfield_10050={"id": "1", "value": "SEV1"})
    item = site.item("Severity", ("2", "SEV2"), ("1", "SEV1"), "custom", "customfield_10050")
    site.change(key, 120, item)
    site.prioritise(key, 130, "Low")
    found = read(site, severity="customfield_10050")
    kinds = {f.kind: f.names.get("severity") for f in found.facts}
    assert kinds == {"incident.declared": "SEV2", "incident.severity_changed": "SEV1", "custom": None}


def test_issues_that_a_rule_names_are_changes(cloud: FakeJira) -> None:
    key = cloud.issue(60, "Raise the pool", project="CHG", kind="Change")
    cloud.assign(key, 70, "Bo Example")
    cloud.move(key, 120, "10001")
    lived(cloud)
    rule = {"project": "CHG", "kind": "change.config", "service": "checkout"}
    found = [f for f in read(cloud, jql="project in (SHOP, CHG)", change=[rule]).facts if key in f.statement]
    assert sorted((f.kind, f.latest // NS - START // NS) for f in found) == [
        ("change.config", 120), ("custom", 60), ("custom", 70),
    ]  # fmt: skip
    (made,) = (f for f in found if f.kind == "change.config")
    assert (made.subject.service, made.category) == ("checkout", "change")
    assert made.statement.startswith(f"Configuration `{key}` was changed by")


def test_a_status_that_is_no_more_is_a_gap(cloud: FakeJira) -> None:
    key = cloud.issue(60)
    cloud.move(key, 120, "10002")
    cloud.move(key, 180, "3")
    cloud.forgotten = {"10002"}
    found = read(cloud)
    assert [(g.reason, g.missing) for g in found.gaps] == [("partial", "statuses")]
    assert [f.kind for f in sorted(found.facts, key=lambda f: f.latest)] == [
        "incident.declared",
        "custom",
        "custom",
    ]


def test_values_that_may_be_names_are_not_quoted(cloud: FakeJira) -> None:
    key = cloud.issue(60)
    for number, item in enumerate((
        cloud.item("Approver", (None, None), ("557058:cy", "Cy Example"), "custom", "customfield_1"),
        cloud.item("reporter", (None, None), ("557058:cy", "Cy Example")),
        cloud.item("Impact", (None, ""), ("", "Half of all carts"), "custom", "customfield_2"),
        cloud.item("description", (None, None), (None, "see [~accountid:557058:bo]")),
    )):  # fmt: skip
        cloud.change(key, 90 + number, item)
    found = sorted((f for f in read(cloud).facts if f.kind == "custom"), key=lambda f: f.latest)
    quotes = [f.quote.text if f.quote else None for f in found]
    assert quotes == [None, None, "Half of all carts", "see \ue000jira:557058:bo\ue001"]


def test_a_login_that_is_not_taken_is_said_though_a_search_finds_nothing(cloud: FakeJira) -> None:
    lived(cloud)
    wrong = run(JiraCollector, options(cloud), WINDOW, secrets={"env:LOGIN": "ada@example.org:expired"})
    assert wrong.failure is not None
    assert wrong.failure.reason == "unauthorised"


@pytest.mark.parametrize(
    ("path", "missing", "kinds"),
    [
        ("/changelog", "changes", {"incident.declared", "chat.message"}),
        ("/comment", "comments", {"incident.declared", "incident.resolved"}),
        ("/status", "statuses", {"incident.declared", "incident.resolved", "chat.message"}),
    ],
)
def test_what_may_not_be_read_is_a_gap_and_the_rest_is_told(
    cloud: FakeJira, path: str, missing: str, kinds: set[str]
) -> None:
    key = cloud.issue(60)
    cloud.comment(key, 70, "hello")
    cloud.move(key, 80, "10001")
    cloud.refused[path] = 403
    found = read(cloud)
    assert missing in {g.missing for g in found.gaps}
    assert {f.kind for f in found.facts} == kinds


def test_a_limit_is_waited_for_as_it_says(cloud: FakeJira) -> None:
    lived(cloud)
    cloud.refusals = 1
    assert (len(read(cloud).facts), cloud.calls[0].path) == (9, "/rest/api/2/serverInfo")


def test_without_a_search_the_issues_of_links_are_read(cloud: FakeJira) -> None:
    key, other = lived(cloud), cloud.issue(60)
    links = (f"{BASE}/browse/{key}", "https://other.example/browse/SHOP-1", f"{BASE}/browse/SHOP-7")
    found = run(
        JiraCollector, options(cloud, jql=""), WINDOW, secrets=SECRETS, incident=Incident(id="x", links=links)
    )
    assert (len(found.facts), [g.missing for g in found.gaps]) == (9, ["SHOP-7"])
    assert other not in "".join(f.statement for f in found.facts)
    none = run(JiraCollector, options(cloud, jql=""), WINDOW, secrets=SECRETS)
    assert none.failure is not None
    assert "set `jql`" in str(none.failure)


def test_a_wrong_search_says_what_jira_says(cloud: FakeJira) -> None:
    found = run(JiraCollector, options(cloud, jql="nonsense"), WINDOW, secrets=SECRETS)
    assert "Error in the JQL Query" in str(found.failure)
    with pytest.raises(ValidationError, match="ORDER BY"):
        JiraCollector.options_type.model_validate(options(cloud, jql="project = A order  by created"))


def test_doctor_shows_what_answers_whom(site: FakeJira) -> None:
    lived(site)
    lines = probe(JiraCollector, options(site), SECRETS, now=START + 3600 * NS)
    assert list(lines) == ["reachable", "authorised", "jql", "clock"]
    assert lines["jql"].detail == "it finds 1 issues that were updated of late"
    assert lines["clock"].ok
    assert not probe(JiraCollector, options(site), {"env:LOGIN": "a:b", "env:TOKEN": "none"})["authorised"].ok


def test_init_proposes_the_types_that_are_incidents(cloud: FakeJira) -> None:
    redactor = Redactor()
    tape = RecordingTape("jira", "jira", MemoryStore(), redactor)
    context = Context("jira", Incident(id="x"), START, tape, lambda name: redactor.add(SECRETS[name]))
    made = JiraCollector(JiraCollector.options_type.model_validate(options(cloud)), context)

    async def proposed() -> list[Any]:
        return [one async for one in made.suggest()]

    (found,) = anyio.run(proposed)
    assert (found.option, found.value) == ("jql", 'issuetype in ("Incident", "[System] Incident")')
    cloud.types = ["Bug"]
    assert anyio.run(proposed) == []
