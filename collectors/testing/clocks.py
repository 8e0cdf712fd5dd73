"""A source whose clock is off: every time that it states, and every time that it is asked for, and its `Date`."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import datetime, timedelta
from email.utils import formatdate
from time import time

from collectors.testing.origins import Origin, ReceivedRequest, Reply

_WRITTEN = re.compile(
    rb"(?<![0-9])(20[0-9]{2}-[01][0-9]-[0-3][0-9][T ][0-2][0-9](?::|%3[aA])[0-5][0-9](?::|%3[aA])[0-5][0-9])"
)
#: Seconds, milli-, micro- and nanoseconds since 1970, of 2001 to 2100; a number within a name or a
#: hash is none, behind a blank of a query it is one.
_COUNTED = re.compile(
    rb"(?:(?<=%20)|(?<![0-9A-Za-z_./-]))(1[0-9]{9}|[23][0-9]{9}|4[01][0-9]{8})((?:[0-9]{3}){0,3})(?![0-9A-Za-z_+/-])"
)
_FORM = "%Y-%m-%dT%H:%M:%S"


def off(origin: Origin, seconds: int) -> Origin:
    """Return a source that holds what `origin` holds, by a clock that is off by `seconds`.

    Packed requests (protobuf, of remote read) are answered by 404: the times in what they bring cannot be moved.
    """

    def ask(asked: ReceivedRequest) -> Reply:
        if "protobuf" in asked.headers.get("content-type", ""):
            return Reply(404, b"", ())
        path, mark, query = asked.target.partition("?")
        target = path + mark + moved(query.encode(), -seconds).decode()
        reply = origin(asked._replace(target=target, body=moved(asked.body, -seconds)))
        # A link to the next page holds the times that were asked for.
        kept = tuple((name, _linked(name, value)) for name, value in reply.headers if name.lower() != "date")
        headers = (*kept, ("Date", formatdate(time() + seconds, usegmt=True)))
        return reply._replace(body=moved(reply.body, seconds), headers=headers)

    def _linked(name: str, value: str) -> str:
        return moved(value.encode(), seconds).decode() if name.lower() == "link" else value

    return ask


def moved(data: bytes, seconds: int) -> bytes:
    """Return data with every time in it moved: RFC 3339, and numbers of seconds down to nanoseconds."""
    return _COUNTED.sub(_counted(seconds), _WRITTEN.sub(_written(seconds), data))


def _written(seconds: int) -> Callable[[re.Match[bytes]], bytes]:
    def move(match: re.Match[bytes]) -> bytes:
        said = match[0].decode()
        plain = re.sub("%3[aA]", ":", said).replace(" ", "T")
        then = (datetime.strptime(plain, _FORM) + timedelta(seconds=seconds)).strftime(_FORM)  # noqa: DTZ007
        again = then.replace("T", said[10])
        return (again.replace(":", "%3A") if "%" in said else again).encode()

    return move


def _counted(seconds: int) -> Callable[[re.Match[bytes]], bytes]:
    return lambda match: str(int(match[1]) + seconds).encode() + match[2]
