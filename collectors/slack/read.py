"""Paging through Slack's Web API: conversations, history, replies, and the limits it sets."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from functools import partial
from typing import TYPE_CHECKING, Any

from collectors.base import Payload, SourceError
from collectors.kit.fields import UNREADABLE
from collectors.kit.paging import EndlessError, by_cursor
from collectors.slack.messages import Channel, ReceivedMessage, format_ts, read_ts
from collectors.slack.options import no_such_channel
from collectors.slack.people import identity
from timeline.assembly.people import identities
from timeline.instant import NS
from timeline.model import Evidence, Fact, GapReason, Window

if TYPE_CHECKING:
    from collectors.slack.client import Client, Page

PAGE = 200  # what Slack recommends at most
#: Apps outside the Marketplace get at most so many messages, whatever they ask for.
CAP = 15
_ID = re.compile(r"[CGD][A-Z0-9]{6,}")
_USER = re.compile(r"[UW][A-Z0-9]{2,}")
#: Takes note of a gap over the window.
Note = Callable[[GapReason, str], None]
MakeEvidence = Callable[..., Evidence]


@dataclass
class Conversation:
    """A channel with what was read of it; `created` is an instant."""

    channel: Channel
    created: int
    items: list[ReceivedMessage] = field(default_factory=list)

    def timestamps(self) -> list[str]:
        """Return the readable ts of the items."""
        return [ts for ts, _ in self._read()]

    def oldest(self) -> int | None:
        """Return the earliest instant among the items."""
        return min((at for _, at in self._read()), default=None)

    def _read(self) -> list[tuple[str, int]]:
        found = []
        for item in self.items:
            try:
                ts, at = read_ts(item.message.get("ts") if isinstance(item.message, dict) else None)
            except UNREADABLE:
                continue
            found.append((ts, at.earliest or 0))
        return found


class Pages:
    """Reads pages into conversations; after a limit was hit, nothing more is asked."""

    def __init__(self, client: Client, evidence: MakeEvidence) -> None:
        self._client, self._evidence = client, evidence
        self.capped = False
        self.last_error: SourceError | None = None
        self._stopped: SourceError | None = None

    async def history(self, one: Conversation, start: int, end: int) -> SourceError | None:
        """Read the messages from `start` to `end`, newest first; return what stopped it."""
        asked = {"oldest": format_ts(start), "latest": format_ts(end), "inclusive": True}
        return await self._all("conversations.history", one, **asked)

    async def replies(self, one: Conversation, ts: str) -> SourceError | None:
        """Read a thread; its first message is taken only where history did not bring it."""
        return await self._all("conversations.replies", one, ts=ts)

    async def _all(self, method: str, one: Conversation, **asked: Any) -> SourceError | None:
        known = set(one.timestamps()) if "ts" in asked else set()

        async def ask(cursor: str | None, size: int) -> Page:
            if self._stopped:
                raise self._stopped
            return await self._client.page(method, channel=one.channel.id, limit=size, cursor=cursor, **asked)

        try:
            async for page in by_cursor(ask, _following, rows=partial(_rows, "messages"), size=PAGE):
                self._take(page, method, one, known)
        except SourceError as err:
            self.last_error = err
            if err.reason in {"rate_limited", "timed_out"}:
                self._stopped = err
            return err
        return None

    def _take(self, page: Page, method: str, one: Conversation, known: set[str]) -> None:
        messages = page.get("messages")
        if not isinstance(messages, list):
            raise SourceError("undecodable", f"Slack's answer to {method} has no messages")
        self.capped = self.capped or (0 < len(messages) <= CAP < PAGE and bool(page.get("has_more")))
        payload: Payload = page.payload
        query = f"{method} channel={one.channel.id}"
        for number, message in enumerate(messages):
            ts = str(message.get("ts")) if isinstance(message, dict) else ""
            if ts not in known:
                one.items.append(
                    ReceivedMessage(message, self._evidence(payload, f"/messages/{number}", query=query))
                )
            if method == "conversations.replies" and ts:
                known.add(ts)  # every page begins with the first message again


def _rows(name: str, page: Page) -> list[Any]:
    found = page.get(name)
    return found if isinstance(found, list) else []


def _following(page: Page) -> str | None:
    """Return the next cursor, None at the end; raise EndlessError where the paging cannot go on."""
    if not page.cursor and page.get("has_more"):
        raise EndlessError("Slack says that there is more but not where it goes on")
    return page.cursor or None


def restricted(error: SourceError) -> tuple[GapReason, str]:
    """Return reason and words for an app that Slack holds to 15 messages and one request a minute."""
    if error.reason not in {"rate_limited", "timed_out"}:
        return error.reason, str(error)
    return "restricted", (
        f"Slack holds this app to {CAP} messages a request and about one request a minute, as it does apps "
        "outside its Marketplace; a workspace export read with `slack_export` has the rest, or raise `time_cap`"
    )


def threads_to_read(one: Conversation, window: Window) -> tuple[list[str], int]:
    """Return the ts of the threads that may have replies in the window, and how many had their last before."""
    found: set[str] = set()
    quiet = 0
    for item in one.items:
        message = item.message
        root = _root(message) if isinstance(message, dict) else None
        if not isinstance(message, dict) or root is None:
            continue
        if root != str(message.get("ts")) or _alive(message, window):
            found.add(root)
        else:
            quiet += 1
    return sorted(found), quiet


def _root(message: dict[str, Any]) -> str | None:
    """Return the thread that a message is of: its own, where it has replies."""
    try:
        return read_ts(message.get("thread_ts") or (message.get("reply_count") and message.get("ts")))[0]
    except UNREADABLE:
        return None


def _alive(parent: dict[str, Any], window: Window) -> bool:
    try:
        posted = read_ts(parent.get("ts"))[1]
        last = read_ts(parent.get("latest_reply"))[1]
    except UNREADABLE:
        return True
    return last.latest >= window.start or posted.latest >= window.start


def users_of(facts: Iterable[Fact], origin: str) -> list[str]:
    """Return the ids of the users whom facts mention, without bots that have no user."""
    prefix = identity(origin, "")
    found = {i.removeprefix(prefix) for fact in facts for i in identities(fact) if i.startswith(prefix)}
    return sorted(u for u in found if _USER.fullmatch(u) and u != "USLACKBOT")


async def conversations(client: Client, wanted: tuple[str, ...], note: Note) -> list[Conversation]:
    """Find the wanted channels, by id or name; none wanted: those the app is a member of."""
    found: dict[str, Conversation] = {}
    for name in (n for n in wanted if _ID.fullmatch(n)):
        try:
            page = await client.page("conversations.info", channel=name)
        except SourceError as err:
            if err.reason in {"rate_limited", "timed_out", "unreachable"}:
                raise
            note(err.reason, f"Channel `{name}` was not read: {err}")
            continue
        _add(found, page.get("channel"), note)
    names = [n for n in wanted if not _ID.fullmatch(n)]
    if names or not wanted:
        await _by_name(client, names, found, note)
    return [found[key] for key in sorted(found)]


async def _by_name(client: Client, names: list[str], found: dict[str, Conversation], note: Note) -> None:
    listed, hidden = await _listed(client, note)
    known: dict[str, dict[str, Any]] = {}
    for one in listed:
        previous = one.get("previous_names")
        for name in [one.get("name"), *(previous if isinstance(previous, list) else [])]:
            if isinstance(name, str):
                known.setdefault(name, one)
    for name in names:
        if name in known:
            _add(found, known[name], note)
        else:
            where = "the workspace" + (" (the app may not list private channels)" if hidden else "")
            note("partial", no_such_channel(name, known, where))
    members = [] if names else [one for one in listed if one.get("is_member")]
    for one in members:
        _add(found, one, note)
    if not names and not members:
        note("restricted", "The app is a member of no channel: invite it, or name `channels`")


async def _listed(client: Client, note: Note) -> tuple[list[dict[str, Any]], bool]:
    """Return the channels that the app may list, and whether private ones are hidden from it."""
    from collectors.slack.client import RefusalError

    try:
        return await _list(client, "public_channel,private_channel", note), False
    except RefusalError as err:
        if err.error != "missing_scope":
            raise
    return await _list(client, "public_channel", note), True


async def _list(client: Client, types: str, note: Note) -> list[dict[str, Any]]:
    channels: list[dict[str, Any]] = []

    async def ask(cursor: str | None, size: int) -> Page:
        return await client.page("conversations.list", types=types, limit=size, cursor=cursor)

    try:
        async for page in by_cursor(ask, _following, rows=partial(_rows, "channels"), size=PAGE):
            listed = page.get("channels")
            channels += [c for c in listed if isinstance(c, dict)] if isinstance(listed, list) else []
    except EndlessError as err:
        note(err.reason, f"The channels were not all listed: {err}")
    return channels


def _add(found: dict[str, Conversation], one: object, note: Note) -> None:
    if not isinstance(one, dict) or not isinstance(one.get("id"), str):
        note("undecodable", "A channel was not read: Slack's record of it has no id")
        return
    # Direct messages have no name of their own, and a group's is made of people's names.
    direct = one.get("is_im") or one.get("is_mpim")
    name = one.get("name")
    created = one.get("created")
    channel = Channel(one["id"], name if isinstance(name, str) and not direct else None)
    found.setdefault(channel.id, Conversation(channel, created * NS if isinstance(created, int) else 0))
