"""A draft as blocks of people's prose: headings, paragraphs, items and table rows, with their lines.

HTML and generated regions are left out. Code and block quotations are marked: what is in them is nobody's
interpretation, though a quotation may name people.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import cache
from typing import TYPE_CHECKING, Literal, NamedTuple

from timeline.checks.sections import Kind, kind_of

if TYPE_CHECKING:
    from markdown_it import MarkdownIt
    from markdown_it.token import Token

#: What heads the first column of a table that names in it what is asked for.
FORMS = frozenset({"category", "follow-up"})
#: Stands for a code span or an image in the words of a block.
CODE = "\ufffc"
_LINE = re.compile(r"[^\n]+")
_FRONT_MATTER = re.compile(r"\A---[ \t]*\n.*?^(?:---|\.\.\.)[ \t]*$", re.DOTALL | re.MULTILINE)
Form = Literal["heading", "paragraph", "item", "row", "code"]


class DraftSpan(NamedTuple):
    """A part of a draft by who wrote it: people (`prose`, `kept`) or the build (`region`)."""

    form: Literal["prose", "kept", "region"]
    name: str
    text: str


class Words(NamedTuple):
    """The visible words of one line of a block, code as `CODE`."""

    line: int
    text: str


@dataclass(frozen=True)
class Cell:
    """A cell of a table: its words, and whether they are only emphasised."""

    text: str
    emphasised: bool = False
    codes: tuple[str, ...] = ()

    @property
    def asks(self) -> bool:
        """Whether this is a question of the template."""
        return self.emphasised and _asks(self.text)


@dataclass(frozen=True)
class Block:
    """A heading, paragraph, list item's paragraph or table row; `raw` is its Markdown, `codes` what stands as `CODE`, in order."""

    form: Form
    line: int
    words: tuple[Words, ...]
    raw: str
    section: tuple[str, ...] = ()
    heading: int = 0  # the line of the heading it stands under; 0 before the first
    group: int = 0  # the line of the top item, row, table or list that it is a part of
    level: int = 0
    cells: tuple[Cell, ...] = ()
    header: tuple[str, ...] = ()
    emphasised: bool = False
    kept: bool = False
    quoted: bool = False
    codes: tuple[str, ...] = ()

    @property
    def text(self) -> str:
        """The words of all lines, joined by a space."""
        return " ".join(words.text for words in self.words)

    @property
    def kind(self) -> Kind:
        """What the section is about."""
        return kind_of(self.section)

    @property
    def prompt(self) -> bool:
        """Whether this is a question of the template that nobody answered yet."""
        if self.quoted:
            return False
        if self.form == "row":
            filled = [cell for cell in self.cells if cell.text.strip()]
            return bool(filled) and all(cell.asks for cell in filled)
        return self.form in {"paragraph", "item"} and self.emphasised and _asks(self.text)

    @property
    def half_asked(self) -> bool:
        """Whether some cells of a row are still questions and others are filled."""
        return self.form == "row" and not (self.prompt or self.quoted) and any(c.asks for c in self.cells)

    @property
    def in_form(self) -> bool:
        """Whether this is a row of a table whose first column names what is asked for: a category, or a step after."""
        return self.form == "row" and bool(self.header) and self.header[0].strip().casefold() in FORMS

    @property
    def left_blank(self) -> bool:
        """Whether a row of such a table has nothing but what it names."""
        own = [cell.text.strip() for cell in self.cells]
        return self.in_form and not self.quoted and bool(own) and bool(own[0]) and not any(own[1:])

    @property
    def follows_up(self) -> bool:
        """Whether this is a row on what comes after, under a heading that might as well hold actions."""
        return self.in_form and self.header[0].strip().casefold() == "follow-up"

    @property
    def empty(self) -> bool:
        """Whether a reader sees nothing."""
        return not any(words.text.strip() for words in self.words)


@dataclass
class _State:
    lines: Sequence[str]
    kept: frozenset[int]
    path: list[tuple[int, str]] = field(default_factory=list)
    heading: int = 0
    group: int = 0
    items: list[int] = field(default_factory=list)
    quotes: int = 0
    level: int = 0
    table: int = 0
    in_head: bool = False
    header: tuple[str, ...] = ()
    row: int | None = None
    cells: list[Cell] = field(default_factory=list)


def _asks(text: str) -> bool:
    return text.strip().rstrip("*_ ").endswith("?")


def blocks(spans: Iterable[DraftSpan]) -> list[Block]:
    """Return the blocks of people's prose in a draft given as spans that join to its text."""
    text, kept = _own(spans)
    state = _State(text.split("\n"), kept)
    return [block for block in _walk(_parser().parse(text), state) if block.form == "code" or not block.empty]


