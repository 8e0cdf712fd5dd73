"""Numbers for reading: short, and never on another side of what they are compared with."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from timeline import present
from timeline.text import clean, number, side

VALUES = st.floats(allow_nan=False, min_value=-1e20, max_value=1e20) | st.sampled_from(
    [99.995, 100.0, 1.0001, 0.1 + 0.2]
)


@given(VALUES, VALUES, st.floats(-1e-3, 1e-3))
def test_what_is_shown_keeps_its_side(value: float, other: float, near: float) -> None:
    for beside in (other, value + near, value):
        assert side(float(number(value, beside)), float(number(beside, beside))) == side(value, beside)


@given(VALUES, st.floats(-1e-3, 1e-3))
def test_a_quantity_keeps_its_side_too(value: float, near: float) -> None:
    prefixes = {"k": 1e3, "M": 1e6, "G": 1e9, "T": 1e12}
    for beside in (value + near, value):
        text, _, prefix = present.quantity(value, None, beside).partition(" ")
        assert side(float(text) * prefixes.get(prefix, 1), beside) == side(value, beside)


@pytest.mark.parametrize(
    ("value", "beside", "shown"),
    [
        (99.9951, 99.995, "99.9951"), (99.995, 99.995, "99.995"), (1.0001, 1.0001, "1.0001"), (5.2512, 3, "5.251"),
        (5.2512, None, "5.251"), (0.00001234, 0.00001234, "0.00001234"), (float("nan"), 1, "NaN"), (1e300, float("inf"), "1e+300"),
    ],
)  # fmt: skip
def test_numbers_are_short_where_nothing_is_lost(value: float, beside: float | None, shown: str) -> None:
    assert number(value, beside) == shown


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("\x1b[31mERROR\x1b[0m x", "ERROR x"), ("\x1b[38;5;196mred\x1b[m", "red"), ("a\x1b[2K\x1b[1Gb", "ab"),
        ("\x1b]8;;https://x.example/\x1b\\link\x1b]8;;\x1b\\", "link"), ("\x1b]0;title\x07text", "text"),
        ("\x1b]never ended, and words", "never ended, and words"), ("\x9b1mbold", "bold"), ("[31mno escape", "[31mno escape"),
        ("\x1b(B\x1b7kept\x1b8", "kept"), ("the end \x1b", "the end "), ("array[0] \x1b", "array[0] "),
    ],
)  # fmt: skip
def test_terminal_sequences_are_no_words(text: str, shown: str) -> None:
    assert clean(text) == shown
