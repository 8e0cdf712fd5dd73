"""Rows as columns: what has one name stands together, a text as what differs from the one before.

Ten thousand facts are mostly alike; packed in rows they take twice the bytes. `render/page/assets/data/columns.js`
makes rows of them again, the same to the last character; a member that is null is one that is not there.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from timeline.canonical import Json

#: Texts that begin like another member of their own row: the end of the same bounds.
LIKE = {"earliest": "latest", "surfaced": "latest"}


def columns(rows: Sequence[Mapping[str, Any]]) -> Json:
    """Return `[number of rows, {name: column}]`; a column is `[form, ...]`, see `_column`."""
    names = sorted({name for row in rows for name in row})
    held = {name: [row.get(name) for row in rows] for name in names}
    return [len(rows), {name: _column(name, held) for name in names}]


def _column(name: str, held: Mapping[str, Sequence[Any]]) -> Json:
    """Return values (`v`), texts (`t`), texts like another's (`like`), names of one length (`same`), whole
    numbers by differences (`d`), tuples of them (`p`), objects (`o`) or lists of objects (`l`).
    """
    values = held[name]
    there = [value for value in values if value is not None]
    kinds = {type(value) for value in there}
    if name == "id" and len(there) == len(values) and _same_length(there):
        return ["same", len(there[0]), "".join(there)]
    other = held.get(LIKE.get(name, ""), ())
    if kinds == {str} and other and all(type(text) is str for text in other):
        return ["like", LIKE[name], _differing(values, other)]
    if kinds == {str}:
        return ["t", _differing(values, _before(values))]
    if kinds == {dict} and not _sparse(there):
        return ["o", [int(value is not None) for value in values], columns(there)]
    if kinds == {list}:
        return _lists(values, there)
    if kinds == {int}:
        return ["d", _steps(values)]
    return ["v", list(values)]


def _same_length(values: Sequence[Any]) -> bool:
    texts = all(type(value) is str and value.isascii() for value in values)
    return texts and len({len(value) for value in values}) == 1


def _lists(values: Sequence[Any], there: Sequence[list[Any]]) -> Json:
    parts = [part for value in there for part in value]
    kinds, lengths = {type(part) for part in parts}, {len(value) for value in there}
    if kinds == {dict} and len(there) == len(values) and not _sparse(parts):
        return ["l", [len(value) for value in values], columns(parts)]
    if kinds == {int} and len(lengths) == 1:
        each = range(lengths.pop())
        return ["p", [_steps([None if value is None else value[n] for value in values]) for n in each]]
    return ["v", list(values)]


def _sparse(rows: Sequence[Mapping[str, Any]]) -> bool:
    """Tell whether columns would mostly be holes: many names, few of them in each row."""
    names = {name for row in rows for name in row}
    return len(names) * len(rows) > 4 * sum(map(len, rows)) + 1_000


def _before(values: Sequence[str | None]) -> Iterable[str]:
    last = ""
    for value in values:
        yield last
        last = value if value is not None else last


def _differing(values: Sequence[str | None], others: Iterable[str]) -> Json:
    """Return, for each text, how many characters it shares at the start with the other, and the rest."""
    made: list[Json] = []
    shared = 0
    for value, other in zip(values, others, strict=True):
        if value is None:
            made.append(None)
            continue
        shared = _shared(value, other, shared)
        units = shared
        if not value.isascii():  # counted as JavaScript counts: in units of UTF-16, and never inside a pair
            units = len(value[:shared].encode("utf-16-le", "surrogatepass")) // 2
        made += [units, value[shared:]]
    return made


def _shared(a: str, b: str, guess: int) -> int:
    """Return how many characters `a` and `b` share at the start: often as many as the pair before."""
    low, high = 0, min(len(a), len(b))
    if guess <= high and a[:guess] == b[:guess]:
        if guess == high or a[guess] != b[guess]:
            return guess
        low = guess + 1
    else:
        high = min(high, max(guess - 1, 0))
    while low < high:
        middle = (low + high + 1) // 2
        low, high = (middle, high) if a[:middle] == b[:middle] else (low, middle - 1)
    return low


def _steps(values: Sequence[int | None]) -> Json:
    last, made = 0, []
    for value in values:
        made.append(None if value is None else value - last)
        last = last if value is None else value
    return made
