"""Findings in every form, read back by real parsers; what a draft says stays inert."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from junitparser import JUnitXml
from sarif_pydantic import Sarif

from render.text.findings import FORMS, Group, render_findings
from render.text.snippet import Look, drawn
from timeline.checks.findings import Finding, Fix
from timeline.checks.rules import RULES

EVIL = "x\n::set-output name=a::b\r%0A ]]><!-- @team \u001b[31m & \"'\x00 é"
GROUPS = [
    Group("postmortems/INC 1", [
        Finding("citation-missing", 8, "this factor cites no fact", "postmortems/INC 1/postmortem.md", "error"),
        Finding("time-order", 9, "a stands after b", "postmortems/INC 1/postmortem.md", "warning"),
        Finding("citation-missing", 12, EVIL, "postmortems/INC 1/post,mortem:x.md", "error"),
        Finding("region-deleted", 1, "region gaps was deleted", "postmortems/INC 1/postmortem.md", "note"),
    ]),
    Group("postmortems/INC-2", []),
]  # fmt: skip


def test_text_is_a_line_a_finding_and_a_count() -> None:
    lines = render_findings(GROUPS, "text").splitlines()
    assert lines[0] == "postmortems/INC 1/postmortem.md:8: error citation-missing: this factor cites no fact"
    assert lines[-1] == "2 incidents checked: 2 errors, 1 warning, 1 note"
    assert len(lines) == 5
    assert "\u001b" not in "".join(lines)


def test_json_is_the_contract() -> None:
    made = json.loads(render_findings(GROUPS, "json"))
    assert set(made) == {"ok", "findings"}
    assert made["ok"] is False
    assert made["findings"][0] == {
        "rule": "citation-missing", "severity": "error", "file": "postmortems/INC 1/postmortem.md", "line": 8,
        "message": "this factor cites no fact", "column": None, "end_line": 8, "end_column": None,
        "claim": "", "mark": "", "bounds": [], "expected": "", "fix": None,
    }  # fmt: skip
    assert json.loads(render_findings(GROUPS[1:], "json")) == {"ok": True, "findings": []}
    warned = [Group("x", [GROUPS[0].findings[1]])]
    assert json.loads(render_findings(warned, "json"))["ok"] is True


def test_annotations_are_one_command_a_finding() -> None:
    lines = render_findings(GROUPS, "github").splitlines()
    assert lines[0] == (
        "::error file=postmortems/INC 1/postmortem.md,line=8,title=citation-missing::this factor cites no fact"
    )
    assert [line.split(" ")[0] for line in lines] == ["::error", "::warning", "::error", "::notice"]
    assert "file=postmortems/INC 1/post%2Cmortem%3Ax.md," in lines[2]
    assert "%0A::set-output name=a::b%0D%250A" in lines[2]


def test_junit_is_read_by_a_parser(tmp_path: Path) -> None:
    (tmp_path / "x.xml").write_text(render_findings(GROUPS, "junit"), encoding="utf-8")
    suites = list(JUnitXml.fromfile(str(tmp_path / "x.xml")))
    assert [(s.name, s.tests, s.failures) for s in suites] == [
        ("postmortems/INC 1", len(RULES), 1), ("postmortems/INC-2", len(RULES), 0),
    ]  # fmt: skip
    cases = {case.name: case for case in suites[0]}
    (failure,) = cases["citation-missing"].result
    assert failure.message == "this factor cites no fact"
    assert "postmortem.md:8: this factor" in failure.text
    assert "::set-output" in failure.text
    assert not cases["time-order"].result
    assert "a stands after b" in cases["time-order"].system_out


def test_sarif_is_read_by_a_parser_and_points_at_lines() -> None:
    text = render_findings(GROUPS, "sarif", tool="1.2.3")
    (run,) = Sarif.model_validate_json(text).runs
    assert [r.id for r in run.tool.driver.rules or []] == [rule.id for rule in RULES]
    raw = json.loads(text)["runs"][0]
    assert raw["tool"]["driver"]["semanticVersion"] == "1.2.3"
    assert [r["level"] for r in raw["results"]] == ["error", "warning", "error", "note"]
    first = raw["results"][0]
    assert first["locations"][0]["physicalLocation"] == {
        "artifactLocation": {"uri": "postmortems/INC%201/postmortem.md"}, "region": {"startLine": 8},
    }  # fmt: skip
    assert RULES[first["ruleIndex"]].id == first["ruleId"]


def test_an_unknown_form_is_no_form() -> None:
    with pytest.raises(KeyError):
        render_findings(GROUPS, "yaml")


CLAIM = Finding(
    "time-order", 42, "14:10 is not when f-84285be8f9fc3c57 was", "p/INC-1/postmortem.md", "error", 22, 42, 27,
    "The alert fired at 14:10 UTC.", "14:10",
    ("f-84285be8f9fc3c57: Alert HighErrorRate fired, 14:07:31-14:07:46 UTC",), "14:07",
    Fix(42, 22, 27, "{f-84285be8f9fc3c57:time}"), "Meanwhile the alert fired at 14:10 UTC.",
)  # fmt: skip


def test_text_underlines_the_words_and_says_what_would_be_right() -> None:
    claim = CLAIM._replace(column=30, end_column=35)
    assert render_findings([Group("INC-1", [claim])], "text").splitlines() == [
        "p/INC-1/postmortem.md:42:30: error time-order: 14:10 is not when f-84285be8f9fc3c57 was",
        "   |",
        "42 | Meanwhile the alert fired at 14:10 UTC.",
        "   |                              ^^^^^",
        "   = fact: f-84285be8f9fc3c57: Alert HighErrorRate fired, 14:07:31-14:07:46 UTC",
        "   = right: 14:07",
        "   = fix: {f-84285be8f9fc3c57:time}",
        "1 incident checked: 1 error, no warning, no note",
    ]


def test_colours_are_for_terminals_alone() -> None:
    group = [Group("INC-1", [CLAIM])]
    plain, painted = (render_findings(group, "text", look=Look(100, colour)) for colour in (False, True))
    assert "\x1b" not in plain
    assert "\x1b[1;31merror time-order\x1b[m" in painted
    assert re.sub(r"\x1b\[[0-9;]*m", "", painted) == plain
    for form in set(FORMS) - {"text"}:
        assert render_findings(group, form, look=Look(100, colour=True)) == render_findings(group, form)


def test_json_and_annotations_have_the_columns_and_the_facts() -> None:
    (made,) = json.loads(render_findings([Group("INC-1", [CLAIM])], "json"))["findings"]
    assert (made["line"], made["column"], made["end_line"], made["end_column"]) == (42, 22, 42, 27)
    assert (made["mark"], made["expected"], made["bounds"]) == ("14:10", "14:07", list(CLAIM.bounds))
    assert made["fix"] == {"line": 42, "column": 22, "end_column": 27, "text": "{f-84285be8f9fc3c57:time}"}
    assert render_findings([Group("INC-1", [CLAIM])], "github") == (
        "::error file=p/INC-1/postmortem.md,line=42,col=22,endLine=42,endColumn=27,title=time-order::"
        "14:10 is not when f-84285be8f9fc3c57 was%0Afact: f-84285be8f9fc3c57: Alert HighErrorRate fired, "
        "14:07:31-14:07:46 UTC%0Aright: 14:07%0Afix: {f-84285be8f9fc3c57:time}\n"
    )
    over_lines = render_findings([Group("INC-1", [CLAIM._replace(end_line=44)])], "github")
    assert ",line=42,endLine=44,title=" in over_lines


def test_sarif_has_regions_related_facts_and_fixes() -> None:
    text = render_findings([Group("INC-1", [CLAIM], lines={"f-84285be8f9fc3c57": 17})], "sarif")
    Sarif.model_validate_json(text)
    (result,) = json.loads(text)["runs"][0]["results"]
    assert result["locations"][0]["physicalLocation"]["region"] == {
        "startLine": 42, "startColumn": 22, "endLine": 42, "endColumn": 27, "snippet": {"text": "14:10"},
    }  # fmt: skip
    assert "\nfact: [f-84285be8f9fc3c57](0): Alert HighErrorRate fired" in result["message"]["text"]
    (related,) = result["relatedLocations"]
    assert related["physicalLocation"] == {
        "artifactLocation": {"uri": "p/INC-1/timeline.json"}, "region": {"startLine": 17},
    }  # fmt: skip
    assert related["logicalLocations"] == [{"name": "f-84285be8f9fc3c57", "kind": "object"}]
    (change,) = result["fixes"][0]["artifactChanges"]
    assert change["replacements"] == [
        {
            "deletedRegion": {"startLine": 42, "startColumn": 22, "endLine": 42, "endColumn": 27},
            "insertedContent": {"text": "{f-84285be8f9fc3c57:time}"},
        }
    ]


def test_junit_tells_the_claim_and_the_facts() -> None:
    xml = JUnitXml.fromstring(render_findings([Group("INC-1", [CLAIM])], "junit").encode())
    (failure,) = next(case for case in next(iter(xml)) if case.name == "time-order").result
    assert failure.text.splitlines() == [
        "p/INC-1/postmortem.md:42:22: 14:10 is not when f-84285be8f9fc3c57 was",
        "  The alert fired at 14:10 UTC.",
        "  fact: f-84285be8f9fc3c57: Alert HighErrorRate fired, 14:07:31-14:07:46 UTC",
        "  right: 14:07",
        "  fix: {f-84285be8f9fc3c57:time}",
    ]


_TEXTS = st.text(st.characters(exclude_categories=["Cs"]), max_size=40)


@settings(max_examples=150, deadline=None)
@given(st.lists(st.builds(
    Finding, st.sampled_from([r.id for r in RULES]), st.integers(1, 10**6), _TEXTS, _TEXTS,
    st.sampled_from(["error", "warning", "note"]), column=st.integers(0, 60), end_line=st.just(0),
    end_column=st.integers(0, 90), claim=_TEXTS, mark=_TEXTS, bounds=st.lists(_TEXTS, max_size=7).map(tuple),
    expected=_TEXTS, fix=st.none() | st.builds(Fix, st.integers(1, 9), st.just(1), st.integers(1, 9), _TEXTS),
    snippet=_TEXTS,
), max_size=4), _TEXTS)  # fmt: skip
def test_any_words_stay_inside_their_finding(findings: list[Finding], name: str) -> None:
    groups = [Group(name, findings)]
    for form in FORMS:
        made = render_findings(groups, form)
        assert made.endswith("\n") or (form == "github" and not findings)
    lines = render_findings(groups, "github").split("\n")
    assert len(lines) == len(findings) + 1
    assert all(re.match(r"::(error|warning|notice) file=", line) for line in lines[:-1])
    below = sum(len(list(drawn(finding, Look()))) for finding in findings)
    assert len(render_findings(groups, "text").split("\n")) == len(findings) + below + 2
    assert below <= 12 * len(findings)
    JUnitXml.fromstring(render_findings(groups, "junit").encode())
    Sarif.model_validate_json(render_findings(groups, "sarif"))
