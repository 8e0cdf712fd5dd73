"""Who is said to have done something: pseudonyms and roles where a sentence has its agent."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import NamedTuple

from timeline.checks.claims.claim import Claim
from timeline.checks.claims.ground import Ground
from timeline.checks.claims.phrases import english_actors as english
from timeline.checks.claims.plain import Span
from timeline.checks.claims.when.context import column
from timeline.checks.claims.words.patterns import any_of
from timeline.model import Fact

_WORD = re.compile(r"[^\W_][\w-]{0,60}")
_BEFORE = re.compile(
    rf"(?<![\w-])(?:{any_of(english.BY)})\s{{1,3}}(?:(?:the|our|an?)\s{{1,3}})?$", re.IGNORECASE
)
_DID = re.compile(
    rf"(?:\s{{1,3}}\([^()]{{0,60}}\)|,)?\s{{1,3}}(?:(?:{any_of(english.BETWEEN)})\s{{1,3}}){{0,4}}(?:(?:{any_of(english.DID)})(?![\w-])|(?!(?:{any_of(english.PASSIVE)})\b)[a-z]{{2,20}}ed(?![\w-]))",
    re.IGNORECASE,
)
_OWN = re.compile(
    rf"['’]s?\s{{1,3}}(?:[\w-]{{1,30}}\s{{1,3}}){{0,2}}?(?:{any_of(english.OWN)})(?![\w-])", re.IGNORECASE
)
#: Behind a quotation: `"…", said responder-2`.
_SAID = re.compile(
    r"[\"”»’][\s,.–—-]{1,4}(?:as\s)?(?:said|wrote|asked|reported|noted|posted|added|warned|replied|announced|says|writes)\s{1,3}(?:the\s)?$"
)
#: In brackets, before the citation: `"…" (responder-2, f-…)`.
#: `the one who warmed it was responder-1`, `the word was the commander's`
_WAS = re.compile(
    r"\b(?:the (?:one|person|first|last|call|word|message|idea|decision|finding|order|plan|question|remark)\b|who\b)[^.;]{0,60}\s(?:was|is)\s(?:the\s)?$",
    re.IGNORECASE,
)
#: `"rolling back" was responder-2`, `"rolling back" came from responder-2`
_QUOTED_WAS = re.compile(
    r"[\"”»’][\s,]{0,3}(?:(?:was|is|came from|comes from|is from|was from|[–—-]{1,2})\s)(?:the\s)?$"
)
#: `It was responder-2 who …`
_IT_WAS = re.compile(r"\bit (?:was|had been|is)\s(?:the\s|our\s)?$", re.IGNORECASE)
_WHO = re.compile(r"\s{1,3}(?:who|that)\b", re.IGNORECASE)
#: `and not the commander`: it was somebody else.
_NOT_HE = re.compile(
    r"\b(?:not|never|rather than|instead of|unlike|nor|without)\s(?:by\s|from\s)?(?:the\s|our\s)?$",
    re.IGNORECASE,
)
_IS_LAST = re.compile(r"(?:['’]s?)?\s{0,3}(?:$|[(.,;])")
_IN_BRACKETS = re.compile(r"[\"”»’]\s\($")
_BRACKETED = re.compile(r"\s{0,2}[,;:]?\s{0,3}(?:\)|[\s,;]*\))")
#: `rollout to the other two: responder-1`
_LISTED = re.compile(
    r"^(?!.*\b(?:paged|pag(?:es|ing)|call|assigned|notified|informed|owner|for|todo|to do|asked|told)\b).*\w:\s(?:the\s)?$",
    re.IGNORECASE,
)
#: Of a note: `12:37 responder-3 gives it 16 GB`.
_DOES = re.compile(
    r"\s(?!(?:is|was|has|does|gets|needs|seems|misses|waits|joins|leaves)\b)[a-z]{2,20}s\s", re.IGNORECASE
)
_SPEAKS = re.compile(r"\s{0,2}:\s")
_PASSIVE = re.compile(r"\s{1,3}(?:(?:had|has)\s)?(?:was|were|been|being|got)\s", re.IGNORECASE)
_MOST = 3  # words of a role

#: What begins the pseudonym of a program.
PROGRAM = "bot-"
#: Somebody who is a person, and a program: no pseudonyms.
PERSON, BOT = "a person", "a bot"


class Agent(NamedTuple):
    """Who is said to have done something: a pseudonym, PERSON or BOT, at a span."""

    who: str
    span: Span


def actor_of(fact: Fact) -> str:
    """Return who did what a fact says; empty where nobody is named."""
    return fact.actor or str(fact.names.get("actor") or "")


def called(ground: Ground) -> Mapping[str, str]:
    """Return everyone by what they are called in prose, in small letters: pseudonyms, and roles of the incident."""
    names = {actor: actor for fact in ground.timeline.facts if (actor := actor_of(fact))}
    held: dict[str, str] = {**dict.fromkeys(english.PERSON, PERSON), **dict.fromkeys(english.BOT, BOT)}
    for role, pseudonym in ground.timeline.incident.roles.items():
        for words in (role.casefold(), *english.ROLES.get(role.casefold(), ())):
            held[words] = pseudonym
        names[pseudonym] = pseudonym
    for name in names:
        held[name.casefold()] = name
        if not any(letter.isdigit() for letter in name):
            held[name.casefold().replace("-", " ")] = name
    return {words: who for words, who in held.items() if words}


def agents(claim: Claim, ground: Ground) -> Iterator[Agent]:
    """Yield who is said to have done something, where the sentence has them as its agent."""
    known = ground.once(called)
    text, end = claim.plain.text, claim.span.start
    for match in _WORD.finditer(text, claim.span.start, claim.span.end):
        if match.start() < end or claim.plain.is_quoted(match.start()):
            continue
        if named := _named(text, match, claim.span.end, known):
            end = named.span.end
            if _is_agent(claim, named.span) or _is_column(claim, match.start()):
                yield named


def _named(text: str, first: re.Match[str], end: int, known: Mapping[str, str]) -> Agent | None:
    """Return who is called so by one to three words, the longest name first."""
    ends, place = [first.end()], first.end()
    while len(ends) < _MOST and (match := _WORD.match(text, place + 1, end)) and text[place] == " ":
        place = match.end()
        ends.append(place)
    for stop in reversed(ends):
        who = known.get(text[first.start() : stop].casefold())
        if who:
            return Agent(who, Span(first.start(), stop))
    return None


def _is_agent(claim: Claim, span: Span) -> bool:
    text, end = claim.plain.text, claim.span.end
    before = text[max(claim.span.start, span.start - 90) : span.start]
    if _NOT_HE.search(before):
        return False
    if _BEFORE.search(before):
        return not _OWN.match(text, span.end, end)
    if _SAID.search(before) or (_IT_WAS.search(before) and _WHO.match(text, span.end, end)):
        return True
    if (_WAS.search(before) or _QUOTED_WAS.search(before)) and _IS_LAST.match(text, span.end, end):
        return True
    if _IN_BRACKETS.search(before) and _BRACKETED.match(text, span.end, end):
        return True
    if _PASSIVE.match(text, span.end, end) and not _DID.match(text, span.end, end):
        return False
    if _OWN.match(text, span.end, end) or _DID.match(text, span.end, end):
        return True
    if _LISTED.search(before) and _IS_LAST.match(text, span.end, end):
        return True
    bare = not before.strip(" ,.;:-–—|()0123456789UTCZ")
    return bare and (_SPEAKS.match(text, span.end, end) or _DOES.match(text, span.end, end)) is not None


def _is_column(claim: Claim, place: int) -> bool:
    return column(claim, place).strip().casefold() in english.WHO
