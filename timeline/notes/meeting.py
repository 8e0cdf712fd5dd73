"""The review meeting: ticks of many people, each folded into what stands there already."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from datetime import date
from typing import NamedTuple

from pydantic import Field

from timeline.canonical import short_id
from timeline.notes.bodies import Meeting, NoteId, Record, Short
from timeline.notes.journal import Note, current


class Tick(Record):
    """What somebody ticked (true) or took back (false); what is not named stays as it is."""

    held: date | None = Field(
        default=None, description="the meeting's day; without it the latest meeting, or one of today"
    )
    present: dict[Short, bool] = Field(default_factory=dict, max_length=500)
    discussed: dict[NoteId, bool] = Field(default_factory=dict, max_length=500)


class Target(NamedTuple):
    """The note that a tick goes to: its versions that are replaced, and the meeting as it stands."""

    note: str
    base: tuple[str, ...]
    meeting: Meeting


def folded(meeting: Meeting, tick: Tick) -> Meeting:
    """Return the meeting with a tick; names and notes stand in order, so that the order of ticks makes no difference."""
    people = _names(tick.present)
    return meeting.model_copy(
        update={
            "present": tuple(sorted(_set(meeting.present, people), key=lambda name: (name.casefold(), name))),
            "discussed": tuple(sorted(_set(meeting.discussed, tick.discussed))),
        }
    )


def _names(told: Mapping[str, bool]) -> dict[str, bool]:
    return {name: there for raw, there in told.items() if (name := " ".join(raw.split()))}


def _set(before: Iterable[str], told: Mapping[str, bool]) -> set[str]:
    return {one for one in (*before, *told) if told.get(one, True)}


def target(notes: Iterable[Note], held: date | None, today: date) -> Target:
    """Return where a tick for the meeting of a day goes; without a day the latest, or else one of today.

    Of a conflict one side alone takes it, the one that is shown: people settle the two, and lose no tick.
    """
    known = list(notes)
    there = [(body.held, note) for note, body in meetings(known) if held in (None, body.held)]
    if there:
        head = max(there, key=lambda one: one[0])[1].head
        assert isinstance(head.body, Meeting)
        return Target(head.note, (head.id,), head.body)
    day = held or today
    ids = {note.id: note for note in known}
    # Two branches that begin the meeting of one day begin one note.
    name = next(name for name in _ids(day) if name not in ids or ids[name].removed)
    gone = ids.get(name)
    return Target(name, gone.base if gone else (), Meeting(kind="meeting", held=day))


def _ids(day: date) -> Iterator[str]:
    number = 0
    while True:
        yield short_id("n", ["meeting", day.isoformat(), number])
        number += 1


def meetings(notes: Iterable[Note]) -> list[tuple[Note, Meeting]]:
    """Return the meetings as they stand, by their day."""
    found = [(note, body) for note in current(notes) if isinstance(body := note.head.body, Meeting)]
    return sorted(found, key=lambda one: (one[1].held, one[0].id))


def discussed(notes: Iterable[Note]) -> frozenset[str]:
    """Return the ids of notes that a meeting went through."""
    return frozenset(one for _, body in meetings(notes) for one in body.discussed)
