"""What people see of a Slack message: text or blocks, attachments, forwarded messages, files."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from collectors.slack.blocks import block_words
from collectors.slack.text import decode, markup
from timeline.text import PERSON_CLOSE, PERSON_OPEN


def seen(message: dict[str, Any]) -> str:
    """Give what is seen, person marks shown as {id}."""
    decoded = decode(markup(message), lambda user: user).text
    return decoded.replace(PERSON_OPEN, "{").replace(PERSON_CLOSE, "}")


def plain(words: str) -> dict[str, Any]:
    return {"type": "plain_text", "text": words}


def section(words: str, **more: Any) -> dict[str, Any]:
    return {"type": "section", "text": {"type": "mrkdwn", "text": words}, **more}


def rich(*elements: dict[str, Any]) -> dict[str, Any]:
    return {"type": "rich_text", "elements": list(elements)}


def line(*elements: dict[str, Any], kind: str = "rich_text_section") -> dict[str, Any]:
    return {"type": kind, "elements": list(elements)}


def says(words: str, **more: Any) -> dict[str, Any]:
    return {"type": "text", "text": words, **more}


def test_blocks_count_where_the_text_stands_in_for_them() -> None:
    blocks = [{"type": "header", "text": plain("FIRING: HighLatency")}, section("p99 of *shop* is 2 s")]
    for text in ("This content can't be displayed.", "New alert", "FIRING: HighLatency", ""):
        assert seen({"text": text, "blocks": blocks}) == "FIRING: HighLatency\np99 of *shop* is 2 s"


def test_a_text_that_says_what_its_blocks_say_stays_as_it_is() -> None:
    blocks = [rich(line({"type": "user", "user_id": "U1"}, says(" see "), {"type": "link", "url": "https://x.example/d", "text": "the board"},
                        says("!", style={"bold": True}), {"type": "emoji", "name": "fire"}))]  # fmt: skip
    text = "<@U1> see <https://x.example/d|the board>*!*:fire:"
    assert seen({"text": text, "blocks": blocks}) == "{U1} see the board (https://x.example/d)*!*:fire:"


@pytest.mark.parametrize(
    ("block", "words"),
    [
        (section("a", fields=[{"type": "mrkdwn", "text": "*job:*\nshop"}, plain("up")]), "a\n*job:*\nshop\nup"),
        ({"type": "context", "elements": [{"type": "image", "alt_text": "icon"}, plain("by"), plain("rota")]}, "by rota"),
        ({"type": "actions", "elements": [{"type": "button", "text": plain("Ack")}, {"type": "button", "text": plain("Page")}]}, "Ack Page"),
        ({"type": "image", "alt_text": "p99 rises", "image_url": "x"}, "(image: p99 rises)"),
        ({"type": "image", "alt_text": "x", "title": plain("Latency")}, "(image: Latency)"),
        ({"type": "markdown", "text": "**a** < b"}, "**a** &lt; b"),
        ({"type": "video", "title": plain("Replay"), "description": plain("of the call")}, "Replay\nof the call"),
        ({"type": "table", "rows": [[{"type": "raw_text", "text": "host"}, {"type": "raw_text", "text": "up"}], [rich(line(says("db-1"))), 7]]},
         "host | up\ndb-1"),
        (rich(line(says("cause < effect"))), "cause &lt; effect"),
        (rich(line(says("he said"), kind="rich_text_quote"), line(says("and so"))), "&gt; he said\nand so"),
        (rich({"type": "rich_text_list", "elements": [line(says("one")), line(says("two"))]}), "one\ntwo"),
        (rich(line({"type": "date", "timestamp": 1, "format": "{date}", "fallback": "18 Feb"})), "18 Feb"),
        ({"type": "divider"}, ""),
        ({"type": "of_tomorrow", "elements": [section("still read")]}, "still read"),
    ],
)  # fmt: skip
def test_the_words_of_blocks(block: dict[str, Any], words: str) -> None:
    assert block_words([block]) == words


def test_attachments_stand_beside_blocks_and_text() -> None:
    alert = {"color": "#f00", "fallback": "[no preview available]", "blocks": [section("HighLatency fires")]}
    assert seen({"text": "look", "attachments": [alert]}) == "look\nHighLatency fires"
    assert (
        seen({"text": "New alert", "blocks": [section("2 alerts")], "attachments": [alert]})
        == "2 alerts\nHighLatency fires"
    )
    assert seen({"text": "", "attachments": [{"fallback": "[no preview available]", "image_url": "x"}]}) == ""
    told = {
        "author_name": "Grafana",
        "title": "[FIRING:1] shop",
        "text": "p99",
        "footer": "Grafana v12",
        "fallback": "f",
    }
    assert seen({"attachments": [told]}) == "Grafana\n[FIRING:1] shop\np99\nGrafana v12"


def test_a_forwarded_message_is_quoted_under_its_author() -> None:
    shared = {
        "is_share": True, "is_msg_unfurl": True, "author_id": "U2", "author_name": "Bob", "text": "disk is full\non db-1",
        "fallback": "[November 21st] bob: disk is full", "original_url": "https://acme.slack.com/archives/C1/p1",
        "files": [{"name": "df.txt"}],
    }  # fmt: skip
    assert (
        seen({"text": "fyi", "attachments": [shared]})
        == "fyi\n> {U2}: disk is full\n> on db-1\n> (file: df.txt)"
    )
    blocks = {"message_blocks": [{"message": {"blocks": [rich(line(says("all of it & more")))]}}]}
    assert seen({"attachments": [{**shared, "files": None, **blocks}]}) == "> {U2}: all of it & more"
    of_an_app = {
        "is_msg_unfurl": True,
        "author_name": "Pager",
        "text": "paged",
        "from_url": "https://acme.slack.com/archives/C1/p1",
    }
    link = "<https://acme.slack.com/archives/C1/p1>"
    assert (
        seen({"text": link, "attachments": [of_an_app]})
        == "https://acme.slack.com/archives/C1/p1\n> Pager: paged"
    )
    twice = {"is_share": True, "author_id": "U1", "text": "see", "attachments": [of_an_app]}
    assert seen({"attachments": [twice]}) == "> {U1}: see\n> > Pager: paged"


def test_the_page_behind_a_link_is_nobodys_words_unless_there_are_no_others() -> None:
    page = {"from_url": "https://x.example", "title": "A page", "text": "of the web"}
    assert seen({"text": "read <https://x.example>", "attachments": [page]}) == "read https://x.example"
    assert seen({"text": "", "attachments": [page]}) == "A page\nof the web"


def test_a_file_whose_mode_is_no_text_is_a_file() -> None:
    assert "out.log" in markup({"text": "see", "files": [{"mode": ["snippet"], "name": "out.log"}]})


def test_a_snippet_and_a_mail_show_how_they_begin() -> None:
    snippet = {"mode": "snippet", "name": "out.log", "preview": "a < b\nexit 1"}
    assert seen({"text": "got", "files": [snippet]}) == "got\n(file: out.log)\na < b\nexit 1"
    assert (
        seen({"files": [{"mode": "email", "title": "Disk full", "plain_text": "on db-1"}]})
        == "(file: Disk full)\non db-1"
    )
    assert seen({"files": [{"mode": "hosted", "name": "a.png", "preview": "x"}]}) == "(file: a.png)"


_NODE = st.recursive(
    st.none() | st.text(max_size=8) | st.integers() | st.booleans(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(
        st.sampled_from(["type", "text", "elements", "fields", "rows", "title", "call", "alt_text", "message", "blocks", "is_share", "attachments"]),
        inner | st.sampled_from(["section", "table", "call", "image", "rich_text_quote", "actions"]), max_size=5,
    ),
    max_leaves=25,
)  # fmt: skip


@given(_NODE, _NODE, _NODE)
def test_any_blocks_and_attachments_are_read(blocks: Any, attachments: Any, files: Any) -> None:
    assert isinstance(seen({"text": "x", "blocks": blocks, "attachments": attachments, "files": files}), str)
