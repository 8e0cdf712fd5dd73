"""What the words around a value make of it: whose clock it is by, and whether it claims anything at all."""

from __future__ import annotations

import re
from functools import lru_cache

from timeline.checks.claims.claim import Claim
from timeline.checks.claims.ground import Ground
from timeline.checks.claims.phrases import english_context as english
from timeline.checks.claims.plain import Span
from timeline.checks.claims.when import zone

_NOT_SO = re.compile(english.NOT_SO, re.IGNORECASE)
_INCIDENT = re.compile(r"\b[A-Z]{2,12}-\d{1,6}\b")
_LONG_AGO = re.compile(english.LONG_AGO, re.IGNORECASE)
#: Words that deny.
DENIES = re.compile(
    r"\b(?:not|no|never|nobody|none|nothing|neither|nor|without|zero)\b|n['’]t\b", re.IGNORECASE
)
_DAY = r"(?:\d{4}-\d\d-\d\d,? |\d{1,2}(?:st|nd|rd|th)? [a-z]{3,9}\.?,? |[a-z]{3,9}\.? \d{1,2}(?:st|nd|rd|th)?,? )?"
_BOUNDS = re.compile(
    rf"(?:\b(?:by|before|between|from|after|since|prior to|ahead of|up to|during|following)(?: (?:the|about|around|at)){{0,2}} "
    rf"|\bbetween [^,;.]{{1,30}} and )(?:about |around )?{_DAY}(?:at )?$",
    re.IGNORECASE,
)
_LIMITS = re.compile(r"\bno(?:t|) (?:before|after|until|later|earlier|sooner)\b", re.IGNORECASE)
_THE_MOMENT = re.compile(r"[\s)\]]{0,5},?\s{0,2}when\b", re.IGNORECASE)
_SHORT_ZONE = re.compile(r"(?:\(|\bin\s)[A-Z]{2,5}\)?")
#: A column's name that is a zone, or ends with one: `CET`, `Time / EDT`.
_COLUMN_ZONE = re.compile(r"(?:^|[\s/,(\[–-])([A-Z]{2,5})[\])]?$")
_UNLIKE = re.compile(
    r"\b(?:unlike|contrary to|in contrast (?:to|with)|as (?:in|with|during)|compared (?:to|with)|than)\b[^.;]{0,30}\b(?:outages?|incidents?)\s(?:of|on|in|from)\b",
    re.IGNORECASE,
)
_RANGE_BEHIND = re.compile(r"\s?[-–—]\s?\d{1,2}:\d\d")
_RANGE_BEFORE = re.compile(r"\d{1,2}:\d\d(?::\d\d)?\s?[-–—]\s?$")
#: Nothing came, as well.
QUIET = re.compile(r"\b(?:quiet|silent|silence|calm|mute|dormant|inactive|idle)\b", re.IGNORECASE)
#: `On 12 February nothing was deployed`: it is said of that day, and of no fact.
_ON = re.compile(r"\b(?:on|during|throughout)\s(?:the\s)?$", re.IGNORECASE)
_BOUND = re.compile(r"(?:\s\d{4})?,?\s(?:before|after|between|until|from|since)\s", re.IGNORECASE)
_NONE = re.compile(r"(?:\s\d{4})?,?\s(?:no|nothing|nobody|none|no one|not)\b", re.IGNORECASE)


@lru_cache(maxsize=512)
def _zone_of(text: str) -> zone.Clocks | None:
    """Return the zone that a heading or a column states: an abbreviation alone is none."""
    short = _SHORT_ZONE.search(text)
    named = zone.stated(text)
    if named and named[0].abbreviation and not short:
        return None
    return named


@lru_cache(maxsize=512)
def _zone_of_column(name: str) -> zone.Clocks | None:
    """Return the zone of a column's times: what it states, or the town that it is called by (or UTC: it may be a place)."""
    name = name.strip()
    if told := _zone_of(name):
        return told
    if (short := _COLUMN_ZONE.search(name)) and (told := zone.stated(short[1])):
        return told
    town = zone.of_town(name)
    return (*town, *zone.UTC) if town else None


