"""Texts that a pattern may be slow on, made from the pattern: what begins a match, or goes on in it, and never ends.

A pattern is slow on a text for one of two reasons: there are many ways to match the same text (`(a*)*b`), or a match
begins at many places and each looks far ahead for its end (`<!--.*?-->`). Both need a repeat; so for each repeat of a
pattern the text that leads to it, and texts that it repeats over, are taken from the parsed pattern.
"""

from __future__ import annotations

import re
import time
from collections.abc import Callable, Iterator, Sequence
from itertools import islice, product
from re import _constants as sre
from re import _parser as parser
from typing import Any

#: Characters that stand for those of a class, one of each sort that patterns tell apart.
_SORTS = "aZ0_-.:/@ \n\t\"'`<>()[]{}*+#=|\\%,;!?&$~^é日\x00"
_MANY = 40  # repeats from here on count as endless
_ENDS = ("", "\n", "!")
#: What is tried on every pattern, whatever it is.
USUAL = (
    "a", "0", " ", "\n", "\t", "_", "-", ".", ":", "/", "\\", "'", '"', "`", "(", "[", "{", "<", ">", "#", "*", "=", "@",
    "a ", "a.", "a-", "a_", "a:", "a/", "a@", "a\n", "0.", "0:", "0-", "0 ", "0a", "A0", "@a", "a@a.", "eyJ", "eyJ.", "//", "://",
    "a://", "[a](", "[a]: ", "<a ", "<!--", "-->", "<!-- timeline:", "{{", "{%", "\\\"", '\\"a', "\r\n", "> ", "- ", "| ", "| a ",
    "**", "__", "``", "%40", "&amp;", "&", "\ue000", "\ue001", "日", "é", "\u00a0", "f-0", "::", "a::", "AKIA", "-----BEGIN ", "key=",
    "password: ", "\\u003d", "2026-11-21", "12:00", "10:00 ", "--", "%", "$", "$a", "${", "?", "a, ", "I ", "9h", "1m",
)  # fmt: skip


def attacks(pattern: re.Pattern[Any], *, anchored: bool) -> list[tuple[str, str, str]]:
    """Return (begin, repeated, end) of texts that a pattern may be slow on."""
    text = pattern.pattern if isinstance(pattern.pattern, str) else pattern.pattern.decode("latin-1")
    tree = parser.parse(
        text, pattern.flags & ~re.DEBUG & (~re.UNICODE if isinstance(pattern.pattern, bytes) else -1)
    )
    found: dict[tuple[str, str], None] = {}
    for lead, bodies in _repeats(list(tree), ""):
        for body in bodies:
            found[lead, body] = None
            if not anchored:
                found["", lead + body] = None
        if lead and not anchored:
            found["", lead] = None
        for first, second in islice(product(bodies, bodies), 20):
            if first != second:
                found[lead, first + second] = None
    made = [(lead, body, end) for lead, body in found for end in _ENDS if body]
    return [*made, *(("", usual, end) for usual in USUAL for end in ("", "!"))]


def _repeats(nodes: Sequence[Any], lead: str) -> Iterator[tuple[str, list[str]]]:
    """Yield what leads to each endless repeat, and what it repeats over."""
    for op, value in nodes:
        for inner in _inner(op, value):
            yield from _repeats(inner, lead)
        if op in (sre.MAX_REPEAT, sre.MIN_REPEAT, sre.POSSESSIVE_REPEAT) and value[1] >= _MANY:
            bodies = list(dict.fromkeys(islice(_samples(list(value[2])), 10)))
            yield lead, [body for body in bodies if body]
        lead += next(_samples([(op, value)]), "")


def _inner(op: Any, value: Any) -> Iterator[list[Any]]:
    if op is sre.BRANCH:
        yield from map(list, value[1])
    elif op is sre.SUBPATTERN:
        yield list(value[3])
    elif op in (sre.MAX_REPEAT, sre.MIN_REPEAT, sre.POSSESSIVE_REPEAT):
        yield list(value[2])
    elif op is sre.ATOMIC_GROUP:
        yield list(value)
    elif op in (sre.ASSERT, sre.ASSERT_NOT):
        yield list(value[1])
    elif op is sre.GROUPREF_EXISTS:
        yield from (list(one) for one in value[1:] if one)


