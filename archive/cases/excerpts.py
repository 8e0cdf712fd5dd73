"""The passages of a case that match best, each cut to what stands around the matches; pure."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import NamedTuple

from archive.cases.store import Excerpt
from timeline.cases.case import Section

#: Stand around each match in a text that was searched.
OPEN, CLOSE = "\x02", "\x03"
#: Sections of what people concluded, where a match counts more than in what was recorded.
CONCLUDED = frozenset(("factor", "lesson", "action", "draft", "note"))
_MOST, _WORDS = 3, 24
_MATCH = re.compile(f"{OPEN}([^{OPEN}{CLOSE}]*){CLOSE}")
_WEIGHTS: dict[Section, int] = {"title": -1, "factor": 3, "lesson": 3, "action": 3, "draft": 2, "note": 2}


class Place(NamedTuple):
    """Where a passage stands in its incident."""

    section: Section
    reference: str
    at: int | None


def best(lines: Sequence[str], places: Sequence[Place]) -> tuple[Excerpt, ...]:
    """Return the passages with most different matches, what people concluded before what was recorded; the title last."""
    scored = []
    for number, (line, place) in enumerate(zip(lines, places, strict=True)):
        if OPEN in line:
            different = {match.casefold() for match in _MATCH.findall(line)}
            scored.append((-len(different), -_WEIGHTS.get(place.section, 0), number))
    return tuple(_excerpt(lines[number], places[number]) for *_, number in sorted(scored)[:_MOST])


def _excerpt(line: str, place: Place) -> Excerpt:
    """Return a passage around its first match, with the places of all matches that are left in it."""
    words = line.split(" ")
    first = next(number for number, word in enumerate(words) if OPEN in word)
    begin = max(0, min(first - _WORDS // 4, len(words) - _WORDS))
    shown = " ".join(words[begin : begin + _WORDS])
    if shown.count(OPEN) > shown.count(CLOSE):  # a phrase is cut through
        shown += CLOSE
    text = "…" * (begin > 0) + shown + "…" * (begin + _WORDS < len(words))
    marks, plain, at = list[tuple[int, int]](), "", 0
    for match in _MATCH.finditer(text):
        plain += text[at : match.start()]
        marks.append((len(plain), len(plain) + len(match[1])))
        plain += match[1]
        at = match.end()
    return Excerpt(place.section, place.reference, place.at, plain + text[at:], tuple(marks))
