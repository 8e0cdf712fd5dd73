"""What a deploy branch proves, by real repositories and clones of them."""

from __future__ import annotations

import os
import subprocess
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest

from collectors.testing import Run
from tests.collectors.git.test_collector import WINDOW, at, ns, of, read
from tests.servers.git_repo import GitRepo
from timeline.instant import NS
from timeline.model import Fact


@pytest.fixture
def upstream(git_repo: GitRepo) -> GitRepo:
    """A main branch with two merges in the window, and a production that is where main was before."""
    git_repo.commit("start", at(-600))
    git_repo.git("branch", "production")
    for name, minute in (("one", 10), ("two", 20)):
        git_repo.branch(name).commit(f"work on {name}", at(minute - 5), files={name: "x"})
        git_repo.checkout("main").merge(name, at(minute))
    return git_repo


def deploys(repo: GitRepo, **options: Any) -> tuple[Run, list[Fact]]:
    result = read(repo, **{"branch": "main", "deploy_branch": "production", **options})
    return result, of(result, "deploy.finished")


def push(repo: GitRepo, revision: str = "main", *, when: datetime, force: bool = False) -> None:
    """Bring `production` to a revision, as a push to this repository would."""
    repo.git("update-ref", "-m", "push", "refs/heads/production", revision, at=when)
    assert force or repo.git("rev-parse", "production") == repo.git("rev-parse", revision)


def test_a_fast_forward_in_a_fresh_clone_is_one_deploy_without_an_end(
    upstream: GitRepo, tmp_path: Path
) -> None:
    push(upstream, when=at(40))
    result, (deploy,) = deploys(upstream.clone(tmp_path / "clone"))
    assert deploy.earliest == ns(20), "not before the newest commit"
    assert deploy.latest > WINDOW.end, "by when, nothing tells but the clone's own time"
    assert dict(deploy.subject.labels)["commit"] == upstream.git("rev-parse", "main")
    (gap,) = result.gaps
    assert gap.missing == "deploys of 1 commits"


def test_the_log_of_the_branch_tells_each_move(upstream: GitRepo) -> None:
    push(upstream, "main~1", when=at(30))
    push(upstream, "main", when=at(50))
    result, found = deploys(upstream)
    assert [(f.earliest, f.latest) for f in found] == [(ns(30), ns(30) + NS - 1), (ns(50), ns(50) + NS - 1)]
    assert {f.time_means for f in found} == {"log of the branch"}
    assert not result.gaps
    assert all(len(f.evidence) == 2 for f in found)


def test_the_log_of_a_clone_bounds_moves_by_its_fetches(upstream: GitRepo, tmp_path: Path) -> None:
    upstream.git("clone", "-q", f"file://{upstream.path}", tmp_path / "clone", at=at(5))
    clone = object.__new__(GitRepo)
    clone.path = tmp_path / "clone"
    push(upstream, when=at(40))
    clone.git("fetch", "-q", at=at(45))
    result, (deploy,) = deploys(clone)
    assert (deploy.earliest, deploy.latest) == (ns(20), ns(45) + NS - 1)
    push(upstream, "main~1", when=at(50), force=True)
    clone.git("fetch", "-q", at=at(55))
    _, found = deploys(clone)
    back = max(found, key=lambda f: f.latest)
    assert (back.earliest, back.latest) == (ns(45), ns(55) + NS - 1), (
        "between two looks, whatever the commit's date"
    )
    assert len({f.id for f in found}) == 2
    assert [gap.missing for gap in result.gaps] == ["deploys of 1 commits"]


def test_a_roll_back_seen_by_nobody_is_a_gap_and_no_fact(upstream: GitRepo, tmp_path: Path) -> None:
    push(upstream, when=at(40))
    push(upstream, "main~2", when=at(50), force=True)
    result, found = deploys(upstream.clone(tmp_path / "clone"))
    assert not found
    assert any("from when on it was there is not known" in gap.statement for gap in result.gaps)


def test_a_merge_that_a_server_made_on_the_branch_is_a_deploy_at_its_second(
    upstream: GitRepo, tmp_path: Path
) -> None:
    upstream.checkout("production").git(
        "-c", "user.name=GitHub", "merge", "-q", "--no-ff", "-m", "Merge pull request #7 from acme/main\n\nDeploy", "main", at=at(42)
    )  # fmt: skip
    upstream.checkout("production").git("commit", "--allow-empty", "-q", "-m", "by hand", at=at(44))
    result, found = deploys(upstream.clone(tmp_path / "clone"))
    assert [(f.earliest, f.latest < WINDOW.end) for f in found] == [(ns(42), True), (ns(44), False)]
    assert not result.gaps


