"""The span that a denial is of: two times, the time before or after one or something that happened once, the incident."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import NamedTuple

from timeline.checks.claims.absences.edges import amid, edges_of, is_of
from timeline.checks.claims.claim import Claim
from timeline.checks.claims.ground import Ground
from timeline.checks.claims.phrases import english_denials as english
from timeline.checks.claims.phrases.english_words import WHOLE_WINDOW
from timeline.checks.claims.plain import Span as Place
from timeline.checks.claims.when import amounts
from timeline.checks.claims.when.dated import Moment, moments
from timeline.checks.claims.words import counts
from timeline.checks.claims.words.counts import Span
from timeline.checks.claims.words.patterns import any_of, words_of
from timeline.instant import MINUTE, NS
from timeline.model import Fact, Gap
from timeline.relative import first_instant

_ROUGH = 5 * MINUTE
_UNTIL = rf"(?:{any_of(english.UNTIL)})"
_FROM = rf"(?:{any_of(english.FROM)})"
_LEAD = re.compile(
    rf"(?<![\w-])(?:(?P<until>{_UNTIL})|(?P<between>between)|(?P<since>{_FROM})|(?P<at>at|in|on))(?:\s{{1,3}}(?P<about>{any_of(english.AROUND)}))?(?:\s(?:the|about|on|at))?\s{{0,3}}$",
    re.IGNORECASE,
)
_JOIN = re.compile(r"(?:UTC|GMT|Z)?\s?(?:[–—-]|and|to|until|till)", re.IGNORECASE)
_ASIDE = re.compile(r"[(\[][^()\[\]]{0,80}[)\]]")  # a citation
_EVENT = re.compile(
    rf"(?<![\w-])(?:(?P<until>{_UNTIL})|(?P<since>{_FROM}))\s{{1,3}}(?:the\s|this\s|that\s|our\s|its\s){{0,1}}(?:(?P<incident>{any_of(english.INCIDENT)})|(?P<edge>{any_of(english.EDGES)}))(?![\w-]|\s(?:{any_of(english.CHANNELS)})\b)",
    re.IGNORECASE,
)
#: `for eight minutes after`: how long it was, and not until when.
_LENGTH = re.compile(
    rf"\b(?:minutes?|mins?|hours?|seconds?|days?)\s{{1,3}}(?:{any_of((*english.FROM, *english.UNTIL))})(?![\w-])",
    re.IGNORECASE,
)
_SINCE_OR_UNTIL = re.compile(rf"(?<![\w-])(?:{_UNTIL}|{_FROM})\s(?:the\s|about\s)?$", re.IGNORECASE)
_FIRST = re.compile(r"\b(?:in|within|during|for) the first\s", re.IGNORECASE)
_UNTIL_ANY = re.compile(
    rf"(?<![\w-])(?:{_UNTIL}|{_FROM}|between|within|preced\w{{1,3}}|follow(?:s|ed))(?![\w-])", re.IGNORECASE
)
#: What goes on with the time of what is denied: `no deploy took place while X was firing`.
_WHILE = re.compile(rf"[\s,]{{0,3}}(?:{any_of(english.WHILE)})(?![\w-])", re.IGNORECASE)
_UNTOLD = words_of(english.UNTOLD)
_WINDOW = words_of(WHOLE_WINDOW)


class Denied(NamedTuple):
    """A span: `sure` is what it is at least, `wide` what it may be; `words` name it."""

    sure: Span
    wide: Span
    words: str
    named: bool = True
    narrow: bool = True  # and not the whole incident, or window


def span_of(claim: Claim, place: Place, ground: Ground) -> Denied | None:
    """Return the span that the words around a denial tell; None where they tell one that cannot be read."""
    text = claim.plain.text[place.start : place.end]
    onward = claim.plain.text[place.end : claim.span.end]
    whole = counts.scope(ground, window=False)
    window = counts.scope(ground, window=True)
    edges = edges_of(claim, place, ground)
    said = moments(claim, claim.span, ground)
    if said and edges and all(any(is_of(one, fact) for _, fact in edges) for one in said):
        return _by_edges(edges, whole, window)  # `after it had cleared at 06:06 (f-…)`
    if times := moments(claim, place, ground):
        return _by_times(text, place, times, whole, window)
    if earlier := _earlier_range(claim, place, ground, whole, window):
        return earlier
    if not _UNTIL_ANY.search(text) and said:
        return None  # of one of the times that the other clauses tell, or of none
    if first := _first(text, whole):
        return first
    if between := amid(claim, text, ground):
        return _by_edges(between, whole, window)
    if _LENGTH.search(text + (onward[:40] if onward.lstrip().startswith("and ") else "")):
        return None  # `until two and a half minutes after` is one
    if edges:
        return _by_edges(edges, whole, window)
    if event := _EVENT.search(text):
        return _by_event(claim, event, ground, whole, window)
    if gaps := [one for one in ground.cited(claim.citations) if isinstance(one, Gap)]:
        span = Span(min(gap.start for gap in gaps), max(gap.end for gap in gaps))
        return Denied(span, span, f"the time of {gaps[0].id}")
    if _UNTIL_ANY.search(text) or _UNTOLD.search(text) or _WHILE.match(onward):
        return None
    if _WINDOW.search(text):
        return Denied(window, window, "the window", narrow=False)
    return Denied(whole, whole, "the incident", named=_INCIDENT.search(text) is not None, narrow=False)


def beside_cited(claim: Claim, ground: Ground, *, before: bool = False) -> Denied | None:
    """Return the time after all that a sentence cites, or before it; None where it cites nothing."""
    facts = ground.facts_of(claim.citations)
    if not facts or not claim.own:
        return None
    edge = min(facts, key=first_instant) if before else max(facts, key=lambda fact: fact.latest)
    if edge.earliest is None:
        return None
    return _by_edges(
        [(not before, edge)], counts.scope(ground, window=False), counts.scope(ground, window=True)
    )


def after_own(claim: Claim, place: Place, names: frozenset[str], ground: Ground) -> Denied | None:
    """Return the time after what a sentence cites, where that is all of the one alert that is denied and no other time is told."""
    alerts = {str(fact.names.get("alert", "")).casefold() for fact in ground.facts_of(claim.citations)}
    if alerts != names or len(alerts) != 1 or _UNTIL_ANY.search(claim.plain.text, place.start, place.end):
        return None
    return beside_cited(claim, ground)


def later(span: Denied, after: Denied) -> Denied:
    """Return what of a span is behind the beginning of another."""
    sure, wide = (
        one._replace(start=max(one.start or other.start or 0, other.start or 0))
        for one, other in ((span.sure, after.sure), (span.wide, after.wide))
    )
    return span._replace(sure=sure, wide=wide)


def _earlier_range(claim: Claim, place: Place, ground: Ground, whole: Span, window: Span) -> Denied | None:
    """Return the range of times of the clause before: `from 09:26 to 09:32 it was silent; no message was posted`."""
    before = [span for span in claim.clauses if span.end <= place.start]
    if not before or claim.header or _UNTIL_ANY.search(claim.plain.text, place.start, place.end):
        return None
    times = moments(claim, before[-1], ground)
    text = claim.plain.text[before[-1].start : before[-1].end]
    told = _by_times(text, before[-1], times, whole, window) if len(times) in {1, 2} else None
    return (
        told
        if told
        and (len(times) == 2 or _SINCE_OR_UNTIL.search(text[: times[0].place.start - before[-1].start]))
        else None
    )


def _first(text: str, whole: Span) -> Denied | None:
    """Return the first minutes of the incident: `in the first hour`."""
    match = _FIRST.search(text)
    length = next(amounts.typed(f"a {text[match.end() :]}", 0, 40), None) if match else None
    typed = next(amounts.typed(text, match.end(), min(len(text), match.end() + 40)), None) if match else None
    one = typed or length
    if match is None or one is None or whole.start is None:
        return None
    span = Span(whole.start, whole.start + int(one.at * NS))
    return Denied(span, span, f"{' '.join(match[0].split())} {one.at / 60:g} minutes")


_INCIDENT = re.compile(
    rf"(?<![\w-])(?:during|in|throughout|over|within|inside)\s(?:the\s|this\s|our\s)?(?:whole\s|entire\s)?(?:{any_of(english.INCIDENT)})(?![\w-])",
    re.IGNORECASE,
)


def _by_times(text: str, place: Place, times: Sequence[Moment], whole: Span, window: Span) -> Denied | None:
    first = times[0]
    lead = _LEAD.search(text[: first.place.start - place.start])
    if len(times) == 2:
        between = text[first.place.end - place.start : times[1].place.start - place.start]
        words = f"the time between {_words(text, place, first, times[1])}"
        if (
            _JOIN.fullmatch(" ".join(_ASIDE.sub(" ", between).split()))
            and times[1].first > first.first
            and not (lead and lead["until"])
        ):
            return Denied(Span(first.last, times[1].first), Span(first.first, times[1].first), words)
    if len(times) != 1 or lead is None or lead["between"] or _LENGTH.search(text):
        return None
    if not (lead["until"] or lead["since"]) and _UNTIL_ANY.search(text[: lead.start()]):
        return None  # `until the page at 14:13`
    words = _words(text, place, first, first)
    if lead["until"]:
        start = whole.start if whole.start is not None and first.first > whole.start else window.start
        start = start if first.day is None else max(start or first.day[0], first.day[0])
        return Denied(Span(start, first.first), Span(start, first.first), f"the time before {words}")
    if lead["since"]:
        end = whole.end if whole.end is not None and first.last < whole.end else window.end
        end = end if first.day is None else min(end or first.day[1], first.day[1])
        return Denied(Span(first.last, end), Span(first.last, end), f"the time after {words}")
    wide = Span(first.first - _ROUGH, first.last + _ROUGH) if lead["about"] else Span(first.first, first.last)
    return Denied(Span(first.first, first.last), wide, words)


def _words(text: str, place: Place, first: Moment, last: Moment) -> str:
    return " ".join(text[first.place.start - place.start : last.place.end - place.start].split())


def _by_edges(edges: Sequence[tuple[bool, Fact]], whole: Span, window: Span) -> Denied:
    start, end = whole.start, whole.end
    wide_start, wide_end = start, end
    for since, fact in edges:
        if since:
            start, wide_start = fact.latest + 1, fact.earliest
            if whole.end is not None and start >= whole.end:
                end = wide_end = window.end
        else:
            end, wide_end = fact.earliest, fact.latest
            if whole.start is not None and end is not None and end <= whole.start:
                start = wide_start = window.start
    words = " and ".join(f"{'after' if since else 'before'} {fact.id}" for since, fact in edges)
    return Denied(Span(start, end), Span(wide_start, wide_end), f"the time {words}")


def _by_event(claim: Claim, event: re.Match[str], ground: Ground, whole: Span, window: Span) -> Denied | None:
    words = " ".join(event[0].split())
    if event["incident"]:
        span = Span(window.start, whole.start) if event["until"] else Span(whole.end, window.end)
        return Denied(span, span, words)
    fact = _edge(claim, event["edge"], ground)
    if fact is None or fact.earliest is None:
        return None
    if event["until"]:
        start = whole.start if whole.start is not None and fact.earliest > whole.start else window.start
        return Denied(Span(start, fact.earliest), Span(start, fact.latest), words)
    end = whole.end if whole.end is not None and fact.latest < whole.end else window.end
    return Denied(Span(fact.latest + 1, end), Span(fact.earliest, end), words)


def _edge(claim: Claim, words: str, ground: Ground) -> Fact | None:
    """Return what happened once, or is cited, or is called the first."""
    name = " ".join(words.lower().split())
    kinds = counts.SORTS[english.EDGES[name]]
    cited = [fact for fact in ground.facts_of(claim.citations) if fact.kind in kinds]
    if len(cited) == 1:
        return cited[0]
    facts = [fact for fact in counts.of_sort(ground, english.EDGES[name]) if _starts(fact, ground)]
    if facts and (name.startswith("first ") or len({fact.thread or fact.id for fact in facts}) == 1):
        return facts[0]
    return None


def _starts(fact: Fact, ground: Ground) -> bool:
    start = ground.timeline.incident.start
    return start is None or fact.latest >= start
