"""Text from sources: made safe to store, to put in code form, and to name people in."""

from __future__ import annotations

import math
import re
from decimal import Decimal

#: A person stands in text as PERSON_OPEN + identity + PERSON_CLOSE until pseudonyms are known.
PERSON_OPEN, PERSON_CLOSE = "\ue000", "\ue001"
QUOTE_LIMIT = 4_000
_SURROGATES = re.compile("[\ud800-\udfff]")
# What turns the direction of reading: in a message or an identifier it only deceives.
_TURNING = re.compile("[\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]")
# What JSON may hold as it is, and a terminal obeys or hides.
_OBEYED = re.compile(
    "[\x7f-\x9f\u061c\u200b\u200e\u200f\u2028-\u202e\u2060-\u2069\ufeff\ufff9-\ufffb\ud800-\udfff]"
)
_LINE_LIMIT = 1_000
# What colours a terminal, moves its cursor, or makes a link (ECMA-48); without its first character it is litter.
_TERMINAL = re.compile(
    r"\x1b\][^\x07\x1b\x9c\n]*(?:\x07|\x1b\\|\x9c)|(?:\x1b\[|\x9b)[0-?]*[ -/]*[@-~]|\x1b[ -/]*[0-~]"
)
# What a CI runner takes for a command: `::name ...::` at the begin of a line, `##[name]` and `##vso[` anywhere in it.
_COMMAND = re.compile(r"(?:^|(?<=\r))[^\S\r\n]*:(?=:[A-Za-z])|##(?=\[|vso\[)", re.MULTILINE)
_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u2028\u2029]")


def without_surrogates(text: str) -> str:
    """Return text in which lone surrogates, which cut emoji leave behind and no UTF-8 can hold, are U+FFFD."""
    return _SURROGATES.sub("\ufffd", text)


def clean(text: str) -> str:
    """Replace lone surrogates by U+FFFD, drop terminal sequences, control characters and our own person marks."""
    if text.isascii() and text.isprintable():
        return text  # as most identifiers are
    text = without_surrogates(text).replace("\r\n", "\n").replace("\r", "\n")
    if "\x1b" in text or "\x9b" in text:
        text = _TERMINAL.sub("", text)
    return _CONTROL.sub("", text).replace(PERSON_OPEN, "").replace(PERSON_CLOSE, "")


def shown(text: str) -> str:
    """Return a text that a terminal or a table may show: what `clean` leaves, without turning characters."""
    return _TURNING.sub("", clean(text))


def escaped(json: str) -> str:
    """Return JSON in which what a terminal would obey, or nobody would see, is written as an escape."""
    return _OBEYED.sub(lambda one: f"\\u{ord(one[0]):04x}", json)


def line(text: str, limit: int = _LINE_LIMIT) -> str:
    """Return a message as one line that is safe to show: no control or turning characters, cut at `limit`."""
    flat = " ".join(shown(text).split())
    return flat if len(flat) <= limit else flat[: limit - 1] + "…"


def inert(text: str) -> str:
    """Return text in which a CI runner that reads it in a job's output finds no command."""
    return _COMMAND.sub(lambda one: f"{one[0]}\u200b", text)


def code(text: str, limit: int = 160) -> str:
    """Return an identifier in code form: one line, backticks replaced, cut at `limit`."""
    return f"`{line(text, limit).replace('`', chr(39))}`"


#: Finds the marks of people, and the identity in each.
MENTION = re.compile(f"{PERSON_OPEN}([^{PERSON_OPEN}{PERSON_CLOSE}]*){PERSON_CLOSE}")


def mention(identity: str) -> str:
    """Return the mark that stands for a person until pseudonyms are assigned."""
    return f"{PERSON_OPEN}{clean(identity)}{PERSON_CLOSE}"


