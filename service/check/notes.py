"""What notes add to a draft for the rules about it: actions, and sections that they answer."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import NamedTuple

from service.names import NOTES, REVIEWS
from service.review import reviews
from service.review.notes import NotesFile
from timeline.checks.actions import Action
from timeline.checks.claims.claim import Claim, note_claims
from timeline.checks.findings import Finding, finding
from timeline.checks.prose import Noted
from timeline.errors import UsageError
from timeline.notes import journal, views
from timeline.notes.bodies import Action as ActionNote
from timeline.notes.bodies import Dispute, FactCitation, Factor, Lesson, Meeting, Question, Why
from timeline.notes.journal import Note, current
from timeline.references.filling import unknown_in_words
from timeline.references.values import Values

_ID = re.compile(rb'"id":"(v-[0-9a-f]{16})"')


class Placed(NamedTuple):
    """A note, and the line of the version that it is shown by."""

    note: Note
    line: int


def placed(directory: Path) -> list[Placed]:
    """Return the notes of a built incident that were not removed."""
    notes = current(NotesFile(directory).read().notes)
    lines = _lines(directory / NOTES) if notes else {}
    return [Placed(note, lines.get(note.head.id, 1)) for note in notes]


def noted(
    notes: Iterable[Placed], wrong: frozenset[int] = frozenset(), claimed: tuple[Finding, ...] = ()
) -> Noted:
    """Return what notes hold for the rules about a draft.

    Notes on the lines `wrong` answer nothing; `claimed` is what is found in the claims of all.
    """
    actions, subjects = [], set[str]()
    for note, line in notes:
        if isinstance(note.head.body, ActionNote):
            actions.append(_action(line, note.head.body))
        if line not in wrong:
            subjects.add(_subject(note))
    return Noted(tuple(actions), frozenset(subjects - {""}), claimed)


def written(notes: Iterable[Placed]) -> Iterator[Claim]:
    """Yield what the notes beside a draft claim, each on its line; an action has not happened, a dispute and a question claim nothing."""
    for note, line in notes:
        body = note.head.body
        if body is not None and body.text and not isinstance(body, ActionNote | Dispute | Question):
            cites = [one.fact for one in body.cites if isinstance(one, FactCitation)]
            yield from note_claims(body.text, cites, line)


def references(directory: Path, values: Values) -> Iterator[Finding]:
    """Find references in the newest words of notes that name nothing; they are filled in where notes are shown."""
    for note, line in placed(directory):
        for text in views.words_of(note.head.body):
            for message in unknown_in_words(text, values):
                yield finding("reference-unknown", line, message)


def _action(line: int, body: ActionNote) -> Action:
    fields = {
        "owner": body.owner, "due": body.due.isoformat() if body.due else None, "criterion": body.criterion,
        "verification": body.verification,
    }  # fmt: skip
    told = {name: text for name, text in fields.items() if text}
    return Action(line, " ".join(body.text.split()), told, ended=body.done is not None)


def _subject(note: Note) -> str:
    match note.head.body:
        case Factor(category=category):
            return category
        case ActionNote():
            return "actions"
        case Lesson():
            return "lessons"
        case Why():
            return "whys"
        case Meeting():
            return "review held"
        case _:
            return ""


def _lines(path: Path) -> dict[str, int]:
    """Return the first line on which each id stands."""
    found: dict[str, int] = {}
    for number, line in enumerate(path.read_bytes().split(b"\n"), 1):
        for match in _ID.finditer(line):
            found.setdefault(match[1].decode(), number)
    return found


def broken(directory: Path) -> Iterator[Finding]:
    """Find lines of notes.jsonl and reviews.jsonl that were not written so: cut, merged badly or changed by hand."""
    path = directory / NOTES
    if path.is_file():
        data = path.read_bytes()
        for number, text in enumerate(data.split(b"\n")[:-1], 1):
            read = journal.read(text)
            for problem in read.problems:
                message = f"this line is left out: {problem.message}; restore it from version control"
                yield finding("notes-broken", number, message)._replace(file=str(path))
            if any(journal.line(one) != text + b"\n" for one in read.versions):
                message = (
                    "this line has another form than a note is written in; restore it from version control"
                )
                yield finding("notes-broken", number, message)._replace(file=str(path))
        if data and not data.endswith(b"\n"):
            message = "the last line has no end, and is left out; restore it from version control"
            yield finding("notes-broken", data.count(b"\n") + 1, message)._replace(file=str(path))
    for number, one in reviews.each(directory):
        if isinstance(one, UsageError):
            yield finding("notes-broken", number, str(one))._replace(file=str(directory / REVIEWS))
