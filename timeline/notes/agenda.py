"""The agenda: what a review has to settle, in the order of its meeting, each with what settles it; pure."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import NamedTuple

from timeline import present
from timeline.notes import meeting
from timeline.notes.bodies import Action, Body, Dispute, FactCitation, Factor, Hypothesis, Question, Why
from timeline.notes.journal import Note, current


class AgendaItem(NamedTuple):
    """A line of the agenda: the note, why it needs the meeting, what settles it, and whether it was gone through.

    `fields` are the members of the note that have to be filled in to settle it, `optional` those that may be as well.
    """

    note: Note
    reason: str
    settles: str
    discussed: bool = False
    fields: tuple[str, ...] = ()
    optional: tuple[str, ...] = ()


#: Reasons in the order of a meeting: what is contradicted first, since all else is read by it; what is to be done last.
_SETTLES = {
    "two versions": "keep one, or edit it to hold both",
    "disputed fact": "answer it: the fact never changes, the answer stands beside it",
    "open question": "answer it",
    "untested hypothesis": "answer it: what confirms or refutes it; or remove it",
    "factor without a fact": "cite the facts that show it, or remove it",
    "why without an end": "say why that was so, or name the factor that it ends in",
    "action lacks": "fill it in, or remove it: what nobody owns is not done",
}
_PLACE = {reason: number for number, reason in enumerate(_SETTLES)}
_THROUGH = "gone through"
#: What an action needs, by the member that holds it.
_NEEDED = {
    "owner": "an owner",
    "due": "a due date",
    "criterion": "a success criterion",
    "verification": "a way to verify it",
}


def agenda(notes: Iterable[Note]) -> tuple[AgendaItem, ...]:
    """Return what the meeting has to settle, and last what it went through already."""
    known = current(notes)
    through = meeting.discussed(known)
    explained = {body.parent for note in known if isinstance(body := note.head.body, Why | Factor)}
    items = [item for note in known for item in _items(note, explained)]
    waiting = {item.note.id for item in items}
    items += [AgendaItem(note, _THROUGH, "") for note in known if note.id in through - waiting]
    marked = [item._replace(discussed=item.note.id in through) for item in items]
    return tuple(sorted(marked, key=lambda item: (item.discussed, _place(item.reason))))


def waiting(items: Iterable[AgendaItem]) -> int:
    """Return how many items nobody went through yet."""
    return sum(not item.discussed for item in items)


def _place(reason: str) -> int:
    return _PLACE.get(reason.partition(":")[0], len(_PLACE))


def _items(note: Note, explained: set[str | None]) -> Iterator[AgendaItem]:
    for reason in _reasons(note, explained):
        name = reason.partition(":")[0]
        settles = _SETTLES[name]
        told = f"{settles}, or say who finds out" if "nobody" in reason else settles
        yield AgendaItem(note, reason, told, False, *_fields(note.head.body))


def _fields(body: Body | None) -> tuple[tuple[str, ...], tuple[str, ...]]:
    match body:
        case Question(answer=None, owner=None):
            return ("answer",), ("owner",)
        case Question(answer=None) | Dispute(answer=None) | Hypothesis(answer=None):
            return ("answer",), ()
        case Action() as action:
            return tuple(_lacks(action)), () if action.ticket else ("ticket",)
        case _:
            return (), ()


def _reasons(note: Note, explained: set[str | None]) -> Iterator[str]:
    if note.conflict:
        yield "two versions"
    match note.head.body:
        case Dispute(answer=None):
            yield "disputed fact"
        case Question(answer=None, owner=owner):
            yield "open question" if owner else "open question: nobody owns it"
        case Hypothesis(answer=None):
            yield "untested hypothesis"
        case Factor(cites=cites) if not any(isinstance(one, FactCitation) for one in cites):
            yield "factor without a fact"
        case Why(parent=None) if note.id not in explained:
            yield "why without an end"
        case Action() as action if lacks := lacking(action):
            yield f"action lacks: {present.listed(lacks)}"
        case _:
            return


def lacking(action: Action) -> list[str]:
    """Return what an action still needs before anyone can tell whether it was done; nothing once it was."""
    return [_NEEDED[name] for name in _lacks(action)]


def _lacks(action: Action) -> list[str]:
    return [] if action.done else [name for name in _NEEDED if not getattr(action, name)]
