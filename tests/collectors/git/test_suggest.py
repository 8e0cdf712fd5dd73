"""What a clone proposes: which tags are deploys, and who its authors are."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import anyio
import pytest

from collectors.base import Suggestion
from collectors.git.suggest import authors, patterns, suggestions
from service.settings.asked import context
from service.settings.sources import At, source
from tests.servers.git_repo import GitRepo
from timeline.model import Person

NOW = datetime(2026, 11, 21, 12, tzinfo=UTC)


@pytest.mark.parametrize(
    ("names", "option", "is_sure"),
    [
        (["deploy-1", "deploy-2", "v1.0"], ["deploy-*"], True),
        (["prod/2026-11-01", "prod/2026-11-02", "release-api-7"], ["prod/*", "release-api-*"], True),
        (["v1.0", "v1.1", "v2.0-rc1"], ["v*"], False),
        (["2026.1", "2026.2"], None, False),  # all tags would be deploys
        (["nightly"], ["nightly"], False),
        ([], None, False),
    ],
)
def test_tags_whose_names_say_so_are_deploys(
    names: list[str], option: list[str] | None, is_sure: bool
) -> None:
    found = list(suggestions(names))
    assert [(one.option, one.value, one.is_sure) for one in found] == (
        [("deploy_tags", option, is_sure)] if option else []
    )


def test_a_tag_that_is_a_glob_itself_makes_no_pattern() -> None:
    assert patterns(["a*1", "b[1]"]) == {}


def test_authors_are_counted() -> None:
    assert authors("A\x00a@x\nB\x00b@x\nB\x00b@x\nbroken\n") == [("B", "b@x"), ("A", "a@x")]


def test_a_real_clone_proposes(git_repo: GitRepo) -> None:
    git_repo.commit("one", NOW)
    git_repo.tag("deploy-9", NOW, "annotated").tag("deploy-10", NOW + timedelta(hours=1), "later")
    made = source("r", "git", {"path": str(git_repo.path)}, At("here"))

    async def look() -> list[Suggestion | Person]:
        return [one async for one in made.type(made.options, context("r", "git", git_repo.path)).suggest()]

    tags, ada = anyio.run(look)
    assert tags == Suggestion("deploy_tags", ["deploy-*"], "2 tags deploy-* (the last: deploy-10)")
    assert ada == Person(identity="git:ada@example.org", names=("Ada", "ada@example.org"))
