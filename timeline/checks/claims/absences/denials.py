"""What a sentence denies: the sort of thing that it says there was none of, and what narrows it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache
from typing import NamedTuple

from timeline.checks.claims.claim import Claim
from timeline.checks.claims.ground import Ground
from timeline.checks.claims.phrases import english_denials as english
from timeline.checks.claims.plain import Span
from timeline.checks.claims.words.patterns import any_of, words_of
from timeline.checks.claims.words.terms import Terms, alerts, alerts_called

_NOUN = re.compile(
    rf"(?<![\w-])(?:(?P<none>{any_of(english.NONE_OF)})|(?P<without>{any_of(english.WITHOUT)}))\s{{1,3}}"
    rf"(?P<before>(?:[\w.'’#=-]{{1,60}}\s{{1,3}}){{0,3}}?)(?P<noun>{any_of(english.DENIED)})(?![\w'’-])",
    re.IGNORECASE,
)
_NOBODY = re.compile(
    rf"(?<![\w-])(?:{any_of(english.NOBODY)})\s{{1,3}}(?:(?:was|were|had|has|been|got|ever|else|in|the|team|channel|yet|of|us|them|on|call|on-call)\s{{1,3}}){{0,5}}(?P<verb>{any_of(english.VERBS)})(?![\w-])",
    re.IGNORECASE,
)
_NEVER = re.compile(
    rf"(?P<subject>[\w.:#`'’-]{{1,80}}(?:\s{{1,3}}(?:page|alert))?)\s{{1,6}}(?:(?:was|were|had|has|been)\s{{1,3}}){{0,2}}(?P<never>{any_of(english.NEVER)})\s{{1,3}}(?:(?:been|be|ever|get|got)\s){{0,2}}(?P<verb>{any_of((*english.VERBS, *english.ENDS))})(?![\w-])",
    re.IGNORECASE,
)
#: `we deployed nothing`, `the team paged nobody`
_OBJECT = re.compile(
    rf"(?<![\w-])(?:{any_of(english.EVERYBODY)})\s{{1,3}}(?:had\s|have\s)?(?P<verb>{any_of(english.VERBS)})\s{{1,3}}(?:nothing|nobody|no one|no-one)(?P<rest>(?:\son\sthe\sstatus\spage)?)(?![\w-])",
    re.IGNORECASE,
)
#: `the backlog alert stayed quiet`, `the channel was silent`
_QUIET = re.compile(
    r"(?P<subject>[\w.:#`'’-]{1,80}(?:\s{1,3}[\w-]{1,30})?)\s{1,6}(?:was|were|stayed|remained|kept|had been)\s(?:entirely\s|completely\s|all\s)?(?P<verb>quiet|silent)(?![\w-])",
    re.IGNORECASE,
)
_HEARD = re.compile(
    r"(?<![\w-])(?:customers|users|people|shoppers|the public)\s(?:had\s)?(?:heard|read|were told|had been told|learned)\s(?P<verb>nothing)(?![\w-])",
    re.IGNORECASE,
)
_NTH = re.compile(rf"\s{{1,3}}(?:for\s)?an?\s(?P<nth>{any_of(english.ORDINALS)})\stime\b", re.IGNORECASE)
_AGAIN = re.compile(rf"\s{{1,3}}(?:{any_of(english.AGAIN)})(?![\w-])", re.IGNORECASE)
_SOMEHOW = re.compile(rf"\s{{1,3}}(?:{any_of(english.SOMEHOW)})(?![\w-])", re.IGNORECASE)
_UNTIL = re.compile(
    r"\s{1,3}(?:until|till|before|by|between)\s(?:\d|half|quarter|noon|midnight|the\s)", re.IGNORECASE
)
_NEXT = re.compile(rf"\s{{0,3}}(?:$|[,.;:)(|]|(?:{any_of(english.HAPPENED)})(?![\w-]))", re.IGNORECASE)
#: Before a denial: somebody looked, and not everywhere.
_SAW = re.compile(
    r"\b(?:saw|sees|see|found|noticed|spotted|recognised|recognized|remembers?|remembered)\s{1,3}$",
    re.IGNORECASE,
)
_BUT = re.compile(r"\s{1,3}(?:but|except|save)\s", re.IGNORECASE)
_ONES = re.compile(
    r"([\w'’-]{1,40})\s{1,3}(?:wrote|posted|sent|left|typed|made|shipped|merged|deployed)\s{1,3}$",
    re.IGNORECASE,
)
_LISTED = re.compile(
    r"(?:^|,|\band|\bor|\bwith|—|–)\s{0,3}no\s{1,3}([a-z-]{2,40})(?=\s{0,3}(?:[,;:.(]|and\b|or\b|$))",
    re.IGNORECASE,
)
_NO_EVENT = words_of(english.NO_EVENT)
_OF = re.compile(
    r"\s{1,3}(?P<word>of|for|from|on|in|by|about|to)\s{1,3}(?:the\s|any\s|service\s|channel\s|our\s){0,2}(?P<name>[\w.:/#@-]{1,80})(?:\s(?:service|team|alert|channel)s?\b)?",
    re.IGNORECASE,
)
_TIMED = re.compile(
    r"(?<![\w-])(?:between|before|until|till|after|since|prior to|ahead of|following)\s(?:the|its|that)\s|(?<![\w-])from\s(?:the\s)?[\w-]{2,30}(?:\s[\w-]{2,30})?\s(?:to|until|till)\s",
    re.IGNORECASE,
)
#: What a verb is of: `nobody acknowledged IndexLagHigh`.
_OF_WHAT = re.compile(
    r"\s{1,4}(?:(?:the|our|alert|service)\s{1,3}){0,2}(?P<name>[\w.:/@-]{1,80}(?<![.:]))", re.IGNORECASE
)
_WAS = re.compile(
    r"\s{1,3}(?:(?:was|were|had|has|have|been|got|being|also|ever)\s{1,3}){1,3}(?P<words>[\w-]{1,30}(?:\s[\w-]{1,30})?)",
    re.IGNORECASE,
)
_ON_PAGE = re.compile(r"\s{1,3}(?:on|to|via|by)\s(?:the\s|our\s)?status\s?page\b", re.IGNORECASE)
_STATUS = re.compile(r"\bstatus\s?page\b", re.IGNORECASE)
#: Behind `in`, `of`, `on`: no name, but the time or the place of all of it.
_TIMELY = re.compile(
    rf"(?:{any_of((*english.UNTIL, *english.FROM, *english.WITHIN))})$|incident|outage|window|time|meantime|total|all|our|status|chat|day|whole|entire|same|morning|afternoon|evening|night|channel|room|slack|thread|page|course|first|last|and|logs?$|timeline|\d",
    re.IGNORECASE,
)


class Denial(NamedTuple):
    """A denial at `span`: the sort (`counts.SORTS` and more), names that narrow it, whether what is cited is left aside.

    `alerts` are those of which any may be meant (in small letters, none: all); `nth` of how many the last is denied;
    `again`: it is denied of the time after what is cited.
    """

    span: Span
    sort: str
    names: frozenset[str]
    other: bool
    without: bool
    alerts: frozenset[str] = frozenset()
    nth: int = 1
    again: bool = False
    people: bool = False  # what programs did is none of it


def denials(claim: Claim, ground: Ground) -> Iterator[Denial]:
    """Yield what a sentence says that there was none of, where that is certain."""
    text = claim.plain.text
    for match in _NOUN.finditer(text, claim.span.start, claim.span.end):
        if _is_said(claim, match.start()) and (denial := _of_noun(claim, match, ground)):
            yield denial
    for match in _NOBODY.finditer(text, claim.span.start, claim.span.end):
        if _is_said(claim, match.start()):
            yield from _of_verb(claim, match, ground, frozenset())
    for match in _NEVER.finditer(text, claim.span.start, claim.span.end):
        if _is_said(claim, match.start("verb")) and (names := _subject(claim, match, ground)) is not None:
            yield from _of_verb(claim, match, ground, names)
    for match in _QUIET.finditer(text, claim.span.start, claim.span.end):
        if _is_said(claim, match.start("verb")) and (quiet := _of_quiet(claim, match, ground)):
            yield quiet
    for match in _HEARD.finditer(text, claim.span.start, claim.span.end):
        if _is_said(claim, match.start()):
            yield Denial(Span(*match.span()), "status", frozenset(), False, False)
    for match in _OBJECT.finditer(text, claim.span.start, claim.span.end):
        if _is_said(claim, match.start("verb")):
            yield from _of_verb(claim, match, ground, frozenset())


def _of_quiet(claim: Claim, match: re.Match[str], ground: Ground) -> Denial | None:
    """Return what was quiet: a channel, the status page, an alert that is named or cited."""
    words = match["subject"].strip("`'’ ").casefold().split()
    span, last = Span(*match.span()), words[-1] if words else ""
    if last in english.CHANNELS:
        return Denial(span, "message", frozenset(), False, True)
    if words[-2:] == ["status", "page"]:
        return Denial(span, "status", frozenset(), False, True)
    if last in {"alert", "alerts"} or " ".join(words) in ground.once(alerts):
        named = _subject(claim, match, ground)
        return Denial(span, "alert", named, False, True) if named else None
    return None


def _is_said(claim: Claim, place: int) -> bool:
    clause = claim.clause_at(place)
    words = claim.plain.text[clause.start : clause.end]
    return not (claim.plain.is_code(place) or claim.plain.is_quoted(place) or _is_no_event(words))


@lru_cache(maxsize=16)
def _is_no_event(clause: str) -> bool:
    """Tell whether a clause is of no event: it is the same for each of its denials."""
    return _NO_EVENT.search(clause) is not None


def _of_noun(claim: Claim, match: re.Match[str], ground: Ground) -> Denial | None:
    text, clause = claim.plain.text, claim.clause_at(match.start())
    if not _NEXT.match(text, match.end(), clause.end) or _is_alone(claim, match):
        return None
    if _BUT.match(text, match.end()) or _is_ones(claim, match):
        return None
    if _SAW.search(text, max(clause.start, match.start() - 30), match.start()) or _is_list(claim, match):
        return None
    names, other, unknown = set[str](), False, list[str]()
    known = ground.once(Terms).every
    for word in match["before"].lower().split():
        if word in english.OTHER:
            other = True
        elif word in known:
            names.add(word)
        elif word not in english.ANY:
            unknown.append(word)
    meant = alerts_called(ground, unknown)
    if unknown and not meant:
        return None
    sort = _done(text, match.end(), clause.end, english.DENIED[" ".join(match["noun"].lower().split())])
    if sort is None or (unknown and sort not in {"alert", "page", "acknowledgement"}):
        return None
    if sort == "message" and _ON_PAGE.match(text, match.end(), clause.end):
        sort = "status"
    if sort == "status" and "status" not in match["noun"].lower() and not _STATUS.search(claim.text):
        return None
    behind = _behind(text, match.end(), clause.end, known)
    if behind is None:
        return None
    return Denial(
        Span(match.start(), match.end()),
        sort,
        frozenset(names | behind),
        other,
        bool(match["without"]),
        meant,
        again=_AGAIN.match(text, match.end()) is not None,
    )


def _is_ones(claim: Claim, match: re.Match[str]) -> bool:
    """Tell whether only somebody's own are denied: `responder-1 wrote no message`."""
    lead = _ONES.search(claim.plain.text, max(claim.span.start, match.start() - 60), match.start())
    return lead is not None and lead[1].lower() not in english.EVERYBODY


