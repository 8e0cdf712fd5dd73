"""The commit that a request goes to: its settings, its files, and what the request makes of them.

Only listings and blobs are read, by git that runs nothing; what is checked is the work tree.
"""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Iterator, Mapping
from functools import cache, cached_property
from pathlib import Path, PurePosixPath
from typing import NamedTuple

from collectors.git.run import GitError, read_git
from service import names
from service.settings.reading import on_disk
from timeline.errors import UsageError

_NONE = "none"
_REGULAR, _LINK = "100644", "120000"  # modes; others are repositories
_TYPES = frozenset({"blob", "commit"})
#: Names by which a folder is known to be a built incident: what a deletion of them would hide.
_MARKS = (names.TIMELINE, f"{names.EVIDENCE}/{names.MANIFEST}")

#: A file's path below the repository's root, to its blob.
Listing = Mapping[str, str]


class _Entry(NamedTuple):
    mode: str
    blob: str


class Base:
    """A base commit as seen from a work tree: `tip` is where the base branch is, `forks` where the work began."""

    def __init__(self, root: Path, name: str) -> None:
        self.root = root
        self.name = name
        self._tip = _commit(root, name)
        # Asked for again: settings by each incident, and the tip's tree where the work began there.
        self._settings, self._tree = cache(self.blob), cache(self._listed)

    def read(self, path: Path) -> bytes | None:
        """Return a file as the base branch has it; one outside the repository is read where it is."""
        inside = self.inside(path)
        if inside is None:
            return on_disk(path)
        blob = self.tip.get(inside)
        return self._settings(blob) if blob else None

    def inside(self, path: Path) -> str | None:
        """Return a path below the root as git writes it; None for one outside."""
        full = Path(os.path.abspath(path))  # noqa: PTH100 - a link inside the repository stays one
        for above in reversed((full, *full.parents)):
            if above.exists() and above.samefile(self.root):
                rest = full.relative_to(above).as_posix()
                return "" if rest == "." else rest
        return None

    def blob(self, name: str) -> bytes:
        """Return a blob's bytes; raise UsageError."""
        return _git(self.root, "cat-file", "blob", name)

    @cached_property
    def tip(self) -> Listing:
        """The files of the base branch as it is now."""
        return _files(self._tree(self._tip))

    @cached_property
    def forks(self) -> tuple[Listing, ...]:
        """The files of each commit in which the work left the base branch."""
        return tuple(map(_files, self._forks))

    @cached_property
    def now(self) -> Listing:
        """The files of the work tree: what is tracked and there, and what is new; of one that differs, no blob."""
        return _files(self._now)

    @cached_property
    def changed(self) -> frozenset[str]:
        """The paths that the work changes, adds or removes: against each commit in which it left the base branch."""
        return frozenset(
            name
            for fork in self._forks
            for name in {*fork, *self._now}
            if name not in self._now or not self._now[name].blob or fork.get(name) != self._now[name]
        )

    def had(self, name: str) -> bool:
        """Tell whether the work found a file there, and the base branch still has it."""
        return name in self.tip and any(name in fork for fork in self.forks)

    def before(self, name: str) -> Iterator[bytes]:
        """Yield what the work found in a file, by each commit in which it left the base branch."""
        for blob in dict.fromkeys(fork[name] for fork in self.forks if name in fork):
            yield self.blob(blob)

    @cached_property
    def _forks(self) -> tuple[Mapping[str, _Entry], ...]:
        if not self._tip or not _commit(self.root, "HEAD"):
            return (self._tree(self._tip),)
        try:
            told = read_git(self.root, "merge-base", "--all", self._tip, "HEAD").decode().split()
        except GitError:
            told = []
        if not told:
            raise UsageError(
                f"{self.name} and what is checked out here have no commit in common in this clone: "
                "check out with the whole history (fetch-depth: 0)"
            )
        return tuple(map(self._tree, told))

    @cached_property
    def _now(self) -> Mapping[str, _Entry]:
        listed = dict(self._entries("ls-files", "--stage", "-z"))
        gone = _names(_git(self.root, "ls-files", "--deleted", "-z"))
        new = _names(_git(self.root, "ls-files", "--others", "--exclude-standard", "-z"))
        # Git would tell what is changed by the filters that the clone names: programs.
        folders = incidents(_files(listed))
        read = [name for name in listed if _decides(name) or folder_of(name, folders) is not None]
        for name in {*gone, *new, *read}:
            path = self.root / name
            if path.is_symlink():
                listed[name] = _Entry(_LINK, "")
            elif not path.is_file():
                listed.pop(name, None)
            elif name not in listed or not _is_blob(path, listed[name].blob):
                listed[name] = _Entry(_REGULAR, "")
        return listed

    def _listed(self, commit: str) -> Mapping[str, _Entry]:
        return dict(self._entries("ls-tree", "-r", "-z", "--full-tree", commit)) if commit else {}

    def _entries(self, *asked: str) -> Iterator[tuple[str, _Entry]]:
        for row in _names(_git(self.root, *asked)):
            told, _, name = row.partition("\t")
            mode, *rest = told.split(" ")
            # `MODE TYPE BLOB` of a tree, `MODE BLOB STAGE` of the index; who may run a file is nothing to us.
            blob = rest[1] if rest[0] in _TYPES else rest[0]
            yield name, _Entry(_REGULAR if mode.startswith("100") else mode, blob)


