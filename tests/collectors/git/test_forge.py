"""Clones of what a real forge merged and tagged by itself: Gitea."""

from __future__ import annotations

import subprocess
from pathlib import Path
from typing import Any

import pytest

from collectors.git.collector import GitCollector
from collectors.testing import Run, check
from tests.servers.gitea import Gitea
from timeline.instant import MINUTE, NS, format_instant
from timeline.model import Window

pytestmark = pytest.mark.needs_compiled
IDENTITY = ("-c", "user.name=Ada", "-c", "user.email=ada@example.org")


@pytest.fixture
def shop(gitea: Gitea, request: pytest.FixtureRequest) -> tuple[str, str]:
    """A repository with a pull request that the forge merged; and its owner's token."""
    token = gitea.user_token("writer")
    name = "".join(c if c.isalnum() else "-" for c in request.node.name)[:40].strip("-")
    repository = gitea.repository("writer", name, token)
    number = gitea.pull(repository, "fix", token)
    gitea.merge(repository, number, token)
    return repository, token


def clone(gitea: Gitea, shop: tuple[str, str], folder: Path, *options: str) -> Path:
    repository, token = shop
    url = gitea.url.replace("://", f"://writer:{token}@") + f"/{repository}.git"
    subprocess.run(["git", "clone", "-q", *options, url, folder], check=True)
    return folder


def git(folder: Path, *arguments: str) -> str:
    done = subprocess.run(
        ["git", *IDENTITY, "-C", folder, *arguments], check=True, capture_output=True, text=True
    )
    return done.stdout.strip()


def read(folder: Path, **options: Any) -> Run:
    """Read the last ten minutes, with a minute to come."""
    now = int(git(folder, "log", "-1", "--all", "--format=%ct")) * NS
    window = Window(start=now - 10 * MINUTE, end=now + MINUTE)
    result = check(GitCollector, {"path": str(folder), **options}, window, grow=0, now=window.end)
    assert result.failure is None, result.failure
    return result


def merges(result: Run) -> dict[str, object]:
    return {str(f.names["change"]): f.names.get("branch") for f in result.facts if f.kind == "change.merged"}


def test_a_merge_of_the_forge_is_found_on_either_parent(
    gitea: Gitea, shop: tuple[str, str], tmp_path: Path
) -> None:
    folder = clone(gitea, shop, tmp_path / "clone")
    assert merges(read(folder)) == {"#1": "main"}
    git(folder, "checkout", "-q", "-b", "mine", "main^")
    git(folder, "commit", "-q", "--allow-empty", "-m", "mine")
    git(folder, "merge", "-q", "--no-ff", "-m", "Merge branch 'main' into mine", "main")
    git(folder, "push", "-q", "origin", "mine:main")
    git(folder, "fetch", "-q")
    assert merges(read(folder, branch="main")) == {
        "#1": "main",
        git(folder, "rev-parse", "mine")[:12]: "mine",
    }


def test_a_squashed_pull_request_is_no_merge_and_a_plain_commit_on_wish(
    gitea: Gitea, shop: tuple[str, str], tmp_path: Path
) -> None:
    repository, token = shop
    number = gitea.pull(repository, "squashed", token)
    gitea.merge(repository, number, token, how="squash")
    folder = clone(gitea, shop, tmp_path / "clone")
    assert merges(read(folder)) == {"#1": "main"}
    assert "#2" in merges(read(folder, commits="all"))


def test_a_deploy_branch_that_the_forge_merged_into_has_the_second_of_its_merge(
    gitea: Gitea, shop: tuple[str, str], tmp_path: Path
) -> None:
    repository, token = shop
    gitea.request(
        "POST",
        f"repos/{repository}/branches",
        {"new_branch_name": "production", "old_ref_name": "main"},
        token,
    )
    pushing = clone(gitea, shop, tmp_path / "pushing")
    git(pushing, "commit", "-q", "--allow-empty", "-m", "more")
    git(pushing, "push", "-q", "origin", "main")
    asked = {"head": "main", "base": "production", "title": "Deploy"}
    number = gitea.request("POST", f"repos/{repository}/pulls", asked, token)["number"]
    gitea.merge(repository, number, token, how="merge")
    folder = clone(gitea, shop, tmp_path / "clone")
    result = read(folder, deploy_branch="production")
    (deploy,) = (f for f in result.facts if f.kind == "deploy.finished")
    assert deploy.earliest == int(git(folder, "log", "-1", "--format=%ct", "origin/production")) * NS
    assert deploy.latest - deploy.earliest == NS - 1
    assert f"#{number}" in (deploy.quote.text if deploy.quote else "")


def test_a_light_tag_of_the_forge_is_a_gap_in_a_fresh_clone(
    gitea: Gitea, shop: tuple[str, str], tmp_path: Path
) -> None:
    repository, token = shop
    gitea.request(
        "POST", f"repos/{repository}/releases", {"tag_name": "deploy-1", "target_commitish": "main"}, token
    )
    result = read(clone(gitea, shop, tmp_path / "clone"), deploy_tags="deploy-*")
    told = [f for f in result.facts if f.kind in {"deploy.finished", "change.tagged"}]
    for fact in told:  # commit and clone within these minutes: then it is bounded by both
        assert fact.earliest is not None
        assert fact.latest - fact.earliest >= NS - 1
        assert "light tag" in fact.time_means
    assert told or [gap.missing for gap in result.gaps] == ["deploy-1"]


def test_a_stale_mirror_says_since_when(gitea: Gitea, shop: tuple[str, str], tmp_path: Path) -> None:
    folder = clone(gitea, shop, tmp_path / "mirror.git", "--mirror")
    now = int((folder / "HEAD").stat().st_mtime) * NS
    window = Window(start=now - 10 * MINUTE, end=now + 10 * MINUTE)
    result = check(GitCollector, {"path": str(folder)}, window, grow=0)
    (gap,) = result.gaps
    assert gap.reason == "not_yet"
    assert format_instant(gap.start) in gap.statement
    assert merges(result) == {"#1": "main"}
