"""What a supervisor asks: whether the process lives, and whether it can do its work."""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Iterator
from importlib.metadata import version
from typing import TYPE_CHECKING

from fastapi import APIRouter, Request
from fastapi.responses import JSONResponse

from service.web.state import state_of

if TYPE_CHECKING:
    from service.web.state import State

router = APIRouter(tags=["operation"])
#: Asked by machines that sign in nowhere, under whatever name they call us by.
PATHS = frozenset({"/healthz", "/livez", "/readyz"})


@router.get("/healthz", summary="Tell whether the server works")
def health(request: Request) -> dict[str, str]:
    """Answer once the database can be read."""
    with state_of(request).store.use() as connection:
        connection.execute("SELECT 1").fetchone()
    return {"status": "ok", "version": version("incident-timeline")}


@router.get("/livez", summary="Tell whether the process lives")
async def live() -> dict[str, str]:
    """Answer at once, whatever the disk does: a restart mends a process, not a disk."""
    return {"status": "ok"}


@router.get(
    "/readyz",
    summary="Tell whether it can do its work",
    responses={503: {"description": "`missing`: what does not work."}},
)
def ready(request: Request) -> JSONResponse:
    """Answer 200 where pages, notes and deliveries work, 503 and what does not where they do not."""
    missing = list(_missing(state_of(request)))
    if missing:
        return JSONResponse({"status": "not ready", "missing": missing}, 503)
    return JSONResponse({"status": "ready", "missing": []})


def _missing(state: State) -> Iterator[str]:
    if not state.writer.alive:
        yield "deliveries are not stored"
    if not state.worker.alive:
        yield "deliveries are not worked, nothing is built"
    if not os.access(state.library.out, os.R_OK | os.W_OK | os.X_OK):
        yield "the output folder cannot be written"
    try:
        with state.store.use() as connection:
            connection.execute("SELECT 1 FROM sqlite_schema").fetchone()
    except sqlite3.Error:
        yield "the database cannot be read"
