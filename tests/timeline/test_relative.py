"""Where something lies as seen from a window."""

from __future__ import annotations

import pytest

from timeline.model import Window
from timeline.relative import part

WINDOW = Window(start=10, end=20)


@pytest.mark.parametrize(
    ("start", "end", "expected"),
    [
        (None, None, (10, 20)),
        (None, 15, (10, 15)),
        (15, None, (15, 20)),
        (5, 25, (10, 20)),
        (12, 13, (12, 13)),
        (0, 5, None),
        (None, 10, None),
        (20, None, None),
        (13, 13, None),
    ],
)
def test_the_part_of_a_window_is_what_lies_in_it(
    start: int | None, end: int | None, expected: tuple[int, int] | None
) -> None:
    found = part(WINDOW, start, end)
    assert (found and (found.start, found.end)) == expected
