"""Findings as a SARIF 2.1.0 log: regions with columns, facts as related locations, fixes where there are some."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from posixpath import dirname, join
from urllib.parse import quote

from render.text.names import TIMELINE
from render.text.snippet import details
from timeline.checks.findings import Finding, Fix
from timeline.checks.rules import BY_ID, RULES

SCHEMA = "https://json.schemastore.org/sarif-2.1.0.json"
_PLACES = {rule.id: place for place, rule in enumerate(RULES)}
# A link in a message, which viewers make of `[text](target)` in plain text, too.
_LINK = re.compile(r"\](?=\()")
_FACT = re.compile(r"[fgim]-[0-9a-f]{16}\b")
# An id of ours at the begin of what a fact says; facts come first, in the order of the related locations.
_LINKED = re.compile(r"\A(fact: )([fgim]-[0-9a-f]{16})\b")


def log(findings: Sequence[tuple[Finding, Mapping[str, int]]], tool: str) -> Mapping[str, object]:
    """Return the log with every rule and one result a finding; `tool` is our version, "" for none.

    With each finding come the lines of timeline.json in which facts stand, by id.
    """
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
        "results": [_result(finding, lines) for finding, lines in findings],
    }  # fmt: skip
    return {"$schema": SCHEMA, "version": "2.1.0", "runs": [run]}


def _result(finding: Finding, lines: Mapping[str, int]) -> dict[str, object]:
    below = [f"{name}: {_plain(text)}" for name, text in details(finding)]
    # A number in a link's place leads to the related location of that id; viewers show only those that are linked.
    below = [_LINKED.sub(rf"\1[\2]({number})", text) for number, text in enumerate(below)]
    message = "\n".join([_plain(finding.message), *below])
    where = {"artifactLocation": _artifact(finding.file), "region": _region(finding)}
    return {
        "ruleId": BY_ID[finding.rule].id, "ruleIndex": _PLACES[finding.rule], "level": finding.severity,
        "message": {"text": message}, "locations": [{"physicalLocation": where}],
        **_related(finding, lines),
        **({"fixes": [_fix(finding, finding.fix)]} if finding.fix else {}),
    }  # fmt: skip


def _plain(text: str) -> str:
    return _LINK.sub("]\u200b", text)


def _artifact(file: str) -> dict[str, str]:
    return {"uri": quote(file, errors="replace")}


def _region(finding: Finding) -> dict[str, object]:
    region: dict[str, object] = {"startLine": finding.line}
    if finding.column:
        region["startColumn"] = finding.column
    if finding.column and finding.end_column:
        region |= {"endLine": finding.end_line or finding.line, "endColumn": finding.end_column}
        if finding.mark:
            region["snippet"] = {"text": finding.mark}
    return region


def _related(finding: Finding, lines: Mapping[str, int]) -> dict[str, object]:
    """Return the facts that a finding rests on, as places in the timeline.json beside its file."""
    timeline = _artifact(join(dirname(finding.file), TIMELINE))
    rows = []
    for number, one in enumerate(finding.bounds):
        where: dict[str, object] = {"artifactLocation": timeline}
        row: dict[str, object] = {"id": number, "physicalLocation": where, "message": {"text": _plain(one)}}
        if match := _FACT.match(one):
            row["logicalLocations"] = [{"name": match[0], "kind": "object"}]
            if match[0] in lines:
                where["region"] = {"startLine": lines[match[0]]}
        rows.append(row)
    return {"relatedLocations": rows} if rows else {}


def _fix(finding: Finding, fix: Fix) -> dict[str, object]:
    deleted = {
        "startLine": fix.line, "startColumn": fix.start, "endLine": fix.line, "endColumn": fix.end,
    }  # fmt: skip
    replacement = {"deletedRegion": deleted, "insertedContent": {"text": fix.text}}
    return {
        "description": {"text": _plain(f"Write {fix.text}")},
        "artifactChanges": [
            {"artifactLocation": _artifact(finding.file), "replacements": [replacement]},
        ],
    }  # fmt: skip
