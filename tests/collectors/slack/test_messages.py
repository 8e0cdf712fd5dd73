"""The parsing that the API and the export share: times, markup, events, and anything at all."""

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from collectors.kit.fields import UnreadableError
from collectors.slack.messages import (
    Channel,
    Parsed,
    ReceivedMessage,
    WorkspaceReader,
    format_ts,
    in_window,
    read_ts,
)
from collectors.slack.people import Directory
from collectors.slack.read import Conversation, threads_to_read
from collectors.slack.text import decode, markup
from timeline.facts import thread_key
from timeline.instant import NS, Bounds, parse_instant
from timeline.model import Evidence, Fact, Window
from timeline.text import PERSON_CLOSE, PERSON_OPEN, mention
from timeline.wire import encode

AT = parse_instant("2026-11-21T14:00:00Z")
TS = "1795269600.123456"
OPS = Channel("C1", "ops")


def read(*messages: object, users: tuple[dict[str, Any], ...] = (), channel: Channel = OPS) -> Parsed:
    """Parse messages of a channel."""
    directory = Directory()
    for user in users:
        directory.add(user)
    items = [
        ReceivedMessage(m, Evidence(source="s", payload="0" * 64, pointer=f"/{n}"))
        for n, m in enumerate(messages)
    ]
    return WorkspaceReader("T1", "s", directory, "https://acme.slack.com/").read(channel, items)


def one(message: dict[str, Any], **more: Any) -> Fact:
    """Parse one message that gives one fact."""
    parsed = read({"type": "message", "ts": TS, **message}, **more)
    assert not parsed.undecodable
    (found,) = parsed.facts
    return found


def text(markup: str) -> str:
    """Decode markup, person marks shown as {id}."""
    decoded = decode(markup, lambda user: user).text
    return decoded.replace(PERSON_OPEN, "{").replace(PERSON_CLOSE, "}")


