"""Reading the members of an export: each is an exchange on the tape, in parts where it is too large."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar, cast

import anyio.to_thread

from collectors.base import Answer, Context, PayloadTooLargeError, SourceError
from collectors.kit.patience import Stopwatch
from collectors.slack.archive import Archive
from collectors.slack.messages import ReceivedMessage
from timeline.canonical import Json
from timeline.instant import NS
from timeline.model import Evidence
from timeline.zones import Duration, parse_duration

T = TypeVar("T")

PART = 8 * 2**20  # bytes in one part of a member that is over the payload limit
LAYOUT = 2  # the form of a listing; evidence of another form is not asked for this one


class Members:
    """The members of the export at `path`; `evidence` points into a payload."""

    def __init__(self, context: Context, path: str, evidence: Callable[..., Evidence], cap: Duration) -> None:
        self._context, self._path, self._evidence = context, path, evidence
        self._cap, self._watch = cap, Stopwatch(parse_duration(cap) / NS)
        self._archive: Archive | None = None

    def close(self) -> None:
        """Close the archive."""
        if self._archive:
            self._archive.close()

    def _open(self) -> Archive:
        if self._archive is None:
            self._archive = Archive(self._context.resolve_path(self._path), self._watch.check)
        return self._archive

    async def _in_turn(self, work: Callable[[Archive], T]) -> T:
        def turn() -> T:
            with self._watch.turn():
                self._watch.check()
                return work(self._open())

        try:
            return await anyio.to_thread.run_sync(turn)
        except TimeoutError as err:
            raise SourceError("timed_out", f"time_cap of {self._cap} was used up") from err

    async def listing(self, first: str, last: str) -> dict[str, Json]:
        """Return what `Archive.listing` does; raise SourceError."""

        async def perform() -> Answer:
            return Answer(_json(await self._in_turn(lambda archive: archive.listing(first, last))))

        request: dict[str, Json] = {"export": self._path, "list": [first, last], "layout": LAYOUT}
        payload = await self._context.tape.exchange(request, perform)
        return cast("dict[str, Json]", payload.json())

    async def array(self, member: str, *, shown: bool = True) -> list[ReceivedMessage]:
        """Read a member that is a list; over the payload limit, in parts.

        `shown`: whether the member's name may be (a group message's folder is named after people).
        """
        query = member if shown else None

        async def perform() -> Answer:
            return Answer(await self._in_turn(lambda archive: archive.read(member)))

        request: dict[str, Json] = {"export": self._path, "member": member}
        try:
            payload = await self._context.tape.exchange(request, perform)
        except PayloadTooLargeError:
            return await self._parts(member, query)
        found = payload.json()
        if not isinstance(found, list):
            raise SourceError("undecodable", f"{member} is no list")
        return [
            ReceivedMessage(one, self._evidence(payload, f"/{n}", query=query)) for n, one in enumerate(found)
        ]

    async def _parts(self, member: str, query: str | None) -> list[ReceivedMessage]:
        cut: list[list[Any]] = []

        async def perform() -> Answer:
            if not cut:
                cut.extend(await self._in_turn(lambda archive: _cut(archive.read(member), member)))
            return Answer(_json({"parts": len(cut), "items": cut[part]}))

        items: list[ReceivedMessage] = []
        part, parts = 0, 1
        while part < parts:
            request: dict[str, Json] = {"export": self._path, "member": member, "part": part}
            payload = await self._context.tape.exchange(request, perform)
            held = cast("dict[str, Any]", payload.json())
            parts = held["parts"]
            items += [
                ReceivedMessage(one, self._evidence(payload, f"/items/{n}", query=query))
                for n, one in enumerate(held["items"])
            ]
            part += 1
        return items


def _cut(data: bytes, member: str) -> list[list[Any]]:
    """Cut a list into parts of at most 8 MiB; a single message over that is a part of its own."""
    import orjson

    try:
        found = orjson.loads(data)
    except orjson.JSONDecodeError as err:
        raise SourceError("undecodable", f"{member} is not JSON: {err}") from err
    if not isinstance(found, list):
        raise SourceError("undecodable", f"{member} is no list")
    parts: list[list[Any]] = [[]]
    size = 0
    for one in found:
        length = len(orjson.dumps(one))
        if parts[-1] and size + length > PART:
            parts.append([])
            size = 0
        parts[-1].append(one)
        size += length
    return parts


def _json(value: Json) -> bytes:
    import orjson

    return orjson.dumps(value)
