"""The forms of the API: what is asked and answered, as OpenAPI documents them."""

from __future__ import annotations

from typing import Annotated, Any, NamedTuple

from pydantic import BaseModel, ConfigDict, Field

from timeline import present
from timeline.instant import Instant
from timeline.model import Fact
from timeline.notes import tickets
from timeline.notes import views as note_views
from timeline.notes.agenda import agenda
from timeline.notes.bodies import Action, Body, FactId, Meeting, NoteId, Record, Short, VersionId
from timeline.notes.joining import joined
from timeline.notes.journal import Note, Problem, Version, cited
from timeline.notes.meeting import Tick
from timeline.references.values import Values

Heads = Annotated[tuple[VersionId, ...], Field(min_length=1, max_length=20)]


class NewNote(Record):
    """A note to write; an `id` chosen by the sender makes a repeated request harmless."""

    id: NoteId | None = None
    body: Body
    author: Short | None = Field(default=None, description="used where nobody signs in")


class MeetingTick(Tick):
    """What somebody ticks at the review meeting; ticks of others stay, and the same tick again changes nothing."""

    author: Short | None = Field(default=None, description="used where nobody signs in")


class Edit(Record):
    """A new version; `base` names the versions it replaces.

    With `beside`, an edit of an older version is kept beside the newest, as a conflict for all to see.
    """

    base: Heads
    body: Body
    author: Short | None = None
    beside: bool = False


class NoteForm(BaseModel):
    """A note as it stands: one head, or several that are a conflict."""

    model_config = ConfigDict(frozen=True)

    id: str
    heads: tuple[Version, ...]
    conflict: bool
    removed: bool
    versions: int
    created_at: Instant
    created_by: str
    changed: dict[str, str] = Field(description="cited facts that say something else by now, or are gone")
    shown: dict[str, dict[str, str]] = Field(
        description="words of a head, by its id and the member's name, in which references are shown as values"
    )
    joined: Meeting | None = Field(
        description="what the versions of a meeting in conflict are together: each side's ticks and words; else null"
    )
    links: dict[str, dict[str, str]] = Field(
        description="addresses of a head's words, by its id and the member's name, where `ticket_url` or the words give one"
    )


class FactForm(BaseModel):
    """A fact as a citation shows it."""

    id: str
    when: str
    statement: str
    kind: str
    source: str
    disputed: tuple[str, ...] = Field(description="ids of open disputes")


class AgendaItem(BaseModel):
    """Something the meeting has to settle, or went through: then it is `discussed`, and stands at the end."""

    reason: str
    note: str
    settles: str = Field(description="what settles it; empty where nothing is open")
    fields: tuple[str, ...] = Field(
        description="members of the note that are to be filled in; those of `optional` may"
    )
    optional: tuple[str, ...]
    discussed: bool


class WaitingForm(BaseModel):
    """Questions of the draft that nobody answered yet, by section."""

    section: str
    count: int
    line: int = Field(description="of the first of them in postmortem.md")


class AgendaForm(BaseModel):
    """The meeting's order: notes to settle, then what waits in the draft, section by section."""

    items: tuple[AgendaItem, ...]
    draft: tuple[WaitingForm, ...]


class NotesForm(BaseModel):
    """All notes, the facts they cite, what is on the agenda; `cursor` is where the stream goes on."""

    cursor: str
    notes: tuple[NoteForm, ...]
    facts: dict[str, FactForm]
    agenda: tuple[AgendaItem, ...]
    disputed: dict[FactId, tuple[str, ...]]
    problems: tuple[str, ...] = Field(description="lines of notes.jsonl that are no notes")


class Conflict(BaseModel):
    """The note was changed meanwhile: as it stands, and what was sent."""

    detail: str
    note: NoteForm
    yours: Body | None


class Detail(BaseModel):
    """Why something was refused."""

    detail: str


