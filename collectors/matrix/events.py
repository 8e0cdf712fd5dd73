"""Events of a Matrix room as facts; pure."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from typing import Any, NamedTuple
from urllib.parse import quote as quoted

from collectors.matrix.text import identity, said
from timeline.canonical import short_id
from timeline.facts import fact, quote_marked, thread_key
from timeline.instant import precise
from timeline.kinds import Kind
from timeline.model import Evidence, Fact, Quote, Related, Subject
from timeline.statements import Name

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


class Reader:
    """Turns one room's events into facts; `users` collects the ids that they mention."""

    def __init__(
        self, room: Room, source: str, events: Mapping[str, Event], others: Mapping[str, Event]
    ) -> None:
        self.room, self.source, self.events = room, source, events
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
        root = event.relation("m.thread")
        text = said(event.content, is_reply=event.reply_to is not None)
        names = {"reply": 1 if root else None, "system": self._system(event)}
        related = [self._related(event.reply_to, "reply to")] if event.reply_to else []
        return self._fact("chat.message", event, text=self._quote(event, text), names=names, related=related)

    def _edit(self, event: Event, target: str) -> Fact:
        new = event.content.get("m.new_content")
        text = said(new if isinstance(new, dict) else event.content)
        self.users |= text.users
        shown = quote_marked(text.text, event.ts * MS)
        return self._fact(
            "chat.edited", event, text=shown, target=target, related=[self._related(target, "edit of")]
        )

    def _deletion(self, event: Event, target: str | None) -> Iterator[Fact]:
        found = self._known.get(target or "")
        # Taking back a reaction, or a state, deletes no message; an unknown target may be one.
        if target and (found is None or (found.type in _WRITTEN and found.state_key is None)):
            reason = said({"body": event.content.get("reason")})
            yield self._fact(
                "chat.deleted", event, text=quote_marked(reason.text), target=target,
                related=[self._related(target, "deletion of")],
            )  # fmt: skip

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

    def _labels(self, event: Event) -> dict[str, str]:
        labels = {"channel": self.room.label}
        if event.content.get("msgtype") == "m.notice":
            labels["bot"] = "true"
        if system := self._system(event):
            labels["system"] = system
        if event.id in self.room.pinned:
            labels["pinned"] = "true"
        if event.is_redacted:
            labels["deleted"] = "true"
        if count := self._reactions[event.id]:
            labels["reactions"] = str(count)
        return labels

    def _fact(
        self, kind: Kind, event: Event, *, text: Quote | None, target: str | None = None,
        names: Mapping[str, Name] | None = None, related: Iterable[Related] = (),
    ) -> Fact:  # fmt: skip
        about = self._known.get(target or event.id)
        root = (about.relation("m.thread") if about else None) or target or event.id
        self.users |= {event.sender} | ({event.state_key or ""} if event.type == "m.room.member" else set())
        actor = identity(event.sender)
        labels = self._labels(event) if target is None else {"channel": self.room.label}
        return fact(
            kind, origin=self.room.id, key=[event.id], at=precise(event.ts * MS, MS), time_means="origin_server_ts",
            clock=f"matrix:{server_of(event.sender)}", source=self.source, actor=actor, quote=text,
            names={"actor": actor, "channel": self.room.label, **(names or {})}, related=related,
            evidence=[event.evidence.replace(link=self._link(event.id))],
            subject=Subject(component=self.room.label, labels=dict(sorted(labels.items()))),
            thread=thread_key("matrix", self.room.id, root),
        )  # fmt: skip

    def _related(self, target: str, rule: str) -> Related:
        return Related(fact=short_id("f", [1, self.room.id, "chat.message", [target]]), rule=rule)

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
