"""A source whose answers took another form, or whose clock is off: nothing that a status tells."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator, Sequence
from email.utils import formatdate
from time import time

from collectors.testing.origins import ReceivedRequest, Reply
from collectors.testing.server import Spoil
from collectors.testing.spoils import Exchange, in_json
from timeline.canonical import Json

#: Members whose objects are of the user's own names (labels, documents): what is new there is data.
MAPS = frozenset({"metric", "labels", "annotations", "_source", "fields", "properties"})
_NUMBER = re.compile(r"-?(0|[1-9][0-9]*)(\.[0-9]+)?")
_NAME = re.compile(r"[A-Za-z_][A-Za-z_0-9]*")


def widened(value: Json) -> Json:
    """Return JSON in which every object has members that nobody knows."""

    def widen(item: dict[str, Json]) -> dict[str, Json]:
        return {"x_since_v2": {"nested": [1, None]}, **item, "x_since_v3": "new"}

    return _mapped(value, widen)


def renamed(name: str) -> Callable[[Json], Json]:
    """Return what gives a member another name wherever it is one."""

    def rename(item: dict[str, Json]) -> dict[str, Json]:
        return {f"{key}_v2" if key == name else key: part for key, part in item.items()}

    return lambda value: _mapped(value, rename)


def members(seen: Sequence[Exchange]) -> list[str]:
    """Return the names of all members of the answers."""
    names: dict[str, None] = {}

    def note(item: dict[str, Json]) -> dict[str, Json]:
        names.update(dict.fromkeys(key for key in item if _NAME.fullmatch(key)))
        return item

    for _, reply in seen:
        try:
            _mapped(json.loads(reply.body if reply else b""), note)
        except ValueError:
            continue
    return list(names)


def numbers_as_text(value: Json) -> Json:
    """Return JSON in which every number is a text."""
    if isinstance(value, dict):
        return {name: numbers_as_text(item) for name, item in value.items()}
    if isinstance(value, list):
        return [numbers_as_text(item) for item in value]
    return str(value) if isinstance(value, int | float) and not isinstance(value, bool) else value


def texts_as_numbers(value: Json) -> Json:
    """Return JSON in which every text that looks like a number is one."""
    if isinstance(value, dict):
        return {name: texts_as_numbers(item) for name, item in value.items()}
    if isinstance(value, list):
        return [texts_as_numbers(item) for item in value]
    return json.loads(value) if isinstance(value, str) and _NUMBER.fullmatch(value) else value


def off(seconds: float) -> Spoil:
    """Answer with the time of a clock that is off."""

    def spoil(_: ReceivedRequest, real: Callable[[], Reply]) -> Reply:
        reply = real()
        kept = tuple(pair for pair in reply.headers if pair[0].lower() != "date")
        return reply._replace(headers=(*kept, ("Date", formatdate(time() + seconds, usegmt=True))))

    return spoil


def _mapped(value: Json, change: Callable[[dict[str, Json]], dict[str, Json]]) -> Json:
    """Return JSON with every object changed but those of names that are the user's."""
    if isinstance(value, list):
        return [_mapped(item, change) for item in value]
    if not isinstance(value, dict):
        return value
    return change({name: item if name in MAPS else _mapped(item, change) for name, item in value.items()})


def renamings(seen: Sequence[Exchange]) -> Iterator[tuple[str, Spoil]]:
    """Yield a fault for each member of the answers: all of that name are called otherwise."""
    for name in members(seen):
        yield name, in_json(renamed(name))


#: Name, and how it fails: with the same content in another form.
FORMS: Sequence[tuple[str, Spoil]] = (
    ("unknown members", in_json(widened)),
    ("numbers that are text", in_json(numbers_as_text)),
)
#: With content that is less: a number has not the digits that its text had.
LOSSY: Sequence[tuple[str, Spoil]] = (("text that is numbers", in_json(texts_as_numbers)),)
CLOCKS: Sequence[tuple[str, Spoil]] = (
    ("clock an hour ahead", off(3600)),
    ("clock an hour behind", off(-3600)),
)
