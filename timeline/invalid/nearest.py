"""The nearest valid name: what a misspelt one was meant to be."""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Sequence

_SHORT = 3


def closest(word: str, known: Iterable[str], *, least: float = 0.5) -> str:
    """Return the nearest of `known`, or nothing where none is `least` (0 to 1) alike; of equals, the one with its letters swapped.

    Two of three letters are no likeness by themselves: a short word begins as what was meant, or has its letters.
    """
    near = difflib.get_close_matches(word, list(known), n=5, cutoff=least)
    if len(word) <= _SHORT:
        near = [one for one in near if one[:1] == word[:1] or sorted(one) == sorted(word)]
    return max(near, key=lambda one: (sorted(one) == sorted(word), -near.index(one)), default="")


def nearest(word: str, known: Iterable[str]) -> str:
    """Return `; did you mean 'x'?` for the nearest of `known`, else nothing."""
    close = closest(word, known)
    return f"; did you mean {close!r}?" if close else ""


def among(word: str, known: Sequence[str]) -> str:
    """Return `; did you mean 'x'? Known are x, y`, and without the question where none is near."""
    near = nearest(word, known)
    return f"{near} Known are {', '.join(known)}" if near else f"; known are {', '.join(known)}"
