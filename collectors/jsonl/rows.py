"""Rows of a JSON Lines, JSON or CSV file, each with its place; what cannot be read is a row too."""

from __future__ import annotations

import csv
import gzip
import io
import json
import zlib
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import IO, Any, Literal, NamedTuple, cast

import msgspec

from collectors.base import SourceError

Format = Literal["jsonl", "json", "csv"]
MAX_ROW = 4 * 2**20  # bytes; a longer line is counted, not read
_SUFFIXES: dict[str, Format] = {
    ".jsonl": "jsonl", ".ndjson": "jsonl", ".json": "json", ".csv": "csv", ".tsv": "csv",
}  # fmt: skip


class Row(NamedTuple):
    """One row: its line number, or its RFC 6901 pointer; its text as JSON, or why it is none."""

    place: int | str
    text: bytes
    broken: str | None = None


def format_of(path: str) -> Format | None:
    """Return the format that a file name tells (before `.gz`); None where it tells none."""
    return _SUFFIXES.get(Path(path.lower().removesuffix(".gz")).suffix)


def decode(text: bytes) -> Any:
    """Decode one JSON value; raise ValueError. Lone surrogates are let through, NaN is not."""
    try:
        return msgspec.json.decode(text)
    except (msgspec.DecodeError, UnicodeDecodeError):
        return json.loads(text.decode("utf-8"), parse_constant=_refuse)


def _refuse(word: str) -> None:
    raise ValueError(f"{word} is no JSON")


def read_rows(path: Path, name: str, form: Format, items: str | None, delimiter: str) -> Iterator[Row]:
    """Yield the rows of a file; raise SourceError where there is no file, or none of this form."""
    try:
        with _open(path) as file:
            start = file.read(3)
            if start[:2] in {b"\xff\xfe", b"\xfe\xff"}:
                raise SourceError("undecodable", f"{name} is UTF-16; save it as UTF-8")
            file.seek(3 if start == b"\xef\xbb\xbf" else 0)
            if form == "json":
                yield from _json(file.read(), name, items)
            else:
                yield from _lines(file) if form == "jsonl" else _csv(file, name, delimiter)
    except (EOFError, zlib.error, gzip.BadGzipFile) as err:
        raise SourceError("truncated", f"{name}: the gzip data are broken: {err}") from err
    except OSError as err:
        why = err.strerror or type(err).__name__
        raise SourceError(
            "unreachable", f"{name}: {why}; `path` is relative to the configuration file"
        ) from err


def _open(path: Path) -> IO[bytes]:
    with path.open("rb") as file:
        packed = file.read(2) == b"\x1f\x8b"
    return cast("IO[bytes]", gzip.open(path, "rb")) if packed else path.open("rb")


def _lines(file: IO[bytes]) -> Iterator[Row]:
    number = 0
    while line := file.readline(MAX_ROW + 1):
        number += 1
        if len(line) > MAX_ROW:
            while not line.endswith(b"\n") and (line := file.readline(MAX_ROW)):
                pass
            yield Row(number, b"", f"longer than {MAX_ROW} bytes")
        elif text := line.strip():
            yield _checked(number, text)


def _checked(place: int | str, text: bytes) -> Row:
    try:
        value = decode(text)
    except UnicodeDecodeError:
        return Row(place, text, "not UTF-8")
    except RecursionError:
        return Row(place, text, "not JSON: it is nested too deeply")
    except ValueError as err:
        return Row(place, text, f"not JSON: {str(err)[:200]}")
    return Row(place, text, None if isinstance(value, dict) else "not an object")


def _json(data: bytes, name: str, items: str | None) -> Iterator[Row]:
    """Yield the elements of the array that the dotted path `items` leads to."""
    pointer, node = "", msgspec.Raw(data)
    try:
        for step in items.split(".") if items else ():
            members = msgspec.json.decode(node, type=dict[str, msgspec.Raw])
            if step not in members:
                raise SourceError(
                    "undecodable", f"{name}: `rows` names {step}, there are {', '.join(members)}"
                )
            pointer, node = f"{pointer}/{step.replace('~', '~0').replace('/', '~1')}", members[step]
        elements = msgspec.json.decode(node, type=list[msgspec.Raw])
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as err:
        advice = "set `rows` to the path of its array, or format = 'jsonl' if each line is a document"
        raise SourceError("undecodable", f"{name} is no JSON array: {err}; {advice}") from err
    for index, element in enumerate(elements):
        yield _checked(f"{pointer}/{index}", bytes(element).strip())


def _csv(file: IO[bytes], name: str, delimiter: str) -> Iterator[Row]:
    # The csv module, not pandas: it tells each row's line where fields hold line breaks.
    csv.field_size_limit(MAX_ROW)
    text = io.TextIOWrapper(file, encoding="utf-8", errors="surrogateescape", newline="")
    lines = _Lines(text)
    reader = csv.reader(lines, delimiter=delimiter)
    header: list[str] | None = None
    begin = 1
    while True:
        lines.taken.clear()
        try:
            fields = next(reader)
        except StopIteration:
            return
        except csv.Error as err:
            yield Row(begin, b"", f"not CSV: {err}")
            fields = []
        # Only inside a quote the reader asks for a line where there is none.
        if lines.is_over and len(lines.taken) > 1:
            yield _unclosed(begin, lines.taken)
            return
        if fields and header is None:
            header = [field.strip() for field in fields]
            if len(set(header)) < len(header):
                raise SourceError(
                    "undecodable", f"{name}: two columns have the same name: {', '.join(header)}"
                )
        elif fields and header:
            yield _fields(begin, header, fields)
        begin = reader.line_num + 1


class _Lines:
    """A file's lines, with those `taken` for one row, and whether one was asked for behind the last."""

    def __init__(self, lines: Iterable[str]) -> None:
        self._lines = iter(lines)
        self.taken: list[str] = []
        self.is_over = False

    def __iter__(self) -> Iterator[str]:
        return self

    def __next__(self) -> str:
        line = next(self._lines, None)
        if line is None:
            self.is_over = True
            raise StopIteration
        self.taken.append(line)
        return line


def _unclosed(begin: int, lines: Sequence[str]) -> Row:
    """Return the row in which a quote is opened and never closed: the lines after it are no rows."""
    why = f"a quote is opened in it and never closed; {len(lines) - 1:,} more lines are inside the quote"
    return Row(begin, lines[0].encode("utf-8", "surrogateescape"), why)


def _fields(line: int, header: list[str], fields: list[str]) -> Row:
    if len(fields) != len(header):
        shown = json.dumps(fields).encode()
        return Row(line, shown, f"{len(fields)} fields, the header has {len(header)}")
    text = json.dumps(dict(zip(header, fields, strict=True))).encode()
    try:
        "".join(fields).encode()
    except UnicodeEncodeError:
        return Row(line, text, "not UTF-8")
    return Row(line, text)
