"""Lines of a span, page by page by their times, the last ones first: none is lost at a page's edge, or it is said."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Awaitable, Callable, Mapping
from typing import Any, NamedTuple

from collectors.base import Payload, PayloadTooLargeError
from collectors.kit.paging import EndlessError
from timeline.instant import Bounds


class TooManyLinesError(PayloadTooLargeError):
    """An answer may hold no more than `cap` lines."""

    def __init__(self, message: str, cap: int) -> None:
        super().__init__(message)
        self.cap = cap


class Line(NamedTuple):
    """A line: its time (ns), its text, its labels or fields, and where it stands.

    `bounds` are of a time that is less exact than its number, `place` is where it was found, if not by the query.
    """

    at: int
    text: str
    labels: Mapping[str, Any]
    pointer: str
    bounds: Bounds | None = None
    place: str = ""


class Page(NamedTuple):
    """Lines of one answer; `lost_at` is an instant (ns) of which there are more than an answer holds."""

    payload: Payload
    lines: list[Line]
    lost_at: int | None = None


#: Asks for the last lines of `[start, end)` (ns), so many of them.
Ask = Callable[[int, int, int], Awaitable[tuple[Payload, list[Line]]]]


async def pages(ask: Ask, start: int, end: int, size: int) -> AsyncGenerator[Page, None]:
    """Yield the lines of `[start, end)`, each once; raise SourceError.

    For stores without a cursor: a full page may end within an instant, whose lines are asked for again with the
    next page; where they are a page by themselves, more and more of them are, up to what the store gives.
    """
    reader = _Reader(ask, size)
    while end > start:
        payload, lines, size = await reader.read(start, end)
        if len(lines) < size:
            yield Page(payload, lines)
            return
        oldest = min(line.at for line in lines)
        if newer := [line for line in lines if line.at > oldest]:
            yield Page(payload, newer)
            end = oldest + 1
            continue
        yield await reader.instant(oldest, Page(payload, lines))
        end = oldest


class _Reader:
    """Asks for pages of a size, less where the store or an answer's bytes allow no more."""

    def __init__(self, ask: Ask, size: int) -> None:
        self._asker, self._size = ask, size

    async def read(self, start: int, end: int) -> tuple[Payload, list[Line], int]:
        """Return the last lines of a span, and how many were asked for."""
        while True:
            try:
                return *await self._ask(start, end, self._size), self._size
            except TooManyLinesError as err:
                if not 0 < err.cap < self._size:
                    raise
                self._size = err.cap
            except PayloadTooLargeError:
                if self._size <= 1:
                    raise
                self._size //= 2

    async def instant(self, at: int, page: Page) -> Page:
        """Return all lines of an instant of which `page` is full; what cannot be had is lost there."""
        size, most = len(page.lines), 0
        while True:
            size = min(2 * size, most) if most else 2 * size
            try:
                payload, lines = await self._ask(at, at + 1, size)
            except TooManyLinesError as err:
                if most or err.cap <= len(page.lines):
                    return page._replace(lost_at=at)
                size, most = err.cap, err.cap
                continue
            except PayloadTooLargeError:
                return page._replace(lost_at=at)
            page = Page(payload, lines)
            if len(lines) < size:
                return page
            if size == most:
                return page._replace(lost_at=at)

    async def _ask(self, start: int, end: int, size: int) -> tuple[Payload, list[Line]]:
        payload, lines = await self._asker(start, end, size)
        if any(not start <= line.at < end for line in lines):
            raise EndlessError("the source gave lines of another time than was asked for")
        return payload, lines
