"""What a message tells of another time than its own: what happened then is not when the message was written."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import replace
from itertools import islice

from timeline.checks.claims.claim import Claim
from timeline.checks.claims.ground import Ground
from timeline.checks.claims.when import cited, mentions, written, zone
from timeline.checks.claims.when.cited import Bounds
from timeline.checks.claims.when.written import Written
from timeline.model import Fact

_LONGEST = 2_000  # characters of a message
_MOST = 20  # times of a message
_TYPED = re.compile(r"\d{1,2}[:.]\d\d")


def is_told(claim: Claim, one: Written, facts: Iterable[Bounds]) -> bool:
    """Tell whether a time stands in the words of what is cited: it is what these say, as typed or by another clock."""
    typed = _TYPED.match(claim.plain.text[slice(*one.span)])
    quotes = [
        (fact, fact.item.quote.text) for fact in facts if isinstance(fact.item, Fact) and fact.item.quote
    ]
    if typed is not None and any(typed[0] in text for _, text in quotes):
        return True
    return any(
        a <= d and c <= b
        for fact, text in quotes
        for a, b in one.near(fact.first, fact.last)
        for c, d in _times(fact, text)
    )


def _times(fact: Bounds, text: str) -> Iterator[tuple[int, int]]:
    for one in islice(written.times(text[:_LONGEST], 0, _LONGEST), _MOST):
        yield from replace(one, clocks=one.clocks or zone.UTC).near(fact.first, fact.last)


def retold(claim: Claim, ground: Ground) -> frozenset[str]:
    """Return the ids of cited facts of which a sentence states a time that is not theirs, but that of what they tell."""
    facts = [
        one for one in cited.bounds(ground.cited(claim.citations), ground)
        if isinstance(one.item, Fact) and one.item.quote and not cited.is_open(one)
    ]  # fmt: skip
    if not facts:
        return frozenset()
    times = [one for unit in mentions.units(claim) for one in unit if not one.is_day]
    return frozenset(
        fact.item.id
        for fact in facts
        for one in times
        if isinstance(fact.item, Fact) and is_told(claim, one, [fact]) and not _is_its_own(one, fact)
    )


def _is_its_own(one: Written, fact: Bounds) -> bool:
    return any(a <= fact.last and fact.first <= b for a, b in one.near(fact.first, fact.last))
