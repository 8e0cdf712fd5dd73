"""HTML of messages as text: nothing that would run, elements replaced, and time that grows as the text does."""

from __future__ import annotations

from collections.abc import Mapping

import pytest
from hypothesis import given
from hypothesis import strategies as st

from collectors.kit.texts.html import html_text
from timeline.text import PERSON_CLOSE, PERSON_OPEN, mention


def replace(tag: str, attributes: Mapping[str, str]) -> str | None:
    return {"0": mention("a:1")}.get(attributes.get("id", "")) if tag == "at" else None


@pytest.mark.parametrize(
    ("html", "text"),
    [
        ('<at id="0">Ann</at>, look', f"{mention('a:1')}, look"),
        ('<at id="0"/>, look', f"{mention('a:1')}, look"),
        ('<at id="1">General</at> and <at>x</at>', "General and x"),
        ('<p>a <at id="0">Ann', "a Ann"),
        ("<script>alert(1)</script><style>p{}</style>a<!-- b -->", "a"),
        ('<emoji alt="\N{PARTY POPPER}"></emoji><img alt="a chart"> x', "\N{PARTY POPPER}a chart x"),
        ("<codeblock><code>a  b<br>c</code></codeblock>", "a  b\nc"),
        ("&#xE000;a:2&#xE001;<a href='https://x/\ue000'>y</a>", "a:2y (https://x/)"),
        ("<a href=https://x/1>a<a href=https://x/2>b</a></a>", "a (https://x/1)b (https://x/2)"),
    ],
)
def test_what_people_see(html: str, text: str) -> None:
    assert html_text(html, replace=replace) == text


@given(st.text(st.sampled_from('<>/at id="0"&#;xE01b \n') | st.characters(), max_size=200))
def test_marks_are_those_that_were_put_in(html: str) -> None:
    text = html_text(html, replace=replace).replace(mention("a:1"), "")
    assert PERSON_OPEN not in text
    assert PERSON_CLOSE not in text


@pytest.mark.parametrize(
    "piece", ["<a href='https://x/y'>b", "<blockquote>a\n", "<at id=0>", "<at id=0>a</at>", "</a>", "<at "]
)
def test_nothing_grows_beyond_its_text(piece: str) -> None:
    assert len(html_text(piece * 2000, replace=replace)) <= 40 * len(piece) * 2000
