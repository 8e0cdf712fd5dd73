"""Times in prose that are no claim about when a cited fact was: of the incident, refused, of a thing's own history."""

from __future__ import annotations

import re
from collections.abc import Sequence

from timeline.checks.claims.claim import Claim
from timeline.checks.claims.ground import Ground
from timeline.checks.claims.phrases import english_context as english
from timeline.checks.claims.when import context
from timeline.checks.claims.when.cited import Bounds
from timeline.checks.claims.when.written import Written
from timeline.instant import DAY

_HISTORY = re.compile(english.HISTORY, re.IGNORECASE)
_INCIDENT = re.compile(english.OF_INCIDENT, re.IGNORECASE)
_OF_DAYS = re.compile(r"\b(?:on|during|or|and|either)\s(?:the\s)?$", re.IGNORECASE)
_REFUSED = re.compile(
    r"(?:\bnot|n['’]t|\brather than|\binstead of)\s(?:(?:at|on|in|around|about|as early as|as late as)\s){0,2}$",
    re.IGNORECASE,
)


def is_refused(claim: Claim, one: Written) -> bool:
    """Tell whether it is said that it was not then, or that nothing was on that day: `not at 14:10`, `nobody on Monday or Tuesday`."""
    if one.is_day and context.denies(claim, one.span):
        return (
            _OF_DAYS.search(claim.plain.text[max(claim.span.start, one.span.start - 30) : one.span.start])
            is not None
        )
    return (
        _REFUSED.search(claim.plain.text[max(claim.span.start, one.span.start - 30) : one.span.start])
        is not None
    )


def is_of_incident(claim: Claim, unit: Sequence[Written], ground: Ground) -> bool:
    """Tell whether a clause speaks of the incident's own times, as its file or the window has them."""
    clause = claim.clause_at(unit[0].span.start)
    if not _INCIDENT.search(claim.plain.text[clause.start : clause.end]):
        return False
    incident, window = ground.timeline.incident, ground.timeline.window
    known = [incident.start, incident.end, incident.detected, incident.mitigated, incident.resolved]
    own = [at for at in (*known, window.start, window.end) if at is not None]
    return all(any(a <= at <= b for at in own for a, b in one.near(at, at)) for one in unit)


def is_history(claim: Claim, one: Written, facts: Sequence[Bounds]) -> bool:
    """Tell whether a day far from the facts is when something of them was made, held or announced."""
    clause = claim.clause_at(one.span.start)
    if not _HISTORY.search(context.own_words(claim, clause)):
        return False
    return all(
        apart(interval, fact.first, fact.last) > 2 * DAY
        for fact in facts
        for interval in one.near(fact.first, fact.last)
    )


def apart(interval: tuple[int, int], first: int, last: int) -> int:
    """Return how far an interval is from bounds (ns), 0 where they meet."""
    return max(interval[0] - last, first - interval[1], 0)
