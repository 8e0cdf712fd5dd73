"""Reading GitLab's REST API: pages by their `Link`, spans of time that are halved where offsets end."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from functools import partial
from urllib.parse import quote

from collectors.base import Payload, PayloadTooLargeError, SourceError
from collectors.kit import fields
from collectors.kit.fields import Row
from collectors.kit.http import Http, Params
from collectors.kit.paging import Piece, by_link, in_spans
from timeline.instant import NS, format_instant
from timeline.model import Evidence
from timeline.text import code

#: GitLab's answer to an offset past the last one that it gives, 50,000.
_NO_OFFSET = 405
MakeEvidence = Callable[[Payload, str, str], Evidence]


class Api:
    """Reads one project, given by its path or its number."""

    def __init__(self, http: Http, project: str, evidence: MakeEvidence) -> None:
        self._http, self._evidence = http, evidence
        self._name, self._base = project, f"projects/{quote(project, safe='')}"

    async def project(self) -> Payload:
        """Return the project's own record; raise SourceError where it is not to be seen."""
        payload = await self._http.get(self._base, allow=(404,))
        if payload.status == 404:
            text = f"no project {code(self._name)} can be seen; check `project` and what the token may read"
            raise SourceError("unauthorised", text)
        return payload

    async def record(self, path: str) -> Row:
        """Return one record below the project."""
        payload = await self._http.get(f"{self._base}/{path}")
        return Row(payload.json(), self._evidence(payload, "", path))

    async def issue(self, number: str) -> Row | None:
        """Return one issue by its number in the project; None where there is none to be seen."""
        path = f"issues/{number}"
        payload = await self._http.get(f"{self._base}/{path}", allow=(404,))
        return None if payload.status == 404 else Row(payload.json(), self._evidence(payload, "", path))

    async def pages(self, path: str, params: Params | None = None) -> AsyncIterator[list[Row]]:
        """Yield each page of a list below the project; raise PayloadTooLargeError where offsets end."""
        get = partial(self._http.get, allow=(_NO_OFFSET,))
        async for payload in by_link(get, f"{self._base}/{path}", {"per_page": 100, **(params or {})}):
            if payload.status == _NO_OFFSET:
                raise PayloadTooLargeError("GitLab gives no more than the first 50,000 records of a question")
            yield self._rows(payload, path)

    async def first(self, path: str, params: Params) -> list[Row]:
        """Return the rows of one page alone."""
        payload = await self._http.get(f"{self._base}/{path}", params)
        return self._rows(payload, path)

    async def everything(self, path: str, params: Params | None = None) -> list[Row]:
        """Return the rows of all pages."""
        return [row async for page in self.pages(path, params) for row in page]

    async def changed(
        self, path: str, start: int, end: int, params: Params, into: dict[str, Row]
    ) -> AsyncIterator[Piece[None]]:
        """Read into `into`, by id, what was updated in `[start, end)` (ns); yield the spans that were not all read.

        Without the order by update, a filter by it misses records.
        """
        order = {"order_by": "updated_at", "sort": "asc", **params}

        async def read(low: int, high: int) -> None:
            # Whether the ends themselves belong to it is not documented: a second more on both sides.
            span = {"updated_after": format_instant(low - NS), "updated_before": format_instant(high + NS)}
            async for page in self.pages(path, {**order, **span}):
                for row in page:
                    into.setdefault(fields.text(row.data, "id") or f"{len(into)} without one", row)

        async for piece in in_spans(read, start // NS * NS, -(-end // NS) * NS, least=NS):
            if piece.lost:
                yield piece

    def _rows(self, payload: Payload, path: str) -> list[Row]:
        rows = fields.listing(payload.json())
        return [Row(data, self._evidence(payload, f"/{n}", path)) for n, data in enumerate(rows)]
