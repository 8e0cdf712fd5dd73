"""Git in the user's own clone: never led elsewhere, never waiting for a person, nothing leaked."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest

from collectors.git.run import GitError, read_git, run_git
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


def test_who_only_reads_a_clone_runs_nothing_that_it_is_configured_by(repo: GitRepo, tmp_path: Path) -> None:
    ran = tmp_path / "ran"
    program = tmp_path / "program"
    program.write_text(f'#!/bin/sh\ntouch {ran}\ncat "$1"\n')
    program.chmod(0o755)
    files = {".gitattributes": "*.json diff=evil filter=evil\n", "timeline.json": '{"digest":"one"}\n'}
    repo.commit("Facts", datetime(2026, 11, 2, tzinfo=UTC), files=files)
    for name in ("diff.evil.textconv", "diff.evil.command", "filter.evil.clean", "filter.evil.smudge", "core.fsmonitor",
                 "core.pager", "gpg.program", "core.sshCommand", "diff.external"):  # fmt: skip
        run_git(repo.path, "config", name, str(program))
    run_git(repo.path, "config", "log.showSignature", "true")
    # As previous builds and base branches are looked for.
    for asked in (
        ("log", "--format=%H", "--no-textconv", "--no-ext-diff", "-Sone", "--", "timeline.json"),
        ("ls-files", "--stage", "-z"), ("ls-files", "--deleted", "-z"), ("ls-tree", "-r", "-z", "HEAD"),
        ("ls-files", "--others", "--exclude-standard", "-z"), ("cat-file", "blob", "HEAD:./timeline.json"),
        ("merge-base", "--all", "HEAD", "HEAD"),
    ):  # fmt: skip
        (repo.path / "timeline.json").touch()
        assert read_git(repo.path, *asked) is not None
        assert not ran.exists(), asked
    assert not ran.exists()


def test_who_only_reads_a_clone_asks_no_remote_for_what_it_lacks(repo: GitRepo, tmp_path: Path) -> None:
    ran = tmp_path / "ran"
    for name, value in (
        ("remote.origin.url", f"ext::sh -c 'touch {ran}'"), ("remote.origin.promisor", "true"),
        ("extensions.partialClone", "origin"), ("protocol.ext.allow", "always"), ("core.repositoryFormatVersion", "1"),
    ):  # fmt: skip
        run_git(repo.path, "config", name, value)
    with pytest.raises(GitError):
        read_git(repo.path, "cat-file", "blob", "1" * 40)
    assert not ran.exists()
