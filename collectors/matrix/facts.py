"""Events of a Matrix room as facts; pure."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from typing import Any, NamedTuple
from urllib.parse import quote as quoted

from collectors.kit import chat
from collectors.matrix.edits import Edits
from collectors.matrix.events import MS, WRITTEN, Event, read_event, server_of
from collectors.matrix.text import Said, identity, said
from timeline.facts import quote_marked, thread_key
from timeline.instant import precise
from timeline.model import Fact, Quote

#: Events that stand in another one's fact, or in a gap.
_SILENT = frozenset({"m.reaction", "m.room.encrypted"})
_QUOTED = {
    "m.room.topic": "topic",
    "m.room.name": "name",
    "m.room.member": "reason",
    "m.room.tombstone": "body",
}


class Room(NamedTuple):
    """A room: id, the label people see, pinned event ids, and the server to reach it by."""

    id: str
    label: str
    pinned: frozenset[str]
    via: str


class RoomReader:
    """Turns one room's events into facts; `users` collects the ids that they mention."""

    def __init__(
        self, room: Room, source: str, events: Mapping[str, Event], others: Mapping[str, Event]
    ) -> None:
        self.room, self.events = room, events
        self._chat = chat.Channel(room.id, source, room.label)
        self.users: set[str] = set()
        self._known = {**others, **events}  # others: what these point to, elsewhere in the stream
        self._edits = Edits(self._known)
        self._reactions = Counter(
            target for e in events.values()
            if e.type == "m.reaction" and not e.is_redacted and (target := e.relation("m.annotation"))
        )  # fmt: skip

    def facts(self) -> Iterator[Fact]:
        """Yield messages, edits, deletions and what the room itself says.

        A message that was read because another points to it comes too: its life goes on there.
        """
        for event in self._known.values():
            if event.type in _SILENT or (event.id not in self.events and event.type not in WRITTEN):
                continue
            if event.type == "m.room.redaction":
                yield from self._deletion(event, event.redacts)
                continue
            edited = self._edits.target(event)
            yield self._edit(event, edited) if edited else self._message(event)
            if event.is_redacted and event.type in WRITTEN:
                # The deletion may lie beyond what was read; the message itself carries it.
                because = read_event(event.unsigned["redacted_because"], event.evidence)
                if because and because.id not in self.events:
                    yield from self._deletion(because, event.id)

    def _message(self, event: Event) -> Fact:
        return self._chat.posted(
            self._record(
                event, text=self._quote(event), answers=event.reply_to, system=self._system(event),
                in_thread=event.relation("m.thread") is not None, is_bot=event.content.get("msgtype") == "m.notice",
                is_pinned=event.id in self.room.pinned, is_deleted=self._edits.is_deleted(event),
                reactions=self._reactions[event.id],
            )
        )  # fmt: skip

    def _edit(self, event: Event, target: str) -> Fact:
        message = self._known.get(target)
        text = self._said(
            event, event.content["m.new_content"], is_reply=message is not None and message.has_fallback
        )
        return self._chat.edited(
            self._record(event, target, chat.EDITS, text=quote_marked(text.text, event.ts * MS))
        )

    def _deletion(self, event: Event, target: str | None) -> Iterator[Fact]:
        known = self._known.get(target or "")
        # Taking back a reaction, or a state, deletes no message; an unknown target may be one.
        if target and (known is None or (known.type in WRITTEN and known.state_key is None)):
            reason = quote_marked(said({"body": event.content.get("reason")}).text)
            yield self._chat.deleted(self._record(event, target, chat.DELETES, text=reason))

    def _quote(self, event: Event) -> Quote | None:
        if event.type in _QUOTED:
            return quote_marked(said({"body": event.content.get(_QUOTED[event.type])}).text)
        if event.state_key is not None:
            return None
        return quote_marked(self._said(event, event.content, is_reply=event.has_fallback).text)

    def _said(self, event: Event, content: Mapping[str, Any], *, is_reply: bool) -> Said:
        """Return what an event says, and note whom it mentions; nothing where that was taken back."""
        if self._edits.is_silenced(event):
            return Said("", frozenset())
        text = said(content, event.type, is_reply=is_reply)
        self.users |= text.users
        return text

    def _system(self, event: Event) -> str | None:
        if event.type in WRITTEN and event.state_key is None:
            return None
        membership = event.content.get("membership") if event.type == "m.room.member" else None
        return f"{event.type} {membership}" if isinstance(membership, str) else event.type

    def _record(
        self, event: Event, target: str | None = None, rule: str = chat.ANSWERS, *, text: Quote | None,
        answers: str | None = None, **more: Any,
    ) -> chat.Message:  # fmt: skip
        """Return what an event did: to `target`, where it is another's edit or deletion."""
        about = self._known.get(target or event.id)
        root = (about.relation("m.thread") if about else None) or target or event.id
        self.users |= {event.sender} | ({event.state_key or ""} if event.type == "m.room.member" else set())
        other = target or answers
        return chat.Message(
            key=[event.id], at=precise(event.ts * MS, MS), means="origin_server_ts", author=identity(event.sender),
            clock=f"matrix:{server_of(event.sender)}", thread=thread_key("matrix", self.room.id, root), text=text,
            evidence=event.evidence.replace(link=self._link(event.id)),
            related=(self._chat.relation([other], rule),) if other else (), **more,
        )  # fmt: skip

    def _link(self, event: str) -> str:
        room, event = quoted(self.room.id, safe="!:"), quoted(event, safe="$:")
        return f"https://matrix.to/#/{room}/{event}?via={quoted(self.room.via, safe=':')}"


def bots(events: Iterable[Event]) -> set[str]:
    """Return the senders all of whose messages are notices, which is how bots speak."""
    kinds: dict[str, set[bool]] = {}
    for event in events:
        if event.type == "m.room.message" and not event.is_redacted:
            kinds.setdefault(event.sender, set()).add(event.content.get("msgtype") == "m.notice")
    return {sender for sender, found in kinds.items() if found == {True}}
