"""The review meeting: ticks and edits of many people, each folded into what stands there already."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from datetime import date
from typing import Literal, NamedTuple

from pydantic import Field

from timeline.canonical import short_id
from timeline.errors import TimelineError
from timeline.notes.bodies import Meeting, MeetingItem, NoteId, Record, Short, Words
from timeline.notes.journal import Note, StaleError, current

#: What of a meeting is words that one person at a time writes.
MeetingWords = Literal["title", "time", "text"]


class Rewrite(Record):
    """What somebody made of words: what they saw, and what they wrote (None: nothing)."""

    was: Words | None = None
    now: Words | None = None


class Tick(Record):
    """What somebody ticked (true) or took back (false), added, took out or wrote; what is not named stays as it is."""

    note: NoteId | None = Field(
        default=None, description="the meeting, whatever its day is by now; without it that of `held`"
    )
    held: date | None = Field(
        default=None, description="the meeting's day; without it the latest meeting, or one of today"
    )
    day: date | None = Field(default=None, description="the day that it is moved to")
    present: dict[Short, bool] = Field(default_factory=dict, max_length=500)
    invited: dict[Short, bool] = Field(default_factory=dict, max_length=500)
    discussed: dict[NoteId, bool] = Field(default_factory=dict, max_length=500)
    items: dict[Short, bool | None] = Field(
        default_factory=dict, max_length=200,
        description="points in people's own words: gone through (true) or not yet, null takes one out",
    )  # fmt: skip
    words: dict[MeetingWords, Rewrite] = Field(
        default_factory=dict,
        description="title, time and summary; refused where others wrote there meanwhile",
    )


class Target(NamedTuple):
    """The note that a tick goes to: its versions that are replaced, and the meeting as it stands."""

    note: str
    base: tuple[str, ...]
    meeting: Meeting


def folded(meeting: Meeting, tick: Tick) -> Meeting:
    """Return the meeting with a tick; names and notes stand in order, so that the order of ticks makes no difference."""
    made: dict[str, object] = {
        "present": _in_order(_set(meeting.present, _names(tick.present))),
        "discussed": tuple(sorted(_set(meeting.discussed, tick.discussed))),
        "held": tick.day or meeting.held,
        **{name: edit.now for name, edit in tick.words.items()},
    }
    if tick.invited:
        made["invited"] = _in_order(_set(meeting.invited or (), _names(tick.invited))) or None
    if tick.items:
        made["items"] = _items(meeting.items or (), tick.items) or None
    return meeting.model_copy(update=made)


def overwritten(meeting: Meeting, tick: Tick) -> bool:
    """Tell whether a tick writes over words that are others than those its author saw."""
    there = {name: getattr(meeting, name) for name in tick.words}
    return any(there[name] not in {edit.was, edit.now} for name, edit in tick.words.items())


def check(notes: Iterable[Note], to: Target, tick: Tick) -> None:
    """Raise StaleError where a tick writes over others' words, TimelineError where another meeting has its day."""
    known = list(notes)
    if overwritten(to.meeting, tick):
        raise StaleError(next(note for note in known if note.id == to.note))
    if tick.day and any(body.held == tick.day and note.id != to.note for note, body in meetings(known)):
        raise TimelineError(f"there is a meeting of {tick.day.isoformat()} already; choose another day")


def _in_order(names: Iterable[str]) -> tuple[str, ...]:
    return tuple(sorted(names, key=lambda name: (name.casefold(), name)))


def _names(told: Mapping[str, bool]) -> dict[str, bool]:
    return {name: there for raw, there in told.items() if (name := " ".join(raw.split()))}


def _set(before: Iterable[str], told: Mapping[str, bool]) -> set[str]:
    return {one for one in (*before, *told) if told.get(one, True)}


def _items(before: Iterable[MeetingItem], told: Mapping[str, bool | None]) -> tuple[MeetingItem, ...]:
    """Return the points in their order; one that comes as another is taken out stands in its place."""
    there = {one.text: one for one in before}
    fresh = [
        MeetingItem(text=text, discussed=on)
        for text, on in told.items()
        if on is not None and text not in there
    ]
    made: list[MeetingItem] = []
    for one in there.values():
        state = told.get(one.text, one.discussed)
        if state is not None:
            made.append(one.model_copy(update={"discussed": state}))
        elif fresh:
            made.append(fresh.pop(0))
    return (*made, *fresh)


def target(notes: Iterable[Note], tick: Tick, today: date) -> Target:
    """Return where a tick goes: the meeting that it names, of its day, or without one the latest, or else one of today.

    Of a conflict one side alone takes it, the one that is shown: people settle the two, and lose no tick.
    """
    known = list(notes)
    there = [one for one in meetings(known) if one[0].id == tick.note] or [
        one for one in meetings(known) if tick.held in (None, one[1].held)
    ]
    if there:
        head = max(there, key=lambda one: one[1].held)[0].head
        assert isinstance(head.body, Meeting)
        return Target(head.note, (head.id,), head.body)
    day = tick.held or today
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
