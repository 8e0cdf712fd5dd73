"""Rows of a JSON Lines, JSON or CSV file, each with its place; what cannot be read is a row too."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import IO, Any, Literal

import msgspec

from collectors.base import SourceError
from collectors.jsonl.table import MAX_ROW, Row, read_table
from collectors.kit.texts.files import as_utf8, faults, opened

Format = Literal["jsonl", "json", "csv"]
#: What stands around a row and is none of it: blanks, zeros of a torn write, the mark of RFC 7464.
_AROUND = b" \t\r\n\0\x1e"
MAX_DOCUMENT = 2**30  # bytes of a file that is one JSON document
_BETWEEN = re.compile(r"[\s,]*")
_SUFFIXES: dict[str, Format] = {
    ".jsonl": "jsonl", ".ndjson": "jsonl", ".json": "json", ".csv": "csv", ".tsv": "csv",
}  # fmt: skip


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


def read_rows(
    path: Path, name: str, form: Format, items: str | None, delimiter: str | None,
    check: Callable[[], None] = lambda: None,
) -> Iterator[Row]:  # fmt: skip
    """Yield the rows of a file; raise SourceError where there is no file, or none of this form.

    `check` is called before each piece that is read, and may raise.
    """
    with faults(name), opened(path, name, check) as file:
        text = as_utf8(file, name)
        if form == "json":
            yield from _json(_whole(text, name), name, items)
        elif form == "csv":
            yield from read_table(text, name, delimiter)
        else:
            yield from _lines(text)


def _whole(file: IO[bytes], name: str) -> bytes:
    """Return all of a file; raise SourceError where one document is larger than memory should hold."""
    if len(data := file.read(MAX_DOCUMENT + 1)) > MAX_DOCUMENT:
        raise SourceError(
            "truncated", f"{name}: one document of more than {MAX_DOCUMENT >> 20} MiB is not read"
        )
    return data


def _lines(file: IO[bytes]) -> Iterator[Row]:
    number = 0
    while line := file.readline(MAX_ROW + 1):
        number += 1
        if len(line) > MAX_ROW:
            while not line.endswith(b"\n") and (line := file.readline(MAX_ROW)):
                pass
            yield Row(number, b"", f"longer than {MAX_ROW} bytes")
        elif text := line.strip(_AROUND):
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
    return Row(place, text, None, value) if isinstance(value, dict) else Row(place, text, "not an object")


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
        if not items and not isinstance(err, RecursionError) and data.lstrip()[:1] == b"[":
            yield from _torn(data, name)
            return
        advice = "set `rows` to the path of its array, or format = 'jsonl' if each line is a document"
        raise SourceError("undecodable", f"{name} is no JSON array: {err}; {advice}") from err
    for index, element in enumerate(elements):
        yield _checked(f"{pointer}/{index}", bytes(element).strip())


def _torn(data: bytes, name: str) -> Iterator[Row]:
    """Yield the elements of an array that is cut off, or broken in one; raise SourceError behind the last one."""
    text = data.decode("utf-8", "surrogateescape")
    decoder, place, index = json.JSONDecoder(), text.index("[") + 1, 0
    while match := _BETWEEN.match(text, place):
        if text[match.end() : match.end() + 1] == "]":
            return
        try:
            _, end = decoder.raw_decode(text, match.end())
        except (ValueError, RecursionError) as err:
            line = text.count("\n", 0, match.end()) + 1
            raise SourceError(
                "truncated",
                f"{name} is a broken JSON array: {index} rows are read, not the rest from line {line} on",
            ) from err
        yield _checked(f"/{index}", text[match.end() : end].encode("utf-8", "surrogateescape"))
        place, index = end, index + 1
