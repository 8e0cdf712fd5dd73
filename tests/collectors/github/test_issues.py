"""Issues of GitHub as incidents: their timelines as facts, and one looked up by what people call it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import anyio
import pytest

from collectors.base import Context
from collectors.github.collector import GithubCollector
from collectors.github.options import GithubOptions
from collectors.kit.redaction import Redactor
from collectors.kit.tape import MemoryStore, RecordingTape
from collectors.kit.tracker import IncidentRecord
from collectors.testing import Run, check
from collectors.testing import run as once
from service.build.build import build
from service.build.request import BuildRequest
from tests.collectors.github.test_collector import WINDOW, at, ns
from tests.fakes.github import TOKEN, AnswerError, FakeGithub
from tests.fakes.github_issues import PAGE
from timeline.instant import MINUTE, NS
from timeline.model import Incident

SECRETS = {"env:T": TOKEN}


def options(github: FakeGithub, **more: Any) -> dict[str, Any]:
    return {
        "url": github.public_url,
        "repository": "acme/shop",
        "auth": {"bearer": "env:T"},
        "incidents": ["incident"],
        **more,
    }


def read(github: FakeGithub, *, empty: bool = False, **more: Any) -> Run:
    found = check(
        GithubCollector, options(github, **more), WINDOW, grow=10 * MINUTE, empty=empty, secrets=SECRETS
    )
    assert found.failure is None, found.failure
    return found


def told(found: Run) -> list[tuple[str, str, float]]:
    """Give kind, statement and minutes since the beginning of each fact, in order."""
    marks = str.maketrans("\ue000\ue001", "<>")
    facts = sorted(found.facts, key=lambda f: (f.latest, f.kind, f.id))
    return [(f.kind, f.statement.translate(marks), ((f.earliest or 0) - ns(0)) / MINUTE) for f in facts]


def lived(github: FakeGithub) -> None:
    """Give issue 12 a life."""
    issues = github.issues
    issues.open(12, at(1), "incident")
    issues.label(12, at(2), "SEV-1", by="triage[bot]")
    issues.assign(12, at(3), "bo")
    issues.comment(12, at(4), "the pool is full, says @cy", edited=at(9))
    issues.close(12, at(20), by="bo")
    issues.reopen(12, at(21))


def test_an_incident_is_told_from_its_opening_on(checked: FakeGithub) -> None:
    lived(checked)
    checked.issues.happen(12, at(22), "renamed", rename={"from": "Checkout fails", "to": "Checkout was slow"})
    checked.issues.rows[12]["title"] = "Checkout was slow"
    found = read(checked, service="checkout")
    called = "`acme/shop#12`"
    assert found.gaps == []
    assert sorted(told(found)) == sorted([
        ("incident.declared", f"Incident {called} was declared by <github:ada>, per GitHub", 1),
        ("custom", "`labeled of acme/shop#12` was recorded by `GitHub`", 1),
        ("incident.severity_changed", f"The severity of {called} was changed to `SEV-1` by <github:triage[bot]>, per GitHub", 2),
        ("incident.role_assigned", "Role `assignee of acme/shop#12` was assigned to <github:bo>, per GitHub", 3),
        ("chat.message", f"A message was posted by <github:bo> in {called}; its text is as edited later", 4),
        ("incident.resolved", f"Incident {called} was resolved by <github:bo>, per GitHub", 20),
        ("incident.declared", f"Incident {called} was declared by <github:ada>, per GitHub", 21),
        ("custom", "`renamed of acme/shop#12` was recorded by `GitHub`", 22),
    ])  # fmt: skip
    first = min((f for f in found.facts if f.kind == "incident.declared"), key=lambda f: f.latest)
    assert (first.quote and first.quote.text, first.latest - (first.earliest or 0)) == (
        "Checkout fails",
        NS - 1,
    )
    assert (first.subject.service, first.evidence[0].link) == ("checkout", f"{PAGE}/issues/12")
    assert len({f.thread for f in found.facts}) == 1
    assert {p.identity for p in found.people if p.bot} == {"github:triage[bot]"}
    (message,) = (f for f in found.facts if f.kind == "chat.message")
    assert message.quote
    assert message.quote.text == "the pool is full, says \ue000github:cy\ue001"
    assert (message.evidence[0].link or "").startswith(f"{PAGE}/issues/12#issuecomment-")


def test_what_is_no_incident_of_the_window_is_not_asked_for_its_events(github: FakeGithub) -> None:
    issues = github.issues
    issues.open(1, at(1), "incident", pull_request={"url": "x"})
    issues.open(2, at(2), "bug")
    issues.open(3, at(-500), "incident")
    issues.open(4, at(100), "incident")
    issues.open(5, at(-500), "incident")
    issues.close(5, at(200))
    assert read(github, empty=True).facts == []
    assert {call.partition("?")[0] for call in github.calls if "/timeline" in call} == {
        "/repos/acme/shop/issues/5/timeline"
    }
    github.calls.clear()
    read(github, incidents=[], empty=True)
    assert not [call for call in github.calls if "/issues" in call]


def test_pages_of_issues_and_of_events_are_read_to_their_end(github: FakeGithub) -> None:
    github.largest_page = 2
    for number in range(1, 6):
        github.issues.open(number, at(number), "incident")
    for minute in range(5):
        github.issues.comment(3, at(10 + minute), f"note {minute}")
    assert len(read(github).facts) == 5 * 2 + 5


def test_several_labels_name_an_issue_once(github: FakeGithub) -> None:
    github.issues.open(1, at(1), "incident", "outage")
    github.issues.open(2, at(2), "outage")
    found = read(github, incidents=["incident", "outage"])
    assert sorted(f.kind for f in found.facts) == ["custom"] * 3 + ["incident.declared"] * 2


def test_a_reference_from_elsewhere_is_told_apart_though_it_has_no_id(github: FakeGithub) -> None:
    github.issues.open(1, at(1), "incident")
    for number in (7, 8):
        row = github.issues.happen(
            1, at(5), "cross-referenced", source={"type": "issue", "issue": {"id": number}}
        )
        del row["id"]
    found = read(github)
    assert len({f.id for f in found.facts if "cross-referenced" in f.statement}) == 2


@pytest.mark.parametrize(("path", "missing"), [("/issues?", None), ("/timeline", "events")])
def test_what_may_not_be_read_is_a_gap(github: FakeGithub, path: str, missing: str | None) -> None:
    lived(github)
    github.always[path] = AnswerError(403, "Resource not accessible by personal access token")
    found = read(github, empty=True)
    assert [(g.reason, g.missing) for g in found.gaps] == [("unauthorised", missing)]
    assert [f.kind for f in found.facts] == ([] if missing is None else ["incident.declared"])


def test_issues_of_links_are_read_without_a_label(github: FakeGithub) -> None:
    lived(github)
    links = (
        f"{PAGE}/issues/12",
        f"{PAGE}/issues/13",
        f"{PAGE}/pull/3",
        "https://other.example/acme/shop/issues/4",
    )
    given = options(github, incidents=[])
    found = once(GithubCollector, given, WINDOW, secrets=SECRETS, incident=Incident(id="x", links=links))
    assert (len(found.facts), [g.missing for g in found.gaps]) == (7, ["#13"])


def asked(github: FakeGithub, number: str) -> IncidentRecord | None:
    redactor = Redactor()
    tape = RecordingTape("incident", "github", MemoryStore(), redactor)
    context = Context(
        "incident", Incident(id=number), WINDOW.end, tape, lambda name: redactor.add(SECRETS[name])
    )
    made = GithubCollector(GithubOptions.model_validate(options(github)), context)
    return anyio.run(made.incident, number)


def test_an_issue_is_an_incident_until_it_is_closed(github: FakeGithub) -> None:
    lived(github)
    found = asked(github, "12")
    assert found is not None
    told = found.incident
    assert (told.id, told.title, told.severity, told.start, told.end) == (
        "acme-shop-12",
        "Checkout fails",
        "SEV-1",
        ns(1),
        None,
    )
    assert (told.roles, told.links) == ({"assignee": "github:bo"}, (f"{PAGE}/issues/12",))
    assert found.evidence["severity"].pointer == "/labels/1"
    github.issues.close(12, at(30))
    closed = asked(github, "12")
    assert closed
    assert (closed.incident.end, closed.evidence["end"].pointer) == (ns(30), "/closed_at")
    github.issues.open(13, at(1), pull_request={"url": "x"})
    assert (asked(github, "13"), asked(github, "14")) == (None, None)


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("acme/shop#12", "12"), ("Acme/Shop#12", "12"), ("acme-shop-12", "12"), ("https://github.com/acme/shop/issues/12", "12"),
        ("https://github.com/acme/shop/issues/12/?x=1#issuecomment-3", "12"), ("#12", None), ("12", None), ("acme/other#12", None),
        ("acme-shop-0", None), ("https://github.com/acme/shop/pull/12", None), ("https://git.example/acme/shop/issues/12", None),
    ],
)  # fmt: skip
def test_what_people_call_it(text: str, number: str | None) -> None:
    assert GithubCollector.reference(text, GithubOptions(repository="acme/shop")) == number


def test_it_is_built_by_its_name(github: FakeGithub, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("T", TOKEN)
    lived(github)
    github.issues.close(12, at(30))
    (tmp_path / "timeline.toml").write_text(
        f'[[source]]\ncollector = "github"\nurl = "{github.url}"\nrepository = "acme/shop"\nauth = {{ bearer = "env:T" }}\n'
    )

    def made(name: str, **more: Any) -> Any:
        request = BuildRequest(
            incident=name,
            config=tmp_path / "timeline.toml",
            out=tmp_path / "out",
            stills=False,
            **more,
        )
        return build(request)

    first, again = made("acme/shop#12"), made("acme-shop-12", offline=True)
    assert (first.directory.name, len(first.timeline.facts), first.exit_code) == ("acme-shop-12", 8, 0)
    assert again.timeline.facts == first.timeline.facts
