"""When light tags were set, by real repositories: their log, their file's time, or a gap."""

from __future__ import annotations

import os
from datetime import datetime
from pathlib import Path

import pytest

from tests.collectors.git.test_collector import WINDOW, at, ns, of, read
from tests.servers.git_repo import GitRepo
from timeline.instant import NS
from timeline.model import Fact, Window

WEEK = 7 * 24 * 60


@pytest.fixture
def repo(git_repo: GitRepo) -> GitRepo:
    git_repo.commit("last week's", at(-WEEK))
    git_repo.commit("in the window", at(10))
    git_repo.commit("later", at(90))
    return git_repo


def light(repo: GitRepo, name: str, revision: str, written: datetime) -> None:
    """Make a light tag whose ref's file was written then, and which has no log."""
    repo.git("tag", name, revision)
    file = repo.path / ".git" / "refs" / "tags" / name
    os.utime(file, (written.timestamp(), written.timestamp()))


def labels(fact: Fact) -> dict[str, str]:
    return dict(fact.subject.labels)


@pytest.mark.parametrize("revision", ["main~2", "main~1"], ids=["last week", "in the window"])
def test_a_light_tag_made_now_claims_no_deploy_at_its_commit(repo: GitRepo, revision: str) -> None:
    repo.git("tag", "deploy-1", revision)
    result = read(repo, deploy_tags="deploy-*")
    assert not result.facts
    (gap,) = result.gaps
    assert (gap.reason, gap.missing) == ("undecodable", "deploy-1")
    assert (gap.start, gap.end) == (ns(10) if revision == "main~1" else ns(0), ns(60))


def test_a_roll_back_by_a_light_tag_set_in_the_window_is_a_gap_there(repo: GitRepo) -> None:
    light(repo, "deploy-2", "main~2", at(20))
    result = read(repo, deploy_tags="deploy-*")
    assert not of(result, "deploy.finished")
    (gap,) = result.gaps
    assert (gap.start, gap.end) == (ns(0), ns(20) + NS)


def test_one_that_was_there_long_before_is_no_gap(repo: GitRepo) -> None:
    light(repo, "v1", "main~2", at(-WEEK + 5))
    assert not read(repo, empty=True).records
    repo.git("pack-refs", "--all")
    packed = repo.path / ".git" / "packed-refs"
    os.utime(packed, (at(-60).timestamp(),) * 2)
    assert not read(repo, empty=True).records


def test_one_of_a_later_commit_is_no_gap(repo: GitRepo) -> None:
    repo.git("tag", "v9", "main")
    assert not read(repo, empty=True).records


def test_commit_and_file_in_the_window_bound_a_deploy(repo: GitRepo) -> None:
    light(repo, "deploy-3", "main~1", at(25))
    result = read(repo, deploy_tags="deploy-*")
    (deploy,) = of(result, "deploy.finished")
    assert (deploy.earliest, deploy.latest) == (ns(10), ns(25) + NS - 1)
    assert "light tag" in deploy.time_means
    assert not result.gaps
    assert len(deploy.evidence) == 2, "the commit, and the time of the ref's file"


def test_the_log_of_a_ref_tells_the_second(repo: GitRepo) -> None:
    repo.git("config", "core.logAllRefUpdates", "always")
    repo.git("tag", "deploy-1", "main~2", at=at(20))
    result = read(repo, deploy_tags="deploy-*")
    (deploy,) = of(result, "deploy.finished")
    assert (deploy.earliest, deploy.latest) == (ns(20), ns(20) + NS - 1)
    assert not result.gaps
    repo.git("tag", "-f", "deploy-1", "main~1", at=at(40))
    (moved,) = of(read(repo, deploy_tags="deploy-*"), "deploy.finished")
    assert moved.earliest == ns(40)
    assert moved.id != deploy.id


def test_the_log_of_a_fetched_tag_tells_when_it_was_fetched(repo: GitRepo, tmp_path: Path) -> None:
    clone = repo.clone(tmp_path / "clone")
    clone.git("config", "core.logAllRefUpdates", "always")
    repo.git("tag", "deploy-1", "main~1")
    clone.git("fetch", "-q", "--tags", at=at(45))
    result = read(clone, deploy_tags="deploy-*")
    (deploy,) = of(result, "deploy.finished")
    assert (deploy.earliest, deploy.latest) == (ns(10), ns(45) + NS - 1)


def test_a_fresh_clone_knows_no_time_of_light_tags(repo: GitRepo, tmp_path: Path) -> None:
    light(repo, "deploy-1", "main~2", at(20))
    result = read(repo.clone(tmp_path / "clone"), deploy_tags="deploy-*")
    assert not of(result, "deploy.finished")
    assert [gap.missing for gap in result.gaps] == ["deploy-1"]


def test_a_tag_of_a_tag_is_of_its_commit(repo: GitRepo) -> None:
    sha = repo.git("rev-parse", "main~1")
    repo.git("tag", "-a", "-m", "inner", "v1", sha, at=at(20))
    repo.git("tag", "-a", "-m", "outer", "deploy-1", "v1", at=at(30))
    repo.git("tag", "-a", "-m", "outermost", "deploy-2", "deploy-1", at=at(40))
    result = read(repo, deploy_tags="deploy-*")
    deploys = of(result, "deploy.finished")
    assert [labels(f)["commit"] for f in deploys] == [sha, sha]
    assert all(f"at `{sha[:12]}`" in f.statement for f in result.facts)


def test_a_roll_back_by_a_tag_of_a_tag_is_told(repo: GitRepo) -> None:
    for name, revision, minute in (("deploy-1", "main~1", -20), ("v1", "main~2", -10)):
        repo.git("tag", "-a", "-m", "x", name, revision, at=at(minute))
    repo.git("tag", "-a", "-m", "x", "deploy-2", "v1", at=at(30))
    (back,) = of(read(repo, deploy_tags="deploy-*"), "deploy.rolled_back")
    assert back.earliest == ns(30)


def test_growing_the_window_turns_no_fact_of_a_light_tag_into_another(repo: GitRepo) -> None:
    light(repo, "deploy-3", "main~1", at(25))
    small = read(repo, deploy_tags="deploy-*")
    large = read(repo, Window(start=WINDOW.start - NS * 3600, end=WINDOW.end), deploy_tags="deploy-*")
    assert [f.content() for f in of(small, "deploy.finished")] == [
        f.content() for f in of(large, "deploy.finished")
    ]


def test_a_name_that_holds_what_unicode_takes_for_the_end_of_a_line(repo: GitRepo) -> None:
    """Git allows such names: neither a log of theirs nor a list ends where they do."""
    repo.git("branch", "odd\u2028branch")
    repo.git("tag", "deploy-a\u2028b", "main")
    repo.git("tag", "--create-reflog", "deploy-c\u2028d", "main~1")
    assert read(repo, deploy_tags="deploy-*", commits="all").facts
    assert read(repo, deploy_branch="odd\u2028branch", commits="all").facts


@pytest.mark.parametrize("url", ["https://host:abc/x", "http://[::1/x", "https://host:70000/x"])
def test_a_remote_that_is_no_address_costs_its_links_alone(repo: GitRepo, url: str) -> None:
    repo.git("config", "remote.origin.url", url)
    assert read(repo, commits="all").facts
