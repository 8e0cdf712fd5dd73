"""Orders in prose against what bounds and clocks prove: rules `claim-order` and `claim-order-undetermined`."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from timeline.checks.claims.claim import Claim
from timeline.checks.claims.ground import Ground
from timeline.checks.claims.phrases import english_order as english
from timeline.checks.claims.report import report
from timeline.checks.claims.when import context
from timeline.checks.claims.when.naming import meant
from timeline.checks.claims.when.retold import retold
from timeline.checks.claims.when.sequence import sequences
from timeline.checks.claims.when.sides import Meeting, meetings
from timeline.checks.findings import Finding
from timeline.model import Fact
from timeline.order import precedes

RULE, OPEN = "claim-order", "claim-order-undetermined"
_UNSURE, _LEARNED = re.compile(english.UNSURE, re.IGNORECASE), re.compile(english.LEARNED, re.IGNORECASE)
#: Of these, somebody knew what they tell.
_TOLD = frozenset({"chat.message", "alert.acknowledged", "status.posted"})
_TURNED = {
    "before": "after",
    "after": "before",
    "prior to": "after",
    "followed by": "preceded by",
    "preceded by": "followed by",
}


def check(claim: Claim, ground: Ground) -> Iterator[Finding]:
    """Find orders that the facts on both sides disprove, or leave open."""
    if context.claims_nothing(claim) or _UNSURE.search(claim.text):
        return
    learned = _LEARNED.search(context.own_words(claim, claim.span)) is not None
    seen: set[tuple[str, str]] = set()
    told: frozenset[str] | None = None
    for meeting in (*meetings(claim, ground), *sequences(claim, ground)):
        if learned and not _was_told_later(meeting):
            continue
        pair = (meeting.first[0].id, meeting.second[0].id)
        if pair not in seen and context.is_so(claim, meeting.span):
            seen.add(pair)
            told = retold(claim, ground) if told is None else told
            if not told.intersection(pair):
                yield from _judged(claim, meeting, ground)


def _was_told_later(meeting: Meeting) -> bool:
    """Tell whether something is said to have been before somebody learned what a message tells: they knew at the latest then."""
    told = all(fact.kind in _TOLD for fact in meeting.second)
    return (
        told
        and _LEARNED.search(meeting.second_words) is not None
        and not _LEARNED.search(meeting.first_words)
    )


def _judged(claim: Claim, meeting: Meeting, ground: Ground) -> Iterator[Finding]:
    firsts = [fact for one in meeting.first for fact in meant(one, meeting.first_words, ground)]
    seconds = [fact for one in meeting.second for fact in meant(one, meeting.second_words, ground)]
    pairs = [(one, other) for one in firsts for other in seconds if one.id != other.id]
    if not pairs:
        return
    if any(precedes(one, other, ground.errors) for one, other in pairs):
        yield from _cited_otherwise(claim, meeting, pairs, ground)
        return
    about: list[Fact] = [meeting.first[0], meeting.second[0]]
    words = " ".join(claim.plain.text[slice(*meeting.span)].split())
    said = "is given as the cause of" if meeting.cause else "is put before"
    if all(precedes(other, one, ground.errors) for one, other in pairs):
        message = f"{about[0].id} {said} {about[1].id}, and came after it"
        yield report(RULE, claim, meeting.span, message, about=about, expected=_TURNED.get(words.lower(), ""))
    else:
        message = f"{about[0].id} {said} {about[1].id}; their bounds leave open which came first"
        yield report(OPEN, claim, meeting.span, message, about=about)


def _cited_otherwise(
    claim: Claim, meeting: Meeting, pairs: Sequence[tuple[Fact, Fact]], ground: Ground
) -> Iterator[Finding]:
    """Find that what is cited disproves an order that another firing of the same alert would fit."""
    cited = [(one, other) for one in meeting.first for other in meeting.second]
    if all(precedes(other, one, ground.errors) for one, other in cited):
        fits = [fact for a, b in pairs if precedes(a, b, ground.errors) for fact in (a, b)]
        one, other = cited[0]
        meant_ids = [fact.id for fact in fits if fact.id not in {one.id, other.id}]
        message = f"{one.id} is put before {other.id}, and came after it"
        message += f"; {meant_ids[0]} of the same alert would fit" if meant_ids else ""
        yield report(RULE, claim, meeting.span, message, about=[one, other], severity="warning")
