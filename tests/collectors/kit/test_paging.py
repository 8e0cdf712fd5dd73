"""Paging by laws: every record once, whatever the page size and the caps, or an end that has a name."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from typing import Any, TypeVar

import anyio
import pytest
from hypothesis import given
from hypothesis import strategies as st

from collectors.base import Payload, PayloadTooLargeError, SourceError
from collectors.kit.paging import (
    EndlessError,
    Piece,
    StartOverError,
    by_cursor,
    by_link,
    by_offset,
    by_page,
    in_spans,
)

T = TypeVar("T")
Page = dict[str, Any]
sizes = st.integers(1, 12)
counts = st.integers(0, 60)


def every(pages: AsyncIterator[T]) -> tuple[list[T], SourceError | None]:
    """Read to the end; give what came and what ended it."""
    came: list[T] = []

    async def read() -> SourceError | None:
        try:
            async for page in pages:
                came.append(page)
        except SourceError as err:
            return err
        return None

    return came, anyio.run(read)


def records(pages: Sequence[Page]) -> list[int]:
    return [row for page in pages for row in page["rows"]]


def rows(page: Page) -> list[int]:
    found: list[int] = page["rows"]
    return found


def served(count: int, largest: int, bears: int = 10**6) -> Callable[[int, int], Awaitable[Page]]:
    """Give a source of `count` records that gives at most `largest` and breaks over `bears`."""

    async def ask(offset: int, size: int) -> Page:
        chosen = list(range(count))[offset : offset + min(size, largest)]
        if len(chosen) > bears:
            raise PayloadTooLargeError("over 16 MiB")
        return {"rows": chosen, "more": offset + len(chosen) < count}

    return ask


@given(counts, sizes, sizes, sizes, st.booleans())
def test_by_offset_reads_every_record_once(
    count: int, size: int, largest: int, bears: int, tells: bool
) -> None:
    more = (lambda page: bool(page["more"])) if tells else None
    came, failure = every(by_offset(served(count, largest, bears), rows, size=size, more=more))
    assert failure is None
    assert records(came) == list(range(count))


@given(counts, sizes, st.integers(1, 60))
def test_by_offset_stops_at_a_cap_and_says_so(count: int, size: int, cap: int) -> None:
    asked: list[int] = []

    async def ask(offset: int, size: int) -> Page:
        asked.append(offset + size)
        return await served(count, 100)(offset, size)

    pages = by_offset(ask, rows, size=size, more=lambda page: bool(page["more"]), cap=cap)
    came, failure = every(pages)
    assert max(asked) <= cap
    assert records(came) == list(range(min(count, cap)))
    assert isinstance(failure, PayloadTooLargeError) == (count > cap)


@given(counts, sizes, st.booleans())
def test_by_page_reads_every_record_once(count: int, size: int, tells: bool) -> None:
    async def ask(number: int) -> Page:
        return await served(count, size)((number - 1) * size, size)

    came, failure = every(by_page(ask, rows, more=(lambda page: bool(page["more"])) if tells else None))
    assert failure is None
    assert records(came) == list(range(count))


@given(counts, sizes, sizes, st.sets(st.integers(0, 5), max_size=2))
def test_by_cursor_reads_every_record_once_also_where_it_starts_over(
    count: int, size: int, bears: int, lost: set[int]
) -> None:
    calls = 0

    async def ask(cursor: list[int] | None, size: int) -> Page:
        nonlocal calls
        calls += 1
        if calls - 1 in lost:
            raise StartOverError
        page = await served(count, 100, bears)(cursor[0] if cursor else 0, size)
        return {**page, "next": [(cursor[0] if cursor else 0) + len(page["rows"])]}

    came, failure = every(by_cursor(ask, lambda page: page["next"] if page["more"] else None, size=size))
    assert failure is None
    assert list(dict.fromkeys(records(came))) == list(range(count))
    assert lost or records(came) == list(range(count))


def linked(count: int, size: int, form: str = "/items?page={}") -> Callable[..., Awaitable[Payload]]:
    async def get(path: str, params: Any = None) -> Payload:
        number = int(path.partition("page=")[2] or 1)
        body = json.dumps(list(range(count))[(number - 1) * size : number * size]).encode()
        more = number * size < count
        link = f'<{form.format(number - 1)}>; rel="prev", <{form.format(number + 1)}>; rel="next"'
        return Payload("", body, 200, {"link": link} if more else {})

    return get


@given(counts, sizes, st.sampled_from(["/items?page={}", "?page={}", "https://h.example/items?page={}"]))
def test_by_link_follows_every_next_page_also_relative_ones(count: int, size: int, form: str) -> None:
    came, failure = every(by_link(linked(count, size, form), "https://h.example/items", {"per_page": size}))
    assert failure is None
    assert [row for payload in came for row in json.loads(payload.data)] == list(range(count))


def test_only_the_first_page_is_asked_for_with_parameters() -> None:
    asked: list[tuple[str, Any]] = []

    async def get(path: str, params: Any = None) -> Payload:
        asked.append((path, params))
        return await linked(3, 2)(path, params)

    every(by_link(get, "/items", {"per_page": 2}))
    assert asked == [("/items", {"per_page": 2}), ("/items?page=2", None)]


async def _same_link(path: str, params: Any = None) -> Payload:
    return Payload("", b"[1]", 200, {"link": '</items?page=2>; rel="next"'})


async def _same_page(*_: Any) -> Page:
    return {"rows": [1, 2], "next": "c"}


@pytest.mark.parametrize(("pages", "read", "what"), [
    (by_link(_same_link, "/items"), 2, "place"), (by_cursor(_same_page, lambda page: page["next"]), 2, "place"),
    (by_offset(_same_page, rows, size=2), 1, "page"), (by_page(_same_page, rows), 1, "page"),
], ids=["link", "cursor", "offset", "page"])  # fmt: skip
def test_what_comes_twice_is_named_and_not_read_again(
    pages: AsyncIterator[Any], read: int, what: str
) -> None:
    came, failure = every(pages)
    assert len(came) == read
    assert isinstance(failure, EndlessError)
    assert failure.reason == "truncated"
    assert f"the same {what} twice" in str(failure)


async def _endless_link(path: str, params: Any = None) -> Payload:
    number = int(path.partition("page=")[2] or 1)
    return Payload("", b"[1]", 200, {"link": f'</items?page={number + 1}>; rel="next"'})


async def _endless(place: int | None, *_: Any) -> Page:
    return {"rows": [place], "next": (place or 0) + 1}


@pytest.mark.parametrize("pages", [
    by_link(_endless_link, "/items", pages=7), by_cursor(_endless, lambda page: page["next"], pages=7),
    by_offset(_endless, rows, size=2, pages=7), by_page(_endless, rows, pages=7),
], ids=["link", "cursor", "offset", "page"])  # fmt: skip
def test_endless_pages_end_with_their_budget(pages: AsyncIterator[Any]) -> None:
    came, failure = every(pages)
    assert len(came) == 7
    assert isinstance(failure, EndlessError)
    assert "did not end: 7 were read" in str(failure)


def test_a_page_of_one_record_that_is_too_large_goes_through() -> None:
    came, failure = every(by_offset(served(3, 10, bears=0), rows, size=4))
    assert came == []
    assert isinstance(failure, PayloadTooLargeError)


def _repeating(count: int, size: int, again: int) -> Callable[..., Awaitable[Payload]]:
    """Give linked pages of which the server gives `again` in place of the one after it."""
    pages = linked(count, size)

    async def get(path: str, params: Any = None) -> Payload:
        number = int(path.partition("page=")[2] or 1)
        payload = await pages(path, params)
        if number != again + 1:
            return payload
        return Payload("", (await pages(f"/items?page={again}")).data, 200, payload.headers)

    return get


@given(st.integers(2, 9), st.integers(1, 4), st.data())
def test_a_page_in_the_place_of_another_is_named_and_all_are_read(
    number: int, size: int, data: st.DataObject
) -> None:
    again = data.draw(st.integers(1, number - 1))
    get = _repeating(number * size, size, again)
    came, failure = every(by_link(get, "/items"))
    assert len(came) == number
    assert isinstance(failure, EndlessError)
    assert "the same page twice" in str(failure)

    async def ask(cursor: int | None, size: int) -> Page:
        payload = await get(f"/items?page={cursor or 1}")
        return {"rows": json.loads(payload.data), "next": (cursor or 1) + 1 if payload.headers else None}

    pages, failure = every(by_cursor(ask, lambda page: page["next"], rows=rows, size=size))
    assert len(pages) == number
    assert isinstance(failure, EndlessError)


def test_empty_pages_may_come_again() -> None:
    async def get(path: str, params: Any = None) -> Payload:
        number = int(path.partition("page=")[2] or 1)
        return Payload(
            "", b"[]", 200, {"link": f'</items?page={number + 1}>; rel="next"'} if number < 4 else {}
        )

    came, failure = every(by_link(get, "/items"))
    assert (len(came), failure) == (4, None)


@st.composite
def spans(draw: st.DrawFn) -> tuple[int, int, list[int]]:
    start, width = draw(st.integers(-50, 50)), draw(st.integers(0, 100))
    times = st.integers(start, max(start, start + width - 1))
    return start, start + width, sorted(draw(st.lists(times, max_size=40 if width else 0)))


def timed(times: list[int], cap: int, asked: list[tuple[int, int]]) -> Callable[[int, int], Awaitable[Any]]:
    async def read(low: int, high: int) -> list[int]:
        asked.append((low, high))
        inside = [at for at in times if low <= at < high]
        if len(inside) > cap:
            raise PayloadTooLargeError("too many")
        return inside

    return read


def whole(pieces: list[Piece[Any]], start: int, end: int) -> bool:
    """Tell whether pieces cover a span in order, without a hole."""
    edges = [start, *(edge for piece in pieces for edge in (piece.start, piece.end)), end]
    return edges[::2] == edges[1::2]


@given(spans(), st.integers(0, 12), st.integers(1, 9))
def test_in_spans_covers_all_of_a_span_once_and_names_what_is_lost(
    span: tuple[int, int, list[int]], cap: int, least: int
) -> None:
    start, end, times = span
    asked: list[tuple[int, int]] = []
    pieces, failure = every(in_spans(timed(times, cap, asked), start, end, least=least))
    assert failure is None
    assert whole(pieces, start, end)
    assert len(asked) == len(set(asked))
    for piece in pieces:
        inside = [at for at in times if piece.start <= at < piece.end]
        assert (piece.lost is not None) == (len(inside) > cap)
        assert piece.value == (None if piece.lost else inside)
        assert piece.lost is None or piece.end - piece.start <= least


@given(spans(), st.integers(1, 12))
def test_in_spans_takes_an_answer_at_the_cap_for_cut(span: tuple[int, int, list[int]], cap: int) -> None:
    start, end, times = span

    async def read(low: int, high: int) -> list[int]:
        return [at for at in times if low <= at < high][:cap]  # cut without a word

    pieces, _ = every(in_spans(read, start, end, full=lambda found: len(found) >= cap))
    assert whole(pieces, start, end)
    for piece in pieces:
        inside = [at for at in times if piece.start <= at < piece.end]
        assert piece.value == inside[:cap]
        assert (piece.lost is not None) == (len(inside) >= cap)


@given(spans(), st.integers(0, 12), st.integers(2, 5))
def test_in_spans_cuts_where_it_is_told(span: tuple[int, int, list[int]], cap: int, parts: int) -> None:
    start, end, times = span

    async def edges(low: int, high: int) -> list[int]:
        return [low + (high - low) * part // parts for part in range(parts + 1)]

    pieces, _ = every(in_spans(timed(times, cap, []), start, end, edges=edges))
    assert whole(pieces, start, end)
    read = [at for piece in pieces for at in piece.value or ()]
    lost = [at for piece in pieces if piece.lost for at in times if piece.start <= at < piece.end]
    assert sorted([*read, *lost]) == times


def test_what_is_lost_is_raised_where_all_is_wanted() -> None:
    pieces, _ = every(in_spans(timed([1, 1], 1, []), 0, 4))
    assert [piece.whole() for piece in pieces if not piece.lost] == [[], []]
    with pytest.raises(PayloadTooLargeError, match="too many"):
        next(piece for piece in pieces if piece.lost).whole()


def test_another_failure_of_a_span_goes_through() -> None:
    async def read(low: int, high: int) -> None:
        raise SourceError("unreachable", "gone")

    assert str(every(in_spans(read, 0, 4))[1]) == "gone"
