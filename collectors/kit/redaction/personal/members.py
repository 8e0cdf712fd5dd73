"""Which members of an answer name people, and how a number of JSON is written as a text."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterable
from functools import cached_property

from collectors.kit.redaction.patterns import Pattern, compiled

#: Stands for a line of text that is an address alone, as git is asked to print them.
LINE = "\n"
#: Stands for all of an answer.
ALL = "*"
_STRING = compiled(rb'"(?:[^"\\\r\n]|\\.)*"')
_NUMBER = re.compile(rb"-?[0-9.eE+-]+")
_NAMED = re.compile(rb"(\\{0,46}[\"'])[ \t\r\n]{0,8}:[ \t\r\n]{0,8}\Z")


def pattern(members: Iterable[str]) -> Pattern | None:
    """Return what matches the values of these members of JSON, at any depth; None for no member."""
    names = sorted(set(members))
    if ALL in names:
        return compiled(rb"(?s).+")
    forms = [rb"(?m)^[^\s@<>]+@[^\s@<>]+$"] if LINE in names else []
    if words := [re.escape(name.encode()) for name in names if name != LINE]:
        forms.append(rb'\\*"(?:%s)\\*"\s*:\s*(?:\\*"[^"\\\r\n]*|[0-9.eE+-]+)' % b"|".join(words))
    return compiled(b"|".join(forms)) if forms else None


def kept(data: bytes, members: Pattern | None) -> list[tuple[int, int]]:
    """Return where values stand that name people, in order."""
    return [match.span() for match in members.finditer(data)] if members else []


class Strings:
    """Where the strings of JSON stand: a number outside them needs quotes to become a mark."""

    def __init__(self, data: bytes) -> None:
        self._data = data

    @cached_property
    def _spans(self) -> tuple[list[int], list[int]] | None:
        if self._data.lstrip()[:1] not in {b"{", b"["}:
            return None
        spans = [match.span() for match in _STRING.finditer(self._data)]
        return [start for start, _ in spans], [end for _, end in spans]

    def quote(self, start: int, end: int) -> bytes:
        """Return the quote that a mark needs in place of `[start, end)`: none but for a bare number."""
        data = self._data
        if not _NUMBER.fullmatch(data, start, end):
            return b""
        if named := _NAMED.search(data, max(0, start - 48), start):
            return named[1]
        if self._spans is None:
            return b""
        starts, ends = self._spans
        index = bisect_right(starts, start) - 1
        return b"" if index >= 0 and start < ends[index] else b'"'
