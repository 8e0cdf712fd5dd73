"""What the client API tells of rooms themselves: the id behind an alias, state, and upgrades to other rooms."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple
from urllib.parse import quote

from collectors.base import Payload, SourceError
from collectors.kit import fields
from collectors.kit.http import Http
from collectors.matrix.events import MS
from timeline.model import GapReason
from timeline.text import code

API = "_matrix/client/v3"
_CREATION, _TOMBSTONE = "m.room.create", "m.room.tombstone"


class UnknownRoomError(SourceError):
    """The server knows no such room: of the incident's channels it may be one of another chat."""

    def __init__(self, name: str) -> None:
        super().__init__("partial", f"the server knows no room {code(name)}; correct `rooms`")


class State(NamedTuple):
    """A state of a room: its content, and when it was set (ns) where the server tells that."""

    content: Mapping[str, Any]
    at: int | None
    is_hidden: bool = False  # the account may not see it


class Upgrade(NamedTuple):
    """A room that another one replaced: the room on the other side, and when (ns), where that is known."""

    other: str
    at: int | None


class Rooms:
    """Asks one server about rooms."""

    def __init__(self, http: Http) -> None:
        self.http = http
        self._stated: dict[tuple[str, str, str], State] = {}

    async def resolve(self, name: str) -> str:
        """Return the id of a room by id or alias; raise UnknownRoomError."""
        if name.startswith("!"):
            return name
        payload = await self.http.get(f"{API}/directory/room/{quote(name, safe='')}", allow=(400, 404))
        room = fields.text(payload.json(), "room_id") if payload.status == 200 else ""
        if not room:
            raise UnknownRoomError(name)
        return room

    async def joined(self) -> list[str]:
        """Return the ids of the rooms that the account is in."""
        answer = (await self.http.get(f"{API}/joined_rooms")).json()
        held = fields.at(answer, "joined_rooms")
        return sorted(one for one in held if isinstance(one, str)) if isinstance(held, list) else []

    async def called(self, room: str) -> str:
        """Return what people call a room: its alias, else its name, else its id."""
        alias = fields.text(await self.state(room, "m.room.canonical_alias"), "alias")
        return alias or fields.text(await self.state(room, "m.room.name"), "name") or room

    async def state(self, room: str, kind: str) -> Mapping[str, Any]:
        """Return the content of a state; empty where there is none, or none to see."""
        payload = await self.http.get(_of(room, f"state/{kind}/"), allow=(403, 404))
        answer = payload.json() if payload.status == 200 else {}
        return answer if isinstance(answer, dict) else {}

    async def stated(self, room: str, kind: str, key: str = "") -> State:
        """Return a state with its time; it is asked for once."""
        if (asked := (room, kind, key)) not in self._stated:
            self._stated[asked] = await self._state_with_time(*asked)
        return self._stated[asked]

    async def _state_with_time(self, room: str, kind: str, key: str) -> State:
        path = _of(room, f"state/{kind}/{quote(key, safe='')}")
        payload = await self.http.get(path, {"format": "event"}, allow=(403, 404))
        answer = payload.json() if payload.status == 200 else {}
        if not isinstance(answer, dict):  # not the same as none: a room would be whole that is not
            raise SourceError("undecodable", f"the server answered {kind} with something that is no state")
        ts, content = answer.get("origin_server_ts"), answer.get("content")
        # A server that does not know the parameter answers with the content alone.
        return State(
            content if isinstance(content, dict) else answer,
            ts * MS if isinstance(ts, int) and not isinstance(ts, bool) else None,
            payload.status == 403,
        )

    async def event(self, room: str, event: str) -> Payload | None:
        """Return the answer that holds an event; None where there is none to see."""
        payload = await self.http.get(_of(room, f"event/{quote(event, safe='')}"), allow=(403, 404))
        return payload if payload.status == 200 else None

    async def members(self, room: str) -> object:
        """Return the membership events of a room."""
        return fields.at((await self.http.get(_of(room, "members"))).json(), "chunk")

    async def before(self, room: str) -> Upgrade | None:
        """Return the room that this one replaced, and when this one was made; raise SourceError where none tells."""
        creation = await self.stated(room, _CREATION)
        if not creation.content:  # every room has one, and it says something
            reason: GapReason = "unauthorised" if creation.is_hidden else "partial"
            raise SourceError(reason, "the server does not show how the room was made")
        old = fields.text(creation.content.get("predecessor"), "room_id")
        return Upgrade(old, creation.at) if old else None

    async def after(self, room: str) -> Upgrade | None:
        """Return the room that replaced this one, and when this one was closed; raise SourceError where it is hidden."""
        tombstone = await self.stated(room, _TOMBSTONE)
        if tombstone.is_hidden:
            raise SourceError("unauthorised", "the server does not show whether the room was closed")
        new = fields.text(tombstone.content, "replacement_room")
        return Upgrade(new, tombstone.at) if new else None

    async def require_upgrade(self, old: str, new: str) -> None:
        """Return where both rooms name each other; raise SourceError.

        Whoever makes a room can name any other as the one before it: what was said there is not of this room.
        """
        tombstone, creation = await self.stated(old, _TOMBSTONE), await self.stated(new, _CREATION)
        if tombstone.is_hidden or creation.is_hidden:
            raise SourceError("unauthorised", "the account must be in the room")
        named = (
            fields.text(tombstone.content, "replacement_room"),
            fields.text(creation.content.get("predecessor"), "room_id"),
        )
        if named != (new, old):
            raise SourceError("partial", "the two rooms do not name each other; name both in `rooms`")


def _of(room: str, path: str) -> str:
    return f"{API}/rooms/{quote(room, safe='')}/{path}"
