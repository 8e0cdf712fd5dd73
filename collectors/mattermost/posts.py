"""The posts of a Mattermost channel as facts, and the people in them; pure."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from collectors.kit import chat, fields
from collectors.kit.fields import UnreadableError
from collectors.kit.people import People, quoted
from timeline.facts import thread_key
from timeline.instant import Bounds
from timeline.model import Evidence, Fact, Quote

#: A username behind `@`, which may hold dots, dashes and underscores, and ends in none of them.
MENTION = re.compile(r"(?<![\w@/`.])@([a-z0-9](?:[a-z0-9._-]{0,62}[a-z0-9_])?)(?![\w/@-])")
_CHANNEL_WIDE = frozenset({"all", "channel", "here"})
_TYPE = re.compile(r"(?:system|custom)_([a-z0-9_]{1,60})")
_MS = 1_000_000  # ns
CLOCK = "mattermost"


class Users:
    """The users of a server, as it describes them; those whom nobody described are known by their id."""

    def __init__(self, origin: str) -> None:
        self._origin = origin
        self._by_name: dict[str, str] = {}
        self.people = People()

    def identity(self, user: str) -> str:
        """Return the identity of a user by id."""
        return self.people.add(f"mattermost:{self._origin}:{user}")

    def add(self, user: Any) -> None:
        """Take what the server says of a user; raise UnreadableError."""
        identity = self.identity(fields.required(user, "id"))
        name = fields.text(user, "username")
        first, last = fields.text(user, "first_name"), fields.text(user, "last_name")
        names = (name, fields.text(user, "nickname"), f"{first} {last}".strip(), last)
        self.people.add(identity, *names, bot=user.get("is_bot") is True)
        self._by_name[name] = identity

    def quote(self, text: str) -> Quote | None:
        """Return a text in which users are marked by whom it names with `@`."""
        return quoted(text, MENTION, self._named)

    def _named(self, login: str) -> str:
        return self._by_name.get(login) or self.people.add(f"mattermost:{self._origin}:@{login}", login)


def mentioned(post: Any) -> set[str]:
    """Return the usernames that a post names."""
    return set(MENTION.findall(fields.text(post, "message"))) - _CHANNEL_WIDE


class ChannelReader:
    """Makes facts of a channel's posts; `site` is the address that people open."""

    def __init__(self, origin: str, source: str, label: str, site: str, users: Users) -> None:
        self._origin, self._site, self._users = origin, site.rstrip("/"), users
        self._channel = chat.Channel(origin, source, label)

    def facts(self, post: Any, evidence: Evidence) -> Iterator[Fact]:
        """Yield what happened to a post; raise UnreadableError."""
        if not isinstance(post, dict):
            raise UnreadableError("it is no object")
        if fields.text(post, "original_id"):
            return  # the former words of a post that was edited
        own, created = fields.required(post, "id"), fields.time(post, "create_at", unit="ms")
        edited, deleted = _later(post, "edit_at"), _later(post, "delete_at")
        user = fields.required(post, "user_id")
        props = post.get("props")
        by_program = isinstance(props, dict) and any(
            str(props.get(n)) == "true" for n in ("from_webhook", "from_bot")
        )
        text = None if deleted else self._users.quote(fields.text(post, "message"))
        root = fields.text(post, "root_id")
        common: dict[str, Any] = {
            "clock": CLOCK, "thread": thread_key("mattermost", self._origin, root or own), "author": self._users.identity(user),
            "evidence": evidence.replace(link=f"{self._site}/_redirect/pl/{own}"),
        }  # fmt: skip
        kind = _TYPE.fullmatch(fields.text(post, "type"))
        posted = chat.Message(
            key=[own], at=created, means="create_at", text=text, in_thread=bool(root), is_edited=edited is not None,
            is_bot=by_program, is_pinned=post.get("is_pinned") is True, is_deleted=deleted is not None,
            reactions=len(fields.many(post, "metadata.reactions")), system=kind[1] if kind else None, **common,
        )  # fmt: skip
        yield self._channel.posted(posted)
        relation = (self._channel.relation([own], chat.EDITS),)
        if edited and not deleted:
            key = [own, "edit_at", edited.latest]
            yield self._channel.edited(
                chat.Message(key=key, at=edited, means="edit_at", text=text, related=relation, **common)
            )
        if deleted:
            # Who deleted it, the API does not say.
            relation = (self._channel.relation([own], chat.DELETES),)
            gone = chat.Message(
                key=[own], at=deleted, means="delete_at", related=relation, **{**common, "author": None}
            )
            yield self._channel.deleted(gone)


def _later(post: Any, member: str) -> Bounds | None:
    """Return the time of an edit or a deletion; 0 where there was none. Raises UnreadableError."""
    return fields.time(post, member, unit="ms") if fields.number(post, member) else None
