"""Events of a Matrix room as servers give them; pure."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple

from timeline.model import Evidence

MS = 1_000_000  # ns
#: What people write; every other event that is shown is a message of the system.
WRITTEN = frozenset({"m.room.message", "m.sticker", "m.poll.start", "org.matrix.msc3381.poll.start"})


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

    @property
    def has_fallback(self) -> bool:
        """Tell whether the body may begin with the quotation that older clients put before a reply."""
        found = self.content.get("m.relates_to")
        return isinstance(found, dict) and isinstance(found.get("m.in_reply_to"), dict)


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


def server_of(user: str) -> str:
    """Return the server part of a user id (or alias)."""
    return user.partition(":")[2] or user


def _id(value: object) -> str | None:
    return value if isinstance(value, str) and value else None
