"""Findings as text, JSON, GitHub annotations, JUnit and SARIF; what a draft says stays inert in each."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import NamedTuple
from xml.etree import ElementTree as Tree

from render.text.sarif import log
from render.text.snippet import Look, details, drawn, painted
from timeline.canonical import Json
from timeline.checks.findings import Finding
from timeline.checks.rules import RULES
from timeline.present import count
from timeline.text import inert, line, shown

_LEVELS = {"error": "error", "warning": "warning", "note": "notice"}
#: What XML 1.0 cannot hold.
_NOT_XML = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029]+")
_PLAIN = Look()
_CUT = 200  # characters of why facts are not verified


class Group(NamedTuple):
    """The findings of one incident's folder, or one file; `unverified` says why its facts are not known to be right.

    `lines` are those of timeline.json in which facts stand, by id, for SARIF.
    """

    name: str
    findings: Sequence[Finding]
    unverified: str = ""
    lines: Mapping[str, int] = {}


def render_findings(groups: Sequence[Group], form: str, *, tool: str = "", look: Look = _PLAIN) -> str:
    """Return the findings in `form`, ended by a line end; raise KeyError for an unknown form.

    `tool` is the version that SARIF names, `look` the terminal that text is for.
    """
    return FORMS[form](groups, tool, look)


def _all(groups: Sequence[Group]) -> list[Finding]:
    return [finding for group in groups for finding in group.findings]


def _line(text: str) -> str:
    # A file's name may hold bytes that are no text.
    return inert(_CONTROL.sub(" ", shown(text.encode("utf-8", "replace").decode())).strip())


def _place(finding: Finding) -> str:
    column = f":{finding.column}" if finding.column else ""
    return f"{_line(finding.file)}:{finding.line}{column}"


def text(groups: Sequence[Group], _tool: str = "", look: Look = _PLAIN) -> str:
    """Return a line a finding, `file:line:column: severity rule: message`, and a closing count.

    Below it, where they are known: the line with its words underlined, what the facts say, what would be right.
    """
    lines = [one for f in _all(groups) for one in _written(f, look)]
    told = ", ".join(_counts(_all(groups)))
    lines += [
        f"{_line(g.name)}: facts are not verified: {_cut(g.unverified)}" for g in groups if g.unverified
    ]
    return "".join(f"{line}\n" for line in [*lines, f"{count(len(groups), 'incident')} checked: {told}"])


def _written(finding: Finding, look: Look) -> Iterator[str]:
    head = f"{_place(finding)}: {finding.severity} {finding.rule}: {_line(finding.message)}"
    yield painted(head, finding, look)
    yield from drawn(finding, look)


def _cut(text: str) -> str:
    flat = _line(text)
    return flat if len(flat) <= _CUT else f"{flat[: _CUT - 1]}…"


def _counts(findings: Sequence[Finding]) -> list[str]:
    number = {level: sum(f.severity == level for f in findings) for level in _LEVELS}
    return [
        count(number["error"], "error"),
        count(number["warning"], "warning"),
        count(number["note"], "note"),
    ]


def as_json(groups: Sequence[Group], _tool: str = "", _look: Look = _PLAIN) -> str:
    """Return `ok` and `findings`, each as `row` has it."""
    findings = _all(groups)
    return _dumped({"ok": _ok(findings), "findings": [row(f) for f in findings]})


def row(finding: Finding) -> dict[str, Json]:
    """Return a finding as an answer holds it; what is not known is null, "" or empty."""
    fix = finding.fix
    return {
        "rule": finding.rule, "severity": finding.severity, "file": finding.file, "line": finding.line,
        "message": finding.message, "column": finding.column or None,
        "end_line": finding.end_line or finding.line, "end_column": finding.end_column or None,
        "claim": finding.claim, "mark": finding.mark, "bounds": list(finding.bounds), "expected": finding.expected,
        "fix": fix and {"line": fix.line, "column": fix.start, "end_column": fix.end, "text": fix.text},
    }  # fmt: skip


def _dumped(value: object) -> str:
    # `#` as an escape: the same JSON, in which a runner finds no command.
    return json.dumps(value, indent=2).replace("##", "#\\u0023") + "\n"


def _ok(findings: Sequence[Finding]) -> bool:
    return all(f.severity != "error" for f in findings)


def github(groups: Sequence[Group], _tool: str = "", _look: Look = _PLAIN) -> str:
    """Return workflow commands that annotate words; nothing in a message can begin another command."""
    return "".join(
        f"::{_LEVELS[f.severity]} file={_property(f.file)},line={f.line}{_columns(f)},title={_property(f.rule)}::{_data(_told_of(f))}\n"
        for f in _all(groups)
    )


def _columns(finding: Finding) -> str:
    """Return where the words are; GitHub takes columns only where they begin and end on one line."""
    end = finding.end_line or finding.line
    if finding.column and finding.end_column and end == finding.line:
        return f",col={finding.column},endLine={end},endColumn={finding.end_column}"
    return f",endLine={end}" if end != finding.line else ""


def _told_of(finding: Finding) -> str:
    return "\n".join([finding.message, *(f"{name}: {text}" for name, text in details(finding))])


def _data(value: str) -> str:
    value = value.encode("utf-8", "replace").decode()
    return value.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _property(value: str) -> str:
    return _data(value).replace(":", "%3A").replace(",", "%2C")


def junit(groups: Sequence[Group], _tool: str = "", _look: Look = _PLAIN) -> str:
    """Return a test suite an incident, a test case a rule: errors fail it, the rest is its output."""
    root = Tree.Element("testsuites", name="timeline check")
    for group in groups:
        failed = {f.rule for f in group.findings if f.severity == "error"}
        numbers = {"tests": str(len(RULES)), "failures": str(len(failed)), "errors": "0", "skipped": "0"}
        suite = Tree.SubElement(root, "testsuite", {"name": _xml(group.name), **numbers, "time": "0"})
        for rule in RULES:
            case = Tree.SubElement(suite, "testcase", classname=_xml(group.name), name=rule.id, time="0")
            _told(case, [f for f in group.findings if f.rule == rule.id])
    Tree.indent(root)
    return '<?xml version="1.0" encoding="UTF-8"?>\n' + Tree.tostring(root, encoding="unicode") + "\n"


def _told(case: Tree.Element, findings: Sequence[Finding]) -> None:
    errors = [f for f in findings if f.severity == "error"]
    others = [f for f in findings if f.severity != "error"]
    if errors:
        failure = Tree.SubElement(
            case, "failure", message=_xml(_line(errors[0].message)), type=errors[0].rule
        )
        failure.text = "\n".join(_xml(f"{_place(f)}: {_line(f.message)}{_below(f)}") for f in errors)
    if others:
        told = Tree.SubElement(case, "system-out")
        told.text = "\n".join(
            _xml(f"{_place(f)}: {f.severity}: {_line(f.message)}{_below(f)}") for f in others
        )


def _below(finding: Finding) -> str:
    claim = f"\n  {_line(line(finding.claim))}" if finding.claim else ""
    return claim + "".join(f"\n  {name}: {_line(text)}" for name, text in details(finding))


def _xml(value: str) -> str:
    return inert(_NOT_XML.sub("\ufffd", value))


def sarif(groups: Sequence[Group], tool: str = "", _look: Look = _PLAIN) -> str:
    """Return a SARIF 2.1.0 log with every rule and one result a finding."""
    return _dumped(log([(f, group.lines) for group in groups for f in group.findings], tool))


#: Form to the function that makes it.
FORMS: Mapping[str, Callable[[Sequence[Group], str, Look], str]] = {
    "text": text, "json": as_json, "github": github, "junit": junit, "sarif": sarif,
}  # fmt: skip
