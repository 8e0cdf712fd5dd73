"""What a check finds: a rule, how severe it is, where, and one sentence that says what to do."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Literal, NamedTuple

from timeline.checks.rules import BY_ID, Severity

Switch = Literal["off", "note", "warning", "error"]


class Finding(NamedTuple):
    """One finding; `line` counts from 1; `file` is "" until the caller knows its name."""

    rule: str
    line: int
    message: str
    file: str = ""
    severity: Severity = "error"


def finding(rule: str, line: int, message: str) -> Finding:
    """Make a finding of `rule` with the rule's own severity; raise KeyError for an unknown rule."""
    return Finding(rule, max(line, 1), message, "", BY_ID[rule].severity)


def placed(findings: Iterable[Finding], file: str, switches: Mapping[str, Switch]) -> list[Finding]:
    """Return the findings in `file`, each with its configured severity; switched-off rules are left out."""
    kept = []
    for one in findings:
        switch = switches.get(one.rule, one.severity)
        if switch != "off":
            kept.append(one._replace(file=one.file or file, severity=switch))
    return kept


def in_order(findings: Iterable[Finding]) -> list[Finding]:
    """Return the findings by file, line and rule, each once."""
    return sorted(set(findings), key=lambda f: (f.file, f.line, f.rule, f.message))
