"""What notes add to a draft for the rules about it: actions, and sections that they answer."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

from service.names import NOTES, REVIEWS
from service.review import reviews
from service.review.notes import NotesFile
from timeline.checks.actions import Action
from timeline.checks.claims.claim import Claim, note_claims
from timeline.checks.findings import Finding, finding
from timeline.checks.prose import Noted
from timeline.errors import UsageError
from timeline.notes import journal, views
from timeline.notes.journal import Action as ActionNote
from timeline.notes.journal import Dispute, FactCitation, Factor, Lesson, Note, Question, Why, current
from timeline.references.filling import unknown_in_words
from timeline.references.values import Values


def noted(directory: Path, wrong: frozenset[int] = frozenset(), claimed: tuple[Finding, ...] = ()) -> Noted:
    """Return what the notes of a built incident hold; nothing where there are none.

    Notes on the lines `wrong` answer nothing; `claimed` is what is found in the claims of all.
    """
    notes = current(NotesFile(directory).read().notes)
    lines = _lines(directory / NOTES, notes)
    actions = tuple(
        _action(lines.get(note.id, 1), note.head.body) for note in notes if isinstance(note.head.body, ActionNote)
    )  # fmt: skip
    subjects = frozenset(_subject(note) for note in notes if lines.get(note.id, 1) not in wrong)
    return Noted(actions, subjects - {""}, claimed)


def written(directory: Path) -> Iterator[Claim]:
    """Yield what the notes beside a draft claim, each on its line; an action has not happened, a dispute and a question claim nothing."""
    notes = current(NotesFile(directory).read().notes)
    lines = _lines(directory / NOTES, notes)
    for note in notes:
        body = note.head.body
        if body is not None and not isinstance(body, ActionNote | Dispute | Question):
            cites = [one.fact for one in body.cites if isinstance(one, FactCitation)]
            yield from note_claims(body.text, cites, lines.get(note.id, 1))


def references(directory: Path, values: Values) -> Iterator[Finding]:
    """Find references in the newest words of notes that name nothing; they are filled in where notes are shown."""
    notes = [note for note in current(NotesFile(directory).read().notes) if note.head.body]
    lines = _lines(directory / NOTES, notes)
    for note in notes:
        for text in views.words_of(note.head.body):
            for message in unknown_in_words(text, values):
                yield finding("reference-unknown", lines.get(note.id, 1), message)


def _action(line: int, body: ActionNote) -> Action:
    fields = {
        "owner": body.owner, "due": body.due.isoformat() if body.due else None, "criterion": body.criterion,
        "verification": body.verification,
    }  # fmt: skip
    return Action(line, " ".join(body.text.split()), {name: text for name, text in fields.items() if text})


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
        case _:
            return ""


def _lines(path: Path, notes: Sequence[Note]) -> dict[str, int]:
    """Return the line of the version that each note is shown by."""
    if not notes:
        return {}
    heads = {f'"id":"{note.head.id}"'.encode(): note.id for note in notes}
    found: dict[str, int] = {}
    for number, line in enumerate(path.read_bytes().split(b"\n"), 1):
        for head, note in heads.items():
            if head in line:
                found.setdefault(note, number)
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
