"""What escaped bytes say, and where each of it stands: `\\u003d`, `\\"` at any depth, `%3D`, `&#61;`."""

from __future__ import annotations

import html
import re
from bisect import bisect_right
from typing import NamedTuple

# Python's own, for they are many and RE2 costs more a match: a run of backslashes is read once, from its start.
#: JSON's escapes, one in another as often as it is, and those of source text.
_JSON = re.compile(rb"""(?<!\\)\\++(?:u00([0-7][0-9A-Fa-f])|x([2-7][0-9A-Fa-f])|(["'/nrt]))""")
#: Those of links and of HTML, too.
_ALL = re.compile(
    _JSON.pattern + rb"|%(?:25)*+([0-7][0-9A-Fa-f])"
    rb"|(&(?:amp;)*+(?:quot|apos|lt|gt|#[0-9]{1,3}|#[xX][0-9A-Fa-f]{1,3});|&(?:amp;)++)"
)
_CONTROLS = {b"n": b"\n", b"r": b"\r", b"t": b"\t"}


class View(NamedTuple):
    """Text, and the places in the raw bytes of those of its parts that are written otherwise."""

    text: bytes
    base: int  # where its first byte stands
    places: tuple[int, ...] = ()  # in the text, of each escaped byte
    raw: tuple[tuple[int, int], ...] = ()  # in the raw bytes, of the same

    def start(self, place: int) -> int:
        """Return where a byte of the text begins in the raw bytes."""
        index = bisect_right(self.places, place) - 1
        if index < 0:
            return self.base + place
        begin, end = self.raw[index]
        return begin if self.places[index] == place else end + place - self.places[index] - 1

    def end(self, place: int) -> int:
        """Return where the text before `place` ends in the raw bytes."""
        index = bisect_right(self.places, place - 1) - 1
        return self.base + place if index < 0 else self.raw[index][1] + place - 1 - self.places[index]


def views(data: bytes, start: int, end: int) -> list[View]:
    """Return what a part of `data` says: with JSON's escapes read, and where it has others, with all of them."""
    raw = data[start:end]
    made = [_view(raw, start, _JSON) if b"\\" in raw else View(raw, start)]
    if b"%" in raw or b"&" in raw:
        full = _view(raw, start, _ALL)
        if full.text != made[0].text:
            made.append(full)
    return made


def _view(raw: bytes, start: int, pattern: re.Pattern[bytes]) -> View:
    parts, places, spans = list[bytes](), list[int](), list[tuple[int, int]]()
    rest = length = 0
    for escape in pattern.finditer(raw):
        begin, end = escape.span()
        length += begin - rest
        parts += (raw[rest:begin], _said(escape))
        places.append(length)
        spans.append((start + begin, start + end))
        rest, length = end, length + 1
    return View(b"".join([*parts, raw[rest:]]), start, tuple(places), tuple(spans))


def _said(escape: re.Match[bytes]) -> bytes:
    """Return the byte that an escape stands for; of HTML's, a question mark for what is none."""
    said = escape[escape.lastindex or 0]
    if escape.lastindex == 3:
        return _CONTROLS.get(said, said)
    if escape.lastindex != 5:
        return bytes([int(said, 16)])
    entity = b"&" + said.rpartition(b"&")[2].rpartition(b"amp;")[2]
    char = "&" if entity == b"&" else html.unescape(entity.decode("ascii"))
    return char.encode("latin-1", "replace") if len(char) == 1 else b"?"
