"""Versions of one meeting together: what either side added is there, what either took out is gone."""

from __future__ import annotations

from datetime import date
from typing import Any

from timeline.notes import journal
from timeline.notes.bodies import Meeting, MeetingItem
from timeline.notes.joining import joined
from timeline.notes.journal import Note

DAY = date(2026, 12, 4)
NAME = "n-" + "1" * 16


def meeting(**more: Any) -> Meeting:
    return Meeting(kind="meeting", **{"held": DAY, **more})


def split(old: Meeting | None, *sides: Meeting | None) -> Note:
    """Return the note of versions that were all made of one, or of none."""
    first = [journal.version(NAME, old, (), "ada", 0)] if old else []
    base = tuple(one.id for one in first)
    later = [journal.version(NAME, side, base, f"writer {n}", n + 1) for n, side in enumerate(sides)]
    (found,) = journal.fold([*first, *later])
    return found


def test_what_one_adds_and_another_takes_out_both_happen() -> None:
    items = (MeetingItem(text="a"), MeetingItem(text="b"))
    old = meeting(present=("Ada", "Chris"), invited=("Ada",), items=items, text="Old", title="Review")
    one = old.model_copy(
        update={
            "present": ("Ada", "Bo", "Chris"),
            "items": (MeetingItem(text="a", discussed=True), items[1]),
            "text": "One",
        }
    )
    two = old.model_copy(
        update={"present": ("Ada",), "invited": ("Ada", "Dora"), "items": (items[0], MeetingItem(text="c"))}
    )
    made = joined(split(old, one, two))
    assert made == meeting(
        present=("Ada", "Bo"), invited=("Ada", "Dora"), text="One", title="Review",
        items=(MeetingItem(text="a", discussed=True), MeetingItem(text="c")),
    )  # fmt: skip


def test_words_that_both_changed_stand_one_behind_the_other_and_the_day_moves() -> None:
    one, two = meeting(text="One", title="A"), meeting(text="Two", title="A", held=date(2026, 12, 5))
    made = joined(split(meeting(text="Old"), one, two))
    assert made
    assert (made.text, made.title, made.held) == ("One\n\nTwo", "A", date(2026, 12, 5))


def test_two_that_began_apart_are_put_together() -> None:
    made = joined(split(None, meeting(present=("Ada",)), meeting(present=("Bo",), text="Two")))
    assert made == meeting(present=("Ada", "Bo"), text="Two")


def test_nothing_is_joined_where_nothing_stands_apart_or_one_side_removed_it() -> None:
    assert joined(split(meeting(), meeting(present=("Ada",)))) is None
    assert joined(split(meeting(), None, meeting(present=("Ada",)))) is None


def test_joining_again_changes_nothing() -> None:
    note = split(meeting(), meeting(present=("Ada",)), meeting(present=("Bo",)))
    made = joined(note)
    again = journal.version(NAME, made, note.base, "cy", 9)
    (after,) = journal.fold([*note.versions, again])
    assert not after.conflict
    assert joined(after) is None
