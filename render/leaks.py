"""What people wrote in a draft for readers outside, and what of it is not for them."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from render import fences
from render.audience import INSIDE, PEOPLE
from render.draft_form import form_of
from render.draft_parts import Parts
from timeline.model import Timeline

_MOST, _SHORTEST = 10, 3
_COMMENT = re.compile(r"<!--.*?-->")


def leaks(text: str, timeline: Timeline, names: Iterable[str]) -> list[str]:
    """Return a message for each address, host or name in what people wrote; `names` are people's.

    A draft for engineers or executives has none: what is inside is for them. Nothing is changed.
    """
    audience = form_of(text).audience
    if audience.identifiers:
        return []
    inside = Parts(timeline, "", (), str, audience).inside
    known = sorted(
        {*inside, *(n.strip() for n in names if len(n.strip()) >= _SHORTEST)}, key=len, reverse=True
    )
    pattern = (
        re.compile(rf"(?<!\w)(?:{'|'.join(map(re.escape, known))})(?!\w)", re.IGNORECASE) if known else None
    )
    found = [
        f"line {line}: {word!r} is not for {audience.name}; the text is a person's and was not changed"
        for line, said in _prose(text)
        for word in _words(said, pattern)
    ]
    more = len(found) - _MOST
    return [*found[:_MOST], *([f"{more} more of the kind"] if more > 0 else [])]


def _prose(text: str) -> Iterator[tuple[int, str]]:
    line = 1
    for piece in fences.parse(text):
        if piece.form != "region":
            for number, said in enumerate(piece.text.split("\n"), line):
                yield number, _COMMENT.sub(" ", said)
        line += piece.text.count("\n")


def _words(said: str, pattern: re.Pattern[str] | None) -> Iterator[str]:
    shown = said.lstrip("# ") if said.startswith("#") else said
    for one in (INSIDE, PEOPLE, pattern):
        yield from (match[0] for match in one.finditer(shown)) if one else ()
