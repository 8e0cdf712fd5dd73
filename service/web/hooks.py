"""Webhooks: proven, stored durably, answered 202, worked later."""

from __future__ import annotations

import logging
import sqlite3
import time
from typing import Annotated

from fastapi import APIRouter, HTTPException, Path, Request
from fastapi.responses import JSONResponse, PlainTextResponse, Response

from archive.events import Event
from collectors.kit.proof import RefusedError
from collectors.kit.proof import Request as Given
from service.web.forms import Accepted, Detail
from service.web.gate import headers_of
from service.web.state import Hook, State, state_of

log = logging.getLogger("timeline.serve")
MAX_BODY = 8 * 2**20  # bytes; a delivery must fit a payload of the evidence with room to spare
Name = Annotated[
    str, Path(pattern=r"^[a-z0-9][a-z0-9-]{0,62}$", description="the webhook's name in the configuration")
]
router = APIRouter(prefix="/hooks", tags=["webhooks"])


@router.post(
    "/{name}", summary="Take a delivery", status_code=202, response_model=Accepted,
    openapi_extra={"requestBody": {"required": True, "content": {"application/json": {"schema": {}}}}},
    responses={
        200: {"description": "Slack's challenge, answered.", "content": {"text/plain": {}}},
        401: {"model": Detail, "description": "The delivery does not prove who sent it."},
        404: {"model": Detail, "description": "No webhook of this name is configured."},
        413: {"model": Detail, "description": "More than 8 MiB."},
        429: {"model": Detail, "description": "Too many; nothing was stored, send it again."},
        503: {"model": Detail, "description": "It could not be stored; send it again."},
    },
)  # fmt: skip
async def take(request: Request, name: Name) -> Response:
    """Answer once the delivery is on the disk; a replay is recognised and stored once."""
    state = state_of(request)
    hook = _hook(state, name)
    if wait := state.deliveries.wait(name):
        raise HTTPException(429, "too many deliveries; send it again", {"Retry-After": str(wait)})
    given = Given(headers_of(request.scope), dict(request.query_params), await _body(request), time.time_ns())
    _prove(state, hook, given, request.client.host if request.client else "")
    challenge = hook.webhook.challenge
    if challenge and (answer := challenge(given)) is not None:
        return PlainTextResponse(answer)
    return await _store(state, hook, given)


@router.options(
    "/{name}", summary="Agree to CloudEvents deliveries", status_code=200, response_class=Response,
    responses={404: {"model": Detail, "description": "No webhook of this name is configured."}},
)  # fmt: skip
def agree(request: Request, name: Name) -> Response:
    """Answer the handshake of the CloudEvents webhook specification; each delivery proves itself."""
    hook = _hook(state_of(request), name)
    origin, agreed = request.headers.get("webhook-request-origin"), dict[str, str]()
    if hook.webhook.handshake and origin:
        agreed = hook.webhook.handshake(origin, state_of(request).settings.webhooks_per_minute)
    return Response(headers={**agreed, "Allow": "POST, OPTIONS"})


def _hook(state: State, name: str) -> Hook:
    found = state.hooks.get(name)
    if found is None:
        raise HTTPException(404, f"no webhook is named {name}")
    return found


async def _body(request: Request) -> bytes:
    parts, size = [], 0
    async for part in request.stream():
        size += len(part)
        if size > MAX_BODY:
            raise HTTPException(413, "the delivery is over 8 MiB")
        parts.append(part)
    return b"".join(parts)


def _prove(state: State, hook: Hook, given: Given, peer: str) -> None:
    name = hook.settings.name
    try:
        hook.webhook.authenticate(given, hook.proof)
    except RefusedError as err:
        state.metrics.webhook(name, "refused")
        fields = {"event": "webhook_refused", "webhook": name, "peer": peer}
        log.warning("webhook", extra={"fields": fields})
        raise HTTPException(401, str(err), {"WWW-Authenticate": "Bearer"}) from err


async def _store(state: State, hook: Hook, given: Given) -> Response:
    name, sender = hook.settings.name, hook.settings.sender
    events = [
        Event(name, sender, d.id[:500] if d.id else None, d.type, given.now, d.body, d.repeat_after)
        for d in hook.webhook.receive(given)
    ]
    try:
        stored = await state.writer.store(events)
    except (sqlite3.Error, OSError) as err:
        state.metrics.webhook(name, "failed")
        log.exception("webhook", extra={"fields": {"event": "webhook_not_stored", "webhook": name}})
        raise HTTPException(503, "it could not be stored; send it again", {"Retry-After": "5"}) from err
    for event in stored:
        state.metrics.webhook(name, "replay" if event.replay else "stored")
    state.worker.wake()
    replayed = sum(event.replay for event in stored)
    return JSONResponse({"stored": len(stored) - replayed, "replayed": replayed}, 202)
