"""Measured values that a sentence gives: how sure it is that they are said of what is cited, and whether they differ."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from itertools import combinations

from timeline.checks.claims.claim import Claim
from timeline.checks.claims.ground import Ground
from timeline.checks.claims.phrases import english_words as english
from timeline.checks.claims.plain import Span
from timeline.checks.claims.report import report
from timeline.checks.claims.slots import alike, slot
from timeline.checks.claims.words import impacts, quantities
from timeline.checks.claims.words.misread import follows, misread
from timeline.checks.claims.words.numerals import Numeral, typed
from timeline.checks.claims.words.patterns import any_of, words_of
from timeline.checks.findings import Finding
from timeline.checks.rules import Severity
from timeline.model import Fact
from timeline.references.grammar import reference
from timeline.text import number as shown

_SETTING = re.compile(rf"\b(?:{any_of(english.SETTING)})\b", re.IGNORECASE)
_OBJECTIVE = words_of(english.OBJECTIVE)
_LIMITED = re.compile(rf"\b(?:{any_of(english.LIMITED)})\b(?:\s[\w']{{1,20}}){{0,3}}\s$", re.IGNORECASE)
_VALUED = re.compile(
    rf"(?:^|\s)(?:{any_of(english.VALUED)})(?:\s(?:{any_of(english.ABOUT)}))?\s$", re.IGNORECASE
)
_LASTING = words_of(english.LASTING)
_SPARED = words_of(english.SPARED)
#: Before a number: what is in code form is set to it, or it is what a part is of.
_OF_WHOLE = re.compile(r"\d\s(?:out\s)?of\s(?:the\s|all\s|our\s)?$")
_ANSWERED = re.compile(
    rf"\b(?:requests?|quer(?:y|ies)|calls?|lookups?|checkouts?|uploads?|responses?|p\d\d)\s{{1,3}}(?:took|takes|needed)\s(?:(?:{any_of(english.ABOUT)})\s)?$",
    re.IGNORECASE,
)
_OF_WHAT = re.compile(
    r"\s{1,3}(?:of\s)?(?:(?:all|the|our|its|these|those|every|total)\s){0,2}([A-Za-z][a-z]{1,40})"
)
_RATIOS = frozenset(impacts.stem(word) for word in english.RATIOS)
_PART = re.compile(r"[A-Z]?[a-z]{2,40}|[A-Z]{2,20}(?![a-z])")
_BY = re.compile(r"\bby\s(?:\w{1,20}\s){0,2}$", re.IGNORECASE)
_LIKE = re.compile(r"\s(?:more|less|higher|lower|faster|slower|increase|decrease|drop|rise)\b", re.IGNORECASE)
_OF_TIME = re.compile(
    r"\sof\s(?:(?:the|our|its|that|this|a|whole|total|entire)\s){0,2}(?:incident|outage|time|duration|window|hour|day|week|month|quarter|year|downtime)\b",
    re.IGNORECASE,
)
#: A number that is what others leave, or how much more one is.
_LEFT_OVER = re.compile(
    r"\b(?:left|remain\w{0,3}|missing|still|without|all but|others?|not yet|to go|gr[eo]wn?|rose by|fell by|more|fewer|less|difference|together|in all|total)\b",
    re.IGNORECASE,
)
_NONE_OF = re.compile(
    r"\b(?:none|never|neither|nobody|no one|not one)\b", re.IGNORECASE
)  # of what was not so
_REACHED = re.compile(rf"\b(?:{any_of(english.REACHED)})(?:\s(?:{any_of(english.ABOUT)}))?\s$", re.IGNORECASE)
_IN_USE = re.compile(rf"(?:\s[\w'’-]{{1,40}}){{1,6}}?\s(?:{any_of(english.IN_USE)})\b", re.IGNORECASE)
_SLOPE = 90.0
_NAME = re.compile(r"[a-z]\w{0,40}(?:[_.][\w.]{1,60}){1,2}")
_FROM = re.compile(rf"\bfrom\s(?:(?:{any_of(english.ABOUT)})\s)?$", re.IGNORECASE)
_TO = re.compile(r"\sto\s(?:\w{1,20}\s){0,2}[\d.]", re.IGNORECASE)
_SET_TO = re.compile(r"\s{0,3}(?:(?:of|is|was|at|to|=|:)\s{0,3}){0,2}")
_LATER = re.compile(r"\s?(?:later|earlier|after|before|ago|apart|past|long)\b", re.IGNORECASE)
_TOOK = re.compile(r"\b(?:took|taken|takes|lasted|passed|elapsed|time to|needed)\b", re.IGNORECASE)
_OVER_TIME = re.compile(r"\b(?:between|from|during|throughout|over|while)\b", re.IGNORECASE)


def check(claim: Claim, number: Numeral, ground: Ground) -> Iterator[Finding]:
    """Find a measured value that is not that of what its clause cites, or of all that the sentence does."""
    facts = ground.facts_of(claim.cited_beside(number.start) or claim.citations)
    if not facts:
        return
    clause = claim.clause_at(number.start)
    lead, rest = claim.plain.text[clause.start : number.start], claim.plain.text[number.end : clause.end]
    if (
        number.unit == "s"
        and len(ground.facts_of(claim.citations)) > 1
        and (_OVER_TIME.search(lead) or _TOOK.search(lead) or _OVER_TIME.match(rest.lstrip()))
    ):
        return  # `the time from X to Y was 150 s` is a length, another rule's
    if _NONE_OF.search(lead):
        return
    held = {fact.id: tuple(quantities.values(fact)) for fact in facts}
    said = [ground.once(quantities.Words).of(fact) for fact in facts]
    for fact in facts:
        ratio = quantities.is_ratio(held[fact.id], fact)
        if any(quantities.meets(number, value, ratio=ratio) for value in held[fact.id]):
            return
        if (
            number.unit == "%"
            and _SPARED.search(f"{lead} | {rest}")
            and _is_rest(number, held[fact.id], ratio=ratio)
        ):
            return
    loose = number.bound in {">", ">=", "<", "<="}  # any year is more than 25 %
    if not loose and any(
        number.meets(value) or number.meets(value / 1000) for one in said for value in one.plain
    ):
        return
    place = slot(claim.plain.text, number.start, number.end, clause.start, clause.end)
    if any(
        number.unit == other.unit
        and number.meets(other.value)
        and (not loose or number.unit or alike(place, around))
        for one in said
        for other, around in zip(one.numbers, one.slots, strict=True)
    ):
        return
    if follows(claim, number, said):
        return
    if not number.unit and _LEFT_OVER.search(f"{lead} {rest}") and _is_reckoned(number, said):
        return
    severity = _severity(claim, number, facts, held, said, lead, rest, ground)
    if severity != "error" and not impacts.RATE.match(rest) and not _is_other(lead, rest):
        severity = misread(claim, number, said) or severity
    if severity is None:
        return
    one = next((fact for fact in facts if held[fact.id]), facts[0])
    yield report(
        "claim-number", claim, Span(number.start, number.end), _message(claim, number, one), about=facts, expected=_expected(number, one, held[one.id]),
        reference=reference(one.id, "value") if one.quantity and len(facts) == 1 else "",
        severity=severity,
    )  # fmt: skip


def _is_other(lead: str, rest: str) -> bool:
    """Tell whether a number is of another time, or how long something took: `from 40 to 60`, `2 s later`."""
    return bool((_FROM.search(lead) and _TO.match(rest)) or _LATER.match(rest))


def _is_reckoned(number: Numeral, said: Sequence[quantities.Said]) -> bool:
    """Tell whether a number is what two in the cited words leave, or come to: 5,600 of `3,400 of 9,000`."""
    held = {value for each in said for value in each.plain}
    held |= {one.value for each in said for one in each.numbers if not one.unit}
    pairs = combinations(sorted(held)[:20], 2)
    return any(number.meets(high - low) or number.meets(high + low) for low, high in pairs if low)


def _is_rest(number: Numeral, values: Sequence[quantities.Value], *, ratio: bool) -> bool:
    """Tell whether a share is what a share of failures leaves: `four in five went through`."""
    return any(number.meets(100 - value.value * (100 if ratio else 1)) for value in values)


def _severity(
    claim: Claim, number: Numeral, facts: Sequence[Fact], held: dict[str, tuple[quantities.Value, ...]],
    said: Sequence[quantities.Said], lead: str, rest: str, ground: Ground,
) -> Severity | None:  # fmt: skip
    """Tell how sure it is that a number is said of what is cited: by its unit, its noun, or a verb before it."""
    if len(facts) > 1 and number.unit == "%" and _OVER_TIME.search(f"{lead} {rest}"):
        return None  # `between 14:10 and 14:40 one in four failed`: of the time, and not of its ends
    if (
        _NONE_OF.search(lead)
        or _SETTING.search(lead)
        or _BY.search(lead)
        or (impacts.RATE.match(rest) and number.unit in {"", "B"})
    ):
        return None
    if _FROM.search(lead) and _TO.match(rest) and not any(_has_more(values) for values in held.values()):
        return None  # of another time
    if _is_set(claim, number) or _OF_WHOLE.search(lead) or (_LIMITED.search(lead) and not any(held.values())):
        return None
    behind = quantities.noun_behind(claim.plain.text, number)
    measured = [fact for fact in facts if held[fact.id]]
    units = {value.unit for fact in measured for value in held[fact.id]}
    words = _parts(f"{lead} {rest}")
    sure: Severity = "error" if any(words & _own(fact) for fact in measured) else "warning"
    match number.unit:
        case "%":
            objective = number.value >= _SLOPE and _OBJECTIVE.search(claim.text)
            parts = "%" in units or any(quantities.is_ratio(held[fact.id], fact) for fact in measured)
            if parts and not objective and not _LIKE.match(rest) and not _OF_TIME.match(rest):
                return "error" if _is_of_it(rest, facts, ground) else "warning"
        case "s":
            if "s" in units and _ANSWERED.search(lead) and not _LASTING.search(rest[:12]):
                return "error"
            if _LASTING.search(rest[:30]) or _LASTING.search(lead[-14:]):
                return None
            if "s" in units and _REACHED.search(lead):
                return "error"
            return (sure if "" in units else _said(number, said)) if _REACHED.search(lead) else None
        case "B" if "B" in units:
            return "error"
        case "" if measured:
            if _LIMITED.search(lead) and any(value.limit for fact in measured for value in held[fact.id]):
                return "error"
            if behind and any(behind in _own(fact) for fact in measured):
                return "error"
            if (_VALUED.search(lead) and not behind) or (behind and _IN_USE.match(rest)):
                return sure
    if (
        not number.unit
        and behind
        and _IN_USE.match(rest)
        and any("use" in one.words and one.plain for one in said)
    ):
        return "warning"
    if (
        not number.unit
        and not behind
        and _REACHED.search(lead)
        and any(words & one.words and one.plain for one in said)
    ):
        return _said(number, said, behind) or "warning"
    return _said(number, said, behind)


def _has_more(values: Sequence[quantities.Value]) -> bool:
    """Tell whether a fact gives more than one value, such as that before."""
    return len({value.value for value in values if not value.limit}) > 1


def _is_set(claim: Claim, number: Numeral) -> bool:
    """Tell whether a number is what a name in code form is set to: `` `max_connections` of 400 ``."""
    before = next((span for span in reversed(claim.plain.code) if span.end <= number.start), None)
    if before is None or not _NAME.fullmatch(claim.plain.text, before.start, before.end):
        return False
    return _SET_TO.fullmatch(claim.plain.text, before.end, number.start) is not None


def _is_of_it(rest: str, facts: Sequence[Fact], ground: Ground) -> bool:
    """Tell whether what per cent are of is what the cited facts speak of: no `100 % CPU` of an error ratio."""
    match = _OF_WHAT.match(rest)
    word = impacts.stem(match[1]) if match else ""
    if not word or match is None or match[1].lower() in english.NO_NOUN or word in _RATIOS:
        return True
    queries = " ".join(evidence.query or "" for fact in facts for evidence in fact.evidence)
    held = ground.once(quantities.Words)
    return word in _parts(queries.replace("_", " ")) or any(word in held.of(fact).words for fact in facts)


def _own(fact: Fact) -> frozenset[str]:
    """Return the stems of a measured fact's unit and names."""
    unit = fact.quantity.unit if fact.quantity else ""
    return _parts(f"{unit or ''} {fact.names.get('name', '')} {fact.names.get('series', '')}")


def _parts(text: str) -> frozenset[str]:
    """Return the stems of a text's words, of `CaptureQueueDeep` three."""
    return frozenset(impacts.stem(word) for word in _PART.findall(text))


def _said(number: Numeral, said: Sequence[quantities.Said], behind: str = "") -> Severity | None:
    """A number beside the same unit or noun as one in the cited words, and another: it is misread."""
    for one in said:
        for other, noun_of in zip(one.numbers, one.nouns, strict=True):
            if (number.unit and number.unit == other.unit) or (behind and behind == noun_of):
                return "error"
    return None


def _message(claim: Claim, number: Numeral, fact: Fact) -> str:
    return f"{typed(claim, number)} is not what {fact.id} says: {fact.statement}"


def _expected(number: Numeral, fact: Fact, values: Sequence[quantities.Value]) -> str:
    if not values:
        return ""
    value = values[0].value
    if number.unit == "%" and quantities.is_ratio(values, fact):
        return f"{shown(value * 100)} %"
    return f"{shown(value)}{' s' if number.unit == 's' else ''}"
