"""What a check found, incident by incident, and where in their files the words stand that it is about."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import groupby
from operator import attrgetter
from pathlib import Path

from render.text.names import TIMELINE
from timeline.checks.findings import Finding
from timeline.checks.located import located

_FACT = re.compile(r"f-[0-9a-f]{16}\b")
_ID = re.compile(rb'"id":"(f-[0-9a-f]{16})"')


@dataclass(frozen=True)
class Checked:
    """What was found in one incident's folder, or one file; `name` as reports show it.

    `unverified` says why its facts are not known to be what the evidence gives, whatever rules are switched off.
    """

    name: str
    findings: tuple[Finding, ...]
    unverified: str = ""

    @property
    def ok(self) -> bool:
        """Whether nothing is an error."""
        return all(one.severity != "error" for one in self.findings)


@dataclass(frozen=True)
class Report:
    """What was found, incident by incident."""

    checked: tuple[Checked, ...]

    @property
    def ok(self) -> bool:
        """Whether nothing is an error."""
        return all(one.ok for one in self.checked)

    @property
    def findings(self) -> tuple[Finding, ...]:
        """Every finding, in order."""
        return tuple(finding for one in self.checked for finding in one.findings)


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
