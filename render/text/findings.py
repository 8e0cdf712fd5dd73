"""Findings as text, JSON, GitHub annotations, JUnit and SARIF; what a draft says stays inert in each."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping, Sequence
from typing import NamedTuple
from urllib.parse import quote
from xml.etree import ElementTree as Tree

from timeline.checks.findings import Finding
from timeline.checks.rules import BY_ID, RULES
from timeline.present import count
from timeline.text import inert

_LEVELS = {"error": "error", "warning": "warning", "note": "notice"}
#: What XML 1.0 cannot hold.
_NOT_XML = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029]+")
# A link in a message of SARIF, which viewers make of `[text](target)` in plain text, too.
_LINK = re.compile(r"\](?=\()")
_CUT = 200  # characters of why facts are not verified


class Group(NamedTuple):
    """The findings of one incident's folder, or one file; `unverified` says why its facts are not known to be right."""

    name: str
    findings: Sequence[Finding]
    unverified: str = ""


def render_findings(groups: Sequence[Group], form: str, *, tool: str = "") -> str:
    """Return the findings in `form`, ended by a line end; raise KeyError for an unknown form.

    `tool` is the version that SARIF names.
    """
    return FORMS[form](groups, tool)


def _all(groups: Sequence[Group]) -> list[Finding]:
    return [finding for group in groups for finding in group.findings]


def _line(text: str) -> str:
    # A file's name may hold bytes that are no text.
    return inert(_CONTROL.sub(" ", text.encode("utf-8", "replace").decode()).strip())


def text(groups: Sequence[Group], _tool: str = "") -> str:
    """Return one line a finding, `file:line: severity rule: message`, and a closing count."""
    lines = [f"{_line(f.file)}:{f.line}: {f.severity} {f.rule}: {_line(f.message)}" for f in _all(groups)]
    told = ", ".join(_counts(_all(groups)))
    lines += [
        f"{_line(g.name)}: facts are not verified: {_cut(g.unverified)}" for g in groups if g.unverified
    ]
    return "".join(f"{line}\n" for line in [*lines, f"{count(len(groups), 'incident')} checked: {told}"])


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


def as_json(groups: Sequence[Group], _tool: str = "") -> str:
    """Return `ok` and `findings`, each with rule, severity, file, line and message."""
    found = _all(groups)
    rows = [
        {"rule": f.rule, "severity": f.severity, "file": f.file, "line": f.line, "message": f.message}
        for f in found
    ]
    return _dumped({"ok": _ok(found), "findings": rows})


def _dumped(value: object) -> str:
    # `#` as an escape: the same JSON, in which a runner finds no command.
    return json.dumps(value, indent=2).replace("##", "#\\u0023") + "\n"


def _ok(findings: Sequence[Finding]) -> bool:
    return all(f.severity != "error" for f in findings)


def github(groups: Sequence[Group], _tool: str = "") -> str:
    """Return workflow commands that annotate lines; nothing in a message can begin another command."""
    return "".join(
        f"::{_LEVELS[f.severity]} file={_property(f.file)},line={f.line},title={_property(f.rule)}::{_data(f.message)}\n"
        for f in _all(groups)
    )


def _data(value: str) -> str:
    value = value.encode("utf-8", "replace").decode()
    return value.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _property(value: str) -> str:
    return _data(value).replace(":", "%3A").replace(",", "%2C")


def junit(groups: Sequence[Group], _tool: str = "") -> str:
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
        failure.text = "\n".join(_xml(f"{_line(f.file)}:{f.line}: {_line(f.message)}") for f in errors)
    if others:
        told = Tree.SubElement(case, "system-out")
        told.text = "\n".join(
            _xml(f"{_line(f.file)}:{f.line}: {f.severity}: {_line(f.message)}") for f in others
        )


def _xml(value: str) -> str:
    return inert(_NOT_XML.sub("\ufffd", value))


def sarif(groups: Sequence[Group], tool: str = "") -> str:
    """Return a SARIF 2.1.0 log with every rule and one result a finding."""
    driver = {
        "name": "timeline check", **({"semanticVersion": tool} if tool else {}),
        "rules": [
            {
                "id": rule.id, "shortDescription": {"text": rule.asks},
                "help": {"text": f"{rule.asks} See docs/reference/checks.md, section {rule.id}."},
                "defaultConfiguration": {"level": rule.severity},
            }
            for rule in RULES
        ],
    }  # fmt: skip
    run = {
        "tool": {"driver": driver}, "columnKind": "unicodeCodePoints",
        "results": [_result(f) for f in _all(groups)],
    }  # fmt: skip
    log = {"$schema": _SCHEMA, "version": "2.1.0", "runs": [run]}
    return _dumped(log)


_SCHEMA = "https://json.schemastore.org/sarif-2.1.0.json"
_PLACES = {rule.id: place for place, rule in enumerate(RULES)}


def _result(finding: Finding) -> dict[str, object]:
    where = {
        "artifactLocation": {"uri": quote(finding.file, errors="replace")},
        "region": {"startLine": finding.line},
    }
    return {
        "ruleId": BY_ID[finding.rule].id, "ruleIndex": _PLACES[finding.rule], "level": finding.severity,
        "message": {"text": _LINK.sub("]\u200b", finding.message)}, "locations": [{"physicalLocation": where}],
    }  # fmt: skip


#: Form to the function that makes it.
FORMS: Mapping[str, Callable[[Sequence[Group], str], str]] = {
    "text": text, "json": as_json, "github": github, "junit": junit, "sarif": sarif,
}  # fmt: skip
