"""The one parsing of Slack messages, for the Web API and for exports; pure."""

from __future__ import annotations

import re
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from collectors.base import Collector
from collectors.kit import chat, fields
from collectors.kit.fields import UNREADABLE, UnreadableError
from collectors.slack.options import counted
from collectors.slack.people import Directory, identity, profile_names
from collectors.slack.text import decode, markup
from timeline import relative
from timeline.facts import quote_marked, thread_key
from timeline.instant import NS, Bounds, format_instant, precise
from timeline.model import Evidence, Fact, Gap, Quote, Window

_TS = re.compile(r"([0-9]{1,11})(?:\.([0-9]{1,9}))?")
_COUNT = re.compile(r"[0-9]{1,9}")
_BOT_ID = re.compile(r"B[A-Z0-9]{2,}")
_SUBTYPE = re.compile(r"[a-z][a-z0-9_]{0,60}")
#: Subtypes of what people and bots write; every other subtype is a message of the system.
_WRITTEN = frozenset(
    {"", "bot_message", "file_share", "file_comment", "file_mention", "me_message", "thread_broadcast", "reply_broadcast"}
)  # fmt: skip
CLOCK = "slack"


class ReceivedMessage(NamedTuple):
    """One message as it was received, and where it stands in the evidence."""

    message: object
    evidence: Evidence


class Channel(NamedTuple):
    """A channel: its id, its name where it has a public one, the ts of its pinned messages; `is_known` if it has one."""

    id: str
    name: str | None = None
    pinned: frozenset[str] = frozenset()
    is_known: bool = True

    @property
    def label(self) -> str:
        """The name people see, else the id."""
        return f"#{self.name}" if self.name else self.id


@dataclass
class Parsed:
    """What a channel's messages gave: facts, and the evidence of what could not be read."""

    items: int = 0  # how many were given to read
    facts: list[Fact] = field(default_factory=list)
    undecodable: list[tuple[Evidence, str]] = field(default_factory=list)
    roots: dict[str, str] = field(default_factory=dict)  # thread that has replies -> ts of its first message
    latest: dict[str, int] = field(
        default_factory=dict
    )  # thread -> its latest reply, as its first message says
    seen: set[str] = field(default_factory=set)  # ts of messages that were read

    @property
    def missing_roots(self) -> list[str]:
        """The threads whose replies were read but not their first message."""
        return sorted(thread for thread, root in self.roots.items() if root not in self.seen)


def read_ts(value: object) -> tuple[str, Bounds]:
    """Return a `ts` as text and as bounds of the precision it shows; raise UnreadableError."""
    text = value if isinstance(value, str) else str(value) if isinstance(value, int | float) else ""
    match = _TS.fullmatch(text)
    if not match or isinstance(value, bool):
        raise UnreadableError("it has no readable ts")
    digits = match[2] or ""
    return text, precise(int(match[1]) * NS + int(digits.ljust(9, "0")), 10 ** (9 - len(digits)))


def format_ts(instant: int) -> str:
    """Return an instant as Slack writes it, cut to microseconds."""
    return f"{instant // NS}.{instant % NS // 1000:06d}"


class WorkspaceReader:
    """Reads the messages of one workspace; `origin` is its team id."""

    def __init__(self, origin: str, source: str, directory: Directory, url: str | None = None) -> None:
        self.origin, self.source, self.directory = origin, source, directory
        self.url = url.rstrip("/") if url else None
        self._threads: dict[tuple[str, str], str] = {}
        self._deleted: set[tuple[str, str]] = set()  # channel and ts

    def read(self, channel: Channel, items: Iterable[ReceivedMessage]) -> Parsed:
        """Turn the messages of a channel into facts; what cannot be read is listed, never raised."""
        parsed = Parsed()
        tombstones: list[Fact] = []
        items = list(items)
        for item in items:
            with suppress(UnreadableError):  # told where the message itself is read
                if isinstance(item.message, dict) and (gone := deletes(item.message)):
                    self.note_deletion(channel, gone)
        for item in items:
            parsed.items += 1
            try:
                facts, is_tombstone = self._read(channel, item, parsed)
            except UNREADABLE as err:
                parsed.undecodable.append((item.evidence, str(err)))
                continue
            (tombstones if is_tombstone else parsed.facts).extend(facts)
        # A tombstone knows no time of deletion: where the deletion itself was logged, that one counts.
        dated = {f.id for f in parsed.facts}
        parsed.facts += [f for f in tombstones if f.id not in dated]
        return parsed

    def thread(self, channel: Channel, root: str) -> str:
        """Return the key of the thread that `root` began."""
        key = (channel.id, root)
        if key not in self._threads:
            self._threads[key] = thread_key("slack", self.origin, *key)
        return self._threads[key]

    def note_deletion(self, channel: Channel, ts: str) -> None:
        """Note that a message was deleted: its words, and those of its edits, went with it."""
        self._deleted.add((channel.id, ts))

    def is_deleted(self, channel: Channel, ts: str) -> bool:
        """Tell whether a message is known to have been deleted."""
        return (channel.id, ts) in self._deleted

    def _read(self, channel: Channel, item: ReceivedMessage, parsed: Parsed) -> tuple[list[Fact], bool]:
        if not isinstance(item.message, dict):
            raise UnreadableError("it is no object")
        message = _Message(self, channel, item.message, item.evidence)
        parsed.seen.add(message.ts)
        thread = self.thread(channel, message.root)
        if message.is_reply:
            parsed.roots[thread] = message.root
        with suppress(UnreadableError):  # only threads have one
            parsed.latest[thread] = read_ts(item.message.get("latest_reply"))[1].latest
        if message.subtype == "tombstone":
            return [message.deleted(message.ts, message.root, dated=False)], True
        if message.subtype in {"message_deleted", "message_changed"}:
            return list(message.event()), False
        if message.subtype == "message_replied":
            return [], False  # the reply is a message of its own
        return list(message.posted()), False


