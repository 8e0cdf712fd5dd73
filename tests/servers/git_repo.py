"""Builder of a git repository whose commits, merges and tags lie in the past."""

import os
import subprocess
from datetime import datetime
from pathlib import Path
from typing import Self

from tests.servers.require import program

_PERSON = {
    "GIT_AUTHOR_NAME": "Ada",
    "GIT_AUTHOR_EMAIL": "ada@example.org",
    "GIT_COMMITTER_NAME": "Ada",
    "GIT_COMMITTER_EMAIL": "ada@example.org",
    # Neither the system's nor the developer's configuration may change what a test sees.
    "GIT_CONFIG_NOSYSTEM": "1",
    "GIT_CONFIG_GLOBAL": os.devnull,
}


class GitRepo:
    """A repository with a work tree; `at` is the committer's time, `author_at` the author's."""

    def __init__(self, path: Path, main: str = "main") -> None:
        program("git", "git")
        self.path = path
        path.mkdir(parents=True, exist_ok=True)
        self.git("init", "-q", "-b", main)

    def git(
        self, *arguments: str | Path, at: datetime | None = None, author_at: datetime | None = None
    ) -> str:
        """Run git in the repository and give its output; raise RuntimeError with its words."""
        dates = {}
        if at is not None:
            dates = {"GIT_COMMITTER_DATE": at.isoformat(), "GIT_AUTHOR_DATE": (author_at or at).isoformat()}
        done = subprocess.run(
            ["git", *map(str, arguments)],
            cwd=self.path,
            env={**os.environ, **_PERSON, **dates},
            capture_output=True,
            text=True,
            check=False,
        )
        if done.returncode:
            message = f"git {' '.join(map(str, arguments))}: {done.stderr.strip()}"
            raise RuntimeError(message)
        return done.stdout.strip()

    @property
    def head(self) -> str:
        """Give the hash of the checked-out commit."""
        return self.git("rev-parse", "HEAD")

    def commit(
        self,
        message: str,
        at: datetime,
        author_at: datetime | None = None,
        files: dict[str, str] | None = None,
    ) -> str:
        """Commit the given files (none: an empty commit) and give the hash."""
        for name, text in (files or {}).items():
            target = self.path / name
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_text(text)
            self.git("add", name)
        self.git("commit", "-q", "--allow-empty", "-m", message, at=at, author_at=author_at)
        return self.head

    def branch(self, name: str) -> Self:
        """Make a branch here and check it out."""
        self.git("checkout", "-q", "-b", name)
        return self

    def checkout(self, name: str) -> Self:
        """Check out a branch or a commit."""
        self.git("checkout", "-q", name)
        return self

    def merge(self, branch: str, at: datetime, message: str | None = None) -> str:
        """Merge a branch into the checked-out one, with a merge commit, and give its hash."""
        self.git("merge", "-q", "--no-ff", "-m", message or f"Merge branch '{branch}'", branch, at=at)
        return self.head

    def tag(self, name: str, at: datetime | None = None, message: str | None = None) -> Self:
        """Tag the checked-out commit: annotated with a message and a time, light without."""
        if message is None:
            self.git("tag", name)
        else:
            self.git("tag", "-a", "-m", message, name, at=at)
        return self

    def clone(self, path: Path, depth: int | None = None) -> "GitRepo":
        """Clone into `path`, shallow where a depth is given, with a file URL so that depth counts."""
        limit = [] if depth is None else [f"--depth={depth}"]
        self.git("clone", "-q", "--no-single-branch", *limit, f"file://{self.path}", path)
        copy = object.__new__(GitRepo)
        copy.path = path
        return copy
