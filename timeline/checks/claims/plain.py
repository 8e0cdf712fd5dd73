"""Markdown as plain words of the same length: what is markup is spaces, so that a place in one is a place in the other."""

from __future__ import annotations

import html
import re
from bisect import bisect_right
from collections.abc import Iterable, Iterator
from functools import cached_property
from typing import NamedTuple

from timeline.references.grammar import CITATION as CITATION
from timeline.references.grammar import LIKE
from timeline.references.places import FILLED

#: Longer blocks are cut: nobody writes one, and every reader walks it.
LONGEST = 20_000


class Span(NamedTuple):
    """`[start, end)` in characters of a plain text."""

    start: int
    end: int

    def holds(self, place: int) -> bool:
        """Tell whether a place lies within."""
        return self.start <= place < self.end


class Citation(NamedTuple):
    """An id that is cited, and where it stands; that of a link stands at the link's end."""

    id: str
    start: int
    end: int


def cited_in(citations: Iterable[Citation], span: Span) -> tuple[Citation, ...]:
    """Return the citations that stand within a span, or at its end."""
    return tuple(one for one in citations if span.start <= one.start <= span.end)


class Position(NamedTuple):
    """A line of the file and a column of it, both from 1, the column in code points."""

    line: int
    column: int


# What is markup, first come: each alternative ends within the text, and none nests.
_MARKUP = re.compile(
    rf"(?P<filled>{FILLED})"
    r"|(?P<comment><!--(?:(?!<!--|-->)[^\x00])*+-->)"
    r"|(?P<ticks>`{1,9})(?P<code>(?:(?!`)[^\x00]){1,2000}+)(?P=ticks)(?!`)"
    r"|(?P<image>!\[[^\[\]]{0,500}+\]\([^()\s]{0,2000}+(?:\s\"[^\"]{0,500}+\")?\))"
    r"|(?P<target>\]\([^()\s]{0,2000}+(?:\s\"[^\"]{0,500}+\")?\)|\]\[[^\[\]]{0,200}+\])"
    r"|(?P<auto><https?://[^<>\s]{1,2000}+>|https?://[^\s<>|]{1,2000}+)"
    r"|(?P<tag></?[a-zA-Z][^<>\n]{0,500}+>)"
    r"|(?P<entity>&(?:#\d{1,7}|#[xX][0-9a-fA-F]{1,6}|[A-Za-z]{2,24}\d{0,2});)"
    r"|(?P<escape>\\[!-/:-@\[-`{-~])"
    rf"|(?P<typed>{LIKE.pattern})"
    rf"|(?P<cited>{CITATION.pattern})"
    r"|(?P<strong>\*{1,3}|(?<!\w)_{1,3}(?=\S)|(?<=\S)_{1,3}(?!\w)|~~|\[(?![.…])|(?<![.…])\](?![(\[]))"
)
#: What begins a line and is no word: a list's mark, its box, a quotation's, a heading's.
_BEGIN = re.compile(
    r"^[ \t]*(?:(?:>[ \t]?)+|#{1,6}(?=\s)|(?:[-*+]|\d{1,9}[.)])(?=\s))*[ \t]*(?:\[[ xX]\](?=\s))?",
    re.MULTILINE,
)
_OPENING = {"“": "”", "„": "“”", "«": "»", "‹": "›", '"': '"', "‘": "’"}


