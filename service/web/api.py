"""The API: incidents, notes and builds as JSON; documented in `/openapi.json`."""

from __future__ import annotations

import time
from datetime import UTC, datetime
from secrets import token_hex
from typing import Annotated, Any

from fastapi import APIRouter, HTTPException, Path, Query, Request
from fastapi.responses import JSONResponse, Response

from archive import builds
from service.evidence.kept import Loaded
from service.web.forms import (
    AgendaForm,
    Around,
    BuildForm,
    Conflict,
    Detail,
    Edit,
    FactForm,
    FactorsForm,
    IncidentForm,
    MeetingTick,
    NewNote,
    NoteForm,
    NotesForm,
    WaitingForm,
    WhyForm,
    agenda_items,
    fact_form,
    note_form,
    notes_form,
)
from service.web.signin import User
from service.web.state import State, state_of, user_of
from timeline.errors import TimelineError
from timeline.instant import NS
from timeline.notes import journal as notes
from timeline.notes import views as note_views
from timeline.notes.bodies import Body, Short
from timeline.notes.journal import Note, StaleError, UnknownNoteError
from timeline.notes.meeting import Tick

_ID = r"^[A-Za-z0-9][A-Za-z0-9._-]{0,99}$"
Incident = Annotated[str, Path(pattern=_ID, description="the incident's id")]
NoteName = Annotated[str, Path(pattern=r"^n-[0-9a-f]{16}$")]
WRONG: dict[int | str, dict[str, Any]] = {
    400: {"model": Detail, "description": "Not JSON, or a fact that this timeline has not."},
    401: {"model": Detail, "description": "Nobody is signed in."},
    403: {"model": Detail, "description": "Readers do not write, and other sites do not either."},
    404: {"model": Detail, "description": "There is no such incident, note or fact."},
    429: {"model": Detail, "description": "Too many requests; `Retry-After` says when to come again."},
}
_STALE: dict[int | str, dict[str, Any]] = {
    **WRONG,
    409: {"model": Conflict, "description": "The note was changed meanwhile."},
}
router = APIRouter(prefix="/api", responses=WRONG)


@router.get("/incidents", summary="List built incidents, the newest first", tags=["incidents"])
def incidents(request: Request) -> list[IncidentForm]:
    """Return every incident that has a timeline."""
    return [IncidentForm(**found) for found in state_of(request).library.summaries()]


@router.get("/incidents/{incident}", summary="Show an incident", tags=["incidents"])
def incident(request: Request, incident: Incident) -> IncidentForm:
    """Return one incident."""
    library = state_of(request).library
    return IncidentForm(**library.summary(library.directory(incident)))


@router.get("/incidents/{incident}/facts/{fact}", summary="Show a fact", tags=["incidents"])
def fact(
    request: Request, incident: Incident, fact: Annotated[str, Path(pattern=r"^f-[0-9a-f]{16}$")]
) -> FactForm:
    """Return what a citation of the fact shows."""
    state = state_of(request)
    found = state.library.load(incident).facts.get(fact)
    if found is None:
        raise HTTPException(404, f"{fact} is no fact of this timeline")
    return fact_form(found, note_views.disputes(state.library.notes(incident).read().notes))


@router.get(
    "/incidents/{incident}/evidence/{sha256}",
    summary="Read a whole payload",
    tags=["incidents"],
    response_class=Response,
    responses={200: {"content": {"text/plain": {"schema": {"type": "string"}}}}},
)
def evidence(
    request: Request, incident: Incident, sha256: Annotated[str, Path(pattern=r"^[0-9a-f]{64}$")]
) -> Response:
    """Return a payload as it was stored, checked against its digest; it names people as its source did."""
    data = state_of(request).library.payload(incident, sha256)
    return Response(data, media_type="text/plain; charset=utf-8")