def _own(spans: Iterable[DraftSpan]) -> tuple[str, frozenset[int]]:
    """Return the text with the lines of regions and fences blank, and the numbers of kept lines."""
    parts: list[str] = []
    kept: set[int] = set()
    line = 0
    for form, _, text in spans:
        plain = text.replace("\r\n", "\n").replace("\r", " ")
        height = plain.count("\n")
        if form == "kept":  # the fence's own two lines are comments
            kept |= set(range(line + 1, line + height))
        # Rows that are generated stay empty rows: without them people's rows below would be no table.
        blank = _LINE.sub("| |", plain) if plain.lstrip(" ").startswith("|") else "\n" * height
        parts.append(blank if form == "region" else plain)
        line += height
    whole = "".join(parts).replace("\x00", " ").removeprefix("\ufeff")
    return _FRONT_MATTER.sub(lambda match: "\n" * match[0].count("\n"), whole), frozenset(kept)


@cache
def _parser() -> MarkdownIt:
    from markdown_it import MarkdownIt

    return MarkdownIt("commonmark").enable("table")


def _walk(tokens: Sequence[Token], state: _State) -> Iterator[Block]:
    for token in tokens:
        line = token.map[0] + 1 if token.map else 0
        match token.type:
            case "heading_open":
                state.level = int(token.tag[1:])
            case "heading_close":
                state.level = 0
            case "list_item_open":
                state.items.append(line)
            case "list_item_close":
                state.items.pop()
            case "bullet_list_open" | "ordered_list_open" if not state.items:
                state.group = line
            case "blockquote_open":
                state.quotes += 1
            case "blockquote_close":
                state.quotes -= 1
            case "table_open":
                state.table, state.header = line, ()
            case "table_close":
                state.table = 0
            case "thead_open" | "thead_close":
                state.in_head = token.type == "thead_open"
            case "tr_open":
                state.row, state.cells = line, []
            case "tr_close":
                yield from _row(state)
            case "fence" | "code_block":
                yield _block("code", token, state, ())
            case "inline":
                yield from _inline(token, state)


def _row(state: _State) -> Iterator[Block]:
    line, cells = state.row or 0, tuple(state.cells)
    state.row = None
    if state.in_head:
        state.header = tuple(cell.text for cell in cells)
    else:
        words = (Words(line, " | ".join(cell.text for cell in cells)),) if any(c.text for c in cells) else ()
        yield Block(
            "row", line, words, _raw(state, line, line), _section(state), state.heading, state.table,
            cells=cells, header=state.header, kept=line in state.kept, quoted=state.quotes > 0,
            codes=tuple(code for cell in cells for code in cell.codes),
        )  # fmt: skip


def _inline(token: Token, state: _State) -> Iterator[Block]:
    first = (token.map[0] if token.map else 0) + 1
    words = tuple(_words(token, first))
    text = " ".join(one.text for one in words)
    if state.row is not None:
        state.cells.append(Cell(text.strip(), _emphasised(token), _codes(token)))
    elif state.level and not state.quotes:
        state.path = [entry for entry in state.path if entry[0] < state.level] + [(state.level, text)]
        state.heading = first
        yield _block("heading", token, state, words)
    else:
        yield _block("item" if state.items else "paragraph", token, state, words)


def _block(form: Form, token: Token, state: _State, words: tuple[Words, ...]) -> Block:
    begin, end = token.map or (0, 1)
    return Block(
        form, begin + 1, words, _raw(state, begin + 1, end), _section(state), state.heading,
        state.items[0] if state.items else begin + 1, state.level,
        emphasised=form != "code" and _emphasised(token), kept=begin + 1 in state.kept, quoted=state.quotes > 0,
        codes=_codes(token),
    )  # fmt: skip


def _section(state: _State) -> tuple[str, ...]:
    return tuple(text for _, text in state.path)


def _raw(state: _State, first: int, last: int) -> str:
    return "\n".join(state.lines[first - 1 : last])


def _words(token: Token, line: int) -> Iterator[Words]:
    text = ""
    for child in token.children or []:
        if child.type in {"softbreak", "hardbreak"}:
            yield Words(line, text)
            line, text = line + 1, ""
        elif child.type == "text":
            text += child.content
        elif child.type in {"code_inline", "image"}:
            text += CODE
    yield Words(line, text)


def _codes(token: Token) -> tuple[str, ...]:
    """Return the text of code, and the names of pictures."""
    return tuple(child.content for child in token.children or [] if child.type in {"code_inline", "image"})


def _emphasised(token: Token) -> bool:
    children = [c for c in token.children or [] if c.type != "text" or c.content.strip()]
    return len(children) > 2 and (children[0].type, children[-1].type) == ("em_open", "em_close") and (
        sum(c.type == "em_open" and c.level == 0 for c in children) == 1
    )  # fmt: skip
