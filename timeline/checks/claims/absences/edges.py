"""What a denial's time is after, or before: the cited facts that a sentence speaks of it by."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import NamedTuple

from timeline.checks.claims.claim import Claim
from timeline.checks.claims.ground import Ground
from timeline.checks.claims.phrases import english_denials as english
from timeline.checks.claims.plain import Citation
from timeline.checks.claims.plain import Span as Place
from timeline.checks.claims.when.cited import groups
from timeline.checks.claims.when.dated import Moment, moments
from timeline.checks.claims.when.naming import called
from timeline.checks.claims.words.patterns import any_of
from timeline.model import Fact

_EDGE = re.compile(
    rf"(?<![\w-])(?:(?P<until>{any_of(english.UNTIL_WHEN)})|(?P<since>{any_of(english.FROM_WHEN)}|as soon as|(?<!at )(?<!not )(?<!than )(?<!even )(?<!only )(?<!never )once(?=\s{{1,3}}\w)))\s(?!(?:the\s|our\s|that\s)?(?:[\w#-]{{1,30}}\s)?(?:{any_of(english.CHANNELS)})\b)",
    re.IGNORECASE,
)
_BETWEEN = re.compile(r"(?<![\w-])(?:(?P<between>between)|from)\s", re.IGNORECASE)
_ASIDE = re.compile(r"[(\[][^()\[\]]{0,80}[)\]]")  # a citation
_AMID = re.compile(
    r"\b(?:in between|in the meantime|between (?:them|the two|these|those|both))\b", re.IGNORECASE
)
#: Before a time: what was then is said, too.
_NAMING = re.compile(r"(?!(?:about|around|roughly)\b)\b[a-z]{4,}\b", re.IGNORECASE)
_THEN = re.compile(
    r"[\s,;]{0,3}(?:(?:and|but)\s)?(?:then|from then on|after that|afterwards)\b", re.IGNORECASE
)
_CLOCK = re.compile(r"\d{1,2}:\d\d")


class _Edge(NamedTuple):
    place: int
    since: bool
    fact: Fact


def edges_of(claim: Claim, place: Place, ground: Ground) -> list[tuple[bool, Fact]]:
    """Return the cited facts after which (true) and before which (false) the time of a clause is."""
    return _between(claim, ground) or _onward(claim, place, _edges(claim, ground), ground)


def _edges(claim: Claim, ground: Ground) -> list[_Edge]:
    """Return the cited facts that the time before (false) or after (true) is spoken of: `after X fired (f-…)`."""
    text, edges = claim.plain.text, list[_Edge]()
    if not claim.own:
        return []
    matches = list(_EDGE.finditer(text, claim.span.start, claim.span.end))
    for place, match in enumerate(matches):
        end = matches[place + 1].start() if place + 1 < len(matches) else claim.span.end
        cited = [one for one in claim.citations if match.end() <= one.start <= end]
        fact = _edge_of(claim, Place(match.end(), cited[0].start), cited, ground) if cited else None
        # What is denied stands behind what is cited: `after X (f-…), no alert fired`; not `before 14:10 (f-…)`.
        if (
            fact is not None
            and fact.earliest is not None
            and _is_named(claim, Place(match.end(), cited[0].start), fact, ground)
        ):
            edges.append(_Edge(match.start(), match["since"] is not None, fact))
    return edges


def _edge_of(claim: Claim, place: Place, held: Sequence[Citation], ground: Ground) -> Fact | None:
    """Return what is cited first, or of two that stand together the one that the words between name."""
    facts = ground.facts_of(held)
    first = ground.by_id.get(held[0].id)
    if len(held) == 2 == len(facts) and len(groups(held, claim.plain)) == 1:
        words = claim.plain.text[place.start : claim.clause_at(place.start).end][:80].partition(",")[0]
        scores = [called(fact, words) for fact in facts]
        if scores[1] > scores[0]:
            return facts[1]
    return first if isinstance(first, Fact) else None


def _is_named(claim: Claim, place: Place, fact: Fact, ground: Ground) -> bool:
    """Tell whether what stands before a citation names the fact, and no other time than its own."""
    if not _CLOCK.search(claim.plain.text, place.start, place.end):
        return True
    times = moments(claim, place, ground)
    words = claim.plain.text[place.start : times[0].place.start] if times else ""
    return _NAMING.search(words) is not None and all(is_of(one, fact) for one in times)


def is_of(one: Moment, fact: Fact) -> bool:
    """Tell whether a time may be a fact's own."""
    return fact.earliest is not None and one.first <= fact.latest and fact.earliest <= one.last


def _onward(claim: Claim, place: Place, edges: Sequence[_Edge], ground: Ground) -> list[tuple[bool, Fact]]:
    """Return the edges, of which those before `then` are of something else: what is cited right before it is the beginning."""
    if not _THEN.match(claim.plain.text, place.start):
        return [(since, fact) for _, since, fact in edges]
    before = [one for one in claim.citations if claim.own and one.end <= place.start]
    first = ground.by_id.get(before[-1].id) if before else None
    inside = [(since, fact) for at, since, fact in edges if at >= place.start]
    return [(True, first), *inside] if isinstance(first, Fact) and first.earliest is not None else inside


def _between(claim: Claim, ground: Ground) -> list[tuple[bool, Fact]]:
    """Return the two cited facts that a time is between: `between X (f-…) and Y (f-…)`, `from X to Y (f-…, f-…)`."""
    match = _BETWEEN.search(claim.plain.text, claim.span.start, claim.span.end) if claim.own else None
    behind = [one for one in claim.citations if match and one.start >= match.end()][:2]
    if match is None or len(behind) != 2:
        return []
    first, last = (ground.by_id.get(one.id) for one in behind)
    if not isinstance(first, Fact) or not isinstance(last, Fact):
        return []
    joint = "and" if match["between"] else "to"
    lead, onward = Place(match.end(), behind[0].start), Place(behind[0].end, behind[1].start)
    joined = _ASIDE.sub(" ", claim.plain.text[slice(*onward)]).strip(" ()[]")
    if joined.startswith(joint + " "):
        is_named = _is_named(claim, lead, first, ground) and _is_named(claim, onward, last, ground)
    else:  # both are cited at the end
        words = claim.plain.text[slice(*lead)]
        is_named = not joined.strip(" ,;") and joint in words.split() and not _CLOCK.search(words)
        first, last = sorted((first, last), key=lambda fact: fact.latest)
    if not is_named or last.earliest is None or first.earliest is None or first.latest >= last.earliest:
        return []
    return [(True, first), (False, last)]


def amid(claim: Claim, text: str, ground: Ground) -> list[tuple[bool, Fact]]:
    """Return the two cited facts that `in between` is of."""
    facts = ground.facts_of(claim.citations) if _AMID.search(text) else []
    if len(facts) != 2 or facts[1].earliest is None or facts[0].latest >= facts[1].earliest:
        return []
    return [(True, facts[0]), (False, facts[1])]
