"""Rows of a JSON Lines, JSON or CSV file, each with its place; what cannot be read is a row too."""

from __future__ import annotations

import codecs
import gzip
import io
import json
import re
import zlib
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import IO, Any, Literal, cast

import msgspec

from collectors.base import SourceError
from collectors.jsonl.table import MAX_ROW, Row, read_table

Format = Literal["jsonl", "json", "csv"]
#: What stands around a row and is none of it: blanks, zeros of a torn write, the mark of RFC 7464.
_AROUND = b" \t\r\n\0\x1e"
_PIECE = 65_536
MAX_DOCUMENT = 2**30  # bytes of a file that is one JSON document
MAX_RATIO = 300  # expanded to compressed; logs stay below 100
_RATIO_FROM = 64 * 2**20  # below this size a high ratio does no harm
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
    try:
        with _open(path, name, check) as file:
            text = _as_utf8(file, name)
            if form == "json":
                yield from _json(_whole(text, name), name, items)
            elif form == "csv":
                yield from read_table(text, name, delimiter)
            else:
                yield from _lines(text)
    except (EOFError, zlib.error, gzip.BadGzipFile) as err:
        raise SourceError("truncated", f"{name}: the gzip data are broken: {err}") from err
    except TimeoutError:  # `check` may raise it
        raise
    except OSError as err:
        why = err.strerror or type(err).__name__
        raise SourceError(
            "unreachable", f"{name}: {why}; `path` is relative to the configuration file"
        ) from err


def _as_utf8(file: IO[bytes], name: str) -> IO[bytes]:
    """Return a file from behind its byte order mark on, as UTF-8."""
    start = file.read(4)
    encoding, mark = _encoding(start)
    if encoding == "utf-32":
        raise SourceError("undecodable", f"{name} is UTF-32; save it as UTF-8")
    file.seek(mark)
    if encoding == "utf-8":
        return file
    return cast("IO[bytes]", io.BufferedReader(_Recoded(file, encoding)))


def _encoding(start: bytes) -> tuple[str, int]:
    """Return a file's encoding by its first bytes, and the length of its byte order mark."""
    if start in {b"\xff\xfe\0\0", b"\0\0\xfe\xff"}:
        return "utf-32", 4
    for mark, encoding in (
        (b"\xef\xbb\xbf", "utf-8"),
        (b"\xff\xfe", "utf-16-le"),
        (b"\xfe\xff", "utf-16-be"),
    ):
        if start.startswith(mark):
            return encoding, len(mark)
    # Every format begins with a character of ASCII: the other half of it is zero.
    zeros = "".join("0" if byte == 0 else "x" for byte in start)
    return {"x0x0": "utf-16-le", "0x0x": "utf-16-be"}.get(zeros, "utf-8"), 0


class _Recoded(io.RawIOBase):
    """A file in another encoding, read as UTF-8; what is no character there is U+FFFD."""

    def __init__(self, file: IO[bytes], encoding: str) -> None:
        self._file, self._decoder = file, codecs.getincrementaldecoder(encoding)("replace")
        self._held = b""

    def readable(self) -> bool:
        """Tell that it can be read."""
        return True

    def readinto(self, buffer: Any) -> int:
        """Fill a buffer, or part of it; return how many bytes."""
        chunk = b"more"
        while not self._held and chunk:
            chunk = self._file.read(65_536)
            self._held = self._decoder.decode(chunk, final=not chunk).encode()
        taken, self._held = self._held[: len(buffer)], self._held[len(buffer) :]
        buffer[: len(taken)] = taken
        return len(taken)


class _Checked(io.RawIOBase):
    """A file that calls `check` before each piece of it; raises SourceError where it expands beyond all measure."""

    def __init__(self, file: IO[bytes], name: str, size: int, check: Callable[[], None]) -> None:
        self._file, self._name, self._check = file, name, check
        self._most, self._read = max(_RATIO_FROM, MAX_RATIO * size), 0

    def readable(self) -> bool:
        """Tell that it can be read."""
        return True

    def seekable(self) -> bool:
        """Tell that it can be set to its begin."""
        return True

    def seek(self, offset: int, whence: int = 0) -> int:
        """Set it to a place."""
        return self._file.seek(offset, whence)

    def tell(self) -> int:
        """Return the place."""
        return self._file.tell()

    def readinto(self, buffer: Any) -> int:
        """Fill a buffer, or part of it; return how many bytes."""
        self._check()
        chunk = self._file.read(len(buffer))
        self._read += len(chunk)
        if self._read > self._most:
            raise SourceError("truncated", f"{self._name} expands beyond what such a file holds; not read on")
        buffer[: len(chunk)] = chunk
        return len(chunk)

    def close(self) -> None:
        """Close the file."""
        self._file.close()
        super().close()


def _open(path: Path, name: str, check: Callable[[], None]) -> IO[bytes]:
    if path.exists() and not path.is_file():  # a pipe or a device may give nothing, or never end
        raise SourceError("unreachable", f"{name} is no file")
    with path.open("rb") as file:
        packed = file.read(2) == b"\x1f\x8b"
    opened = cast("IO[bytes]", gzip.open(path, "rb")) if packed else path.open("rb")  # noqa: SIM115 - its reader closes it
    return cast("IO[bytes]", io.BufferedReader(_Checked(opened, name, path.stat().st_size, check), _PIECE))


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