def _decides(name: str) -> bool:
    """Tell whether a path is one that a check is configured by, or of evidence, wherever that lies."""
    last = name.rpartition("/")[2]
    return last.endswith((".toml", ".zst")) or last in {names.MANIFEST, names.PEOPLE}


def _is_blob(path: Path, blob: str) -> bool:
    """Tell whether a file holds what a blob does, byte by byte."""
    size = path.stat().st_size
    made = hashlib.new("sha1" if len(blob) == _SHA1 else "sha256", usedforsecurity=False)
    made.update(b"blob %d\0" % size)
    with path.open("rb") as file:
        while part := file.read(1 << 20):
            made.update(part)
    return made.hexdigest() == blob


_SHA1 = 40  # hex digits


def _files(entries: Mapping[str, _Entry]) -> Listing:
    return {name: entry.blob for name, entry in entries.items() if entry.mode == _REGULAR}


def incidents(files: Listing) -> frozenset[str]:
    """Return the folders of built incidents among files, below the root."""
    return frozenset(
        name[: -len(mark)].rstrip("/")
        for name in files
        for mark in _MARKS
        if name == mark or name.endswith(f"/{mark}")
    )


def folder_of(name: str, folders: frozenset[str]) -> str | None:
    """Return which of the folders a path lies in, the nearest; None where in none."""
    above = (str(parent) if str(parent) != "." else "" for parent in PurePosixPath(name).parents)
    return next((folder for folder in above if folder in folders), None)


def base_of(given: str, environ: Mapping[str, str], start: Path) -> Base | None:
    """Return the base that a flag, else the CI, names; None where neither does, or the flag says `none`."""
    name = given or _from_ci(environ)
    if not name or name == _NONE:
        return None
    while not start.exists():
        start = start.parent
    home = start if start.is_dir() else start.parent
    try:
        root = Path(read_git(home, "rev-parse", "--show-toplevel").decode("utf-8", "surrogateescape")[:-1])
    except GitError as err:
        raise UsageError(f"--base {name}: {home} is in no repository that can be read: {err}") from err
    return Base(root, name)


def _from_ci(environ: Mapping[str, str]) -> str:
    """Return the base commit that pre-commit, actions (GitHub's, Gitea's, Forgejo's) or GitLab tell."""
    told = environ.get("PRE_COMMIT_FROM_REF", "") or _from_event(environ.get("GITHUB_EVENT_PATH", ""))
    if not told and environ.get("GITLAB_CI"):
        by_gitlab = ("CI_MERGE_REQUEST_TARGET_BRANCH_SHA", "CI_MERGE_REQUEST_DIFF_BASE_SHA")
        told = next((environ[name] for name in by_gitlab if environ.get(name)), "")
    # A hook before a commit: what is to be committed goes on top of what is there.
    return told or ("HEAD" if environ.get("PRE_COMMIT") else "")


def _from_event(path: str) -> str:
    if not path:
        return ""
    try:
        told = json.loads(Path(path).read_bytes())["pull_request"]["base"]["sha"]
    except (OSError, ValueError, KeyError, TypeError):
        return ""  # no pull request
    return told if isinstance(told, str) else ""


def _commit(root: Path, name: str) -> str:
    """Return a commit's name in full; nothing for the HEAD of a repository without commits. Raises UsageError."""
    try:
        asked = ("rev-parse", "--quiet", "--verify", "--end-of-options", f"{name}^{{commit}}")
        return read_git(root, *asked).decode().strip()
    except GitError as err:
        if name == "HEAD":
            return ""
        raise UsageError(
            f"--base {name}: this clone has no such commit: check out with the whole history (fetch-depth: 0), or fetch it"
        ) from err


def _git(root: Path, *asked: str) -> bytes:
    try:
        return read_git(root, *asked, seconds=300)
    except GitError as err:
        raise UsageError(str(err)) from err


def _names(listed: bytes) -> list[str]:
    return [os.fsdecode(name) for name in listed.split(b"\0") if name]
