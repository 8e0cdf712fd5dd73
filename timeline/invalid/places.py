"""Where in a file a member stands: the line of what people wrote, for messages that name it."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

Path = tuple[str | int, ...]
Find = Callable[[Path], int | None]
#: What ends no statement of TOML, or opens and closes a value: texts and comments whole, brackets, ends of lines.
_TOKEN = re.compile(
    r'"""(?:[^"\\]|\\.|"(?!""))*+(?:"{3,5}|\Z)'
    r"|'''(?:[^']|'(?!''))*+(?:'{3,5}|\Z)"
    r'|"(?:[^"\\\n]|\\.)*+"?'
    r"|'[^'\n]*+'?"
    r"|#[^\n]*+|[\[\]{}\n]",
    re.DOTALL,
)


class Lines:
    """The lines on which the members of a file of TOML, YAML or JSON stand; the file is read once for all of them."""

    def __init__(self, text: str, suffix: str) -> None:
        self._find = _in_toml(text) if suffix == ".toml" else _in_yaml(text)

    def of(self, path: Sequence[str | int]) -> int | None:
        """Return the line (from 1) of a member; that of what should hold it, where it is absent."""
        for length in range(len(path), 0, -1):
            if line := self._find(tuple(path[:length])):
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


def _in_toml(text: str) -> Find:
    """Find a member in the statement that makes it; nothing in what is no TOML."""
    if not _is_toml(text):
        return lambda _: None
    text = text.replace("\r\n", "\n")
    lines = text.split("\n")
    spans: dict[Path, tuple[int, int]] = {}
    table: Path = ()
    sizes: dict[Path, int] = {}  # of arrays of tables
    for start, end in _statements(text):
        held = tomllib.loads("\n".join(lines[start:end]))
        if lines[start].lstrip().startswith("["):
            table = _header(held, sizes)
            for length in range(1, len(table) + 1):
                spans.setdefault(table[:length], (start, end))
        else:
            for path in _paths(held, table):
                spans.setdefault(path, (start, end))

    def find(path: Path) -> int | None:
        return _keyed(lines, *spans[path], path) + 1 if path in spans else None

    return find


def _is_toml(text: str) -> bool:
    try:
        tomllib.loads(text)
    except (ValueError, RecursionError):
        return False
    return True


def _statements(text: str) -> Iterator[tuple[int, int]]:
    """Yield the lines `[start, end)` of each statement: an end of a line ends it, but within brackets."""
    line = start = depth = 0
    written = False
    place = 0
    for token in _TOKEN.finditer(text):
        between, place = text[place : token.start()], token.end()
        written = written or bool(between.strip())
        match token[0]:
            case "\n":
                line += 1
                if depth == 0:
                    if written:
                        yield start, line
                    start, written = line, False
            case "[" | "{":
                depth, written = depth + 1, True
            case "]" | "}":
                depth -= 1
            case other:
                written = written or not other.startswith("#")
                line += other.count("\n")
    if written or text[place:].strip():
        yield start, line + 1


def _header(held: Mapping[str, Any], sizes: dict[Path, int]) -> Path:
    """Return the path of the table that a header begins, and count it where it is one of many."""
    path: Path = ()
    inner: Any = held
    while isinstance(inner, dict) and inner:
        [(name, inner)] = inner.items()
        path = (*path, name)
        if isinstance(inner, list):
            sizes[path] = sizes.get(path, 0) + 1
        if path in sizes:
            path = (*path, sizes[path] - 1)
    return path


def _paths(held: Any, inside: Path) -> Iterator[Path]:
    """Yield the path of each member of a value, at any depth."""
    left = [(inside, held)]
    while left:
        path, value = left.pop()
        pairs = (
            value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
        )
        for part, inner in pairs:
            yield (*path, part)
            left.append(((*path, part), inner))


def _keyed(lines: Sequence[str], start: int, end: int, path: Sequence[str | int]) -> int:
    """Return the line among those of one statement that has the key itself."""
    key = next((part for part in reversed(path) if isinstance(part, str)), "")
    pattern = re.compile(rf"""(?:^|[\s{{,.\[])["']?{re.escape(key)}["']?\s*[=\].]""")
    return next((n for n in range(start, end) if pattern.search(lines[n])), start)


def _in_yaml(text: str) -> Find:
    import yaml

    try:
        root = yaml.compose(text, Loader=yaml.BaseLoader)
    except (yaml.YAMLError, ValueError, RecursionError):
        return lambda _: None  # JSON with tabs, say
    members: dict[
        int, dict[str, Any]
    ] = {}  # of a mapping, by what it is: one that is repeated by name is one

    def find(path: Path) -> int | None:
        node, line = root, None
        for part in path:
            if isinstance(node, yaml.MappingNode):
                if id(node) not in members:
                    members[id(node)] = {
                        k.value: (k, v) for k, v in reversed(node.value) if isinstance(k.value, str)
                    }
                pair = members[id(node)].get(str(part))
                if pair is None or not isinstance(part, str):
                    return None
                line, node = pair[0].start_mark.line + 1, pair[1]
            elif isinstance(node, yaml.SequenceNode) and isinstance(part, int) and part < len(node.value):
                node = node.value[part]
                line = node.start_mark.line + 1
            else:
                return None
        return line

    return find
