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
from timeline.checks.findings import Finding
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
        "message": "this factor cites no fact",
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


_TEXTS = st.text(st.characters(exclude_categories=["Cs"]), max_size=40)


@settings(max_examples=150, deadline=None)
@given(st.lists(st.builds(
    Finding, st.sampled_from([r.id for r in RULES]), st.integers(1, 10**6), _TEXTS, _TEXTS,
    st.sampled_from(["error", "warning", "note"]),
), max_size=4), _TEXTS)  # fmt: skip
def test_any_words_stay_inside_their_finding(findings: list[Finding], name: str) -> None:
    groups = [Group(name, findings)]
    for form in FORMS:
        made = render_findings(groups, form)
        assert made.endswith("\n") or (form == "github" and not findings)
    lines = render_findings(groups, "github").split("\n")
    assert len(lines) == len(findings) + 1
    assert all(re.match(r"::(error|warning|notice) file=", line) for line in lines[:-1])
    assert len(render_findings(groups, "text").split("\n")) == len(findings) + 2
    JUnitXml.fromstring(render_findings(groups, "junit").encode())
    Sarif.model_validate_json(render_findings(groups, "sarif"))
