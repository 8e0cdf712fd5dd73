"""Orders that no word between the two sides tells: `in that order`, `only when X did Y`, `when X, Y was not out yet`."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from itertools import pairwise

from timeline.checks.claims.claim import Claim
from timeline.checks.claims.ground import Ground
from timeline.checks.claims.phrases import english_order as english
from timeline.checks.claims.plain import Citation, Span
from timeline.checks.claims.when.cited import groups
from timeline.checks.claims.when.sides import Meeting

_IN_ORDER = re.compile(english.IN_ORDER, re.IGNORECASE)
_ONLY_WHEN = re.compile(english.ONLY_WHEN, re.IGNORECASE)
_WHEN = re.compile(r"[\s*_]*(?:by the time|when|as)\s", re.IGNORECASE)
_UNTIL, _NEGATIVE = re.compile(english.UNTIL_NOT, re.IGNORECASE), re.compile(english.NEGATIVE, re.IGNORECASE)
_NOT_YET = re.compile(english.NOT_YET, re.IGNORECASE)
_LONG_SINCE = re.compile(english.LONG_SINCE, re.IGNORECASE)
_AT_END = re.compile(rf"(?:{english.AT_END})[\s.!)]*$", re.IGNORECASE)
_FIRST, _SECOND = (
    re.compile(rf"[\s)\]]{{0,4}}(?:(?:{english.CAME})\s)?{place}\b", re.IGNORECASE)
    for place in ("first", "(?:second|next|later|last|afterwards)")
)


def sequences(claim: Claim, ground: Ground) -> Iterator[Meeting]:
    """Yield the orders of what a sentence cites that its whole form claims."""
    if claim.header or not claim.own:
        return
    held = groups(claim.citations, claim.plain)
    text = claim.plain.text
    if not 2 <= len(held) <= 6:
        return
    if match := _IN_ORDER.search(text, *claim.span):
        for one, other in pairwise(held):
            if other[0].start < match.start():
                yield from _meeting(claim, ground, Span(*match.span()), held, one, other)
        return
    if len(held) != 2:
        return
    one, other = held
    between, behind = text[one[-1].end : other[0].start], text[other[-1].end : claim.span.end]
    lead = text[claim.span.start : one[0].start]
    if (match := _ONLY_WHEN.match(lead)) or ((match := _UNTIL.match(lead)) and _NEGATIVE.search(between)):
        yield from _meeting(claim, ground, _span(claim, match), held, one, other)
    elif match := _WHEN.match(lead):
        if _NOT_YET.search(between + behind):
            yield from _meeting(claim, ground, _span(claim, match), held, one, other)
        elif _LONG_SINCE.search(between):
            yield from _meeting(claim, ground, _span(claim, match), held, other, one)
    elif (_FIRST.match(between) and _SECOND.match(behind)) or _AT_END.match(behind.lstrip(" )],")):
        yield from _meeting(claim, ground, Span(one[-1].end, other[0].start), held, one, other)


def _span(claim: Claim, match: re.Match[str]) -> Span:
    return Span(claim.span.start + match.start(), claim.span.start + match.end())


def _meeting(
    claim: Claim, ground: Ground, span: Span, held: Sequence[Sequence[Citation]], one: Sequence[Citation], other: Sequence[Citation]
) -> Iterator[Meeting]:  # fmt: skip
    first, second = ground.facts_of(one), ground.facts_of(other)
    if first and second and not {f.id for f in first} & {f.id for f in second}:
        yield Meeting(
            span, tuple(first), tuple(second), False, _words(claim, held, one), _words(claim, held, other)
        )


def _words(claim: Claim, held: Sequence[Sequence[Citation]], group: Sequence[Citation]) -> str:
    """Return the words before a citation, since the one before it."""
    start = max((each[-1].end for each in held if each[-1].end <= group[0].start), default=claim.span.start)
    return claim.plain.text[start : group[0].start]
