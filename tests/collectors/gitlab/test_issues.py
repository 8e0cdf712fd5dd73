"""Issues of GitLab as incidents: states, labels and notes as facts, and one looked up by what people call it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import anyio
import pytest

from collectors.base import Context
from collectors.gitlab.collector import GitlabCollector
from collectors.gitlab.options import GitlabOptions
from collectors.kit.redaction import Redactor
from collectors.kit.tape import MemoryStore, RecordingTape
from collectors.kit.tracker import IncidentRecord
from collectors.testing import Run, run
from service.build.build import build
from service.build.request import BuildRequest
from tests.collectors.gitlab.test_collector import MS, SECRETS, WINDOW, at, ns, options
from tests.collectors.gitlab.test_collector import read as read_all
from tests.fakes.gitlab import FakeGitlab
from tests.fakes.gitlab_changes import PAGE
from tests.fakes.rest import RefusalError
from timeline.instant import MINUTE
from timeline.model import Incident
from timeline.text import mention

CALLED = "`acme/tools/shop#12`"


@pytest.fixture
def gitlab() -> Iterator[FakeGitlab]:
    with FakeGitlab() as fake:
        yield fake


def read(gitlab: FakeGitlab, *, empty: bool = False, **more: Any) -> Run:
    return read_all(gitlab, empty=empty, **{"incidents": True, **more})


def told(found: Run) -> list[tuple[str, str, float]]:
    """Give kind, statement and minutes since the beginning of each fact, in order."""
    marks = str.maketrans("\ue000\ue001", "<>")
    facts = sorted(found.facts, key=lambda f: (f.latest, f.kind, f.id))
    return [(f.kind, f.statement.translate(marks), ((f.earliest or 0) - ns(0)) / MINUTE) for f in facts]


def lived(gitlab: FakeGitlab) -> None:
    """Give issue 12 a life."""
    issues = gitlab.issues
    issues.open(12, at(1))
    issues.label(12, at(2), "severity::1")
    issues.assign(12, at(3), "bo")
    issues.note(12, at(4), "the pool is full, says @cy", edited=at(9))
    issues.note(12, at(5), "changed the severity to **Critical - S1**", by="ada", system=True)
    issues.state(12, at(20), "closed", by="bo")
    issues.state(12, at(21), "reopened")
    issues.label(12, at(22), "severity::1", "remove")
    issues.note(12, at(23), "changed due date to 2026-12-01", system=True)


def test_an_incident_is_told_from_its_opening_on(gitlab: FakeGitlab) -> None:
    lived(gitlab)
    found = read(gitlab, service="checkout")
    assert found.gaps == []
    assert told(found) == [
        ("incident.declared", f"Incident {CALLED} was declared by <gitlab:ada>, per GitLab", 1),
        ("incident.severity_changed", f"The severity of {CALLED} was changed to `severity::1` by <gitlab:ada>, per GitLab", 2),
        ("incident.role_assigned", "Role `assignee of acme/tools/shop#12` was assigned to <gitlab:bo>, per GitLab", 3),
        ("chat.message", f"A message was posted by <gitlab:bo> in {CALLED}; its text is as edited later", 4),
        ("incident.severity_changed", f"The severity of {CALLED} was changed to `Critical - S1` by <gitlab:ada>, per GitLab", 5),
        ("incident.resolved", f"Incident {CALLED} was resolved by <gitlab:bo>, per GitLab", 20),
        ("incident.declared", f"Incident {CALLED} was declared by <gitlab:ada>, per GitLab", 21),
        ("custom", "`label remove of acme/tools/shop#12` was recorded by `GitLab`", 22),
        ("custom", "`system note of acme/tools/shop#12` was recorded by `GitLab`", 23),
    ]  # fmt: skip
    first, *_, last = sorted(found.facts, key=lambda f: f.latest)
    assert first.quote
    assert (first.quote.text, first.latest - (first.earliest or 0)) == (
        f"Checkout fails, says {mention('gitlab:carol')}",
        MS - 1,
    )
    assert (first.subject.service, first.evidence[0].link) == ("checkout", f"{PAGE}/-/issues/12")
    assert (last.evidence[0].link or "").startswith(f"{PAGE}/-/issues/12#note_")
    assert len({f.thread for f in found.facts}) == 1


def test_one_note_may_assign_several_and_unassign_others(gitlab: FakeGitlab) -> None:
    gitlab.issues.open(12, at(1))
    gitlab.issues.note(12, at(2), "assigned to @bo, @cy, and @dee and unassigned @ada", system=True)
    gitlab.issues.note(12, at(3), "unassigned @bo", system=True)
    gitlab.issues.note(12, at(4), "assigned to @bo by word of mouth")
    facts = read(gitlab).facts
    assert sorted(f.actor or "" for f in facts if f.kind == "incident.role_assigned") == [
        "gitlab:bo",
        "gitlab:cy",
        "gitlab:dee",
    ]
    assert sorted(f.kind for f in facts if f.kind != "incident.role_assigned") == [
        "chat.message",
        "custom",
        "incident.declared",
    ]


def test_what_is_no_incident_of_the_window_is_not_asked_for_more(gitlab: FakeGitlab) -> None:
    issues = gitlab.issues
    issues.open(1, at(1), kind="issue")
    issues.open(2, at(-500))
    issues.open(3, at(100))
    assert read(gitlab, empty=True).facts == []
    assert not [call.path for call in gitlab.calls if call.path.endswith("/notes")]
    gitlab.calls.clear()
    read(gitlab, incidents=False, empty=True)
    assert not [call.path for call in gitlab.calls if "/issues" in call.path]


def test_other_issues_may_be_incidents_by_a_label_and_pages_are_read_to_their_end(gitlab: FakeGitlab) -> None:
    gitlab.changes.largest_page = 2
    for number in range(1, 6):
        gitlab.issues.open(number, at(number), kind="issue")
        gitlab.issues.label(number, at(number), "outage")
    for minute in range(5):
        gitlab.issues.note(3, at(10 + minute), f"note {minute}")
    assert len(read(gitlab, incident_labels=["outage"]).facts) == 5 * 2 + 5


@pytest.mark.parametrize(
    ("path", "missing", "kinds"),
    [
        ("/notes", "notes", {"incident.severity_changed", "incident.resolved", "incident.declared", "custom"}),
        ("/resource_state_events", "states", {"incident.severity_changed", "incident.role_assigned", "chat.message", "incident.declared", "custom"}),
        ("/issues", None, set()),
    ],
)  # fmt: skip
def test_what_may_not_be_read_is_a_gap(
    gitlab: FakeGitlab, path: str, missing: str | None, kinds: set[str]
) -> None:
    lived(gitlab)
    gitlab.always[path] = RefusalError(403, "403 Forbidden")
    found = read(gitlab, empty=True)
    assert [(g.reason, g.missing) for g in found.gaps] == [("unauthorised", missing)]
    assert {f.kind for f in found.facts} == kinds


def test_issues_of_links_are_read_whatever_they_are(gitlab: FakeGitlab) -> None:
    lived(gitlab)
    links = (
        f"{PAGE}/-/issues/12",
        f"{PAGE}/-/issues/incident/13",
        f"{PAGE}/-/merge_requests/3",
        "https://other.example/acme/tools/shop/-/issues/4",
    )
    incident = Incident(id="x", links=links)
    found = run(GitlabCollector, options(gitlab), WINDOW, secrets=SECRETS, incident=incident, now=ns(60 * 24))
    assert (len(found.facts), [g.missing for g in found.gaps]) == (9, ["#13"])


def asked(gitlab: FakeGitlab, number: str) -> IncidentRecord | None:
    redactor = Redactor()
    tape = RecordingTape("incident", "gitlab", MemoryStore(), redactor)
    context = Context(
        "incident", Incident(id=number), WINDOW.end, tape, lambda name: redactor.add(SECRETS[name])
    )
    made = GitlabCollector(GitlabOptions.model_validate(options(gitlab)), context)
    return anyio.run(made.incident, number)


def test_an_issue_is_an_incident_until_it_is_closed(gitlab: FakeGitlab) -> None:
    gitlab.issues.open(12, at(1))
    gitlab.issues.label(12, at(2), "sev-2")
    gitlab.issues.assign(12, at(3), "bo")
    found = asked(gitlab, "12")
    assert found is not None
    told = found.incident
    assert (told.id, told.severity, told.start, told.end) == ("acme-tools-shop-12", "sev-2", ns(1), None)
    assert (told.roles, told.links) == ({"assignee": "gitlab:bo"}, (f"{PAGE}/-/issues/12",))
    assert found.evidence["severity"].pointer == "/labels/0"
    gitlab.issues.rows[12]["severity"] = "CRITICAL"
    gitlab.issues.state(12, at(30), "closed")
    closed = asked(gitlab, "12")
    assert closed is not None
    assert (closed.incident.severity, closed.incident.end) == ("CRITICAL", ns(30))
    assert [closed.evidence[name].pointer for name in ("severity", "end")] == ["/severity", "/closed_at"]
    assert asked(gitlab, "14") is None


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("acme/tools/shop#12", "12"), ("Acme/Tools/Shop#12", "12"), ("acme-tools-shop-12", "12"), (f"{PAGE}/-/issues/12", "12"),
        (f"{PAGE}/-/issues/incident/12/timeline", None), (f"{PAGE}/-/issues/incident/12#note_3", "12"), (f"{PAGE}/-/work_items/12", "12"),
        ("#12", None), ("12", None), ("acme/tools/other#12", None), ("https://gitlab.com/acme/tools/shop/-/issues/12", None),
        (f"{PAGE}/-/merge_requests/12", None),
    ],
)  # fmt: skip
def test_what_people_call_it(text: str, number: str | None) -> None:
    given = GitlabOptions(url="https://git.example", project="acme/tools/shop")
    assert GitlabCollector.reference(text, given) == number
    assert GitlabCollector.reference(text, GitlabOptions(project="5")) is None


def test_it_is_built_by_its_name(gitlab: FakeGitlab, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("T", "reader")
    lived(gitlab)
    gitlab.issues.state(12, at(30), "closed")
    url = gitlab.public_url.removesuffix("/api/v4")
    (tmp_path / "timeline.toml").write_text(
        f'[[source]]\ncollector = "gitlab"\nurl = "{url}"\nproject = "acme/tools/shop"\nauth = {{ header = {{ PRIVATE-TOKEN = "env:T" }} }}\n'
    )

    def made(name: str, **more: Any) -> Any:
        return build(
            BuildRequest(
                incident=name, config=tmp_path / "timeline.toml", out=tmp_path / "out", stills=False, **more
            )
        )

    first, again = made("acme/tools/shop#12"), made("acme-tools-shop-12", offline=True)
    assert (first.directory.name, len(first.timeline.facts), first.exit_code) == ("acme-tools-shop-12", 10, 0)
    assert again.timeline.facts == first.timeline.facts
