"""Places: where references stand in people's Markdown, typed or filled in, and what of it is a person's code.

A filled-in reference is the value, linked, and right after it a comment that keeps the reference and a sum of the
label, by which an edit by hand is told from a fact that changed:

    [14:10:30-14:10:45 UTC](timeline.html#f-84285be8f9fc3c57)<!--{f-84285be8f9fc3c57:time}1b2c3d4e-->

The comment never begins a line, where it would make the line HTML: no white space stands before it or in it. Readers
without the page have `<span>...</span>` for the link.
"""

from __future__ import annotations

import html
import re
import zlib
from bisect import bisect_left
from collections.abc import Iterable, Iterator, Sequence
from functools import cache
from itertools import pairwise
from typing import TYPE_CHECKING, Final, Literal, NamedTuple

from timeline.references.grammar import LIKE, Reference, parse

if TYPE_CHECKING:
    from markdown_it import MarkdownIt

_COMMENT = r"<!--\s*(?P<held>\{[^{}<>]{1,400}\})\s*(?P<sum>[0-9a-f]{8})\s*-->"
#: A filled-in reference, as a regular expression with groups of its own.
FILLED: Final = (
    r"(?:\[(?P<label>(?:[^\[\]\\<]|\\?<(?!!--)|\\[^\x00<]){0,2000}+)\]\((?P<address>[^()\s<>]{0,2000}+)\)"
    rf"|<span>(?P<bare>[^<>]{{0,2000}}+)</span>){_COMMENT}"
)
_ONE = re.compile(FILLED)
# What Markdown reads otherwise than words, first come. A code span is looked for by its ticks.
_TOKEN = re.compile(
    r"(?P<escape>\\[!-/:-@\[-`{-~])|(?P<ticks>`{1,99})"
    rf"|(?P<filled>{FILLED})|(?P<orphan>{_COMMENT.replace('?P<held>', '?P<lost>').replace('?P<sum>', '')})"
    r"|(?P<comment><!--)"
    r"|(?P<tag></?[a-zA-Z][^<>]{0,500}+>|<[a-zA-Z][a-zA-Z0-9+.-]{1,31}:[^<>\s]{0,2000}+>)"
    r"|(?P<auto>\b(?:https?://|www\.)[^\s<>|]{1,2000}+)"
    r"|(?P<target>\](?:\((?:[^()\n]|\([^()\n]{0,500}+\)){0,2000}+\)|\[[^\[\]\n]{0,500}+\](?!\()))"
    rf"|(?P<typed>{LIKE.pattern})|(?P<open>!?\[)|(?P<shut>\])"
)
_PIPE = re.compile(r"(?<!\\)\|")
_FRONT_MATTER = re.compile(r"\A---[ \t]*\n.*?^(?:---|\.\.\.)[ \t]*$", re.DOTALL | re.MULTILINE)
_ESCAPED = re.compile(r"\\([!-/:-@\[-`{-~])")
_FOLD = re.compile(r"\s*\n[ \t>]*|\s+")

State = Literal["typed", "filled", "broken", "orphan"]


class Place(NamedTuple):
    """`[start, end)` of a text: a reference that was typed, one filled in, half of one, or a comment that lost its value.

    `block` is the end of the top block of Markdown that holds it; `in_label` tells that it stands in a link's label.
    """

    state: State
    start: int
    end: int
    text: str
    reference: Reference | None
    block: int
    in_label: bool = False
    label: str = ""
    sum: str = ""


def sum_of(label: str) -> str:
    """Return the sum that is kept of a label: CRC-32 of what it shows, eight digits of 0-9a-f."""
    return f"{zlib.crc32(shown(label).encode('utf-8', 'surrogatepass')):08x}"


def shown(label: str) -> str:
    """Return what a reader sees of a label: formatters break lines and drop backslashes, and change nothing by that."""
    return _FOLD.sub(" ", html.unescape(_ESCAPED.sub(r"\1", label))).strip()


def label_of(filled: str) -> str:
    """Return the label of a filled-in reference."""
    match = _ONE.fullmatch(filled)
    return "" if match is None else match["bare"] if match["label"] is None else match["label"]


def alike(filled: str, other: str) -> bool:
    """Tell whether two filled-in references show, link and keep the same: line ends of a formatter's aside."""
    return filled == other or _told(filled) == _told(other) is not None


def _told(filled: str) -> tuple[str, str | None, str, str] | None:
    match = _ONE.fullmatch(filled)
    if match is None:
        return None
    return shown(label_of(filled)), match["address"], " ".join(match["held"].split()), match["sum"]