def _least(nodes: Sequence[Any]) -> str:
    return next(_samples(nodes), "")


def _samples(nodes: Sequence[Any]) -> Iterator[str]:
    """Yield texts that nodes match, or nearly: assertions are left out."""
    parts = [list(islice(_of(op, value), 10)) or [""] for op, value in nodes]
    if not parts:
        yield ""
        return
    yield "".join(part[0] for part in parts)
    for place, part in enumerate(parts):
        for other in part[1:]:
            yield "".join(other if n == place else one[0] for n, one in enumerate(parts))


def _of(op: Any, value: Any) -> Iterator[str]:
    if op is sre.LITERAL:
        yield chr(value)
    elif op is sre.NOT_LITERAL:
        yield from (sort for sort in _SORTS if ord(sort) != value)
    elif op is sre.ANY:
        yield from _SORTS
    elif op is sre.IN:
        yield from _of_class(value)
    elif op is sre.BRANCH:
        for branch in value[1]:
            yield _least(list(branch))
    elif op is sre.SUBPATTERN:
        yield from _samples(list(value[3]))
    elif op is sre.ATOMIC_GROUP:
        yield from _samples(list(value))
    elif op in (sre.MAX_REPEAT, sre.MIN_REPEAT, sre.POSSESSIVE_REPEAT):
        least, most, inner = value
        first = _least(list(inner))
        yield first * least
        if most > least:
            yield first * (least + 1)
        for one in islice(_samples(list(inner)), 1, 6):
            yield one * max(least, 1)


def _of_class(items: Sequence[Any]) -> Iterator[str]:
    written = re.compile(_class(items))
    found = [sort for sort in _SORTS if written.match(sort)]
    named = [chr(value) for op, value in items if op is sre.LITERAL] if items[0][0] is not sre.NEGATE else []
    named += [chr(value[0]) for op, value in items if op is sre.RANGE and items[0][0] is not sre.NEGATE]
    yield from dict.fromkeys([*named[:4], *found, *named])


def _class(items: Sequence[Any]) -> str:
    names = {
        sre.CATEGORY_DIGIT: r"\d", sre.CATEGORY_NOT_DIGIT: r"\D", sre.CATEGORY_SPACE: r"\s",
        sre.CATEGORY_NOT_SPACE: r"\S", sre.CATEGORY_WORD: r"\w", sre.CATEGORY_NOT_WORD: r"\W",
    }  # fmt: skip
    made = ""
    for op, value in items:
        if op is sre.NEGATE:
            made += "^"
        elif op is sre.LITERAL:
            made += re.escape(chr(value))
        elif op is sre.RANGE:
            made += f"{re.escape(chr(value[0]))}-{re.escape(chr(value[1]))}"
        else:
            made += names[value]
    return f"[{made}]"


#: Lengths that are compared: four times the text may take little more than four times as long.
SHORT, LONG, MOST = 1_000, 4_000, 9.0


def slow(try_: Callable[[str], object], begin: str, body: str, end: str) -> str:
    """Return by how much longer a text four times as long takes, where that is more than it may; else nothing."""

    def spent(size: int, times: int) -> float:
        text = begin + body * max(1, size // len(body)) + end
        best = 1e9
        for _ in range(times):
            started = time.thread_time()
            try_(text)
            best = min(best, time.thread_time() - started)
        return best

    for size in (30, 250) if begin or len(body) > 2 else ():  # what doubles with every character ends here
        if spent(size, 1) > 1:
            return f"{begin!r} + {body!r} * n + {end!r}: more than a second at {size} characters"
    short, long = spent(SHORT, 1), spent(LONG, 1)
    for scale in (1, 2, 4, 8):
        if long <= 0.0003 or long <= MOST * short:
            return ""
        short, long = spent(SHORT * scale, 3), spent(LONG * scale, 2)
    if long <= MOST * short:  # the longest texts tell best
        return ""
    return f"{begin!r} + {body!r} * n + {end!r}: {long / short:.0f} times as long for 4 times the text, {long:.2f} s at {LONG * scale}"
