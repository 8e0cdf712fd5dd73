"""Values of foreign JSON: what stands at a path, and what it says as text."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from timeline.text import clean

Row = Mapping[str, Any]
_MISSING = object()
#: What journald puts into every entry: there a list of numbers is a field of bytes, another list a repeated field.
_JOURNAL = ("__REALTIME_TIMESTAMP", "__CURSOR", "__MONOTONIC_TIMESTAMP", "_BOOT_ID")


def lookup(row: Row, path: str) -> Any:
    """Return the value at a dotted path, a member of just that name first; None where there is none."""
    found = _find(row, path)
    return None if found is _MISSING else found


def _find(value: Any, path: str) -> Any:
    if isinstance(value, Mapping):
        if path in value:
            return value[path]
        # A name may hold dots itself: the longest that fits wins.
        for cut in range(len(path) - 1, 0, -1):
            if path[cut] == "." and path[:cut] in value:
                found = _find(value[path[:cut]], path[cut + 1 :])
                if found is not _MISSING:
                    return found
    if isinstance(value, list):
        head, _, rest = path.partition(".")
        if head.isdecimal() and int(head) < len(value):
            return _find(value[int(head)], rest) if rest else value[int(head)]
    return _MISSING


def text_of(value: Any) -> str | None:
    """Return a value as text: strings as they are, the rest as JSON; None for null and empty text."""
    if value is None or value == "":
        return None
    return clean(value if isinstance(value, str) else json.dumps(value, ensure_ascii=False, sort_keys=True))


def value_at(row: Row, path: str) -> Any:
    """Return the value at a path, as `lookup`; the usual case first."""
    return row[path] if path in row else lookup(row, path)


def text_at(row: Row, path: str, between: str = ", ", *, words: bool = False) -> str | None:
    """Return the text at a path: of a list of texts, all of them; of bytes, what they spell.

    Where `words` are looked for, a list of small numbers that spells a printable text is one.
    """
    value = row[path] if path in row else lookup(row, path)
    if type(value) is str:
        return clean(value) if value else None
    if isinstance(value, list) and value:
        value = _joined(value, between, is_journal=any(name in row for name in _JOURNAL), words=words)
    return text_of(value)


def _joined(values: list[Any], between: str, *, is_journal: bool, words: bool) -> Any:
    if _is_bytes(values):
        return _spelt(values, is_journal=is_journal) if is_journal or words else values
    if is_journal:
        values = [_spelt(v, is_journal=True) if isinstance(v, list) and _is_bytes(v) else v for v in values]
    return between.join(values) if all(isinstance(v, str) for v in values) else values


def _is_bytes(values: list[Any]) -> bool:
    return bool(values) and all(type(v) is int and 0 <= v <= 255 for v in values)


def _spelt(values: list[int], *, is_journal: bool) -> str | list[int]:
    """Return what bytes spell in UTF-8; the numbers where they are perhaps no text."""
    text = bytes(values).decode("utf-8", "replace")
    seems = "\ufffd" not in text and all(char.isprintable() or char in "\t\r\n\x1b" for char in text)
    return text if is_journal or seems else values
