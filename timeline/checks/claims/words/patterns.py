"""Patterns of phrases that are data."""

from __future__ import annotations

import re
from collections.abc import Iterable


def any_of(phrases: Iterable[str]) -> str:
    """Return a pattern for one of the phrases, the longest first; a space stands for up to three."""
    ordered = sorted(phrases, key=lambda phrase: (-len(phrase), phrase))
    return "|".join(re.escape(phrase).replace(r"\ ", r"\s{1,3}") for phrase in ordered)


def words_of(phrases: Iterable[str]) -> re.Pattern[str]:
    """Return a pattern that finds one of the phrases, as whole words, in any case."""
    return re.compile(rf"(?<![\w-])(?:{any_of(phrases)})(?![\w-])", re.IGNORECASE)