class _Message:
    """One message on its way to facts."""

    def __init__(
        self, reader: WorkspaceReader, channel: Channel, message: dict[str, Any], evidence: Evidence
    ) -> None:
        self.reader, self.channel, self.message = reader, channel, message
        self.ts, self.at = read_ts(message.get("ts"))
        subtype = message.get("subtype")
        self.subtype = subtype if isinstance(subtype, str) else ""
        self.root = _root(message) or self.ts
        self._evidence = evidence
        self._chat = chat.Channel(reader.origin, reader.source, channel.label, is_known=channel.is_known)

    @property
    def is_reply(self) -> bool:
        return self.root != self.ts

    def posted(self) -> Iterable[Fact]:
        """Yield the message, and its edit if it was edited."""
        edit = _edit(self.message)
        text = self._quote(edit)
        author, is_bot = self._author()
        yield self._chat.posted(
            self._record(
                [self.ts], self.at, "ts", self.root, author=author, text=text, in_thread=self.is_reply,
                is_edited=edit is not None, is_bot=is_bot, system=self._system(), reactions=_reactions(self.message),
                is_pinned=bool(self.message.get("pinned_to")) or self.ts in self.channel.pinned,
                is_deleted=self.reader.is_deleted(self.channel, self.ts),
            )
        )  # fmt: skip
        if edit:
            yield self._edited(self.ts, edit, self.root, text)

    def event(self) -> Iterable[Fact]:
        """Yield what a logged change or deletion says of the message it changed."""
        ts = _subject_ts(self.message)
        thread = _root(_subject(self.message)) or ts
        if deletes(self.message):
            yield self.deleted(ts, thread, dated=True)
            return
        now = self._object("message")
        if not now:
            raise UnreadableError("a change without the changed message")
        changed = _Message(self.reader, self.channel, now, self._evidence)
        # Unfurled links and reactions are logged as changes too; the author's text did not change then.
        if edit := _edit(now):
            yield changed._edited(ts, edit, thread, changed._quote(edit))

    def deleted(self, ts: str, root: str, *, dated: bool) -> Fact:
        """Make the fact of a deletion; an undated one stands where the message was posted."""
        means = "ts of the deletion" if dated else "ts of the deleted message"
        return self._chat.deleted(self._record([ts], self.at, means, root), dated=dated)

    def _edited(self, ts: str, edit: Edit, root: str, text: Quote | None) -> Fact:
        editor = edit.by
        author = self._known(editor, bot=bool(_BOT_ID.fullmatch(editor))) if editor else None
        key = [ts, edit.ts]
        return self._chat.edited(self._record(key, edit.at, "edited.ts", root, author=author, text=text))

    def _record(self, key: list[str], at: Bounds, means: str, root: str, **more: Any) -> chat.Message:
        return chat.Message(
            key=[self.channel.id, *key], at=at, means=means, clock=CLOCK, thread=self.reader.thread(self.channel, root),
            evidence=self._evidence.replace(link=self._link(key[0], root)), **more,
        )  # fmt: skip

    def _link(self, ts: str, root: str) -> str | None:
        if not self.reader.url:
            return None
        link = f"{self.reader.url}/archives/{self.channel.id}/p{ts.replace('.', '')}"
        return link if root == ts else f"{link}?thread_ts={root}&cid={self.channel.id}"

    def _object(self, name: str) -> dict[str, Any] | None:
        value = self.message.get(name)
        return value if isinstance(value, dict) else None

    def _quote(self, edit: Edit | None) -> Quote | None:
        if self.reader.is_deleted(self.channel, self.ts):
            return None
        decoded = decode(markup(self.message), lambda user: identity(self.reader.origin, user))
        return quote_marked(decoded.text, edit.at.earliest if edit else None)

    def _system(self) -> str | None:
        if self.subtype in _WRITTEN:
            return None
        return self.subtype if _SUBTYPE.fullmatch(self.subtype) else "system"

    def _author(self) -> tuple[str | None, bool]:
        """Return who wrote it (identity) and whether that is a bot."""
        message = self.message
        user, bot_id, username = (_id(message.get(name)) for name in ("user", "bot_id", "username"))
        profile = self._object("bot_profile") or {}
        comment = self._object("comment") or {}
        user = user or _id(comment.get("user"))
        known = self.reader.directory.is_bot(user) if user else None
        bot = known if known is not None else self.subtype == "bot_message" or bool(bot_id)
        who = user or bot_id or (f"bot:{username}" if username else None)
        if who is None:
            return None, bot
        names = profile_names(self._object("user_profile")) if not bot else [username, profile.get("name")]
        return self._known(who, bot=bot, names=names), bot

    def _known(self, user: str, *, bot: bool, names: Iterable[object] = ()) -> str:
        self.reader.directory.note(user, names, bot=bot)
        return identity(self.reader.origin, user)


