"""Whether a reading is whole: an error needs a sentence in which no word is left that its rule does not read."""

from __future__ import annotations

import re
from functools import lru_cache

from timeline.checks.claims.claim import Claim
from timeline.checks.claims.ground import Ground
from timeline.checks.claims.phrases import english_unread as english
from timeline.checks.claims.phrases.english_time import UNITS
from timeline.checks.claims.plain import Position, Span
from timeline.checks.claims.when import amounts, mentions, written
from timeline.checks.claims.when.cited import bounds, groups, is_open
from timeline.checks.claims.words.actors import called
from timeline.checks.findings import Finding
from timeline.model import Fact

_READ = re.compile(rf"\b(?:{english.READ})\b", re.IGNORECASE)
_SAYING = re.compile(rf"\b(?:{english.SAYING})\b", re.IGNORECASE)
_EDGE = re.compile(rf"\b{english.TO_EDGE}", re.IGNORECASE)
#: `nobody … until thirty minutes`, `nothing … for thirty minutes`
_UNTIL = re.compile(
    r"\b(?:until|till)\s(?:\w{1,12}\s){0,2}$|\b(?:nothing|nobody|no one|no \w{1,20})\b[^,;]{1,40}\bfor\s(?:\w{1,12}\s){0,2}$",
    re.IGNORECASE,
)
#: `all but 3,000`, which are no two clauses.
_ALL = re.compile(r"\b(?:all|any\w{0,5}|every\w{0,5}|no\w{0,5})\s{1,3}$", re.IGNORECASE)
_BUT = re.compile(r"\s{0,3}but\b", re.IGNORECASE)
#: Of these, a side is as far away as the sentence goes.
_OF_SENTENCE = frozenset({"claim-order"})
#: Of these, when a message was written is what a sentence is held against.
_OF_MOMENTS = frozenset({"claim-duration", "claim-order"})
_ELSEWHEN = re.compile(rf"\b(?:{english.ELSEWHEN})\b", re.IGNORECASE)
_WORD = re.compile(r"[^\W\d_]{6,40}")
_UNITS = frozenset(UNITS)
_MOST = 10  # times of a sentence that are compared
_LONGEST = 2_000  # characters of a message
_MESSAGES = frozenset({"chat.message", "status.posted"})


@lru_cache(maxsize=64)
def _pattern(words: str) -> re.Pattern[str]:
    return re.compile(rf"(?<![\w-])(?:{words})(?![\w-])", re.IGNORECASE)


def is_whole(claim: Claim, finding: Finding, ground: Ground) -> bool:
    """Tell whether an error's words are all read by its rule: none changes what it says, and what is cited is what they name."""
    unread = english.UNREAD.get(finding.rule)
    if unread is None or finding.severity != "error":
        return True
    start = claim.plain.place(Position(finding.line, finding.column))
    stop = claim.plain.place(Position(finding.end_line or finding.line, finding.end_column))
    scope = claim.span if finding.rule in _OF_SENTENCE else claim.clause_at(start)
    if _ALL.search(claim.plain.text, claim.span.start, scope.start) and _BUT.match(
        claim.plain.text, scope.start
    ):
        return False
    onward = _pattern(unread.until).search(claim.plain.text, stop, scope.end) if unread.until else None
    before = _words(claim, Span(scope.start, start))
    behind = _words(claim, Span(stop, onward.start() if onward else scope.end))
    if _pattern(unread.around).search(f"{before} | {behind}"):
        return False
    if unread.behind and _pattern(unread.behind).match(behind):
        return False
    if unread.before and not _UNTIL.search(before[-80:]) and _pattern(unread.before).search(before):
        return False
    if unread.more and not _EDGE.search(behind) and _pattern(unread.more).search(before):
        return False
    if unread.marked and _pattern(unread.marked).search(_words(claim, Span(start, stop))):
        return False
    if unread.sentence and _pattern(unread.sentence).search(_words(claim, claim.span)):
        return False
    if finding.rule == "claim-time" and _is_beside(claim, Span(start, stop), ground):
        return False
    # Of one fact alone it is what this tells that is compared.
    return finding.rule not in _OF_MOMENTS or len(finding.bounds) < 2 or not _is_retold(claim, ground)


def _is_beside(claim: Claim, span: Span, ground: Ground) -> bool:
    """Tell whether another time of the sentence is that of what it cites, and nothing is cited for this one."""
    times = [unit[0] for unit in mentions.units(claim) if len(unit) == 1 and not unit[0].is_day][:_MOST]
    here = [one for one in times if one.span.start < span.end and span.start < one.span.end]
    if not here or claim.header or not claim.own or len(groups(claim.citations, claim.plain)) != 1:
        return False
    facts = bounds(ground.cited(claim.citations), ground)
    if len(facts) != 1 or is_open(facts[0]):
        return False
    first, last = facts[0].first, facts[0].last
    return any(a <= last and first <= b for one in times if one not in here for a, b in one.near(first, last))


def _is_retold(claim: Claim, ground: Ground) -> bool:
    """Tell whether a message is cited for something of another time: it tells of one, and no word is of its being written."""
    held = groups(claim.citations, claim.plain) if claim.own else []
    begins = [claim.span.start, *(group[-1].end for group in held)]
    ends = [*(group[0].start for group in held), claim.span.end]
    for place, group in enumerate(held):
        words, onward = (
            claim.plain.text[begins[place] : ends[place]],
            claim.plain.text[begins[place + 1] : ends[place + 1]],
        )
        quoted = any(begins[place] <= quote.start < ends[place] for quote in claim.plain.quotes)
        told = any(_tells_of(fact, words) for fact in ground.facts_of(group))
        if told and not quoted and not _is_of_saying(f"{words} {onward}", ground):
            return True
    return False


def _tells_of(fact: Fact, claimed: str) -> bool:
    """Tell whether a message names another time than its own, and has a word of what is claimed."""
    words = fact.quote.text[:_LONGEST] if fact.quote and fact.kind in _MESSAGES else ""
    said, claimed_words = ({word.casefold() for word in _WORD.findall(text)} for text in (words, claimed))
    if not (said & claimed_words) - _UNITS - english.COMMON:
        return False
    return (
        _ELSEWHEN.search(words) is not None
        or next(written.times(words, 0, len(words)), None) is not None
        or next(amounts.typed(words, 0, len(words)), None) is not None
    )


def _is_of_saying(words: str, ground: Ground) -> bool:
    if _SAYING.search(words):
        return True
    folded = words.casefold()
    return any(re.search(rf"(?<![\w-]){re.escape(name)}(?![\w-])", folded) for name in ground.once(called))


def _words(claim: Claim, span: Span) -> str:
    """Return the author's own words of a span, without those that rules read."""
    letters = list(claim.plain.text[span.start : max(span.end, span.start)])
    for start, end in (*claim.plain.code, *claim.plain.quotes):
        for place in range(max(start, span.start), min(end, span.start + len(letters))):
            letters[place - span.start] = " "
    return _READ.sub(" ", re.sub(r"\s{2,}", " ", "".join(letters)))
