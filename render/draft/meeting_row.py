"""When the review was held, in the row of *Follow-up* that asks for it: one place for one answer."""

from __future__ import annotations

import re
from collections.abc import Iterable

from render.draft.form import without_regions
from render.text import markdown
from timeline.checks import fences
from timeline.notes.bodies import Meeting

#: The region of that row, where nobody answered it by hand.
MEETING_ROW = "note-meeting-row"
ASKS = "| review held | *On which day?* |\n"
_ASKS = re.compile(r"(?m)^\| *review held *\| *\*On which day\?\* *\|[ \t]*(?=\r?$)")


def row(meetings: Iterable[Meeting]) -> str:
    """Return the row that says when reviews were held and who was there; the question where there was none."""
    told = "; ".join(map(_one, meetings))
    return f"| review held | {told} |\n" if told else ASKS


def _one(body: Meeting) -> str:
    words = [markdown.escape(one) for one in (body.title, body.time) if one]
    there = ", ".join(markdown.escape(name) for name in body.present)
    said = ", ".join([*words[:1], body.held.isoformat(), *words[1:]])
    return (f"{said} (present: {there})" if there else said).replace("|", r"\|").replace(r"\\|", r"\|")


def asks(text: str) -> bool:
    """Tell whether a draft's own row asks still, or holds the answer of notes."""
    return any(
        piece.name == MEETING_ROW or (piece.form == "prose" and _ASKS.search(piece.text))
        for piece in fences.parse(text)
    )


def placed(text: str, body: str) -> str:
    """Return the draft with the row as a region in the place of the one that asks, the first there is."""
    made, is_done = [], False
    for piece in fences.parse(text):
        found = None if is_done or piece.form != "prose" else _ASKS.search(piece.text)
        if found:
            is_done = True
            region = fences.rows(MEETING_ROW, body).removesuffix("\n")
            made.append(piece.text[: found.start()] + region + piece.text[found.end() :])
        else:
            made.append(piece.text)
    return "".join(made)


def asking(text: str) -> str:
    """Return the draft with the question where the region stands, as it was before."""
    return "".join(
        ASKS.replace("\n", "\r\n" if piece.rows.endswith("\r\n") else "\n")
        if piece.name == MEETING_ROW
        else piece.text
        for piece in fences.parse(text)
    )


def given_back(text: str) -> str:
    """Return the draft with a row of its own again where the last meeting went."""
    gone = any(
        piece.name == MEETING_ROW and piece.body.replace("\r\n", "\n") == ASKS for piece in fences.parse(text)
    )
    return without_regions(asking(text), {MEETING_ROW}) if gone else text
