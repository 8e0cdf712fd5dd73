"""A text file as payloads: its lines as they are, or what is kept of them, cut to parts that fit."""

from __future__ import annotations

from collections.abc import AsyncGenerator, AsyncIterator, Callable, Iterator, Mapping
from pathlib import Path
from typing import IO, NamedTuple, Protocol

import anyio.to_thread

from collectors.base import Answer, Context, Payload, SourceError
from collectors.kit.paging import by_cursor
from collectors.kit.patience import Stopwatch
from collectors.kit.texts.files import as_utf8, faults, opened
from timeline.canonical import Json
from timeline.instant import NS
from timeline.zones import Duration, parse_duration

MAX_LINE = 2**20  # bytes; a longer line is counted, not read
_PART = 8 * 2**20  # bytes of what is kept after which a part is closed
_NOTED = ("first", "more", "stopped", "long", "torn")


class RawLine(NamedTuple):
    """A line of a file, without its end, and its number; None where it was longer than a line may be."""

    number: int
    text: bytes | None


#: Makes of a file's lines what is kept of them, without line breaks.
Keep = Callable[[Iterator[RawLine]], Iterator[bytes]]


def every_line(lines: Iterator[RawLine]) -> Iterator[bytes]:
    """Keep all lines, so that line N of all parts is the file's; of one that is too long nothing but its place."""
    for line in lines:
        yield line.text or b""


class PartReader(Protocol):
    """Reads something part by part, only when asked for the next one; the header `more` of a part says that another follows."""

    def request(self, part: int) -> Mapping[str, Json]:
        """Return the canonical request of a part: all that decides what is in it."""

    async def next_part(self) -> Answer:
        """Return the next part; raise SourceError where there is nothing."""


async def in_parts(context: Context, reader: PartReader) -> AsyncGenerator[Payload, None]:
    """Yield the parts of a reader, each an exchange on the tape."""

    async def ask(number: int | None, _: int) -> tuple[int, Payload]:
        part = number or 0
        return part, await context.tape.exchange(reader.request(part), reader.next_part)

    async for _, payload in by_cursor(ask, _following):
        yield payload


class TextParts:
    """Reads one file in parts, each an exchange on the tape; memory holds one part.

    `keep` chooses what is stored, of which `request` names all that decides it. `most` is the bytes after which a file
    is read no further. When `payloads` is over, `stopped` says why the file was not read to its end, `long` how
    many lines were longer than a line may be, and `is_torn` whether the last one has no end.
    """

    def __init__(
        self, context: Context, path: str, cap: Duration, *, keep: Keep = every_line, form: str = "txt",
        request: Mapping[str, Json] | None = None, most: int = 2**40,
    ) -> None:  # fmt: skip
        self._context, self._path, self._cap = context, path, cap
        self._keep, self._form, self._most = keep, form, most
        self._request: dict[str, Json] = {"file": path, **(request or {})}
        self._watch = Stopwatch(parse_duration(cap) / NS)
        self._kept: Iterator[bytes] | None = None
        self._failure: SourceError | None = None
        self._entries = self._long = 0
        self._torn = self._is_begun = False
        self.stopped, self.long, self.is_torn = "", 0, False

    async def payloads(self) -> AsyncIterator[tuple[int, Payload]]:
        """Yield each part with the number of entries before it; raise SourceError where there is no such file."""
        async for payload in in_parts(self._context, self):
            self.stopped = payload.headers.get("stopped", "")
            self.long = int(payload.headers.get("long", "0"))
            self.is_torn = bool(payload.headers.get("torn"))
            yield int(payload.headers.get("first", "0")), payload

    def request(self, part: int) -> Mapping[str, Json]:
        """Return the canonical request of a part."""
        return {**self._request, "part": part}

    async def next_part(self) -> Answer:
        """Return the next part; raise SourceError where there is no such file."""
        return await anyio.to_thread.run_sync(self._in_turn)

    def _in_turn(self) -> Answer:
        with self._watch.turn():
            return self._next()

    def _next(self) -> Answer:
        self._kept = self._kept or self._keep(self._lines())
        kept: list[bytes] = []
        size, more, first = 0, False, self._entries
        for entry in self._kept:
            kept.append(entry)
            self._entries += 1
            size += len(entry) + 1
            if more := size > _PART:
                break
        if self._failure and not (kept and self._is_begun):
            raise self._failure
        stopped = str(self._failure) if self._failure and not more else ""
        known = (first, "1" if more else "", stopped, self._long, "1" if self._torn else "")
        headers = {name: str(value) for name, value in zip(_NOTED, known, strict=True) if value}
        return Answer(b"".join(entry + b"\n" for entry in kept), self._form, headers=headers)

    def _lines(self) -> Iterator[RawLine]:
        """Yield the file's lines; what goes wrong ends them, and is kept."""
        path = Path(self._context.resolve_path(self._path))
        try:
            with faults(self._path), opened(path, self._path, self._watch.check) as file:
                yield from self._read(as_utf8(file, self._path))
        except SourceError as err:
            self._failure = err
        except TimeoutError:
            self._failure = SourceError("timed_out", f"{self._path}: time_cap of {self._cap} was used up")

    def _read(self, file: IO[bytes]) -> Iterator[RawLine]:
        number = size = 0
        while line := file.readline(MAX_LINE + 1):
            number += 1
            size += len(line)
            if size > self._most:
                raise SourceError("truncated", f"{self._path} is read no further than line {number - 1}")
            is_long = len(line) > MAX_LINE
            while is_long and not line.endswith(b"\n") and (line := file.readline(MAX_LINE)):
                size += len(line)
            self._long += is_long
            self._is_begun = True
            self._torn = not line.endswith(b"\n")
            yield RawLine(number, None if is_long else line.rstrip(b"\r\n\0"))


def _following(part: tuple[int, Payload]) -> int | None:
    number, payload = part
    return number + 1 if payload.headers.get("more") == "1" else None


class WholeText(TextParts):
    """A text that is held as a whole, and where each of its lines stands in its parts."""

    def __init__(self, context: Context, path: str, cap: Duration, *, most: int) -> None:
        super().__init__(context, path, cap, most=most)
        self._parts: list[tuple[int, Payload]] = []

    async def lines(self) -> AsyncIterator[str]:
        """Yield the lines; raise SourceError where there is no such file."""
        async for first, payload in self.payloads():
            self._parts.append((first, payload))
            for line in text_of(payload):
                yield line

    def place(self, line: int) -> tuple[Payload, str, str]:
        """Return the part that a line (from 0) stands in, the pointer to it there, and where people find it."""
        first, payload = next(part for part in reversed(self._parts) if part[0] <= line)
        return payload, f"line:{line - first + 1}", f"{self._path}, line {line + 1}"


def text_of(payload: Payload) -> list[str]:
    """Return the lines of a part of a file; what is no UTF-8 is U+FFFD."""
    return [line.decode("utf-8", "replace") for line in payload.data.split(b"\n")[:-1]]
