"""Documents and wiki text of Jira as plain text: every sort of node, mentions, and what is no document."""

from __future__ import annotations

from typing import Any

import pytest

from collectors.jira.text import plain
from collectors.kit.fields import UnreadableError


def known(own: str, name: str) -> str:
    return f"jira:{own}:{name}"


def doc(*content: Any) -> dict[str, Any]:
    return {"version": 1, "type": "doc", "content": list(content)}


def node(kind: str, *content: Any, **attrs: Any) -> dict[str, Any]:
    return {"type": kind, "content": list(content), "attrs": attrs}


def text(words: str) -> dict[str, Any]:
    return {"type": "text", "text": words, "marks": [{"type": "strong"}]}


@pytest.mark.parametrize(
    ("body", "said"),
    [
        (doc(node("paragraph", text("the "), text("pool")), node("paragraph", text("is full"))), "the pool\nis full"),
        (doc(node("paragraph", text("a"), {"type": "hardBreak"}, text("b"))), "a\nb"),
        (doc(node("bulletList", node("listItem", node("paragraph", text("one"))), node("listItem", node("paragraph", text("two"))))), "- one\n- two"),
        (doc(node("heading", text("Now"), level=2), node("codeBlock", text("x = 1\ny = 2"))), "Now\nx = 1\ny = 2"),
        (doc(node("table", node("tableRow", node("tableHeader", node("paragraph", text("a"))), node("tableCell", node("paragraph", text("b")))))), "a\nb"),
        (doc(node("paragraph", node("mention", id="557058:bo", text="@Bo Example"), text(" look"))), "\ue000jira:557058:bo:Bo Example\ue001 look"),
        (doc(node("paragraph", node("emoji", shortName=":fire:", text="🔥"), node("status", text="DOWN", color="red"))), "🔥DOWN"),
        (doc(node("paragraph", node("date", timestamp="1795219200000"), node("inlineCard", url="https://x.example/1"))), "2026-11-21https://x.example/1"),
        (doc(node("mediaSingle", node("media", id="1")), node("rule"), node("paragraph")), ""),
        (doc(node("paragraph", node("mention"), node("date", timestamp="soon"), node("unheard of", text("of")))), "@somebodysoonof"),
        ("see [~bo], [~accountid:557058:cy] and [~]\n* x", "see \ue000jira:bo:\ue001, \ue000jira:557058:cy:\ue001 and [~]\n* x"),
        (doc(node("paragraph", text("\ue000jira:cy\ue001 \x1b[31mred"))), "jira:cy red"),
        (None, ""), ({"type": "doc", "content": [None, 7, "words"]}, "words"),
    ],
)  # fmt: skip
def test_a_text_is_told_as_people_read_it(body: Any, said: str) -> None:
    assert plain(body, known) == said


@pytest.mark.parametrize("body", [{}, [], 7, {"type": "doc"}])
def test_what_is_no_text_is_said(body: Any) -> None:
    with pytest.raises(UnreadableError):
        plain(body, known)


def test_a_document_may_be_of_any_depth() -> None:
    body: Any = text("deep")
    for _ in range(50_000):
        body = node("blockquote", body)
    assert plain(doc(body), known) == "deep"
