"""What stands around a number: two texts that have one place for a number have the same words about it."""

from __future__ import annotations

import re
from typing import NamedTuple

from timeline.checks.claims.phrases import english_slots as english
from timeline.checks.claims.phrases.english_words import LARGE, NO_NOUN, SMALL
from timeline.checks.claims.words.impacts import stem

_WORD = re.compile(r"[A-Za-z][\w'’-]{0,40}|\d[\d.,]*")
_END = re.compile(
    r"[;:()\[\]]|[.,!?](?=\s|$)|\s[–—-]\s|\b(?:and|but|while|when|because|after|before|until|then)\b",
    re.IGNORECASE,
)
_OF = re.compile(
    r"\s{1,3}(?:out\s)?of\s(?:(?:the|all|our|its|these|those|about|some)\s){0,2}(?P<whole>[\w.,']{1,20})\s{1,3}(?P<noun>[A-Za-z][a-z-]{1,40})"
)
_BEHIND = re.compile(r"\s{1,3}(?:of\s(?:the|our|all|its)\s)?([a-z][a-z-]{1,40})", re.IGNORECASE)
_REACH = 60  # characters to either side
_BEFORE, _AFTER = 5, 6  # words


class Slot(NamedTuple):
    """The stem of what a number counts (empty: none), whether it is a part of so many, and the stems around it."""

    noun: str
    part: bool
    around: frozenset[str]
    before: str = ""  # the last of them before the number


def slot(text: str, start: int, end: int, first: int = 0, last: int | None = None) -> Slot:
    """Return what stands around the number at `[start, end)` of a text, between `first` and `last`."""
    stop = min(len(text) if last is None else last, end + _REACH)
    before, behind = text[max(first, start - _REACH) : start], text[end:stop]
    edges = [match.end() for match in _END.finditer(before)]
    close = _END.search(behind)
    left = _WORD.findall(before[edges[-1] if edges else 0 :])[-_BEFORE:]
    right = _WORD.findall(behind[: close.start() if close else None])[:_AFTER]
    of, noun = _OF.match(text, end, stop), _BEHIND.match(text, end, stop)
    if of is not None and (of["whole"][0].isdigit() or of["whole"].lower() in SMALL):
        name, part = root(of["noun"]), True
    else:
        name = root(noun[1]) if noun and noun[1].lower() not in NO_NOUN else ""
        part = False
    near = [word for word in map(_content, left) if word]
    around = {*near, *filter(None, map(_content, right))}
    return Slot(name, part, frozenset(around), near[-1] if near else "")


def _content(word: str) -> str:
    low = word.lower()
    if low in english.EMPTY or low in SMALL or low in LARGE or low[0].isdigit():
        return ""
    return root(low)


def root(word: str) -> str:
    """Return what forms of a word have in common: `node` and `nodes`, `took` and `takes`."""
    low = word.lower()
    return (english.ROOTS.get(low) or stem(low)).rstrip("e")


def alike(one: Slot, other: Slot) -> int:
    """Return how many words two places have in common, what is counted twice."""
    named = 2 if one.noun and one.noun == other.noun else 0
    return len(one.around & other.around) + named
