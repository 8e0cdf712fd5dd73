"""matrix: rooms of a Matrix home server over the client API."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterable
from functools import partial
from typing import Any

from pydantic import Field, field_validator

from collectors.base import Check, Collector, Context, Mark, Record, SourceError, Suggestion
from collectors.kit.http import Auth, Http, HttpOptions
from collectors.kit.probing import failed, timed
from collectors.matrix.events import Event, read_event, server_of
from collectors.matrix.facts import Room, RoomReader, bots
from collectors.matrix.gaps import hidden, unread
from collectors.matrix.manual import MANUAL
from collectors.matrix.people import members, mentioned
from collectors.matrix.rooms import API, Rooms, UnknownRoomError, Upgrade
from collectors.matrix.stream import Stream, StreamReader
from timeline.model import NAMES_OF, Fact, Gap, Person, Window
from timeline.relative import part
from timeline.text import code
from timeline.zones import Duration, parse_duration

_WHOAMI = f"{API}/account/whoami"
_WAYS = ("earlier", "later")
_SUGGESTED = 10  # rooms that are proposed at most
_FEW = 3  # of so many it is plain that they are meant
_STEPS = 8  # how far an edit of an edit of ... is followed


class MatrixOptions(HttpOptions):
    """Options of `matrix`; `rooms` are ids (`!...`) or aliases (`#...`)."""

    auth: Auth = Field(
        Auth(bearer="env:MATRIX_TOKEN"),
        description="an access token of an account that is in the rooms",
        examples=[{"bearer": "env:MATRIX_TOKEN"}],
    )
    rooms: tuple[str, ...] = Field(
        (), description="ids or aliases; default: the incident's channels", examples=[["#ops:example.org"]]
    )
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
    marks = (Mark(get="_matrix/client/versions", members=("versions",)),)
    family = "chat"
    summary = "Messages of Matrix rooms, over the client API"
    tested_against = "real"
    manual = MANUAL
    options_type = MatrixOptions
    parser_version = 3  # upgrades of rooms are followed; words that were deleted, or are formatted alone

    def __init__(self, options: MatrixOptions, context: Context) -> None:
        super().__init__(options, context)
        self._read: set[str] = set()  # ids of rooms, each read once

    async def collect(self, window: Window) -> AsyncIterator[Record]:
        """Yield the rooms' facts, people and gaps; raise SourceError when no room could be read."""
        async with Http(self.context, self.options) as http:
            me = await self._whoami(http)
            rooms, errors = Rooms(http), list[SourceError]()
            wanted = self._wanted(server_of(me))
            for name in wanted:
                self.context.progress(name)
                try:
                    async for record in self._line(rooms, name, me, window):
                        yield record
                except SourceError as err:
                    errors.append(err)
                    if self.options.rooms or not isinstance(err, UnknownRoomError):
                        yield self.gap(err.reason, window, f"Room {code(name)} was not read: {err}")
            if len(errors) == len(wanted):
                raise errors[0]

    async def probe(self) -> AsyncIterator[Check]:
        """Yield whether the server answers, takes the token, shows the rooms, and its clock."""
        async with Http(self.context, self.options) as http:
            try:
                answered = await timed(partial(http.get, _WHOAMI))
                me = await self._whoami(http)
            except SourceError as err:
                yield failed(err)
                return
            yield answered.reachable(self.options.url)
            yield Check("authorised", True, me)
            yield answered.clock(self.options)
            if not self._named():
                yield Check(
                    "rooms", True, "none is named: an incident file's `channels` name its own, else `rooms`"
                )
                return
            for name in self._wanted(server_of(me)):
                try:
                    yield Check(f"room {name}", True, await Rooms(http).resolve(name))
                except SourceError as err:
                    yield Check(f"room {name}", False, str(err))

    async def suggest(self) -> AsyncIterator[Suggestion | Person]:
        """Yield the rooms that the account is in; of many, people say which are read."""
        if self._named():
            return
        async with Http(self.context, self.options) as http:
            rooms = Rooms(http)
            ids = await rooms.joined()
            named = [await rooms.called(one) for one in ids[:_SUGGESTED]]
        if ids:
            more = f" and {len(ids) - len(named)} more" if ids[_SUGGESTED:] else ""
            why = f"this account is in {', '.join(named)}{more}"
            yield Suggestion("rooms", list(ids[:_SUGGESTED]), why, is_sure=len(ids) <= _FEW)

    def _named(self) -> tuple[str, ...]:
        return tuple(self.options.rooms or self.context.incident.channels)

    def _wanted(self, server: str) -> list[str]:
        names = self._named()
        if not names:
            raise SourceError("partial", "no room is named; set `rooms`, or `channels` in the incident file")
        full = (n if n[:1] in "!#" else f"#{n}" for n in names)
        return list(dict.fromkeys(n if n[:1] == "!" or ":" in n else f"{n}:{server}" for n in full))

    async def _whoami(self, http: Http) -> str:
        answer = (await http.get(_WHOAMI)).json()
        user = answer.get("user_id") if isinstance(answer, dict) else None
        if not isinstance(user, str):
            raise SourceError(
                "undecodable", f"{self.options.url} does not answer as a Matrix server; check `url`"
            )
        return user

    async def _line(self, rooms: Rooms, name: str, me: str, window: Window) -> AsyncIterator[Record]:
        """Yield the records of a room, and of those that upgrades in the window made it from, or into."""
        room = await rooms.resolve(name)
        if room in self._read:
            return
        self._read.add(room)
        label, records = await self._room(rooms, room, name, me, window)
        for record in records:
            yield record
        for way in _WAYS:
            async for record in self._upgraded(rooms, room, label, me, window, later=way == "later"):
                yield record

    async def _upgraded(
        self, rooms: Rooms, room: str, label: str, me: str, window: Window, *, later: bool
    ) -> AsyncIterator[Record]:
        """Yield the records of the rooms that came before (or after) one, as far as the window reaches."""
        while True:
            try:
                upgrade = await (rooms.after(room) if later else rooms.before(room))
            except SourceError as err:
                text = f"Whether room {code(label)} was upgraded is not known: {err}"
                yield self.gap(err.reason, window, text)
                return
            if (
                upgrade is None
                or upgrade.other in self._read
                or not self._matters(upgrade, window, later=later)
            ):
                return
            self._read.add(upgrade.other)
            try:
                await rooms.require_upgrade(*((room, upgrade.other) if later else (upgrade.other, room)))
                _, records = await self._room(rooms, upgrade.other, label, me, window)
            except SourceError as err:
                yield self._unfollowed(label, upgrade, window, err, later=later)
                return
            for record in records:
                yield record
            room = upgrade.other

    def _matters(self, upgrade: Upgrade, window: Window, *, later: bool) -> bool:
        """Tell whether what was said on the other side of an upgrade may lie in the window."""
        margin = parse_duration(self.options.look_beyond)
        if upgrade.at is None:
            return True
        return upgrade.at < window.end + margin if later else upgrade.at >= window.start - margin

    def _unfollowed(
        self, label: str, upgrade: Upgrade, window: Window, err: SourceError, *, later: bool
    ) -> Gap:
        start, end = (upgrade.at, None) if later else (None, upgrade.at)
        which = "replaced it" if later else "it replaced"
        text = f"Room {code(label)} was upgraded; the room that {which}, {code(upgrade.other)}, was not read: {err}"
        return self.gap(err.reason, part(window, start, end) or window, text)

    async def _room(
        self, rooms: Rooms, room_id: str, name: str, me: str, window: Window
    ) -> tuple[str, list[Record]]:
        """Return the label of a room, and its records; `name` is what it is called where it has no alias."""
        margin = parse_duration(self.options.look_beyond)
        query = f"GET rooms/{room_id}/messages (read {self.options.look_beyond} beyond the window)"

        def evidence(payload: Any, pointer: str) -> Any:
            return self.evidence(payload, pointer, query=query)

        try:
            stream = await StreamReader(rooms.http, room_id, window, margin, evidence).read()
        except SourceError as err:
            hint = "; the account must be in the room" if err.reason == "unauthorised" else ""
            raise SourceError(err.reason, f"{err}{hint}") from err
        alias = (await rooms.state(room_id, "m.room.canonical_alias")).get("alias")
        pinned = (await rooms.state(room_id, "m.room.pinned_events")).get("pinned")
        label = alias if isinstance(alias, str) and alias else name if name.startswith("#") else room_id
        room = Room(
            room_id, label, frozenset(p for p in pinned if isinstance(p, str)) if isinstance(pinned, list) else frozenset(),
            server_of(me),
        )  # fmt: skip
        others = await self._targets(rooms, room_id, stream)
        reader = RoomReader(room, self.context.source, stream.events, others)
        facts = list(reader.facts())
        people = await self._people(rooms, room, reader.users, stream, facts, window)
        return label, [
            *facts,
            *people,
            *unread(self.gap, room, stream, window),
            *await hidden(self.gap, rooms, room, me, stream, window),
        ]

    async def _targets(self, rooms: Rooms, room: str, stream: Stream) -> dict[str, Event]:
        """Read what edits, deletions and threads point to where that lies elsewhere in the stream."""
        found: dict[str, Event] = {}
        fresh: Iterable[Event] = stream.events.values()
        for _ in range(_STEPS):
            pointed = {e.relation("m.replace") or e.relation("m.thread") or e.redacts for e in fresh}
            wanted = sorted(t for t in pointed if t and t not in stream.events and t not in found)
            fresh = [event for target in wanted if (event := await self._event(rooms, room, target))]
            found |= {event.id: event for event in fresh}
            if not fresh:
                break
        return found

    async def _event(self, rooms: Rooms, room: str, event: str) -> Event | None:
        payload = await rooms.event(room, event)
        return read_event(payload.json(), self.evidence(payload, "")) if payload else None

    async def _people(
        self, rooms: Rooms, room: Room, users: Iterable[str], stream: Stream, facts: Iterable[Fact], window: Window
    ) -> list[Record]:  # fmt: skip
        """Return everyone who wrote, is mentioned, or whose name stands in a quote; a gap where names are not told."""
        people = members([_raw(event) for event in stream.events.values()])
        gaps: list[Record] = []
        try:
            people.update(members(await rooms.members(room.id)))
        except SourceError as err:
            text = f"Who is in {code(room.label)} is not known, so names in quotes may stay: {err}"
            gaps.append(self.gap(err.reason, window, text, missing=f"{NAMES_OF}people"))
        return [*mentioned(people, users, facts, bots(stream.events.values())), *gaps]


def _raw(event: Event) -> dict[str, Any]:
    return {"type": event.type, "state_key": event.state_key, "content": event.content}
