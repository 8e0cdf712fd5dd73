"""Webhooks: proven, stored durably, answered 202, worked later."""

from __future__ import annotations

import logging
import sqlite3
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, nullcontext
from dataclasses import replace
from typing import Annotated

import anyio.to_thread
from fastapi import APIRouter, HTTPException, Path, Request
from fastapi.responses import JSONResponse, PlainTextResponse, Response

from archive.events import Event
from collectors.kit.proof import RefusedError
from collectors.kit.proof import Request as Given
from service.web.forms import Accepted, Detail
from service.web.gate import headers_of
from service.web.peers import limited_as
from service.web.state import Hook, State, peer_of, state_of

log = logging.getLogger("timeline.serve")
_LARGE = 64 * 1024  # bytes of a delivery that are redacted beside the loop
MOST_EVENTS = 10_000  # of one delivery: it is stored whole, or not at all, while others wait
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
        408: {"model": Detail, "description": "The body did not come in time."},
        413: {"model": Detail, "description": "More than 8 MiB, or than 10,000 events."},
        429: {"model": Detail, "description": "Too many; nothing was stored, send it again."},
        503: {"model": Detail, "description": "It could not be stored; send it again."},
    },
)  # fmt: skip
async def take(request: Request, name: Name) -> Response:
    """Answer once the delivery is on the disk; a replay is recognised and stored once."""
    state = state_of(request)
    hook = _hook(state, name)
    given = await _proven(request, hook)
    # Only who proved itself takes from the bucket: a flood of others shuts nobody out.
    if wait := state.deliveries.wait(name):
        raise _later("too many deliveries; send it again", wait)
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


async def _proven(request: Request, hook: Hook) -> Given:
    """Return the delivery once it proved itself: by its headers, before its body is taken, as far as they can."""
    state, peer = state_of(request), limited_as(peer_of(request))
    head = Given(headers_of(request.scope), dict(request.query_params), b"", time.time_ns())
    try:
        is_proven = hook.webhook.by_headers(head, hook.proof)
        async with nullcontext(await request.body()) if is_proven else _taken(request, state, peer) as body:
            given = replace(head, body=body)
            hook.webhook.authenticate(given, hook.proof)
            return given
    except RefusedError as err:
        raise _refused(state, hook, peer, err) from err


@asynccontextmanager
async def _taken(request: Request, state: State, peer: str) -> AsyncIterator[bytes]:
    """Give a body of which nobody knows yet who sent it; what such bodies hold together is bounded."""
    parts, size = [], 0
    try:
        async for part in request.stream():
            size += len(part)
            if not state.unproven.hold(peer, len(part)):
                raise _later("too many large deliveries without proof", 5)
            parts.append(part)
        yield b"".join(parts)
    finally:
        state.unproven.drop(peer, size)


def _refused(state: State, hook: Hook, peer: str, err: RefusedError) -> HTTPException:
    """Return the answer to who proved nothing; who does so often is told to wait, and makes no lines of its own."""
    name = hook.settings.name
    state.metrics.webhook(name, "refused")
    state.audit.refuse("proof_refused", webhook=name, peer=peer)
    if wait := state.refusals.wait(peer):
        return _later("too many deliveries without proof from this address", wait)
    log.warning("webhook", extra={"fields": {"event": "webhook_refused", "webhook": name, "peer": peer}})
    return HTTPException(401, str(err), {"WWW-Authenticate": "Bearer"})


def _later(why: str, seconds: int) -> HTTPException:
    return HTTPException(429, why, {"Retry-After": str(seconds)})


async def _redacted(state: State, events: list[Event]) -> list[Event]:
    """Return events as they may be kept; many bytes are redacted beside the loop."""

    def kept() -> list[Event]:
        return [replace(event, body=state.redactor.redact(event.body)) for event in events]

    is_large = sum(len(event.body) for event in events) > _LARGE
    return await anyio.to_thread.run_sync(kept) if is_large else kept()


async def _store(state: State, hook: Hook, given: Given) -> Response:
    name, sender = hook.settings.name, hook.settings.sender
    events = [
        Event(name, sender, d.id[:500] if d.id else None, d.type, given.now, d.body, d.repeat_after)
        for d in hook.webhook.receive(given)
    ]
    if len(events) > MOST_EVENTS:
        raise HTTPException(413, f"more than {MOST_EVENTS:,} events; send smaller batches")
    try:
        stored = await state.writer.store(await _redacted(state, events))
    except (sqlite3.Error, OSError) as err:
        state.metrics.webhook(name, "failed")
        log.exception("webhook", extra={"fields": {"event": "webhook_not_stored", "webhook": name}})
        raise HTTPException(503, "it could not be stored; send it again", {"Retry-After": "5"}) from err
    for event in stored:
        state.metrics.webhook(name, "replay" if event.replay else "stored")
    state.worker.wake()
    replayed = sum(event.replay for event in stored)
    return JSONResponse({"stored": len(stored) - replayed, "replayed": replayed}, 202)
