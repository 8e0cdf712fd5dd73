"""Messages of a chat as facts: posted, edited, deleted, in threads, as answers, and by the system itself."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

from timeline.canonical import Json, short_id
from timeline.facts import fact
from timeline.instant import Bounds
from timeline.kinds import Kind
from timeline.model import Evidence, Fact, Quote, Related, Subject
from timeline.statements import Name

_WORD = re.compile(r"\w+")
#: How a message stands to another one.
ANSWERS, EDITS, DELETES = "reply to", "edit of", "deletion of"


def has_words_of(text: str, other: str) -> bool:
    """Tell whether a text has all words of another one in its order, whatever marks stand between them.

    A message comes in two forms, of which one may stand in for the other.
    """
    words = iter(_WORD.findall(text.casefold()))
    return all(word in words for word in _WORD.findall(other.casefold()))


@dataclass(frozen=True, kw_only=True)
class Message:
    """What happened to a message: `key` is the record's own, `author` whoever posted, edited or deleted it.

    `at` is the time that `means` names, by `clock`; `thread` the key of the thread it is in, or begins.
    """

    key: Json
    at: Bounds
    means: str
    clock: str
    thread: str
    evidence: Evidence
    author: str | None = None
    text: Quote | None = None
    related: tuple[Related, ...] = ()
    # Of one that was posted, as it is now:
    in_thread: bool = False
    is_edited: bool = False
    is_bot: bool = False
    is_pinned: bool = False
    is_deleted: bool = False
    reactions: int = 0
    system: str | None = None  # the type of a message that the system itself wrote

    def labels(self) -> dict[str, str]:
        """Return what else is known of a posted message."""
        flags = {"bot": self.is_bot, "pinned": self.is_pinned, "deleted": self.is_deleted}
        known = {name: "true" for name, is_so in flags.items() if is_so}
        if self.system:
            known["system"] = self.system
        if self.reactions:
            known["reactions"] = str(self.reactions)
        return known


@dataclass(frozen=True)
class Channel:
    """A channel or room of the system `origin`, under the name people see, else under its id.

    `is_known` tells that it is not only we who do not know its name.
    """

    origin: str
    source: str
    label: str
    is_known: bool = True

    def posted(self, message: Message) -> Fact:
        """Make the fact of a message, whose text is as it is now."""
        names: dict[str, Name] = {
            "reply": 1 if message.in_thread else None, "system": message.system, "edited": 1 if message.is_edited else None,
        }  # fmt: skip
        return self._fact("chat.message", message, names, message.labels())

    def edited(self, message: Message) -> Fact:
        """Make the fact of an edit; the text is the new one."""
        return self._fact("chat.edited", message, {}, {})

    def deleted(self, message: Message, *, dated: bool = True) -> Fact:
        """Make the fact of a deletion; one that is not `dated` stands where the message was posted."""
        return self._fact("chat.deleted", message, {"posted": None if dated else 1}, {})

    def relation(self, key: Json, rule: str) -> Related:
        """Return how a message stands to the posted one of this key (ANSWERS, EDITS, DELETES)."""
        return Related(fact=short_id("f", [1, self.origin, "chat.message", key]), rule=rule)

    def _fact(
        self, kind: Kind, message: Message, names: Mapping[str, Name], labels: Mapping[str, str]
    ) -> Fact:
        return fact(
            kind, origin=self.origin, key=message.key, at=message.at, time_means=message.means, clock=message.clock,
            source=self.source, names={"actor": message.author, "channel": self.label, **names}, actor=message.author,
            quote=message.text, evidence=[message.evidence], related=message.related, thread=message.thread,
            subject=Subject(component=self.label if self.is_known else None, labels=dict(sorted({"channel": self.label, **labels}.items()))),
        )  # fmt: skip
