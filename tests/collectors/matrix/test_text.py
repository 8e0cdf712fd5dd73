"""What people see of a Matrix message, as plain text; the reply fallback is the one thing left out."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from collectors.kit.texts.html import html_text
from collectors.matrix.text import said, shown
from timeline.text import mention

PILL = '<a href="https://matrix.to/#/@carol:hs.example">Carol C</a>'
QUOTED = "<mx-reply><blockquote>In reply to bob<br>why slow?</blockquote></mx-reply>"


@pytest.mark.parametrize(
    ("content", "text"),
    [
        ({"body": "plain"}, "plain"),
        ({"formatted_body": "<p>one</p><p>two &amp; <b>three</b></p>"}, "one\ntwo & three"),
        ({"m.text": [{"body": "Roll back?"}]}, "Roll back?"),
        # The plain body stands where it has every word; it may have marks and addresses of its own.
        ({"body": "**it** is [here](https://x.example)", "formatted_body": '<b>it</b> is <a href="https://x.example">here</a>'},
         "**it** is [here](https://x.example)"),
        ({"body": "1. one\n2. two", "formatted_body": "<ol><li>one</li><li>two</li></ol>"}, "1. one\n2. two"),
        # Elsewhere it stands in for what people see.
        ({"body": "[HTML message]", "formatted_body": "<h3>FIRING</h3><p>HighLatency on <code>shop</code></p>"},
         "FIRING\nHighLatency on shop"),
        ({"body": "an alert", "formatted_body": '<ul><li>up</li><li><a href="https://g.example/d">board</a></li></ul>'},
         "- up\n- board (https://g.example/d)"),
        ({"body": "x", "formatted_body": "<pre><code>a  b\n  c</code></pre>"}, "a  b\nc"),
        ({"body": "x", "formatted_body": '<img data-mx-emoticon alt=":party:" src="mxc://x/y"> done'}, ":party: done"),
        ({"body": "kept", "formatted_body": "<![what[ is this"}, "kept"),
        # Files, stickers, places, polls.
        ({"msgtype": "m.file", "body": "see log", "filename": "a.log"}, "see log\n(file: a.log)"),
        ({"msgtype": "m.image", "body": "graph.png", "filename": "graph.png"}, "(file: graph.png)"),
        ({"msgtype": "m.image", "body": "caption", "filename": "g.png", "formatted_body": "<b>p99</b> rises"},
         "p99 rises\n(file: g.png)"),
        ({"msgtype": "m.audio"}, "(a file)"),
        ({"msgtype": "m.location", "body": "Rack 4, hall B", "geo_uri": "geo:1,2"}, "Rack 4, hall B"),
        ({"msgtype": "m.location", "geo_uri": "geo:1,2"}, "geo:1,2"),
    ],
)  # fmt: skip
def test_what_a_message_shows(content: dict[str, Any], text: str) -> None:
    assert shown(content) == text


def test_a_sticker_is_no_words() -> None:
    assert shown({"body": "party parrot"}, "m.sticker") == "(sticker: party parrot)"
    assert shown({}, "m.sticker") == "(a sticker)"


@pytest.mark.parametrize(
    ("name", "text"), [("m.poll", "m.text"), ("org.matrix.msc3381.poll.start", "org.matrix.msc1767.text")]
)
def test_a_poll_is_its_question_and_answers(name: str, text: str) -> None:
    def says(words: str) -> dict[str, Any]:
        return {text: [{"body": words}]} if text == "m.text" else {text: words}

    answers = [{"id": "1", **says("now")}, {"id": "2", **says("after the call")}, 7]
    content = {
        name: {"question": says("Roll back?"), "answers": answers},
        **says("Roll back?\n1. now\n2. after"),
    }
    assert shown(content) == "Roll back?\n- now\n- after the call"
    assert shown({name: "?", **says("fallback")}) == "fallback"


@pytest.mark.parametrize(
    ("content", "text"),
    [
        ({"body": "> <@bob:hs> why slow?\n> and when?\n\nthe cache"}, "the cache"),
        ({"body": "> * <@bob:hs> leaves\n\nbye"}, "bye"),
        ({"body": "> <@bob:hs> why?\n\n> p99 is 2 s\nno"}, "> p99 is 2 s\nno"),
        ({"body": "> <@bob:hs> why?\n\nthe cache", "formatted_body": f"{QUOTED}the <b>cache</b>"}, "the cache"),
        ({"body": "placeholder", "formatted_body": f"{QUOTED}the <b>cache</b>"}, "the cache"),
        # What the author quotes are words that the author chose.
        ({"body": "> p99 is 2 s\n\nno, 3 s"}, "> p99 is 2 s\n\nno, 3 s"),
        ({"body": ">> nested\n> and not\n\nwhat?"}, ">> nested\n> and not\n\nwhat?"),
        ({"body": "> <@bob:hs> said it\n\nyes", "formatted_body": "<blockquote><p>he said it</p>so</blockquote>yes"},
         "> he said it\n> so\nyes"),
        ({"body": "> <@bob:hs> said it\n\nyes", "formatted_body": "<blockquote>said it</blockquote>yes"},
         "> <@bob:hs> said it\n\nyes"),
    ],
)  # fmt: skip
def test_only_the_fallback_of_a_reply_is_taken_out(content: dict[str, Any], text: str) -> None:
    assert shown(content, is_reply=True) == text


def test_what_quotes_without_being_a_reply_stays() -> None:
    text = "> <@bob:hs> why?\n\nso he asked"
    assert shown({"body": text}) == text


@pytest.mark.parametrize(
    ("content", "text"),
    [
        ({"body": "Carol C: look", "formatted_body": f"{PILL}: look"}, "{}: look"),
        ({"body": "[card]", "formatted_body": f"{PILL}: look, {PILL}s board"}, "{}: look, {} s board"),
        ({"body": "[card]", "formatted_body": "by @carol:hs.example."}, "by {}."),
    ],
)
def test_people_are_marked_in_either_body(content: dict[str, Any], text: str) -> None:
    found = said(content)
    assert found.text == text.replace("{}", mention("matrix:@carol:hs.example"))
    assert found.users == {"@carol:hs.example"}


def test_a_mark_cannot_be_written_by_entities() -> None:
    assert said({"body": "x", "formatted_body": "&#xe000;eve&#xe001; y"}).text == "eve y"


@given(st.text(alphabet="<>/!-[]=\"'&;# \nabp1mx") | st.text())
def test_any_html_ends_in_text(html: str) -> None:
    assert isinstance(html_text(html), str)
    assert isinstance(said({"body": "x", "formatted_body": html}, is_reply=True).text, str)


@given(st.text(alphabet="ab <&>\n", max_size=30))
def test_text_that_was_escaped_comes_back(words: str) -> None:
    import html

    assert html_text(html.escape(words)).split() == words.split()
