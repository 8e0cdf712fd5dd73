"""What a number in prose counts: the noun behind it, what narrows it, and whether only a part of the incident is meant."""

from __future__ import annotations

import re
from typing import NamedTuple

from timeline.checks.claims.claim import Claim
from timeline.checks.claims.ground import Ground
from timeline.checks.claims.phrases import english_words as english
from timeline.checks.claims.phrases.english_denials import DONE_TO
from timeline.checks.claims.words.numerals import Numeral
from timeline.checks.claims.words.patterns import any_of, words_of
from timeline.checks.claims.words.terms import Terms

_NOUN = re.compile(
    rf"\s{{1,3}}(?P<before>(?:[\w'’.=-]{{1,40}}\s{{1,3}}){{0,4}}?)(?P<noun>{any_of(english.COUNTED)})(?![\w-])",
    re.IGNORECASE,
)
_WHOLE = words_of(english.WHOLE_INCIDENT)
_WINDOW = words_of(english.WHOLE_WINDOW)
_ASIDE = re.compile(r"\([^()]{0,80}\)")  # a citation
_BOUNDS = words_of(
    (
        *english.ABOUT,
        *english.AT_LEAST,
        *english.AT_MOST,
        *english.MORE_THAN,
        *english.LESS_THAN,
        *english.OR_MORE,
        *english.OR_LESS,
    )
)
_PARTIAL = words_of(english.PARTIAL)
_OF = re.compile(
    r"\s{1,3}(?:of|for|from|on|in|by)\s{1,3}(?:the\s|service\s|channel\s){0,2}(?P<name>[\w.:/#@-]{2,80})",
    re.IGNORECASE,
)
_CLOCK = re.compile(
    r"\d{1,2}:\d\d|\d\s?(?:min|s\b|h\b|[ap]m\b)|\b(?:minutes?|hours?|seconds?|days?|morning|afternoon|noon|midnight|night)\b",
    re.IGNORECASE,
)
_DONE = re.compile(
    rf"\s{{1,3}}(?:was|were|had been|got|have been)\s{{1,3}}(?P<words>{any_of(DONE_TO)})(?![\w-])",
    re.IGNORECASE,
)
_PARTING = english.NO_NOUN - {"of", "the", "in"}
_ALERTED = re.compile(rf"\s{{0,3}}(?:$|[^\w\s]|(?:{any_of(english.ALERTED)})(?![\w-]))", re.IGNORECASE)
_PAGED = words_of(english.PAGED)
_PAGE = re.compile(r"\bstatus\s?page\b", re.IGNORECASE)
_STATUS = re.compile(r"\b(?:status|web|error|landing|home)\s?$", re.IGNORECASE)


class Noun(NamedTuple):
    """A sort of things that is counted: `names` narrow it, `partial` where more narrows it than can be told."""

    sort: str
    names: frozenset[str]
    once: bool
    partial: bool
    window: bool
    end: int


def noun(claim: Claim, number: Numeral, ground: Ground) -> Noun | None:
    """Return what a number counts; None where it counts nothing that the timeline does."""
    text, clause = claim.plain.text, claim.clause_at(number.start)
    if number.unit:
        return None
    match = _NOUN.match(text, number.end, min(clause.end, number.end + 160))
    if match is None:
        return None
    sort = english.COUNTED[" ".join(match["noun"].lower().split())]
    if match["before"].lower().startswith("the "):
        return None  # `after another twenty-two the rollback came`
    if number.value != int(number.value) or any(word in _PARTING for word in match["before"].lower().split()):
        return None  # `2.27 page`, `1002 is full of messages`
    if _is_heading(claim, number) or (sort == "page" and not _PAGED.search(claim.text)):
        return None
    if sort == "posts":
        if not _PAGE.search(claim.text):
            return None
        sort = "status"
    before = match["before"].lower().split()
    if sort == "page" and (
        _STATUS.search(match["before"]) or ("page" not in match["noun"].lower() and "status" in before)
    ):
        return None
    known = ground.once(Terms)
    names, partial = set[str](), False
    if any(word[0].isupper() and word.lower() not in known.every for word in match["before"].split()):
        return None  # a heading's words, another thing's name
    for word in before:
        if word in english.COUNTED_ALL:
            partial = partial or word in {"of", "in"}
        elif word in known.every:
            names.add(word)
        else:
            partial = True
    end = match.end("noun")
    rest, lead = text[end : clause.end], text[clause.start : number.start]
    if (done := _DONE.match(rest)) and sort in {"deploy", "release", "alert", "firing", "message"}:
        sort = DONE_TO[done["words"].lower()]  # `one deploy was rolled back`
    narrowing = _OF.match(rest)
    if narrowing and (name := narrowing["name"].casefold().strip("#.,")) in known.every:
        names.add(name)
        rest = rest[narrowing.end() :]
    if sort in {"alert", "firing"} and not _ALERTED.match(rest):
        partial = True  # `two alerts paged`
    once = any(word in english.COUNTED_ONCE for word in before)
    return Noun(
        sort, frozenset(names), once, partial or is_partial(f"{lead} | {rest}", claim), is_window(claim), end
    )


def _is_heading(claim: Claim, number: Numeral) -> bool:
    """Tell whether digits that begin a block are the number of a heading or an item: `4 Actionables`."""
    text = claim.plain.text
    return (
        not text[: number.start].strip()
        and text[number.start].isdigit()
        and text[number.end : number.end + 2].strip()[:1].isupper()
    )


def is_partial(text: str, claim: Claim) -> bool:
    """Tell whether the words around a count narrow it to a part of the incident, or of what is counted."""
    bare = _BOUNDS.sub("", _WINDOW.sub("", _WHOLE.sub("", _ASIDE.sub("", text))))
    return bool(_PARTIAL.search(bare) or _CLOCK.search(_WHOLE.sub("", claim.text)))


def is_window(claim: Claim) -> bool:
    """Tell whether a claim names the window, and not the incident."""
    return _WINDOW.search(claim.text) is not None


def is_whole(claim: Claim) -> bool:
    """Tell whether a claim names the whole incident, or the window."""
    return is_window(claim) or _WHOLE.search(claim.text) is not None
