"""The two sides of a sentence that puts something before something else: where they meet, and the facts of each."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from timeline.checks.claims.claim import Claim
from timeline.checks.claims.ground import Ground
from timeline.checks.claims.phrases import english_order as english
from timeline.checks.claims.phrases.english_time import MONTH, WEEKDAYS
from timeline.checks.claims.plain import Citation, Span, cited_in
from timeline.checks.claims.when import amounts, doubts
from timeline.checks.claims.when.cited import groups
from timeline.checks.claims.when.naming import called, quoted
from timeline.model import Fact

_MEETING = re.compile(
    rf"(?<![\w-])(?:(?P<backward>{english.BACKWARD})|(?P<caused>{english.CAUSED})|(?P<forward>{english.FORWARD})|(?P<reason>{english.REASON})|(?P<causes>{english.CAUSES})"
    rf"|(?P<earlier>{english.THEN_EARLIER})|(?P<then>{english.THEN}))(?![\w-])",
    re.IGNORECASE,
)
_ALREADY = re.compile(r"\balready\b", re.IGNORECASE)
_WHEN = re.compile(r"(?<![\w-])when(?![\w-])", re.IGNORECASE)
_FIRST = re.compile(r"\bfirst\b", re.IGNORECASE)
_PLACE = re.compile(rf"(?<![\w-]){english.PLACES}(?=[\s(\[]{{1,4}}\ufffc)", re.IGNORECASE)
_BARE = re.compile(r"\s?[(\[]\ufffc")
_DENIED = re.compile(english.DENIED, re.IGNORECASE)
_OPEN = re.compile(rf"{english.KEPT}|{english.NEGATIVE}", re.IGNORECASE)
_NOT_YET = re.compile(english.NOT_YET, re.IGNORECASE)
_WAITS = re.compile(rf"{english.NEGATIVE}|{english.WAITS}", re.IGNORECASE)
_USELESS = re.compile(english.USELESS, re.IGNORECASE)
_UNTIL = re.compile(r"\b(?:until|till)\b[^,;.]{1,50}$", re.IGNORECASE)
_CONJOINED = re.compile(
    r"\b(?:and|but),?\s(?:(?:only|just|not|shortly|soon|right|well|long|even)\s){0,2}$", re.IGNORECASE
)
_LEADING = re.compile(rf"(?:[\s~≈]*(?:{english.LEADING})(?![\w-]))*[\s,]*", re.IGNORECASE)
# `and` within a number begins no clause: `an hour and 54 minutes`, `two and a half`.
_FRESH = re.compile(
    r"[;:–—]\s|(?<!hours)(?<!hour)(?<!minutes)(?<!minute)(?<!min)(?<!\dh)\s(?:and|but|so|yet),?\s(?!a (?:half|quarter))",
    re.IGNORECASE,
)


_VALUE = re.compile(
    r"\s{1,3}(?:about|around|roughly|approximately|~|at)?\s{0,3}(?:\d{1,2}[:h.]\d\d|noon|midnight|\d{4}-\d\d|\d{1,2}\s?[ap]\.?m"
    rf"|(?:{'|'.join(WEEKDAYS)}|{MONTH}\s\d|\d{{1,2}}(?:st|nd|rd|th)?\s{MONTH}))\b",
    re.IGNORECASE,
)


_AT_ONCE = re.compile(
    r"[\s,]{0,4}(?:(?:shortly|soon|only|some|a few|\d{1,3}|seconds|minutes|hours)[\s,]{1,3}){0,3}",
    re.IGNORECASE,
)
#: `It took 13 minutes after X to Y`: both are on the right.
_LENGTH = re.compile(
    r"(?:\b(?:minutes?|mins?|seconds?|secs?|hours?|days?|while|moments?)|\d\s?[smhd])\s{0,3}$", re.IGNORECASE
)
_PARTED = re.compile(r"[,;]|\band\b")
_SPOKEN = re.compile(r"[^\W_]{2,}")


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
    for scope in claim.clauses if claim.header else doubts.parts(claim):
        joints = list(_joints(claim, scope))
        for place, joint in enumerate(joints):
            begin = joints[place - 1].span.end if place else scope.start
            end = joints[place + 1].span.start if place + 1 < len(joints) else scope.end
            if meeting := _meeting(claim, ground, scope, joint, begin, end):
                yield meeting


def _joints(claim: Claim, scope: Span) -> Iterator[_Joint]:
    """Yield where the sides of a span meet, in their order."""
    every = sorted([*_connectives(claim, scope), *_adverbs(claim, scope)])
    for place, joint in enumerate(every):
        lead = claim.plain.text[every[place - 1].span.end : joint.span.start] if place else "-"
        if not (joint.goes_on and _AT_ONCE.fullmatch(lead)):  # `when, shortly afterwards, X` is one
            yield joint


def _connectives(claim: Claim, scope: Span) -> Iterator[_Joint]:
    plain, text = claim.plain, claim.plain.text
    for match in _MEETING.finditer(text, scope.start, scope.end):
        place, form = match.start(), match.lastgroup or ""
        if plain.is_code(place) or plain.is_quoted(place):
            continue
        if form in {"forward", "backward"} and (
            _VALUE.match(text, match.end()) or amounts.begins(text, match.end(), scope.end)
        ):
            continue  # `before 14:10`, `after nine minutes`
        if form in {"forward", "backward"} and doubts.is_length(text, match.end(), scope.end):
            continue
        if form == "backward" and _UNTIL.search(text[max(scope.start, place - 60) : place]):
            continue  # `until nine minutes after`
        if match[0].lower().startswith("by the time") and _NOT_YET.search(text, match.end(), scope.end):
            continue  # `by the time X, Y was not out yet`
        left_first = form in {"forward", "causes", "then", "reason"}
        if match[0].lower().startswith(("until", "till", "up")):
            if not text[scope.start : place].strip() and _OPEN.search(text, scope.start, scope.end):
                continue  # `until X, it kept failing`: its end is after; `until X, it did not recover`
            since = max(claim.clause_at(place).start, place - 300)
            waits = _WAITS.search(text, since, place) is not None
            if (form == "backward" and not waits) or (waits and _USELESS.search(text, since, place)):
                continue  # `latency stayed high until after Y`: nothing on the left came at once
            left_first = left_first and not waits
        elif _DENIED.search(text[max(scope.start, place - 40) : place]):
            continue
        elif (
            form in {"forward", "backward"}
            and _BARE.match(plain.held, match.end())
            and not _leads(text, scope.start, place)
        ):
            left_first = not left_first  # `X came before (x) and Y after (y)`
        yield _Joint(
            Span(*match.span()),
            left_first,
            form in {"causes", "caused", "reason"},
            form in {"then", "earlier", "causes"},
        )


def _adverbs(claim: Claim, scope: Span) -> Iterator[_Joint]:
    """Yield `X had already … when Y` and `X first (x), Y second (y)`."""
    text = claim.plain.text
    already = _ALREADY.search(text, scope.start, scope.end)
    when = _WHEN.search(text, scope.start, scope.end)
    if already and when:
        yield _Joint(Span(*when.span()), True, False, False)
    first = _FIRST.search(text, scope.start, scope.end)
    for match in _PLACE.finditer(claim.plain.held, first.end() if first else scope.end, scope.end):
        yield _Joint(Span(*match.span()), True, False, True)


def _meeting(
    claim: Claim, ground: Ground, scope: Span, joint: _Joint, begin: int, end: int
) -> Meeting | None:
    text, place = claim.plain.text, joint.span
    here = cited_in(claim.citations, scope) if claim.own else ()
    held = groups(here, claim.plain)
    before = [group for group in held if group[-1].start < place.start]
    after = [group for group in held if group[0].start >= place.end]
    # `A, and then B (a, b)`
    told = _CONJOINED.sub("", text[scope.start : place.start])
    inside = (
        joint.goes_on
        and not before
        and [len(one) for one in after] == [2]
        and not _LEADING.fullmatch(told.strip(" *_-–—,"))
    )
    if (
        _leads(text, begin, place.start, whole=begin == scope.start)
        and not (joint.goes_on and before)
        and not inside
    ):
        comma = _comma(claim, place.end, scope.end)
        if joint.goes_on:
            earlier = groups([one for one in claim.plain.citations if one.end <= scope.start], claim.plain)
            left, right = (earlier[-1:], after[:1]) if not claim.header else ([], [])
        elif len(after) > 1 and (comma < 0 or after[0][0].start <= comma):
            right, left = after[:1], after[1:2]
        elif (
            len(after) == 1
            and before
            and _CONJOINED.search(text[max(scope.start, place.start - 30) : place.start])
        ):
            right, left = after[:1], before[:1]
        else:
            left, right = [], []
        main = comma + 1 if comma > 0 else place.end
        spans = (Span(main, scope.end), Span(place.end, comma if comma > 0 else scope.end))
    else:
        left = [group for group in before if group[0].start >= begin or begin == scope.start]
        left, right = left[-1:], [group for group in after if group[0].start <= end][:1]
        spans = (_near(claim, begin, place.start, scope, last=True), _near(claim, place.end, end, scope))
    words = (text[slice(*spans[0])], text[slice(*spans[1])])
    sides = (_facts(left, ground), _facts(right, ground))
    if not (left and right):
        leads = spans[0].start > spans[1].start
        # `Nine minutes after A, and twenty after B, C`: what is behind the comma is no side of its own.
        several = leads and _MEETING.search(words[0]) is not None
        whole = not joint.goes_on or (inside and not leads)
        if joint.goes_on and whole and not _SPOKEN.search(words[1]):
            words = _apart(words[0])  # `X first, Y after that`
        sides = ((), ()) if several or not whole else _by_words(claim, here or claim.citations, ground, words)
    if not (sides[0] and sides[1]) or {f.id for f in sides[0]} & {f.id for f in sides[1]}:
        return None
    goes_on = bool(left) and left[0][0].start < scope.start  # its words are in the sentence before
    if doubts.is_none(claim, place, begin, end, cause=joint.cause) or (
        not goes_on and doubts.are_swapped(sides, words)
    ):
        return None
    first, second = (0, 1) if joint.left_first else (1, 0)
    return Meeting(place, sides[first], sides[second], joint.cause, words[first], words[second])


def _near(claim: Claim, start: int, end: int, scope: Span, *, last: bool = False) -> Span:
    """Return a side's words; between two joints those up to (or from) the comma: `B followed A, C followed B`."""
    if last:
        comma = claim.plain.text.rfind(",", start, end) if start > scope.start else -1
        return Span(max(start, comma + 1), end)
    comma = _comma(claim, start, end) if end < scope.end else -1
    return Span(start, comma if comma > 0 else end)


