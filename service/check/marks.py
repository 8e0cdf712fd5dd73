"""Where the words that findings are about stand in the files of an incident."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from itertools import groupby
from operator import attrgetter
from pathlib import Path

from render.text.names import TIMELINE
from timeline.checks.findings import Finding
from timeline.checks.located import located

_FACT = re.compile(r"f-[0-9a-f]{16}\b")
_ID = re.compile(rb'"id":"(f-[0-9a-f]{16})"')


def marked(findings: Iterable[Finding]) -> Iterator[Finding]:
    """Yield findings, in their order, with columns and lines of the files that they name by their paths."""
    for file, group in groupby(findings, attrgetter("file")):
        of_file = tuple(group)
        if any(one.mark for one in of_file):
            yield from located(of_file, _text(Path(file)))
        else:
            yield from of_file


def fact_lines(directory: str, findings: Iterable[Finding]) -> dict[str, int]:
    """Return the line of timeline.json in which each fact stands that findings tell the bounds of."""
    wanted = {match[0].encode() for one in findings for text in one.bounds if (match := _FACT.match(text))}
    if not wanted:
        return {}
    try:
        data = (Path(directory) / TIMELINE).read_bytes()
    except OSError:
        return {}
    rows = ((number, _ID.search(row)) for number, row in enumerate(data.split(b"\n"), 1))
    return {match[1].decode(): number for number, match in rows if match and match[1] in wanted}


def _text(path: Path) -> str:
    # Without newline translation: columns are those of the file as stored.
    try:
        return path.read_bytes().decode("utf-8", "replace")
    except OSError:
        return ""  # gone since: what was found keeps its line