def _is_list(claim: Claim, match: re.Match[str]) -> bool:
    """Tell whether it is one of several things that were lacking: `no alerts, no dashboards, no runbook`."""
    text = claim.plain.text[max(claim.span.start, match.start() - 60) : match.end() + 60]
    listed = [word.lower() for word in _LISTED.findall(text)]
    return len(listed) > 1 and any(word not in english.DENIED for word in listed)


def _is_alone(claim: Claim, match: re.Match[str]) -> bool:
    """Tell whether a denial is all of a sentence, or of brackets: `No error.`, `(no message)`."""
    text = claim.plain.text
    before, after = (
        text[claim.span.start : match.start()].rstrip(),
        text[match.end() : claim.span.end].lstrip(),
    )
    return (not before and not after.strip(" .!,;:()")) or (before.endswith("(") and after.startswith(")"))


def _done(text: str, start: int, end: int, sort: str) -> str | None:
    """Return the sort that is denied, by the participle behind the noun; None where it says more than that it was."""
    match = _WAS.match(text, start, end)
    if match is None:
        return sort
    for words, other in english.DONE_TO.items():
        if match["words"].lower().startswith(words):
            return other
    first = re.match(r"[\w-]+", match["words"])
    return sort if first is None or first[0].lower() in english.EVENTS else None


