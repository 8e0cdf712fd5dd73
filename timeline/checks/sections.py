"""What a section of a draft is about, told from its headings."""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import lru_cache
from typing import Literal

Kind = Literal["factors", "lessons", "observations", "actions", "timeline", "people", "prose"]
_WRITTEN: dict[Kind, str] = {
    "factors": r"contributing|root[- ]causes?|^causes?\b|\bcauses?$|five whys|5 whys|^why\b.*happen",
    "lessons": r"\blessons?\b|\blearnings?\b|what (?:we|did we) learn",
    "observations": r"\bwent (?:well|poorly|wrong|badly|right)\b|\bluck|what (?:worked|helped)\b|safety nets",
    "actions": r"^action|\bactions? items?\b|\bactionables?\b|^(?!.*questions?\b).*\bfollow[- ]?ups?\b"
    r"|^next steps|^remediation|^corrective|^prevent(?:ive|ative|ion)|^to[- ]?dos?\b",
    "timeline": r"\btimeline\b",
    "people": r"attendee|participant|author|\broles?\b|responders",
}
_PATTERNS = {kind: re.compile(pattern, re.IGNORECASE) for kind, pattern in _WRITTEN.items()}
_NOT_ACTIONS = re.compile(r"\btaken\b|\bduring\b", re.IGNORECASE)
_HELD = re.compile(r"\bwent (?:well|right)\b|\bwhat (?:worked|helped)\b|safety nets", re.IGNORECASE)
_LUCK = re.compile(r"\bluck|gone the other way", re.IGNORECASE)


def kind_of(section: Sequence[str]) -> Kind:
    """Return what a section is about: the nearest heading that tells decides.

    What went well or poorly under a heading of lessons is a lesson.
    """
    return _kind(tuple(section))


@lru_cache(maxsize=512)
def _kind(section: tuple[str, ...]) -> Kind:
    kinds = [_of(heading) for heading in section]
    told: Kind = next((kind for kind in reversed(kinds) if kind != "prose"), "prose")
    return "lessons" if told == "observations" and "lessons" in kinds else told


def _of(heading: str) -> Kind:
    for kind, pattern in _PATTERNS.items():
        if pattern.search(heading) and not (kind == "actions" and _NOT_ACTIONS.search(heading)):
            return kind
    return "prose"


def is_held(section: Sequence[str]) -> bool:
    """Tell whether a section is about what helped: what went well, which safety nets held."""
    return any(_HELD.search(heading) for heading in section)


def is_luck(section: Sequence[str]) -> bool:
    """Tell whether a section is about luck: what might have gone otherwise belongs there."""
    return any(_LUCK.search(heading) for heading in section)
