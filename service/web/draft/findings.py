"""Findings in the draft's HTML: the words marked, and below their block what the facts say and what would be right."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from html import escape
from typing import NamedTuple

from markdown_it.token import Token

from render.text.markdown import excerpt, visible
from render.text.snippet import details
from timeline.checks.findings import Finding

_FACT = re.compile(r"(f-[0-9a-f]{16})\b:? *(.*)", re.DOTALL)
_CODE = re.compile(r"`([^`]*)`")
# What marks emphasis, code or a link in a mark that a rule took from the Markdown.
_MARKUP = re.compile(r"\[([^\[\]]*)\]\([^()\s]*\)|[*`]+|(?<!\w)_+|_+(?!\w)")
_WORDS = re.compile(r"\s+")
_LONGEST = 2_000  # characters of a text in which a mark is looked for beside others


class _Block(NamedTuple):
    """What holds a line of the draft: its inline tokens, the lines [first, last), and the token that it ends with."""

    inlines: tuple[Token, ...]
    first: int
    last: int
    end: int
    columns: int  # of a table's row; 0 elsewhere


def beside(tokens: list[Token], findings: Sequence[Finding], base: str) -> None:
    """Put each finding below the block that its line is in, and mark its words; `base` is the incident's address."""
    if not findings:
        return
    blocks = list(_blocks(tokens))
    below: dict[int, list[Token]] = {}
    for number, finding in enumerate(findings, 1):
        block = _holder(blocks, finding.line)
        marked = block is not None and _mark(block, finding, number)
        box = _box(finding, number, len(findings), base, marked=marked)
        if block and block.columns:
            box = f'<tr class="beside"><td colspan="{block.columns}">{box}</td></tr>\n'
        below.setdefault(block.end if block else -1, []).append(Token("html_block", "", 0, content=box))
    for place in sorted(below, reverse=True):
        tokens[place + 1 : place + 1] = below[place]


def _blocks(tokens: Sequence[Token]) -> Iterator[_Block]:
    row: tuple[int, int] | None = None
    cells: list[Token] = []
    for place, token in enumerate(tokens):
        first, last = token.map or (0, 0)
        if token.type == "tr_open":
            row, cells = (first, last), []
        elif token.type == "tr_close" and row:
            yield _Block(tuple(cells), *row, place, len(cells))
            row = None
        elif token.type == "inline" and row:
            cells.append(token)
        elif token.type == "inline":
            yield _Block((token,), first, last, place + 1, 0)
        elif token.type in {"fence", "code_block"}:
            yield _Block((), first, last, place, 0)


def _holder(blocks: Sequence[_Block], line: int) -> _Block | None:
    """Return the block that holds a line (from 1), else the last one before it, else none."""
    before = [block for block in blocks if block.first < line]
    return next((block for block in reversed(before) if line <= block.last), before[-1] if before else None)


def _mark(block: _Block, finding: Finding, number: int) -> bool:
    """Mark a finding's words in the block; tell whether they are there."""
    plain = _WORDS.sub(" ", _MARKUP.sub(r"\1", finding.mark)).strip()
    for inline in block.inlines if plain else ():
        flat, begins = _flat(inline, finding.line - 1 - block.first)
        for said in dict.fromkeys((plain, _WORDS.sub(" ", finding.mark).strip())):
            places = [m.start() for m in re.finditer(re.escape(said), flat[begins : begins + _LONGEST])]
            if places:
                earlier = finding.snippet[: max(finding.column - 1, 0)].count(said)
                start = begins + places[min(earlier, len(places) - 1)]
                inline.children = list(
                    _split(inline.children or [], start, start + len(said), finding.severity, number)
                )
                return True
    return False


def _flat(inline: Token, lines: int) -> tuple[str, int]:
    """Return the words that people see, a space for each end of a line, and where the line after `lines` begins."""
    text, begins = "", 0
    for child in inline.children or []:
        if child.type in {"softbreak", "hardbreak"}:
            text += " "
            lines -= 1
            begins = len(text) if lines == 0 else begins
        elif child.type in {"text", "code_inline"}:
            text += child.content
    return text, begins


def _split(children: Sequence[Token], start: int, stop: int, severity: str, number: int) -> Iterator[Token]:
    """Yield the children with `<mark>` around what stands in [start, stop) of their words."""
    at, first = 0, True
    for child in children:
        length = (
            1 if child.type in {"softbreak", "hardbreak"}
            else len(child.content) if child.type in {"text", "code_inline"} else 0
        )  # fmt: skip
        begin, end = max(start - at, 0), min(stop - at, length)
        at += length
        if begin >= end or child.type in {"softbreak", "hardbreak"}:
            yield child
            continue
        if child.type == "code_inline":
            begin, end = 0, length
        attrs: dict[str, str | int | float] = {"class": severity}
        if first:
            attrs["id"] = f"mark-{number}"
        first = False
        yield from _text(child, 0, begin)
        yield Token("mark_open", "mark", 1, attrs=attrs)
        yield from [child] if child.type == "code_inline" else _text(child, begin, end)
        yield Token("mark_close", "mark", -1)
        yield from _text(child, end, length)


def _text(child: Token, begin: int, end: int) -> Iterator[Token]:
    if begin < end:
        yield Token("text", "", 0, content=child.content[begin:end], level=child.level)


def _box(finding: Finding, number: int, count: int, base: str, *, marked: bool) -> str:
    """Return a finding as HTML, in which every word is text."""
    named = f"Finding {number} of {count}"
    words = _words(excerpt(finding.mark, 60))
    about = f'<a href="#mark-{number}">“{words}”</a>' if marked else ""
    steps = "".join(
        f'<a class="step" href="#finding-{other}" aria-label="{name} finding">{sign}</a>'
        for other, name, sign in ((number - 1, "Previous", "↑"), (number + 1, "Next", "↓"))
        if 1 <= other <= count
    )
    rows = "".join(f"<dt>{name}</dt><dd>{_detail(name, text, base)}</dd>" for name, text in details(finding))
    return (
        f'<aside class="finding {finding.severity}" id="finding-{number}" tabindex="-1" aria-label="{named}">'
        f'<p class="finding-top"><b>{finding.severity}</b> <code>{escape(finding.rule)}</code> {about}<span class="spring"></span>{steps}</p>'
        f"<p>{_words(finding.message)}</p>{f'<dl>{rows}</dl>' if rows else ''}</aside>\n"
    )


def _detail(name: str, text: str, base: str) -> str:
    if name == "fix":
        return f"<code>{escape(visible(text))}</code>"
    if match := _FACT.fullmatch(text):
        return f'<a href="{base}#{match[1]}" data-fact="{match[1]}">{_words(match[2]) or match[1]}</a>'
    return _words(text)


def _words(text: str) -> str:
    """Return what people or sources said as text of its own direction, identifiers in code form."""
    parts = _CODE.split(visible(text))
    html = "".join(
        f"<code>{escape(part)}</code>" if place % 2 else escape(part) for place, part in enumerate(parts)
    )
    return f"<bdi>{html}</bdi>" if html else ""