@pytest.mark.parametrize(
    ("ts", "bounds"),
    [
        ("1795269600.123456", Bounds(AT + 123_456_000, AT + 123_456_999)),
        ("1795269600.000000", Bounds(AT, AT + 999)),
        ("1795269600", Bounds(AT, AT + NS - 1)),
        (1795269600, Bounds(AT, AT + NS - 1)),
        ("1795269600.5", Bounds(AT + NS // 2, AT + NS // 2 + NS // 10 - 1)),
    ],
)
def test_a_ts_has_the_precision_it_shows(ts: object, bounds: Bounds) -> None:
    assert read_ts(ts) == (str(ts), bounds)


@pytest.mark.parametrize(
    "ts", [None, "", "abc", "12.", ".5", "-1.5", "1795269600.1234567890", "1e9", True, [], "٣.١", float("nan")]
)  # fmt: skip
def test_what_is_no_ts_is_refused(ts: object) -> None:
    with pytest.raises(UnreadableError):
        read_ts(ts)


@given(st.integers(0, 4_000_000_000_000_000))
def test_a_ts_is_written_as_it_was_read(micros: int) -> None:
    written = format_ts(micros * 1000)
    assert read_ts(written) == (written, Bounds(micros * 1000, micros * 1000 + 999))


@pytest.mark.parametrize(
    ("source", "plain"),
    [
        ("<@U12> and <@W34|bob> hi", "{U12} and {W34} hi"),
        ("see <#C1|ops> or <#C99>", "see #ops or #C99"),
        ("<!here> <!channel> <!everyone>", "@here @channel @everyone"),
        ("<!subteam^S1|@sre> <!subteam^S2>", "@sre @S2"),
        ("<!date^1392734382^{date}|18 Feb 2014>", "18 Feb 2014"),
        ("<https://a.example/x?a=1&amp;b=2>", "https://a.example/x?a=1&b=2"),
        ("<https://a.example/x|the board>", "the board (https://a.example/x)"),
        ("<https://a.example|a.example>", "https://a.example"),
        ("<mailto:a@b.example|a@b.example>", "a@b.example"),
        ("p99 &lt; 1 &amp;&amp; x &gt; 2", "p99 < 1 && x > 2"),
        ("&amp;lt; stays escaped once", "&lt; stays escaped once"),
        ("&#xe000;U1&#xe001; &#1;", "&#xe000;U1&#xe001; &#1;"),  # only three entities exist
        (f"{PERSON_OPEN}U666{PERSON_CLOSE}\x00", "U666"),  # our own marks never come from outside
        ("a < b > c <T> <>", "a < b > c <T> <>"),
        ("line\r\nnext", "line\nnext"),
    ],
)
def test_markup_becomes_plain_text(source: str, plain: str) -> None:
    assert text(source) == plain


def test_a_message_without_text_says_its_attachments_or_blocks() -> None:
    firing = {
        "pretext": "Firing",
        "title": "HighLatency",
        "text": "p99",
        "fields": [{"title": "job", "value": "shop"}],
    }
    assert markup({"text": "", "attachments": [firing]}) == "Firing\nHighLatency\np99\njob: shop"
    assert markup({"text": "", "attachments": [{"fallback": "fires"}]}) == "fires"
    assert markup({"text": "look <u>", "attachments": [{"from_url": "u", "text": "a page"}]}) == "look <u>"
    rich = {"type": "rich_text", "elements": [{"type": "rich_text_section", "elements": [
        {"type": "user", "user_id": "U1"}, {"type": "text", "text": " a<b "}, {"type": "emoji", "name": "fire"},
        {"type": "link", "url": "https://x.example", "text": "board"}, {"type": "channel", "channel_id": "C9"},
        {"type": "broadcast", "range": "here"}]}]}  # fmt: skip
    header = {"type": "header", "text": {"type": "plain_text", "text": "Deploy"}}
    assert (
        text(markup({"blocks": [header, rich]})) == "Deploy\n{U1} a<b :fire:board (https://x.example)#C9@here"
    )
    assert (
        markup({"text": "see", "files": [{"name": "a.png"}, {"mode": "tombstone"}]})
        == "see\n(file: a.png)\n(a file, deleted)"
    )


def test_a_deep_tree_ends() -> None:
    node: dict[str, Any] = {"type": "plain_text", "text": "deep"}
    for _ in range(500):
        node = {"type": "section", "elements": [node]}
    assert "deep" not in markup({"blocks": [node]})


def test_identity_and_thread_come_from_team_channel_and_ts() -> None:
    found = one({"user": "U1", "text": "x"})
    again = one({"user": "U1", "text": "other words", "thread_ts": TS, "reply_count": 1})
    assert found.id == again.id
    assert found.id != one({"user": "U1", "text": "x"}, channel=Channel("C2", "ops")).id
    assert found.thread == again.thread == thread_key("slack", "T1", "C1", TS)
    assert found.evidence[0].link == "https://acme.slack.com/archives/C1/p1795269600123456"


@pytest.mark.parametrize(
    ("message", "actor", "bot"),
    [
        ({"user": "U1"}, "U1", False),
        ({"user": "U9", "bot_id": "B1"}, "U9", True),  # unknown user, posted by an app
        ({"user": "U1", "bot_id": "B1"}, "U1", False),  # a person, through an app
        ({"user": "U2", "bot_id": "B1"}, "U2", True),
        ({"bot_id": "B1", "subtype": "bot_message", "username": "alarm"}, "B1", True),
        ({"subtype": "bot_message", "username": "alarm"}, "bot:alarm", True),
        ({"user": "USLACKBOT"}, "USLACKBOT", True),
        ({"comment": {"user": "U1"}, "subtype": "file_comment"}, "U1", False),
    ],
)
def test_who_wrote_it(message: dict[str, Any], actor: str, bot: bool) -> None:
    users = ({"id": "U1", "name": "ada"}, {"id": "U2", "name": "alarm", "is_bot": True})
    found = one({"text": "x", **message}, users=users)
    assert found.actor == f"slack:T1:{actor}"
    assert found.subject.labels.get("bot") == "true" or not bot


def test_nobody_wrote_it() -> None:
    found = one({"text": "x"})
    assert (found.actor, found.statement) == (None, "A message was posted in `#ops`")


def test_a_system_message_names_its_kind() -> None:
    found = one({"user": "U1", "subtype": "channel_topic", "text": "set the topic: x"})
    assert found.statement == f"A `channel_topic` message was posted by {mention('slack:T1:U1')} in `#ops`"
    assert found.subject.labels["system"] == "channel_topic"
    assert "`system` message" in one({"subtype": "Because! it `broke`"}).statement


def test_pins_and_reactions_are_kept() -> None:
    counted = [
        {"name": "a", "count": 2},
        {"name": "b", "count": 3},
        "?",
        {"count": "7"},
        {"count": "x"},
        {"count": True},
    ]
    assert dict(one({"reactions": counted}).subject.labels)["reactions"] == "12"
    assert dict(one({"pinned_to": ["C1"]}).subject.labels)["pinned"] == "true"
    assert dict(one({}, channel=Channel("C1", "ops", frozenset({TS}))).subject.labels)["pinned"] == "true"


def test_logged_changes_and_deletions_carry_their_own_time() -> None:
    message = {
        "type": "message",
        "user": "U1",
        "text": "after",
        "ts": TS,
        "edited": {"user": "U1", "ts": "1795269700.000000"},
    }
    change = {
        "subtype": "message_changed",
        "ts": "1795269700.000300",
        "message": message,
        "previous_message": {"text": "before"},
    }
    deletion = {
        "subtype": "message_deleted",
        "ts": "1795269800.000400",
        "deleted_ts": TS,
        "previous_message": message,
    }
    parsed = read(message, change, deletion)
    kinds = {f.id: f.kind for f in parsed.facts}
    assert sorted(kinds.values()) == ["chat.deleted", "chat.edited", "chat.message"]
    (gone,) = (f for f in parsed.facts if f.kind == "chat.deleted")
    assert (gone.time_means, gone.earliest) == ("ts of the deletion", AT + 200 * NS + 400_000)
    assert gone.statement == "A message was deleted in `#ops`; its text is not known"
    assert gone.thread == thread_key("slack", "T1", "C1", TS)
    edits = [f.content() for f in parsed.facts if f.kind == "chat.edited"]
    assert edits[0] == edits[1]


def test_a_logged_deletion_counts_before_its_tombstone() -> None:
    grave = {
        "subtype": "tombstone",
        "ts": TS,
        "thread_ts": TS,
        "user": "USLACKBOT",
        "text": "This message was deleted.",
    }
    logged = {"subtype": "message_changed", "ts": "1795269800.000400", "message": grave}
    (gone,) = read(grave, logged).facts
    assert gone.time_means == "ts of the deletion"


def test_a_deletion_is_of_one_message_for_the_record_and_for_the_words() -> None:
    said = {"user": "U1", "text": "hunter2", "ts": TS}
    logged = {
        "subtype": "message_deleted",
        "ts": "1795269800.000400",
        "previous_message": "odd",
        "original": {"ts": TS},
    }
    assert sorted((f.kind, f.quote) for f in read(said, logged).facts) == [
        ("chat.deleted", None),
        ("chat.message", None),
    ]
    (unread,) = read(said, {**logged, "original": {"ts": "odd"}}).undecodable
    assert unread[1] == "it has no readable ts"


def test_an_unfurl_is_no_edit() -> None:
    unfurled = {"subtype": "message_changed", "ts": "1795269800.000400", "message": {"ts": TS, "text": "x"}}
    assert read(unfurled).facts == []
    assert read({"subtype": "message_changed", "ts": TS, "message": {"text": "no ts"}}).undecodable


def test_only_threads_alive_in_the_window_are_kept() -> None:
    window = Window(start=AT, end=AT + 60 * NS)
    before, root, reply = "1795269000.000001", "1795269000.000002", "1795269610.000003"
    parsed = read(
        {"ts": before},
        {"ts": root},
        {"ts": reply, "thread_ts": root},
        {"ts": "1795269700.0", "thread_ts": root},
    )
    assert [f.evidence[0].pointer for f in in_window(parsed.facts, window)] == ["/1", "/2", "/3"]


def test_names_in_quotes_make_people_known() -> None:
    users = [
        {"id": "U1", "name": "ada", "profile": {"real_name": "Ada Byron"}},
        {"id": "U2", "name": "will", "profile": {"display_name": "Will", "email": "will@acme.example"}},
        {"id": "U3", "name": "mark", "real_name": "Mark Down"},
        {"id": "U4", "name": "rob", "is_bot": True},
        {"id": "U5", "name": "zoe9", "real_name": "Zoe"},
    ]
    directory = Directory()
    for user in users:
        directory.add(user)

    def named(words: str) -> set[str]:
        parsed = WorkspaceReader("T1", "s", directory).read(
            OPS, [ReceivedMessage({"ts": TS, "text": words}, Evidence(source="s"))]
        )
        return {p.identity.removeprefix("slack:T1:") for p in directory.people(parsed.facts, "T1")}

    assert named("I will mark it, rob") == set()
    assert named("ask @will, or ADA BYRON") == {"U1", "U2"}
    assert named("Will and Zoe know; zoellner does not") == {"U2", "U5"}
    assert named("mail will@acme.example") == {"U2"}


_JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20) | st.sampled_from([TS, "U1", "<@U1>", ""]),
    lambda children: st.lists(children, max_size=4) | st.dictionaries(
        st.sampled_from(["ts", "text", "user", "type", "elements", "name", "fields", "count", "users", "id"]) | st.text(max_size=5),
        children, max_size=4,
    ),
    max_leaves=12,
)  # fmt: skip
_FIELDS = (
    "ts", "thread_ts", "text", "user", "bot_id", "username", "subtype", "edited", "attachments", "blocks", "files",
    "reactions", "pinned_to", "message", "previous_message", "original", "deleted_ts", "latest_reply", "comment",
    "user_profile", "bot_profile",
)  # fmt: skip
_SUBTYPES = st.sampled_from(
    ["message_changed", "message_deleted", "tombstone", "channel_join", "bot_message"]
)
_MESSAGE = st.fixed_dictionaries(
    {}, optional={name: _JSON | (_SUBTYPES if name == "subtype" else st.just(TS)) for name in _FIELDS}
)


