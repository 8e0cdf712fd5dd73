"""Numbers that stand where the words of what is cited have another: misread, transposed, of another size."""

from __future__ import annotations

import re
from collections.abc import Sequence
from itertools import combinations

from timeline.checks.claims.claim import Claim
from timeline.checks.claims.slots import alike, root, slot
from timeline.checks.claims.words.numerals import Numeral
from timeline.checks.claims.words.quantities import Said
from timeline.checks.rules import Severity

_CODES = range(400, 600)
_ANSWERED = re.compile(
    r"\b(?:an?|http|status|codes?|with|by|got|gets?|get|return(?:ed|s|ing)?|answer(?:ed|s|ing)?|threw|served?)\s$",
    re.IGNORECASE,
)
_LEFT = re.compile(
    r"\b(?:left|still|missing|remain\w{0,3}|not|yet|to go|wait\w{0,3}|without|lost|gone|lack\w{0,3})\b",
    re.IGNORECASE,
)
#: Behind a number: it is what is left of a whole.
_REST = re.compile(
    r"\s(?:[\w-]{1,20}\s){0,3}?(?:to go|left|missing|remaining|outstanding|to be (?:built|done|made))\b",
    re.IGNORECASE,
)
_LEAST = 10  # a digit and its tenfold are alike by chance
_WORD = re.compile(r"[a-z]{3,30}", re.IGNORECASE)
_OF = re.compile(r"\s(?:of\s)?(?:(?:the|all|our|these|those)\s){0,2}([a-z][a-z-]{1,40})", re.IGNORECASE)


def follows(claim: Claim, number: Numeral, said: Sequence[Said]) -> bool:
    """Tell whether a number follows from those in the cited words: what one is of another, or leaves of it."""
    left = _LEFT.search(claim.text)
    part = slot(claim.plain.text, number.start, number.end, *claim.clause_at(number.start)).part
    for one in said:
        if number.unit == "%" and any(
            number.meets(share) or (left and number.meets(100 - share)) for share, _ in one.shares
        ):
            return True
        pairs = combinations(zip(one.numbers, one.slots, strict=True), 2)
        if (
            not number.unit
            and (left or not part)
            and any(
                (a.unit, of.noun) == (b.unit, other.noun) and number.meets(abs(a.value - b.value))
                for (a, of), (b, other) in pairs
            )
        ):
            return True
    return False


def misread(claim: Claim, number: Numeral, said: Sequence[Said]) -> Severity | None:
    """Tell how sure it is that a number stands where the cited words have another; None where none does."""
    text, clause = claim.plain.text, claim.clause_at(number.start)
    lead = text[clause.start : number.start]
    if int(number.value) in _CODES and not number.unit and _ANSWERED.search(lead):
        codes = {value for one in said for value in one.plain if value in _CODES}
        return "error" if codes and not any(str(int(code)) in claim.text for code in codes) else None
    own = slot(text, number.start, number.end, clause.start, clause.end)
    of = _OF.match(text, number.end, clause.end) if number.unit == "%" else None
    if of and any(name and name.rstrip("e") == root(of[1]) for one in said for _, name in one.shares):
        return "error"
    inside = own.around | frozenset(map(root, _WORD.findall(text[number.start : number.end])))
    if number.unit == "%" and any(name.rstrip("e") in inside for one in said for _, name in one.shares):
        return "warning"
    if _REST.match(text, number.end, clause.end) and not number.unit and any(one.shares for one in said):
        return "warning"
    best = 0
    for one in said:
        for other, place in zip(one.numbers, one.slots, strict=True):
            if number.unit != other.unit or own.part != place.part:
                continue
            common = alike(own, place)
            slipped = _slipped(number, other) and (
                common > 0 or bool(number.unit) or len(set(one.numbers)) == 1
            )
            best = max(
                best, common + bool(number.unit) + slipped * (2 if not common and not number.unit else 1)
            )
    return "error" if best > 2 else "warning" if best > 1 else None


def _slipped(number: Numeral, other: Numeral) -> bool:
    """Tell whether two numbers have the same digits in another order, or one is ten, a hundred, a thousand times the other."""
    one, two = (f"{value:.6g}".replace(".", "").strip("0") for value in (number.value, other.value))
    if number.value == other.value or not (one and two):
        return False
    return sorted(one) == sorted(two) and (len(one) > 1 or min(number.value, other.value) >= _LEAST)