def places(text: str) -> list[Place]:
    """Return where references stand in people's Markdown: not in code, comments, addresses and HTML blocks."""
    if "{" not in text:
        return []
    found: list[Place] = []
    for begin, end, block, is_row in _units(text):
        cells = _cells(text, begin, end) if is_row else [(begin, end)]
        for first, last in cells:
            found += _of_unit(text, first, last, block)
    return sorted(found, key=lambda one: one.start)


@cache
def _parser() -> MarkdownIt:
    from markdown_it import MarkdownIt

    return MarkdownIt("commonmark").enable("table").disable("inline")


def _units(text: str) -> Iterator[tuple[int, int, int, bool]]:
    """Yield where words stand: a paragraph's, a heading's, a row's begin and end, and the end of its top block."""
    starts = [0]
    starts += [match.end() for match in re.finditer("\n", text)]
    starts.append(len(text))
    # Each line stays one line, and each character one character.
    plain = text.replace("\r", " ").replace("\x00", " ").replace("\ufeff", " ")
    plain = _FRONT_MATTER.sub(lambda match: re.sub(r"[^\n]", " ", match[0]), plain)
    last, top, in_table = len(starts) - 1, 0, False

    def at(line: int) -> int:
        return starts[min(line, last)]

    for token in _parser().parse(plain):
        if token.map and token.level == 0:
            last_line = token.map[1]
            while last_line > token.map[0] + 1 and not plain[at(last_line - 1) : at(last_line)].strip():
                last_line -= 1  # a list's lines end with the empty ones after it
            top = at(last_line)
        if token.type in {"table_open", "table_close"}:
            in_table = token.type == "table_open"
        elif token.type == "tr_open" and token.map:
            yield at(token.map[0]), at(token.map[0] + 1), top, True
        elif token.type == "inline" and token.map and not in_table:
            yield at(token.map[0]), at(token.map[1]), top, False


def _cells(text: str, begin: int, end: int) -> list[tuple[int, int]]:
    cuts = [begin - 1, *(match.start() for match in _PIPE.finditer(text, begin, end)), end]
    return [(first + 1, last) for first, last in pairwise(cuts)]


def _of_unit(text: str, begin: int, end: int, block: int) -> list[Place]:
    found: list[Place] = []
    opened: list[tuple[int, bool]] = []  # where brackets begin, and whether a picture's
    labels: list[tuple[int, int, bool]] = []
    at = begin
    while match := _TOKEN.search(text, at, end):
        at = match.end()
        if match["ticks"]:
            closing = re.compile(rf"(?<!`){match['ticks']}(?!`)").search(text, at, end)
            at = closing.end() if closing else at
        elif match["comment"]:
            shut = text.find("-->", at, end)
            if shut < 0:
                break  # what is filled in behind it would end it, and be hidden
            at = shut + 3
        elif match["open"]:
            opened.append((match.start(), match["open"] == "!["))
        elif match["target"] and opened:
            start, is_picture = opened.pop()
            labels.append((start, match.end(), is_picture))
        elif match["shut"] and opened:
            opened.pop()
        elif place := _place(match, block):
            found.append(place)
    links, pictures = (
        _outermost(span for *span, is_one in labels if is_one is kind) for kind in (False, True)
    )
    # Of a picture the text is no Markdown.
    return [place._replace(in_label=_inside(place, links)) for place in found if not _inside(place, pictures)]


def _outermost(spans: Iterable[Sequence[int]]) -> list[tuple[int, int]]:
    kept: list[tuple[int, int]] = []
    for start, end in sorted((start, end) for start, end in spans):
        if not kept or start >= kept[-1][1]:
            kept.append((start, end))
    return kept


def _inside(place: Place, spans: Sequence[tuple[int, int]]) -> bool:
    at = bisect_left(spans, (place.start, 0)) - 1
    return at >= 0 and place.end <= spans[at][1]


def _place(match: re.Match[str], block: int) -> Place | None:
    start, end, text = match.start(), match.end(), match[0]
    if match["typed"]:
        given = parse(text)
        return Place("typed" if given else "broken", start, end, text, given, block)
    if match["filled"]:
        given = parse(" ".join(match["held"].split()))
        label = match["label"] if match["label"] is not None else match["bare"]
        return Place(
            "filled" if given else "orphan", start, end, text, given, block, label=label, sum=match["sum"]
        )
    if match["orphan"]:
        return Place("orphan", start, end, text, parse(" ".join(match["lost"].split())), block)
    return None
