"""The draft as HTML: Markdown without HTML, its links to facts tied to the chart, findings beside the sentences."""

from __future__ import annotations

import re
from collections.abc import Sequence
from html import escape
from typing import TYPE_CHECKING, Any

from service.web.draft.findings import beside
from timeline.checks.findings import Finding
from timeline.references.filling import without_comments

if TYPE_CHECKING:
    from markdown_it.token import Token

_SCROLLS = '<div class="scroll" role="region" aria-label="Table" tabindex="0"><table>'
_FENCE = re.compile(r"^ {0,3}<!-- timeline:[^\n]*-->[ \t]*$", re.MULTILINE)
#: Within a row of a table.
_MARK = re.compile(
    r" ?<!-- timeline:(?:begin [a-z][a-z0-9-]{0,60} sha256=[0-9a-f]{64}|end [a-z][a-z0-9-]{0,60}) -->"
)
_SUMMARY = re.compile(r"<details><summary>([^<>\n]*)</summary>")
_SUB = re.compile(r"(</?sub>)")
_FACT = re.compile(r"timeline\.html#(f-[0-9a-f]{16})\b")
#: The page, or a measure, a number of the impact or a view in it.
_PAGE = re.compile(r"timeline\.html(?:#[\w&=:.,/-]*)?$")
_STILL = re.compile(r"charts/([A-Za-z0-9._-]+\.svg)")
_PAYLOAD = re.compile(r"evidence/([0-9a-f]{64})\b[A-Za-z0-9.]*")


def draft_html(text: str, incident: str, findings: Sequence[Finding] = ()) -> str:
    """Return the draft as HTML that holds nothing alive: no script, no foreign picture, no raw HTML.

    A link to a fact gets `data-fact`, and so does the table row it stands in. Each finding stands below what it is about,
    its words marked.
    """
    from markdown_it import MarkdownIt

    reader = MarkdownIt("js-default", {"html": False, "linkify": False})
    # Lines as findings count them: only LF ends one.
    lines = text.removeprefix("\ufeff").replace("\r\n", "\n").replace("\r", " ")
    tokens = reader.parse(_MARK.sub("", _FENCE.sub("", without_comments(lines))))
    base = f"/incidents/{incident}"
    _rows(tokens)
    beside(tokens, findings, base)
    _folds(tokens)
    for token in tokens:
        for child in token.children or ():
            if child.type == "link_open":
                _link(child, base)
            elif child.type == "image":
                _image(child, base)
        if token.children:
            token.children = _small(token.children)
    html: str = reader.renderer.render(tokens, reader.options, {})
    # Raw HTML is off and text is escaped: these are the tokens' own. A wide table scrolls, by keyboard too.
    return html.replace("<table>", _SCROLLS).replace("</table>", "</table></div>")


def _folds(tokens: list[Token]) -> None:
    """Make what a draft folds a fold of the panel: whole pairs alone, each mark a paragraph of its own."""
    from markdown_it.token import Token

    opened: list[int] = []
    for place, token in enumerate(tokens):
        if token.type != "inline" or tokens[place - 1].type != "paragraph_open":
            continue
        if _SUMMARY.fullmatch(token.content):
            opened.append(place)
        elif token.content == "</details>" and opened:
            begin = opened.pop()
            match = _SUMMARY.fullmatch(tokens[begin].content)
            title = escape(match[1]) if match else ""
            for at, html in ((begin, f"<details><summary>{title}</summary>\n"), (place, "</details>\n")):
                blank = Token("html_block", "", 0)
                tokens[at - 1 : at + 2] = [blank, Token("html_block", "", 0, content=html), blank]


def _small(children: Sequence[Token]) -> list[Token]:
    """Return inline tokens with `<sub>` and its end as what they are, where a text has as many of both."""
    from markdown_it.token import Token

    marks = [mark for one in children if one.type == "text" for mark in _SUB.findall(one.content)]
    if not marks or marks != ["<sub>", "</sub>"] * (len(marks) // 2):
        return list(children)
    made = list[Token]()
    for one in children:
        parts = _SUB.split(one.content) if one.type == "text" else []
        made += [Token("html_inline" if _SUB.fullmatch(p) else "text", "", 0, content=p) for p in parts if p]
        made += [] if parts else [one]
    return made


def _rows(tokens: Sequence[Token]) -> None:
    row: Token | None = None
    for token in tokens:
        if token.type == "tr_open":
            row = token
        elif token.type == "tr_close":
            row = None
        for child in token.children or () if row else ():
            match = _FACT.search(_attribute(child, "href")) if child.type == "link_open" else None
            if match and row and not row.attrGet("data-fact"):
                row.attrSet("data-fact", match[1])


def _attribute(token: Any, name: str) -> str:
    return str(token.attrGet(name) or "")


def _link(token: Token, base: str) -> None:
    target = _attribute(token, "href")
    if match := _FACT.search(target):
        token.attrs = {"href": f"{base}#{match[1]}", "data-fact": match[1]}
    elif match := _PAYLOAD.fullmatch(target):
        token.attrs = {"href": f"/api{base}/evidence/{match[1]}", "target": "_blank", "rel": "noopener"}
    elif match := _PAGE.search(target):
        token.attrs = {"href": f"{base}/{match[0]}", "target": "_blank", "rel": "noopener"}
    elif re.match(r"https?://", target):
        token.attrs = {"href": target, "target": "_blank", "rel": "noreferrer noopener", "class": "leaves"}
    elif not target.startswith("#"):
        token.attrs = {}


def _image(token: Token, base: str) -> None:
    match = _STILL.fullmatch(_attribute(token, "src"))
    # A picture from elsewhere would tell that place who reads the draft.
    token.attrs = {"src": f"{base}/charts/{match[1]}" if match else "", "alt": "", "loading": "lazy"}
