"""Faults of paging: how a source pages is seen from its exchanges, and led astray."""

from __future__ import annotations

import itertools
import json
from collections.abc import Callable, Sequence
from functools import partial
from typing import Any

from collectors.testing.origins import ReceivedRequest, Reply
from collectors.testing.server import Spoil
from collectors.testing.spoils import Exchange, json_changed
from timeline.canonical import Json

_COUNTED = 10**6  # offsets and pages are below; times are not
_TELLING = 5  # bytes of JSON; what is shorter stands in many answers


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
        return self._answer if self._is_led(asked) else real()

    def expired(self, answer: Reply) -> Spoil:
        """Return what says of every place that an answer led to that it is none any more."""

        def spoil(asked: ReceivedRequest, real: Callable[[], Reply]) -> Reply:
            return answer if self._is_led(asked) else real()

        return spoil

    def _is_led(self, asked: ReceivedRequest) -> bool:
        return any(_same(facet, self._place) for facet in asked.facets())

    def endless(self, asked: ReceivedRequest, real: Callable[[], Reply]) -> Reply:
        """Lead from every page to a place that is new."""
        wanted = asked.facets()
        if not any(_same(facet, place) for facet in wanted for place in self._given):
            return real()
        fresh = _varied(self._place, next(self._numbers))
        self._given.append(fresh)
        body = _dumped(self._answer.body).replace(_written(self._place), _written(fresh))
        if _is_target(self._place):
            body = body.replace(_at_end(self._place), _at_end(fresh))
        links = [(name, value.replace(str(self._place), str(fresh))) for name, value in self._answer.headers]
        return self._answer._replace(body=body, headers=tuple(links))


class CountedPaging(Paging):
    """Paging by a number of the client's own, an offset or a page: each answer says only whether there is more."""

    def __init__(self, answer: Reply, parameter: str) -> None:
        super().__init__(answer, parameter)
        self._parameter = parameter

    def repeat(self, asked: ReceivedRequest, real: Callable[[], Reply]) -> Reply:
        """Give the first page again for every later one."""
        return self._answer if self._is_led(asked) else real()

    def endless(self, asked: ReceivedRequest, real: Callable[[], Reply]) -> Reply:
        """Give pages of new records without an end."""
        if not self._is_led(asked):
            return real()
        renewed = partial(_renewed, number=next(self._numbers))
        return self._answer._replace(body=json_changed(renewed, self._answer.body))

    def _is_led(self, asked: ReceivedRequest) -> bool:
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
    if isinstance(place, str) and _is_target(place):
        return place in reply.header("link") or _at_end(place) in _dumped(reply.body)
    if len(_written(place)) < _TELLING:
        return False
    return _written(place) in _dumped(reply.body) or _written(place).decode() in reply.header("link")


def _is_target(place: Json) -> bool:
    return isinstance(place, str) and place.startswith("/")


def _at_end(target: Json) -> bytes:
    """Return a target as it ends an address in JSON."""
    return _written(target)[1:]


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
