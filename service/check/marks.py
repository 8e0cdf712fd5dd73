"""Where the words that findings are about stand in the files of an incident."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import groupby
from operator import attrgetter
from pathlib import Path

from timeline.checks.findings import Finding
from timeline.checks.located import located


def marked(findings: Iterable[Finding]) -> Iterator[Finding]:
    """Yield findings, in their order, with columns and lines of the files that they name by their paths."""
    for file, group in groupby(findings, attrgetter("file")):
        of_file = tuple(group)
        if any(one.mark for one in of_file):
            yield from located(of_file, _text(Path(file)))
        else:
            yield from of_file


def _text(path: Path) -> str:
    # Without newline translation: columns are those of the file as stored.
    try:
        return path.read_bytes().decode("utf-8", "replace")
    except OSError:
        return ""  # gone since: what was found keeps its line
