"""Texts as names are compared in: without case, accents and width, and with one kind of space and hyphen."""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache
from typing import NamedTuple

_PLAIN = re.compile(r"[^\S ]| {2}")  # ASCII without them is folded by its lower case alone
#: Accents, and the points of Arabic and Hebrew, which writers leave out; the stretcher of Arabic.
_DROPPED = re.compile("[\u0300-\u036f\u0591-\u05bd\u05bf\u05c1\u05c2\u05c7\u064b-\u0652\u0670\u0640]")
#: Letters that no accent makes, as they are written without it.
_LETTERS = str.maketrans(
    {"ł": "l", "ø": "o", "đ": "d", "ð": "d", "ı": "i", "ħ": "h", "ŧ": "t", "æ": "ae", "œ": "oe", "þ": "th"}
)
_HYPHENS = frozenset("\u2010\u2011\ufe63\uff0d")
_APOSTROPHES = frozenset("\u2018\u2019\u02bc\uff07")
_BREAKS = frozenset("\n\v\f\x85\u2028\u2029")
_HAN = "\u2e80-\u2fdf\u3005-\u3007\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0003ffff"
_KATAKANA = "\u30a0-\u30ff\u31f0-\u31ff\uff66-\uff9f"
_HIRAGANA = "\u3041-\u309f"
_SOUTH_EAST = "\u0e00-\u0eff\u0f00-\u0fff\u1000-\u109f\u1780-\u17ff"  # Thai, Lao, Tibetan, Burmese, Khmer
HAN = re.compile(f"[{_HAN}]")
KATAKANA = re.compile(f"[{_KATAKANA}]")
HIRAGANA = re.compile(f"[{_HIRAGANA}]")
_HANGUL = "\u1100-\u11ff\u3130-\u318f\uac00-\ud7a3"
HANGUL = re.compile(f"[{_HANGUL}]")
#: Letters of Hebrew and Arabic, which write short words together with the next one.
PREFIXING = re.compile("[\u05d0-\u05ea\u0620-\u06ff]")
#: Letters of scripts that put no space between words.
UNSPACED = re.compile(f"[{_HAN}{_KATAKANA}{_HIRAGANA}{_SOUTH_EAST}]")

#: A word, or what stands between two letters of those scripts.
WORD = re.compile(rf"[^\W_{_HAN}{_KATAKANA}{_HIRAGANA}{_SOUTH_EAST}{_HANGUL}]+")


class Folded(NamedTuple):
    """A folded text; `starts[n]` and `ends[n]` say where its character `n` stands in the text (None: in place)."""

    text: str
    starts: list[int] | None = None
    ends: list[int] | None = None

    def span(self, start: int, end: int) -> tuple[int, int]:
        """Return where `[start, end)` stands in the text."""
        if self.starts is None or self.ends is None:
            return start, end
        return self.starts[start], self.ends[end - 1]


def fold(text: str) -> str:
    """Return the text folded."""
    return folded(text).text


def folded(text: str) -> Folded:
    """Return the text folded, with the place of each character in it."""
    if text.isascii() and not _PLAIN.search(text):
        return Folded(text.lower())
    made, starts, ends = list[str](), list[int](), list[int]()
    start, size = 0, len(text)
    while start < size:
        end = _cluster_end(text, start)
        if text[start].isspace():
            end = _space_end(text, start)
            new = "\n" if _parts_paragraphs(text, start, end) else " "
        else:
            new = _cluster(text[start:end])
        made.append(new)
        starts += [start] * len(new)
        ends += [end] * len(new)
        start = end
    return Folded("".join(made), starts, ends)


def rough(text: str) -> str:
    """Return what has each word of the folded text, quickly; spaces are as they were."""
    if text.isascii():
        return text.lower()
    return _plain(text)


def is_letter(character: str) -> bool:
    """Tell whether a character is part of a word: a letter, a digit, a mark that changes one, or `_`."""
    return character == "_" or character.isalnum() or unicodedata.category(character)[0] == "M"


def is_invisible(character: str) -> bool:
    """Tell whether a character has no width: joiners, soft hyphens, what turns the direction of reading."""
    return unicodedata.category(character) == "Cf"


def _cluster_end(text: str, start: int) -> int:
    """Return the end of a letter with its marks, and of a Korean syllable that is written by its letters."""
    end = start + 1
    while end < len(text) and not text[end].isascii() and _joins(text[end]):
        end += 1
    return end


@lru_cache(maxsize=4096)
def _joins(character: str) -> bool:
    return unicodedata.category(character)[0] == "M" or "\u1160" <= character <= "\u11ff"


def _space_end(text: str, start: int) -> int:
    end = start + 1
    while end < len(text) and text[end].isspace():
        end += 1
    return end


def _parts_paragraphs(text: str, start: int, end: int) -> bool:
    return sum(text[n] in _BREAKS for n in range(start, end)) > 1


@lru_cache(maxsize=8192)
def _cluster(cluster: str) -> str:
    if cluster in _HYPHENS:
        return "-"
    if cluster in _APOSTROPHES:
        return "'"
    shown = "".join(c for c in cluster if not is_invisible(c) and not "\ufe00" <= c <= "\ufe0f")
    return unicodedata.normalize("NFC", _plain(shown))


def _plain(text: str) -> str:
    return _DROPPED.sub("", unicodedata.normalize("NFKD", text).casefold()).translate(_LETTERS)
