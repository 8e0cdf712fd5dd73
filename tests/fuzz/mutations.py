"""Changes to what was recorded: a member replaced, removed, repeated or renamed; bytes where there is no JSON."""

from __future__ import annotations

import copy
import json
from collections.abc import Iterator, Sequence
from typing import Any, NamedTuple

from hypothesis import strategies as st

from tests.fuzz import hostile

OPERATIONS = ("replace", "remove", "repeat", "rename", "wrap")


class Change(NamedTuple):
    """One change of one payload; `place` counts its members, modulo their number."""

    payload: int
    place: int
    operation: str
    value: Any


def changes() -> st.SearchStrategy[list[Change]]:
    """Return one to four changes of the payloads of one recorded run."""
    one = st.builds(
        Change, st.integers(0, 40), st.integers(0, 5000), st.sampled_from((*OPERATIONS, "replace", "replace")),
        hostile.values(),
    )  # fmt: skip
    return st.lists(one, min_size=1, max_size=4)


def changed(data: bytes, wanted: Sequence[Change], within: str = "") -> bytes:
    """Return a payload with its changes made; JSON stays JSON, lines stay lines.

    `within` is a member's name: where a payload has such members, only what is below them is changed.
    """
    for change in wanted:
        data = _changed(data, change, within)
    return data


def _changed(data: bytes, change: Change, within: str) -> bytes:
    try:
        return _written(_in_json(json.loads(data), change, within))
    except (ValueError, RecursionError):
        pass
    lines = data.split(b"\n")
    place = change.place % len(lines)
    try:
        lines[place] = _written(_in_json(json.loads(lines[place]), change, ""))
        return b"\n".join(lines)
    except (ValueError, RecursionError):
        return _in_bytes(data, change)


def _written(value: Any) -> bytes:
    return hostile.deepened(json.dumps(value).encode())


def _in_json(value: Any, change: Change, within: str) -> Any:
    places = [place for place in _places(value) if not within or within in place[:-1]]
    if not places:
        return value if within else change.value
    value = copy.deepcopy(value)
    *parents, last = places[change.place % len(places)]
    holder = value
    for step in parents:
        holder = holder[step]
    _apply(holder, last, change)
    return value


def _apply(holder: Any, last: Any, change: Change) -> None:
    match change.operation:
        case "remove":
            del holder[last]
        case "repeat" if isinstance(holder, list):
            holder.insert(last, holder[last])
        case "rename" if isinstance(holder, dict):
            holder[str(change.value)[:40]] = holder.pop(last)
        case "wrap":
            holder[last] = [holder[last]]
        case _:
            holder[last] = change.value


def _places(value: Any, here: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    if isinstance(value, dict):
        inner = list(value.items())
    elif isinstance(value, list):
        inner = list(enumerate(value))
    else:
        return
    for name, member in inner:
        yield (*here, name)
        yield from _places(member, (*here, name))


def _in_bytes(data: bytes, change: Change) -> bytes:
    at = change.place * 7919 % (len(data) + 1)
    given = change.value if isinstance(change.value, str) else json.dumps(change.value)
    piece = given.encode("utf-8", "surrogatepass")[:200]
    match change.operation:
        case "remove":
            return data[:at] + data[at + 1 + len(piece) :]
        case "repeat":
            return data[:at] + data[max(at - 40, 0) : at] + data[at:]
        case "rename":
            return data[:at]
        case _:
            return data[:at] + piece + data[at + len(piece) :]
