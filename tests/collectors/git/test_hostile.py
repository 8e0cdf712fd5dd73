"""Whatever a commit holds: names, dates and words of any bytes that git stores."""

from __future__ import annotations

import subprocess

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.collectors.git.test_collector import at, read
from tests.servers.git_repo import GitRepo

_INSIDE = st.binary(max_size=30).map(lambda data: data.translate(None, b"\x00\n<>"))
_DATES = st.sampled_from(
    [b"1763734200 +0000", b"0 +0000", b"-1 +0000", b"99999999999999999999 +0000", b"1763734200 +9999", b"x", b"", b"1e9 +0000"]
)  # fmt: skip


@pytest.fixture
def repo(git_repo: GitRepo) -> GitRepo:
    git_repo.commit("first", at(-5))
    git_repo.commit("second", at(5))
    return git_repo


def written(repo: GitRepo, author: bytes, committer: bytes, message: bytes) -> str:
    """Store a commit as it is given, whatever git thinks of it, and put the branch there."""
    tree, parent = (repo.git("rev-parse", name).strip().encode() for name in ("HEAD^{tree}", "HEAD"))
    head = b"tree %b\nparent %b\nauthor %b\ncommitter %b\n\n%b" % (tree, parent, author, committer, message)
    done = subprocess.run(
        ["git", "hash-object", "-t", "commit", "-w", "--literally", "--stdin"],
        cwd=repo.path, input=head, capture_output=True, check=True,
    )  # fmt: skip
    sha = done.stdout.decode().strip()
    repo.git("update-ref", "refs/heads/main", sha)
    return sha


@settings(max_examples=25, deadline=None, suppress_health_check=list(HealthCheck))
@given(_INSIDE, _INSIDE, _DATES, _DATES, st.binary(max_size=60).map(lambda data: data.replace(b"\x00", b"")))
def test_no_commit_ends_the_reading(
    repo: GitRepo, name: bytes, mail: bytes, authored: bytes, committed: bytes, message: bytes
) -> None:
    before = repo.git("rev-parse", "main").strip()
    written(repo, b"%b <%b> %b" % (name, mail, authored), b"%b <%b> %b" % (mail, name, committed), message)
    found = read(repo, commits="all")
    repo.git("update-ref", "refs/heads/main", before)
    assert found.failure is None
    assert any(fact.quote and fact.quote.text == "second" for fact in found.facts)
