"""How a person's name may be written: whole, last name first, with other spaces and hyphens; and what is no whole name."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator
from typing import NamedTuple

from timeline.people.folding import HAN, HANGUL, HIRAGANA, UNSPACED, fold
from timeline.people.words import ALSO_NAMES, ORDINARY, PARTICLES

#: What people add to a name to say more: `Ada Lovelace (SRE)`, `Ada Lovelace | ACME`, `Ada Lovelace :palm_tree:`.
_ADDED = re.compile(r"\([^()]*\)|\[[^\[\]]*\]|:[a-z0-9_+-]+:|\s[|/@•–—-]\s.*|(?<!\s)\s*\|.*", re.DOTALL)
_TITLE = re.compile(r"^(?:(?:dr|prof|mr|mrs|ms|sir|dipl|ing)\.?\s+)+", re.IGNORECASE)
_MAIL = re.compile(r"[^@\s]{1,64}@[^@\s]{1,253}")
_BETWEEN = re.compile(r"[ \u00b7\u2022\u30fb'-]+")
_SHORT = 5  # letters: a shorter name of several words is taken for one only with its capitals
_SHORTEST_THAI = 4  # characters with marks: nicknames are shorter, and words
_MOST_WORDS = 6


class Form(NamedTuple):
    """One way to write a name, folded.

    `sure`: it can be nothing else; `capitals`: if it is written with them. What is not sure may be another's
    name, or a word; `part` says that it is a part of a name.
    """

    text: str
    sure: bool = False
    capitals: bool = False
    part: bool = False


def is_mail(name: str) -> bool:
    """Tell whether a name is an address."""
    return bool(_MAIL.fullmatch(name))


def forms(name: str) -> Iterator[Form]:
    """Yield how a name may be written, and its parts; nothing for an address, or what has no letter."""
    if is_mail(name):
        return
    plain = "".join(c for c in _ADDED.sub(" ", name) if unicodedata.category(c) not in {"So", "Sk"})
    for shown in dict.fromkeys((name.strip(), _TITLE.sub("", plain.strip()).strip())):
        text = _trimmed(fold(shown))
        if any(c.isalpha() for c in text):
            yield from _forms(text)


def _trimmed(text: str) -> str:
    start, end = 0, len(text)
    while start < end and not text[start].isalnum():
        start += 1
    while end > start and not (text[end - 1].isalnum() or text[end - 1] in ".)" or _is_mark(text[end - 1])):
        end -= 1
    return text[start:end]


def _is_mark(character: str) -> bool:
    return unicodedata.category(character)[0] == "M"


def _forms(text: str) -> Iterator[Form]:
    letters = [c for c in text if c.isalpha()]
    if all(UNSPACED.match(c) or HANGUL.match(c) for c in letters):
        yield from _unspaced(text)
        return
    last, comma, first = text.partition(", ")
    words = [*first.split(), *last.split()] if comma and first else text.split()
    if len(words) > _MOST_WORDS:
        yield Form(" ".join(words), sure=True)
    elif len(words) > 1:
        yield from _spaced(words)
    else:
        yield Form(text)


def _unspaced(text: str) -> Iterator[Form]:
    parts = [part for part in _BETWEEN.split(text) if part]
    whole = "".join(parts)
    sure = _tells(whole, len(parts))
    yield Form(whole, sure)
    if len(parts) > 1:
        for between in (" ", "\u30fb", "\u00b7"):
            yield Form(between.join(parts), sure)
        yield from (Form(part, part=True) for part in parts if len(part) > 1)
    elif sure and len(whole) > 2 and (HAN.match(whole) or HANGUL.match(whole)):
        yield from (Form(f"{whole[:n]} {whole[n:]}", sure) for n in range(1, len(whole)))


def _tells(whole: str, parts: int) -> bool:
    """Tell whether a name without spaces between words can be told from a word."""
    if len(whole) < 2 or whole in ORDINARY or all(HIRAGANA.match(c) for c in whole):
        return False
    east = HAN.match(whole) or HANGUL.match(whole) or parts > 1 or "\u30a0" <= whole[0] <= "\u30ff"
    return bool(east) or len(whole) >= _SHORTEST_THAI


def _spaced(words: list[str]) -> Iterator[Form]:
    bare = [word.strip(".,()'") for word in words]
    initials = [len(word) < 2 for word in bare]
    ordinary = [
        word in ORDINARY or short or word in PARTICLES for word, short in zip(bare, initials, strict=True)
    ]
    if all(initials) or (
        all(ordinary) and not all(w in ALSO_NAMES or s for w, s in zip(bare, initials, strict=True))
    ):
        yield Form(" ".join(words))
        return
    capitals = all(ordinary) or sum(map(len, bare)) < _SHORT
    for text in _orders(words):
        yield Form(text, sure=True, capitals=capitals)
    if len(words) == 2 and not any(ordinary) and not capitals:
        for text in _hyphens(f"{words[1]} {words[0]}"):
            yield Form(text, sure=True, capitals=True)
    for word in bare:
        if len(word) > 1 and word not in PARTICLES and any(c.isalpha() for c in word):
            yield Form(word, part=True)


def _orders(words: list[str]) -> Iterable[str]:
    made = [" ".join(words), " ".join(word.rstrip(".") for word in words)]
    made += [f"{' '.join(words[n:])}, {' '.join(words[:n])}" for n in range(1, len(words))]
    return dict.fromkeys(form for text in made for form in _hyphens(text))


def _hyphens(text: str) -> Iterable[str]:
    return dict.fromkeys((text, text.replace("-", " ")))
