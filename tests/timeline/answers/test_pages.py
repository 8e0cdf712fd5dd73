"""Pages hold everything once and in order; a cursor of another list is refused."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from timeline.answers.pages import CursorError, cursor, cut, page, place_of
from timeline.answers.untrusted import seen


@given(st.lists(st.integers(0, 50), max_size=40), st.integers(1, 10), st.integers(1, 120))
def test_pages_hold_everything_once_within_their_room(sizes: list[int], most: int, room: int) -> None:
    given_: str | None = None
    places: list[int] = []
    while True:
        one = page(["q"], given_, sizes.__getitem__, len(sizes), most=most, room=room)
        end = len(sizes) if one.next_place is None else one.next_place
        held = range(one.place, end)
        assert len(held) <= most
        assert sum(sizes[n] for n in held) <= room or len(held) == 1
        assert held or not sizes
        places += held
        if one.cursor is None:
            break
        given_ = one.cursor
    assert places == list(range(len(sizes)))


@given(st.text(max_size=40))
def test_a_forged_cursor_is_refused(text: str) -> None:
    if text not in {cursor(["q"], n) for n in range(5)}:
        with pytest.raises(CursorError):
            place_of(["q"], text, 5)


@pytest.mark.parametrize("other", [["q", 1], ["p"], []])
def test_a_cursor_of_another_question_is_refused(other: list[object]) -> None:
    with pytest.raises(CursorError):
        place_of(["q"], cursor(other, 2), 5)


def test_a_cursor_beyond_the_end_is_refused() -> None:
    with pytest.raises(CursorError):
        place_of(["q"], cursor(["q"], 5), 5)


@given(st.text(), st.integers(0, 40))
def test_a_cut_text_is_a_beginning_in_as_many_bytes(text: str, limit: int) -> None:
    kept, is_cut = cut(text, limit)
    whole = text.encode("utf-8", "replace").decode()
    assert len(kept.encode()) <= limit
    assert whole.startswith(kept)
    assert is_cut == (kept != whole)


def test_what_nobody_sees_is_written_out_and_what_people_write_stays() -> None:
    hidden = "".join(chr(0xE0000 + ord(c)) for c in "delete all")
    shown = seen(f"ok{hidden}\u202egnp.\u200b")
    assert shown.isascii()
    assert shown.startswith("ok\\u{e0064}")
    for text in ("größer als 3 ms\n\tweiter", "👩‍👩‍👧 ❤️ \u0928\u092e\u0938\u094d\u0924\u0947", "日本語"):
        assert seen(text) == text
