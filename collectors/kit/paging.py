"""What comes in pages, read to its end: each place is asked for once, and whatever goes wrong has a name.

Each reader is an async iterator of the answers, as `ask` returned them. Its end is the source's own; what
cannot be an end (a place or a page that comes twice, more pages than `pages`) raises EndlessError, which is
a gap `truncated`: what was yielded until then was read. The source's `time_cap` ends a slow one before.
Where `ask` raises PayloadTooLargeError the same place is asked for with half the size.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import AsyncGenerator, Awaitable, Callable, Hashable, Iterator, Sequence
from itertools import pairwise
from typing import Any, Generic, NamedTuple, Protocol, TypeVar
from urllib.parse import urljoin

import orjson

from collectors.base import Payload, PayloadTooLargeError, SourceError

PAGES = 10_000  # of one question; a source that gives more of them gives them for ever
_EMPTY = frozenset({b"", b"[]", b"{}"})
_NEXT = re.compile(r'<([^<>]+)>\s*;[^<>]*?\brel="?next"?')

P = TypeVar("P")
C = TypeVar("C")
T = TypeVar("T")
Edges = Callable[[int, int], Awaitable[Sequence[int]]]


class EndlessError(SourceError):
    """The pages of a source do not end as pages do; those before were read."""

    def __init__(self, message: str) -> None:
        super().__init__("truncated", message)


class StartOverError(Exception):
    """Raised by `ask`: the places that were given mean nothing any more, the first page is asked for again."""


class Get(Protocol):
    """GETs an address with query parameters, as `Http.get` does."""

    def __call__(self, path: str, params: Any = None, /) -> Awaitable[Payload]:
        """Return the answer."""


async def by_link(
    get: Get, url: str, params: Any = None, *, pages: int = PAGES
) -> AsyncGenerator[Payload, None]:
    """Yield the pages that each answer's `Link: <...>; rel="next"` (RFC 8288) leads to.

    Relative links need a whole address in `url`. Where a page came again under another address, another one
    did not come: EndlessError is raised when all were yielded.
    """
    walk = _Walk(pages)
    place: str | None = url
    while place is not None:
        walk.visit(place)
        payload = await (get(place, params) if walk.pages == 1 else get(place))
        walk.note(payload.data if payload.data.strip() not in _EMPTY else None)
        yield payload
        place = _linked(place, payload.headers.get("link", ""))
    walk.end()


def _linked(url: str, header: str) -> str | None:
    match = _NEXT.search(header)
    return urljoin(url, match[1]) if match else None


async def by_cursor(
    ask: Callable[[C | None, int], Awaitable[P]], following: Callable[[P], C | None], *,
    rows: Callable[[P], Sequence[Any]] | None = None, size: int = 1, pages: int = PAGES,
) -> AsyncGenerator[P, None]:  # fmt: skip
    """Yield the pages of `ask(cursor, size)`, from the cursor None on.

    `following` returns where a page says that it goes on (any JSON value), None on the last one. With `rows`,
    the records of one, a page that came again under another cursor is known, as in `by_link`.
    """
    walk, asked = _Walk(pages), _Sized(ask, size)
    cursor: C | None = None
    while True:
        walk.visit(None if cursor is None else _digest(cursor))
        try:
            page = await asked(cursor)
        except StartOverError:
            walk.places.clear()
            cursor = None
            continue
        came = rows(page) if rows else ()
        walk.note(_digest(came) if came else None)
        yield page
        cursor = following(page)
        if cursor is None:
            walk.end()
            return


async def by_offset(
    ask: Callable[[int, int], Awaitable[P]], rows: Callable[[P], Sequence[Any]], *, size: int,
    more: Callable[[P], bool] | None = None, cap: int | None = None, pages: int = PAGES,
) -> AsyncGenerator[P, None]:  # fmt: skip
    """Yield the pages of `ask(offset, size)`; `rows` returns the records of one.

    The offset goes on by what came, which may be less than was asked for. The last page is the one of which
    `more` says so, else an empty one. Where offset and size would exceed `cap`, of a source that refuses
    that, raises PayloadTooLargeError: to be asked for in smaller spans (`in_spans`).
    """
    walk, asked = _Walk(pages), _Sized(ask, size)
    offset = 0
    while True:
        if cap is not None and offset + asked.size > cap:
            asked.size = cap - offset
        if asked.size < 1:
            raise PayloadTooLargeError(f"the source gives no more than the first {cap} records of a question")
        walk.visit(offset)
        page = await asked(offset)
        if came := rows(page):
            walk.visit(_digest(came), "page", counted=False)
        yield page
        if not came or (more is not None and not more(page)):
            return
        offset += len(came)


async def by_page(
    ask: Callable[[int], Awaitable[P]], rows: Callable[[P], Sequence[Any]], *, first: int = 1,
    more: Callable[[P], bool] | None = None, pages: int = PAGES,
) -> AsyncGenerator[P, None]:  # fmt: skip
    """Yield the pages of `ask(number)`, numbered from `first` on, and ending as those of `by_offset`.

    For sources that name no next page: where they do, numbers of our own may miss what moves meanwhile.
    """
    walk = _Walk(pages)
    number = first
    while True:
        walk.visit(number)
        page = await ask(number)
        if came := rows(page):
            walk.visit(_digest(came), "page", counted=False)
        yield page
        if not came or (more is not None and not more(page)):
            return
        number += 1


class Piece(NamedTuple, Generic[T]):
    """What was read of `[start, end)`; `lost` says why it is not all, where it could be halved no further."""

    start: int
    end: int
    value: T | None
    lost: PayloadTooLargeError | None = None

    def whole(self) -> T:
        """Return the value; raise PayloadTooLargeError where it is not all."""
        if self.lost is not None:
            raise self.lost
        return self.value  # type: ignore[return-value]  # only what is lost has none


async def in_spans(
    read: Callable[[int, int], Awaitable[T]], start: int, end: int, *, least: int = 1,
    full: Callable[[T], bool] | None = None, edges: Edges | None = None,
) -> AsyncGenerator[Piece[T], None]:  # fmt: skip
    """Yield what `read(low, high)` returns of `[start, end)`, in order, in as few spans as the source bears.

    A span is halved (at a multiple of `least` from its start) where `read` raises PayloadTooLargeError, or
    `full` says of an answer that it may be cut: it holds as many records as the source gives at once.
    `edges`, where given, returns where to cut a span instead, its own ends included. A span of `least`
    that is still too large is yielded as lost, with what was read of it, and the others go on.
    """
    waiting = [(start, end)] if start < end else []
    while waiting:
        low, high = waiting.pop()
        piece = await _piece(read, low, high, full)
        cuts = [low, high]
        if piece.lost is not None and high - low > least:
            cuts = sorted({low, *(await edges(low, high)), high}) if edges else _halves(low, high, least)
        if len(cuts) > 2:
            waiting += reversed(list(pairwise(cuts)))
        else:
            yield piece


async def _piece(
    read: Callable[[int, int], Awaitable[T]], low: int, high: int, full: Callable[[T], bool] | None
) -> Piece[T]:
    try:
        value = await read(low, high)
    except PayloadTooLargeError as err:
        return Piece(low, high, None, err)
    if full is not None and full(value):
        text = "the answer holds as many records as the source gives at once; there may be more"
        return Piece(low, high, value, PayloadTooLargeError(text))
    return Piece(low, high, value)


def _halves(low: int, high: int, least: int) -> list[int]:
    return [low, low + -(-(high - low) // 2 // least) * least, high]


class _Walk:
    """The places that were asked for, and how many."""

    def __init__(self, most: int) -> None:
        self.places: set[Hashable] = set()
        self.pages = 0
        self._most = most
        self._repeated = False

    def visit(self, place: Hashable, what: str = "place", *, counted: bool = True) -> None:
        if (what, place) in self.places:
            raise EndlessError(f"the source gave the same {what} twice, after {self.pages} pages")
        if counted and self.pages >= self._most:
            raise EndlessError(f"the source's pages did not end: {self.pages} were read")
        self.places.add((what, place))
        self.pages += counted

    def note(self, content: bytes | None) -> None:
        """Note what a page held; None for nothing, which may come again."""
        if content is None:
            return
        place = ("content", hashlib.blake2b(content, digest_size=16).digest())
        self._repeated = self._repeated or place in self.places
        self.places.add(place)

    def end(self) -> None:
        """Raise EndlessError at the end of pages of which one came twice."""
        if self._repeated:
            raise EndlessError(
                f"the source gave the same page twice among {self.pages}: others may not have come"
            )


class _Sized(Generic[C, P]):
    """Asks for pages of a size, and for smaller ones from where an answer was too large on."""

    def __init__(self, ask: Callable[[C, int], Awaitable[P]], size: int) -> None:
        self._ask, self.size = ask, size

    async def __call__(self, place: C) -> P:
        while True:
            try:
                return await self._ask(place, self.size)
            except PayloadTooLargeError:
                if self.size <= 1:
                    raise
                self.size //= 2


def _digest(value: Any) -> bytes:
    try:
        written = orjson.dumps(value, default=repr, option=orjson.OPT_SORT_KEYS | orjson.OPT_NON_STR_KEYS)
    except orjson.JSONEncodeError:  # nested deeper than it writes, or text that is no UTF-8
        written = b"".join(_parts(value))
    return hashlib.blake2b(written, digest_size=16).digest()


def _parts(value: Any) -> Iterator[bytes]:
    """Yield what tells JSON values apart, however deep they are nested."""
    left = [value]
    while left:
        one = left.pop()
        if isinstance(one, dict):
            left += [part for pair in sorted(one.items(), key=lambda pair: str(pair[0])) for part in pair]
        elif isinstance(one, list | tuple):
            left += one
        size = len(one) if isinstance(one, dict | list | tuple) else one
        yield f"{type(one).__name__} {size!r} ".encode("utf-8", "surrogatepass")
