"""Asks for the pages of a span, as the options say, and finds the rows in each."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Mapping
from typing import Any, NamedTuple
from urllib.parse import urljoin

from collectors.base import Payload, SourceError
from collectors.http_json.options import HttpJsonOptions, Paging
from collectors.kit import fields
from collectors.kit.http import Http
from collectors.kit.paging import by_cursor, by_link, by_offset, by_page
from collectors.kit.rows.absent import has, members
from timeline.canonical import Json
from timeline.instant import NS, format_instant
from timeline.invalid.nearest import closest

_UNITS = {"s": NS, "ms": 1_000_000, "us": 1_000, "ns": 1}
_DAY = 86_400 * NS


class Page(NamedTuple):
    """An answer, and where its rows stand in it."""

    payload: Payload
    pointer: str
    rows: list[Any]


class Asking:
    """Asks one source."""

    def __init__(self, http: Http, options: HttpJsonOptions) -> None:
        self._http, self._options = http, options
        self._led = False  # an answer had what leads to the next one
        self.doubts: dict[str, str] = {}  # by option: why there may be more
        # Without a path it is the address as it was written: `/events` and `/events/` may be two.
        self._address = urljoin(http.base_url, options.path.lstrip("/")) if options.path else options.url

    @property
    def step(self) -> int:
        """The shortest span (ns) that the source is asked for by itself."""
        form = self._options.window.format
        return _DAY if form == "date" else _UNITS.get(form, NS)

    async def pages(self, start: int, end: int) -> AsyncIterator[Page]:
        """Yield the pages of `[start, end)`; raise SourceError."""
        span, paging = self._span(start, end), self._options.paging
        if paging is None:
            yield await self._page(span)
            return
        size: dict[str, Json] = {paging.size_parameter: paging.size} if paging.size_parameter else {}
        own = paging.parameter or paging.by
        if paging.by == "link":
            headers = self._options.headers

            async def get(place: str, params: Any = None, /) -> Payload:
                return await self._http.get(place, params, headers=headers)

            async for payload in by_link(get, self._address, {**self._options.params, **span, **size}):
                yield self._found(payload)
        elif paging.by in {"next", "cursor"}:

            async def following(place: Any, _: int) -> Page:
                if paging.by == "next" and place is not None:
                    return self._found(
                        await self._http.get(
                            urljoin(self._http.base_url, str(place)), headers=self._options.headers
                        )
                    )
                return await self._page({**span, **size, **({} if place is None else {own: place})})

            async for page in by_cursor(
                following, lambda page: _next(page, paging), rows=lambda page: page.rows
            ):
                self._doubt(page, paging)
                yield page
        elif paging.by == "offset":

            async def at(offset: int, amount: int) -> Page:
                many = {paging.size_parameter: amount} if paging.size_parameter else {}
                return await self._page({**span, **many, own: offset})

            async for page in by_offset(at, lambda page: page.rows, size=paging.size, more=_more(paging)):
                yield page
        else:

            async def numbered(number: int) -> Page:
                return await self._page({**span, **size, own: number})

            async for page in by_page(
                numbered, lambda page: page.rows, first=paging.first, more=_more(paging)
            ):
                yield page

    def _doubt(self, page: Page, paging: Paging) -> None:
        """Note an answer that does not have what leads to the next one, and may not be the last one either."""
        value, path = page.payload.json(), paging.member or ""
        there = paging.header.lower() in page.payload.headers if paging.header else has(value, path)
        self._led = self._led or there
        is_short = bool(paging.size_parameter) and len(page.rows) < paging.size
        if self._led or is_short or not page.rows:
            return
        option, name = ("header", paging.header or "") if paging.header else ("member", path)
        near = "" if paging.header else closest(path, members(value))
        self.doubts[option] = (
            f"The answer has no `{name}` (`paging.{option}`), and may not be the last one"
            + (f"; the nearest member is `{near}`" if near else "")
        )

    async def _page(self, more: Mapping[str, Json]) -> Page:
        options = self._options
        if options.verb == "GET":
            asked: Any = {**options.params, **more}
            return self._found(await self._http.get(self._address, asked, headers=options.headers))
        body: Json = {**options.body, **more}
        return self._found(
            await self._http.request(
                "POST", self._address, params=dict(options.params), body=body, headers=options.headers
            )
        )

    def _found(self, payload: Payload) -> Page:
        """Return the rows of an answer; raise SourceError that names the nearest member where they are not there."""
        value, path = payload.json(), self._options.rows
        rows = fields.at(value, path)
        if isinstance(rows, list):
            return Page(payload, pointer(value, path), rows)
        said = f"`rows = {path!r}`" if path else "`rows`, which is not set,"
        if rows is not None:
            arrays = [name for name in members(rows) if isinstance(fields.at(rows, name), list)]
            arrays = [f"{path}.{name}" if path else name for name in arrays]
            more = f"; arrays in it are {', '.join(f'`{name}`' for name in arrays[:5])}" if arrays else ""
            raise SourceError("undecodable", f"{said} leads to no array of rows in the answer{more}")
        near = closest(path, members(value))
        more = f"; the nearest is `{near}`" if near else f"; it has {_listed(value)}"
        raise SourceError("undecodable", f"{said} names a member that the answer does not have{more}")

    def _span(self, start: int, end: int) -> dict[str, Json]:
        window, step = self._options.window, self.step
        # Outward: a source that knows but seconds or days is asked for all of the first and the last one.
        bounds = {window.start: start // step * step, window.end: -(-end // step) * step}
        return {name: self._written(at) for name, at in bounds.items() if name}

    def _written(self, at: int) -> Json:
        form = self._options.window.format
        if form == "rfc3339":
            return format_instant(at)
        return format_instant(at)[:10] if form == "date" else at // _UNITS[form]


def _listed(value: Any) -> str:
    names = list(value)[:8] if isinstance(value, dict) else []
    return ", ".join(f"`{name}`" for name in names) or f"no members: it is {type(value).__name__}"


def _next(page: Page, paging: Paging) -> Any:
    """Return the next address or token; None where there is none."""
    if (
        paging.more
        and has(page.payload.json(), paging.more)
        and not fields.at(page.payload.json(), paging.more)
    ):
        return None
    if paging.header:
        return page.payload.headers.get(paging.header.lower()) or None
    found = fields.at(page.payload.json(), paging.member or "")
    return found if found not in ("", False, [], {}) else None


def _more(paging: Paging) -> Callable[[Page], bool] | None:
    """Return what tells whether more pages follow; None where no member says so, and an empty page is the last."""
    path = paging.more
    if path is None:
        return None

    def follows(page: Page) -> bool:
        value = page.payload.json()
        return not has(value, path) or bool(fields.at(value, path))

    return follows


def pointer(value: Any, path: str) -> str:
    """Return the RFC 6901 pointer of a dotted path that stands in a value; names may hold dots themselves."""
    if not path:
        return ""
    if isinstance(value, dict):
        for cut in (len(path), *(n for n in range(len(path) - 1, 0, -1) if path[n] == ".")):
            name, rest = path[:cut], path[cut + 1 :]
            if name in value and (not rest or fields.at(value[name], rest) is not None):
                return f"/{name.replace('~', '~0').replace('/', '~1')}{pointer(value[name], rest)}"
    name, _, rest = path.partition(".")
    inner = (
        value[int(name)] if isinstance(value, list) and name.isdecimal() and int(name) < len(value) else None
    )
    return f"/{name}{pointer(inner, rest)}"
