"""How PagerDuty is asked: spans of whole seconds with a zone, pages up to a hard end, keys left out."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator, Iterator
from dataclasses import replace
from functools import partial
from typing import Any

from collectors.base import Answer, AnyCollector, Payload, PayloadTooLargeError, SourceError
from collectors.kit import fields
from collectors.kit.http import Http, Params
from collectors.kit.paging import by_offset, in_spans
from collectors.kit.redaction.marks import mark
from timeline.instant import NS, format_instant
from timeline.model import Evidence, Gap, Window

HEADERS = {"accept": "application/vnd.pagerduty+json;version=2"}
PAGE, CAP = 100, 10_000  # offset and limit together may not exceed the cap
_KEY = re.compile(rb'("(?:service_key|integration_key|routing_key)"\s*:\s*)"[^"]*"')


async def get(http: Http, path: str, params: Params, *, allow: tuple[int, ...] = ()) -> Payload:
    """GET; the answer holds no key of an integration."""
    return await http.get(path, params, transcribe=_without_keys, allow=allow)


def _without_keys(answer: Answer) -> Answer:
    """Leave out the keys of integrations: whoever has one can send events."""
    body, count = _KEY.subn(rb'\1"%s"' % mark("secret_key"), answer.body)
    return replace(answer, body=body, redacted={"secret_key": count} if count else {})


class Listing:
    """Records of one sort, each once by its id, from as many questions as it takes.

    `called` is what people call them; `key` is the member of an answer that lists them.
    """

    def __init__(self, of: AnyCollector, http: Http, key: str, called: str) -> None:
        self.called = called
        self._of, self._http, self._key = of, http, key
        self._rows: dict[str, tuple[Any, Evidence]] = {}

    def __len__(self) -> int:
        """Return how many there are."""
        return len(self._rows)

    def __iter__(self) -> Iterator[tuple[Any, Evidence]]:
        """Yield them by their ids: of those that are alike the first one counts, in whatever order they came."""
        for _, row in sorted(self._rows.items()):
            yield row

    async def between(self, path: str, window: Window, params: Params) -> AsyncIterator[Gap]:
        """Read what is of the seconds that a window touches; yield gaps for what is not all listed.

        Raise SourceError where nothing could be read.
        """
        start, end = window.start // NS * NS, -(-window.end // NS) * NS
        before = len(self)
        try:
            async for piece in in_spans(partial(self._span, path, params), start, end, least=NS):
                if piece.lost:
                    second = Window(start=max(piece.start, window.start), end=min(piece.end, window.end))
                    yield self._of.gap("truncated", second, f"{self.called} were not all read: {piece.lost}")
        except SourceError as err:
            if len(self) == before:
                raise
            text = f"{self.called} were not all read ({len(self)} were): {err}"
            yield self._of.gap(err.reason, window, text)

    async def _span(self, path: str, params: Params, low: int, high: int) -> None:
        """Read what is of whole seconds `[low, high)` (ns); raise PayloadTooLargeError past the cap."""
        # Without Z they would be in the account's zone, where they are taken at all.
        span = {"since": format_instant(low), "until": format_instant(high)}
        await self.all(path, {**span, **params}, whole=high - low <= NS)

    async def all(self, path: str, params: Params, *, whole: bool = True, paged: bool = True) -> None:
        """Read every page; raise PayloadTooLargeError past the cap, at once unless it is read as far as that goes (`whole`)."""

        async def ask(offset: int, size: int) -> Payload:
            counted = {} if offset else {"total": "true"}
            where: Params = {**counted, "offset": offset, "limit": size} if paged else {}
            return await get(self._http, path, {**params, **where})

        async for page in by_offset(
            ask, self._listed, size=PAGE, more=_has_more if paged else _no_more, cap=CAP
        ):
            total = fields.at(page.json(), "total")
            # Of one second, which cannot be halved, what is listed is read.
            if isinstance(total, int) and total > CAP and not whole:
                raise PayloadTooLargeError(
                    f"there are {total} {self.called.lower()}, and PagerDuty lists {CAP}"
                )
            for place, row in enumerate(self._listed(page)):
                evidence = self._of.evidence(page, f"/{self._key}/{place}", query=f"GET {path}")
                self._rows.setdefault(fields.text(row, "id") or f"{page.sha256} {place}", (row, evidence))

    def _listed(self, page: Payload) -> list[Any]:
        return fields.listing(page.json(), self._key)


def _no_more(_: Payload) -> bool:
    return False


def _has_more(page: Payload) -> bool:
    more = fields.at(page.json(), "more")
    if not isinstance(more, bool):  # else the first page would be taken for all
        raise SourceError("undecodable", "a page of log entries does not say whether there are more")
    return more
