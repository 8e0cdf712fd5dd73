"""Excerpts: a fact's own element of its payload with its neighbours, cut to what a page can carry."""

from __future__ import annotations

import json
from collections.abc import Callable
from functools import lru_cache
from typing import NamedTuple

import orjson

from timeline.canonical import Json, loads_loosely
from timeline.errors import TimelineError
from timeline.pointers import BYTES, LINE, member, resolve, unescaped

EXCERPT_LIMIT = 8 * 2**10  # bytes of a fact's own element; contracts §9
NEIGHBOUR_LIMIT = 2**10
NEIGHBOURS = 2  # elements before and after
#: All excerpts of a page, before compression: with more, each is cut shorter, none is left out.
TOTAL_LIMIT = 32 * 2**20
_SMALLEST = 256
#: What a payload that is absent, broken or of another shape raises.
UNREADABLE = (KeyError, IndexError, ValueError, TypeError, OSError, TimelineError)


class Found(NamedTuple):
    """A list of texts of which one, at `place`, is the element; `key` names the list within its payload."""

    key: str
    size: int
    place: int
    text: Callable[[int], str]


class Excerpts:
    """Collects excerpts; `add` gives `[list, place]` into what `dump` returns. A text is there once.

    Elements of one list are kept together, so that what are neighbours of many facts is held once.
    """

    def __init__(self, read: Callable[[str], bytes], mask: Callable[[str], str]) -> None:
        self._read = lru_cache(maxsize=8)(lambda digest: _Payload(read(digest)))
        self._mask = mask
        self._lists: dict[tuple[str, str], int] = {}
        self._sizes: list[int] = []
        self._texts: list[dict[int, str]] = []
        self._whole: set[tuple[int, int]] = set()

    def add(self, digest: str, pointer: str | None) -> list[int] | None:
        """Resolve `pointer` in the payload; None where payload or element is not there."""
        try:
            found = self._read(digest).find(pointer or "")
            own = found.text(found.place)
        except UNREADABLE:
            return None
        index = self._lists.setdefault((digest, found.key), len(self._lists))
        if index == len(self._texts):
            self._texts.append({})
            self._sizes.append(found.size)
        self._put(index, found.place, own, EXCERPT_LIMIT)
        self._whole.add((index, found.place))
        for place in range(max(found.place - NEIGHBOURS, 0), min(found.place + NEIGHBOURS + 1, found.size)):
            if place not in self._texts[index]:
                self._put(index, place, found.text(place), NEIGHBOUR_LIMIT)
        return [index, found.place]

    def _put(self, index: int, place: int, text: str, limit: int) -> None:
        if (index, place) not in self._whole:
            self._texts[index][place] = cut(self._mask(text), limit)

    def dump(self) -> list[Json]:
        """Return `{size, texts}` of each list, together at most `TOTAL_LIMIT` bytes where cutting can do it."""
        limit = EXCERPT_LIMIT
        while limit > _SMALLEST and self._bytes() > TOTAL_LIMIT:
            limit //= 2
            self._texts = [{place: cut(text, limit) for place, text in one.items()} for one in self._texts]
        return [
            {"size": size, "texts": {str(place): text for place, text in sorted(texts.items())}}
            for size, texts in zip(self._sizes, self._texts, strict=True)
        ]

    def _bytes(self) -> int:
        return sum(len(text.encode()) for one in self._texts for text in one.values())


class _Payload:
    """A payload that is parsed or split once, when first asked."""

    def __init__(self, data: bytes) -> None:
        self._data = data
        self._json: list[tuple[Json, bool]] = []
        self._lines: list[bytes] = []

    def find(self, pointer: str) -> Found:
        if match := LINE.fullmatch(pointer):
            self._lines = self._lines or self._data.removesuffix(b"\n").split(b"\n")
            lines = self._lines
            lines[int(match[1]) - 1]
            return Found("line", len(lines), int(match[1]) - 1, lambda place: _decode(lines[place]))
        if match := BYTES.fullmatch(pointer):
            return self._part(int(match[1]), int(match[2]) + 1)
        if not pointer.startswith("/"):
            if pointer:
                raise ValueError(f"{pointer!r} is no pointer")
            return Found("", 1, 0, lambda _: _decode(self._data[: EXCERPT_LIMIT + 4]))
        if not self._json:
            self._json.append(_loaded(self._data))
        return _element(*self._json[0], *pointer.rsplit("/", 1))

    def _part(self, start: int, end: int) -> Found:
        parts = [
            self._data[max(start - NEIGHBOUR_LIMIT // 2, 0) : start],
            self._data[start:end],
            self._data[end : end + NEIGHBOUR_LIMIT // 2],
        ]
        return Found(f"{start}-{end}", 3, 1, lambda place: _decode(parts[place]))


def _element(whole: Json, strict: bool, parent: str, last: str) -> Found:
    """Return the element among its siblings: the members of its list, or of its object with their names."""
    held = resolve(whole, parent)
    member(held, last)  # raises where it is not there
    if isinstance(held, list):
        return Found(parent, len(held), int(last), lambda place: _pretty(held[place], strict))
    names, own = list(held), unescaped(last)
    return Found(
        parent,
        len(names),
        names.index(own),
        lambda place: (
            f"{json.dumps(names[place], ensure_ascii=False)}: {_pretty(held[names[place]], strict)}"
        ),
    )


def _pretty(value: Json, strict: bool) -> str:
    # A sample, `[time, value]`, reads better on one line.
    if isinstance(value, list) and len(value) <= 4 and not any(isinstance(v, list | dict) for v in value):
        return json.dumps(value, ensure_ascii=False)
    if strict:  # else it may hold what orjson writes otherwise: `NaN`, integers beyond 64 bits
        return orjson.dumps(value, option=orjson.OPT_INDENT_2).decode()
    return json.dumps(value, indent=2, ensure_ascii=False)


def _loaded(data: bytes) -> tuple[Json, bool]:
    """Decode JSON; tell whether it is as strict as orjson wants it."""
    try:
        return orjson.loads(data), True
    except orjson.JSONDecodeError:
        return loads_loosely(data), False


def cut(text: str, limit: int) -> str:
    """Return `text`, or its beginning in at most `limit` bytes of UTF-8, ending in an ellipsis."""
    if len(text) <= limit and text.isascii():
        return text
    data = text.encode("utf-8", "replace")
    if len(data) <= limit:
        return data.decode()
    return data[: limit - 3].decode("utf-8", "ignore").removesuffix("…") + "…"


def _decode(data: bytes) -> str:
    return data.decode("utf-8", "replace")
