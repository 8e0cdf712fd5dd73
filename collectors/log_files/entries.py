"""Entries of a log, as a form reads them: when as it was written, the words, and the fields beside them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import IO, NamedTuple, Protocol

MAX_LINE = 4 * 2**20  # bytes; a longer line is counted, not read
MAX_TEXT = 20_000  # characters of an entry's words that are kept
#: What stands around a line and is none of it: zeros of a torn write, the marks of RFC 7464, returns.
_AROUND = b"\r\n\0\x1e"
#: The severities of syslog, by their numbers.
SEVERITIES = ("emerg", "alert", "crit", "err", "warning", "notice", "info", "debug")


class Entry(NamedTuple):
    """One entry: the line it begins at; when, as written or in ns with its `precision`; its words and fields.

    `means` is what the form calls that time, where that differs from entry to entry.
    """

    place: int
    when: str | int
    text: str
    fields: dict[str, str]
    precision: int = 1
    means: str = ""
    is_speechless: bool = False  # its words were left out by what wrote the file


class Broken(NamedTuple):
    """What could not be read at a line: the sort, why, and the begin of it."""

    place: int
    sort: str
    why: str
    text: str = ""


class Span(NamedTuple):
    """A span of a trace whose status is error: operation, service, begin and end (ns)."""

    place: int
    operation: str
    service: str | None
    start: int
    end: int
    text: str


Item = Entry | Broken | Span


class Form(Protocol):
    """Reads one form of log files."""

    #: What a time of it is.
    means: str

    def items(self, file: IO[bytes]) -> Iterator[Item]:
        """Yield what a file holds, in its order."""


class Line(NamedTuple):
    """A line's number, its text, whether it is too long; `is_open`: the file ends within it."""

    number: int
    text: str
    is_long: bool = False
    is_open: bool = False


def lines_of(file: IO[bytes]) -> Iterator[Line]:
    """Yield a file's lines that are not empty; bytes that are no UTF-8 are U+FFFD."""
    number = 0
    while line := file.readline(MAX_LINE + 1):
        number += 1
        if len(line) > MAX_LINE:
            while not line.endswith(b"\n") and (line := file.readline(MAX_LINE)):
                pass
            yield Line(number, "", is_long=True)
            continue
        is_open = not line.endswith(b"\n")
        if text := line.strip(_AROUND):
            yield Line(number, text.decode("utf-8", "replace"), is_open=is_open)


def too_long(line: Line) -> Broken:
    """Return a line that is not read as what it is."""
    return Broken(line.number, "long", f"longer than {MAX_LINE} bytes")


def level_of(number: str | int | None) -> str | None:
    """Return the name of a syslog severity; None where there is none of this number."""
    text = str(number) if number is not None else ""
    return SEVERITIES[int(text)] if text in {"0", "1", "2", "3", "4", "5", "6", "7"} else None


def present(fields: Mapping[str, str | None]) -> dict[str, str]:
    """Return the fields that are there."""
    return {name: value for name, value in fields.items() if value}
