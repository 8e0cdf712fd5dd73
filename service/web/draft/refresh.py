"""Refresh by button: draft and page made again from what is kept, with an answer that says what changed."""

from __future__ import annotations

from typing import Any

from fastapi import APIRouter, HTTPException, Request

from service.inbox.refresh_job import Refused
from service.inbox.worker import BuildError
from service.web.api import Incident
from service.web.forms import Detail, RefreshForm
from service.web.state import State, peer_of, state_of, user_of

_WAIT = 30.0  # seconds behind another refresh
_AGAIN = {"Retry-After": "10"}
_ANSWERS: dict[int | str, dict[str, Any]] = {
    401: {"model": Detail, "description": "Nobody is signed in."},
    403: {"model": Detail, "description": "Readers do not write, and other sites do not either."},
    404: {"model": Detail, "description": "There is no such incident."},
    409: {
        "model": Detail,
        "description": "It cannot be refreshed now: a build runs, or the draft's fences are broken.",
    },
    429: {"model": Detail, "description": "Too many requests; `Retry-After` says when to come again."},
    503: {"model": Detail, "description": "It did not end well, or others wait before it; try again."},
}
router = APIRouter(prefix="/api", responses=_ANSWERS)


@router.post("/incidents/{incident}/refresh", summary="Refresh draft and page", tags=["builds"])
def refresh(request: Request, incident: Incident) -> RefreshForm:
    """Do what `timeline refresh` does: bring notes into draft and page, from kept evidence; people's text stays."""
    state = state_of(request)
    directory = state.library.directory(incident)
    if not state.refreshing.acquire(timeout=_WAIT):
        raise HTTPException(503, "others are being refreshed; try again", _AGAIN)
    try:
        made = state.refresher(directory)
    except Refused as err:
        _note(request, state, incident, "refused")
        raise HTTPException(409, str(err)[:500]) from err
    except BuildError as err:
        _note(request, state, incident, "failed")
        raise HTTPException(503, str(err)[:500], _AGAIN) from err
    finally:
        state.refreshing.release()
    _note(request, state, incident, "done")
    request.app.state.loop.call_soon_threadsafe(state.announce, incident)
    return RefreshForm(files=made.files, regions=made.regions, messages=made.messages)


def _note(request: Request, state: State, incident: str, outcome: str) -> None:
    state.metrics.refreshes.labels(outcome).inc()
    user = user_of(request)
    state.audit.write(
        "refresh", user=user.name, role=user.role, peer=peer_of(request), incident=incident, outcome=outcome
    )
