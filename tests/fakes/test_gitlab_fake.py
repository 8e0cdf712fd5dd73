"""python-gitlab, the client people use, gets from the fake what it expects of a GitLab server."""

from collections.abc import Iterator
from typing import Any

import gitlab
import pytest

from tests.fakes.gitlab import FakeGitlab


@pytest.fixture
def fake() -> Iterator[FakeGitlab]:
    """A server with a system note and two of people."""
    with FakeGitlab() as server:
        server.say("changed the description", system=True)
        server.say("Please add the action items.")
        server.say("Done.", "writer")
        yield server


def client(fake: FakeGitlab, token: str = "writer") -> gitlab.Gitlab:
    return gitlab.Gitlab(fake.url.removesuffix("/api/v4"), private_token=token)


def test_notes_are_listed_made_edited_and_deleted(fake: FakeGitlab) -> None:
    server = client(fake)
    server.auth()
    assert server.user is not None
    assert server.user.username == "project_5_bot"
    request = server.projects.get("acme/tools/shop").mergerequests.get(12)
    notes = request.notes.list(get_all=True, sort="asc", order_by="created_at", per_page=2)
    assert [(n.system, n.author["username"]) for n in notes] == [
        (True, "mallory"), (False, "mallory"), (False, "project_5_bot"),
    ]  # fmt: skip
    made = request.notes.create({"body": "first"})
    made.body = "second"
    made.save()
    assert request.notes.get(made.id).body == "second"
    made.delete()
    with pytest.raises(gitlab.GitlabGetError) as gone:
        request.notes.get(made.id)
    assert gone.value.response_code == 404


def test_merge_requests_are_found_and_opened_once(fake: FakeGitlab) -> None:
    project = client(fake).projects.get(5)
    asked: dict[str, Any] = {"source_branch": "postmortem/INC-2", "target_branch": "main"}
    assert project.mergerequests.list(get_all=True, state="opened", **asked) == []
    made = project.mergerequests.create({**asked, "title": "INC-2"})
    (found,) = project.mergerequests.list(get_all=True, state="opened", **asked)
    assert (found.iid, found.web_url) == (made.iid, made.web_url)
    with pytest.raises(gitlab.GitlabCreateError) as twice:
        project.mergerequests.create({**asked, "title": "INC-2"})
    assert twice.value.response_code == 409


def test_who_may_not_is_told_so(fake: FakeGitlab) -> None:
    with pytest.raises(gitlab.GitlabAuthenticationError):
        client(fake, "wrong").auth()
    request = client(fake, "reader").projects.get(5).mergerequests.get(12)
    assert len(request.notes.list(get_all=True)) == 3
    with pytest.raises(gitlab.GitlabCreateError):
        request.notes.create({"body": "x"})


def test_lines_that_begin_with_a_slash_are_commands(fake: FakeGitlab) -> None:
    fake.say("text\n/close\nmore")
    assert fake.commands == ["/close"]
