"""What a room does not show, as gaps: what cannot be read, what came before the account, what is gone."""

from __future__ import annotations

from collections.abc import Iterator

from collectors.base import MakeGap
from collectors.kit import fields
from collectors.matrix.events import MS, Event
from collectors.matrix.facts import Room
from collectors.matrix.rooms import Rooms
from collectors.matrix.stream import Stream
from timeline.model import Gap, Window
from timeline.relative import meets, part
from timeline.text import code

_WAYS = {"b": "earlier", "f": "later"}


def unread(make: MakeGap, room: Room, stream: Stream, window: Window) -> Iterator[Gap]:
    """Yield what of a room could not be read."""
    label = code(room.label)
    locked = [e for e in stream.events.values() if e.type == "m.room.encrypted" and _meets(e, window)]
    if locked:
        span = Window(start=min(e.ts for e in locked) * MS, end=(max(e.ts for e in locked) + 1) * MS)
        text = f"Encrypted messages in {label}, which cannot be read without keys: {len(locked)}"
        yield make("encrypted", span, text, missing=str(len(locked)), evidence=(locked[0].evidence,))
    if stream.unreadable:
        text = f"Events in {label} that are none (no id, type, sender or time): {len(stream.unreadable)}"
        yield make("undecodable", window, text, evidence=tuple(stream.unreadable[:1]))
    for way, err in stream.failures.items():
        reached = stream.reached.get(way, window.start // MS if way == "f" else window.end // MS) * MS
        unseen = part(window, reached, None) if way == "f" else part(window, None, reached)
        yield make(
            err.reason, unseen or window, f"{_WAYS[way].title()} events of {label} were not all read: {err}"
        )


async def hidden(
    make: MakeGap, rooms: Rooms, room: Room, me: str, stream: Stream, window: Window
) -> list[Gap]:
    """Return gaps for what the server does not show this account, or no longer has."""
    shown = fields.text(await rooms.state(room.id, "m.room.history_visibility"), "history_visibility")
    if shown in {"joined", "invited"}:
        joined = await _joined(rooms, room.id, me)
        creation = await rooms.stated(room.id, "m.room.create")
        # What was said before a room that replaced another was made was said in that other one.
        begun = creation.at if "predecessor" in creation.content else None
        if unshown := part(window, begun, joined):
            text = f"What was said in {code(room.label)} before this account was {shown} is not shown to it"
            return [make("restricted", unshown, text)]
    first = min((e.ts for e in stream.events.values()), default=None)
    gone = part(window, None, None if first is None else first * MS)
    if gone and stream.at_beginning and not stream.has_creation:
        text = f"The server has nothing of {code(room.label)} before this time, though the room is older"
        return [make("past_retention", gone, text)]
    return []


async def _joined(rooms: Rooms, room: str, me: str) -> int:
    """Return when the account's membership was last set (ns); far ahead when that is not told."""
    membership = await rooms.stated(room, "m.room.member", me)
    return 2**62 if membership.at is None else membership.at


def _meets(event: Event, window: Window) -> bool:
    return meets(event.ts * MS, (event.ts + 1) * MS - 1, window.start, window.end)
