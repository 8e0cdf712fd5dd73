"""The build that was attached last: found by its digest in git's history, and what changed since."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from collectors.git.run import GitError, read_git
from service import names
from service.evidence.document import digest_in
from timeline import document
from timeline.assembly.diff import Difference, difference
from timeline.model import Timeline


def changes(new: Timeline, digest: str, directory: Path, given: Path | None = None) -> Difference | None:
    """Return what changed since the build with `digest`; None where that build is not to be found.

    Looked at are `given` (a folder or a timeline.json) and git's history of the folder.
    """
    old = new if new.digest == digest else _found(digest, directory, given)
    return None if old is None else difference(old, new)


def in_repository(directory: Path) -> str:
    """Return the folder's path in its repository, else its name."""
    prefix = _git(directory, "rev-parse", "--show-prefix")
    return (prefix or b"").decode("utf-8", "replace").strip().rstrip("/") or directory.resolve().name


def _found(digest: str, directory: Path, given: Path | None) -> Timeline | None:
    for data in _candidates(digest, directory, given):
        if digest_in(data) == digest:
            try:
                return document.load(data)
            except document.DocumentError:  # of another major version
                return None
    return None


def is_there(given: Path) -> bool:
    """Tell whether a folder, or a path, has a timeline.json."""
    return _file(given).is_file()


def _file(given: Path) -> Path:
    return given / names.TIMELINE if given.is_dir() else given


def _candidates(digest: str, directory: Path, given: Path | None) -> Iterator[bytes]:
    if given is not None and is_there(given):
        yield _file(given).read_bytes()
    # The commits in which this digest came or went.
    asked = ("log", "--format=%H", "--no-textconv", "--no-ext-diff", f"-S{digest}", "--", names.TIMELINE)
    for commit in (_git(directory, *asked) or b"").decode().split():
        data = _git(directory, "cat-file", "blob", f"{commit}:./{names.TIMELINE}")
        if data:
            yield data


def _git(directory: Path, *arguments: str) -> bytes | None:
    try:
        return read_git(directory, *arguments)
    except GitError:
        return None
