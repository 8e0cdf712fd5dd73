"""Messages of any chat: one form of facts, whose ids come from the message's own key."""

from __future__ import annotations

import dataclasses

from collectors.kit.chat import ANSWERS, EDITS, Channel, Message
from timeline.facts import quote, thread_key
from timeline.instant import NS, precise
from timeline.model import Evidence

CHANNEL = Channel("irc.example", "chat", "#inc-42")
MESSAGE = Message(
    key=["m1"], at=precise(NS, NS), means="time", clock="irc", thread=thread_key("irc", "m1"),
    evidence=Evidence(source="chat"), author="irc:ada", text=quote("Rolling back"),
)  # fmt: skip


def test_a_plain_message_has_no_more_than_its_channel() -> None:
    fact = CHANNEL.posted(MESSAGE)
    assert (fact.kind, fact.actor, fact.thread) == ("chat.message", "irc:ada", MESSAGE.thread)
    assert fact.subject.labels == {"channel": "#inc-42"}
    assert fact.statement.endswith("in `#inc-42`")


def test_what_else_is_known_is_said_and_labelled() -> None:
    more = dataclasses.replace(
        MESSAGE, in_thread=True, is_edited=True, is_bot=True, is_pinned=True, is_deleted=True, reactions=3, system="join",
    )  # fmt: skip
    fact = CHANNEL.posted(more)
    assert fact.statement.startswith("A `join` message was posted by ")
    assert fact.statement.endswith("in `#inc-42`, in a thread; its text is as edited later")
    assert fact.subject.labels == {
        "bot": "true", "channel": "#inc-42", "deleted": "true", "pinned": "true", "reactions": "3", "system": "join",
    }  # fmt: skip


def test_an_edit_and_a_deletion_point_to_their_message_and_keep_its_labels_to_it() -> None:
    posted = CHANNEL.posted(MESSAGE)
    edit = dataclasses.replace(
        MESSAGE, key=["m2"], is_pinned=True, related=(CHANNEL.relation(["m1"], EDITS),)
    )
    assert [r.fact for r in CHANNEL.edited(edit).related] == [posted.id]
    assert CHANNEL.edited(edit).subject.labels == {"channel": "#inc-42"}
    assert CHANNEL.relation(["m1"], ANSWERS).fact == posted.id
    by_nobody = dataclasses.replace(MESSAGE, author=None, text=None)
    assert CHANNEL.deleted(by_nobody).statement == "A message was deleted in `#inc-42`; its text is not known"
    undated = CHANNEL.deleted(by_nobody, dated=False).statement
    assert undated == "A message posted at this time was later deleted in `#inc-42`; its text is not known"
