"""Columns of findings: 1-based code points of the file's line as stored, found once for all rules."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.timeline.checks.check_cases import found
from timeline.checks.draft import CODE
from timeline.checks.findings import Finding, finding
from timeline.checks.located import located


def place(text: str, mark: str, line: int = 1) -> Finding:
    (one,) = located([finding("time-order", line, "m", mark=mark)], text)
    return one


@pytest.mark.parametrize(
    ("text", "mark", "columns"),
    [
        ("x 14:10 y", "14:10", (3, 8)),
        ("\ufeff14:10", "14:10", (1, 6)),
        ("a114:10 14:10\r\nx", "14:10", (9, 14)),
        ("🔥é 14:10", "14:10", (4, 9)),
        ("a\u2028b\x0c 14:10", "14:10", (6, 11)),
        ("the *who* is", "the who is", (1, 13)),
        ("we `a b` failed", f"we {CODE} failed", (1, 16)),
        ("| *What?* | *Who?* |", "What? Who?", (4, 18)),
    ],
)
def test_words_are_found_in_the_stored_line(text: str, mark: str, columns: tuple[int, int]) -> None:
    one = place(text, mark)
    assert (one.column, one.end_column) == columns
    assert one.end_line == 1
    assert one.snippet == text.split("\n")[0].removeprefix("\ufeff").removesuffix("\r")


def test_a_phrase_may_go_on_over_the_end_of_a_line() -> None:
    one = place("so we *should*\n> have seen it", "should have seen")
    assert (one.line, one.column, one.end_line, one.end_column) == (1, 8, 2, 12)


@pytest.mark.parametrize("mark", ["", "  ", "absent", "14:1", "x" * 500, CODE])
def test_what_is_not_there_has_no_column(mark: str) -> None:
    one = place("x 14:10 y", mark)
    assert (one.column, one.end_line, one.end_column, one.snippet) == (0, 0, 0, "")


def test_a_column_that_a_rule_knows_is_kept() -> None:
    (one,) = located([finding("time-order", 1, "m", mark="a", column=3, end_column=4)], "a a")
    assert (one.column, one.end_column, one.snippet) == (3, 4, "a a")


def test_words_of_a_note_are_found_in_its_line_of_json() -> None:
    text = '{"at":"14:10","body":{"text":"14:10 was\\"x\\". It was 14:10 \\"y\\"."}}'
    one = finding("time-order", 1, "m", mark='14:10 "y"', claim='It was 14:10 "y".', column=8, end_column=17)
    (one,) = located([one._replace(file="a/notes.jsonl")], text)
    assert text[one.column - 1 : one.end_column - 1] == '14:10 \\"y\\"'
    assert (one.end_line, one.snippet) == (1, text)
    absent = finding("time-order", 1, "m", mark="absent", column=3)._replace(file="notes.jsonl")
    assert [f.column for f in located([absent], text)] == [0]


def test_a_line_beyond_the_file_is_left_alone() -> None:
    assert place("a", "a", 9) == finding("time-order", 9, "m", mark="a")


def test_a_line_of_a_megabyte_costs_no_square() -> None:
    text = "14:99 " * 200_000
    findings = [finding("time-order", 1, "m", mark=f"{n}:99") for n in range(3_000)]
    assert sum(one.column > 0 for one in located(findings, text)) == 1


DRAFT = """# Report

## Timeline

- 25:61 UTC the alert fired
- we should have noticed f-00000000000000ff
- TODO

## Contributing factors

- Alice Adams forgot {alert.firing:0} at 14:10 EST.
"""


def test_old_rules_mark_the_words_that_they_are_about() -> None:
    lines = DRAFT.split("\n")
    marks = {}
    for one in located(found(DRAFT), DRAFT):
        if one.mark and one.line != 11:
            assert lines[one.line - 1][one.column - 1 : one.end_column - 1] == one.mark, one
            marks[one.rule] = one.mark
    assert marks == {
        "time-impossible": "25:61 UTC",
        "blameless-counterfactual": "should have noticed",
        "citation-unknown": "f-00000000000000ff",
        "prompt-empty": "TODO",
    }
    (name,) = found(DRAFT, "blameless-name")
    assert (name.mark, name.expected) == ("Alice Adams", "commander")


@settings(max_examples=200, deadline=None)
@given(st.text(max_size=60), st.text(max_size=12))
def test_a_column_always_begins_with_the_mark(text: str, mark: str) -> None:
    one = place(text, mark)
    if one.column:
        line = text.removeprefix("\ufeff").split("\n")[0]
        assert one.column <= len(line) + 1
        if one.end_line == 1:
            assert line[one.column - 1 : one.end_column - 1] == one.mark