@router.get("/incidents/{incident}/notes", summary="Read all notes", tags=["notes"])
def read_notes(request: Request, incident: Incident) -> NotesForm:
    """Return the notes, what they cite, the agenda, and the cursor that the stream goes on from."""
    found = state_of(request).library.notes(incident).read()
    return notes_form(found.notes, around(state_of(request), incident), found.cursor, found.problems)


@router.get("/incidents/{incident}/agenda", summary="Show what the meeting has to settle", tags=["notes"])
def agenda(request: Request, incident: Incident) -> AgendaForm:
    """Return the notes to settle, in the order of a meeting, and the questions of the draft that wait."""
    library = state_of(request).library
    waits = tuple(
        WaitingForm(section=one.section, count=one.questions, line=one.line)
        for one in library.waiting(incident)
    )
    return AgendaForm(items=agenda_items(library.notes(incident).read().notes), draft=waits)


@router.post(
    "/incidents/{incident}/notes", summary="Write a note", tags=["notes"], status_code=201, responses=_STALE
)
def write_note(request: Request, incident: Incident, new: NewNote) -> NoteForm:
    """Append a note; the same request again makes no second one."""
    return _append(request, incident, new.id or f"n-{token_hex(8)}", new.body, (), new.author)


@router.put("/incidents/{incident}/notes/{note}", summary="Change a note", tags=["notes"], responses=_STALE)
def change_note(request: Request, incident: Incident, note: NoteName, edit: Edit) -> NoteForm:
    """Append a version; where the note was changed meanwhile, nothing is written and both are returned."""
    return _append(request, incident, note, edit.body, edit.base, edit.author, beside=edit.beside)


@router.delete(
    "/incidents/{incident}/notes/{note}", summary="Remove a note", tags=["notes"], responses=_STALE
)
def remove_note(
    request: Request, incident: Incident, note: NoteName,
    base: Annotated[list[Annotated[str, Path(pattern=r"^v-[0-9a-f]{16}$")]], Query(min_length=1, max_length=20)],
    author: Annotated[Short | None, Query()] = None,
) -> NoteForm:  # fmt: skip
    """Append a tombstone; earlier versions stay in the file."""
    return _append(request, incident, note, None, tuple(base), author)


@router.post(
    "/incidents/{incident}/meeting", summary="Tick who is there and what was gone through, or write the meeting's words",
    tags=["notes"], responses=_STALE,
)  # fmt: skip
def tick_meeting(request: Request, incident: Incident, tick: MeetingTick) -> NoteForm:
    """Fold a tick into the meeting as it stands; the first one of a day begins its meeting. Words that others changed meanwhile are refused."""
    state = state_of(request)
    shown, file, now = around(state, incident), state.library.notes(incident), time.time_ns()
    told = Tick(**{name: getattr(tick, name) for name in Tick.model_fields})
    try:
        made = file.tick(
            told, _signed(user_of(request), tick.author), now, datetime.fromtimestamp(now / NS, UTC).date()
        )
    except StaleError as err:
        state.metrics.notes_conflicts.inc()
        raise StaleEdit(Conflict(detail=str(err), note=note_form(err.note, shown), yours=None)) from err
    except UnknownNoteError as err:
        raise HTTPException(404, str(err)) from err
    except TimelineError as err:
        raise HTTPException(400, str(err)) from err
    state.metrics.notes_written.inc()
    request.app.state.loop.call_soon_threadsafe(state.announce, incident)
    return note_form(_note(state, incident, made.note), shown)


@router.get("/incidents/{incident}/notes/{note}/versions", summary="Read a note's history", tags=["notes"])
def versions(request: Request, incident: Incident, note: NoteName) -> list[notes.Version]:
    """Return every version, the oldest first."""
    return list(_note(state_of(request), incident, note).versions)


@router.get("/incidents/{incident}/factors", summary="Map the contributing factors", tags=["notes"])
def factors(request: Request, incident: Incident) -> FactorsForm:
    """Return the factors and their map as Mermaid."""
    library = state_of(request).library
    loaded, found = library.load(incident), library.notes(incident).read().notes
    shown = note_views.with_values(found, loaded.values)
    mermaid = note_views.factor_map(shown, loaded.facts, title_of(loaded))
    return FactorsForm(factors=note_views.factors(found), mermaid=mermaid)


