"""A marked line on a terminal: the carets stand below the words, however wide, long or hostile the line is."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from rich.cells import cell_len

from render.text.snippet import Look, drawn, window
from timeline.checks.findings import Finding


def marked(line: str, start: int, stop: int) -> Finding:
    return Finding(
        "time-order", 7, "m", "p.md", "error", start + 1, 7, stop + 1, mark=line[start:stop], snippet=line
    )


def under(line: str, words: str, width: int = 100) -> tuple[str, str]:
    """Return the shown line, and what stands above the carets."""
    start = line.index(words)
    _, shown, carets = drawn(marked(line, start, start + len(words)), Look(width))
    shown, carets = shown.removeprefix("7 | "), carets.removeprefix("  | ")
    first, cells, above = len(carets) - len(carets.lstrip()), 0, ""
    for char in shown:
        if first <= cells < len(carets):
            above += char
        cells += cell_len(char)
    return shown, above


@pytest.mark.parametrize(
    ("line", "words", "above"),
    [
        ("at 14:10 UTC", "14:10", "14:10"),
        ("\tat\t14:10 UTC", "14:10", "14:10"),
        ("\tx", "\t", "    "),
        ("障害は 14:10 に", "14:10", "14:10"),
        ("14:10 に障害", "障害", "障害"),
        ("cafe\u0301 at 14:10", "14:10", "14:10"),
        ("🔥🔥 at 14:10", "14:10", "14:10"),
        ("\u202e\u2066at 14:10\u202c", "14:10", "14:10"),
        ("\x1b[31mat 14:10\x00", "14:10", "14:10"),
        ("a\u200bb 14:10", "14:10", "14:10"),
        ("##[error] 14:10", "14:10", "14:10"),
    ],
)
def test_the_carets_stand_below_the_words(line: str, words: str, above: str) -> None:
    assert under(line, words)[1].replace("\u200b", "") == above


def test_what_a_terminal_would_obey_is_a_picture_of_itself() -> None:
    shown, _ = under("\x1b[31mred\x9b\u202e \x7f at 14:10\r", "14:10")
    assert shown == "␛[31mred\ufffd\ufffd ␡ at 14:10␍"


@pytest.mark.parametrize("place", [0, 40, 200, 5_000, 99_990])
def test_a_long_line_is_cut_around_the_words(place: int) -> None:
    line = "a" * place + "14:10" + "b" * (100_000 - place)
    shown, above = under(line, "14:10", 80)
    assert above == "14:10"
    assert cell_len(shown) <= 80 - 4
    assert shown.startswith("…") == (place >= 40)
    assert shown.endswith("…") == (place < 99_000)


def test_words_longer_than_the_terminal_are_cut_themselves() -> None:
    shown, above = under("x" + "y" * 500 + "z", "y" * 500, 60)
    assert cell_len(shown) <= 56
    assert set(above) == {"y"}


def test_words_on_several_lines_are_underlined_to_the_end_of_the_first() -> None:
    finding = marked("it should", 3, 9)._replace(end_line=8, end_column=5)
    assert list(drawn(finding, Look()))[2] == "  |    ^^^^^^"


def test_a_claim_without_a_place_is_shown_as_a_line() -> None:
    finding = Finding("time-order", 7, "m", "notes.jsonl", "error", claim="It was\n14:10.", expected="14:07")
    assert list(drawn(finding, Look())) == ["  | It was 14:10.", "  = right: 14:07"]


def test_a_line_that_the_message_quotes_whole_is_not_shown_again() -> None:
    question = marked("*Who?*", 1, 5)._replace(message="nobody has answered 'Who?'")
    assert list(drawn(question, Look())) == []
    assert len(list(drawn(question._replace(expected="an answer"), Look()))) == 4
    assert len(list(drawn(question._replace(message="m"), Look()))) == 3
    assert len(list(drawn(question._replace(snippet="*Who?* They."), Look()))) == 3


def test_of_a_note_the_sentence_is_shown_and_not_its_json() -> None:
    note = marked('{"text":"It was 14:10."}', 16, 21)._replace(file="p/notes.jsonl", claim="It was 14:10.")
    assert list(drawn(note, Look())) == ["  |", "7 | It was 14:10.", "  |        ^^^^^"]


def test_facts_are_bounded_in_number_and_length() -> None:
    finding = Finding("time-order", 7, "m", bounds=tuple(f"f-{n}: " + "x" * 900 for n in range(9)))
    lines = list(drawn(finding, Look()))
    assert len(lines) == 6
    assert lines[-1] == "  = fact: and 4 more"
    assert max(map(len, lines)) <= 320


@settings(max_examples=300, deadline=None)
@given(st.text(max_size=300), st.integers(0, 300), st.integers(0, 80), st.integers(20, 120))
def test_any_line_keeps_to_its_room(line: str, start: int, length: int, room: int) -> None:
    shown = window(marked(line, start, start + length), room)
    assert cell_len(shown.text) <= room
    assert shown.cells >= 1
    assert "\n" not in shown.text
