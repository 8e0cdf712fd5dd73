"""A file that people wrote: read as TOML, and where in it something stands that a message names."""

from __future__ import annotations

import os
import tomllib
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

from timeline.errors import UsageError
from timeline.invalid.places import Lines, syntax
from timeline.invalid.problems import Problem

_QUOTES = "texts stand in quotes, `true` and `false` do not"
#: What to look at, by how the words begin in which a parser refuses TOML.
_HOW = {
    "Invalid value": _QUOTES,
    "Unclosed array": "a list ends with `]`",
    "Cannot overwrite": "a key stands once in a table; each source begins with `[[source]]`",
    "Cannot declare": "a key stands once in a table; each source begins with `[[source]]`",
    "Illegal character": "a text ends on its line, with the quote that it began with",
    "Unterminated string": "a text ends with the quote that it began with",
    "Expected '=' after a key": "write NAME = VALUE",
    "Expected newline or end of document": f"one NAME = VALUE a line; {_QUOTES}",
}


def shown(path: Path | str) -> str:
    """Return a path as reports name it: relative to the working directory where it lies below it."""
    try:
        name = Path(os.path.abspath(path)).relative_to(Path.cwd()).as_posix()  # noqa: PTH100 - links stay links
    except ValueError:
        name = Path(path).as_posix()
    return name.encode("utf-8", "replace").decode()


@dataclass(frozen=True)
class Written:
    """A file with its text; without a path, what no file says."""

    path: Path | None = None
    text: str = ""

    def place(self, path: Sequence[str | int] = ()) -> str:
        """Return `FILE:LINE: ` of a member, as editors and terminals open it; nothing without a file."""
        if self.path is None:
            return ""
        line = self._line(path)
        return f"{shown(self.path)}:{line}: " if line else f"{shown(self.path)}: "

    def _line(self, path: Sequence[str | int]) -> int:
        return (self._lines.of(path) or 0) if path and self.path else 0

    @cached_property
    def _lines(self) -> Lines:
        return Lines(self.text, self.path.suffix if self.path else "")

    def said(self, problems: Sequence[Problem], where: str = "", inside: Sequence[str | int] = ()) -> str:
        """Return a line for each problem of the table `inside`, in the file's order; `where` names that table for people."""
        head = f"{where}: " if where else ""
        ordered = sorted(problems, key=lambda one: self._line((*inside, *one.path)))
        return "\n".join(f"{self.place((*inside, *path))}{head}{text}" for path, text in ordered)

    def table(self) -> dict[str, Any]:
        """Return the file as TOML; raise UsageError with the line and column of what is none."""
        try:
            return tomllib.loads(self.text)
        except (ValueError, RecursionError) as err:
            words, line, column = syntax(str(err))
            if line is None and "end of document" in str(err):
                line = self.text.count("\n") + 1
            told = "".join(f":{number}" for number in (line, column) if number)
            how = next((f"; {text}" for begin, text in _HOW.items() if words.startswith(begin)), "")
            raise UsageError(f"{self.name}{told}: it is no TOML: {words}{how}") from err

    @property
    def name(self) -> str:
        """The file's path for people."""
        return shown(self.path) if self.path else ""


NOTHING = Written()


def decoded(path: Path, data: bytes) -> Written:
    """Return a file of UTF-8, with or without a byte order mark; raise UsageError for another."""
    try:
        return Written(path, data.decode("utf-8-sig"))
    except UnicodeDecodeError as err:
        line = data.count(b"\n", 0, err.start) + 1
        raise UsageError(f"{shown(path)}:{line}: it is no text in UTF-8; save it as UTF-8") from err
