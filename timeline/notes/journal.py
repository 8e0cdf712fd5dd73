"""Notes: people's interpretation, append-only, citing facts or a range.

Every edit is a new version that names the versions it replaces (`base`). Versions that nothing
replaces are a note's heads: one head is the note as it stands, several are a conflict that people
see and settle. So neither two browsers nor two branches of a repository overwrite each other.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple

import orjson
from pydantic import (
    TypeAdapter,
    ValidationError,
)

from timeline.canonical import canonical, short_id
from timeline.errors import TimelineError
from timeline.instant import Instant
from timeline.invalid.problems import first
from timeline.model import Fact
from timeline.notes.bodies import Body, FactCitation, NoteId, Record, Short, VersionId


class Version(Record):
    """One line of `notes.jsonl`: who wrote what when, replacing which; `body` null removes the note."""

    id: VersionId
    note: NoteId
    base: tuple[VersionId, ...] = ()
    at: Instant
    author: Short
    body: Body | None


class Problem(NamedTuple):
    """A line that cannot be read, and why."""

    line: int
    message: str


class NotesRead(NamedTuple):
    """The versions of a file in its order, and the lines that are none."""

    versions: tuple[Version, ...]
    problems: tuple[Problem, ...]


class Note(NamedTuple):
    """A note: all its versions in order of time, and those that nothing replaces."""

    id: str
    versions: tuple[Version, ...]
    heads: tuple[Version, ...]

    @property
    def head(self) -> Version:
        """The version to show; of a conflict the newest that is no removal."""
        return max(self.heads, key=lambda v: (v.body is not None, v.at, v.id))

    @property
    def conflict(self) -> bool:
        """Whether two people changed the same version, and nobody settled it yet."""
        return len(self.heads) > 1

    @property
    def removed(self) -> bool:
        """Whether the note is gone; a removal against an edit is a conflict, not a removal."""
        return all(v.body is None for v in self.heads)

    @property
    def base(self) -> tuple[str, ...]:
        """What the next version must name."""
        return tuple(v.id for v in self.heads)


class StaleError(TimelineError):
    """An edit of a version that is no longer the newest; both are kept for the person to settle."""

    def __init__(self, note: Note) -> None:
        super().__init__(f"{note.head.author} changed this note meanwhile; settle the two versions")
        self.note = note


class UnknownNoteError(TimelineError):
    """An edit of a note that is not in the file."""


_LINE: TypeAdapter[Version] = TypeAdapter(Version)


def version(note: str, body: Body | None, base: Sequence[str], author: str, at: int) -> Version:
    """Make a version with its id: a digest over everything else, so no line can change unseen."""
    made = Version(id="v-" + "0" * 16, note=note, base=tuple(base), at=at, author=author, body=body)
    return made.model_copy(update={"id": identity(made)})


def identity(one: Version) -> str:
    """Return the id that a version's content gives."""
    return short_id("v", [1, one.model_dump(mode="json", exclude={"id"}, exclude_none=True)])


def line(one: Version) -> bytes:
    """Return a version's line for `notes.jsonl`, ended by LF; empty members are left out."""
    data = one.model_dump(mode="json", exclude_none=True)
    return canonical({"body": None, **data}) + b"\n"


def read(data: bytes) -> NotesRead:
    """Read a file; a line that was cut, merged badly or changed by hand is a problem, not the end."""
    found: dict[str, Version] = {}
    problems = []
    for number, text in enumerate(data.split(b"\n"), 1):
        if not text.strip():
            continue
        try:
            one = _version(text)
        except (orjson.JSONDecodeError, TimelineError, ValueError) as err:
            problems.append(Problem(number, _reason(err)))
            continue
        found.setdefault(one.id, one)
    return NotesRead(tuple(found.values()), tuple(problems))


def _version(text: bytes) -> Version:
    raw = orjson.loads(text)
    try:
        one = _LINE.validate_python(raw)
    except ValidationError as err:
        raise ValueError(first(err, Version, raw)) from err
    if identity(one) != one.id:
        raise ValueError(
            f"version {one.id} was changed after it was written; its content is {identity(one)}'s"
        )
    return one


def _reason(err: Exception) -> str:
    return f"not a version: {err}" if isinstance(err, orjson.JSONDecodeError) else str(err)


def fold(versions: Iterable[Version]) -> tuple[Note, ...]:
    """Return the notes in order of their first version; removed ones are included."""
    by_note: dict[str, list[Version]] = {}
    for one in sorted(versions, key=lambda v: (v.at, v.id)):
        by_note.setdefault(one.note, []).append(one)
    return tuple(_note(name, ones) for name, ones in by_note.items())


def _note(name: str, ones: Sequence[Version]) -> Note:
    replaced = {base for one in ones for base in one.base}
    return Note(name, tuple(ones), tuple(one for one in ones if one.id not in replaced))


def add(notes: Iterable[Note], wanted: Version, *, beside: bool = False) -> Version:
    """Return the version to append, or the one that is there already (the same request again).

    `beside` puts an edit of an older version beside the newest, as a conflict everybody sees.
    Raises StaleError where `wanted` replaces other versions than the newest, UnknownNoteError where
    it edits a note that is not there.
    """
    known = next((n for n in notes if n.id == wanted.note), None)
    if known is None:
        if wanted.base:
            raise UnknownNoteError(f"there is no note {wanted.note}; reload the page")
        return wanted
    same = next((v for v in known.versions if _same(v, wanted)), None)
    if same:
        return same
    if set(wanted.base) == set(known.base):
        return wanted
    if not beside or not wanted.base or not set(wanted.base) <= {v.id for v in known.versions}:
        raise StaleError(known)
    return wanted


def _same(a: Version, b: Version) -> bool:
    return (set(a.base), a.author, a.body) == (set(b.base), b.author, b.body)


def current(notes: Iterable[Note]) -> tuple[Note, ...]:
    """Return the notes that are not removed."""
    return tuple(n for n in notes if not n.removed)


def cited(body: Body | None) -> tuple[str, ...]:
    """Return the ids of the facts that a note cites."""
    return tuple(c.fact for c in body.cites if isinstance(c, FactCitation)) if body else ()


def with_digests(body: Body, facts: Mapping[str, Fact]) -> Body:
    """Return the body with each cited fact's content digest; raise TimelineError for an unknown fact."""
    unknown = [f for f in cited(body) if f not in facts]
    if unknown:
        raise TimelineError(f"{', '.join(unknown)}: no such fact in this timeline; cite one that is")
    cites = tuple(
        c.model_copy(update={"content": facts[c.fact].content_digest()})
        if isinstance(c, FactCitation) and c.content is None
        else c
        for c in body.cites
    )
    return body.model_copy(update={"cites": cites})
