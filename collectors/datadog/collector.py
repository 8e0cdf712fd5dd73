"""datadog: the events of an account, over the events search of its API."""

from __future__ import annotations

from collections.abc import AsyncIterator
from functools import partial
from typing import Any, NamedTuple

from collectors.base import Check, Collector, Mark, Payload, Record, SourceError
from collectors.datadog.client import client
from collectors.datadog.events import Events
from collectors.datadog.manual import MANUAL
from collectors.datadog.options import DatadogOptions, pages_of
from collectors.kit import fields
from collectors.kit.fields import Skipped
from collectors.kit.http import Http
from collectors.kit.paging import by_cursor
from collectors.kit.probing import failed, limit, timed
from timeline.instant import NS, format_instant
from timeline.model import Window
from timeline.relative import in_window, part
from timeline.text import line
from timeline.zones import parse_duration

PAGE = 1_000  # the most that an answer gives
_PATH, _MS = "api/v2/events/search", NS // 1000
_DAY = 86_400 * NS


class _Page(NamedTuple):
    """An answer, its events, and how many were asked for."""

    payload: Payload
    rows: list[Any]
    size: int


class DatadogCollector(Collector[DatadogOptions]):
    """Reads what monitors passed through, and what people and tools posted."""

    name = "datadog"
    family = "alerts"
    summary = "events of Datadog: what monitors passed through; deploys and changes by their tags"
    tested_against = "schema"
    manual = MANUAL
    options_type = DatadogOptions
    reads = ("query",)
    marks = (
        Mark(
            address=r"(https://(?:[\w-]+\.)*(?:datadoghq\.com|datadoghq\.eu|ddog-gov\.com))(?:/(?!metric/).*)?"
        ),
    )

    async def collect(self, window: Window) -> AsyncIterator[Record]:
        """Yield the events of the window; raise SourceError where they end too early."""
        kept_from = self.context.now - parse_duration(self.options.retention)
        if gone := part(window, None, kept_from):
            text = f"Datadog keeps events for {self.options.retention}: those from before {format_instant(kept_from)} are gone"
            yield self.gap("past_retention", gone, text, missing="events")
        shown = self.options.web_url or pages_of(self.options.url)
        told = Events(self.origin, self.context.source, self.options.kinds, shown)
        skipped, seen, warned = Skipped("event"), set[str](), dict[str, None]()
        async with client(self.context, self.options) as http:
            ask = partial(self._ask, http, window)
            async for page in by_cursor(ask, _following, rows=_rows, size=PAGE):
                warned |= dict.fromkeys(_warnings(page))
                for place, event in enumerate(page.rows):
                    evidence = self.evidence(page.payload, f"/data/{place}", query=f"POST {_PATH}")
                    with skipped.over(evidence):
                        own = fields.required(event, "id")
                        if own in seen:
                            continue
                        fact = told.fact(event, evidence)
                        seen.add(own)
                        if in_window(fact, window):
                            yield fact
        if warned:
            text = f"Datadog says that its answer may be incomplete: {'; '.join(warned)}"
            yield self.gap("partial", window, line(text), missing="events")
        for gap in skipped.gaps(self.gap, window):
            yield gap

    async def probe(self) -> AsyncIterator[Check]:
        """Yield whether Datadog answers, whether the keys may read events, its clock, and what of the limit is left."""
        day = Window(start=self.context.now - _DAY, end=self.context.now)
        async with client(self.context, self.options) as http:
            try:
                answered = await timed(partial(self._search, http, day, None, 1))
                rows = fields.listing(answered.payload.json(), "data")
            except SourceError as err:
                yield failed(err)
                return
        yield answered.reachable(self.options.url)
        yield Check("authorised", True, "the keys may read events")
        yield Check(
            "events", True, "there are some of the last day" if rows else "there is none of the last day"
        )
        yield answered.clock(self.options)
        for check in limit(answered.payload):
            yield check

    async def _ask(self, http: Http, window: Window, cursor: str | None, size: int) -> _Page:
        payload = await self._search(http, window, cursor, size)
        return _Page(payload, fields.listing(payload.json(), "data"), size)

    async def _search(self, http: Http, window: Window, cursor: str | None, size: int) -> Payload:
        """Return an answer of what is in the window, widened to whole seconds: most times are cut to them."""
        # Never relative: what `now` is, a replay does not know.
        first, last = window.start // NS * 1000, -(-window.end // NS) * 1000
        body: dict[str, Any] = {
            "filter": {"query": self.options.query or "*", "from": str(first), "to": str(last)},
            "sort": "timestamp",
            "page": {"limit": size, **({"cursor": cursor} if cursor else {})},
        }
        return await http.request("POST", _PATH, body=body)


def _rows(page: _Page) -> list[Any]:
    return page.rows


def _following(page: _Page) -> str | None:
    """Return where the events go on; raise SourceError where others follow and nothing says where."""
    told = page.payload.json()
    if after := fields.text(told, "meta.page.after"):
        return after
    if len(page.rows) >= page.size or fields.text(told, "links.next"):
        raise SourceError("truncated", "others follow these events, and nothing says where")
    return None


def _warnings(page: _Page) -> list[str]:
    """Return why an answer may lack some of what was asked for."""
    meta = fields.at(page.payload.json(), "meta")
    status = fields.text(meta, "status")
    words = [
        fields.text(one, "detail") or fields.text(one, "title") or "a warning"
        for one in fields.many(meta, "warnings")
    ]
    return [*([f"its status is {status}"] if status not in {"", "done"} else []), *words]
