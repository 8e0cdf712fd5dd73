"""Excerpts: a fact's own element of its payload with its neighbours, cut to what a page can carry."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import suppress
from typing import NamedTuple

import orjson

from render.page.columns import table
from render.page.packing import packed
from timeline.canonical import Json, loads_loosely
from timeline.errors import TimelineError
from timeline.model import Evidence
from timeline.pointers import BYTES, INDEX, LINE, resolve, unescaped

EXCERPT_LIMIT = 8 * 2**10  # bytes of a fact's own element; docs/decisions/0020-page-in-chunks.md
NEIGHBOUR_LIMIT = 2**10
NEIGHBOURS = 2  # elements before and after
#: Characters from which texts are a chunk of their own, which the page unpacks when one of it is looked at.
CHUNK_TEXT = 2**20
#: As the room fills, elements are cut shorter, but not below this.
_SMALLEST = 256
#: Characters beyond the limit that are looked at for names; longer than any.
_AHEAD = 512
#: Stands for the list of an excerpt that the page has no room for.
LEFT_OUT = -1
#: What a payload that is absent, broken or of another shape raises.
UNREADABLE = (KeyError, IndexError, ValueError, TypeError, OSError, TimelineError)


class Elements(NamedTuple):
    """A list of texts: `key` names it within its payload."""

    key: str
    size: int
    text: Callable[[int], str]


class Excerpts(NamedTuple):
    """Excerpts of evidence, in its order: the list and the place of each; None where there is none.

    Lists stand in `chunks`, packed, one after the other; `firsts` is the list and place of each chunk's first text.
    `left_out` counts elements of facts that there was no room for.
    """

    lists: list[int | None]
    places: list[int | None]
    firsts: list[tuple[int, int]]
    chunks: list[bytes]
    left_out: int


def excerpts(
    evidence: Sequence[Evidence], read: Callable[[str], bytes], mask: Callable[[str], str], room: int,
    order: Iterable[int] | None = None,
) -> Excerpts:  # fmt: skip
    """Resolve every pointer, each payload read once; a text is there once, whoever's neighbour it is.

    Packed chunks take about `room` bytes: as it fills, in the `order` of the evidence's places, elements are
    cut shorter, from 8 KiB down to 256 bytes; what is beyond it is left out (`LEFT_OUT`) and its payload is not
    read.
    """
    made = _Packer(mask, room)
    lists: list[int | None] = [None] * len(evidence)
    places: list[int | None] = [None] * len(evidence)
    for digest, indices in _by_payload(evidence, range(len(evidence)) if order is None else order).items():
        if made.full:
            for index in indices:
                lists[index], places[index] = LEFT_OUT, 0
            continue
        try:
            payload = _Payload(read(digest))
        except UNREADABLE:
            continue
        for own in _own(payload, evidence, indices):
            number = made.add(own.elements, own.places)
            for index, place in own.wanted:
                lists[index], places[index] = number, place
    made.close()
    left_out = made.left_out + lists.count(LEFT_OUT)
    return Excerpts(lists, places, made.firsts, made.chunks, left_out)


def _by_payload(evidence: Sequence[Evidence], order: Iterable[int]) -> dict[str, list[int]]:
    places: dict[str, list[int]] = {}
    for index in order:
        if payload := evidence[index].payload:
            places.setdefault(payload, []).append(index)
    return places


class _Own(NamedTuple):
    """The elements of one list that evidence points at: (index of the evidence, place)."""

    elements: Elements
    wanted: list[tuple[int, int]]

    @property
    def places(self) -> set[int]:
        return {place for _, place in self.wanted}


def _own(payload: _Payload, evidence: Sequence[Evidence], indices: Iterable[int]) -> Iterable[_Own]:
    held: dict[str, _Own] = {}
    for index in indices:
        try:
            elements, place = payload.find(evidence[index].pointer or "")
        except UNREADABLE:
            continue
        own = held.get(elements.key)
        if own is None:
            own = held[elements.key] = _Own(elements, [])
        own.wanted.append((index, place))
    return held.values()


class _Packer:
    """Gathers texts into packed chunks."""

    def __init__(self, mask: Callable[[str], str], room: int) -> None:
        self._mask, self._room, self._left = mask, room, room
        self._chunk = min(CHUNK_TEXT, room // 4)  # what is packed last must not take much more than there is
        self._rows: list[tuple[int, int, int, str]] = []  # list, its size, place, text
        self._characters = 0
        self._count = 0
        self.firsts: list[tuple[int, int]] = []
        self.chunks: list[bytes] = []
        self.left_out = 0

    @property
    def full(self) -> bool:
        """Whether the room is used up."""
        return self._left <= 0

    def add(self, elements: Elements, own: set[int]) -> int:
        """Add the elements at these places, and their neighbours; return the list's number."""
        number, self._count = self._count, self._count + 1
        for place in _with_neighbours(own, elements.size):
            if self.full:
                self.left_out += place in own
                continue
            share = EXCERPT_LIMIT * self._left // self._room
            limit = EXCERPT_LIMIT if place in own else NEIGHBOUR_LIMIT
            text = _masked(elements.text(place), self._mask, max(min(limit, share), _SMALLEST))
            self._rows.append((number, elements.size, place, text))
            self._characters += len(text)
            if self._characters >= self._chunk:
                self.close()
        return number

    def close(self) -> None:
        """Pack what was gathered."""
        if not self._rows:
            return
        self.firsts.append((self._rows[0][0], self._rows[0][2]))
        names = ("list", "size", "place", "text")
        chunk = packed(table(dict(zip(names, zip(*self._rows, strict=True), strict=True))))
        self.chunks.append(chunk)
        self._left -= len(chunk)
        self._rows, self._characters = [], 0