def _behind(text: str, start: int, end: int, known: frozenset[str]) -> set[str] | None:
    """Return the names behind a noun that narrow it; None where something does that is not known."""
    names = set[str]()
    timed = _TIMED.search(text, start, end)  # what stands behind it is of the time
    for match in _OF.finditer(text, start, timed.start() if timed else end):
        name = match["name"].casefold().strip("#.,:")
        if name in known and _NEXT.match(text, match.end(), end):
            names.add(name)
        elif not _TIMELY.match(name) and match.start() - start < (1 if match["word"].lower() == "to" else 30):
            return None
    return names


def _of_verb(claim: Claim, match: re.Match[str], ground: Ground, names: frozenset[str]) -> Iterator[Denial]:
    sort, text = _sort(match), claim.plain.text
    if sort == "resolution" and not _is_ended(claim, match):
        return
    if sort in {"post", "status"}:
        if not _STATUS.search(claim.text):
            if sort == "status":
                return
            sort = "message"
        else:
            sort = "status"
    clause = claim.clause_at(match.start())
    if sort == "message" and _ON_PAGE.match(claim.plain.text, match.end(), clause.end):
        sort = "status"
    behind = _behind(claim.plain.text, match.end(), clause.end, ground.once(Terms).every)
    if behind is not None and (named := _OF_WHAT.match(claim.plain.text, match.end(), clause.end)):
        behind |= {named["name"].casefold()} & {*ground.once(alerts), *ground.once(Terms).services}
    if behind is not None:
        other = re.search(r"\belse\b", match[0], re.IGNORECASE) is not None
        nth = _NTH.match(text, match.end())
        yield Denial(
            Span(match.start(), match.end()), sort, names | behind, other, without=False,
            nth=english.ORDINALS[nth["nth"].lower()] if nth else 1, again=_AGAIN.match(text, match.end()) is not None,
            people=match.re is _NOBODY,
        )  # fmt: skip


