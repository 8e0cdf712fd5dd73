"""What a check finds: a rule, how severe it is, where, which words, what the facts say, and what would be right."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from typing import Literal, NamedTuple

from timeline import present
from timeline.checks.rules import BY_ID, Severity

Switch = Literal["off", "note", "warning", "error"]


class Fix(NamedTuple):
    """What stands in the finding's file on `line`, in columns `[start, end)` counted as a finding's, is to be `text`."""

    line: int
    start: int
    end: int
    text: str


class Finding(NamedTuple):
    """One finding; `line` counts from 1; `file` is "" until the caller knows its name.

    Columns count from 1 in code points of the file's line as stored (a byte order mark aside); `end_column` is
    the one after the last. 0 is not known; `end_line` 0 is `line`.
    """

    rule: str
    line: int
    message: str
    file: str = ""
    severity: Severity = "error"
    column: int = 0
    end_line: int = 0
    end_column: int = 0
    claim: str = ""  # the sentence, row or item it is about, on one line
    mark: str = ""  # the words of it that are underlined, as the file has them
    bounds: tuple[str, ...] = ()  # what facts say, a line each: `f-…: Alert X fired, 14:07:31-14:07:46 UTC`
    expected: str = ""  # what would be right in the mark's place
    fix: Fix | None = (
        None  # what `check --fix` puts there: a reference (timeline.references) and no typed value
    )
    snippet: str = ""  # the stored line that the mark begins in; `timeline.checks.located` puts it there


def finding(
    rule: str, line: int, message: str, *, column: int = 0, end_line: int = 0, end_column: int = 0,
    claim: str = "", mark: str = "", bounds: Sequence[str] = (), expected: str = "",
    fix: Fix | None = None,
) -> Finding:  # fmt: skip
    """Make a finding of `rule` with the rule's own severity; raise KeyError for an unknown rule.

    Without a column, the place of `mark` is looked for in the line (`timeline.checks.located`). Lines of `bounds` begin with the fact's id.
    """
    return Finding(
        rule, max(line, 1), message, "", BY_ID[rule].severity, column, end_line, end_column,
        claim, mark, tuple(bounds), expected, fix,
    )  # fmt: skip


def placed(findings: Iterable[Finding], file: str, switches: Mapping[str, Switch]) -> list[Finding]:
    """Return the findings in `file`, each with its configured severity; switched-off rules are left out."""
    kept = []
    for one in findings:
        switch = switches.get(one.rule, one.severity)
        if switch != "off":
            kept.append(one._replace(file=one.file or file, severity=switch))
    return kept


def tally(findings: Iterable[Finding]) -> str:
    """Return how many there are of each severity: `2 errors and 1 warning`; "" for none."""
    counts = Counter(one.severity for one in findings)
    return present.listed([present.count(number, severity) for severity, number in sorted(counts.items())])


def in_order(findings: Iterable[Finding]) -> list[Finding]:
    """Return the findings by file, line, column and rule, each once."""
    return sorted(set(findings), key=lambda f: (f.file, f.line, f.column, f.rule, f.message))
