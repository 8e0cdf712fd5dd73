"""What is searched for: words, phrases in quotation marks, beginnings of words (`pool*`), and what cases must be."""

from __future__ import annotations

import re
from typing import NamedTuple

from timeline.cases.case import Facet
from timeline.errors import UsageError
from timeline.text import clean

_TERM = re.compile(r'"([^"]*)"?|(\S+)')
_WORD = re.compile(r"\w")
MOST_TERMS = 32
#: How words of English go on behind their stems.
_ENDINGS = (
    "s", "es", "ies", "ed", "ing", "er", "ers", "ion", "ions", "ation", "ations", "ate", "ated", "ates", "ating", "ator", "al", "ally",
    "ly", "ment", "ments", "ness", "able", "ability", "ible", "ibility", "ity", "ive", "ize", "ized", "izing", "ization", "ful", "ance",
    "ence", "ant", "ent", "ous",
)  # fmt: skip
_SHORTEST = 4


class Term(NamedTuple):
    """A word or a phrase; with `prefix` a word that begins so."""

    text: str
    prefix: bool = False


class Query(NamedTuple):
    """All terms, in one case, wherever they stand in it; times in ns, `[since, until)` of the incident's start."""

    terms: tuple[Term, ...] = ()
    facets: tuple[Facet, ...] = ()
    since: int | None = None
    until: int | None = None


def terms(text: str, *, typing: bool = False) -> tuple[Term, ...]:
    """Return the terms of what somebody typed; while `typing`, the last word may not be whole yet.

    Raises UsageError for more than 32 of them.
    """
    found = []
    for match in _TERM.finditer(clean(text)):
        phrase, word = match[1], match[2] or ""
        told = (phrase if phrase is not None else word.rstrip("*")).strip()
        if _WORD.search(told):
            found.append(Term(told, phrase is None and word.endswith("*")))
    if len(found) > MOST_TERMS:
        raise UsageError(f"{len(found)} words are too many; search for {MOST_TERMS} at most")
    if typing and found and not text.endswith((" ", '"')):
        found[-1] = found[-1]._replace(prefix=True)
    return tuple(dict.fromkeys(found))


def forms(beginning: str) -> tuple[str, ...]:
    """Return words that begin so, as English goes on: `investigat` may become investigating or investigation.

    An index of stems is looked into for these, since a stem may be shorter than what was typed.
    """
    word = beginning.casefold()
    if len(word) < _SHORTEST or not (word.isascii() and word.isalpha()):
        return ()
    typed = (word[at:] for at in range(_SHORTEST - 1, len(word) + 1))
    made = [word[: len(word) - len(end)] + one for end in typed for one in _ENDINGS if one.startswith(end)]
    return tuple(dict.fromkeys(made))
