"""Durations that stand where the words of what is cited have another."""

from __future__ import annotations

import re
from itertools import islice

from timeline.checks.claims.claim import Claim
from timeline.checks.claims.ground import Ground
from timeline.checks.claims.report import report
from timeline.checks.claims.slots import alike, slot
from timeline.checks.claims.when import amounts
from timeline.checks.claims.when.amounts import Typed
from timeline.checks.findings import Finding

_MOST = 60  # of a text: more are a dump
#: Behind a duration: it is how long after something else.
_ELSEWHEN = re.compile(
    r"\s{0,3}(?:later|afterwards|earlier|after|before|ago|since|from|into|ahead|apart|past)\b", re.IGNORECASE
)
_NUMBERED = re.compile(r"\d\s?[A-Za-z]{1,20}\s$")
_A_UNIT = re.compile(r"an?\s", re.IGNORECASE)  # `100 MB a minute`


def _is_rate(text: str, one: Typed) -> bool:
    """Tell whether a duration is what a number is per: `100 MB a minute`."""
    return (
        _A_UNIT.match(text, *one.span) is not None
        and _NUMBERED.search(text[: one.span.start][-30:]) is not None
    )


def check(claim: Claim, one: Typed, ground: Ground) -> Finding | None:
    """Find a duration that stands where the words of what is cited have another: `the last mail waited 49 minutes`."""
    text, clause = claim.plain.text, claim.clause_at(one.span.start)
    if _ELSEWHEN.match(text, one.span.end) or not claim.own or _is_rate(text, one):
        return None
    own = slot(text, *one.span, *clause)
    for fact in ground.facts_of(claim.citations):
        words = fact.quote.text[:2_000] if fact.quote else ""
        for said in islice(amounts.typed(words, 0, len(words)), _MOST):
            if _agree(one, said):
                return None
            other = slot(words, *said.span)
            if alike(own, other) + (bool(own.before) and own.before == other.before) > 1:
                typed, right = (
                    " ".join(t[slice(*s)].split()) for t, s in ((text, one.span), (words, said.span))
                )
                return report(
                    "claim-duration", claim, one.span, f"{typed!r} is not what {fact.id} says: {right}", about=[fact], expected=right,
                    severity=None if fact.kind.startswith("chat.") else "warning",
                )  # fmt: skip
    return None


def _agree(one: Typed, said: Typed) -> bool:
    """Tell whether a duration may be another; of two bounds, whether it follows from the other."""
    if one.low == said.low == 0.0:
        return one.at >= said.at
    if one.high == said.high == float("inf"):
        return one.at <= said.at
    return one.low <= said.high and said.low <= one.high
