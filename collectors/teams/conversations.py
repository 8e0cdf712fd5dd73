"""Which channels and chats of Teams are meant: by their ids, or by the links that Teams gives of them; pure."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import NamedTuple
from urllib.parse import parse_qs, quote, unquote, urlsplit

from collectors.base import SourceError
from timeline.text import code

_THREAD = re.compile(r"[0-9]{2}:[^\s/?#]{1,200}@(?:thread\.(?:tacv2|skype|v2)|unq\.gbl\.spaces)")
_TEAM = re.compile(r"[0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}")
_HOSTS = ("teams.microsoft.com", "teams.cloud.microsoft", "teams.microsoft.us")


class Conversation(NamedTuple):
    """A channel of a team, by the channel's id or name; a chat has no team. `name` is as people see it, where known."""

    team: str
    channel: str
    name: str = ""

    @property
    def has_id(self) -> bool:
        """Whether it is named by its id."""
        return bool(_THREAD.fullmatch(self.channel))

    @property
    def path(self) -> str:
        """The path of its resource."""
        own = quote(self.channel, safe="")
        return f"teams/{self.team}/channels/{own}" if self.team else f"chats/{own}"


def is_conversation(text: str) -> bool:
    """Tell whether a text names a channel or a chat of Teams."""
    try:
        read(text)
    except SourceError:
        return False
    return True


def named(wanted: Iterable[str]) -> list[Conversation]:
    """Return conversations, each once; raise SourceError where a text names none."""
    return list(dict.fromkeys(read(text) for text in wanted))


def read(text: str) -> Conversation:
    """Read `TEAM/CHANNEL` (ids; a channel also by its name), a chat's id, or a link that Teams gives; raise SourceError."""
    text = text.strip()
    if text.startswith("https://"):
        return _linked(text)
    if _THREAD.fullmatch(text):
        return Conversation("", text)
    team, _, channel = text.partition("/")
    if _TEAM.fullmatch(team) and channel.strip():
        return Conversation(team.lower(), channel.strip())
    raise SourceError(
        "partial", f"{code(text)} is no channel: write TEAM_ID/CHANNEL, a chat's id, or the link that Teams gives"
    )  # fmt: skip


def _linked(text: str) -> Conversation:
    try:
        parts = urlsplit(text)
    except ValueError:
        parts = urlsplit("")
    ways = [unquote(one) for one in parts.path.strip("/").split("/")]
    if parts.hostname in _HOSTS and len(ways) >= 3 and ways[0] == "l" and _THREAD.fullmatch(ways[2]):
        if ways[1] == "chat":
            return Conversation("", ways[2])
        team = parse_qs(parts.query).get("groupId", [""])[0]
        if ways[1] in {"channel", "message"} and _TEAM.fullmatch(team):
            name = ways[3] if ways[1] == "channel" and len(ways) > 3 else ""
            return Conversation(team.lower(), ways[2], name)
    raise SourceError("partial", f"{code(text)} is no link to a channel or a chat of Teams")
