"""What messages of Teams say, as clean text in which people are marked; pure."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

from collectors.kit import fields
from collectors.kit.fields import string
from collectors.kit.people import People
from collectors.kit.texts.html import html_text
from collectors.teams.cards import attached
from timeline.text import PERSON_CLOSE, PERSON_OPEN, clean, mention

_MARK = re.compile(f"({PERSON_OPEN}[^{PERSON_OPEN}{PERSON_CLOSE}]*{PERSON_CLOSE})")
_EVENT = "EventMessageDetail"
_CAPITAL = re.compile(r"(?<=[a-z0-9])(?=[A-Z])")
#: What ends the names of members of an event that are words or measures of it.
_TOLD = ("displayname", "description", "tabname", "callduration", "calleventtype")
#: Kinds of identity in the order they are looked at, and whether one is a program.
_KINDS = (("user", False), ("application", True), ("device", True))


class Users:
    """Those who write or are named, by their ids in the directory, under the names that messages give them."""

    def __init__(self) -> None:
        self.people = People()

    def of(self, identities: Any, *names: object) -> tuple[str | None, bool]:
        """Return the identity of a set of them (`from`, `mentioned`), and whether it is a program; None: nobody's."""
        for kind, is_program in _KINDS:
            if own := fields.text(identities, f"{kind}.id"):
                name = fields.at(identities, f"{kind}.displayName")
                return self.people.add(f"teams:{clean(own)}", name, *names, bot=is_program), is_program
        return None, False

    def name(self, own: str, user: Any) -> None:
        """Take what the directory says of a user."""
        first, last = fields.text(user, "givenName"), fields.text(user, "surname")
        names = (fields.text(user, "displayName"), f"{first} {last}".strip())
        self.people.add(f"teams:{clean(own)}", *names)

    def nameless(self) -> list[str]:
        """Return the ids of those whom nobody named."""
        return sorted(
            person.identity.removeprefix("teams:")
            for person in self.people
            if not person.names and not person.bot
        )


def text_of(message: Mapping[str, Any], users: Users) -> str:
    """Return what a message says: its subject, its words, and what is attached."""
    body = string(fields.at(message, "body.content"))
    if fields.at(message, "body.contentType") == "text":
        words = clean(body)
    else:
        mentions = _mentions(message, users)

        def replace(tag: str, attributes: Mapping[str, str]) -> str | None:
            return mentions.get(attributes.get("id", "")) if tag == "at" else None

        words = html_text(body, replace=replace)
    shown = [attached(one) for one in fields.many(message, "attachments") if isinstance(one, dict)]
    parts = (clean(string(message.get("subject"))), _once(words), *shown)
    return "\n".join(part.strip("\n") for part in parts if part.strip())


def _mentions(message: Mapping[str, Any], users: Users) -> dict[str, str]:
    """Return the marks of people by the numbers of their mentions; those of a channel, team or tag are words."""
    marks = {}
    for one in fields.many(message, "mentions"):
        identity, _ = users.of(fields.at(one, "mentioned"), fields.at(one, "mentionText"))
        if identity:
            marks[fields.text(one, "id")] = mention(identity)
    return marks


def _once(text: str) -> str:
    """Return a text in which a person is marked once where each part of the name is a mention of its own."""
    parts = _MARK.split(text)
    for place in range(3, len(parts), 2):
        if parts[place] == parts[place - 2] and not parts[place - 1].strip(" \xa0"):
            parts[place - 2] = parts[place - 1] = ""
    return "".join(parts)


def system_type(message: Mapping[str, Any]) -> str | None:
    """Return the type of a message that Teams itself wrote (`call_ended`); None of one of people."""
    kind = string(message.get("messageType"))
    detail = string(fields.at(message, "eventDetail.@odata.type")).rpartition(".")[2].removesuffix(_EVENT)
    own = detail or ("" if kind in {"", "message"} else kind)
    return _CAPITAL.sub("_", own).lower()[:60] or None


def event_text(message: Mapping[str, Any], users: Users) -> str:
    """Return what an event says: new names and descriptions, and whom it is about."""
    detail = message.get("eventDetail")
    if not isinstance(detail, dict):
        return ""
    told = [
        clean(value)
        for name, value in detail.items()
        if isinstance(value, str) and name.lower().endswith(_TOLD)
    ]
    return "\n".join([*(one for one in told if one.strip()), *_members(detail, users)])


def _members(detail: Mapping[str, Any], users: Users) -> Iterator[str]:
    sets = [{"user": one} for one in fields.many(detail, "members")]
    sets += [fields.at(one, "participant") for one in fields.many(detail, "callParticipants")]
    marks = [mention(identity) for one in sets if (identity := users.of(one)[0])]
    if marks:
        yield ", ".join(dict.fromkeys(marks))
