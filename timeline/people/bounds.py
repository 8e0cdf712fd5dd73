"""Where a name ends: what may stand beside it, script by script."""

from __future__ import annotations

import re

from timeline.people.folding import HAN, HANGUL, KATAKANA, UNSPACED, is_letter

_KANA = re.compile("[\u3041-\u30ff]")
_SHORT_HAN = 2  # characters: in Japanese a name of so many is also found across the words of others
#: Begins what Japanese puts behind a name: sama, shi, kun, dono, sensei, and what people are at work.
_TITLES = frozenset("様氏君殿先部課主係社班")
#: What Korean puts behind a name: titles, then particles.
_PARTICLES = re.compile(
    "(?:님|씨|군|양|대리|과장|부장|차장|팀장|사원|선임|책임|매니저|선생님?)?"
    "(?:이|가|은|는|을|를|의|에게서?|에|께서?|한테|와|과|랑|도|만|로|으로|까지|부터|이다|입니다|였|이라고?|라고|아|야|님)*"
)
_SYLLABLES = 3  # of a Korean name that can be nothing else, whatever stands behind it
#: One letter that Arabic and Hebrew write together with the next word: and, then, in, to, as; the, from, that.
_PREFIXES = frozenset("وفبلكוהלבמשכ")


def is_japanese(text: str) -> bool:
    """Tell whether a text has kana."""
    return bool(_KANA.search(text))


def is_bounded(text: str, start: int, end: int, *, japanese: bool) -> bool:
    """Tell whether what stands at `[start, end)` of a folded text begins and ends with its words."""
    if not (_begins(text, start, end) and _ends(text, start, end)):
        return False
    return not (
        japanese and end - start <= _SHORT_HAN and HAN.match(text, start) and _inside_han(text, start, end)
    )


def _begins(text: str, start: int, end: int) -> bool:
    if not start:
        return True
    left, first = text[start - 1], text[start]
    if not is_letter(left):
        return True
    if left == "_":
        return _is_emphasis(text, start, end)
    if UNSPACED.match(first):
        return not (_is_katakana(first) and _is_katakana(left))
    if HANGUL.match(first):
        return not HANGUL.match(left)
    if UNSPACED.match(left):
        return True
    return left in _PREFIXES and " " in text[start:end] and (start < 2 or not is_letter(text[start - 2]))


def _ends(text: str, start: int, end: int) -> bool:
    if end >= len(text):
        return True
    right, last = text[end], text[end - 1]
    if not is_letter(right):
        return True
    if right == "_":
        return _is_emphasis(text, start, end)
    if not right.isalnum():
        return False  # a mark that changes the last letter
    if UNSPACED.match(last):
        return not (_is_katakana(last) and _is_katakana(right))
    if HANGUL.match(last):
        return _ends_korean(text, end, end - start)
    if UNSPACED.match(right) or HANGUL.match(right):
        return True
    # A German genitive, of a whole name.
    return right == "s" and " " in text[start:end] and (end + 1 >= len(text) or not is_letter(text[end + 1]))


def _is_katakana(character: str) -> bool:
    return bool(KATAKANA.match(character)) and character != "\u30fb"


def _inside_han(text: str, start: int, end: int) -> bool:
    """Tell whether another Han character touches a short name, where it may be none, and is no title behind it."""
    if start and HAN.match(text, start - 1):
        return True
    return end < len(text) and bool(HAN.match(text, end)) and text[end] not in _TITLES


def _ends_korean(text: str, end: int, size: int) -> bool:
    if not HANGUL.match(text[end]) or size >= _SYLLABLES:
        return True
    match = _PARTICLES.match(text, end)
    after = match.end() if match else end
    return after >= len(text) or not HANGUL.match(text[after])


def _is_emphasis(text: str, start: int, end: int) -> bool:
    """Tell whether `_` stands around it as Markdown puts it, and not between the words of an identifier."""
    if not start or end >= len(text) or text[start - 1] != "_" or text[end] != "_":
        return False
    outer = start - 2 >= 0 and is_letter(text[start - 2])
    return not outer and not (end + 1 < len(text) and is_letter(text[end + 1]))
