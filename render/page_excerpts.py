"""Excerpts: a fact's own element of its payload, cut to what a page can carry."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from functools import lru_cache

import orjson

from timeline.canonical import Json
from timeline.errors import TimelineError

EXCERPT_LIMIT = 8 * 2**10  # bytes; contracts §9
#: All excerpts of a page, before compression: with more, each is cut shorter, none is left out.
TOTAL_LIMIT = 32 * 2**20
_SMALLEST = 256
#: What a payload that is absent, broken or of another shape raises.
UNREADABLE = (KeyError, IndexError, ValueError, TypeError, OSError, TimelineError)
_LINE = re.compile(r"line:([1-9]\d*)")
_BYTES = re.compile(r"bytes:(\d+)-(\d+)")


class Excerpts:
    """Collects excerpts, each text once; `add` gives an index into what `dump` returns."""

    def __init__(self, read: Callable[[str], bytes], mask: Callable[[str], str]) -> None:
        self._read = lru_cache(maxsize=8)(lambda digest: _Payload(read(digest)))
        self._mask = mask
        self._texts: dict[str, int] = {}

    def add(self, digest: str, pointer: str | None) -> int | None:
        """Resolve `pointer` in the payload; None where payload or element is not there."""
        try:
            text = self._read(digest).element(pointer or "")
        except UNREADABLE:
            return None
        return self._texts.setdefault(cut(self._mask(text), EXCERPT_LIMIT), len(self._texts))

    def dump(self) -> list[str]:
        """Return the texts by index, together at most `TOTAL_LIMIT` bytes where cutting can do it."""
        texts, limit = list(self._texts), EXCERPT_LIMIT
        while limit > _SMALLEST and sum(len(text.encode()) for text in texts) > TOTAL_LIMIT:
            limit //= 2
            texts = [cut(text, limit) for text in texts]
        return texts


class _Payload:
    """A payload that is parsed or split once, when first asked."""

    def __init__(self, data: bytes) -> None:
        self._data = data
        self._json: list[Json] = []
        self._lines: list[bytes] = []

    def element(self, pointer: str) -> str:
        if match := _LINE.fullmatch(pointer):
            self._lines = self._lines or self._data.split(b"\n")
            return _decode(self._lines[int(match[1]) - 1])
        if match := _BYTES.fullmatch(pointer):
            return _decode(self._data[int(match[1]) : int(match[2]) + 1])
        if not pointer.startswith("/"):
            if pointer:
                raise ValueError(f"{pointer!r} is no pointer")
            return _decode(self._data[: EXCERPT_LIMIT + 4])
        if not self._json:
            self._json.append(load(self._data))
        return json.dumps(resolve(self._json[0], pointer), indent=2, ensure_ascii=False)


def load(data: bytes) -> Json:
    """Decode JSON; lone surrogates, which orjson refuses, become U+FFFD. Raises ValueError."""
    try:
        return orjson.loads(data)
    except orjson.JSONDecodeError:
        # Only the standard library reads escapes of lone surrogates; no UTF-8 can hold them.
        text = json.dumps(json.loads(data), ensure_ascii=False)
        return json.loads(re.sub("[\ud800-\udfff]", "\ufffd", text))


def resolve(value: Json, pointer: str) -> Json:
    """Return the element an RFC 6901 pointer names; raise KeyError, IndexError or ValueError."""
    for part in pointer.split("/")[1:]:
        key = part.replace("~1", "/").replace("~0", "~")
        value = value[int(key)] if isinstance(value, list) else value[key]
    return value


def cut(text: str, limit: int) -> str:
    """Return `text`, or its beginning in at most `limit` bytes of UTF-8, ending in an ellipsis."""
    data = text.encode("utf-8", "replace")
    if len(data) <= limit:
        return data.decode()
    return data[: limit - 3].decode("utf-8", "ignore").removesuffix("…") + "…"


def _decode(data: bytes) -> str:
    return data.decode("utf-8", "replace")
