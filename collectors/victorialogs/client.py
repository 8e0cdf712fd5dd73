"""VictoriaLogs' HTTP API: JSON lines, counts by step, and what it says when a query takes too long."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any, NamedTuple

import orjson

from collectors.base import Answer, Context, Payload, PayloadTooLargeError
from collectors.kit import fields
from collectors.kit.fields import UnreadableError
from collectors.kit.http import Http
from collectors.kit.logs.paging import Line
from collectors.kit.refusal import said
from collectors.victorialogs.options import VictorialogsOptions
from timeline.errors import UndecodableTimeError
from timeline.instant import NS, parse_instant

_API = "select/logsql/"
_RETENTION = re.compile(rb'^-retentionPeriod="([^"]+)"', re.MULTILINE)
_DROPPED = re.compile(rb'^vl_rows_dropped_total\{reason="too_small_timestamp"\} (\d+)', re.MULTILINE)
_REFUSED = (400, 401, 403, 404)
_TOOK_TOO_LONG = "maxQueryDuration"


class Counts(NamedTuple):
    """Counts of a signature's fields: (s, count) each step's beginning, and where they stand."""

    fields: Mapping[str, str]
    points: list[tuple[int, int]]
    pointer: str


class VictoriaLogs:
    """One VictoriaLogs."""

    def __init__(self, context: Context, options: VictorialogsOptions) -> None:
        account, _, project = (options.tenant or "").partition(":")
        headers = {"AccountID": account, "ProjectID": project} if options.tenant else {}
        self._http = Http(context, options, headers=headers)

    async def __aenter__(self) -> VictoriaLogs:
        return self

    async def __aexit__(self, *_: object) -> None:
        await self._http.__aexit__()

    async def rows(self, query: str, start: int, end: int, limit: int | None = None) -> Payload:
        """Return what a query gives of `[start, end)` (ns) as JSON lines; with `limit` the last ones."""
        asked: dict[str, str | int] = {"query": query, "start": str(start), "end": str(end)}
        return await self._ask("query", asked if limit is None else {**asked, "limit": limit})

    async def counts(self, query: str, start: int, end: int, step: int) -> Payload:
        """Return what a query counts in each step (ns) of `[start, end)`, which both begin one."""
        asked = {"query": query, "start": str(start), "end": str(end), "step": f"{step // NS}s"}
        return await self._ask("stats_query_range", asked)

    async def names(self, query: str, start: int, end: int) -> Payload:
        """Return the fields that lines of `[start, end)` have."""
        return await self._ask("field_names", {"query": query, "start": str(start), "end": str(end)})

    async def retention(self) -> str | None:
        """Return `-retentionPeriod`, which it keeps from those who may not see its flags; None then."""
        payload = await self._http.get("flags", allow=_REFUSED, transcribe=_retention_alone)
        return fields.text(payload.json(), "retentionPeriod") or None

    async def dropped(self) -> int | None:
        """Return how many lines it has dropped since its start, for they were too old; None where it does not tell."""
        payload = await self._http.get("metrics", allow=_REFUSED, transcribe=_dropped_alone)
        found = fields.at(payload.json(), "dropped")
        return found if isinstance(found, int) else None

    async def _ask(self, path: str, params: Mapping[str, str | int]) -> Payload:
        # A query that took too long would do so again; any other 503 is asked again.
        payload = await self._http.get(f"{_API}{path}", params, allow=(503,), transcribe=_as_lines)
        if payload.status == 503 and _TOOK_TOO_LONG in (words := said(payload.data)):
            raise PayloadTooLargeError(f"VictoriaLogs: {words}")
        return (
            await self._http.get(f"{_API}{path}", params, transcribe=_as_lines)
            if payload.status == 503
            else payload
        )


def rows_of(payload: Payload) -> Iterator[tuple[dict[str, Any], str]]:
    """Yield an answer's JSON lines with where each stands; raise UnreadableError."""
    for number, text in enumerate(payload.data.splitlines()):
        try:
            row = orjson.loads(text)
        except orjson.JSONDecodeError as err:
            raise UnreadableError("a line of the answer is no JSON") from err
        if not isinstance(row, dict):
            raise UnreadableError("a line of the answer is no object")
        yield row, f"line:{number + 1}"


def lines_of(payload: Payload) -> list[Line]:
    """Return an answer's log lines; raise UnreadableError."""
    found = []
    for row, pointer in rows_of(payload):
        held = {name: value for name, value in row.items() if name not in {"_time", "_msg"}}
        found.append(Line(time_of(row), fields.text(row, "_msg"), held, pointer))
    return found


def time_of(row: Mapping[str, Any]) -> int:
    """Return a line's time (ns); raise UnreadableError."""
    try:
        return parse_instant(fields.required(row, "_time"))
    except UndecodableTimeError as err:
        raise UnreadableError("its _time is no time") from err


def counts_of(payload: Payload) -> Iterator[Counts]:
    """Yield an answer's counts; raise UnreadableError."""
    for number, one in enumerate(fields.listing(payload.json(), "data.result")):
        held = fields.at(one, "metric")
        if not isinstance(held, dict):
            raise UnreadableError("a count is of nothing")
        points = []
        for value in fields.listing(one, "values"):
            match value:
                case [int() as at, str() as count] if count.isdecimal():
                    points.append((at, int(count)))
                case _:
                    raise UnreadableError("a count is no time and number")
        yield Counts(held, points, f"/data/result/{number}/values")


def _as_lines(answer: Answer) -> Answer:
    streamed = "stream+json" in answer.headers.get("content-type", "")
    return replace(answer, form="jsonl") if streamed else answer


def _retention_alone(answer: Answer) -> Answer:
    """Keep the one flag: others may name files and hosts."""
    found = _RETENTION.search(answer.body) if answer.status == 200 else None
    return _kept(answer, {"retentionPeriod": found[1].decode()} if found else {})


def _dropped_alone(answer: Answer) -> Answer:
    found = _DROPPED.search(answer.body) if answer.status == 200 else None
    return _kept(answer, {"dropped": int(found[1])} if found else {})


def _kept(answer: Answer, value: Mapping[str, Any]) -> Answer:
    return replace(answer, form="json", body=json.dumps(value).encode())
