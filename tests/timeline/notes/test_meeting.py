"""The review meeting: ticks of many people fold in any order, and no one's is lost."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import TypeAdapter, ValidationError

from timeline.errors import TimelineError
from timeline.notes import journal as notes
from timeline.notes.bodies import Meeting
from timeline.notes.journal import Note, Version
from timeline.notes.meeting import Tick, check, discussed, folded, meetings, overwritten, target

DAY, LATER, TODAY = date(2026, 12, 4), date(2026, 12, 11), date(2026, 12, 30)
EMPTY = Meeting(kind="meeting", held=DAY)
NAMES = ("Ada", "bo", "Cy", "Ünal Ağa", "ada")
NOTES = tuple(f"n-{number:016x}" for number in range(5))
READS: TypeAdapter[Tick] = TypeAdapter(Tick)


def ticks(is_there: st.SearchStrategy[bool]) -> st.SearchStrategy[Tick]:
    return st.builds(
        Tick,
        present=st.dictionaries(st.sampled_from(NAMES), is_there, max_size=3),
        discussed=st.dictionaries(st.sampled_from(NOTES), is_there, max_size=3),
    )


def all_of(meeting: Meeting, *given: Tick) -> Meeting:
    for tick in given:
        meeting = folded(meeting, tick)
    return meeting


def written(*steps: tuple[Tick, date | None]) -> tuple[Note, ...]:
    """Return notes as a server writes them, a tick after another."""
    versions: list[Version] = []
    for at, (tick, held) in enumerate(steps):
        note, base, meeting = target(notes.fold(versions), Tick(held=held), TODAY)
        versions.append(notes.version(note, folded(meeting, tick), base, "ada", at))
    return notes.fold(versions)


def tick(**more: Any) -> Tick:
    return READS.validate_python(more)


@given(st.lists(ticks(st.just(True)), max_size=6), st.data())
def test_ticks_make_one_set_in_any_order(given: list[Tick], data: st.DataObject) -> None:
    mixed = data.draw(st.permutations(given))
    assert all_of(EMPTY, *given) == all_of(EMPTY, *mixed)


@given(ticks(st.booleans()), ticks(st.booleans()))
def test_two_writers_who_touch_other_things_never_touch_each_others(one: Tick, other: Tick) -> None:
    apart = Tick(
        present={name: told for name, told in other.present.items() if name not in one.present},
        discussed={note: told for note, told in other.discussed.items() if note not in one.discussed},
    )
    assert all_of(EMPTY, one, apart) == all_of(EMPTY, apart, one)


@given(ticks(st.booleans()), st.lists(ticks(st.booleans()), max_size=4))
def test_the_same_tick_again_changes_nothing(one: Tick, before: list[Tick]) -> None:
    once = all_of(EMPTY, *before, one)
    assert folded(once, one) == once
    assert set(once.present) >= {name for name, there in one.present.items() if there}
    assert not set(once.present) & {name for name, there in one.present.items() if not there}


def test_names_are_peoples_words_without_spaces_around_them() -> None:
    made = folded(EMPTY, tick(present={"  Ada   Byron ": True}))
    assert made.present == ("Ada Byron",)
    with pytest.raises(ValidationError):
        tick(present={" \u200b ": True})


def test_without_a_day_a_tick_goes_to_the_latest_meeting_and_the_first_begins_one_today() -> None:
    found = written(
        (tick(present={"Ada": True}), None), (tick(present={"bo": True}), DAY), (tick(present={"Cy": True}), None)
    )  # fmt: skip
    assert [(body.held, body.present) for _, body in meetings(found)] == [
        (DAY, ("bo",)),
        (TODAY, ("Ada", "Cy")),
    ]


def test_two_branches_that_begin_the_meeting_of_a_day_hold_one_note_to_settle() -> None:
    here, there = (written((tick(present={name: True}), DAY)) for name in ("Ada", "bo"))
    (both,) = notes.fold([*here[0].versions, *there[0].versions])
    assert both.conflict
    # Who goes on ticking meanwhile is not refused, and the conflict stays one.
    note, base, meeting = target([both], Tick(held=DAY), TODAY)
    after = notes.version(note, folded(meeting, tick(present={"Cy": True})), base, "cy", 9)
    made = notes.add([both], after, beside=True)
    (still,) = notes.fold([*both.versions, made])
    assert still.conflict
    assert any("Cy" in head.body.present for head in still.heads if isinstance(head.body, Meeting))


def test_a_meeting_that_was_removed_begins_anew_in_the_same_note() -> None:
    (begun,) = written((tick(present={"Ada": True}), DAY))
    gone = notes.version(begun.id, None, begun.base, "bo", 2)
    note, base, meeting = target(notes.fold([*begun.versions, gone]), Tick(held=DAY), TODAY)
    assert (note, base, meeting.present) == (begun.id, (gone.id,), ())


def test_a_meeting_whose_day_was_corrected_leaves_its_old_day_to_another() -> None:
    (begun,) = written((tick(present={"Ada": True}), DAY))
    moved = notes.version(
        begun.id, Meeting(kind="meeting", held=LATER, present=("Ada",)), begun.base, "bo", 2
    )
    known = notes.fold([*begun.versions, moved])
    assert target(known, Tick(held=LATER), TODAY).note == begun.id
    assert target(known, Tick(held=DAY), TODAY).note != begun.id


def test_what_was_gone_through_is_that_of_all_meetings() -> None:
    found = written((tick(discussed={NOTES[0]: True}), DAY), (tick(discussed={NOTES[1]: True}), LATER))
    assert discussed(found) == {NOTES[0], NOTES[1]}


def test_words_are_written_over_what_their_author_saw_and_nothing_else() -> None:
    there = EMPTY.model_copy(update={"text": "As it stands"})
    assert overwritten(there, tick(words={"text": {"was": "Before", "now": "Mine"}}))
    assert not overwritten(there, tick(words={"text": {"was": "As it stands", "now": "Mine"}}))
    # The same request again writes the same.
    mine = folded(there, tick(words={"text": {"was": "As it stands", "now": "Mine"}}))
    assert mine.text == "Mine"
    assert not overwritten(mine, tick(words={"text": {"was": "As it stands", "now": "Mine"}}))


def test_a_point_that_is_written_anew_keeps_its_place() -> None:
    made = all_of(EMPTY, tick(items={"a": False, "b": True}), tick(items={"a": None, "c": False}))
    assert made.items
    assert [(one.text, one.discussed) for one in made.items] == [("c", False), ("b", True)]
    assert all_of(made, tick(items={"c": None, "b": None})).items is None


def test_a_meeting_that_moved_is_still_found_and_no_two_have_a_day() -> None:
    (begun,) = written((tick(present={"Ada": True}), DAY))
    moved = notes.version(begun.id, folded(EMPTY, tick(day=LATER)), begun.base, "ada", 1)
    known = notes.fold([*begun.versions, moved])
    assert target(known, Tick(note=begun.id, held=DAY), TODAY).note == begun.id
    other = target(known, Tick(held=DAY), TODAY)
    assert other.note != begun.id
    with pytest.raises(TimelineError, match="already"):
        check(known, other, Tick(day=LATER))


def test_a_version_of_before_keeps_its_id() -> None:
    line = notes.line(notes.version("n-" + "1" * 16, EMPTY, (), "ada", 10**18))
    assert b"invited" not in line
    assert not notes.read(line).problems
