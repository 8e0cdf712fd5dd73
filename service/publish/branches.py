"""Push a folder as a branch without touching the work tree, the index or what others pushed."""

from __future__ import annotations

import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import NamedTuple

from collectors.git.run import GitError, run_git
from service import files
from service.publish import logins
from service.publish.forges.base import ForgeError, RefusedError
from timeline.errors import UsageError

_SECONDS = 300


class Pushed(NamedTuple):
    """The commit on the branch, the branch it goes to, and whether this call pushed it."""

    commit: str
    base: str
    new: bool


class Clone:
    """The repository that holds a folder, and one of its remotes."""

    def __init__(self, directory: Path, remote: str) -> None:
        self._remote = remote
        self._root = Path(_run(directory, "rev-parse", "--show-toplevel"))
        self._folder = directory.resolve().relative_to(self._root.resolve()).as_posix()
        self._git("remote", "get-url", remote)
        self._login = logins.known(self._root, remote)

    def _git(self, *arguments: str, environ: Mapping[str, str] | None = None) -> str:
        return _run(self._root, *arguments, environ=environ)

    def push(self, branch: str, message: str, base: str = "") -> Pushed:
        """Put the folder on `branch` of the remote, on top of what is there or of `base`.

        Raises UsageError for what git does not know, RefusedError where somebody else pushed what this
        clone does not have, ForgeError where the remote cannot be reached.
        """
        self._git("check-ref-format", "--branch", branch)
        base = base or self._default()
        tip = self._fetched(branch)
        if tip and not self._known(branch, tip):
            raise RefusedError(
                f"branch {branch} has commits that this clone does not have: fetch it, check it out, build there"
            )
        parent = tip or self._fetched(base)
        if not parent:
            raise UsageError(f"the remote {self._remote!r} has no branch {base!r}; name one with --base")
        commit = self._commit(parent, message)
        if commit != tip:
            lease = f"--force-with-lease=refs/heads/{branch}:{tip}"
            self._far("push", "--quiet", "--no-verify", lease, self._remote, f"{commit}:refs/heads/{branch}")
        self._git("update-ref", _ours(branch), commit)
        return Pushed(commit, base, new=commit != tip)

    def _default(self) -> str:
        lines = self._far("ls-remote", "--symref", self._remote, "HEAD").splitlines()
        found = next((line.split()[1] for line in lines if line.startswith("ref:")), "refs/heads/main")
        return found.removeprefix("refs/heads/")

    def _fetched(self, branch: str) -> str:
        """Return the branch's commit on the remote and have it here; nothing where there is no such branch."""
        found = self._far("ls-remote", self._remote, f"refs/heads/{branch}").split()
        if not found:
            return ""
        self._far("fetch", "--quiet", "--no-tags", "--no-write-fetch-head", self._remote, found[0])
        return found[0]

    def _known(self, branch: str, tip: str) -> bool:
        """Tell whether what is pushed there is our own last push, or in what is checked out here."""
        if _answer(self._root, "rev-parse", "--quiet", "--verify", _ours(branch)) == tip:
            return True
        return _answer(self._root, "merge-base", tip, "HEAD") == tip

    def _commit(self, parent: str, message: str) -> str:
        """Return a commit of the folder as it is here on top of `parent`; `parent` itself where nothing differs."""
        with tempfile.TemporaryDirectory() as scratch:
            index = {"GIT_INDEX_FILE": str(Path(scratch) / "index")}
            self._git("read-tree", parent, environ=index)
            left_out = f":(exclude,glob)**/{files.LOCK}"
            self._git("add", "--all", "--", f":(literal){self._folder}", left_out, environ=index)
            tree = self._git("write-tree", environ=index)
        if tree == self._git("rev-parse", f"{parent}^{{tree}}"):
            return parent
        return self._git("commit-tree", tree, "-p", parent, "-m", message)

    def _far(self, *arguments: str) -> str:
        try:
            return self._git(*arguments)
        except UsageError as err:
            # Git repeats what the server says, and a server may say what it was sent.
            raise ForgeError(self._login.redact_text(str(err))) from None


def _ours(branch: str) -> str:
    # Beside the remote's branches: a fetch by hand does not move it.
    return f"refs/timeline/published/{branch}"


def _run(folder: Path, *arguments: str, environ: Mapping[str, str] | None = None) -> str:
    try:
        return (
            run_git(folder, *arguments, environ=environ, seconds=_SECONDS).decode("utf-8", "replace").strip()
        )
    except GitError as err:
        raise UsageError(str(err)) from err


def _answer(folder: Path, *arguments: str) -> str:
    """Return what git answers; nothing where it says no."""
    try:
        return _run(folder, *arguments)
    except UsageError:
        return ""
