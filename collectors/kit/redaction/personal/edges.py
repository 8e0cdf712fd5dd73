"""Whether a find is a whole, or part of something longer, by what stands beside it."""

from __future__ import annotations


def is_behind(text: bytes, start: int, signs: bytes) -> bool:
    """Tell whether what begins there goes on from before: from a letter, a digit, or one of `signs`."""
    return start > 0 and (text[start - 1 : start].isalnum() or text[start - 1] in signs)


def goes_on(text: bytes, end: int, signs: bytes, joins: bytes) -> bool:
    """Tell whether what ends there goes on: with a letter, a digit, one of `signs`, or one of `joins` and either."""
    if end >= len(text):
        return False
    return (
        text[end : end + 1].isalnum()
        or text[end] in signs
        or (text[end] in joins and text[end + 1 : end + 2].isalnum())
    )
