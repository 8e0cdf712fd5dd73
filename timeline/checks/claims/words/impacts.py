"""Numbers of the impact in prose: by their ids, or by what is counted and what happened to it."""

from __future__ import annotations

import re
from collections.abc import Sequence

from timeline.checks.claims.claim import Claim
from timeline.checks.claims.ground import Ground
from timeline.checks.claims.phrases import english_words as english
from timeline.checks.claims.words.numerals import Numeral, numerals
from timeline.checks.claims.words.patterns import any_of, words_of
from timeline.model import Impact


def stem(word: str) -> str:
    """Return a word without what makes it plural or past: `requests`, `request`; `failed`, `failing`, `fail`."""
    word = word.lower()
    for ending in ("ies", "ings", "ing", "ures", "ure", "ed", "es", "s"):
        if word.endswith(ending) and len(word) - len(ending) > 2:
            return word[: -len(ending)] + ("y" if ending == "ies" else "")
    return word


_AFFECTED = words_of(english.AFFECTED)
_PLAIN = frozenset(
    stem(word)
    for word in ("of", "our", "the", "all", "distinct", "unique", "different", "affected", "impacted", "paying", "total", "and", "in", "such")
)  # fmt: skip
_WINDOW = words_of(english.WHOLE_WINDOW)
#: Behind a number: it is how many in a time.
RATE = re.compile(rf"\s{{0,3}}(?:{any_of(english.RATE)})(?!\w)", re.IGNORECASE)
_PART_OF = re.compile(
    r"\s{1,3}of\s(?:(?:the|our|these|those|about|some|roughly)\s){0,2}\d", re.IGNORECASE
)  # `37 of the 508`
_WHOLE_OF = re.compile(
    rf"(?:%|per\scent|percent|\d|half|third|quarter|tenth|fifth|most|many|few|out)\sof\s(?:(?:the|all|our|these|those|{any_of(english.ABOUT)})\s){{0,2}}$",
    re.IGNORECASE,
)
_OF_WHICH = re.compile(r"[^.;(]{0,60},\sof\s(?:which|whom|them|these|those)\b", re.IGNORECASE)
_LEFT = re.compile(
    r"\b(?:left|remain(?:s|ed|ing)?|unspent|to spare|still (?:have|had|has|holds?))\b", re.IGNORECASE
)
_RECKONED = words_of(english.RECKONED)
_DONE = re.compile(r"(?:ed|ing)$", re.IGNORECASE)  # `60 requested`: no noun
_WORD = re.compile(r"[a-z][\w-]{1,40}", re.IGNORECASE)
_BEHIND = re.compile(r"(?:\s{1,3}(?:of\s)?[\w'’-]{1,40}){1,6}")
_MISSING = 3.0  # times the average of what was read: so much may lie in what was not


def stems(text: str) -> list[str]:
    """Return the stems of a text's words."""
    return [stem(word) for word in _WORD.findall(text)]


def of_claim(claim: Claim, number: Numeral, ground: Ground) -> list[Impact]:
    """Return the numbers of the impact that a number in prose may be: of the incident, unless the window is named."""
    every = ground.timeline.impact
    if not every or number.unit in {"s", "B", "times"} or number.value == 1:
        return []
    cited = [one for one in ground.cited(claim.cited_at(number.start)) if isinstance(one, Impact)]
    clause = claim.clause_at(number.start)
    text = claim.plain.text[clause.start : clause.end]
    behind = _BEHIND.match(claim.plain.text, number.end, clause.end)
    words = _WORD.findall(behind[0]) if behind else []
    lead, rest = claim.plain.text[clause.start : number.start], claim.plain.text[number.end : claim.span.end]
    if (
        _RECKONED.search(text)
        or (not number.unit and _PART_OF.match(rest))
        or _WHOLE_OF.search(lead)
        or _OF_WHICH.match(rest)
    ):
        return []
    if RATE.match(claim.plain.text, number.end + (len(_first(behind)) if behind else 0)):
        return []
    if cited and claim.own:  # what the rest of a paragraph cites is of other sentences
        people = _people(words) if _AFFECTED.search(text) or "had" in text.lower().split() else words
        alike = [one for one in cited if _is_counted(one, number, people, text)]
        return alike or ([] if number.unit or words else cited)
    alike = [one for one in every if _is_counted(one, number, words, text) and _is_affected(one, text, claim)]
    span = "window" if _WINDOW.search(claim.text) else "incident"
    return [one for one in alike if one.span == span] or alike


def _first(behind: re.Match[str]) -> str:
    word = re.match(r"\s{1,3}[\w'’-]{1,40}", behind[0])
    return word[0] if word else ""


def _people(words: Sequence[str]) -> list[str]:
    return ["customers" if word.lower() in english.CUSTOMERS else word for word in words]


def _is_counted(one: Impact, number: Numeral, words: Sequence[str], text: str) -> bool:
    """Tell whether what stands behind a number is the unit of an impact number."""
    if one.take == "budget":
        return number.unit == "%" and "budget" in text.lower() and not _LEFT.search(text)
    if number.unit == "%":
        return one.unit.startswith("%")
    unit = stems(one.unit)
    nouns = ["" if _DONE.search(word) and stem(word) in unit[-1:] else stem(word) for word in words]
    if not unit or unit[-1] not in nouns[:4]:
        return False
    between = set(nouns[: nouns.index(unit[-1])])  # `456 parse requests` are others
    return between <= _PLAIN | set(stems(one.name))


def _is_affected(one: Impact, text: str, claim: Claim) -> bool:
    if one.take == "budget":
        return True
    if claim.header and claim.citations:
        return True
    own = set(stems(one.name)) - set(stems(one.unit))
    return bool(own & set(stems(text))) or bool(claim.citations and _AFFECTED.search(text))


def agrees(one: Impact, number: Numeral) -> bool | None:
    """Tell whether a number is the impact's; None where what could not be read leaves it open."""
    if one.value is None:
        return None
    if number.value >= 10 and number.value == int(float(one.value)):  # cut off, and not rounded
        return True
    if number.meets(float(one.value)) or any(
        number.meets(said.value) for said in numerals(f"{one.unit} {one.name}")
    ):
        return True  # or what its unit says: `% of the error budget (99.9 % over 30d)`
    if one.missing_s and number.low > one.value and one.take != "budget":
        share = _MISSING * one.missing_s / one.read_s if one.read_s else float("inf")
        if one.take == "max" or number.low <= one.value * (1 + share):
            return None
    return False