def _masked(text: str, mask: Callable[[str], str], limit: int) -> str:
    """Return a text without names, cut; of a long one no more is read than may be shown."""
    begun = text[: limit + _AHEAD]
    if len(begun) == len(text):
        return cut(mask(text), limit)
    shown = mask(begun)  # a name at its end may be cut through
    return cut(f"{shown[: max(len(shown) - _AHEAD, 0)]}…", limit)


def own_element(data: bytes, pointer: str, mask: Callable[[str], str], limit: int) -> tuple[str, bool]:
    """Return the element a pointer leads to, without names and in at most `limit` bytes, and whether it was cut.

    Raises one of `UNREADABLE`.
    """
    elements, place = _Payload(data).find(pointer)
    text = elements.text(place)
    shown = _masked(text, mask, limit)
    return shown, len(text) > limit + _AHEAD or shown != mask(text)


def _with_neighbours(own: set[int], size: int) -> Iterator[int]:
    """Yield places in order, each with those before and after it."""
    done = -1
    for place in sorted(own):
        for near in range(max(place - NEIGHBOURS, done + 1), min(place + NEIGHBOURS + 1, size)):
            yield near
            done = near


class _Payload:
    """A payload that is parsed or split once, when first asked."""

    def __init__(self, data: bytes) -> None:
        self._data = data
        self._json: list[tuple[Json, bool]] = []
        self._lines: Elements | None = None
        self._lists: dict[str, tuple[Elements, dict[str, int] | None]] = {}

    def find(self, pointer: str) -> tuple[Elements, int]:
        """Return the element's list and its place there; raise one of `UNREADABLE`."""
        if match := LINE.fullmatch(pointer):
            return self._line(int(match[1]) - 1)
        if match := BYTES.fullmatch(pointer):
            return self._part(int(match[1]), int(match[2]) + 1), 1
        if not pointer.startswith("/"):
            if pointer:
                raise ValueError(f"{pointer!r} is no pointer")
            return Elements("whole", 1, lambda _: _decode(self._data[: EXCERPT_LIMIT + 4])), 0
        return self._element(*pointer.rsplit("/", 1))

    def _line(self, place: int) -> tuple[Elements, int]:
        if self._lines is None:
            lines = self._data.removesuffix(b"\n").split(b"\n")
            self._lines = Elements("line", len(lines), lambda place: _decode(lines[place]))
        if place >= self._lines.size:
            raise IndexError(place)
        return self._lines, place

    def _part(self, start: int, end: int) -> Elements:
        parts = [
            self._data[max(start - NEIGHBOUR_LIMIT // 2, 0) : start],
            self._data[start:end],
            self._data[end : end + NEIGHBOUR_LIMIT // 2],
        ]
        return Elements(f"{start}-{end}", 3, lambda place: _decode(parts[place]))

    def _element(self, parent: str, last: str) -> tuple[Elements, int]:
        """Return the element among its siblings: the members of its list, or of its object with their names."""
        if not self._json:
            self._json.append(_loaded(self._data))
        known = self._lists.get(parent)
        if known is None:
            known = self._lists[parent] = _siblings(*self._json[0], parent)
        elements, names = known
        if names is not None:
            return elements, names[unescaped(last)]
        if not INDEX.fullmatch(last) or int(last) >= elements.size:
            raise IndexError(last)
        return elements, int(last)


def _siblings(whole: Json, strict: bool, parent: str) -> tuple[Elements, dict[str, int] | None]:
    held, key = resolve(whole, parent), f"/{parent}"
    if isinstance(held, list):
        return Elements(key, len(held), lambda place: _pretty(held[place], strict)), None
    if not isinstance(held, dict):
        raise TypeError(f"{parent!r} holds no elements")
    names = list(held)

    def member(place: int) -> str:
        return f"{json.dumps(names[place], ensure_ascii=False)}: {_pretty(held[names[place]], strict)}"

    return Elements(key, len(names), member), {name: place for place, name in enumerate(names)}


def _pretty(value: Json, strict: bool) -> str:
    # A sample, `[time, value]`, reads better on one line.
    if isinstance(value, list) and len(value) <= 4 and not any(isinstance(v, list | dict) for v in value):
        return json.dumps(value, ensure_ascii=False)
    if strict:  # else it may hold what orjson writes otherwise: `NaN`, integers beyond 64 bits
        with suppress(orjson.JSONEncodeError):  # it reads deeper than it writes
            return orjson.dumps(value, option=orjson.OPT_INDENT_2).decode()
    return json.dumps(value, indent=2, ensure_ascii=False)


def load(data: bytes) -> Json:
    """Decode JSON; lone surrogates, which orjson refuses, become U+FFFD. Raises ValueError."""
    return _loaded(data)[0]


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
