"""One comment, edited in place: on a real Gitea, on GitHub behind its description, on GitLab's shapes."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from html.parser import HTMLParser
from pathlib import Path

import pytest

from render.comment import marker
from render.comment.comment import comment
from service.publish.attach import NewerError
from service.publish.forges.base import AbsentError, ReadOnlyError, RefusedError
from service.publish.forges.target import Target
from service.review.reviews import sign_off
from tests.fakes.github_comments import ACCOUNTS, FakeGithubComments, description
from tests.fakes.gitlab import FakeGitlab
from tests.render.comment.comment_cases import OURS, hostile_view
from tests.render.timeline_fixture import rich
from tests.servers.gitea import Gitea
from tests.servers.proxies import Proxy
from tests.service.publish.attach_cases import (
    Place,
    built,
    changed,
    commit,
    folder,
    on_gitea,
    on_github,
    on_gitlab,
)
from timeline import document
from timeline.document import OlderError
from timeline.errors import UsageError

RUN = {"GITHUB_ACTIONS": "true"}


@pytest.fixture
def real(gitea: Gitea, request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Place:
    """Give a pull request of its own on the real forge."""
    tokens = {
        "writer": gitea.user_token("writer", "write:repository,write:issue,read:user"),
        "reader": gitea.user_token("reader", "read:repository,read:issue,read:user"),
        "other": gitea.user_token("other"),
    }
    for name, token in tokens.items():
        monkeypatch.setenv(f"ATTACH_{name.upper()}", token)
    owner = gitea.user_token("writer")
    name = f"r{abs(hash(request.node.name)) % 10**12}"
    repository = gitea.repository("writer", name, owner)
    return on_gitea(gitea, tokens, repository, gitea.pull(repository, "postmortem", owner))


@pytest.fixture
def tokens(monkeypatch: pytest.MonkeyPatch) -> None:
    """Name the fakes' accounts as secrets."""
    for name in ACCOUNTS:
        monkeypatch.setenv(f"ATTACH_{name.upper()}", name)


@pytest.fixture(scope="module")
def checked(
    node_modules: Path, start_prism: Callable[..., Proxy]
) -> Iterator[tuple[FakeGithubComments, str]]:
    """Give the GitHub fake and the proxy before it that holds both sides to the official description."""
    openapi = description(node_modules)
    with FakeGithubComments(openapi) as fake:
        proxy = start_prism(fake.url, openapi)
        fake.public_url = proxy.url
        yield fake, proxy.url


@pytest.fixture
def github(tokens: None, checked: tuple[FakeGithubComments, str]) -> Place:
    """Give the GitHub fake behind the checking proxy, without comments."""
    fake, url = checked
    fake.comments.clear()
    return on_github(fake, url)


@pytest.fixture
def enterprise(tokens: None) -> Iterator[Place]:
    """Give the GitHub fake as an Enterprise server, without the proxy (which has no GraphQL)."""
    with FakeGithubComments(prefix="/api/v3") as fake:
        yield on_github(fake)


@pytest.fixture
def gitlab(tokens: None) -> Iterator[Place]:
    """Give the GitLab fake."""
    with FakeGitlab() as fake:
        fake.say("changed the description", system=True)
        yield on_gitlab(fake)


@pytest.fixture(
    params=[pytest.param("real", marks=pytest.mark.needs_compiled), "github", "enterprise", "gitlab"]
)
def place(request: pytest.FixtureRequest) -> Place:
    """Run the test on each forge."""
    found: Place = request.getfixturevalue(request.param)
    return found


def test_twenty_runs_leave_one_comment(place: Place, tmp_path: Path) -> None:
    home = folder(tmp_path / "INC-42")
    actions = [place.attach(home).action for _ in range(20)]
    assert actions == ["created", *["unchanged"] * 19]
    (body,) = place.ours()
    assert "### Timeline of INC-42" in body
    assert "Alert `CheckoutLatencyHigh` fired" in body


