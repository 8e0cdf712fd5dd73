"""The words of PromQL: tokens, and an expression rewritten in the words that the parser reads as Prometheus does.

Prometheus has more ways to write a string, a number or a function's name than the parser knows, and the parser
reads some escapes otherwise. What is rewritten here means the same; how a rule was written is kept elsewhere.
"""

from __future__ import annotations

import math
import re

from timeline.rules.fields import seconds

TOKEN = re.compile(
    r"""
    "(?:\\.|[^"\\])*+" | '(?:\\.|[^'\\])*+' | `[^`]*+` | (?P<open>["'`].*)
    | (?P<skip>(?:\s|\#[^\n]*+)++)
    | (?P<number>(?:0[xX][0-9a-fA-F_]++|(?:\d[\d_]*+\.?[\d_]*+|\.\d[\d_]*+)(?:[eE][+-]?[\d_]++)?)(?![A-Za-z_0-9.]))
    | [A-Za-z_0-9.:]++ | [<>=!]= | .
    """,
    re.DOTALL | re.VERBOSE,
)
#: Functions by the names of older versions, with their names now.
_RENAMED = {"holt_winters": "double_exponential_smoothing"}
_ESCAPE = re.compile(
    r"\\(?:([abfnrtv\\'\"])|([0-7]{3})|x([0-9a-fA-F]{2})|u([0-9a-fA-F]{4})|U([0-9a-fA-F]{8})|(.?))", re.DOTALL
)
_LETTERS = {"a": 7, "b": 8, "f": 12, "n": 10, "r": 13, "t": 9, "v": 11, "\\": 92, "'": 39, '"': 34}
_QUOTED = {"\\": r"\\", '"': r"\"", "\n": r"\n", "\r": r"\r", "\t": r"\t"}
#: A duration of zero, which is a number as well.
_NOTHING = re.compile("(?=0)" + "".join(rf"(?:0+{unit})?" for unit in ("y", "w", "d", "h", "m", "s", "ms")))
#: Where Prometheus takes a hexadecimal digit for the begin of an exponent, and what follows it.
_EXPONENT = re.compile(r"(?:^0[xX]_?[0-9a-fA-F]|_)[eE](.?)")
#: What the parser is given at most: beyond, it ends the process or takes minutes. Rules of people hold some dozens.
MOST_PARTS, MOST_CHARACTERS = 300, 100_000
_BINARY = frozenset(("and", "or", "unless", "atan2", "==", "!=", "<=", ">=", "=~", "!~", *"+-*/%^<>"))
_LONGEST, _LATEST = 2**63 / 10**9, 2**63 / 10**3  # seconds: of a duration, and of a time


def normal(expression: str) -> str:
    """Return an expression in words that the parser reads alike; raise ValueError for a word that is none."""
    made: list[str] = []
    depth, last = 0, ""  # of square brackets; the last word
    parts = 0
    if len(expression) > MOST_CHARACTERS:
        raise ValueError(f"an expression of {len(expression):,} characters; {MOST_CHARACTERS:,} are the most")
    for match in TOKEN.finditer(expression):
        word = match[0]
        parts += word in "([{" or word.lower() in _BINARY
        if parts > MOST_PARTS:
            raise ValueError(f"an expression of more than {MOST_PARTS} operators and brackets")
        most = _LONGEST if depth or last == "offset" else _LATEST if last == "@" else math.inf
        if depth and word[0] == ":" and word[1:2].isdigit():  # a step, not a name
            made.append(":")
            word = word[1:]
        if match["open"]:
            raise ValueError("a string of its has no end")
        if word[0] in "\"'`":
            word = _quoted(string(word))
        elif match["number"] or word[0].isdigit() or (most < math.inf and word.lower() in ("nan", "inf")):
            word = _number(word, most)
        elif word in _RENAMED and expression[match.end() :].lstrip().startswith("("):
            word = _RENAMED[word]
        depth += (word == "[") - (word == "]")
        if not match["skip"] and word not in ("-", "+"):
            last = word.lower()
        made.append(word)
    return "".join(made)


def string(token: str) -> str:
    """Return what a quoted string holds, by the rules of Go's; raise ValueError where it holds no text."""
    quote, inner = token[0], token[1:-1]
    if quote == "`":
        return inner
    if "\n" in inner:
        raise ValueError("a quoted string ends at its line's end")
    made, last = bytearray(), 0
    for found in _ESCAPE.finditer(inner):
        made += inner[last : found.start()].encode()
        made += _escaped(found, quote)
        last = found.end()
    made += inner[last:].encode()
    try:
        return made.decode()
    except UnicodeDecodeError as err:
        raise ValueError("a string whose bytes are no UTF-8") from err


def _escaped(found: re.Match[str], quote: str) -> bytes:
    letter, octal, byte, short, long, _ = found.groups()
    if letter and (letter not in "'\"" or letter == quote):
        return bytes([_LETTERS[letter]])
    number = int(octal, 8) if octal else int(byte or short or long or "-1", 16)
    if number < 0 or (octal and number > 255) or 0xD800 <= number < 0xE000 or number > 0x10FFFF:
        raise ValueError(f"unknown escape sequence {found[0]}")
    return bytes([number]) if octal or byte else chr(number).encode()


def _quoted(text: str) -> str:
    return f'"{"".join(_QUOTED.get(one, one) for one in text)}"'


def _number(token: str, most: float) -> str:
    if _NOTHING.fullmatch(token) and most != _LONGEST:
        return "0"
    hexadecimal = token[:2].lower() == "0x"
    plain = re.sub(r"(?<=[0-9a-fA-FxX])_(?=[0-9a-fA-F])" if hexadecimal else r"(?<=\d)_(?=\d)", "", token)
    try:
        value = float(int(plain, 16)) if hexadecimal else float(plain)
    except (ValueError, OverflowError):
        value = seconds(token) or 0.0  # a duration, or no number at all: the parser says so
        plain, most = token, _LONGEST
    taken = [found[1].lower() for found in _EXPONENT.finditer(token)] if hexadecimal else []
    if not value < most or len(taken) > 1 or any(one in ("", ".", "_", "e") for one in taken):
        raise ValueError(f"the number {token} is out of range, or none")
    return plain
