"""Notes as the page shows them: what people wrote about a fact or a range, at its row, each told from the other."""

from __future__ import annotations

from collections.abc import Sequence

from timeline.canonical import Json
from timeline.instant import format_instant
from timeline.notes import views as note_views
from timeline.notes.bodies import RangeCitation
from timeline.notes.journal import Note, cited, current


def page_notes(notes: Sequence[Note]) -> list[Json]:
    """Return the notes that cite something, in their order; `open` is a dispute that nobody answered yet."""
    open_ones = {note.id for found in note_views.disputes(notes).values() for note in found}
    return [
        _note(note, note.id in open_ones)
        for note in current(notes)
        if note.head.body and note.head.body.cites
    ]


def _note(note: Note, is_open: bool) -> Json:
    body = note.head.body
    assert body is not None
    ranges = [one for one in body.cites if isinstance(one, RangeCitation)]
    return {
        "id": note.id,
        "kind": body.kind,
        "text": body.text or "",
        "author": note.head.author,
        "at": format_instant(note.head.at),
        "facts": list(dict.fromkeys(cited(body))),
        "ranges": [[format_instant(one.start), format_instant(one.end)] for one in ranges],
        "open": is_open,
        "answer": getattr(body, "answer", None) or "",
        "conflict": note.conflict,
    }
