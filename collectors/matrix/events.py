"""Events of a Matrix room as facts; pure."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from typing import Any, NamedTuple
from urllib.parse import quote as quoted

from collectors.kit import chat
from collectors.matrix.text import identity, said
from timeline.facts import quote_marked, thread_key
from timeline.instant import precise
from timeline.model import Evidence, Fact, Quote

MS = 1_000_000  # ns
#: What people write; every other event that is shown is a message of the system.
_WRITTEN = frozenset({"m.room.message", "m.sticker"})
#: Events that stand in another one's fact, or in a gap.
_SILENT = frozenset({"m.reaction", "m.room.encrypted"})
_QUOTED = {"m.room.topic": "topic", "m.room.name": "name", "m.room.member": "reason"}


class Event(NamedTuple):
    """One readable event, and where it stands in the evidence; `ts` in ms."""

    id: str
    type: str
    sender: str
    ts: int
    content: Mapping[str, Any]
    unsigned: Mapping[str, Any]
    state_key: str | None
    redacts: str | None
    evidence: Evidence

    @property
    def is_redacted(self) -> bool:
        """Tell whether the words were taken back."""
        return isinstance(self.unsigned.get("redacted_because"), dict)

    def relation(self, kind: str) -> str | None:
        """Return the event this one relates to by `kind` (`m.replace`, `m.thread`, ...)."""
        found = self.content.get("m.relates_to")
        if not isinstance(found, dict) or found.get("rel_type") != kind:
            return None
        return _id(found.get("event_id"))

    @property
    def reply_to(self) -> str | None:
        """Return the event this one answers; a thread's fall-back is no answer."""
        found = self.content.get("m.relates_to")
        answer = found.get("m.in_reply_to") if isinstance(found, dict) else None
        if (
            not isinstance(found, dict)
            or not isinstance(answer, dict)
            or found.get("is_falling_back") is True
        ):
            return None
        return _id(answer.get("event_id"))


class Room(NamedTuple):
    """A room: id, the label people see, pinned event ids, and the server to reach it by."""

    id: str
    label: str
    pinned: frozenset[str]
    via: str


def read_event(raw: object, evidence: Evidence) -> Event | None:
    """Return an event, None when it lacks what makes it one."""
    if not isinstance(raw, dict):
        return None
    event_id, kind, sender, ts = (raw.get(k) for k in ("event_id", "type", "sender", "origin_server_ts"))
    if not (isinstance(event_id, str) and isinstance(kind, str) and isinstance(sender, str)):
        return None
    if not isinstance(ts, int) or isinstance(ts, bool) or not 0 <= ts < 2**53:
        return None
    content, unsigned = raw.get("content"), raw.get("unsigned")
    content = content if isinstance(content, dict) else {}
    redacts = _id(raw.get("redacts")) or _id(content.get("redacts"))
    return Event(
        event_id, kind, sender, ts, content, unsigned if isinstance(unsigned, dict) else {},
        raw["state_key"] if isinstance(raw.get("state_key"), str) else None, redacts, evidence,
    )  # fmt: skip


class RoomReader:
    """Turns one room's events into facts; `users` collects the ids that they mention."""

    def __init__(
        self, room: Room, source: str, events: Mapping[str, Event], others: Mapping[str, Event]
    ) -> None:
        self.room, self.events = room, events
        self._chat = chat.Channel(room.id, source, room.label)
        self.users: set[str] = set()
        self._known = {**others, **events}  # others: what these point to, elsewhere in the stream
        self._reactions = Counter(
            target for e in events.values()
            if e.type == "m.reaction" and not e.is_redacted and (target := e.relation("m.annotation"))
        )  # fmt: skip

    def facts(self) -> Iterator[Fact]:
        """Yield messages, edits, deletions and what the room itself says.

        A message that was read because another points to it comes too: its life goes on there.
        """
        for event in self._known.values():
            if event.type in _SILENT or (event.id not in self.events and event.type not in _WRITTEN):
                continue
            if event.type == "m.room.redaction":
                yield from self._deletion(event, event.redacts)
                continue
            edited = self._edited(event)
            yield self._edit(event, edited) if edited else self._message(event)
            if event.is_redacted and event.type in _WRITTEN:
                # The deletion may lie beyond what was read; the message itself carries it.
                because = read_event(event.unsigned["redacted_because"], event.evidence)
                if because and because.id not in self.events:
                    yield from self._deletion(because, event.id)

    def _edited(self, event: Event) -> str | None:
        """Return the message that an event edits; only its author can, else it is a message."""
        target = event.relation("m.replace")
        found = self._known.get(target or "")
        return target if not found or found.sender == event.sender else None

    def _message(self, event: Event) -> Fact:
        text = said(event.content, is_reply=event.reply_to is not None)
        return self._chat.posted(
            self._record(
                event, text=self._quote(event, text), answers=event.reply_to, system=self._system(event),
                in_thread=event.relation("m.thread") is not None, is_bot=event.content.get("msgtype") == "m.notice",
                is_pinned=event.id in self.room.pinned, is_deleted=event.is_redacted, reactions=self._reactions[event.id],
            )
        )  # fmt: skip

    def _edit(self, event: Event, target: str) -> Fact:
        new = event.content.get("m.new_content")
        text = said(new if isinstance(new, dict) else event.content)
        self.users |= text.users
        shown = quote_marked(text.text, event.ts * MS)
        return self._chat.edited(self._record(event, target, chat.EDITS, text=shown))

    def _deletion(self, event: Event, target: str | None) -> Iterator[Fact]:
        known = self._known.get(target or "")
        # Taking back a reaction, or a state, deletes no message; an unknown target may be one.
        if target and (known is None or (known.type in _WRITTEN and known.state_key is None)):
            reason = quote_marked(said({"body": event.content.get("reason")}).text)
            yield self._chat.deleted(self._record(event, target, chat.DELETES, text=reason))

    def _quote(self, event: Event, text: Any) -> Quote | None:
        self.users |= text.users
        if event.type in _QUOTED:
            value = event.content.get(_QUOTED[event.type])
            return quote_marked(said({"body": value}).text)
        return quote_marked(text.text) if event.state_key is None else None

    def _system(self, event: Event) -> str | None:
        if event.type in _WRITTEN and event.state_key is None:
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


def server_of(user: str) -> str:
    """Return the server part of a user id (or alias)."""
    return user.partition(":")[2] or user


def _id(value: object) -> str | None:
    return value if isinstance(value, str) and value else None
