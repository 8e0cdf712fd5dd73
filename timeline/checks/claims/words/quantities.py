"""Measured values in prose: against the value, the limit and the value before of what is cited, and numbers in its words."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from itertools import pairwise
from typing import NamedTuple

from timeline.checks.claims.ground import Ground
from timeline.checks.claims.phrases import english_words as english
from timeline.checks.claims.slots import Slot, slot
from timeline.checks.claims.words.impacts import stem
from timeline.checks.claims.words.numerals import Numeral, numerals
from timeline.model import Fact

_WORD = re.compile(r"[a-z][a-z]{1,40}", re.IGNORECASE)
_BEHIND = re.compile(r"\s{1,3}([a-z][a-z-]{1,40})", re.IGNORECASE)
_PART = re.compile(r"\s(?:out\s)?of\s(?:the\s|all\s|our\s)?", re.IGNORECASE)
_NUMBER = re.compile(r"(?<![\w.])(?<!\d,)(?<![A-Za-z]-)\d{1,15}(?:\.\d{1,12})?(?!\w)(?!,\d{3})")
#: A moment as systems write it, whose digits are no amounts: a date with its time, seconds since 1970.
_STAMP = re.compile(
    r"\d{4}-\d\d-\d\d(?:[T ]\d\d:\d\d(?::\d\d(?:\.\d{1,9})?)?(?:Z|[+-]\d\d:?\d\d)?)?|(?<![\w.])1\d{9}(?:\.\d{1,9}|\d{3})?(?!\w)"
)


class Value(NamedTuple):
    """A number of a fact, in seconds or bytes where its unit is one of time or size; `unit` as of Numeral."""

    value: float
    unit: str
    limit: bool = False


def values(fact: Fact) -> Iterator[Value]:
    """Yield the numbers that a fact has by itself."""
    for content in (fact, *fact.variants):
        quantity = content.quantity
        unit, factor = _unit(quantity.unit if quantity else content.names.get("unit"))
        if quantity:
            if quantity.value is not None:
                yield Value(float(quantity.value) * factor, unit)
            if quantity.threshold is not None:
                yield Value(float(quantity.threshold) * factor, unit, limit=True)
        for name in ("previous", "before", "after", "value", "threshold"):
            number = content.names.get(name)
            if isinstance(number, int | float) and not isinstance(number, bool):
                yield Value(float(number) * factor, unit, name == "threshold")
            elif isinstance(number, str) and _NUMBER.fullmatch(number):
                yield Value(float(number), "")


def _unit(unit: object) -> tuple[str, float]:
    name = str(unit or "").strip()
    low = name.lower()
    if low in english.SECONDS:
        return "s", english.SECONDS[low]
    if low in english.BYTES and low != "b":
        return "B", english.BYTES[low]
    if name.startswith("%") or low in {"percent", "per cent"}:
        return "%", 1.0
    return "", 1.0


def is_ratio(numbers: Sequence[Value], fact: Fact) -> bool:
    """Tell whether a fact's numbers are parts of one: per cent may be said of them."""
    unit = fact.quantity.unit if fact.quantity else None
    return (unit in {None, "", "ratio"} and all(0 <= one.value <= 1 for one in numbers)) and bool(numbers)


def meets(number: Numeral, value: Value, *, ratio: bool) -> bool:
    """Tell whether a number in prose may be a fact's."""
    if number.unit == "%":
        return number.meets(value.value * 100 if ratio else value.value) or number.meets(value.value)
    if number.unit in {"s", "B"} and value.unit in {number.unit, ""}:
        return number.meets(value.value)
    return number.meets(value.value) or (value.unit == "%" and number.meets(value.value / 100))


class Said(NamedTuple):
    """The numbers in a fact's words, and its words themselves (stems)."""

    numbers: tuple[Numeral, ...]
    nouns: tuple[str, ...]  # the word behind each number
    plain: frozenset[float]
    words: frozenset[str]
    slots: tuple[Slot, ...]  # what stands around each number
    shares: tuple[tuple[float, str], ...]  # what per cent one number of another is, and of what


class Words:
    """What the words of facts say in numbers, each read once."""

    def __init__(self, ground: Ground) -> None:
        self._ground = ground
        self._held: dict[str, Said] = {}

    def of(self, fact: Fact) -> Said:
        """Return the numbers in a fact's words."""
        if fact.id not in self._held:
            self._held[fact.id] = self._read(fact)
        return self._held[fact.id]

    def _read(self, fact: Fact) -> Said:
        texts = [fact.statement, fact.quote.text if fact.quote else ""]
        texts += [text for text in self._ground.words(fact) if len(text) < 4_000]
        texts += [variant.quote.text for variant in fact.variants if variant.quote]
        numbers, nouns, plain, words = list[Numeral](), list[str](), set[float](), set[str]()
        slots, shares = list[Slot](), list[tuple[float, str]]()
        for text in dict.fromkeys(_STAMP.sub(" ", text) for text in texts):
            plain.update(float(one) for one in _NUMBER.findall(text))
            words.update(stem(word) for word in _WORD.findall(text))
            every = numerals(text)
            for one in every:
                numbers.append(one)
                nouns.append(noun_behind(text, one))
                slots.append(slot(text, one.start, one.end))
            for one, other in pairwise(numbers[len(numbers) - len(every) :]):
                if _PART.fullmatch(text[one.end : other.start]) and 0 < one.value <= other.value:
                    shares.append((100 * one.value / other.value, noun_behind(text, other)))
        return Said(
            tuple(numbers), tuple(nouns), frozenset(plain), frozenset(words), tuple(slots), tuple(shares)
        )


def noun_behind(text: str, number: Numeral) -> str:
    """Return the stem of the word behind a number; empty where none stands there."""
    match = _BEHIND.match(text, number.end)
    return stem(match[1]) if match and match[1].lower() not in english.NO_NOUN else ""
