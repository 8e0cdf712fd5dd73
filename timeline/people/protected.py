"""Parts of a text that are written as they must be: code, addresses, and words that are tied to an identifier."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections import deque
from collections.abc import Iterable, Iterator, Sequence

from timeline.people.folding import UNSPACED, is_invisible, is_letter

_TICKS = re.compile("`+")
_FENCE = 3  # ticks from which a line that is not closed is code to the end
_ADDRESS = re.compile(
    r"\b[A-Za-z][A-Za-z0-9+.-]{1,30}://[^\s<>\"`\u3001\u3002\uff0c\uff09\u300d\u300f]*"
    r"|\bwww\.[^\s<>\"`\u3001\u3002\uff0c\uff09\u300d\u300f]+|\]\((?!mailto:)[^()\n]{0,2000}\)"
)
#: Code in Jira's, MediaWiki's and HTML's own form: what opens it, and what closes it.
_MARKS = (
    ("{{", "}}"),
    ("{code", "{code}"),
    ("{noformat}", "{noformat}"),
    ("<code", "</code>"),
    ("<pre", "</pre>"),
)
_TYING = frozenset("\\#$%&+")
_HYPHENS = frozenset("-\u2010\u2011")
_FAR = 1 << 62
OK, TIED, SLASH = "", "tied", "slash"


def spans(text: str) -> list[tuple[int, int]]:
    """Return where code and addresses stand, joined and sorted."""
    return joined([*code(text), *addresses(text)])


def addresses(text: str) -> list[tuple[int, int]]:
    """Return where addresses and destinations of links stand."""
    there = "://" in text or "www." in text or "](" in text
    return [match.span() for match in _ADDRESS.finditer(text)] if there else []


def code(text: str) -> list[tuple[int, int]]:
    """Return where code stands; parts may overlap."""
    found = list(_ticked(text)) if "`" in text else []
    if "{" in text or "<" in text:
        lower = text.lower()
        for opened, closed in _MARKS:
            if opened in lower and len(lower) == len(text):
                found += _marked(lower, opened, closed)
    return found


def joined(found: Iterable[tuple[int, int]]) -> list[tuple[int, int]]:
    """Return spans sorted, those that overlap or touch as one."""
    kept: list[tuple[int, int]] = []
    for start, end in sorted(found):
        if kept and start <= kept[-1][1]:
            kept[-1] = (kept[-1][0], max(end, kept[-1][1]))
        else:
            kept.append((start, end))
    return kept


def meets(kept: Sequence[tuple[int, int]], start: int, end: int) -> bool:
    """Tell whether one of some joined spans overlaps `[start, end)`."""
    place = bisect_right(kept, (start, _FAR)) - 1
    return (place >= 0 and kept[place][1] > start) or (place + 1 < len(kept) and kept[place + 1][0] < end)


def _ticked(text: str) -> Iterator[tuple[int, int]]:
    runs = [match.span() for match in _TICKS.finditer(text)]
    places: dict[int, deque[int]] = {}
    for number, (start, end) in enumerate(runs):
        places.setdefault(end - start, deque()).append(number)
    position = 0
    while position < len(runs):
        start, end = runs[position]
        same = places[end - start]
        while same and same[0] <= position:
            same.popleft()
        if same:
            yield start, runs[same[0]][1]
            position = same[0] + 1
            continue
        if end - start >= _FENCE and not text[text.rfind("\n", 0, start) + 1 : start].strip():
            yield start, len(text)
            return
        position += 1


def _marked(text: str, opened: str, closed: str) -> Iterator[tuple[int, int]]:
    start = text.find(opened)
    while start >= 0:
        end = text.find(closed, start + len(opened))
        if end < 0:
            return
        yield start, end + len(closed)
        start = text.find(opened, end + len(closed))


def before(text: str, start: int) -> int:
    """Return the place of the character before `start` that is seen; -1 where there is none."""
    start -= 1
    while start >= 0 and not text[start].isascii() and is_invisible(text[start]):
        start -= 1
    return start


def after(text: str, end: int) -> int:
    """Return the place of the character at `end` or after it that is seen; the length where there is none."""
    while end < len(text) and not text[end].isascii() and is_invisible(text[end]):
        end += 1
    return end


def tie_before(text: str, start: int) -> str:
    """Tell whether what begins at `start` is tied to what stands before it (`x-`, `/`): OK, TIED or SLASH."""
    place = before(text, start)
    if place < 0:
        return OK
    sign = text[place]
    if sign == "/":
        return SLASH
    if sign in _TYING or (sign in ".@" and place and _is_plain(text[place - 1])):
        return TIED
    return TIED if sign in _HYPHENS and place and _is_spaced(text[place - 1]) else OK


def tie_after(text: str, end: int) -> str:
    """Tell whether what ends at `end` is tied to what stands behind it (`-x`, `.x`, `:1`): OK, TIED or SLASH."""
    place = after(text, end)
    if place >= len(text):
        return OK
    sign, following = text[place], text[place + 1 : place + 2]
    if sign == "/":
        return SLASH
    if sign in "\\=" or (sign in ".:@#$%&+" and following and (_is_plain(following) or following in "/\\")):
        return TIED
    return TIED if sign in _HYPHENS and following and _is_spaced(following) else OK


def _is_plain(character: str) -> bool:
    return character.isascii() and is_letter(character)


def _is_spaced(character: str) -> bool:
    return is_letter(character) and not UNSPACED.match(character)
