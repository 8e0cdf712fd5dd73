"""The two sides of a sentence that puts something before something else: where they meet, and the facts of each."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from timeline.checks.claims.claim import Claim
from timeline.checks.claims.ground import Ground
from timeline.checks.claims.phrases import english_order as english
from timeline.checks.claims.plain import Citation, Span
from timeline.checks.claims.when.cited import groups
from timeline.checks.claims.when.lives import lives
from timeline.model import Fact

_MEETING = re.compile(
    rf"(?<![\w-])(?:(?P<backward>{english.BACKWARD})|(?P<caused>{english.CAUSED})|(?P<forward>{english.FORWARD})|(?P<causes>{english.CAUSES})"
    rf"|(?P<earlier>{english.THEN_EARLIER})|(?P<then>{english.THEN}))(?![\w-])",
    re.IGNORECASE,
)
_WHEN_ALREADY = re.compile(r"\balready\b", re.IGNORECASE)
_WHEN = re.compile(r"(?<![\w-])when(?![\w-])", re.IGNORECASE)
_LEADING = re.compile(rf"(?:\s*(?:{english.LEADING})(?![\w-]))*[\s,]*", re.IGNORECASE)
_FRESH = re.compile(r"[;:–—]\s*$|(?:^|[\s,;])(?:and|but|so|yet)\s*$", re.IGNORECASE)
_ORDINAL = re.compile(
    rf"\b(?P<which>{'|'.join(english.ORDINALS)})\s(?:\w+\s){{0,2}}?(?:time|firings?|fires?|episode|occurrence|resolution|recovery)\b"
    rf"|\b(?P<verb>first|last)\s(?:fired|stopped|crossed|resolved|seen)\b",
    re.IGNORECASE,
)
_WORDS = re.compile(r"[A-Z]{2,}(?![a-z])|[A-Z]?[a-z]+|\d+")


class Meeting(NamedTuple):
    """Where two sides meet: `first` and `second` in the order that is claimed, and the words of each."""

    span: Span
    first: tuple[Fact, ...]
    second: tuple[Fact, ...]
    cause: bool
    first_words: str
    second_words: str


class _Joint(NamedTuple):
    span: Span
    left_first: bool
    cause: bool
    goes_on: bool  # it may go on from the sentence before


def meetings(claim: Claim, ground: Ground) -> Iterator[Meeting]:
    """Yield the orders that a sentence (of a row: a cell) claims, with the facts cited on each side."""
    for scope in claim.clauses if claim.header else (claim.span,):
        joints = list(_joints(claim, scope))
        for place, joint in enumerate(joints):
            begin = joints[place - 1].span.end if place else scope.start
            end = joints[place + 1].span.start if place + 1 < len(joints) else scope.end
            if meeting := _meeting(claim, ground, scope, joint, begin, end):
                yield meeting


def _joints(claim: Claim, scope: Span) -> Iterator[_Joint]:
    plain, text = claim.plain, claim.plain.text
    for match in _MEETING.finditer(text, scope.start, scope.end):
        place = match.start()
        if plain.is_code(place) or plain.is_quoted(place):
            continue
        form = match.lastgroup or ""
        left_first = form in {"forward", "causes", "then"}
        if re.search(english.DENIED, text[max(scope.start, place - 40) : place], re.IGNORECASE):
            if match[0].lower() != "until":
                continue
            left_first = False
        elif match[0].lower().endswith(("until", "till")) and re.search(
            english.NEGATIVE, text[scope.start : place], re.IGNORECASE
        ):
            left_first = False
        yield _Joint(
            Span(*match.span()),
            left_first,
            form in {"causes", "caused"},
            form in {"then", "earlier", "causes"},
        )
    already = _WHEN_ALREADY.search(text, scope.start, scope.end)
    when = _WHEN.search(text, scope.start, scope.end)
    if already and when:
        # `X had already ... when Y`, `When Y, X had already ...`
        yield _Joint(Span(*when.span()), True, False, False)


def _meeting(
    claim: Claim, ground: Ground, scope: Span, joint: _Joint, begin: int, end: int
) -> Meeting | None:
    text, place = claim.plain.text, joint.span
    here = [one for one in claim.citations if claim.own and scope.start <= one.start <= scope.end]
    held = groups(here, text)
    before = [group for group in held if group[-1].start < place.start]
    after = [group for group in held if group[0].start >= place.end]
    if _leads(text, scope, begin, place.start) and not (joint.goes_on and before):
        near = [group for group in after if group[0].start < scope.end]
        comma = text.find(",", place.end, scope.end)
        if joint.goes_on:
            earlier = groups([one for one in claim.plain.citations if one.end <= scope.start], text)
            left, right = (earlier[-1:], near[:1]) if not claim.header else ([], [])
        elif (
            len(near) > 1
            and (comma < 0 or near[0][0].start <= comma)
            and not (_conjoined(text, scope, place.start) and before and len(near) < 2)
        ):
            right, left = near[:1], near[1:2]
        elif len(near) == 1 and before and _conjoined(text, scope, place.start):
            right, left = near[:1], before[:1]
        else:
            left, right = [], []
        spans = (
            Span(comma + 1 if comma > 0 else place.end, scope.end),
            Span(place.end, comma if comma > 0 else scope.end),
        )
    else:
        left = [group for group in before if group[0].start >= begin or begin == scope.start] or before[-1:]
        left, right = left[-1:], [group for group in after if group[0].start <= end][:1]
        spans = (Span(max(begin, scope.start), place.start), Span(place.end, end))
    words = (text[slice(*spans[0])], text[slice(*spans[1])])
    sides = (_facts(left, ground), _facts(right, ground))
    if not (left and right):
        sides = _by_words(claim, ground, words) if not joint.goes_on else ((), ())
    if not (sides[0] and sides[1]) or {f.id for f in sides[0]} & {f.id for f in sides[1]}:
        return None
    first, second = (0, 1) if joint.left_first else (1, 0)
    return Meeting(place, sides[first], sides[second], joint.cause, words[first], words[second])


def _leads(text: str, scope: Span, begin: int, place: int) -> bool:
    """Tell whether a joint begins its clause: `After Y, X`."""
    start = max(
        (m.end() for m in re.finditer(r"[;:–—]\s|\s(?:and|but|so|yet)\s", text[begin:place])), default=-1
    )
    lead = text[begin + start : place] if start >= 0 else text[begin:place] if begin == scope.start else "-"
    if begin != scope.start and not text[begin:place].strip(" ,"):
        return True
    return _LEADING.fullmatch(lead.strip(" *_-–—")) is not None


def _conjoined(text: str, scope: Span, place: int) -> bool:
    return (
        re.search(
            r"\b(?:and|but)\s(?:\w+\s){0,2}$", text[max(scope.start, place - 30) : place], re.IGNORECASE
        )
        is not None
    )


def _facts(held: Sequence[Sequence[Citation]], ground: Ground) -> tuple[Fact, ...]:
    return tuple(fact for group in held for fact in ground.facts_of(group))


def _by_words(
    claim: Claim, ground: Ground, words: tuple[str, str]
) -> tuple[tuple[Fact, ...], tuple[Fact, ...]]:
    """Tell by their words which of the facts that are cited together each side is about; none where that is open."""
    facts = ground.facts_of(claim.citations)
    if not 2 <= len(facts) <= 4 or not all(side.strip() for side in words):
        return (), ()
    best = [_best(facts, side, other) for side, other in (words, words[::-1])]
    left, right = best
    return ((left,), (right,)) if left and right and left.id != right.id else ((), ())


def _best(facts: Sequence[Fact], words: str, other: str) -> Fact | None:
    scores = sorted(
        ((called(fact, words) - called(fact, other), n) for n, fact in enumerate(facts)), reverse=True
    )
    if scores[0][0] <= 0 or (len(scores) > 1 and scores[1][0] == scores[0][0]):
        return None
    return facts[scores[0][1]]


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


def meant(fact: Fact, words: str, ground: Ground) -> list[Fact]:
    """Return the facts that one may stand for: any of its alert's, or the one that `first`, `last` or `second` says."""
    same = (
        list(lives(ground).same.get((fact.thread or "", fact.kind), ()))
        if fact.kind.startswith("alert.")
        else []
    )
    if len(same) < 2:
        return [fact]
    number = ordinal(words)
    return same if number is None else same[number : number + 1 or None] or [fact]


def ordinal(words: str) -> int | None:
    """Return which of several `for the first time` and kin say: 0 the first, -1 the last."""
    which = _ORDINAL.search(words)
    return None if which is None else english.ORDINALS[(which["which"] or which["verb"]).lower()]
