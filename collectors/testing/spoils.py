"""Ways in which sources fail: what a fault server answers instead of what it should."""

from __future__ import annotations

import itertools
import json
from collections.abc import Callable, Sequence
from email.utils import formatdate
from functools import partial
from typing import Any

from collectors.base import MAX_PAYLOAD
from collectors.testing.server import ReceivedRequest, Reply, Spoil
from timeline.canonical import Json

_JSON = (("Content-Type", "application/json"),)
_COUNTED = 10**6  # offsets and pages are below; times are not
_TELLING = 5  # bytes of JSON; what is shorter stands in many answers
_LATER = "9999-12-31T00:00:00Z"
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
    return changed(partial(_json_changed, change))


def _json_changed(change: Callable[[Json], Json], body: bytes) -> bytes:
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


def dripping(_: ReceivedRequest, real: Callable[[], Reply]) -> Reply:
    """Answer byte by byte, without an end in sight."""
    reply = real()
    return reply._replace(body=reply.body + b" " * 100_000, drip=True)


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
    ("over 16 MiB", changed(padded)),
)  # fmt: skip
#: What takes its time: for all requests alone.
SLOW: Sequence[tuple[str, Spoil]] = (
    ("429 without a word", refused(429)), ("429 for an hour", refused(429, retry_after="3600")),
    ("429 for 30,000 years", refused(429, retry_after="1000000000000")),
    ("429 until long ago", refused(429, retry_after=formatdate(0, usegmt=True))),
    ("429 for less than nothing", refused(429, retry_after="-5")), ("429 for NaN", refused(429, ratelimit_reset="NaN")),
    ("429 until 9999", refused(429, x_ratelimit_reset=_LATER)),
    ("403 with its limit used up", refused(403, x_ratelimit_remaining="0", x_ratelimit_reset="99999999999999")),
    ("503", refused(503)), ("no answer", ended), ("half an answer", cut_off), ("drip", dripping),
)  # fmt: skip
#: What happens once, and is over when the request is sent again.
ONCE: Sequence[tuple[str, Spoil]] = (
    ("429 once", refused(429, retry_after="0")), ("503 once", refused(503)), ("no answer once", ended),
    ("half an answer once", cut_off),
)  # fmt: skip


class Paging:
    """How a source pages, as it was seen to: a place that an answer gave and the next request of its endpoint took."""

    def __init__(self, answer: Reply, place: Json) -> None:
        self._answer, self._place = answer, place
        self._given = [place]
        self._numbers = itertools.count(1)

    @classmethod
    def seen(cls, exchanges: Sequence[Exchange]) -> Paging | None:
        """Return how the exchanges page; None where no answer led to another request."""
        for number, (asked, reply) in enumerate(exchanges):
            for later, _ in exchanges[number + 1 :]:
                if reply and later.endpoint == asked.endpoint:
                    place = next((f for f in later.facets() if _leads(asked, reply, f)), None)
                    if place is not None:
                        return cls(reply, place)
                    if counted := _counted(asked, later):
                        return CountedPaging(reply, counted)
        return None

    def repeat(self, asked: ReceivedRequest, real: Callable[[], Reply]) -> Reply:
        """Give the page again that leads to the place, when the place is asked for."""
        return self._answer if any(_same(f, self._place) for f in asked.facets()) else real()

    def endless(self, asked: ReceivedRequest, real: Callable[[], Reply]) -> Reply:
        """Lead from every page to a place that is new."""
        wanted = asked.facets()
        if not any(_same(facet, place) for facet in wanted for place in self._given):
            return real()
        fresh = _varied(self._place, next(self._numbers))
        self._given.append(fresh)
        body = _dumped(self._answer.body).replace(_written(self._place), _written(fresh))
        links = [(name, value.replace(str(self._place), str(fresh))) for name, value in self._answer.headers]
        return self._answer._replace(body=body, headers=tuple(links))


class CountedPaging(Paging):
    """Paging by a number of the client's own, an offset or a page: each answer says only whether there is more."""

    def __init__(self, answer: Reply, parameter: str) -> None:
        super().__init__(answer, parameter)
        self._parameter = parameter

    def repeat(self, asked: ReceivedRequest, real: Callable[[], Reply]) -> Reply:
        """Give the first page again for every later one."""
        return self._answer if self._is_later(asked) else real()

    def endless(self, asked: ReceivedRequest, real: Callable[[], Reply]) -> Reply:
        """Give pages of new records without an end."""
        if not self._is_later(asked):
            return real()
        renewed = partial(_renewed, number=next(self._numbers))
        return self._answer._replace(body=_json_changed(renewed, self._answer.body))

    def _is_later(self, asked: ReceivedRequest) -> bool:
        return int(asked.parameters().get(self._parameter) or 0) > 1


def _counted(asked: ReceivedRequest, later: ReceivedRequest) -> str | None:
    """Return the parameter by which alone a later request goes on: a number that has grown."""
    before, after = asked.parameters(), later.parameters()
    for name, value in after.items():
        was = before.get(name, "0")
        others = before.keys() & after.keys() - {name}
        if not (value.isdecimal() and was.isdecimal() and int(was) < int(value) < _COUNTED):
            continue
        if all(before[other] == after[other] for other in others):
            return name
    return None


def _renewed(value: Json, number: int) -> Json:
    """Return JSON whose ids are others."""
    if isinstance(value, list):
        return [_renewed(item, number) for item in value]
    if not isinstance(value, dict):
        return value
    return {
        name: _varied(item, number)
        if name == "id" and isinstance(item, str | int)
        else _renewed(item, number)
        for name, item in value.items()
    }


def _leads(asked: ReceivedRequest, reply: Reply, place: Json) -> bool:
    """Tell whether an answer gave a place that was not asked for before."""
    if any(_same(place, facet) for facet in asked.facets()):
        return False
    if isinstance(place, str) and place.startswith("/"):
        return place in reply.header("link")
    return len(_written(place)) >= _TELLING and _written(place) in _dumped(reply.body)


def _varied(value: Json, number: int) -> Json:
    """Return a value of the same form that is another."""
    if isinstance(value, dict | list):
        members: Any = list(value.items() if isinstance(value, dict) else enumerate(value))
        copy = value.copy()
        copy[members[-1][0]] = _varied(members[-1][1], number)
        return copy
    if isinstance(value, str):
        return f"{value}&again={number}" if value.startswith("/") else f"{value}{number}"
    return value + number if isinstance(value, int | float) else number


def _same(one: Json, other: Json) -> bool:
    return type(one) is type(other) and bool(one == other)


def _written(value: Json) -> bytes:
    return json.dumps(value, separators=(",", ":"), sort_keys=True).encode()


def _dumped(body: bytes) -> bytes:
    """Return JSON in the form in which places are looked for; what is none as it is."""
    try:
        return json.dumps(json.loads(body), separators=(",", ":"), sort_keys=True).encode()
    except ValueError:
        return body
