"""Git in the user's own clone: never led elsewhere, never waiting for a person, nothing leaked."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest

from collectors.git.run import GitError, run_git
from tests.servers.git_repo import GitRepo


@pytest.fixture
def repo(tmp_path: Path) -> GitRepo:
    made = GitRepo(tmp_path / "repo")
    made.commit("Start", datetime(2026, 11, 1, tzinfo=UTC))
    return made


def test_a_hooks_environment_does_not_lead_elsewhere(
    repo: GitRepo, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("GIT_DIR", "GIT_WORK_TREE", "GIT_INDEX_FILE"):
        monkeypatch.setenv(name, str(tmp_path / "elsewhere"))
    root = run_git(repo.path, "rev-parse", "--show-toplevel").decode().strip()
    assert Path(root) == repo.path.resolve()


def test_what_is_set_beside_the_environment_holds(repo: GitRepo, tmp_path: Path) -> None:
    run_git(repo.path, "read-tree", "HEAD", environ={"GIT_INDEX_FILE": str(tmp_path / "index")})
    assert (tmp_path / "index").is_file()


def test_a_hook_of_the_repository_is_not_run(repo: GitRepo, tmp_path: Path) -> None:
    hook = repo.path / ".git" / "hooks" / "reference-transaction"
    hook.parent.mkdir(exist_ok=True)
    hook.write_text(f"#!/bin/sh\ntouch {tmp_path / 'ran'}\n")
    hook.chmod(0o755)
    run_git(repo.path, "update-ref", "refs/timeline/x", "HEAD")
    assert not (tmp_path / "ran").exists()


def test_a_refusal_holds_no_credentials(repo: GitRepo) -> None:
    with pytest.raises(GitError) as said:
        run_git(repo.path, "ls-remote", "http://ada:s3cret@127.0.0.1:1/x.git")
    assert "ls-remote" in str(said.value)
    assert "s3cret" not in str(said.value)


def test_git_that_is_not_there_says_so(repo: GitRepo, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", "/nonexistent")
    with pytest.raises(GitError, match="git status"):
        run_git(repo.path, "status")