def test_a_servers_merge_on_main_is_none_of_the_deploy_branch(upstream: GitRepo, tmp_path: Path) -> None:
    upstream.branch("three").commit("work", at(28), files={"three": "x"})
    upstream.checkout("main").merge("three", at(30), "Merge pull request #8 from acme/three\n\nThree")
    upstream.commit("on top", at(35))
    push(upstream, when=at(40))
    _, found = deploys(upstream.clone(tmp_path / "clone"))
    assert [f.earliest for f in found] == [ns(35)]
    # Without main there, nothing tells on which of the two the server made it.
    alone = tmp_path / "alone"
    command = [
        "git",
        "clone",
        "-q",
        "--single-branch",
        "-b",
        "production",
        f"file://{upstream.path}",
        str(alone),
    ]
    subprocess.run(command, check=True)
    single = object.__new__(GitRepo)
    single.path = alone
    _, found = deploys(single, branch="production")
    assert [f.earliest for f in found] == [ns(35)]


def test_a_bare_repository_without_logs_has_the_time_of_the_ref(upstream: GitRepo, tmp_path: Path) -> None:
    push(upstream, when=at(40))
    bare = tmp_path / "bare.git"
    subprocess.run(["git", "clone", "-q", "--bare", upstream.path, bare], check=True)
    subprocess.run(["git", "-C", bare, "remote", "remove", "origin"], check=True)
    subprocess.run(["git", "-C", bare, "update-ref", "refs/heads/production", "main~1"], check=True)
    subprocess.run(["git", "-C", bare, "update-ref", "refs/heads/production", "main"], check=True)
    os.utime(bare / "refs" / "heads" / "production", (at(41).timestamp(),) * 2)
    repo = object.__new__(GitRepo)
    repo.path = bare
    _, (deploy,) = deploys(repo)
    assert (deploy.earliest, deploy.latest) == (ns(20), ns(41) + NS - 1)


def test_a_log_that_names_commits_which_are_gone_is_read(upstream: GitRepo) -> None:
    push(upstream, when=at(40))
    gone = "1234567890" * 4
    log = upstream.path / ".git" / "logs" / "refs" / "heads" / "production"
    first, *rest = log.read_text().splitlines()
    moved = f"{'0' * 40} {gone} Ada <ada@example.org> {ns(1) // NS} +0000\tpush"
    log.write_text("\n".join([first, moved, *rest]) + "\n")
    _, found = deploys(upstream)
    assert [f.earliest for f in found] == [ns(40)]
    assert not [f for f in found if "ada@example.org" in f.statement]


def test_a_commit_dated_after_its_own_deploy_bounds_nothing(upstream: GitRepo) -> None:
    upstream.commit("by a clock that is ahead", at(30))
    push(upstream, when=at(25))
    _, found = deploys(upstream)
    assert [(f.earliest, f.latest) for f in found] == [(ns(25), ns(25) + NS - 1)]


def test_a_ref_that_is_back_without_an_entry_takes_no_line_of_the_log(upstream: GitRepo) -> None:
    upstream.checkout("production").commit("a fix by hand", at(2))
    upstream.checkout("main")
    first, second = (upstream.git("rev-parse", name) for name in ("main~1", "main"))
    folder = upstream.path / ".git"
    (folder / "logs" / "refs" / "heads" / "production").unlink()
    push(upstream, first, when=at(30))
    push(upstream, second, when=at(40))
    ref = folder / "refs" / "heads" / "production"
    ref.write_text(f"{first}\n")  # as by a tool that writes no log
    os.utime(ref, (at(50).timestamp(),) * 2)
    result, found = deploys(upstream)
    told: dict[int, str] = {}
    for deploy in found:
        payload, place = deploy.evidence[1].payload or "", deploy.evidence[1].pointer or ""
        lines = result.store.payloads[payload].decode().splitlines()
        told[deploy.latest // NS] = lines[int(place.removeprefix("line:")) - 1]
    assert {at: line.split()[-2:] for at, line in told.items()} == {
        ns(30) // NS: [str(ns(30) // NS), "push"],
        ns(40) // NS: [str(ns(40) // NS), "push"],
        ns(50) // NS: [str(ns(50) // NS), "refs/heads/production"],
    }
    assert len({deploy.id for deploy in found}) == 3, "of the last one, nothing tells from where it came"
