"""Tables as columns: what has one name stands together, a text as what differs from the one before.

Ten thousand rows are mostly alike; packed row by row they take twice the bytes. `render/page/assets/data/columns.js`
makes values of them again, the same to the last character; a member that is null is one that is not there.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import chain
from operator import sub
from typing import TYPE_CHECKING, Any

from timeline.canonical import Json

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

#: Characters in which texts are compared at once; texts that share more are compared one by one.
_WIDTH = 64
#: A column holds each of its texts once where they are at most one of so many.
_REPEATED = 8
_PAIRS = 0xFFFF  # characters beyond are two units of UTF-16


def table(columns: Mapping[str, Sequence[Any]]) -> Json:
    """Return `[number of rows, {name: column}]` of columns of one length; a column is `[form, ...]`.

    Forms: each text once (`e`), texts by what they share with the one before (`t`), whole numbers by
    differences (`d`), objects (`o`), lists of objects (`l`), values as they are (`v`). A column without any value is left out.
    """
    count = len(next(iter(columns.values()), ()))
    held = {name: _column(values) for name, values in columns.items()}
    return [count, {name: column for name, column in held.items() if column is not None}]


def columns(rows: Sequence[Mapping[str, Any]]) -> Json:
    """Return the table of rows, each a mapping of JSON values."""
    names = sorted({name for row in rows for name in row})
    return [len(rows), table({name: [row.get(name) for row in rows] for name in names})[1]]


def _column(values: Sequence[Any]) -> Json:
    kinds = {type(value) for value in values} - {type(None)}
    if not kinds:
        return None
    if kinds == {str}:
        return texts(values)
    if kinds == {int}:
        return ["d", _steps(values)]
    if kinds == {dict}:
        there = [value for value in values if value is not None]
        if not _sparse(there):
            return ["o", _marks(values), columns(there)]
    if kinds == {list} and None not in values:
        parts = [part for value in values for part in value]
        if {type(part) for part in parts} == {dict} and not _sparse(parts):
            return lists([len(value) for value in values], columns(parts))
    return ["v", list(values)]


def lists(lengths: Sequence[int], parts: Json) -> Json:
    """Return the column of lists of objects: how many each row has, and the table of all."""
    return ["l", _steps(lengths), parts]


def _marks(values: Sequence[Any]) -> Json:
    """Return 1 for each value that is there; 1 alone where all are."""
    return 1 if None not in values else [int(value is not None) for value in values]


def _sparse(rows: Sequence[Mapping[str, Any]]) -> bool:
    """Tell whether columns would mostly be holes: many names, few of them in each row."""
    names = {name for row in rows for name in row}
    return len(names) * len(rows) > 4 * sum(map(len, rows)) + 1_000


def texts(values: Sequence[str | None]) -> Json:
    """Return the column of texts: by their places among the different ones, or what each shares and the rest."""
    places = {value: place for place, value in enumerate(dict.fromkeys(values))}
    if len(places) * _REPEATED <= len(values):
        return ["e", list(places), list(map(places.__getitem__, values))]
    there = [value for value in values if value is not None]
    shared = _shared(there)
    units = _in_units(there, shared)
    rests = [value[length:] for value, length in zip(there, shared, strict=True)]
    if len(there) == len(values):
        return ["t", units, rests]
    held = iter(units)
    return ["t", [None if value is None else next(held) for value in values], rests]


def _shared(values: Sequence[str]) -> list[int]:
    """Return how many characters each text shares at the start with the one before."""
    import numpy as np

    if len(values) < 2:
        return [0] * len(values)
    wide = _characters(values)
    differ = wide[1:] != wide[:-1]
    equal = np.where(differ.any(axis=1), differ.argmax(axis=1), _WIDTH)
    lengths = np.fromiter(map(len, values), np.int64, len(values))
    shared: list[int] = [0, *np.minimum(equal, np.minimum(lengths[1:], lengths[:-1])).tolist()]
    for place in (np.flatnonzero(equal == _WIDTH) + 1).tolist():
        shared[place] = _shared_far(values[place], values[place - 1])
    return shared


def _characters(values: Sequence[str]) -> NDArray[np.uint32]:
    """Return the first characters of each text, a row each, filled up with zeros."""
    import numpy as np

    return np.array(values, dtype=f"<U{_WIDTH}").view(np.uint32).reshape(len(values), _WIDTH)


def _shared_far(a: str, b: str) -> int:
    low, high = 0, min(len(a), len(b))
    while low < high:
        middle = (low + high + 1) // 2
        low, high = (middle, high) if a[:middle] == b[:middle] else (low, middle - 1)
    return low


def _in_units(values: Sequence[str], shared: list[int]) -> list[int]:
    """Return lengths as JavaScript counts: in units of UTF-16, and never inside a pair."""
    if all(map(str.isascii, values)):
        return shared
    return [
        length if value.isascii() else length + sum(ord(c) > _PAIRS for c in value[:length])
        for value, length in zip(values, shared, strict=True)
    ]


def _steps(values: Sequence[int | None]) -> Json:
    if None not in values:
        return list(map(sub, values, chain((0,), values)))
    last, made = 0, []
    for value in values:
        made.append(None if value is None else value - last)
        last = last if value is None else value
    return made
