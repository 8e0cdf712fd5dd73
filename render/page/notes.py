"""Notes as the page shows them: what people wrote about a fact, beside the fact, each told from the other."""

from __future__ import annotations

from collections.abc import Sequence

from timeline.canonical import Json
from timeline.instant import format_instant
from timeline.notes import views as note_views
from timeline.notes.journal import Note, cited, current


def page_notes(notes: Sequence[Note]) -> list[Json]:
    """Return the notes that cite facts, in their order; `open` is a dispute that nobody answered yet."""
    open_ones = {note.id for found in note_views.disputes(notes).values() for note in found}
    return [_note(note, note.id in open_ones) for note in current(notes) if cited(note.head.body)]


def _note(note: Note, is_open: bool) -> Json:
    body = note.head.body
    assert body is not None
    return {
        "kind": body.kind,
        "text": body.text or "",
        "author": note.head.author,
        "at": format_instant(note.head.at),
        "facts": list(dict.fromkeys(cited(body))),
        "open": is_open,
        "answer": getattr(body, "answer", None) or "",
        "conflict": note.conflict,
    }
