"""Messages of Teams as facts: posted, edited, deleted, in threads, and events of a channel; pure."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from collectors.kit import chat, fields
from collectors.kit.fields import UnreadableError
from collectors.kit.links import web
from collectors.teams.cards import quoted_message
from collectors.teams.text import Users, event_text, system_type, text_of
from timeline.facts import quote_marked, thread_key
from timeline.instant import Bounds
from timeline.model import Evidence, Fact

CLOCK = "teams"


class ConversationReader:
    """Makes facts of the messages of a channel or a chat, under its id and the name that people see."""

    def __init__(self, origin: str, source: str, own: str, label: str, users: Users) -> None:
        self._own, self._users = own, users
        self._channel = chat.Channel(origin, source, label)

    def facts(self, message: Any, evidence: Evidence) -> Iterator[Fact]:
        """Yield what happened to a message; raise UnreadableError."""
        if not isinstance(message, dict):
            raise UnreadableError("it is no object")
        own, created = fields.required(message, "id"), fields.time(message, "createdDateTime")
        edited, deleted = _later(message, "lastEditedDateTime"), _later(message, "deletedDateTime")
        system = system_type(message)
        author, is_program = self._users.of(message.get("from"))
        if author is None:
            author, is_program = self._users.of(fields.at(message, "eventDetail.initiator"))
        words = event_text(message, self._users) if system else text_of(message, self._users)
        text = None if deleted else quote_marked(words)
        root = fields.text(message, "replyToId")
        common: dict[str, Any] = {
            "clock": CLOCK, "thread": thread_key("teams", self._own, root or own), "author": author,
            "evidence": evidence.replace(link=web(message.get("webUrl"))),
        }  # fmt: skip
        key = [self._own, own]
        posted = chat.Message(
            key=key, at=created, means="createdDateTime", text=text, in_thread=bool(root), is_edited=edited is not None,
            is_bot=is_program, is_deleted=deleted is not None, reactions=len(fields.many(message, "reactions")),
            system=system, related=tuple(self._answers(message)), **common,
        )  # fmt: skip
        yield self._channel.posted(posted)
        if edited and not deleted:
            relation = (self._channel.relation(key, chat.EDITS),)
            edit = [*key, "lastEditedDateTime", edited.latest]
            yield self._channel.edited(
                chat.Message(
                    key=edit, at=edited, means="lastEditedDateTime", text=text, related=relation, **common
                )
            )
        if deleted:
            # Who deleted it, the API does not say.
            relation = (self._channel.relation(key, chat.DELETES),)
            gone = chat.Message(
                key=key, at=deleted, means="deletedDateTime", related=relation, **{**common, "author": None}
            )
            yield self._channel.deleted(gone)

    def _answers(self, message: dict[str, Any]) -> Iterator[Any]:
        for one in fields.many(message, "attachments"):
            if isinstance(one, dict) and (other := quoted_message(one)):
                yield self._channel.relation([self._own, other], chat.ANSWERS)


def _later(message: Any, member: str) -> Bounds | None:
    """Return the time of an edit or a deletion; None where there was none. Raises UnreadableError."""
    return fields.time(message, member) if fields.nullable(message, member) else None
