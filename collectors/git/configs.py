"""Which commits changed files that configuration is kept in: what git lists, cut to those files, and its facts."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping, Sequence
from functools import partial
from typing import Any, NamedTuple

from collectors.base import MakeGap, Record, SourceError
from collectors.git.clone import Clone, line_query
from collectors.git.facts import GitFacts
from collectors.git.records import Branch
from collectors.kit.changes.paths import matching
from timeline.canonical import canonical, loads
from timeline.model import Evidence, Window

#: What a commit brought to its branch is its difference from its first parent.
LISTED = (
    "log", "--no-walk=unsorted", "--ignore-missing", "--no-color", "--no-decorate", "--no-notes", "--stdin",
    "--no-renames", "--diff-merges=first-parent", "--name-only", "-z", "--format=tformat:%x01%H",
)  # fmt: skip
_COMMIT = "\x01"


class Changed(NamedTuple):
    """The files of a commit that the globs are about, and where its line stands in the evidence."""

    files: tuple[str, ...]
    evidence: Evidence


def cut_files(patterns: Sequence[str], output: bytes) -> bytes:
    """Keep a JSON line for each commit that changed a file the globs are about, with those files alone."""
    found: dict[str, list[str]] = {}
    files: list[str] = []
    for token in output.decode("utf-8", "replace").split("\0"):
        if token.startswith(_COMMIT):
            files = found.setdefault(token.removeprefix(_COMMIT), [])
        elif token:
            files.append(token.removeprefix("\n"))
    rows = ({"commit": sha, "files": list[Any](matching(names, patterns))} for sha, names in found.items())
    return b"".join(canonical(row) + b"\n" for row in rows if row["files"])


def parse_files(data: bytes) -> Mapping[str, tuple[int, tuple[str, ...]]]:
    """Read what `cut_files` kept: line and files by commit."""
    rows: list[Any] = [loads(line) for line in data.splitlines()]
    return {row["commit"]: (number, tuple(row["files"])) for number, row in enumerate(rows, 1)}


class Configs:
    """Reads what changed configuration on branches' own lines: merges and single commits, each once."""

    def __init__(self, clone: Clone, writer: GitFacts, gap: MakeGap, patterns: Sequence[str]) -> None:
        self._clone, self._writer, self._gap, self._patterns = clone, writer, gap, patterns

    async def read(
        self, branches: Sequence[Branch], told: Mapping[str, str], window: Window
    ) -> AsyncIterator[Record]:
        """Yield each commit of the window that changed such a file; `told` are the changes, by commit, it is one of."""
        cut = await self._clone.shallow()
        seen = set[str]()
        for branch in branches:
            line = await self._clone.line(branch, window, every=True)
            # Where a shallow clone's history is cut off, a commit seems to have brought every file.
            own = [entry.sha for entry in line.inside if entry.sha not in seen and entry.sha not in cut]
            seen |= set(own)
            try:
                changed = await self._clone.changed(
                    own, LISTED, partial(cut_files, self._patterns), self._patterns
                )
            except SourceError as err:
                text = f"Which files the commits of `{branch.name}` changed could not be read: {err}"
                yield self._gap(err.reason, window, text)
                continue
            files = {
                sha: Changed(names, evidence(number))
                for payload, evidence in changed
                for sha, (number, names) in parse_files(payload).items()
            }
            wanted = [sha for sha in own if sha in files]
            async for commit in self._clone.commits(wanted, line_query(line, every=True)):
                yield self._writer.configured(commit, *files[commit.sha], told.get(commit.sha))
