"""How much of what others wrote is read: a document's size, depth and count, and the work of its expressions."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from timeline.rules.promlex import MOST_PARTS

MOST_CHARACTERS, MOST_DEPTH, MOST_NODES = 10_000_000, 100, 2_000_000
#: The squares of the parts of all expressions of a file or a server, added up: some thousand long ones.
MOST_WORK = 4_000_000
_SIGNS = "([{+-*/%^<>"
_PROSE = ("annotations", "labels", "description")


def measured(value: Any) -> Any:
    """Return a value of JSON or YAML; raise ValueError where it is too deep or large, aliases followed."""
    sizes: dict[int, int] = {}
    open_: dict[int, None] = {}  # in order: the way to where we are
    waiting = [value]
    while waiting:
        here = waiting[-1]
        if not isinstance(here, list | dict) or id(here) in sizes:
            waiting.pop()
            continue
        inner = list(here.values() if isinstance(here, dict) else here)
        if id(here) not in open_:
            open_[id(here)] = None
            if len(open_) > MOST_DEPTH:
                raise ValueError(f"it is nested too deeply: {MOST_DEPTH} levels are the most")
            for one in inner:
                if id(one) in open_:
                    raise ValueError("it holds itself")
            waiting += inner
            continue
        size = 1 + sum(sizes.get(id(one), 1) for one in inner)
        if size > MOST_NODES:
            raise ValueError(f"it holds more than {MOST_NODES:,} values, aliases followed")
        sizes[id(here)] = size
        del open_[id(here)]
        waiting.pop()
    return value


def work(expression: str) -> int:
    """Return what an expression adds to the work of reading: the square of its parts, none where it is refused."""
    parts = sum(map(expression.count, _SIGNS))
    if len(expression) > 2 * parts:  # else there is no room for words
        lowered = expression.lower()
        parts += sum(map(lowered.count, (" and", " or", " unless")))
    return parts * parts if parts <= MOST_PARTS else 0


def work_of(value: Any) -> int:
    """Return the work of all texts that may be expressions in a value of JSON or YAML."""
    total, waiting, seen = 0, [value], set[int]()
    while waiting:
        here = waiting.pop()
        if isinstance(here, str):
            total += work(here)
        elif isinstance(here, Mapping | list) and id(here) not in seen:
            seen.add(id(here))
            waiting += (
                [one for name, one in here.items() if name not in _PROSE]
                if isinstance(here, Mapping)
                else here
            )
    return total


def bounded(expressions: Iterable[str]) -> list[bool]:
    """Tell of each expression in turn whether it is within the work that is done for all of them."""
    total, made = 0, []
    for one in expressions:
        total += work(one)
        made.append(total <= MOST_WORK)
    return made
