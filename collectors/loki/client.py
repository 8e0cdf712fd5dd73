"""Loki's HTTP API: queries at an instant and over a range, and what it says when one is too much."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

from collectors.base import Context, Payload, PayloadTooLargeError, SourceError
from collectors.kit import fields
from collectors.kit.fields import UnreadableError
from collectors.kit.http import Http
from collectors.kit.logs.paging import Line, TooManyLinesError
from collectors.kit.refusal import said
from collectors.loki.options import LokiOptions
from timeline.canonical import Json
from timeline.instant import NS

_API = "loki/api/v1/"
_CAPPED, _CAP = "max entries limit", re.compile(r"\((\d{1,12}) > (\d{1,12})\)")
#: What it answers, with 400, to a query over too long a time: asked again over less.
_TOO_LONG = re.compile(r"query length|length > limit|time range exceeds|maximum resolution", re.IGNORECASE)
_TOO_MANY = re.compile(r"maximum (?:number )?of series", re.IGNORECASE)


class Series(NamedTuple):
    """Counts of a signature's labels: (ms, count) each, and where they stand."""

    labels: Mapping[str, str]
    points: list[tuple[int, float]]
    pointer: str


class Loki:
    """One Loki; `warnings` are what its answers said beside their data."""

    def __init__(self, context: Context, options: LokiOptions) -> None:
        headers = {"X-Scope-OrgID": options.tenant} if options.tenant else {}
        self._http = Http(context, options, headers=headers)
        self.warnings: set[str] = set()

    async def __aenter__(self) -> Loki:
        return self

    async def __aexit__(self, *_: object) -> None:
        await self._http.__aexit__()

    async def labels(self, start: int, end: int) -> Payload:
        """Return the names of labels that streams of `[start, end)` have."""
        return await self._ask("labels", {"start": str(start), "end": str(end)})

    async def is_old(self) -> bool:
        """Tell whether it is of a version that filters lines by no label; those have no such page."""
        payload = await self._http.get(f"{_API}status/buildinfo", allow=(404,))
        return payload.status == 404

    async def at(self, query: str, at: int) -> Payload:
        """Return the value of a query at an instant (ns)."""
        return await self._ask("query", {"query": query, "time": str(at)})

    async def over(self, query: str, start: int, end: int, step: int) -> Payload:
        """Return the values of a query at instants `step` (ns) apart, `end` among them."""
        seconds = f"{step // NS}" if step % NS == 0 else f"{step / NS:.3f}"
        return await self._ask(
            "query_range", {"query": query, "start": str(start), "end": str(end), "step": seconds}
        )

    async def lines(self, query: str, start: int, end: int, limit: int, *, first: bool = False) -> Payload:
        """Return lines of `[start, end)`, the last ones or the `first`; raise TooManyLinesError."""
        direction = "forward" if first else "backward"
        asked: dict[str, str | int] = {
            "query": query,
            "start": str(start),
            "end": str(end),
            "limit": limit,
            "direction": direction,
        }
        return await self._ask("query_range", asked)

    async def _ask(self, path: str, params: Mapping[str, str | int]) -> Payload:
        payload = await self._http.get(f"{_API}{path}", params, allow=(400,))
        words = said(payload.data)
        if payload.status == 400:
            if _CAPPED in words and (capped := _CAP.search(words)):
                raise TooManyLinesError(f"Loki gives at most {capped[2]} lines at once", int(capped[2]))
            if _TOO_LONG.search(words):
                raise PayloadTooLargeError(f"Loki refuses the query over this time: {words}")
            raise SourceError(
                "truncated" if _TOO_MANY.search(words) else "partial", f"Loki answered 400: {words}"
            )
        answer = payload.json()
        if fields.text(answer, "status") != "success":
            raise SourceError(
                "partial", f"Loki's answer is of status {fields.text(answer, 'status') or 'none'}: {words}"
            )
        told = fields.at(answer, "warnings")
        self.warnings |= {str(warning) for warning in told} if isinstance(told, list) else set()
        return payload


def lines_of(payload: Payload) -> list[Line]:
    """Return an answer's lines; raise UnreadableError."""
    found = []
    for number, stream in enumerate(_result(payload, "streams")):
        labels = _labels(stream, "stream")
        for place, value in enumerate(fields.listing(stream, "values")):
            match value:
                case [str() as at, str() as text, *_] if at.isdecimal():
                    found.append(Line(int(at), text, labels, f"/data/result/{number}/values/{place}"))
                case _:
                    raise UnreadableError("a line has no time and text")
    return found


def series_of(payload: Payload) -> Iterator[Series]:
    """Yield the series of an answer of counts, at an instant or over a range; raise UnreadableError."""
    kind = fields.text(payload.json(), "data.resultType")
    for number, one in enumerate(_result(payload, "vector" if kind == "vector" else "matrix")):
        place = f"/data/result/{number}"
        values = [fields.at(one, "value")] if kind == "vector" else fields.listing(one, "values")
        yield Series(_labels(one, "metric"), [_point(value) for value in values], place)


def _result(payload: Payload, kind: str) -> list[Any]:
    answer = payload.json()
    found = fields.required(answer, "data.resultType")
    if found != kind:
        raise UnreadableError(f"it is of {found} in place of {kind}")
    return fields.listing(answer, "data.result")


def _labels(value: Json, name: str) -> dict[str, str]:
    held = fields.at(value, name)
    if not isinstance(held, dict) or not all(isinstance(text, str) for text in held.values()):
        raise UnreadableError(f"its {name} is no set of labels")
    return held


def _point(value: Json) -> tuple[int, float]:
    match value:
        case [int() | float() as at, str() as count] if not isinstance(at, bool):
            try:
                return round(at * 1000), float(count)
            except ValueError:
                pass
    raise UnreadableError("a count is no time and number")