def _is_ended(claim: Claim, match: re.Match[str]) -> bool:
    """Tell whether an end is denied, and not the way of it, nor that it came at once: `never cleared`, `not cleared until 14:10`."""
    text = claim.plain.text
    if _UNTIL.match(text, match.end()):
        return True
    return "never" in match["never"].lower() and not _SOMEHOW.match(text, match.end())


def _sort(match: re.Match[str]) -> str:
    """Return the sort that a verb is of."""
    if match["verb"].lower() in {"quiet", "silent"}:
        return "alert"
    return english.VERBS.get(" ".join(match["verb"].lower().split()), "resolution")


def _subject(claim: Claim, match: re.Match[str], ground: Ground) -> frozenset[str] | None:
    """Return what a subject of `never` narrows to; None where nobody knows it."""
    subject = match["subject"].strip("`'’ ").casefold()
    before = claim.plain.text[max(claim.span.start, match.start() - 40) : match.start()]
    if subject in {"service", "services"} and (one := re.search(r"([\w-]{1,40})\s{1,3}$", before)):
        subject = one[1].casefold()
    last = subject.split()[-1] if subject else ""
    known = ground.once(alerts)
    if subject in known:
        return frozenset([subject])
    if _sort(match) == "resolution" and last not in {"alert", "alerts", "it"}:
        return None
    if _sort(match) == "status":
        return frozenset()
    if last in {"alert", "alerts", "page", "it"}:
        cited = {
            str(fact.names["alert"]).casefold()
            for fact in ground.facts_of(claim.citations)
            if "alert" in fact.names
        }
        named = {name for name in known if name in claim.text.casefold()}
        either = (
            named
            or cited
            or alerts_called(
                ground,
                [word for word in subject.split() if word not in {"alert", "alerts", "page", "it", "the"}],
            )
        )
        return frozenset(either) if len(either) == 1 else None
    if last in english.PAGED and _sort(match) == "page":
        return frozenset()
    if subject in ground.once(Terms).services:
        return frozenset([subject])
    return None
