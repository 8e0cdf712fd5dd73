"""Sentences and clauses of plain words, in English; a place in them is a place in the block."""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import pairwise

from timeline.checks.claims.plain import Plain, Span

_END = re.compile(r"[.!?…](?:[\"”’»)\]]{0,3})(?=\s)")
#: Words before a full stop that ends no sentence.
_ABBREVIATED = re.compile(
    r"(?:^|[\s(\[])(?:e\.g|i\.e|etc|approx|ca|circa|c|vs|cf|resp|incl|excl|no|nos|nr|fig|sec|min|max|est|dept|mr|mrs|ms|dr|st|inc|ltd|co"
    r"|jan|feb|mar|apr|jun|jul|aug|sept?|oct|nov|dec|a\.m|p\.m|am|pm|al|[A-Za-z]|\d{1,3})\.$",
    re.IGNORECASE,
)
_HALVES = re.compile(r"(?:a\.m|p\.m|etc|inc|ltd|co)\.$", re.IGNORECASE)
_BEGINS = re.compile(r"\s+[\"“‘«(\[]{0,3}[A-Z0-9\ufffc]")
_ZONE = re.compile(
    r"\s+\(?(?:[A-Z]{2,5}\b|(?:Pacific|Eastern|Central|Mountain)\b|[A-Z][a-z]+(?:(?: [A-Z][a-z]+){0,2} time\b|/[A-Z]))"
)
_CLAUSE = re.compile(
    r";|\s[–—]\s?|\s-{1,3}\s|:\s|,\s(?=(?:and|but|while|whereas|so|yet|then|after which|before which|when|which|until)\b)"
    r"|\s(?=(?:but|while|whereas|and then|and (?:the|it|we|they|an?|at|by|from|alert)|although|though)\s)",
    re.IGNORECASE,
)


def sentences(plain: Plain, start: int = 0, end: int | None = None) -> Iterator[Span]:
    """Yield the sentences of a block's words, blank ones left out; none ends inside code or a quotation.

    What only cites, such as `(f-…)` behind a full stop, belongs to the sentence before it.
    """
    waiting: Span | None = None
    for span in _sentences(plain, start, len(plain.text) if end is None else end):
        if waiting and not any(letter.isalnum() for letter in plain.text[span.start : span.end]):
            waiting = Span(waiting.start, span.end)
            continue
        if waiting:
            yield waiting
        waiting = span
    if waiting:
        yield waiting


def _sentences(plain: Plain, start: int, stop: int) -> Iterator[Span]:
    text, begin = plain.text, start
    for match in _END.finditer(text, start, stop):
        place = match.start()
        inside = plain.is_code(place) or (plain.is_quoted(place) and not _closes(match, text))
        if inside or not _is_end(text, begin, match):
            continue
        yield from _some(plain.held, begin, match.end())
        begin = match.end()
    yield from _some(plain.held, begin, stop)


def _closes(match: re.Match[str], text: str) -> bool:
    return match.end() - match.start() > 1 and text[match.start() + 1] in '"”’»'


def _is_end(text: str, begin: int, match: re.Match[str]) -> bool:
    if text[match.start()] != ".":
        return True
    before = text[max(begin, match.start() - 24) : match.start() + 1]
    if _HALVES.search(before):
        return _BEGINS.match(text, match.end()) is not None and not _ZONE.match(text, match.end())
    # A sentence may begin with code, or with a name in small letters.
    return not _ABBREVIATED.search(before) or not text[match.end() :].strip()


def _some(text: str, begin: int, end: int) -> Iterator[Span]:
    words = text[begin:end]
    if words.strip():
        yield Span(begin + len(words) - len(words.lstrip()), begin + len(words.rstrip()))


def clauses(plain: Plain, sentence: Span) -> tuple[Span, ...]:
    """Return the clauses of a sentence, in order; marks in code, quotations and times end none."""
    begin, parts = sentence.start, list[Span]()
    for match in _CLAUSE.finditer(plain.text, sentence.start, sentence.end):
        if plain.is_code(match.start()) or plain.is_quoted(match.start()):
            continue
        parts += _some(plain.held, begin, match.start())
        begin = match.end() if match[0].strip(" ,") else match.start()
    return (*parts, *_some(plain.held, begin, sentence.end)) or (sentence,)


def cells(plain: Plain) -> Iterator[Span]:
    """Yield the cells of a table's row, empty ones too: what stands between bars that are not escaped or in code."""
    text = plain.text
    bars = [
        match.start()
        for match in re.finditer(r"\|", text)
        if not plain.is_code(match.start()) and (match.start() == 0 or plain.raw[match.start() - 1] != "\\")
    ]
    edges = [*([] if bars and not text[: bars[0]].strip() else [-1]), *bars]
    if not bars or text[bars[-1] + 1 :].strip():
        edges.append(len(text))
    for left, right in pairwise(edges):
        yield Span(left + 1, right)