def _comma(claim: Claim, start: int, end: int) -> int:
    """Return the place of the first comma of the author's own, -1 where there is none."""
    place = claim.plain.text.find(",", start, end)
    while place >= 0 and (claim.plain.is_code(place) or claim.plain.is_quoted(place)):
        place = claim.plain.text.find(",", place + 1, end)
    return place


def _leads(text: str, begin: int, place: int, *, whole: bool = True) -> bool:
    """Tell whether a joint begins its clause (`After Y, X`), of what stands between `begin` and it."""
    lead = text[begin:place]
    fresh = max((match.end() for match in _FRESH.finditer(lead)), default=-1)
    if fresh < 0 and not whole:
        return not lead.strip(" ,")
    return _LEADING.fullmatch(lead[max(fresh, 0) :].strip(" *_-–—,")) is not None


def _apart(words: str) -> tuple[str, str]:
    """Part the words before an adverb that ends a sentence where their last clause begins."""
    *left, right = _PARTED.split(words)
    return " ".join(left), right


def _facts(held: Sequence[Sequence[Citation]], ground: Ground) -> tuple[Fact, ...]:
    return tuple(fact for group in held for fact in ground.facts_of(group))


def _by_words(
    claim: Claim, citations: Sequence[Citation], ground: Ground, words: tuple[str, str]
) -> tuple[tuple[Fact, ...], tuple[Fact, ...]]:
    """Tell by their words which of the facts that are cited together each side is about; none where that is open."""
    facts = ground.facts_of(citations)
    if not 2 <= len(facts) <= 4 or not all(side.strip() for side in words):
        return (), ()
    if len(facts) == 2 and len(groups(citations, claim.plain)) == 1 and not _LENGTH.search(words[0]):
        return _of_two(facts, words)
    best = [_best(facts, side, other) for side, other in (words, words[::-1])]
    left, right = best
    return ((left,), (right,)) if left and right and left.id != right.id else ((), ())


def _of_two(facts: Sequence[Fact], words: tuple[str, str]) -> tuple[tuple[Fact, ...], tuple[Fact, ...]]:
    """Tell of two facts which side each is about: what names the one leaves the other; people cite in the order they speak."""
    one, other = facts
    (a, b), (c, d) = ((_named(fact, words[0]), _named(fact, words[1])) for fact in facts)
    if a >= b and d >= c and a + d > b + c:
        return (one,), (other,)
    return ((other,), (one,)) if b >= a and c >= d and b + c > a + d + 1 else ((), ())


def _named(fact: Fact, words: str) -> int:
    return called(fact, words) + quoted(fact, words)


def _best(facts: Sequence[Fact], words: str, other: str) -> Fact | None:
    scores = sorted(
        ((called(fact, words) - called(fact, other), n) for n, fact in enumerate(facts)), reverse=True
    )
    if scores[0][0] <= 0 or (len(scores) > 1 and scores[1][0] == scores[0][0]):
        return None
    return facts[scores[0][1]]
