"""matrix: rooms of a Matrix home server over the client API."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterable, Mapping
from contextlib import suppress
from functools import partial
from typing import Any
from urllib.parse import quote

from pydantic import Field, field_validator

from collectors.base import Check, Collector, Record, SourceError
from collectors.kit import fields
from collectors.kit.http import Auth, Http, HttpOptions, seconds
from collectors.kit.probing import failed, timed
from collectors.matrix.events import MS, Event, Room, RoomReader, bots, read_event, server_of
from collectors.matrix.people import members, mentioned
from collectors.matrix.stream import Stream, StreamReader
from timeline.model import Fact, Person, Window
from timeline.relative import meets
from timeline.text import code
from timeline.zones import Duration, parse_duration

_API = "_matrix/client/v3"
_WAYS = {"b": "earlier", "f": "later"}


class UnknownRoomError(SourceError):
    """The server knows no such room: of the incident's channels it may be one of another chat."""

    def __init__(self, name: str) -> None:
        super().__init__("partial", f"the server knows no room {code(name)}; correct `rooms`")


class MatrixOptions(HttpOptions):
    """Options of `matrix`; `rooms` are ids (`!...`) or aliases (`#...`)."""

    auth: Auth = Auth(bearer="env:MATRIX_TOKEN")
    rooms: tuple[str, ...] = Field((), description="default: the incident's channels")
    look_beyond: Duration = Field(
        "1h", description="how far past the window the stream is read for stray times"
    )

    @field_validator("rooms", mode="before")
    @classmethod
    def _several(cls, value: object) -> object:
        return (value,) if isinstance(value, str) else value


