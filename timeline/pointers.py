"""Pointers into payloads: RFC 6901 for JSON, `line:N` for lines, `bytes:A-B` (both ends in it) for the rest."""

from __future__ import annotations

import re

from timeline.canonical import Json, loads

#: `line:N` from 1, and `bytes:A-B`.
LINE, BYTES = re.compile(r"line:([1-9]\d*)"), re.compile(r"bytes:(\d+)-(\d+)")
#: A place in a list, as a pointer writes it.
INDEX = re.compile(r"0|[1-9][0-9]*")


class Elements:
    """A payload whose elements are looked for; parsed or counted once, when first asked."""

    def __init__(self, data: bytes) -> None:
        self._data = data
        self._whole: list[Json] = []
        self._height = 0

    def has(self, pointer: str | None) -> bool:
        """Tell whether a pointer leads to an element; an empty one leads to the whole."""
        if not pointer:
            return True
        if match := LINE.fullmatch(pointer):
            self._height = self._height or len(self._data.removesuffix(b"\n").split(b"\n"))
            return int(match[1]) <= self._height
        if match := BYTES.fullmatch(pointer):
            return int(match[1]) <= int(match[2]) < len(self._data)
        return pointer.startswith("/") and self._resolves(pointer)

    def _resolves(self, pointer: str) -> bool:
        try:
            self._whole = self._whole or [loads(self._data)]
            resolve(self._whole[0], pointer)
        except (ValueError, LookupError):
            return False
        return True


def resolve(value: Json, pointer: str) -> Json:
    """Return the element that an RFC 6901 pointer names; raise KeyError, IndexError or ValueError."""
    for part in pointer.split("/")[1:]:
        value = member(value, part)
    return value


def member(value: Json, part: str) -> Json:
    """Return what one part of a pointer names: a list's element, or an object's member."""
    if isinstance(value, list):
        if not INDEX.fullmatch(part):
            raise ValueError(f"{part!r} is no index of a list")
        return value[int(part)]
    if not isinstance(value, dict):
        raise KeyError(part)
    return value[unescaped(part)]


def unescaped(part: str) -> str:
    """Return the name that a part of a pointer stands for."""
    return part.replace("~1", "/").replace("~0", "~")
