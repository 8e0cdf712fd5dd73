"""Printed drafts: what a reader is shown, and nothing alive; read back by other programs than ours."""

from __future__ import annotations

import re
import subprocess
from html import unescape
from html.parser import HTMLParser
from pathlib import Path
from xml.dom import minidom

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from render.draft.draft import render_draft
from render.draft.templates import BUILT_IN, Layout, Template, shipped
from render.printing.asciidoc import to_asciidoc
from render.printing.confluence import to_confluence
from render.printing.document import document
from render.printing.html import to_html
from render.stills.names import still_names
from tests.render.draft.test_draft import HOSTILE
from tests.render.timeline_fixture import rich

SVG = b'<svg xmlns="http://www.w3.org/2000/svg" width="4" height="4"></svg>'
MEANING = """# Title with *x* & <b> {asciidoctor-version}

Text `a_b` and `c*d*` and `pass:c[x]` and ``b`t`` (C) (R) -- and ... -> => <<ref>> {nope} image:x[] https://bare.example
me@x.example `{nope}` `x | y` __u__ **b** `+plus+` a+b+c \\*lit\\* #h# ^sup^ ~sub~ [x] ]] \\\\ "`curly`" 'q' it's ((x))
footnote:[z] kbd:[x] `a]b` 100% 5 > 3 & 2 &amp; a=b

. dot start

* item one
  * nested `n|m`
* *italic* **bold**

1. one
2. two

NOTE: not an admonition

// not a comment

include::/etc/passwd[]

:attr: value

ifdef::x[]

| a | b |
| --- | --- |
| x \\| y | `p \\| q` |
| include::/etc/passwd[] | {nope} |
| **bold** [`l=1`, m](https://e.example/a_b_c?x=*y*&z=[1]) | end |

> quote

Trailing backslash\\
"""
CONVERT = """
const { createRequire } = require('node:module')
const load = createRequire(process.argv[1] + '/')
const asciidoctor = load('@asciidoctor/core')()
const options = { safe: 'secure', attributes: { showtitle: true } }
process.stdout.write(asciidoctor.convert(require('node:fs').readFileSync(0, 'utf8'), options))
"""


def draft(template: str = "default") -> str:
    timeline = rich().timeline
    return render_draft(timeline, stills=list(still_names(timeline)), layout=Layout(Template(template))).text


def words(html: str) -> str:
    body = re.sub(r"<(script|style|title|pre)\b.*?</\1>", "", html, flags=re.DOTALL)
    return re.sub(r"\s+", "", unescape(re.sub(r"<[^>]+>", "", body)))


class Tags(HTMLParser):
    """Collects tags with their attributes."""

    def __init__(self, html: bytes) -> None:
        super().__init__()
        self.found: list[tuple[str, dict[str, str | None]]] = []
        self.feed(html.decode())

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found.append((tag, dict(attrs)))


def test_a_reader_sees_answers_and_no_question() -> None:
    text = draft().replace("*What helped", "The pool graph told us.\n\n*What helped")
    shown = words(to_html(document(text)).decode())
    assert "Thepoolgraphtoldus." in shown
    assert "Whatwentwell" in shown
    for left_out in (
        "Whathelped",
        "Whatwentpoorly",
        "Contributingfactors",
        "Likelihoodofrecurrence",
        "timeline:begin",
        "mermaid",
    ):
        assert left_out not in shown
    assert "CheckoutLatencyHigh" in shown


def test_a_table_keeps_the_rows_that_say_something() -> None:
    text = draft().replace(
        "| *What will change?*", "| Alert on the pool | prevents | db team | | | | | |\n| *What will change?*"
    )
    shown = words(to_html(document(text)).decode())
    assert "Actionitems" in shown
    assert "Alertonthepool" in shown
    assert "Whatwillchange" not in shown