class Edit(NamedTuple):
    """When (ts text, bounds) and by whom a message was edited."""

    ts: str
    at: Bounds
    by: str | None


def _root(message: dict[str, Any]) -> str | None:
    try:
        return read_ts(message.get("thread_ts"))[0]
    except UnreadableError:
        return None


def deletes(message: dict[str, Any]) -> str | None:
    """Return the ts of the message that this one says is deleted, None where it says of none; raise UnreadableError."""
    subtype, changed = message.get("subtype"), message.get("message")
    if subtype == "tombstone":
        return read_ts(message.get("ts"))[0]
    is_grave = isinstance(changed, dict) and changed.get("subtype") == "tombstone"
    is_deletion = subtype == "message_deleted" or (subtype == "message_changed" and is_grave)
    return _subject_ts(message) if is_deletion else None


def _subject(message: dict[str, Any]) -> dict[str, Any]:
    """Return the message that a logged change or deletion is of, as it is now, else as it was."""
    held = (message.get(name) for name in ("message", "previous_message", "original"))
    return next((one for one in held if isinstance(one, dict) and one), {})


def _subject_ts(message: dict[str, Any]) -> str:
    """Return the ts of the message that a logged change or deletion is of; raise UnreadableError."""
    return read_ts(message.get("deleted_ts") or _subject(message).get("ts"))[0]


def _edit(message: dict[str, Any]) -> Edit | None:
    edited = message.get("edited")
    if not isinstance(edited, dict):
        return None
    ts, at = read_ts(edited.get("ts"))
    seconds, _, digits = ts.partition(".")
    # Slack cuts the time of an edit to the second and pads it with zeros.
    at = precise(int(seconds) * NS, NS) if not digits.strip("0") else at
    return Edit(ts, at, _id(edited.get("user")))


def _reactions(message: dict[str, Any]) -> int:
    reactions = message.get("reactions")
    counts = [fields.text(r, "count") for r in reactions] if isinstance(reactions, list) else []
    return sum(int(c) for c in counts if _COUNT.fullmatch(c))


def _id(value: object) -> str | None:
    return value if isinstance(value, str) and value.strip() else None


def in_window(facts: Iterable[Fact], window: Window) -> list[Fact]:
    """Return the facts that meet the window, and those whose thread has one that does."""
    facts = list(facts)
    threads = alive(facts, window)
    return [f for f in facts if f.thread in threads]


def alive(facts: Iterable[Fact], window: Window) -> set[str]:
    """Return the threads that have a fact in the window."""
    return {f.thread for f in facts if f.thread and relative.in_window(f, window)}


def unread_gap(
    collector: Collector[Any], read: Iterable[Parsed], shown: Iterable[Fact], window: Window, reached: int
) -> list[Gap]:
    """Return the gaps of what was read but not understood, and of threads whose beginning is missing."""
    read = list(read)
    gaps: list[Gap] = []
    if broken := [b for parsed in read for b in parsed.undecodable]:
        evidence, why = broken[0]
        of = counted(sum(p.items for p in read), "message")
        text = f"{len(broken)} of {of} could not be read; the first: {why}"
        gaps.append(
            collector.gap(
                "undecodable", window, text, missing=counted(len(broken), "message"), evidence=(evidence,)
            )
        )
    threads = {f.thread for f in shown}
    lost = sum(thread in threads for p in read for thread in p.missing_roots)
    if lost:
        text = (
            f"The first message of {counted(lost, 'thread')} with replies in the window was not found; messages "
            f"were read back to {format_instant(reached)} (raise `lookback` to read further)"
        )
        gaps.append(
            collector.gap("partial", window, text, missing=f"the beginning of {counted(lost, 'thread')}")
        )
    return gaps
