"""Reading a room's stream around a window: from the server's guess outward, both ways, past the edges."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, NamedTuple
from urllib.parse import quote

from collectors.base import Payload, SourceError
from collectors.kit import fields
from collectors.kit.http import Http
from collectors.kit.paging import by_cursor
from collectors.matrix.events import MS, Event, read_event
from timeline.model import Evidence, Window

PAGE = 100  # events asked for at once, and how many in a row must lie beyond the margin to stop
_LAZY = '{"lazy_load_members":true}'
MakeEvidence = Callable[[Payload, str], Evidence]


@dataclass
class Stream:
    """What was read of a room: events by id, how many were unreadable, and where reading ended."""

    events: dict[str, Event] = field(default_factory=dict)
    unreadable: list[Evidence] = field(default_factory=list)
    at_beginning: bool = False  # the server had nothing before
    failures: dict[str, SourceError] = field(default_factory=dict)  # direction (b, f) -> why it ended early
    reached: dict[str, int] = field(default_factory=dict)  # direction -> ts (ms) of the last event read

    @property
    def has_creation(self) -> bool:
        """Tell whether the room's first event was read."""
        return any(event.type == "m.room.create" for event in self.events.values())


class StreamReader:
    """Reads one room; times a stream carries go back and forth, so it looks `margin` ns beyond."""

    def __init__(self, http: Http, room: str, window: Window, margin: int, evidence: MakeEvidence) -> None:
        self._http, self._room, self._evidence = http, quote(room, safe=""), evidence
        self._first, self._end = window.start // MS, -(-window.end // MS)
        self._low, self._high = (window.start - margin) / MS, (window.end + margin) / MS
        self.stream = Stream()

    async def read(self) -> Stream:
        """Return the events around the window; raise SourceError when the room gives none at all."""
        anchor = await self._anchor()
        if anchor:
            await self._page("f", anchor[1])
        await self._page("b", anchor[0] if anchor else None)
        if self.stream.failures and not self.stream.events:
            raise next(iter(self.stream.failures.values()))
        return self.stream

    async def _anchor(self) -> tuple[str, str] | None:
        """Return the places before and after the first event at the window's start, where offered."""
        path = f"_matrix/client/v1/rooms/{self._room}/timestamp_to_event"
        found = await self._http.get(path, {"ts": max(self._first, 0), "dir": "f"}, allow=(400, 404, 405))
        event = fields.text(found.json(), "event_id") if found.status == 200 else ""
        if not event:
            return None
        path = f"_matrix/client/v3/rooms/{self._room}/context/{quote(event, safe='')}"
        around = await self._http.get(path, {"limit": 0, "filter": _LAZY}, allow=(403, 404))
        places = around.json() if around.status == 200 else {}
        start, end = (fields.text(places, name) for name in ("start", "end"))
        if not start or not end:
            return None
        event_at = "/event" if "event" in places else ""
        self._take(fields.at(places, "event"), self._evidence(around, event_at))
        return start, end

    async def _page(self, way: str, place: str | None) -> None:
        path, beyond = f"_matrix/client/v3/rooms/{self._room}/messages", 0

        async def ask(cursor: str | None, size: int) -> _Page:
            params: dict[str, str | int] = {"dir": way, "limit": size, "filter": _LAZY}
            at = cursor or place
            payload = await self._http.get(path, params | ({"from": at} if at else {}))
            return _Page(payload, _object(payload), at)

        try:
            async for page in by_cursor(ask, _following, rows=_chunk, size=PAGE):
                for number, raw in enumerate(page.answer["chunk"]):
                    event = self._take(raw, self._evidence(page.payload, f"/chunk/{number}"))
                    beyond = 0 if event is None or not self._is_beyond(event, way) else beyond + 1
                    if event:
                        self.stream.reached[way] = event.ts
                if _following(page) is None:
                    self.stream.at_beginning |= way == "b"
                if beyond >= PAGE:
                    return
        except SourceError as err:
            self.stream.failures[way] = err

    def _is_beyond(self, event: Event, way: str) -> bool:
        return event.ts < self._low if way == "b" else event.ts >= self._high

    def _take(self, raw: object, evidence: Evidence) -> Event | None:
        event = read_event(raw, evidence)
        if event is None:
            self.stream.unreadable.append(evidence)
        else:
            self.stream.events.setdefault(event.id, event)
        return event


class _Page(NamedTuple):
    """An answer with events, and the place it was asked for."""

    payload: Payload
    answer: dict[str, Any]
    at: str | None


def _chunk(page: _Page) -> list[Any]:
    events: list[Any] = page.answer["chunk"]
    return events


def _following(page: _Page) -> str | None:
    """Return where the stream goes on; at its end some servers give the same place again, without an event.

    With events it is no end: the server gives the same page for ever.
    """
    end = page.answer.get("end")
    return end if isinstance(end, str) and (end != page.at or page.answer["chunk"]) else None


def _object(payload: Payload) -> dict[str, Any]:
    answer = payload.json()
    if not isinstance(answer, dict) or not isinstance(answer.get("chunk"), list):
        raise SourceError("undecodable", "the server answered /messages without events; check `url`")
    return answer
