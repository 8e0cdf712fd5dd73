"""Long answers in pages: cut by number and bytes, and a cursor that fits its list alone."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import NamedTuple, TypeVar

from timeline.canonical import Json, canonical, sha256
from timeline.errors import TimelineError

T = TypeVar("T")
_DIGITS, _MARK = 10, 16


class CursorError(TimelineError):
    """A cursor that is none, or of another list: of another timeline, or of another question."""

    def __init__(self) -> None:
        super().__init__(
            "this cursor is not of this list: the timeline or the question changed; ask again without it"
        )


class Page(NamedTuple):
    """The part of a list from one place on, and the cursor of what follows; None at the end."""

    place: int
    next_place: int | None
    cursor: str | None


def cursor(of: Json, place: int) -> str:
    """Return the cursor of a place in the list that `of` names: a digest and everything that was asked."""
    return f"{place}-{sha256(canonical([of, place]))[:_MARK]}"


def place_of(of: Json, given: str | None, size: int) -> int:
    """Return the place a cursor stands for, 0 without one; raise CursorError where it is not of this list."""
    if given is None:
        return 0
    digits = given.partition("-")[0]
    if not (digits.isascii() and digits.isdigit() and len(digits) <= _DIGITS):
        raise CursorError
    place = int(digits)
    if place >= size or given != cursor(of, place):
        raise CursorError
    return place


def page(
    of: Json, given: str | None, size: Callable[[int], int], count: int, *, most: int, room: int
) -> Page:
    """Return which of `count` things a page holds: at most `most`, of `room` bytes together, but at least one.

    `size` gives the bytes of the thing at a place.
    """
    place = place_of(of, given, count)
    end, used = place, 0
    while end < count and end - place < most:
        used += size(end)
        if used > room and end > place:
            break
        end += 1
    following = end if end < count else None
    return Page(place, following, None if following is None else cursor(of, following))


def cut(text: str, limit: int) -> tuple[str, bool]:
    """Return a text, or its beginning, in at most `limit` bytes of UTF-8, and whether it was cut."""
    data = text.encode("utf-8", "replace")
    return (data.decode(), False) if len(data) <= limit else (data[:limit].decode("utf-8", "ignore"), True)


def first(items: Iterable[T], most: int) -> tuple[list[T], int]:
    """Return the first of them, at most `most`, and how many there are."""
    every = list(items)
    return every[:most], len(every)
