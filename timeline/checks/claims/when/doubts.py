"""What leaves open whether a sentence puts two facts in order at all, and which of them is on which side."""

from __future__ import annotations

import re
from collections.abc import Sequence
from itertools import pairwise

from timeline.checks.claims.claim import Claim
from timeline.checks.claims.phrases import english_order as english
from timeline.checks.claims.phrases.english_time import NUMBERS
from timeline.checks.claims.plain import Span, cited_in
from timeline.checks.claims.when import context
from timeline.checks.claims.when.naming import called, is_called
from timeline.model import Fact

_NUMBERS = "|".join(word for word, size in NUMBERS.items() if size > 1)
_MORE = re.compile(rf"{english.LENGTH}(?:(?:{_NUMBERS})(?:-\w{{3,5}})?|\d{{1,3}})\b(?![.:%-])", re.IGNORECASE)
_NEGATIVE, _NO_DENIAL, _COMPARED = (
    re.compile(phrase, re.IGNORECASE) for phrase in (english.NEGATIVE, english.NO_DENIAL, english.COMPARED)
)


#: `X; Y followed (x, y)`
_FOLLOWED = re.compile(r"\bfollowed(?: suit)?\s{0,3}[(\[;.]", re.IGNORECASE)
#: Behind it is what somebody said: `explained that nobody knew`.
_THAT = re.compile(
    r"\b(?:explain|sa|wr|not|report|ask|tell|told|announc|post|complain|point|confirm|admit)\w{0,6} (?:\w+ )?(?:that|whether|why|how)\b",
    re.IGNORECASE,
)


def parts(claim: Claim) -> list[Span]:
    """Return what a sentence is made of between semicolons, where each part cites two things or more; else all of it."""
    text, plain = claim.plain.text, claim.plain
    ends = [
        place
        for place in range(claim.span.start, claim.span.end)
        if text[place] == ";" and not (plain.is_code(place) or plain.is_quoted(place))
    ]
    edges = [claim.span.start, *(place + 1 for place in ends), claim.span.end]
    parts = [Span(a, b) for a, b in pairwise(edges)]
    whole = [one for one in parts if len({each.id for each in cited_in(claim.citations, one)}) > 1]
    goes_on = len(whole) == 1 and whole[0] == parts[-1] and _FOLLOWED.search(text, *whole[0]) is not None
    return whole if claim.own and len(parts) > 1 and whole and not goes_on else [claim.span]


def is_length(text: str, place: int, end: int) -> bool:
    """Tell whether a number stands behind a connective, whose unit was said before: `and after another five`."""
    return _MORE.match(text, place, end) is not None


def is_none(claim: Claim, place: Span, begin: int, end: int, *, cause: bool) -> bool:
    """Tell whether a side says what did not happen, or the sides are compared: neither is in any order."""
    text = claim.plain.text
    if _COMPARED.search(text, begin, place.start):
        return True
    if text[place.start : place.end].lower().startswith(("until", "till", "up", "before")) and not cause:
        return False  # `X did not stop until Y` puts them in order
    words = _THAT.split(context.own_words(claim, Span(begin, end)))[0]
    return _NEGATIVE.search(_NO_DENIAL.sub(" ", words)) is not None


def are_swapped(sides: Sequence[Sequence[Fact]], words: tuple[str, str]) -> bool:
    """Tell whether each side's words are rather those of what stands on the other: `the fix (A) came after its merge (B)`."""
    (left, right), (here, there) = sides, words
    own = called(left[0], here) + called(right[0], there)
    if called(left[0], there) + called(right[0], here) > own + 1:
        return True
    # `auth-v205 (its deploy) was merged before it went live (its merge)`: one side names the kind of the other's fact.
    of_left, of_right = ((is_called(one, here), is_called(one, there)) for one in (left[0], right[0]))
    return (of_left == (False, True) and not of_right[1]) or (of_right == (True, False) and not of_left[0])