@settings(max_examples=300, deadline=None)
@given(st.lists(_MESSAGE | _JSON, max_size=5))
def test_anything_is_read_or_counted(messages: list[Any]) -> None:
    parsed = read(*messages)
    assert len(parsed.undecodable) <= len(messages)
    pointers = {f.evidence[0].pointer for f in parsed.facts} | {e.pointer for e, _ in parsed.undecodable}
    silent = [n for n in range(len(messages)) if f"/{n}" not in pointers]
    # Only a logged change that changed no text, and a tombstone with a logged deletion, say nothing.
    assert all(messages[n].get("subtype") in {"message_changed", "tombstone"} for n in silent)
    for found in parsed.facts:
        assert encode(found)
        assert found.earliest is not None
        assert found.earliest <= found.latest


@settings(max_examples=200, deadline=None)
@given(st.lists(_MESSAGE | _JSON, max_size=5), st.lists(_JSON, max_size=3))
def test_anything_can_be_paged_and_anybody_described(messages: list[Any], users: list[Any]) -> None:
    items = [ReceivedMessage(m, Evidence(source="s")) for m in messages]
    conversation = Conversation(OPS, 0, items)
    window = Window(start=AT, end=AT + 60 * NS)
    assert (conversation.oldest() is None) == (not conversation.timestamps())
    threads, quiet = threads_to_read(conversation, window)
    assert threads == sorted(set(threads))
    assert quiet >= 0
    directory = Directory()
    for user in users:
        directory.add(user)
    people = directory.people(WorkspaceReader("T1", "s", directory).read(OPS, items).facts, "T1")
    assert len({p.identity for p in people}) == len(people)


def test_a_deletion_that_was_logged_takes_words_and_edits_along() -> None:
    message = {"type": "message", "user": "U1", "text": "hunter2", "ts": TS}
    edited = {**message, "text": "hunter3", "edited": {"user": "U1", "ts": "1795269700.000000"}}
    changed = {"subtype": "message_changed", "ts": "1795269700.000300", "message": edited}
    deleted = {
        "subtype": "message_deleted",
        "ts": "1795269800.000400",
        "deleted_ts": TS,
        "previous_message": edited,
    }
    other = {"type": "message", "user": "U1", "text": "stays", "ts": "1795269600.123457"}
    parsed = read(message, changed, other, deleted)
    assert [f.quote.text for f in parsed.facts if f.quote] == ["stays"]
    (posted,) = (f for f in parsed.facts if f.subject.labels.get("deleted") == "true")
    assert posted.kind == "chat.message"


def test_a_notice_that_a_thread_has_a_reply_is_no_message() -> None:
    notice = {
        "subtype": "message_replied",
        "ts": "1795269800.000400",
        "message": {"ts": TS, "thread_ts": TS, "reply_count": 1},
    }
    assert read(notice).facts == []
