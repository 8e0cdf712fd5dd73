"""Commits and merges that change files of configuration: one fact each, beside the change that it is part of."""

from pathlib import Path

import pytest

from collectors.git.configs import LISTED, cut_files, parse_files
from collectors.kit.changes.paths import CONFIGURES
from tests.collectors.git.test_collector import at, ns, of, read
from tests.servers.git_repo import GitRepo

PATHS = ["helm/", "*.tf"]


@pytest.fixture
def repo(git_repo: GitRepo) -> GitRepo:
    """A main branch with a merge of two commits, a commit of its own, and one that changes no configuration."""
    git_repo.commit("start", at(-600), files={"helm/old.yaml": "1"})
    topic = git_repo.branch("topic")
    topic.commit("Smaller pool", at(4), files={"helm/shop/values.yaml": "2", "infra/main.tf": "x"})
    topic.commit("Test it", at(5), files={"test.py": "x"})
    git_repo.checkout("main").merge("topic", at(10))
    git_repo.commit("Larger pool", at(20), files={"helm/shop/values.yaml": "3", "a.py": "x"})
    git_repo.commit("Words", at(30), files={"words.md": "x"})
    return git_repo


def test_a_merge_and_a_commit_each_tell_it_once(repo: GitRepo) -> None:
    result = read(repo, config_paths=PATHS)
    (merged,) = of(result, "change.merged")
    by_merge, by_commit = of(result, "change.config")
    assert by_merge.statement.startswith("Configuration `helm/shop/values.yaml and 1 more` was changed")
    assert (by_merge.earliest, by_commit.earliest) == (ns(10), ns(20))
    assert [(tie.fact, tie.rule) for tie in by_merge.related] == [(merged.id, CONFIGURES)]
    assert by_commit.related == (), "of merges alone, its change is none that is told"
    assert by_merge.subject.labels["commit"] == merged.subject.labels["commit"]
    assert by_merge.actor == merged.actor
    assert not of(read(repo), "change.config")


def test_every_commit_that_is_a_change_is_tied_to_its_configuration(repo: GitRepo) -> None:
    result = read(repo, config_paths=PATHS, commits="all")
    merged = {fact.id: fact.earliest for fact in of(result, "change.merged")}
    configs = of(result, "change.config")
    assert [merged[tie.fact] for fact in configs for tie in fact.related] == [ns(10), ns(20)]


def test_the_same_commit_on_two_branches_is_one(repo: GitRepo) -> None:
    repo.branch("release")
    result = read(repo, config_paths=PATHS, branch=["main", "release"])
    assert len(of(result, "change.config")) == 2


def test_where_history_is_cut_off_a_commit_did_not_bring_every_file(repo: GitRepo, tmp_path: Path) -> None:
    clone = repo.clone(tmp_path / "shallow", depth=2)
    result = read(clone, config_paths=PATHS)
    assert not of(result, "change.config")
    assert {gap.reason for gap in result.gaps} >= {"past_retention"}
    (fact,) = of(read(repo.clone(tmp_path / "less", depth=3), config_paths="helm/**"), "change.config")
    assert fact.earliest == ns(20)


def test_names_of_files_may_hold_anything(git_repo: GitRepo) -> None:
    git_repo.commit("start", at(-600))
    git_repo.commit(
        "odd", at(1), files={"helm/ä b\nc.yaml": "1", 'helm/"q".yaml': "1", f"helm/{'a' * 40}": "x"}
    )
    (fact,) = of(read(git_repo, config_paths="helm/"), "change.config")
    assert fact.names["change"] == 'helm/"q".yaml and 2 more'


def test_what_is_kept_is_the_files_of_the_globs_alone(repo: GitRepo) -> None:
    head = repo.git("rev-parse", "HEAD~1").strip()
    asked = repo.git(*LISTED[:6], *LISTED[7:], head)
    kept = cut_files(PATHS, asked.encode())
    assert parse_files(kept) == {head: (1, ("helm/shop/values.yaml",))}
    assert b"a.py" not in kept
