"""Members that a mapping names and no row has, each with the nearest one that there is."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from timeline.invalid.nearest import closest
from timeline.mapping.options import BotMap, FieldMap, KindMap
from timeline.values import value_at

_DEEP, _MANY = 4, 500  # how deep members are looked for, and how many of a row


class Absent:
    """The mapped members that no row had, each with the nearest member that one has."""

    def __init__(self, fields: FieldMap) -> None:
        self._left = dict(_mapped(fields))
        self._members: dict[str, None] = {}
        self.rows = 0

    def see(self, row: Mapping[str, Any]) -> None:
        """Note what a row has."""
        self.rows += 1
        if self._left:
            self._left = {option: path for option, path in self._left.items() if not has(row, path)}
            if self.rows <= 20:
                self._members |= dict.fromkeys(members(row))

    def words(self) -> list[str]:
        """Return a sentence for each; nothing where there was no row."""
        return [
            f"`map.{option} = {path!r}` names a member that none of the {self.rows} rows has"
            + (f"; the nearest is `{near}`" if (near := closest(path, self._members)) else "")
            for option, path in self._left.items()
            if self.rows
        ]


def has(row: Any, path: str) -> bool:
    """Tell whether an object has a member, be it null, or null where it would be."""
    if not isinstance(row, Mapping):
        return False
    if path in row or value_at(row, path) is not None:
        return True
    inner: Any = row
    for name in path.split("."):
        if not isinstance(inner, Mapping) or name not in inner:
            return False
        inner = inner[name]
        if inner is None:
            return True
    return True


def _mapped(fields: FieldMap) -> Iterator[tuple[str, str]]:
    """Yield each option of a mapping with the path that it names."""
    if isinstance(fields.kind, KindMap):
        yield "kind.field", fields.kind.field
    lists: Mapping[str, Iterable[str]] = {
        "time": fields.time_fields,
        "key": fields.key,
        "thread": fields.thread,
    }
    for name, paths in lists.items():
        yield from ((name if n == 0 else f"{name}.{n}", path) for n, path in enumerate(paths))
    for name, tables in {"subject": fields.subject, "names": fields.names}.items():
        yield from ((f"{name}.{key}", path) for key, path in tables.items())
    for name in ("label", "quote", "actor", "link", "clock"):
        if path := getattr(fields, name):
            yield name, path
    if fields.bot is not None:
        yield "bot", fields.bot.field if isinstance(fields.bot, BotMap) else fields.bot


def members(value: Any, deep: int = _DEEP) -> list[str]:
    """Return the dotted paths of an object's members, those of objects in it too."""
    found: list[str] = []
    if isinstance(value, Mapping):
        for name, inner in value.items():
            found.append(name)
            if deep > 1:
                found += [f"{name}.{below}" for below in members(inner, deep - 1)]
            if len(found) > _MANY:
                break
    return found[:_MANY]
