"""Ways in which sources fail: what a fault server answers instead of what it should."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from email.utils import formatdate
from functools import partial

from collectors.base import MAX_PAYLOAD
from collectors.testing.origins import ReceivedRequest, Reply
from collectors.testing.server import Spoil
from timeline.canonical import Json

_JSON = (("Content-Type", "application/json"),)
_LATER = "9999-12-31T00:00:00Z"
OVER = "over 16 MiB"
Exchange = tuple[ReceivedRequest, Reply | None]


def refused(status: int, **headers: str) -> Spoil:
    """Answer with a status; the body says again what was sent, as careless servers do."""

    def spoil(asked: ReceivedRequest, _: Callable[[], Reply]) -> Reply:
        said = {"message": "refused", "request": asked.target, "headers": asked.headers}
        named = tuple((name.replace("_", "-"), value) for name, value in headers.items())
        return Reply(status, json.dumps(said).encode(), (*_JSON, *named))

    return spoil


def changed(change: Callable[[bytes], bytes]) -> Spoil:
    """Answer with another body."""

    def spoil(_: ReceivedRequest, real: Callable[[], Reply]) -> Reply:
        reply = real()
        return reply._replace(body=change(reply.body))

    return spoil


def in_json(change: Callable[[Json], Json]) -> Spoil:
    """Answer with other JSON; what is none stays."""
    return changed(partial(json_changed, change))


def json_changed(change: Callable[[Json], Json], body: bytes) -> bytes:
    """Return a body of JSON changed; what is none as it is."""
    try:
        return json.dumps(change(json.loads(body))).encode()
    except ValueError:
        return body


def ended(_: ReceivedRequest, __: Callable[[], Reply]) -> None:
    """End the connection without an answer."""


def cut_off(_: ReceivedRequest, real: Callable[[], Reply]) -> Reply:
    """End the connection in the middle of the body."""
    reply = real()
    return reply._replace(body=reply.body[: len(reply.body) // 2], whole=len(reply.body) + 1)


def reset(_: ReceivedRequest, real: Callable[[], Reply]) -> Reply:
    """Reset the connection in the middle of the body."""
    return real()._replace(pace="reset")


def late(_: ReceivedRequest, __: Callable[[], Reply]) -> Reply:
    """Accept the request, and answer nothing."""
    return Reply(pace="late")


def stalled(_: ReceivedRequest, real: Callable[[], Reply]) -> Reply:
    """Send half of the body, and then nothing."""
    return real()._replace(pace="stall")


def dripping(_: ReceivedRequest, real: Callable[[], Reply]) -> Reply:
    """Answer byte by byte, without an end in sight."""
    reply = real()
    return reply._replace(body=reply.body + b" " * 100_000, pace="drip")


def halved(body: bytes) -> bytes:
    """Return the first half of a body."""
    return body[: len(body) // 2]


def padded(body: bytes) -> bytes:
    """Return a body of over 16 MiB that says the same."""
    return body + b" " * (MAX_PAYLOAD + 1 - len(body))


def swapped(value: Json) -> Json:
    """Return a list as an object, an object as a list."""
    return {"items": value} if isinstance(value, list) else [value]


def without_lists(value: Json) -> Json:
    """Return JSON in which every list is an object."""
    if isinstance(value, dict):
        return {name: without_lists(item) for name, item in value.items()}
    return {str(n): without_lists(item) for n, item in enumerate(value)} if isinstance(value, list) else value


def without_values(value: Json) -> Json:
    """Return JSON in which every text and number is null."""
    if isinstance(value, dict):
        return {name: without_values(item) for name, item in value.items()}
    return [without_values(item) for item in value] if isinstance(value, list) else None


#: Name, and how it fails; every request of an endpoint, or of all.
EVERY: Sequence[tuple[str, Spoil]] = (
    ("401", refused(401)), ("403", refused(403)), ("500", refused(500)),
    ("another page", lambda _, __: Reply(200, b"<html>Sign in</html>", (("Content-Type", "text/html"),))),
    ("cut JSON", changed(halved)), ("null", changed(lambda _: b"null")), ("other JSON", in_json(swapped)),
    ("lists that are objects", in_json(without_lists)), ("values that are null", in_json(without_values)),
    (OVER, changed(padded)),
)  # fmt: skip
#: What takes its time: for all requests alone.
SLOW: Sequence[tuple[str, Spoil]] = (
    ("429 without a word", refused(429)), ("429 for an hour", refused(429, retry_after="3600")),
    ("429 for 30,000 years", refused(429, retry_after="1000000000000")),
    ("429 until long ago", refused(429, retry_after=formatdate(0, usegmt=True))),
    ("429 for less than nothing", refused(429, retry_after="-5")), ("429 for NaN", refused(429, ratelimit_reset="NaN")),
    ("429 until 9999", refused(429, x_ratelimit_reset=_LATER)),
    ("403 with its limit used up", refused(403, x_ratelimit_remaining="0", x_ratelimit_reset="99999999999999")),
    ("503", refused(503)), ("no answer", ended), ("half an answer", cut_off), ("reset", reset),
    ("drip", dripping),
)  # fmt: skip
#: What happens once, and is over when the request is sent again.
ONCE: Sequence[tuple[str, Spoil]] = (
    ("429 once", refused(429, retry_after="0")), ("500 once", refused(500)), ("503 once", refused(503)),
    ("no answer once", ended), ("half an answer once", cut_off), ("reset once", reset),
)  # fmt: skip
#: What ends by the option `timeout`.
SILENT: Sequence[tuple[str, Spoil]] = (
    ("no byte of an answer", late),
    ("half an answer, then silence", stalled),
)
