"""Which citations a value in a sentence belongs to, and what they say of time."""

from __future__ import annotations

import re
from collections.abc import Sequence
from itertools import pairwise
from typing import NamedTuple

from timeline.checks.claims.claim import Claim
from timeline.checks.claims.ground import Cited, Ground
from timeline.checks.claims.plain import Citation, Plain, Span, cited_in
from timeline.model import Fact, Gap, Impact

_BEFORE_ALL = -(2**62)
_BETWEEN = re.compile(r"[\s,;/()\[\]|&]*(?:and)?[\s,;/()\[\]|&]*")
_BESIDE = re.compile(r"[\s,:()\[\]|]{0,80}(?:at|on|by|around|about|from|until|was|of|~)?[\s(:]{0,9}")
_LINKED = re.compile(r"[^\[\]]{0,200}\)[\s,;/&]{0,4}(?:and\s)?\[[^\[\]]{1,60}\]")
_OPENS = re.compile(r"[(,]\s?(?:(?:see|cf\.?|both)\s)?\[[^\[\]]{1,60}\]$")
_COMMA = re.compile(r",\s")


class Bounds(NamedTuple):
    """When something cited was (ns, both ends within), and what it is."""

    first: int
    last: int
    item: Cited


def groups(citations: Sequence[Citation], plain: Plain) -> list[list[Citation]]:
    """Return citations in groups of those that stand side by side, links in one pair of brackets too."""
    made: list[list[Citation]] = []
    for one in citations:
        if made and (
            _BETWEEN.fullmatch(plain.text[made[-1][-1].end : one.start][:400])
            or _listed(made[-1], one, plain)
        ):
            made[-1].append(one)
        else:
            made.append([one])
    return made


def _listed(group: Sequence[Citation], one: Citation, plain: Plain) -> bool:
    """Tell `([merge](…), [deploy](…))`, whose words are names of links, from links that are the sentence's words."""
    before = plain.raw[max(group[0].start - 80, 0) : group[0].start + 1]
    return (
        _LINKED.fullmatch(plain.raw[group[-1].end : one.start + 1][:400]) is not None
        and _OPENS.search(before) is not None
    )


def belonging(claim: Claim, spans: Sequence[Span], which: int) -> tuple[Citation, ...]:
    """Return what the value `spans[which]` rests on, of a sentence's values in their order.

    Where values and citations take turns, each has its own. Else those between the same commas, else those of its
    clause, the nearest after it, or those of the sentence.
    """
    place = spans[which].start
    if not claim.own:
        return claim.citations
    own = groups(claim.citations, claim.plain)
    if turn := _in_turn(claim.plain.text, own, spans):
        return tuple(turn[which])
    inside = claim.cited_beside(place)
    if len(inside) > 1:
        near = _chunk(claim.plain.text, claim.clause_at(place), place, own)
        return cited_in(inside, near) or inside
    if not inside and (after := next((group for group in own if group[0].start >= place), None)):
        return tuple(after)
    return inside or claim.citations


def _in_turn(
    text: str, own: Sequence[list[Citation]], spans: Sequence[Span]
) -> Sequence[list[Citation]] | None:
    if len(own) != len(spans) or len(own) < 2:
        return None
    starts = [one[0].start for one in own]
    if all(span.start <= start for span, start in zip(spans, starts, strict=True)) and all(
        start <= span.start for start, span in zip(starts, spans[1:], strict=False)
    ):
        return own
    beside = all(
        group[-1].end <= span.start and _BESIDE.fullmatch(text[group[-1].end : span.start][:100])
        for group, span in zip(own, spans, strict=True)
    )
    return own if beside else None


def _chunk(text: str, clause: Span, place: int, own: Sequence[Sequence[Citation]]) -> Span:
    found = (match.end() for match in _COMMA.finditer(text, clause.start, clause.end))
    # A comma between citations that stand side by side parts nothing.
    commas = [end for end in found if not any(group[0].start < end <= group[-1].start for group in own)]
    edges = [
        clause.start,
        *commas,
        clause.end + 1,
    ]
    return next((Span(a, b - 1) for a, b in pairwise(edges) if a <= place < b), clause)


def bounds(cited: Sequence[Cited], ground: Ground) -> list[Bounds]:
    """Return when what is cited was; of a measure its two facts."""
    made: list[Bounds] = []
    for item in cited:
        if isinstance(item, Fact):
            made.append(Bounds(_BEFORE_ALL if item.earliest is None else item.earliest, item.latest, item))
        elif isinstance(item, Gap | Impact):
            made.append(Bounds(item.start, max(item.end, item.start), item))
        else:
            ends = [ground.by_id[one] for one in (item.from_, item.to) if one and one in ground.by_id]
            made += bounds([one for one in ends if isinstance(one, Fact)], ground)
    return made


def is_open(one: Bounds) -> bool:
    """Tell whether it was already so: nothing is known of when it began."""
    return one.first == _BEFORE_ALL