def test_html_asks_nothing_of_the_network_and_holds_its_stills() -> None:
    timeline = rich().timeline
    made = to_html(document(draft(), lambda name: SVG if name in still_names(timeline) else None))
    tags = Tags(made).found
    assert not {tag for tag, _ in tags} & {"script", "iframe", "object", "link", "form"}
    pictures = [attrs for tag, attrs in tags if tag == "img"]
    assert len(pictures) == len(still_names(timeline))
    assert all(
        (attrs["src"] or "").startswith("data:image/svg+xml;base64,") and attrs["alt"] for attrs in pictures
    )
    policy = next(attrs["content"] for tag, attrs in tags if tag == "meta" and "http-equiv" in attrs)
    assert policy is not None
    assert policy.startswith("default-src 'none'")


@pytest.mark.parametrize(
    "source",
    [
        "charts/../../etc/passwd.svg",
        "https://e.example/x.svg",
        "charts/a/b.svg",
        "/charts/x.svg",
        "charts/x.png",
    ],
)
def test_no_picture_from_elsewhere_is_read(source: str) -> None:
    asked: list[str] = []

    def read(name: str) -> bytes:
        asked.append(name)
        return SVG

    made = to_html(document(f"![said]({source})", read))
    assert asked == []
    assert b"<img" not in made
    assert b"said" in made


@given(st.lists(st.sampled_from(HOSTILE) | st.text(max_size=9), max_size=7).map(" ".join))
@settings(deadline=None, max_examples=150)
def test_what_anyone_writes_is_dead_in_every_form(text: str) -> None:
    shown = document(f"# T\n\n{text}\n")
    tags = Tags(to_html(shown)).found
    assert {tag for tag, _ in tags} <= {
        "html", "head", "meta", "title", "style", "body", "h1", "h2", "p", "em", "strong", "del", "code", "pre", "a", "br", "hr",
        "ul", "ol", "li", "blockquote",
    }  # fmt: skip
    for _, attrs in tags:
        assert set(attrs) <= {"lang", "charset", "http-equiv", "content", "name", "href"}
        assert not (attrs.get("href") or "").lower().startswith(("javascript:", "data:", "vbscript:"))
    xml = re.sub("[\x00-\x08\x0b-\x1f\ufffe\uffff\ud800-\udfff]", "", to_confluence(shown).decode())
    minidom.parseString(f'<r xmlns:ac="a" xmlns:ri="r">{xml}</r>')


@pytest.mark.parametrize("template", BUILT_IN)
def test_confluence_is_well_formed_and_links_only_the_web(template: str) -> None:
    timeline = rich().timeline
    made = to_confluence(document(draft(template), lambda _: SVG)).decode()
    tree = minidom.parseString(f'<r xmlns:ac="a" xmlns:ri="r">{made}</r>')
    assert all(a.getAttribute("href").startswith("https://") for a in tree.getElementsByTagName("a"))
    attached = [node.getAttribute("ri:filename") for node in tree.getElementsByTagName("ri:attachment")]
    assert set(attached) == (
        set(still_names(timeline)) if '{{ fence("stills") }}' in shipped()[template] else set()
    )


def test_confluence_keeps_code_that_ends_its_own_section() -> None:
    made = to_confluence(document("```\na ]]> b\n```\n")).decode()
    tree = minidom.parseString(f'<r xmlns:ac="a">{made}</r>')
    assert (
        "".join(getattr(n, "data", "") for n in tree.getElementsByTagName("ac:plain-text-body")[0].childNodes)
        == "a ]]> b\n"
    )


@pytest.mark.parametrize(
    "text", [MEANING, *(f"template:{name}" for name in BUILT_IN)], ids=["meaning", *BUILT_IN]
)
def test_asciidoctor_reads_back_every_word(text: str, node: Path, asciidoctor: Path) -> None:
    text = draft(text.removeprefix("template:")) if text.startswith("template:") else text
    shown = document(text, lambda _: SVG)
    done = subprocess.run(
        [node, "-e", CONVERT, asciidoctor],
        input=to_asciidoc(shown),
        capture_output=True,
        check=True,
        timeout=60,
    )
    assert words(done.stdout.decode()) == words(to_html(shown).decode())
    assert done.stderr == b""
