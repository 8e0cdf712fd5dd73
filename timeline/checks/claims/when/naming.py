"""Which facts the words of a side name: by the names of their kinds, and by `first`, `second` or `last`."""

from __future__ import annotations

import re

from timeline.checks.claims.ground import Ground
from timeline.checks.claims.phrases import english_order as english
from timeline.checks.claims.when.lives import alike
from timeline.checks.claims.words.patterns import any_of
from timeline.model import Fact

_ORDINAL = re.compile(
    rf"\b(?P<which>{'|'.join(english.ORDINALS)})\s(?:\w+\s){{0,2}}?(?:time|firings?|fires?|episode|occurrence|resolution|recovery|waves?|bursts?|bouts?|rounds?|spells?|backlog|phase)\b"
    rf"|\b(?P<verb>first|last)\s(?:fired|stopped|crossed|resolved|seen)\b",
    re.IGNORECASE,
)
_CALLED = {
    kind: re.compile(rf"\b(?:{any_of(words)})", re.IGNORECASE) for kind, words in english.CALLED.items()
}
_FOR_GOOD = re.compile(r"\bfor good\b", re.IGNORECASE)
_LETTERS = re.compile(r"[^\W\d_]{4,30}")
_LONGEST, _MOST, _STEM = 500, 3, 4  # characters that are read, words that count, letters that words share
_WORDS = re.compile(r"[A-Z]{2,}(?![a-z])|[A-Z]?[a-z]+|\d+")


def called(fact: Fact, words: str) -> int:
    """Return how many of the words are those of a fact: its kind's, its names'."""
    folded = words.casefold()
    score = sum(
        re.search(rf"\b{re.escape(one)}", folded) is not None for one in english.CALLED.get(fact.kind, ())
    )
    named = {
        part.casefold()
        for value in fact.names.values()
        if isinstance(value, str)
        for part in (value, *_WORDS.findall(value))
    }
    return 2 * score + sum(len(part) > 2 and part in folded for part in sorted(named)[:40])


def quoted(fact: Fact, words: str) -> int:
    """Return how many words of what somebody wrote stand in some words, in whatever form; three at most."""
    said = (
        {one.casefold() for one in _LETTERS.findall(fact.quote.text[:_LONGEST])} if fact.quote else set[str]()
    )
    here = {one.casefold() for one in _LETTERS.findall(words)}
    return min(sum(any(_is_form(one, other) for other in here) for one in sorted(said)), _MOST)


def _is_form(one: str, other: str) -> bool:
    size = max(_STEM, min(len(one), len(other)) - 3)
    return one[:size] == other[:size]


def is_called(fact: Fact, words: str) -> bool:
    """Tell whether some words are those of a fact's kind."""
    pattern = _CALLED.get(fact.kind)
    return pattern is not None and pattern.search(words) is not None


def meant(fact: Fact, words: str, ground: Ground) -> list[Fact]:
    """Return the facts that one may stand for: any of its alert's, or the one that `first`, `last` or `second` says."""
    same = list(alike(fact, ground))
    if len(same) < 2:
        return [fact]
    number = ordinal(words)
    return same if number is None else same[number : number + 1 or None] or [fact]


def ordinal(words: str) -> int | None:
    """Return which of several `for the first time` and kin say: 0 the first, -1 the last."""
    if _FOR_GOOD.search(words):
        return -1
    which = _ORDINAL.search(words)
    return None if which is None else english.ORDINALS[(which["which"] or which["verb"]).lower()]


def is_of_several(words: str) -> bool:
    """Tell whether `first` and `last` stand in one clause: which of them a value is of is open."""
    return len({(one["which"] or one["verb"]).lower() for one in _ORDINAL.finditer(words)}) > 1
