"""Bodies of requests, as large and as slow as they may be."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from fastapi import HTTPException

if TYPE_CHECKING:
    from starlette.types import Message, Receive, Scope

#: Seconds for a whole body: senders of webhooks themselves give up sooner.
SECONDS = 20.0
_LOGIN, _HOOK, _OTHER = 8 * 2**10, 8 * 2**20, 256 * 2**10
#: Where agents ask, and the bytes that a message of theirs may have: a whole draft that one has checked.
AGENT_PATH = "/mcp"
AGENT = 2**20


def most(path: str) -> int:
    """Return how many bytes a request to a path may carry: a delivery must fit a payload of the evidence."""
    if path.startswith("/hooks/"):
        return _HOOK
    if path == AGENT_PATH:
        return AGENT
    return _LOGIN if path in {"/login", "/logout"} else _OTHER


def announced(scope: Scope) -> int:
    """Return the length that the headers tell; 0 where they tell none."""
    given = next((value for name, value in scope["headers"] if name == b"content-length"), b"")
    return int(given) if given.isdigit() and len(given) < 19 else 0


def bounded(receive: Receive, limit: int, seconds: float = SECONDS) -> Receive:
    """Return a `receive` that raises HTTPException (413, 408) where a body is too large, or too slow.

    The time begins with the first look at the body; one that nobody looks at is not taken.
    """
    size, end, whole = 0, 0.0, False

    async def take() -> Message:
        nonlocal size, end, whole
        if whole:
            return await receive()
        end = end or asyncio.get_running_loop().time() + seconds
        try:
            async with asyncio.timeout_at(end):
                message = await receive()
        except TimeoutError:
            raise HTTPException(408, "the body did not come in time", {"Connection": "close"}) from None
        if message["type"] != "http.request":
            return message
        size, whole = size + len(message.get("body", b"")), not message.get("more_body", False)
        if size > limit:
            raise too_large(limit)
        return message

    return take


def too_large(limit: int) -> HTTPException:
    """Return the refusal of a body over a limit."""
    return HTTPException(413, f"the body is over {limit // 2**10} KiB")
