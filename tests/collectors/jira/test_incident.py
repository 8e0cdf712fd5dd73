"""An issue as an incident that is looked up: by its key and its addresses, and built from there."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import anyio
import pytest

from collectors.base import Context, SourceError
from collectors.jira.collector import JiraCollector
from collectors.jira.options import JiraOptions
from collectors.kit.redaction import Redactor
from collectors.kit.tape import MemoryStore, RecordingTape
from collectors.kit.tracker import IncidentRecord
from service.build.build import build
from service.build.request import BuildRequest
from tests.collectors.jira.test_collector import SECRETS, WINDOW, lived, options
from tests.fakes.jira import LOGIN, FakeJira
from tests.fakes.jira_issues import BASE
from timeline.instant import format_instant
from timeline.model import Incident


@pytest.fixture(params=[True, False], ids=["cloud", "server"])
def site(request: pytest.FixtureRequest) -> Iterator[FakeJira]:
    with FakeJira(is_cloud=request.param) as fake:
        yield fake


def asked(site: FakeJira, key: str, secrets: dict[str, str] = SECRETS) -> IncidentRecord | None:
    redactor = Redactor()
    tape = RecordingTape("incident", "jira", MemoryStore(), redactor)
    context = Context(
        "incident", Incident(id=key), WINDOW.end, tape, lambda name: redactor.add(secrets[name])
    )
    made = JiraCollector(JiraCollector.options_type.model_validate(options(site)), context)
    return anyio.run(made.incident, key)


def test_an_issue_is_an_incident_from_its_creation_until_it_is_done(site: FakeJira) -> None:
    parts = [{"id": "1", "name": "checkout"}, {"id": "2", "name": "payments"}]
    key = site.issue(60, components=parts, assignee=site.user("Bo Example"))
    site.move(key, 600, "10001")
    site.comment(key, 700, "written later")
    found = asked(site, key)
    assert found is not None
    told = found.incident
    assert (told.id, told.title, told.severity, told.services) == (
        key,
        "Checkout fails",
        "High",
        ("checkout", "payments"),
    )
    assert [format_instant(at or 0) for at in (told.start, told.end)] == [
        "2026-11-21T14:01:00Z",
        "2026-11-21T14:10:00Z",
    ]
    assert (told.links, told.roles) == (
        (f"{BASE}/browse/{key}",),
        {"assignee": f"jira:{site.key_of('Bo Example')}"},
    )
    ended = "statuscategorychangedate" if site.is_cloud else "resolutiondate"
    assert {name: one.pointer for name, one in found.evidence.items()} == {
        "title": "/fields/summary", "severity": "/fields/priority", "start": "/fields/created", "end": f"/fields/{ended}",
        "services": "/fields/components", "roles": "/fields/assignee", "links": "/key",
    }  # fmt: skip
    assert "Bo Example" in found.people[0].names


def test_an_open_issue_has_no_end_and_one_that_is_not_there_is_none(site: FakeJira) -> None:
    key = site.issue(60, priority=None, summary="")
    found = asked(site, key)
    assert found is not None
    assert (found.incident.end, found.incident.severity, found.incident.title, found.incident.roles) == (
        None,
        None,
        None,
        {},
    )
    assert asked(site, "SHOP-1") is None


def test_a_login_that_is_not_taken_is_no_issue_that_is_not_there(site: FakeJira) -> None:
    key = site.issue(60)
    with pytest.raises(SourceError) as caught:
        asked(site, key, {"env:LOGIN": "a:b", "env:TOKEN": "no"})
    assert caught.value.reason == "unauthorised"


@pytest.mark.parametrize(
    ("text", "key"),
    [
        ("SHOP-991", "SHOP-991"), ("A_B2-1", "A_B2-1"), ("shop-991", None), ("SHOP-0991", None), ("SHOP", None), ("#12", None),
        (f"{BASE}/browse/SHOP-991", "SHOP-991"), (f"{BASE}/browse/SHOP-991?focusedCommentId=10035", "SHOP-991"),
        (f"{BASE}/jira/software/projects/SHOP/boards/1?selectedIssue=SHOP-991", "SHOP-991"),
        (f"{BASE}/jira/servicedesk/projects/SHOP/queues/custom/1/SHOP-991/", "SHOP-991"),
        ("https://other.example/browse/SHOP-991", None), (f"{BASE}/browse/", None), ("javascript:/SHOP-991", None),
    ],
)  # fmt: skip
def test_what_people_call_it(text: str, key: str | None) -> None:
    assert JiraCollector.reference(text, JiraOptions(url=BASE)) == key
    if text.startswith(BASE):
        assert JiraCollector.reference(text, JiraOptions(url="https://api.atlassian.com/ex/jira/1")) == key


def test_it_is_built_by_its_key_with_what_became_of_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("JIRA_LOGIN", LOGIN)
    with FakeJira() as site:
        key = lived(site)
        site.issue(60, "Another one")
        site.move(key, 900, "10001")
        (tmp_path / "timeline.toml").write_text(
            f'[[source]]\ncollector = "jira"\nurl = "{site.url}"\nauth = {{ basic = "env:JIRA_LOGIN" }}\n'
        )
        made = build(
            BuildRequest(incident=key, config=tmp_path / "timeline.toml", out=tmp_path / "out", stills=False)
        )
        again = build(
            BuildRequest(
                incident=key,
                config=tmp_path / "timeline.toml",
                out=tmp_path / "out",
                stills=False,
                offline=True,
            )
        )
    told = made.timeline
    assert (made.directory.name, told.incident.severity, len(told.facts), made.exit_code) == (
        key,
        "Highest",
        10,
        0,
    )
    assert [format_instant(at or 0) for at in (told.incident.start, told.incident.end)] == [
        "2026-11-21T14:01:00.250Z", "2026-11-21T14:15:00Z",
    ]  # fmt: skip
    assert again.timeline.facts == told.facts
    assert "Bo Example" not in (made.directory / "timeline.json").read_text()
