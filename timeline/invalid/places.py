"""Where in a file a member stands: the line of what people wrote, for messages that name it."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Callable, Sequence
from typing import Any

_ABSENT = object()


def line_of(text: str, suffix: str, path: Sequence[str | int]) -> int | None:
    """Return the line (from 1) of a member of TOML, YAML or JSON; that of what should hold it, where it is absent."""
    find: Callable[[str, Sequence[str | int]], int | None] = _in_toml if suffix == ".toml" else _in_yaml
    for length in range(len(path), 0, -1):
        if line := find(text, path[:length]):
            return line
    return None


def syntax(message: str) -> tuple[str, int | None, int | None]:
    """Split what `tomllib` says into the words, the line and the column."""
    words, found, place = message.rpartition(" (at ")
    if not found:
        return message, None, None
    numbers = re.findall(r"\b\d{1,9}\b", place)  # none at the end of the document
    line, column = (int(number) for number in numbers) if len(numbers) == 2 else (None, None)
    return words, line, column


def _in_toml(text: str, path: Sequence[str | int]) -> int | None:
    """Find the shortest beginning of the file that is whole and has the member: its last statement makes it."""
    lines = text.split("\n")
    if _get(_loaded(lines), path) is _ABSENT:
        return None
    low, high = 0, len(lines)
    while low < high:
        middle = (low + high) // 2
        whole, held = _whole_from(lines, middle)
        if _get(held, path) is _ABSENT:
            low = max(whole, middle) + 1
        else:
            high = middle
    last, _ = _whole_from(lines, low)
    start = next((n for n in range(last - 1, -1, -1) if _loaded(lines[:n]) is not None), 0)
    return _keyed(lines, start, last, path) + 1


def _whole_from(lines: Sequence[str], number: int) -> tuple[int, Any]:
    """Return the first count of lines from `number` on that are whole statements, and what they say."""
    for count in range(number, len(lines) + 1):
        if (held := _loaded(lines[:count])) is not None:
            return count, held
    return len(lines), {}


def _loaded(lines: Sequence[str]) -> Any:
    try:
        return tomllib.loads("\n".join(lines))
    except (ValueError, RecursionError):
        return None


def _keyed(lines: Sequence[str], start: int, end: int, path: Sequence[str | int]) -> int:
    """Return the line among those of one statement that has the key itself."""
    key = next((part for part in reversed(path) if isinstance(part, str)), "")
    pattern = re.compile(rf"""(?:^|[\s{{,.\[])["']?{re.escape(key)}["']?\s*[=\].]""")
    return next((n for n in range(start, end) if pattern.search(lines[n])), start)


def _get(value: Any, path: Sequence[str | int]) -> Any:
    for part in path:
        try:
            value = value[part]
        except (KeyError, IndexError, TypeError):
            return _ABSENT
    return value


def _in_yaml(text: str, path: Sequence[str | int]) -> int | None:
    import yaml

    try:
        node = yaml.compose(text, Loader=yaml.BaseLoader)
    except (yaml.YAMLError, ValueError, RecursionError):
        return None  # JSON with tabs, say
    line = None
    for part in path:
        if isinstance(node, yaml.MappingNode):
            pair = next(((k, v) for k, v in node.value if k.value == part), None)
            if pair is None:
                return None
            line, node = pair[0].start_mark.line + 1, pair[1]
        elif isinstance(node, yaml.SequenceNode) and isinstance(part, int) and part < len(node.value):
            node = node.value[part]
            line = node.start_mark.line + 1
        else:
            return None
    return line