def test_twenty_runs_at_once_leave_one_comment(place: Place, tmp_path: Path) -> None:
    homes = [
        folder(tmp_path / str(n), changed(rich().timeline, statement=f"Alert `A{n}` fired"))
        for n in range(20)
    ]
    with ThreadPoolExecutor(8) as pool:
        done = list(pool.map(place.attach, homes))
    assert len(place.ours()) == 1
    assert {d.action for d in done} <= {"created", "edited", "unchanged"}


def test_a_changed_build_edits_the_same_comment(place: Place, tmp_path: Path) -> None:
    home = folder(tmp_path / "INC-42")
    first = place.attach(home)
    commit(home)
    folder(home, changed(rich().timeline), 2)
    second = place.attach(home)
    assert (second.action, second.url) == ("edited", first.url)
    (body,) = place.ours()
    assert "1 fact changed" in body
    assert "Alert `Other` fired" in body
    assert place.attach(home).action == "unchanged"


def test_a_marker_that_somebody_else_wrote_is_nothing(place: Place, tmp_path: Path) -> None:
    home = folder(tmp_path / "INC-42")
    spoofed = marker.mark(built(rich().timeline, 999_999)).line() + "\nAll is well.\n"
    place.say(spoofed)
    assert place.attach(home).action == "created"
    assert place.attach(home).action == "unchanged"
    assert len(place.ours()) == 2
    assert spoofed.strip() in [body.strip() for body in place.ours()]


def test_a_marker_further_down_is_nothing(place: Place, tmp_path: Path) -> None:
    home = folder(tmp_path / "INC-42")
    place.attach(home)
    quoted = "> " + place.ours()[0]
    place.edit(len(place.bodies()) - 1, quoted)
    assert place.attach(home).action == "created"
    assert len(place.ours()) == 1


def test_a_newer_comment_stays(place: Place, tmp_path: Path) -> None:
    old, new = folder(tmp_path / "old", collection=1), folder(tmp_path / "new", changed(rich().timeline), 2)
    place.attach(new)
    before = place.bodies()
    with pytest.raises(NewerError, match="collection 2, this is 1") as refused:
        place.attach(old)
    assert refused.value.exit_code == 4
    assert place.bodies() == before


def test_a_late_run_of_the_same_collection_does_not_win(github: Place, tmp_path: Path) -> None:
    early, late = ({**RUN, "GITHUB_RUN_ID": number} for number in ("9001", "9002"))
    home = folder(tmp_path / "INC-42")
    github.attach(home, environ=late)
    other = folder(tmp_path / "other", changed(rich().timeline))
    with pytest.raises(NewerError, match="run 9002, this is 9001"):
        github.attach(other, environ=early)
    assert github.attach(home, environ=late).action == "unchanged"


def test_what_somebody_wrote_into_the_comment_is_put_right(place: Place, tmp_path: Path) -> None:
    home = folder(tmp_path / "INC-42")
    place.attach(home)
    body = place.bodies()[-1]
    place.edit(len(place.bodies()) - 1, body + "\nAll is well.\n")
    assert place.attach(home).action == "edited"
    assert [b.strip() for b in place.ours()] == [body.strip()]


def test_two_incidents_have_two_comments(place: Place, tmp_path: Path) -> None:
    other = rich().timeline
    other = other.replace(incident=other.incident.replace(id="INC-43"))
    homes = [folder(tmp_path / "a"), folder(tmp_path / "b", other)]
    assert [place.attach(h).action for h in homes * 2] == ["created", "created", "unchanged", "unchanged"]