def clocks(claim: Claim, place: int) -> zone.Clocks:
    """Return whose clock a time without a zone is by: the column's, the heading's, the document's, else UTC."""
    if claim.header:
        cell = next((n for n, span in enumerate(claim.clauses) if span.holds(place)), 0)
        own = claim.header[cell] if cell < len(claim.header) else ""
        if (told := _zone_of_column(own)) is not None:
            return told
        for name in claim.header:
            if (told := _zone_of(name)) is not None:
                return told
    for heading in reversed(claim.section):
        if (told := _zone_of(heading)) is not None:
            return told
    told = zone.stated(claim.times_in) if claim.times_in else None
    return zone.UTC if told is None else told


def column(claim: Claim, place: int) -> str:
    """Return the name of the column that a place of a row stands in."""
    cell = next((n for n, span in enumerate(claim.clauses) if span.holds(place)), -1)
    return claim.header[cell] if 0 <= cell < len(claim.header) else ""


def claims_nothing(claim: Claim) -> bool:
    """Tell whether nothing in a sentence is the author's statement of what was: others' words, actions, questions."""
    return claim.quoted or claim.kind == "actions" or not claim.citations or claim.asks


def is_so(claim: Claim, span: Span, until: re.Pattern[str] | None = None) -> bool:
    """Tell whether a value is stated as what was: not quoted, in code, to come, supposed, or of another incident.

    Words from `until` on, behind the value, are of something else.
    """
    plain, clause = claim.plain, claim.clause_at(span.start)
    if plain.is_code(span.start) or plain.is_quoted(span.start):
        return False
    if until and (onward := until.search(plain.text, span.end, clause.end)):
        clause = Span(clause.start, onward.start())
    return _NOT_SO.search(own_words(claim, clause)) is None


def own_words(claim: Claim, span: Span) -> str:
    """Return the author's own words of a span: code and quotations are blank."""
    letters = claim.plain.text[span.start : span.end]
    for start, end in (*claim.plain.code, *claim.plain.quotes):
        begin, stop = max(start - span.start, 0), min(end - span.start, len(letters))
        if begin < stop:
            letters = letters[:begin] + " " * (stop - begin) + letters[stop:]
    return letters


def is_of_absence(claim: Claim, span: Span) -> bool:
    """Tell whether a time bounds the span of an absence (`no alert fired before 14:10`): no time of a fact."""
    clause, text = claim.clause_at(span.start), claim.plain.text
    if _THE_MOMENT.match(text, span.end) or any(one.id.startswith("g-") for one in claim.citations):
        return False  # a gap is where nothing was recorded
    if _ON.search(text, max(clause.start, span.start - 12), span.start) and (
        _NONE.match(text, span.end) or (_BOUND.match(text, span.end) and denies(claim, span))
    ):
        return True
    if _of_range(text, span) and DENIES.search(text, clause.start, span.start):
        return True
    if not _BOUNDS.search(text[max(clause.start, span.start - 75) : span.start]):
        return False
    clause = claim.clause_at(span.start)
    return denies(claim, span) or QUIET.search(text, clause.start, clause.end) is not None


def _of_range(text: str, span: Span) -> bool:
    """Tell whether a time is an end of `14:30-14:32`."""
    before = text[max(span.start - 12, 0) : span.start]
    return _RANGE_BEHIND.match(text, span.end) is not None or _RANGE_BEFORE.search(before) is not None


def denies(claim: Claim, span: Span) -> bool:
    """Tell whether the clause around a place denies something; `not before` and kin are limits."""
    clause = claim.clause_at(span.start)
    return DENIES.search(_LIMITS.sub(" ", claim.plain.text[clause.start : clause.end])) is not None


def of_another(claim: Claim, ground: Ground) -> bool:
    """Tell whether a sentence speaks of another incident, by an id like this one's, or beside this one."""
    if _UNLIKE.search(claim.text) or _LONG_AGO.search(claim.text):
        return True
    own = ground.timeline.incident.id
    prefix, _, _ = own.rpartition("-")
    named = (match[0] for match in _INCIDENT.finditer(claim.text))
    return any(one != own and one.rpartition("-")[0] in {prefix, "INC", "INCIDENT"} for one in named)
