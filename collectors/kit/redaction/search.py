"""Where secrets stand in bytes: parts that may hold some are read as what they say, and searched there."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from functools import cache

from collectors.kit.redaction.assigned import Hit, assigned
from collectors.kit.redaction.formed import formed
from collectors.kit.redaction.marks import Span
from collectors.kit.redaction.names import WORDS
from collectors.kit.redaction.patterns import Pattern, compiled
from collectors.kit.redaction.rules import rules
from collectors.kit.redaction.views import View, views

_BEFORE, _PART, _SHARED = 320, 8192, 2048  # bytes before a beginning, of a part, and that two parts share
_QUOTES = 32  # that are escaped within a value, and looked past
_LARGEST = 64 * 1024  # of a part that holds one long secret
#: What else may tell a secret: credentials in a link, a key's first line, a hash in a link.
_OTHERS = rb"(?::|%3[Aa])(?:\\*/|%2[Ff]){2}[^\s\"'/@<>]*(?:@|%40)|PRIVATE KEY|(?:[?&;#]|u0026|%26)(?:t|code|sig|hash|ticket)(?:=|\\+u003|%3)|%24[126aby]"
_SCHEMES = rb"[Bb]earer|BEARER|[Bb]asic|BASIC|GenieKey|[Ss]plunk"


@cache
def _beginnings() -> Pattern:
    return compiled(rules().beginnings)


@cache
def _telling(*, named: bool) -> Pattern:
    words = b"|".join((_OTHERS, _SCHEMES, b"(?i:%s)" % WORDS)) if named else b"PRIVATE KEY"
    return compiled(b"|".join((rules().beginnings, words)))


def secrets(data: bytes, *, named: bool = True) -> Iterator[Span]:
    """Yield the secrets of `data`: of a known form and, where `named`, those that something announces."""
    telling, place = _telling(named=named), 0
    while found := telling.search(data, place):
        start = max(0, found.start() - _BEFORE, place - _BEFORE)
        size = _PART
        while True:
            end = min(len(data), start + size)
            spans, is_cut = _searched(data, start, end, named=named)
            if not is_cut or size >= _LARGEST:
                break
            size *= 4
        yield from spans
        done = max((span.end for span in spans), default=0)
        place = end if end == len(data) else max(end - _SHARED, done, found.start() + 1)


def _searched(data: bytes, start: int, end: int, *, named: bool) -> tuple[list[Span], bool]:
    """Return the secrets of a part, and whether one of them reaches its end, so that it may go on behind it."""
    spans, is_cut = list[Span](), False
    for view in views(data, start, end):
        hits: Iterable[Hit] = formed(view.text, _beginnings())
        if named:
            hits = [*hits, *assigned(view.text)]
        for hit in hits:
            spans.append(_span(data, view, hit))
            is_cut |= hit.end == len(view.text) and end < len(data)
    return spans, is_cut


def _span(data: bytes, view: View, hit: Hit) -> Span:
    """Return a hit in the raw bytes, to its closing quote where it was opened by one."""
    start, end = view.start(hit.start), view.end(hit.end)
    quote = b""
    if hit.bare >= 0:
        quote = data[view.start(hit.bare) : view.end(hit.bare + 1)]
    if hit.quoted:
        end = _closing(data, view.start(hit.start - 1), start, end)
    return Span(start, end, hit.kind, quote)


def _closing(data: bytes, opening: int, start: int, end: int) -> int:
    """Return where a value ends that a quote opened: at one that is escaped as that one is."""
    quote = data[opening:start]
    if quote[-1:] not in {b'"', b"'"}:
        return end
    place = end
    for _ in range(_QUOTES):
        place = data.find(quote[-1:], place, start + 4096)
        if place < 0:
            break
        before = data[max(start, place - 64) : place]
        escapes = len(before) - len(before.rstrip(b"\\"))
        if escapes % (2 * len(quote)) == len(quote) - 1:  # a backslash in a value is written as twice as many
            return place - len(quote) + 1
        if escapes < len(quote) - 1:
            return place - escapes
        place += 1
    return end
