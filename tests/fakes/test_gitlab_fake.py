"""python-gitlab, the client people use, gets from the fake what it expects of a GitLab server."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
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


def test_what_changed_is_listed_as_the_client_expects(fake: FakeGitlab) -> None:
    at = datetime(2026, 11, 21, 14, tzinfo=UTC)
    fake.changes.largest_page = 1
    for minute in range(3):
        fake.changes.deployment(at, started=at, finished=at + timedelta(minutes=minute))
    pipeline = fake.changes.pipeline(at, started=at, finished=at)
    fake.changes.job(pipeline, "deploy", at, "failed", retried=True)
    fake.changes.job(pipeline, "deploy", at)
    fake.changes.merge(7, "Smaller pool", at, at)
    fake.changes.release("v1", at)
    project = client(fake).projects.get("acme/tools/shop")
    span: Any = {"updated_after": "2026-11-21T14:00:30Z", "updated_before": "2026-11-21T14:01:30Z"}
    assert len(project.deployments.list(get_all=True)) == 3
    assert len(project.deployments.list(get_all=True, order_by="updated_at", **span)) == 1
    assert len(project.deployments.list(get_all=True, **span)) == 3, "a filter needs its own order"
    (found,) = project.pipelines.list(get_all=True)
    assert not hasattr(found, "started_at")
    whole = project.pipelines.get(pipeline)
    assert whole.started_at
    assert [len(whole.jobs.list(get_all=True, include_retried=every)) for every in (False, True)] == [1, 2]
    assert [r.tag_name for r in project.releases.list(get_all=True)] == ["v1"]
    fake.changes.last_offset = 1
    with pytest.raises(gitlab.GitlabListError) as past:
        project.deployments.list(get_all=True)
    assert past.value.response_code == 405
