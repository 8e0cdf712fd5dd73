"""Pointers into payloads: RFC 6901 for JSON, `line:N` for lines, `bytes:A-B` (both ends in it) for the rest."""

from __future__ import annotations

import json
import re

import orjson

from timeline.canonical import Json

_LINE, _BYTES = re.compile(r"line:([1-9]\d*)"), re.compile(r"bytes:(\d+)-(\d+)")
_INDEX = re.compile(r"0|[1-9]\d*")


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
        if match := _LINE.fullmatch(pointer):
            self._height = self._height or len(self._data.removesuffix(b"\n").split(b"\n"))
            return int(match[1]) <= self._height
        if match := _BYTES.fullmatch(pointer):
            return int(match[1]) <= int(match[2]) < len(self._data)
        return pointer.startswith("/") and self._resolves(pointer)

    def _resolves(self, pointer: str) -> bool:
        try:
            self._whole = self._whole or [_load(self._data)]
        except ValueError:
            return False
        element = self._whole[0]
        for part in pointer.split("/")[1:]:
            key = part.replace("~1", "/").replace("~0", "~")
            if isinstance(element, dict) and key in element:
                element = element[key]
            elif isinstance(element, list) and _INDEX.fullmatch(key) and int(key) < len(element):
                element = element[int(key)]
            else:
                return False
        return True


def _load(data: bytes) -> Json:
    try:
        return orjson.loads(data)
    except orjson.JSONDecodeError:
        return json.loads(data)  # lone surrogates, which orjson refuses
