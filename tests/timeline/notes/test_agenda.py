"""The agenda: what a meeting has to settle, in its order, and what it went through."""

from __future__ import annotations

from datetime import date
from typing import Any

from tests.timeline.notes.test_journal import body, first
from timeline.notes import journal as notes
from timeline.notes.agenda import agenda, waiting
from timeline.notes.bodies import Meeting
from timeline.notes.journal import Version

RANGE = [{"start": "2026-11-21T14:00:00Z", "end": "2026-11-21T14:10:00Z"}]
READY = {"owner": "x", "due": "2026-12-01", "criterion": "c", "verification": "v"}
FACTOR = {"category": "technical", "awareness": "surprise"}


def all_of(*rows: Any) -> list[Version]:
    return [first(row, at=at) for at, row in enumerate(rows, 1)]


def reasons(versions: list[Version]) -> list[str]:
    return [item.reason for item in agenda(notes.fold(versions))]


def test_the_agenda_is_what_is_open_in_the_order_of_a_meeting() -> None:
    rows = [
        body("action", effect="prevent"), body("action", effect="prevent", **READY), body("action", effect="prevent", done="2026-12-02"),
        body("why"), body("factor", **FACTOR), body("factor", cites=RANGE, **FACTOR), body("hypothesis"), body("hypothesis", answer="It was so"),
        body("question", owner="bo"), body("question"), body("question", answer="yes"), body("observation"), body("lesson"), body("decision"),
        body("dispute"), body("dispute", answer="It holds"),
    ]  # fmt: skip
    assert reasons(all_of(*rows)) == [
        "disputed fact", "open question", "open question: nobody owns it", "untested hypothesis", "factor without a fact",
        "why without an end", "action lacks: an owner, a due date, a success criterion and a way to verify it",
    ]  # fmt: skip
    assert all(item.settles for item in agenda(notes.fold(all_of(*rows))))


def test_a_why_ends_in_another_or_in_a_factor() -> None:
    made = all_of(body("why"), body("why"))
    made += [first(body("why", parent=made[0].note)), first(body("factor", parent=made[1].note, **FACTOR))]
    assert reasons(made) == []


def test_what_was_gone_through_stands_ticked_at_the_end_open_or_not() -> None:
    asked, answered, doubt = all_of(
        body("question", owner="bo"), body("question", answer="yes"), body("dispute")
    )
    held = Meeting(kind="meeting", held=date(2026, 12, 4), discussed=(answered.note, doubt.note))
    items = agenda(notes.fold([asked, answered, doubt, first(held, at=9)]))
    assert [(item.note.id, item.reason, item.discussed) for item in items] == [
        (asked.note, "open question", False), (doubt.note, "disputed fact", True), (answered.note, "gone through", True),
    ]  # fmt: skip
    assert waiting(items) == 1


def test_a_removed_note_is_on_no_agenda() -> None:
    made = first(body("question"))
    gone = notes.version(made.note, None, (made.id,), "ada", 20)
    held = Meeting(kind="meeting", held=date(2026, 12, 4), discussed=(made.note,))
    assert agenda(notes.fold([made, gone, first(held, at=30)])) == ()
