"""Durations in prose against the range between the facts that they are said of: rule `claim-duration`."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from itertools import islice

from timeline import present
from timeline.checks.claims.claim import Claim
from timeline.checks.claims.ground import Ground
from timeline.checks.claims.phrases import english_context as english
from timeline.checks.claims.phrases import english_time as phrases
from timeline.checks.claims.plain import Citation, Span
from timeline.checks.claims.report import report
from timeline.checks.claims.when import amounts, cited, context, lengths, mentions, misread, written
from timeline.checks.claims.when.amounts import Typed
from timeline.checks.claims.when.lengths import Range
from timeline.checks.claims.when.lives import repeats
from timeline.checks.findings import Finding
from timeline.instant import DAY
from timeline.model import Fact, Gap, Impact, Measure

RULE = "claim-duration"
_SETTING_BEFORE, _SETTING_AFTER, _SETTING, _SETTING_COLUMN, _LASTS, _FROM, _LATER, _LONG, _FOR, _LATENCY = (
    re.compile(phrase, re.IGNORECASE)
    for phrase in (
        english.SETTING_BEFORE, english.SETTING_AFTER, english.SETTING, english.SETTING_COLUMN, english.LASTS,
        english.FROM, english.LATER, english.LONG, english.FOR, english.LATENCY,
    )
)  # fmt: skip


_SO_FAR = re.compile(r"\b(?:had been|has been|when|before|by then|so far|already|until)\b", re.IGNORECASE)
_SECONDS = 60
_FEW = 8
_FAR = 2 * DAY
_PLAIN_FOR = re.compile(r"\bfor\s{1,3}$", re.IGNORECASE)
_STATE = re.compile(
    r"\b(?:kept|firing|fired|down|unavailable|degraded|active|alerting|unreachable|offline)\b", re.IGNORECASE
)
_RATE = re.compile(
    rf"(?:\d|\b(?:{'|'.join((*phrases.NUMBERS, *phrases.SCALES))}))(?:\s[A-Za-z]{{2,30}})?\s$", re.IGNORECASE
)
_MOST = 60  # of a sentence: more are a dump
_MILLI = re.compile(r"(?<![\w.])(\d{1,6}(?:\.\d{1,3})?)\s?(?:ms\b|milliseconds?\b)")
_LENGTH = re.compile(english.LENGTH_BEFORE, re.IGNORECASE)
_COMPARED = re.compile(phrases.COMPARED, re.IGNORECASE)
_OF_CLOCK = re.compile(phrases.OF_CLOCK, re.IGNORECASE)
_AGAIN, _INCIDENT = re.compile(english.AGAIN, re.IGNORECASE), re.compile(english.OF_INCIDENT, re.IGNORECASE)
_BETWEEN = re.compile(r"\bbetween\s$", re.IGNORECASE)  # `between two and six minutes long`
_TOTAL = re.compile(
    r"\b(?:in all|in total|total|together|altogether|sum|summed|overall|combined|cumulative\w{0,2}|added up)\b",
    re.IGNORECASE,
)
_OF_IT = re.compile(rf"\sof\s(?:the|this|our|that)\s(?:{english.OF_INCIDENT})", re.IGNORECASE)  # a part of it
_ITS = re.compile(rf"(?:{english.OF_INCIDENT})['’]s\s(?:[a-z]{{2,12}}\s)?$", re.IGNORECASE)
_EACH = re.compile(r"\b(?:each|every|both|all)\b", re.IGNORECASE)


def check(claim: Claim, ground: Ground) -> Iterator[Finding]:
    """Find durations that are outside of every range they may be said of."""
    if context.claims_nothing(claim) or context.of_another(claim, ground) or _is_of_far_day(claim, ground):
        return
    clocks = [one.span for one in islice(written.times(claim.plain.text, *claim.span), _MOST)]
    typed = [
        one
        for one in islice(amounts.typed(claim.plain.text, *claim.span), _MOST)
        if not _is_clock(claim, one, clocks)
    ]
    values = [one for one in typed if _is_claim(claim, one)]
    for one in typed:
        if (
            one not in values
            and context.is_so(claim, one.span)
            and (wrong := misread.check(claim, one, ground))
        ):
            yield wrong  # a setting, or how long something takes, as the cited words have it
    for place, one in enumerate(values):
        yield from _one(claim, one, [value.span for value in values], place, ground)


def _is_of_far_day(claim: Claim, ground: Ground) -> bool:
    """Tell whether a sentence names a day far from the window: how long something was then is nothing of this incident."""
    window = ground.timeline.window
    days = [one for unit in mentions.units(claim) for one in unit if one.days]
    near = Span(window.start - _FAR, window.end + _FAR)
    return any(
        not any(a < near.end and b > near.start for a, b in one.near(window.start, window.end))
        for one in days
    )


def _is_claim(claim: Claim, one: Typed) -> bool:
    text, clause = claim.plain.text, claim.clause_at(one.span.start)
    if not context.is_so(claim, one.span) or _SETTING_COLUMN.search(context.column(claim, one.span.start)):
        return False
    before = text[max(clause.start, one.span.start - 60) : one.span.start]
    if text[one.span.start].lower() == "a" and _RATE.search(before):
        return False  # `19 documents a minute`
    if _OF_CLOCK.match(text, one.span.end) or _COMPARED.match(text, one.span.end):
        return False
    if _SETTING_BEFORE.search(before) or _SETTING_AFTER.match(text, one.span.end):
        return False
    words = context.own_words(claim, clause)
    if _SETTING.search(words) or (one.at <= _SECONDS and _LATENCY.search(words)):
        return False
    # `14:10:37` is a time, but where a column or a verb says otherwise.
    return not re.fullmatch(r"\d{1,2}:\d\d(?::\d\d)?", text[slice(*one.span)]) or bool(
        _LENGTH.search(text[max(claim.span.start, one.span.start - 60) : one.span.start])
        or re.search(r"durat|length|how long", context.column(claim, one.span.start), re.IGNORECASE)
    )


def _is_clock(claim: Claim, one: Typed, clocks: Sequence[Span]) -> bool:
    """Tell whether a duration in words is a part of a time: `eighteen minutes past five`."""
    words = claim.plain.text[one.span.start].isalpha()
    return words and any(span.start < one.span.end and one.span.start < span.end for span in clocks)


def _one(claim: Claim, one: Typed, spans: Sequence[Span], place: int, ground: Ground) -> Iterator[Finding]:
    rests = cited.belonging(claim, spans, place) if len(spans) > 1 else claim.citations
    pair = _neighbours(claim, one)
    items = ground.cited(pair or rests)
    facts = [item for item in items if isinstance(item, Fact)]
    if pair is None and len(facts) < 2 and not any(isinstance(item, Measure) for item in items):
        items = ground.cited(claim.citations)
        facts = [item for item in items if isinstance(item, Fact)]
    ranges = [*lengths.of_measures(items), *lengths.between(facts, ground)]
    exact = [*ranges]
    clause = claim.clause_at(one.span.start)
    text = claim.plain.text
    words = context.own_words(claim, clause)
    lasts = _LASTS.search(words)
    strong = _FOR.search(text[max(clause.start, one.span.start - 40) : one.span.start])
    if not strong and _STATE.search(words):
        strong = _PLAIN_FOR.search(text[max(clause.start, one.span.start - 8) : one.span.start])
    lead = text[clause.start : one.span.start]
    since = _FROM.search(f"{words[: len(_BETWEEN.sub('', lead))]} {words[len(lead) :]}")
    lasting = lasts and (strong or not since)
    if not pair and (not exact or (lasting and (len(spans) > 1 or _EACH.search(words)))):
        ranges += [
            held for fact in facts for held in lengths.of_life(fact, ground, text[clause.start : clause.end])
        ]
        ranges += [lengths.spanned(item) for item in items if isinstance(item, Gap | Impact)]
    whole = strong and ranges and not _SO_FAR.search(words)  # it is the life, and no part of it
    others = (
        lengths.between(ground.facts_of(claim.citations), ground)
        if pair and pair[0].end <= claim.span.start
        else []
        if pair or exact or whole
        else [*lengths.beside(facts, ground), *lengths.with_paragraph(claim, facts, ground)]
    )
    if _AGAIN.search(words):
        firings = [held for fact in facts[:1] for held in repeats(fact, ground)]
        others = [*others, *lengths.between([*firings[:1], *firings[-1:]], ground)]
    if _INCIDENT.search(words) and (not _FROM.search(words) or _of_it(claim, one)):
        others = [*others, *lengths.of_incident(ground)]
    if any(each.meets(one) for each in (*ranges, *others)):
        return
    if _TOTAL.search(f"{context.column(claim, one.span.start)} {claim.text}") and lengths.total(
        facts, ground
    ).meets(one):
        return
    if _OF_IT.match(text, one.span.end) or any(each.meets(one) for each in lengths.from_times(claim, ground)):
        return
    every = ground.facts_of(claim.citations)
    if not pair and len(every) > 2 and any(each.meets(one) for each in lengths.between(every[:_FEW], ground)):
        return  # of two of them it is true
    if any(_says(fact, one) for fact in ground.facts_of(claim.citations)):
        return
    if not exact and (wrong := misread.check(claim, one, ground)):
        yield wrong
        return
    if not exact and (not ranges or not lasting):
        adjective = text[one.span.end - 1 : one.span.end].isalpha() and "-" in text[slice(*one.span)]
        if (
            facts
            and claim.own
            and (_LONG.match(text, one.span.end) if adjective else lasts or _FROM.search(words))
        ):
            yield _finding(claim, one, [], facts)
        return
    if not claim.own and not (
        _LASTS.search(text, clause.start, clause.end) or _FROM.search(text, clause.start, clause.end)
    ):
        return
    yield _finding(claim, one, exact or ranges, facts)


def _says(fact: Fact, one: Typed) -> bool:
    """Tell whether the words of a cited fact name such a duration: `no error for ten minutes`."""
    words = fact.quote.text[:2_000] if fact.quote else ""
    said = [each.at for each in islice(amounts.typed(words, 0, len(words)), _MOST)]
    said += [float(each[1]) / 1000 for each in islice(_MILLI.finditer(words), _MOST)]
    near = (
        value for value in said if abs(value - one.at) <= amounts.FIFTH * one.at
    )  # any is less than an hour
    return any(one.low <= value <= one.high for value in near)


def _neighbours(claim: Claim, one: Typed) -> tuple[Citation, ...] | None:
    """Return the citations right before and after `33 minutes later`: of the sentence, else of the one before it."""
    if not claim.own or not _LATER.match(claim.plain.text, one.span.end):
        return None
    before = [citation for citation in claim.plain.citations if citation.end <= one.span.start]
    after = [citation for citation in claim.citations if citation.start >= one.span.end]
    return (before[-1], after[0]) if before and after else None


def _of_it(claim: Claim, one: Typed) -> bool:
    """Tell whether a duration is called the incident's: `the incident's 68 minutes`."""
    lead = claim.plain.text[max(claim.span.start, one.span.start - 40) : one.span.start]
    return _ITS.search(lead) is not None


def _finding(claim: Claim, one: Typed, ranges: Sequence[Range], facts: Sequence[Fact]) -> Finding:
    text = " ".join(claim.plain.text[one.span.start : one.span.end].split())
    if not ranges:
        message = (
            f"nothing that is cited tells how long {text!r} is: cite the facts that it begins and ends with"
        )
        return report(RULE, claim, one.span, message, about=facts, severity="warning")
    shown = [f"{lengths.name_of(each)}: {present.duration_range(each.low, each.high)}" for each in ranges[:5]]
    single = ranges[0] if len(ranges) == 1 else None
    expected = present.duration_range(single.low, single.high) if single else ""
    fix = ""
    if single and len(single.items) == 2:
        fix = f"{{{single.items[0].id}..{single.items[1].id}:duration}}"  # type: ignore[union-attr]
    message = f"{text!r} is not how long it was: {'; '.join(shown)}"
    items = {id(item): item for each in ranges[:5] for item in each.items}
    return report(
        RULE, claim, one.span, message, about=list(items.values()), expected=expected, reference=fix
    )