class Plain:
    """A block's words: `text` is as long as its Markdown, which begins on `line` of the file.

    `code` are the spans of code (their ticks are spaces), `quotes` what stands between quotation marks (the marks
    left out), `citations` the ids in their order (spaces in `text`). A reference's value is spaces, too: it is nobody's
    claim, and `reference-stale` compares it with the facts.
    """

    def __init__(self, raw: str, line: int, *, row: bool = False) -> None:
        self.raw = raw[:LONGEST]
        self.line = line
        self.code: list[Span] = []
        self.citations: list[Citation] = []
        self._letters = list(self.raw)
        for match in _BEGIN.finditer(self.raw):
            self._blank(match.start(), match.end())
        for match in _MARKUP.finditer(self.raw):
            self._mark(match)
        if not row:
            self._letters = [
                " " if letter in "\n\r\t\u00a0\u2007\u202f" else letter for letter in self._letters
            ]
        self.text = "".join(self._letters)

    def _blank(self, start: int, end: int) -> None:
        self._letters[start:end] = " " * (end - start)

    def _mark(self, match: re.Match[str]) -> None:
        form, (start, end) = match.lastgroup, match.span()
        if match["code"] is not None:
            ticks = len(match["ticks"])
            self._blank(start, start + ticks)
            self._blank(end - ticks, end)
            inside = [
                Citation(one[0], *one.span())
                for one in CITATION.finditer(self.raw, start + ticks, end - ticks)
            ]
            for one in inside:
                self._blank(one.start, one.end)
            self.citations += inside
            self.code.append(Span(start + ticks, end - ticks))
        elif form == "escape":
            self._letters[start] = " "
        elif form == "entity":
            letter = html.unescape(match[0])
            self._blank(start, end)
            if len(letter) == 1:
                self._letters[start] = letter
        elif form != "strong" or match[0] not in {"[", "]"} or self._is_link(match):
            self._blank(start, end)
        if form in {"target", "auto"}:
            self.citations += [Citation(one[0], start, start + 1) for one in CITATION.finditer(match[0])]
        elif form in {"filled", "typed"}:
            named = dict.fromkeys(one[0] for one in CITATION.finditer(match[0]))
            self.citations += [Citation(identity, start, start + 1) for identity in named]
        elif form == "cited":
            self.citations.append(Citation(match[0], start, end))

    def _is_link(self, match: re.Match[str]) -> bool:
        """Brackets of a link are markup; `[sic]` and `[...]` in a quotation are words."""
        return match[0] == "[" and "](" in self.raw[match.end() : match.end() + 2000]

    @cached_property
    def held(self) -> str:
        """The text with what it cites as letters, not spaces: a sentence may begin with it."""
        letters = list(self.text)
        for one in self.citations:
            letters[one.start : one.end] = "\ufffc" * (one.end - one.start)
        return "".join(letters)

    @cached_property
    def quotes(self) -> list[Span]:
        """What stands between quotation marks; marks in code are none, an apostrophe is none."""
        return list(self._quotes())

    def _quotes(self) -> Iterator[Span]:
        place = 0
        while place < len(self.text):
            closing = _OPENING.get(self.text[place])
            if closing is None or self.is_code(place):
                place += 1
                continue
            end = self._closing(place, closing)
            if end:
                yield Span(place + 1, end)
            place = end + 1 if end else place + 1

    def _closing(self, place: int, closing: str) -> int:
        """Return where a quotation ends, 0 where it does not: within 4,000 characters."""
        if closing == "’" and place and self.text[place - 1].isalnum():
            return 0
        return min(filter(None, (self._next(place, mark) for mark in closing)), default=0)

    def _next(self, place: int, mark: str) -> int:
        last = min(place + 4_000, len(self.text))
        end = self.text.find(mark, place + 1, last)
        while end > 0 and (self.is_code(end) or (mark == "’" and self.text[end + 1 : end + 2].isalnum())):
            end = self.text.find(mark, end + 1, last)
        return max(end, 0)

    def is_code(self, place: int) -> bool:
        """Tell whether a place is in code."""
        at = bisect_right(self.code, (place, len(self.text))) - 1
        return at >= 0 and self.code[at].holds(place)

    def is_quoted(self, place: int) -> bool:
        """Tell whether a place is within quotation marks."""
        at = bisect_right(self.quotes, (place, len(self.text))) - 1
        return at >= 0 and self.quotes[at].holds(place)

    def position(self, place: int) -> Position:
        """Return the line and column of the file at a place."""
        line = bisect_right(self._ends, place)
        return Position(self.line + line, place - (self._ends[line - 1] if line else 0) + 1)

    def place(self, position: Position) -> int:
        """Return the place of a line and column of the file."""
        line = position.line - self.line
        return (self._ends[line - 1] if line > 0 else 0) + position.column - 1

    @cached_property
    def _ends(self) -> list[int]:
        return [match.end() for match in re.finditer("\n", self.raw)]
