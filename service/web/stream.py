"""Notes as they are written: server-sent events that go on where a lost connection ended."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Callable
from typing import TYPE_CHECKING, Annotated, Any

import anyio
import anyio.to_thread
from fastapi import APIRouter, Header, HTTPException, Query, Request
from sse_starlette import EventSourceResponse

from archive import builds
from service.inbox.library import UnknownIncidentError
from service.review.notes import NotesFile, Tail
from service.web.api import Incident, around, build_form
from service.web.forms import note_form, notes_form
from service.web.gate import headers_of
from service.web.peers import connected
from service.web.signin import asker
from service.web.state import State, peer_of, state_of, user_of
from timeline.notes.journal import Version

if TYPE_CHECKING:
    from starlette.types import Receive, Scope, Send

_LOOK = 1.0  # seconds between looks at the file: `git pull` and other servers write there too
_PING = 15
router = APIRouter(prefix="/api")


@router.get(
    "/incidents/{incident}/stream", summary="Follow the notes", tags=["notes"], response_class=EventSourceResponse,
    responses={200: {"content": {"text/event-stream": {}}, "description": "`version`: one that was written; `all`: start anew; `timeline`: it was built again; `draft`: the draft was written; `build`: how the newest build goes."}},
)  # fmt: skip
async def stream(
    request: Request, incident: Incident,
    after: Annotated[str | None, Query(max_length=100, description="a cursor; `Last-Event-ID` goes before it")] = None,
    last_event_id: Annotated[str | None, Header(max_length=100)] = None,
) -> EventSourceResponse:  # fmt: skip
    """Send each version once, in the file's order; the event's id is the cursor after it."""
    state, key = state_of(request), asker(user_of(request), peer_of(request))
    file = await anyio.to_thread.run_sync(state.library.notes, incident)
    stopping = anyio.Event()
    if not state.streams.take(key):
        raise HTTPException(429, "too many pages follow notes", {"Retry-After": str(_PING)})
    follow = _follow(request, incident, file, last_event_id or after or "0-start", stopping)
    # When the server ends, the page is told at once and comes back to the next one.
    answer = _Counted(follow, ping=_PING, shutdown_event=stopping, shutdown_grace_period=1)
    answer.ended = lambda: state.streams.give(key)
    return answer


class _Counted(EventSourceResponse):
    """A stream that tells when it is over, however it ends."""

    ended: Callable[[], None]

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        try:
            await super().__call__(scope, receive, send)
        finally:
            self.ended()


async def _follow(
    request: Request, incident: str, file: NotesFile, cursor: str, stopping: anyio.Event
) -> AsyncIterator[dict[str, Any]]:
    state = state_of(request)
    headers, peer = headers_of(request.scope), connected(request.scope)
    try:
        built = await anyio.to_thread.run_sync(state.library.stamp, incident)
        draft, build = await anyio.to_thread.run_sync(state.library.draft_stamp, incident), ""
        seen: tuple[int, int] | None = None
        # Who was signed out hears nothing more.
        while not stopping.is_set() and state.signin.user(headers, peer):
            changed = state.changed(incident)
            stamp = await anyio.to_thread.run_sync(file.stamp)
            if stamp != seen:
                seen, tail = stamp, await anyio.to_thread.run_sync(file.after, cursor)
                for event in await anyio.to_thread.run_sync(_events, state, incident, file, tail):
                    cursor = event["id"]
                    yield event
            again = await anyio.to_thread.run_sync(state.library.stamp, incident)
            if again != built:
                built = again
                yield {"event": "timeline", "data": "{}"}
            written = await anyio.to_thread.run_sync(state.library.draft_stamp, incident)
            if written != draft:
                draft = written
                yield {"event": "draft", "data": "{}"}
            now = await anyio.to_thread.run_sync(_build, state, incident)
            if now != build:
                build = now
                yield {"event": "build", "data": build}
            await _pause(changed, stopping)
    except (UnknownIncidentError, FileNotFoundError):
        yield {"event": "gone", "data": "{}"}


def _build(state: State, incident: str) -> str:
    """Return how the newest build goes, as JSON; empty where none was asked for."""
    with state.store.use() as connection:
        last = builds.shown(connection, incident, time.time_ns())
    return build_form(last).model_dump_json() if last else ""


async def _pause(changed: asyncio.Event, stopping: anyio.Event) -> None:
    waits = [asyncio.ensure_future(changed.wait()), asyncio.ensure_future(stopping.wait())]
    try:
        await asyncio.wait(waits, timeout=_LOOK, return_when=asyncio.FIRST_COMPLETED)
    finally:
        for one in waits:
            one.cancel()


def _events(state: State, incident: str, file: NotesFile, tail: Tail) -> list[dict[str, Any]]:
    shown = around(state, incident)
    if tail.whole:
        found = file.read()
        whole = notes_form(found.notes, shown, found.cursor, found.problems)
        return [{"id": found.cursor, "event": "all", "data": whole.model_dump_json()}]
    if not tail.versions:
        return []
    found = file.read()
    form = notes_form(found.notes, shown, found.cursor, found.problems)
    notes = {n.id: n for n in found.notes}

    def event(cursor: str, version: Version) -> dict[str, Any]:
        touched = form.model_copy(
            update={"cursor": cursor, "notes": (note_form(notes[version.note], shown),)}
        )
        # The version says what was written, the note how it stands: sent twice it would change nothing.
        data = '{"version":"' + version.id + '",' + touched.model_dump_json()[1:]
        return {"id": cursor, "event": "version", "data": data}

    return [event(cursor, version) for cursor, version in tail.versions if version.note in notes]