class MatrixCollector(Collector[MatrixOptions]):
    """Reads messages, edits and deletions of rooms that the account is in."""

    name = "matrix"
    family = "chat"
    summary = "Messages of Matrix rooms, over the client API"
    tested_against = "real"
    options_type = MatrixOptions
    parser_version = 2  # an address is found in quotes; a page that is too large is halved

    async def collect(self, window: Window) -> AsyncIterator[Record]:
        """Yield the rooms' facts, people and gaps; raise SourceError when no room could be read."""
        async with Http(self.context, self.options) as http:
            me = await self._whoami(http)
            errors: list[SourceError] = []
            wanted = self._wanted(server_of(me))
            for name in wanted:
                self.context.progress(name)
                try:
                    records = await self._room(http, name, me, window)
                except SourceError as err:
                    errors.append(err)
                    if self.options.rooms or not isinstance(err, UnknownRoomError):
                        yield self.gap(err.reason, window, f"Room {code(name)} was not read: {err}")
                    continue
                for record in records:
                    yield record
            if len(errors) == len(wanted):
                raise errors[0]

    async def probe(self) -> AsyncIterator[Check]:
        """Yield whether the server answers, takes the token, shows the rooms, and its clock."""
        async with Http(self.context, self.options) as http:
            try:
                answered = await timed(partial(http.get, f"{_API}/account/whoami"))
                me = await self._whoami(http)
            except SourceError as err:
                yield failed(err)
                return
            yield answered.reachable(self.options.url)
            yield Check("authorised", True, me)
            yield answered.clock(seconds(self.options.clock_error))
            for name in self._wanted(server_of(me)):
                try:
                    yield Check(f"room {name}", True, await self._resolve(http, name))
                except SourceError as err:
                    yield Check(f"room {name}", False, str(err))

    def _wanted(self, server: str) -> list[str]:
        names = self.options.rooms or self.context.incident.channels
        if not names:
            raise SourceError("partial", "no room is named; set `rooms`, or `channels` in the incident file")
        full = (n if n[:1] in "!#" else f"#{n}" for n in names)
        return list(dict.fromkeys(n if n[:1] == "!" or ":" in n else f"{n}:{server}" for n in full))

    async def _whoami(self, http: Http) -> str:
        answer = (await http.get(f"{_API}/account/whoami")).json()
        user = answer.get("user_id") if isinstance(answer, dict) else None
        if not isinstance(user, str):
            raise SourceError(
                "undecodable", f"{self.options.url} does not answer as a Matrix server; check `url`"
            )
        return user

    async def _resolve(self, http: Http, name: str) -> str:
        if name.startswith("!"):
            return name
        found = await http.get(f"{_API}/directory/room/{quote(name, safe='')}", allow=(400, 404))
        answer = found.json() if found.status == 200 else {}
        room = answer.get("room_id") if isinstance(answer, dict) else None
        if not isinstance(room, str):
            raise UnknownRoomError(name)
        return room

    async def _room(self, http: Http, name: str, me: str, window: Window) -> list[Record]:
        room_id = await self._resolve(http, name)
        margin = parse_duration(self.options.look_beyond)
        query = f"GET rooms/{room_id}/messages (read {self.options.look_beyond} beyond the window)"

        def evidence(payload: Any, pointer: str) -> Any:
            return self.evidence(payload, pointer, query=query)

        try:
            stream = await StreamReader(http, room_id, window, margin, evidence).read()
        except SourceError as err:
            hint = "; the account must be in the room" if err.reason == "unauthorised" else ""
            raise SourceError(err.reason, f"{err}{hint}") from err
        alias = (await self._state(http, room_id, "m.room.canonical_alias")).get("alias")
        pinned = (await self._state(http, room_id, "m.room.pinned_events")).get("pinned")
        label = alias if isinstance(alias, str) and alias else name if name.startswith("#") else room_id
        room = Room(
            room_id, label, frozenset(p for p in pinned if isinstance(p, str)) if isinstance(pinned, list) else frozenset(),
            server_of(me),
        )  # fmt: skip
        others = await self._targets(http, room_id, stream)
        reader = RoomReader(room, self.context.source, stream.events, others)
        facts = list(reader.facts())
        people = await self._people(http, room_id, reader.users, stream, facts)
        return [
            *facts,
            *people,
            *self._gaps(room, stream, window),
            *await self._hidden(http, room, me, stream, window),
        ]

    async def _state(self, http: Http, room: str, kind: str) -> Mapping[str, Any]:
        path = f"{_API}/rooms/{quote(room, safe='')}/state/{kind}/"
        found = await http.get(path, allow=(403, 404))
        answer = found.json() if found.status == 200 else {}
        return answer if isinstance(answer, dict) else {}

    async def _targets(self, http: Http, room: str, stream: Stream) -> dict[str, Event]:
        """Read what edits, deletions and threads point to where that lies elsewhere in the stream."""
        events = stream.events.values()
        wanted = {e.relation("m.replace") or e.relation("m.thread") or e.redacts for e in events}
        found: dict[str, Event] = {}
        for target in sorted(filter(None, wanted)):
            if target not in stream.events:
                path = f"{_API}/rooms/{quote(room, safe='')}/event/{quote(target, safe='')}"
                payload = await http.get(path, allow=(403, 404))
                event = (
                    read_event(payload.json(), self.evidence(payload, "")) if payload.status == 200 else None
                )
                found |= {target: event} if event else {}
        return found

    async def _people(
        self, http: Http, room: str, users: Iterable[str], stream: Stream, facts: Iterable[Fact]
    ) -> list[Person]:  # fmt: skip
        """Return everyone who wrote, is mentioned, or whose name stands in a quote."""
        people = members([_raw(event) for event in stream.events.values()])
        with suppress(SourceError):  # names are a matter of privacy, and the events themselves carry some
            payload = await http.get(f"{_API}/rooms/{quote(room, safe='')}/members")
            people.update(members(fields.at(payload.json(), "chunk")))
        return mentioned(people, users, facts, bots(stream.events.values()))

    def _gaps(self, room: Room, stream: Stream, window: Window) -> Iterable[Record]:
        label = code(room.label)
        locked = [e for e in stream.events.values() if e.type == "m.room.encrypted" and _meets(e, window)]
        if locked:
            span = Window(start=min(e.ts for e in locked) * MS, end=(max(e.ts for e in locked) + 1) * MS)
            text = f"Encrypted messages in {label}, which cannot be read without keys: {len(locked)}"
            yield self.gap("encrypted", span, text, missing=str(len(locked)), evidence=(locked[0].evidence,))
        if stream.unreadable:
            text = f"Events in {label} that are none (no id, type, sender or time): {len(stream.unreadable)}"
            yield self.gap("undecodable", window, text, evidence=tuple(stream.unreadable[:1]))
        for way, err in stream.failures.items():
            reached = stream.reached.get(way, window.start // MS if way == "f" else window.end // MS) * MS
            start, end = (reached, window.end) if way == "f" else (window.start, reached)
            start, end = max(start, window.start), min(end, window.end)
            part = Window(start=start, end=end) if start < end else window
            yield self.gap(
                err.reason, part, f"{_WAYS[way].title()} events of {label} were not all read: {err}"
            )

    async def _hidden(self, http: Http, room: Room, me: str, stream: Stream, window: Window) -> list[Record]:
        """Return gaps for what the server does not show this account, or no longer has."""
        shown = (await self._state(http, room.id, "m.room.history_visibility")).get("history_visibility")
        if shown in {"joined", "invited"}:
            joined = await self._joined(http, room.id, me)
            end = min(joined, window.end)
            if end > window.start:
                text = (
                    f"What was said in {code(room.label)} before this account was {shown} is not shown to it"
                )
                return [self.gap("restricted", Window(start=window.start, end=end), text)]
        first = min((e.ts for e in stream.events.values()), default=None)
        if stream.at_beginning and not stream.has_creation:
            end = window.end if first is None else min(first * MS, window.end)
            if end > window.start:
                text = (
                    f"The server has nothing of {code(room.label)} before this time, though the room is older"
                )
                return [self.gap("past_retention", Window(start=window.start, end=end), text)]
        return []

    async def _joined(self, http: Http, room: str, me: str) -> int:
        """Return when the account's membership was last set (ns); far ahead when that is not told."""
        path = f"{_API}/rooms/{quote(room, safe='')}/state/m.room.member/{quote(me, safe='')}"
        found = await http.get(path, {"format": "event"}, allow=(403, 404))
        answer = found.json() if found.status == 200 else {}
        ts = answer.get("origin_server_ts") if isinstance(answer, dict) else None
        return ts * MS if isinstance(ts, int) else 2**62


def _meets(event: Event, window: Window) -> bool:
    return meets(event.ts * MS, (event.ts + 1) * MS - 1, window.start, window.end)


def _raw(event: Event) -> dict[str, Any]:
    return {"type": event.type, "state_key": event.state_key, "content": event.content}
