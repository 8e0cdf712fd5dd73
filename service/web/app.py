"""The application: routes, errors in words, and what starts and stops with it."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from importlib.metadata import version
from typing import TYPE_CHECKING

import anyio.to_thread
from fastapi import FastAPI, HTTPException, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse, PlainTextResponse, Response
from starlette.requests import ClientDisconnect
from starlette.staticfiles import StaticFiles

from collectors.kit.tape import EvidenceError
from service.inbox.library import UnknownIncidentError
from service.web import api, hooks, pages, stream
from service.web.agents.mount import mounted
from service.web.archive import patterns, search
from service.web.draft import refresh
from service.web.gate import Gate
from service.web.operation import health
from timeline.document import DocumentError
from timeline.errors import TimelineError
from timeline.invalid.problems import plain

if TYPE_CHECKING:
    from starlette.types import ASGIApp

    from service.web.state import State

log = logging.getLogger("timeline.serve")


def application(state: State) -> ASGIApp:
    """Return the whole server as an ASGI application."""
    return Gate(make_app(state), state)


def make_app(state: State) -> FastAPI:
    """Return the routes alone, with their OpenAPI description."""
    app = FastAPI(
        title="timeline serve", version=version("incident-timeline"), lifespan=_lifespan, docs_url=None, redoc_url=None,
        description="Incidents, notes and webhooks. Times are RFC 3339 with `Z`.", openapi_url="/openapi.json",
    )  # fmt: skip
    app.state.serve = state
    for part in (api, search, patterns, stream, refresh, hooks, pages, health):
        app.include_router(part.router)
    app.state.agents = mounted(app, state)
    app.mount("/static", StaticFiles(directory=pages.static_folder()), name="static")
    app.add_api_route(
        "/metrics",
        metrics,
        methods=["GET"],
        summary="Give metrics to Prometheus",
        tags=["operation"],
        response_class=PlainTextResponse,
    )
    app.add_exception_handler(api.StaleEdit, api.stale_answer)
    app.add_exception_handler(TimelineError, _failed)
    app.add_exception_handler(RequestValidationError, _invalid)
    app.add_exception_handler(HTTPException, _refused)
    app.add_exception_handler(ClientDisconnect, _gone)
    return app


@asynccontextmanager
async def _lifespan(app: FastAPI) -> AsyncIterator[None]:
    state: State = app.state.serve
    loop = app.state.loop = asyncio.get_running_loop()

    def built(incident: str) -> None:
        with suppress(RuntimeError):  # the server ends
            loop.call_soon_threadsafe(state.announce, incident)

    state.worker.built = built
    state.writer.start()
    state.worker.start()
    state.reminders.start()
    async with AsyncExitStack() as running:
        if app.state.agents is not None:
            await running.enter_async_context(app.state.agents.run())
        log.info("ready", extra={"fields": {"event": "ready"}})
        yield
    state.sessions.close()
    await anyio.to_thread.run_sync(_stop, state)


def _stop(state: State) -> None:
    # First what was acknowledged, then the work that can be taken up again.
    state.writer.stop()
    state.worker.stop()
    state.reminders.stop()
    state.store.close()
    state.audit.close()
    log.info("stopped", extra={"fields": {"event": "stopped"}})


def metrics(request: Request) -> Response:
    """Return the server's own metrics, in the form that is asked for."""
    state: State = request.app.state.serve
    text, content_type = state.metrics.exposition(request.headers.get("accept", ""))
    return Response(text, headers={"content-type": content_type})


def _failed(request: Request, err: Exception) -> Response:
    status = 404 if isinstance(err, UnknownIncidentError) or "absent" in str(err) else 500
    if isinstance(err, DocumentError):
        status = 409  # the server is well: what lies in the folder is another version's, or damaged
    is_page = request.method == "GET" and "text/html" in request.headers.get("accept", "")
    if is_page and not isinstance(err, EvidenceError):
        return pages.failed(request, str(err)[:500], status)
    if isinstance(err, EvidenceError):
        # The message names a folder of this machine; the page needs no more than this.
        return JSONResponse({"detail": "the payload is absent or does not match its digest"}, 404)
    return JSONResponse({"detail": str(err)[:500]}, status)


def _invalid(_: Request, err: Exception) -> Response:
    assert isinstance(err, RequestValidationError)
    # What was sent is not sent back: it may be long, and it may be meant for nobody.
    found = [{"loc": e["loc"], "msg": plain(e), "type": e["type"]} for e in err.errors()[:20]]
    return JSONResponse({"detail": found}, 422)


def _gone(_: Request, __: Exception) -> Response:
    return Response(status_code=400)  # nobody reads it; it is no failure of ours


def _refused(_: Request, err: Exception) -> Response:
    assert isinstance(err, HTTPException)
    return JSONResponse({"detail": err.detail}, err.status_code, err.headers)