def test_ticks_stay_until_the_fact_changes_again(place: Place, tmp_path: Path) -> None:
    home = folder(tmp_path / "INC-42")
    place.attach(home)
    commit(home)
    twice = changed(changed(rich().timeline, 3), 4)
    folder(home, twice, 2)
    place.attach(home)
    body = place.ours()[0]
    assert body.count("- [ ] <!-- sign-off ") == 2
    third = f"- [ ] <!-- sign-off {twice.facts[3].id}"
    place.edit(len(place.bodies()) - 1, body.replace(third, third.replace("[ ]", "[x]")))
    assert place.attach(home).action == "unchanged"
    commit(home)
    thrice = changed(twice, 5)
    folder(home, thrice, 3)
    place.attach(home)
    assert ticks(place) == {thrice.facts[3].id: "x", thrice.facts[4].id: " ", thrice.facts[5].id: " "}
    commit(home)
    folder(home, changed(thrice, 3, "Alert `Third` fired"), 4)
    place.attach(home)
    assert ticks(place) == {fact.id: " " for fact in thrice.facts[3:6]}
    sign_off(home, document.load((home / "timeline.json").read_bytes()), [thrice.facts[4].id], "reviewer", 0)
    place.attach(home)
    assert ticks(place)[thrice.facts[4].id] == "x"


def ticks(place: Place) -> dict[str, str]:
    return {i: box for box, i in re.findall(r"- \[(.)\] <!-- sign-off (\S+)", place.ours()[0])}


def test_without_the_last_build_at_hand_it_says_so(place: Place, tmp_path: Path) -> None:
    place.attach(folder(tmp_path / "a"))
    home = folder(tmp_path / "b", changed(rich().timeline), 2)
    place.attach(home)
    assert "not in this clone's history" in place.ours()[0]
    assert place.attach(home, previous=tmp_path / "a").action == "edited"
    assert "1 fact changed" in place.ours()[0]


def test_a_last_build_of_an_earlier_version_is_said_to_be_one(github: Place, tmp_path: Path) -> None:
    old = tmp_path / "old"
    old.mkdir()
    (old / "timeline.json").write_text('{"schema_version": "1.4"}')
    with pytest.raises(OlderError, match=r"schema version 1\.4"):
        github.attach(folder(tmp_path / "INC-42"), previous=old)


def test_a_token_that_may_only_read_writes_the_summary(place: Place, tmp_path: Path) -> None:
    home, summary = folder(tmp_path / "INC-42"), tmp_path / "summary.md"
    done = place.attach(home, "reader", {**RUN, "GITHUB_STEP_SUMMARY": str(summary)})
    assert done.action == "summary"
    assert place.ours() == []
    assert summary.read_text().startswith("### Timeline of INC-42")
    assert "incident-timeline:attach" not in summary.read_text()
    with pytest.raises(ReadOnlyError) as refused:
        place.attach(home, "reader")
    assert refused.value.exit_code == 4


def test_no_token_writes_the_summary(place: Place, tmp_path: Path) -> None:
    home, summary = folder(tmp_path / "INC-42"), tmp_path / "summary.md"
    summary.write_text("What other steps wrote.\n")
    assert place.attach(home, "", {**RUN, "GITHUB_STEP_SUMMARY": str(summary)}).action == "summary"
    assert summary.read_text().startswith("What other steps wrote.\n\n### Timeline")
    with pytest.raises(UsageError, match="--token env:NAME"):
        place.attach(home, "")


def test_the_summary_keeps_below_its_limit(github: Place, tmp_path: Path) -> None:
    home, summary = folder(tmp_path / "INC-42"), tmp_path / "summary.md"
    environ = {**RUN, "GITHUB_STEP_SUMMARY": str(summary)}
    summary.write_text("x" * (1024 * 1024 - 6_000))
    github.attach(home, "", environ)
    assert 1024 * 1024 - 6_000 < summary.stat().st_size <= 1024 * 1024
    assert "more rows not shown" in summary.read_text()
    with pytest.raises(RefusedError, match="job summary is full"):
        github.attach(home, "", environ)