class IncidentForm(BaseModel):
    """A built incident."""

    id: str
    title: str | None
    severity: str | None
    services: list[str]
    start: str | None
    end: str | None
    facts: int
    gaps: int
    digest: str | None
    error: str | None


class BuildForm(BaseModel):
    """A build that was asked for; times are RFC 3339."""

    id: int
    incident: str
    cause: str
    state: str
    tries: int
    queued_at: Instant
    next_at: Instant
    started_at: Instant | None
    finished_at: Instant | None
    facts: int | None
    gaps: int | None
    error: str | None


class RefreshForm(BaseModel):
    """What a refresh changed: files that were written anew, regions of the draft that say something else, messages."""

    files: tuple[str, ...]
    regions: tuple[str, ...]
    messages: tuple[str, ...]


class Accepted(BaseModel):
    """What became of a delivery: how many events were stored, how many were there already."""

    stored: int
    replayed: int


class WhyForm(BaseModel):
    """A step of the five whys and the steps that explain it."""

    note: str
    answers: tuple[WhyForm, ...] = ()


class FactorsForm(BaseModel):
    """The contributing factors: each with the one it contributed to (null: the incident), and as Mermaid."""

    factors: dict[str, str | None]
    mermaid: str


class Around(NamedTuple):
    """What notes are shown with: the facts by id, what references say, what makes links of tickets."""

    facts: dict[str, Fact]
    values: Values
    ticket_url: str = ""


def note_form(note: Note, around: Around) -> NoteForm:
    """Return a note for the page, its references beside it as values."""
    facts, values, ticket_url = around
    tickets_of = {one.id: address for one in note.heads if (address := _ticket(one.body, ticket_url))}
    shown = {one.id: told for one in note.heads if (told := note_views.shown_words(one.body, values))}
    first, body = note.versions[0], note.head.body
    return NoteForm(
        id=note.id, heads=note.heads, conflict=note.conflict, removed=note.removed, versions=len(note.versions),
        created_at=first.at, created_by=first.author, changed=note_views.changed(body, facts) if body else {}, joined=joined(note),
        shown=shown, links={head: {"ticket": address} for head, address in tickets_of.items()},
    )  # fmt: skip


def _ticket(body: Body | None, ticket_url: str) -> str:
    return tickets.link(body.ticket, ticket_url) if isinstance(body, Action) else ""


def fact_form(fact: Fact, disputed: dict[str, tuple[Note, ...]]) -> FactForm:
    """Return a fact for a citation."""
    return FactForm(
        id=fact.id, when=present.bounds(fact.earliest, fact.latest), statement=fact.statement, kind=fact.kind,
        source=fact.source, disputed=tuple(n.id for n in disputed.get(fact.id, ())),
    )  # fmt: skip


def agenda_items(notes: tuple[Note, ...]) -> tuple[AgendaItem, ...]:
    """Return the agenda of notes."""
    return tuple(
        AgendaItem(
            reason=i.reason,
            note=i.note.id,
            settles=i.settles,
            fields=i.fields,
            optional=i.optional,
            discussed=i.discussed,
        )
        for i in agenda(notes)
    )


def notes_form(
    notes: tuple[Note, ...], around: Around, cursor: str, problems: tuple[Problem, ...] = ()
) -> NotesForm:
    """Return everything the notes' panel shows."""
    facts = around.facts
    disputed = note_views.disputes(notes)
    used: dict[str, Any] = {f: facts[f] for n in notes for v in n.heads for f in cited(v.body) if f in facts}
    return NotesForm(
        cursor=cursor, notes=tuple(note_form(n, around) for n in notes),
        facts={identity: fact_form(fact, disputed) for identity, fact in used.items()},
        agenda=agenda_items(notes),
        disputed={fact: tuple(n.id for n in held) for fact, held in disputed.items()},
        problems=tuple(f"line {p.line}: {p.message}" for p in problems),
    )  # fmt: skip
