"""Fences: what people wrote is kept, byte by byte; broken fences change nothing."""

from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from timeline.checks import fences
from timeline.checks.fences import FenceError, body_digest, parse, region, replace

BODIES = {"summary": "one\ntwo\n", "timeline": "| a |\n"}
NEW = {"summary": "three\n", "timeline": "| b |\n"}
PROSE = st.lists(
    st.text(st.characters(exclude_categories=["Cs"]), max_size=6)
    | st.sampled_from(["\n", "\r\n", "\r", "<!--", "-->", "<!-- timeline", "```"]),
    max_size=12,
).map("".join)
LINES = PROSE.map(lambda text: text + "\n")


def draft(newline: str = "\n") -> str:
    return newline.join(["# T", "", *(region(n, b) for n, b in BODIES.items()), "tail"]).replace(
        "\n", newline
    )


@given(LINES, LINES, PROSE)
def test_every_byte_outside_is_kept(before: str, between: str, after: str) -> None:
    old = (
        before
        + region("summary", BODIES["summary"])
        + between
        + region("timeline", BODIES["timeline"])
        + after
    )
    new = before + region("summary", NEW["summary"]) + between + region("timeline", NEW["timeline"]) + after
    assert replace(old, NEW) == (new, ())
    assert replace(old, BODIES).text == old


@given(LINES, LINES, PROSE)
def test_text_written_inside_moves_unchanged_below(before: str, inside: str, after: str) -> None:
    text = before + region("summary", BODIES["summary"]).replace("two\n", "two\n" + inside) + after
    result = replace(text, NEW | {})
    made = region("summary", NEW["summary"])
    kept = f"<!-- timeline:kept summary -->\none\ntwo\n{inside}<!-- timeline:end summary -->\n"
    assert result.text == before + made + kept + after
    assert any("someone wrote inside region summary" in m for m in result.messages)
    assert replace(result.text, NEW).text == result.text, "rendering again moves nothing"


def test_only_line_endings_changed_is_no_writing() -> None:
    text = draft().replace("\n", "\r\n")
    assert replace(text, BODIES) == (text, ())
    renewed = replace(text, NEW)
    assert not renewed.messages
    assert renewed.text == text.replace("one\r\ntwo", "three").replace("| a |", "| b |").replace(
        body_digest(BODIES["summary"]), body_digest(NEW["summary"])
    ).replace(body_digest(BODIES["timeline"]), body_digest(NEW["timeline"]))


def test_a_deleted_region_stays_deleted_and_is_named() -> None:
    text = "# T\n" + region("summary", BODIES["summary"])
    result = replace(text, NEW)
    assert "timeline:begin timeline" not in result.text
    assert result.messages == ("region timeline was deleted from the draft and stays deleted",)


def test_an_unknown_region_is_left_and_named() -> None:
    text = region("newer", "x\n")
    result = replace(text, {})
    assert result.text == text
    assert "newer" in result.messages[0]


@pytest.mark.parametrize(
    ("text", "says"),
    [
        (region("a", "x\n") * 2, "line 4 of the draft: region a is there twice"),
        (region("a", "x\n").replace("<!-- timeline:end a -->\n", ""), "line 1 of the draft: this fence has no end"),
        ("p\n<!-- timeline:end a -->\n", "line 2 of the draft: region a ends here and begins nowhere"),
        (region("a", region("b", "x\n")), "line 2 of the draft: a fence begins inside the one of line 1"),
        (region("a", "x\n").replace("end a", "end b"), "line 3 of the draft: b ends here, but line 1 begins a"),
        ("<!-- timeline:begin a -->\n<!-- timeline:end a -->\n", "is a broken fence"),
        (region("a", "x\n").replace("-->\nx", "--> y\nx"), "is a broken fence"),
        ("<!-- timeline:begin a sha256=12 -->\n", "is a broken fence"),
    ],
)  # fmt: skip
def test_broken_or_doubled_fences_are_an_error(text: str, says: str) -> None:
    with pytest.raises(FenceError, match="nothing was written") as caught:
        replace(text, {"a": "y\n"})
    assert says in str(caught.value)


def test_a_mark_of_byte_order_and_a_missing_last_newline_stay() -> None:
    text = "\ufeff" + region("a", "x\n").rstrip("\n")
    assert replace(text, {"a": "y\n"}).text == "\ufeff" + region("a", "y\n").rstrip("\n")


def test_fence_words_in_the_middle_of_a_line_are_prose() -> None:
    text = "see `<!-- timeline:begin a -->` for more\n"
    assert [p.form for p in parse(text) if p.text] == ["prose"]


CELL = st.text(alphabet="ab |c\\<!->é", max_size=6).map(
    lambda text: text.replace("|", "\\|").replace("<!--", "").rstrip("\\")
)
ROWS = st.lists(
    st.lists(CELL, min_size=2, max_size=2).map(lambda cells: f"| {' | '.join(cells)} |"),
    min_size=1,
    max_size=4,
)


@given(ROWS, ROWS, ROWS, st.sampled_from(["\n", "\r\n"]))
def test_a_region_of_rows_is_parsed_and_made_anew_within_its_table(
    above: list[str], old: list[str], new: list[str], newline: str
) -> None:
    head = newline.join(["| a | b |", "| - | - |", *above, ""])
    body, other = ("".join(f"{row}\n" for row in rows) for rows in (old, new))
    text = head + fences.rows("xs", body, newline) + f"| mine | me |{newline}"
    pieces = fences.parse(text)
    assert "".join(piece.text for piece in pieces) == text
    (region,) = (piece for piece in pieces if piece.form == "region")
    assert (region.name, region.touched, region.body.replace("\r\n", "\n")) == ("xs", False, body)
    made = fences.replace(text, {"xs": other})
    assert (made.text, made.messages) == (
        head + fences.rows("xs", other, newline) + f"| mine | me |{newline}",
        (),
    )
    assert fences.replace(made.text, {"xs": body}).text == text
    assert fences.replace(text, {"xs": ""}).text == head + f"| mine | me |{newline}"


@pytest.mark.parametrize(
    ("change", "says"),
    [
        (lambda t: t.replace(" <!-- timeline:end xs -->", ""), "this fence has no end"),
        (lambda t: t.replace("timeline:end xs", "timeline:end ys"), "ys ends here, but line 3 begins xs"),
        (lambda t: t.replace("begin xs", "begin  xs"), "a row has a broken fence"),
        (lambda t: t.replace("| c | d", "\n| c | d"), "no end in its table"),
        (lambda t: t + t, "region xs is there twice"),
        (lambda t: t.replace("| a | b |", "| a | b <!-- timeline:end xs --> |", 1), "a row has a broken fence"),
    ],
)  # fmt: skip
def test_broken_marks_in_rows_are_an_error(change: Callable[[str], str], says: str) -> None:
    text = "| a | b |\n| - | - |\n" + fences.rows("xs", "| 1 | 2 |\n| c | d |\n")
    with pytest.raises(fences.FenceError, match=says):
        fences.parse(change(text))