def test_a_wrong_token_and_a_wrong_number_are_named(
    place: Place, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    home = folder(tmp_path / "INC-42")
    monkeypatch.setenv("ATTACH_WRONG", "0" * 40)
    with pytest.raises(RefusedError, match="401") as refused:
        place.attach(home, "wrong")
    assert refused.value.exit_code == 4
    place.target = _number(place.target, 4711)
    with pytest.raises(AbsentError, match="not there, or the token may not see it"):
        place.attach(home)


def _number(target: Callable[[str], Target], number: int) -> Callable[[str], Target]:
    return lambda token: replace(target(token), number=number)


def test_a_workflows_own_token_is_known_by_graphql(enterprise: Place, tmp_path: Path) -> None:
    home = folder(tmp_path / "INC-42")
    assert [enterprise.attach(home, "workflow").action for _ in range(3)] == [
        "created",
        "unchanged",
        "unchanged",
    ]
    assert len(enterprise.ours()) == 1


def test_a_token_without_a_known_owner_still_leaves_one_comment(
    gitea: Gitea, real: Place, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ATTACH_BLIND", gitea.user_token("writer", "write:repository,write:issue"))
    home = folder(tmp_path / "INC-42")
    first = real.attach(home, "blind")
    assert "whose token" in first.messages[0]
    folder(home, changed(rich().timeline), 2)
    assert real.attach(home, "blind").url == first.url
    assert len(real.ours()) == 1


class Addresses(HTMLParser):
    """Collects what a page links or loads, and its tags."""

    def __init__(self) -> None:
        super().__init__()
        self.found: set[str] = set()
        self.tags: set[str] = set()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.add(tag)
        self.found |= {value or "" for name, value in attrs if name in {"href", "src", "srcset", "action"}}


@pytest.mark.needs_compiled
def test_the_forges_own_renderer_brings_nothing_to_life(gitea: Gitea) -> None:
    owner = gitea.user_token("ops")  # `@ops` is somebody here, and #1 is a pull request
    repository = gitea.repository("ops", "rendered", owner)
    assert gitea.pull(repository, "draft", owner) == 1
    context = {"Mode": "comment", "Context": f"{gitea.url}/{repository}", "Wiki": False}

    def rendered(text: str) -> str:
        return gitea.render({**context, "Text": text})

    assert f'href="{gitea.url}/ops"' in rendered("@ops")
    assert "issues/1" in rendered("see #1")
    view = hostile_view()
    page = rendered(comment(view))
    seen = Addresses()
    seen.feed(page)
    assert {address for address in seen.found if not address.startswith((OURS, "#"))} == set()
    assert seen.tags & {"img", "script", "iframe", "form", "svg", "object"} == set()
    assert "<table>" in page
    assert "evil.example" in page


# The comment is made, what the forge answered never arrives, and the client asks again.
_LOST = """\
posts = []

def response(flow):
    if flow.request.method == "POST":
        posts.append(flow)
        if len(posts) == 1:
            flow.kill()
"""


def test_an_answer_that_is_lost_on_its_way_leaves_one_comment(
    tokens: None, start_mitm: Callable[..., Proxy], tmp_path: Path
) -> None:
    home = folder(tmp_path / "INC-42")
    with FakeGithubComments() as fake:
        proxy = start_mitm(fake.url, script=_LOST)
        place = on_github(fake, proxy.url)
        assert place.attach(home).action == "unchanged"
        assert fake.writes == [
            "POST /repos/acme/shop/issues/12/comments", "POST /repos/acme/shop/issues/12/comments",
            "DELETE /repos/acme/shop/issues/comments/102",
        ]  # fmt: skip
        assert len(place.ours()) == 1


def test_a_page_of_other_comments_is_read_through(github: Place, tmp_path: Path) -> None:
    for number in range(130):
        github.say(f"remark {number}")
    home = folder(tmp_path / "INC-42")
    assert [github.attach(home).action for _ in range(2)] == ["created", "unchanged"]


def test_what_is_no_build_is_refused_before_any_request(github: Place, tmp_path: Path) -> None:
    with pytest.raises(UsageError, match=r"holds no timeline\.json"):
        github.attach(tmp_path)