def number(value: float, beside: float | None = None) -> str:
    """Return a number for reading: four significant digits, no exponent below 1e15.

    `beside` is what it is compared with in the same sentence: as many digits are shown as leave it much nearer
    to itself than to that, all of them where the two are equal.
    """
    if not math.isfinite(value):
        return {math.inf: "+Inf", -math.inf: "-Inf"}.get(value, "NaN")
    if value == int(value) and abs(value) < _LARGE:
        return str(int(value))
    for digits in range(_DIGITS, _ALL_DIGITS):
        text = f"{value:.{digits}g}"
        if beside is None or _is_near(float(text), value, beside):
            return _without_exponent(text)
    return _without_exponent(repr(value))


_DIGITS, _ALL_DIGITS, _LARGE, _TINY = 4, 17, 1e15, 1e-6


def side(value: float, beside: float) -> int:
    """Return on which side of another number a value is: 1 above, -1 below, 0 where they are equal."""
    return (value > beside) - (value < beside)


def _is_near(shown: float, value: float, beside: float) -> bool:
    return not math.isfinite(beside) or 2 * abs(shown - value) <= abs(value - beside)


def _without_exponent(text: str) -> str:
    return text if "e" not in text or not _TINY <= abs(float(text)) < _LARGE else f"{Decimal(text):f}"


#: Units of shares, which people write as percent: what a value of one is in percent.
_PERCENT = {"ratio": 100.0, "percent": 1.0, "%": 1.0}
_WHOLE = 100  # from here on people write no decimals


def amount(value: float, unit: str, *, exact: bool = False) -> str:
    """Return a number as people write it before its unit: `25.3` of 0.2531 `ratio`, `4.3` of 4.273 `s`, `0.42`, `145`.

    `exact` leaves every digit, as a threshold is written. Which unit stands behind it: `unit_word`.
    """
    if not math.isfinite(value):
        return number(value)
    shown = float(Decimal(repr(float(value))) * Decimal(_PERCENT.get(unit, 1.0)))
    if exact or shown == int(shown):
        return number(shown, shown)
    if abs(shown) >= _WHOLE:
        return f"{shown:.0f}"
    places = 1 if abs(shown) >= 1 else 1 - math.floor(math.log10(abs(shown)))
    return f"{shown:.{places}f}" if places <= _ALL_DIGITS else number(shown)


def unit_word(unit: str) -> str:
    """Return a unit as people write it: `%` of `ratio`."""
    return "%" if unit in _PERCENT else unit


_WORD = re.compile(r"[^\W_]+")
_SHORTEST = 3
#: The commonest words of English, which tell nothing.
COMMON_WORDS = frozenset(
    [
        "the",
        "and",
        "for",
        "that",
        "with",
        "this",
        "are",
        "was",
        "were",
        "but",
        "not",
        "you",
        "your",
        "have",
        "has",
        "had",
        "they",
        "them",
        "their",
        "there",
        "then",
        "than",
        "from",
        "what",
        "which",
        "who",
        "when",
        "where",
        "will",
        "would",
        "could",
        "should",
        "can",
        "may",
        "might",
        "its",
        "just",
        "like",
        "get",
        "got",
        "into",
        "out",
        "over",
        "some",
        "all",
        "any",
        "about",
        "also",
        "now",
        "here",
        "been",
        "being",
        "did",
        "does",
        "doing",
        "done",
        "how",
        "why",
        "more",
        "most",
        "our",
        "let",
        "yeah",
        "yes",
        "okay",
        "still",
        "very",
        "much",
        "because",
        "after",
        "before",
        "again",
        "other",
        "only",
        "same",
        "such",
        "too",
        "own",
        "his",
        "her",
        "him",
        "she",
        "one",
        "two",
        "use",
        "used",
        "using",
        "via",
        "per",
        "off",
    ]
)
_UNTELLING = COMMON_WORDS | {"responder", "bot"}  # and marks of people


def words_of(text: str) -> frozenset[str]:
    """Return the words that a text is about, folded: no common one, none of one or two letters."""
    found = _WORD.findall(text.casefold())
    return frozenset(word for word in found if len(word) >= _SHORTEST and word not in _UNTELLING)