@router.get("/incidents/{incident}/whys", summary="Show the five whys", tags=["notes"])
def whys(request: Request, incident: Incident) -> list[WhyForm]:
    """Return the trees of whys; several may stand side by side."""
    return [_why(step) for step in note_views.whys(state_of(request).library.notes(incident).read().notes)]


@router.get("/builds", summary="List builds, the newest first", tags=["builds"])
def list_builds(request: Request) -> list[BuildForm]:
    """Return what was asked for, how it went, and when it is tried again."""
    with state_of(request).store.use() as connection:
        return [build_form(build) for build in builds.latest(connection)]


@router.post("/incidents/{incident}/builds", summary="Build again", tags=["builds"], status_code=202)
def build(request: Request, incident: Incident) -> BuildForm:
    """Queue a build of an incident that was built, or asked for, before."""
    state, user = state_of(request), user_of(request)
    with state.store.use() as connection:
        last = builds.last(connection, incident)
    if last is None:
        state.library.directory(incident)
    cause, now = f"by {user.name or 'somebody on this machine'}", time.time_ns()
    with state.store.use() as connection:
        start, end = (last.start_at, last.end_at) if last else (None, None)
        number = builds.queue(connection, incident, cause, now, start_at=start, end_at=end)
        found = builds.get(connection, number)
    state.worker.wake()
    assert found is not None
    return build_form(found)


def _append(
    request: Request, incident: str, note: str, body: Body | None, base: tuple[str, ...], author: str | None, *,
    beside: bool = False,
) -> NoteForm:  # fmt: skip
    state, user = state_of(request), user_of(request)
    shown, file = around(state, incident), state.library.notes(incident)
    try:
        file.append(note, body, base, _signed(user, author), time.time_ns(), shown.facts, beside=beside)
    except StaleError as err:
        state.metrics.notes_conflicts.inc()
        raise StaleEdit(Conflict(detail=str(err), note=note_form(err.note, shown), yours=body)) from err
    except UnknownNoteError as err:
        raise HTTPException(404, str(err)) from err
    except TimelineError as err:
        raise HTTPException(400, str(err)) from err
    state.metrics.notes_written.inc()
    request.app.state.loop.call_soon_threadsafe(state.announce, incident)
    return note_form(_note(state, incident, note), shown)


def _signed(user: User, author: str | None) -> str:
    return user.name if user.named else (author or "").strip() or "somebody"


def around(state: State, incident: str) -> Around:
    """Return what an incident's notes are shown with."""
    loaded = state.library.load(incident)
    return Around(loaded.facts, loaded.values, state.library.ticket_url)


class StaleEdit(Exception):  # noqa: N818 - an answer, not a failure
    """An edit that was refused, with both versions."""

    def __init__(self, conflict: Conflict) -> None:
        super().__init__(conflict.detail)
        self.conflict = conflict


def stale_answer(_: Request, err: Exception) -> Response:
    """Answer 409 with both versions."""
    assert isinstance(err, StaleEdit)
    return JSONResponse(err.conflict.model_dump(mode="json"), 409)


def _note(state: State, incident: str, note: str) -> Note:
    found = next((n for n in state.library.notes(incident).read().notes if n.id == note), None)
    if found is None:
        raise HTTPException(404, f"there is no note {note}")
    return found


def _why(step: note_views.Step) -> WhyForm:
    return WhyForm(note=step.note.id, answers=tuple(_why(answer) for answer in step.answers))


def title_of(loaded: Loaded) -> str:
    """Return an incident's id and title on one line."""
    incident = loaded.timeline.incident
    return f"{incident.id}: {incident.title}" if incident.title else incident.id


def build_form(build: builds.Build) -> BuildForm:
    """Return a build for the page."""
    kept = {name: value for name, value in build._asdict().items() if name in BuildForm.model_fields}
    return BuildForm(**kept)
