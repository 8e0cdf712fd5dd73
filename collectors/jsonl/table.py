"""Rows of a table of text (CSV), each with its line; a row that is torn takes no other row with it."""

from __future__ import annotations

import csv
import io
import json
from collections import Counter, deque
from collections.abc import Iterable, Iterator, Sequence
from typing import IO, Any, NamedTuple

from collectors.base import SourceError

MAX_ROW = 4 * 2**20  # bytes; a longer line is counted, not read
_DELIMITERS = ",;\t|"
_READ_AGAIN = 64 * 2**20  # characters; a file of torn rows alone ends there


class Row(NamedTuple):
    """One row: its line number, or its RFC 6901 pointer; its text as JSON and what that is, or why it is none."""

    place: int | str
    text: bytes
    broken: str | None = None
    value: Any = None


def read_table(file: IO[bytes], name: str, delimiter: str | None) -> Iterator[Row]:
    """Yield the rows below the header; raise SourceError where that cannot be read.

    Without a `delimiter` it is what parts the header: comma, semicolon, tab or bar.
    """
    # The csv module, not pandas: it tells each row's line where fields hold line breaks.
    csv.field_size_limit(MAX_ROW)
    lines = _Lines(io.TextIOWrapper(file, encoding="utf-8", errors="surrogateescape", newline=""))
    delimiter = delimiter or _told(lines)
    reader = csv.reader(lines, delimiter=delimiter, strict=True)
    header = _header(reader, lines, name)
    while header:
        lines.begin()
        try:
            fields, why = next(reader), ""
        except StopIteration:
            return
        except csv.Error as err:
            fields, why = [], _fault(err, lines)
        while len(fields) > len(header) and not fields[-1]:
            fields.pop()
        if fields and len(fields) != len(header):
            why = f"{len(fields)} fields, the header has {len(header)}"
        if why:
            # Where a quote is not closed, the lines after it seem to be of this row.
            lines.give_back_rest()
            for number, line in enumerate(lines.taken):
                yield Row(lines.first + number, line.encode("utf-8", "surrogateescape"), why)
        elif fields:
            yield _row(lines.first, header, fields)


class _Lines:
    """A file's lines: those `taken` for one row, of which all but the first can be read again."""

    def __init__(self, lines: Iterable[str]) -> None:
        self._lines = iter(lines)
        self._again: deque[str] = deque()
        self._left = _READ_AGAIN
        self.taken: list[str] = []
        self.first = 1  # number of the first line taken
        self.is_over = False

    def __iter__(self) -> Iterator[str]:
        return self

    def __next__(self) -> str:
        line = self._again.popleft() if self._again else next(self._lines, None)
        if line is None:
            self.is_over = True
            raise StopIteration
        if "\0" in line:  # zeros of a torn write
            line = line.replace("\0", "")
        self.taken.append(line)
        return line

    def begin(self) -> None:
        """Begin another row."""
        self.first += len(self.taken)
        self.taken = []
        self.is_over = False

    def put_back(self) -> None:
        """Give back all lines that were taken."""
        self._again.extendleft(reversed(self.taken))
        self.taken = []

    def give_back_rest(self) -> None:
        """Give back all lines but the first, while not too much was read again already."""
        rest = self.taken[1:]
        self._left -= sum(map(len, rest))
        if self._left >= 0:
            self._again.extendleft(reversed(rest))
            self.taken = self.taken[:1]


def _told(lines: _Lines) -> str:
    """Return the delimiter that the first line tells: Excel's `sep=;`, or what parts it into most fields."""
    line = next(lines, "")
    if line.startswith("sep=") and len(line.strip("\r\n")) == 5:
        return line[4]
    lines.put_back()
    parted = {mark: len(next(csv.reader([line], delimiter=mark), ())) for mark in _DELIMITERS}
    return max(parted, key=lambda mark: parted[mark])


def _header(reader: Iterator[list[str]], lines: _Lines, name: str) -> list[str]:
    """Return the names of the columns; none where the file is empty."""
    fields: list[str] = []
    while not fields:
        lines.begin()
        try:
            fields = next(reader)
        except StopIteration:
            return []
        except csv.Error as err:
            raise SourceError(
                "undecodable", f"{name}: the header cannot be read: {_fault(err, lines)}"
            ) from err
    return [field.strip() for field in fields]


def _fault(err: csv.Error, lines: _Lines) -> str:
    # Only inside a quote the reader asks for a line where there is none.
    return "a quote is opened in it and never closed" if lines.is_over else f"not CSV: {err}"


def _row(line: int, header: Sequence[str], fields: Sequence[str]) -> Row:
    """Return a row as an object; columns of one name are a list, in their order."""
    row: dict[str, Any] = dict(zip(header, fields, strict=True))
    if len(row) < len(header):
        for name in [name for name, count in Counter(header).items() if count > 1]:
            row[name] = [field for column, field in zip(header, fields, strict=True) if column == name]
    text = json.dumps(row).encode()
    try:
        "".join(fields).encode()
    except UnicodeEncodeError:
        return Row(line, text, "not UTF-8")
    return Row(line, text, None, row)
