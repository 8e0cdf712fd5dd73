"""What the words before a time make of it: that moment, about then, at the latest, at the earliest, before, after."""

from __future__ import annotations

import re
from typing import Literal, NamedTuple

from timeline.checks.claims.phrases import english_time as english
from timeline.checks.claims.phrases.english_order import NEGATIVE
from timeline.instant import MINUTE

Way = Literal["at", "no_later", "no_earlier", "until"]
ROUGH = 5 * MINUTE  # how far off a hedged time may be
SOON = 10 * MINUTE  # how far `shortly after` reaches
_BEFORE = re.compile(
    rf"(?:\b(?P<soon>{english.SOON})\s)?"
    rf"(?:(?<!\w)(?:(?P<no_later>{english.NO_LATER})|(?P<no_earlier>{english.NO_EARLIER})|(?P<until>{english.UNTIL})"
    rf"|(?P<earlier>{english.EARLIER})|(?P<later>{english.LATER}))\s{{1,3}})?"
    rf"(?:(?:the|at|on|of|as)\s{{1,3}}){{0,2}}(?P<rough>{english.ROUGH})?\s{{0,3}}(?:(?:at|the)\s{{1,3}})?[(\[]?$",
    re.IGNORECASE,
)
_AFTER = re.compile(rf"\)?\s{{0,2}},?\s?{english.ROUGHLY}\b", re.IGNORECASE)
_ON = re.compile(
    r"\s{0,2}(?P<later>or later|at the earliest|(?:had|has|was)(?: (?:long|already|just|well))? (?:passed|gone|past|come and gone)\b)|\s{0,2}(?P<earlier>or earlier|at the latest)\b",
    re.IGNORECASE,
)
_WHEN = re.compile(r"[\s)\]*_]{0,5},?\s{0,2}(?:when|at which point|the moment)\b", re.IGNORECASE)
_NOT = re.compile(rf"{NEGATIVE}|\bwithout\b", re.IGNORECASE)


class Relation(NamedTuple):
    """How a typed time relates to the fact: `way`, and how far it is widened to either side (ns)."""

    way: Way
    earlier: int = 0
    later: int = 0


def relation(text: str, start: int, place: int, end: int) -> Relation:
    """Return what the words of a clause (from `start`) around a time at `[place, end)` make of it."""
    before = _BEFORE.search(text[max(start, place - 60) : place])
    slack = ROUGH if (before and before["rough"]) or _AFTER.match(text, end) else 0
    on = _ON.match(text, end)
    if _WHEN.match(text, end):
        return Relation("at", slack, slack)
    if on:
        return Relation("no_earlier" if on["later"] else "no_later", slack, slack)
    if before is None:
        return Relation("at", slack, slack)
    if before["no_later"]:
        return Relation("no_later", slack, slack)
    if before["no_earlier"]:
        return Relation("no_earlier", slack, slack)
    if before["until"]:
        denied = _NOT.search(text, start, place)
        # `did not fire until 14:05`: then, or soon after.
        return Relation("at", slack, SOON) if denied else Relation("until", slack, slack)
    if before["later"]:
        return Relation("at", slack, SOON) if before["soon"] else Relation("no_earlier", slack, slack)
    if before["earlier"]:
        return Relation("at", SOON, slack) if before["soon"] else Relation("no_later", slack, slack)
    return Relation("at", slack, slack)
