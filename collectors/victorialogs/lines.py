"""One query of a VictoriaLogs: signatures, when each was first seen, where its rate changed, and its lines."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import AsyncGenerator, Iterable, Mapping
from typing import Any, NamedTuple
from urllib.parse import quote

import orjson

from collectors.base import Payload
from collectors.kit import fields
from collectors.kit.fields import UnreadableError
from collectors.kit.logs.lines import ROLES, roles_of, subject_of
from collectors.kit.logs.paging import Line, Page, pages
from collectors.kit.logs.signatures import Signature, scope
from collectors.kit.logs.summary import Summaries, counted_steps
from collectors.kit.paging import in_spans
from collectors.victorialogs.client import VictoriaLogs, counts_of, lines_of, rows_of, time_of
from collectors.victorialogs.options import VictorialogsOptions
from timeline import facts
from timeline.instant import MINUTE, NS, format_instant, precise
from timeline.model import Evidence, Fact, Window
from timeline.series import rates

_AROUND = 5 * MINUTE


class First(NamedTuple):
    """How many lines a signature has, and the first of them."""

    lines: int
    at: int
    row: Mapping[str, Any]
    payload: Payload
    pointer: str


class Lines:
    """What a VictoriaLogs is asked of one query."""

    under = "fields"

    def __init__(self, store: VictoriaLogs, options: VictorialogsOptions, told: Summaries) -> None:
        self._store, self._options, self._told = store, options, told
        self._step = told.step_ns

    async def signatures(self, window: Window, names: tuple[str, ...]) -> Mapping[Signature, First]:
        """Return the signatures of a window's lines, each with its first line."""
        query = self._stats(names, _FIRST)

        async def read(low: int, high: int) -> Payload:
            return await self._store.rows(query, low, high)

        found: dict[Signature, First] = {}
        async for piece in in_spans(read, window.start, window.end, least=MINUTE):
            payload = piece.whole()
            for row, pointer in rows_of(payload):
                signature, first = _signature(row, names), _first(row, payload, pointer)
                if first is None:
                    continue
                before = found.get(signature)
                found[signature] = before._replace(lines=before.lines + first.lines) if before else first
        return found

    def count(self, found: First) -> int:
        """Return how many lines a signature has."""
        return found.lines

    async def first_seen(
        self, found: Mapping[Signature, First], known: set[Signature] | None
    ) -> AsyncGenerator[Fact, None]:
        """Yield when each signature was first seen."""
        query = self._stats(self._options.fields, _FIRST)
        for signature, first in sorted(found.items(), key=str):
            roles = roles_of(first.row)
            yield self._told.first_seen(
                signature, precise(first.at, 1), scope=scope(signature, known, self._options.baseline_days),
                clock=roles.get("host") or roles.get("service"), subject=subject_of(roles_of(dict(signature))),
                quote=facts.quote(fields.text(first.row, "_msg")),
                evidence=self._evidence(first.payload, first.pointer, query, signature, first.at, first.at),
            )  # fmt: skip

    async def rate_changes(self, window: Window, now: int) -> AsyncGenerator[Fact, None]:
        """Yield where rates changed, by `timeline.series.rates`, in the window and a step around it."""
        step, reach = self._step, rates.RULE.reach
        first = window.start // step - reach
        last = min(-(-window.end // step) + reach, now // step) - 1  # whole steps, and past ones
        query = self._stats(self._options.fields, "count() as lines")
        counts: dict[Signature, dict[int, int]] = defaultdict(dict)
        places: dict[Signature, dict[int, list[tuple[Payload, str]]]] = defaultdict(dict)

        async def read(low: int, high: int) -> Payload:
            # Steps are aligned, and those at the ends counted only in part: whole steps are asked for.
            return await self._store.counts(query, low * step, high * step, step)

        async for piece in in_spans(read, first, last + 1, least=reach):
            payload = piece.whole()
            for series in counts_of(payload):
                signature = _signature(series.fields, self._options.fields)
                for number, (at, count) in enumerate(series.points):
                    index = at * NS // step
                    if at * NS % step or not piece.start <= index < piece.end:
                        raise UnreadableError("a count is of no step that was asked for")
                    counts[signature][index] = counts[signature].get(index, 0) + count
                    place = (payload, f"{series.pointer}/{number}")
                    places[signature].setdefault(index, []).append(place)
        for signature, own in sorted(counts.items(), key=str):
            for change in rates.rate_changes(own, first, last):
                if window.start // step <= change.step <= window.end // step + 1:
                    yield self._changed(signature, change, places[signature], query)

    def _changed(
        self, signature: Signature, change: rates.RateChange,
        places: Mapping[int, list[tuple[Payload, str]]], query: str,
    ) -> Fact:  # fmt: skip
        at = rates.bounds_of(change, self._step)
        asked = f"{query}; the rule: {rates.RULE.describe()}"
        evidence = [
            self._evidence(*place, asked, signature, at.earliest or 0, at.latest)
            for place in counted_steps(change, places)
        ]
        subject = subject_of(roles_of(dict(signature)))
        return self._told.rate_changed(signature, change, subject=subject, evidence=evidence)

    def pages(self, window: Window) -> AsyncGenerator[Page, None]:
        """Yield the lines of a window, each once; raise SourceError."""

        async def ask(start: int, end: int, size: int) -> tuple[Payload, list[Line]]:
            payload = await self._store.rows(self._options.query, start, end, size)
            return payload, lines_of(payload)

        return pages(ask, window.start, window.end, self._options.page)

    def link(self, line: Line) -> str | None:
        """Return its own page of a line."""
        return self._page(self._options.query, line.at, line.at)

    def _stats(self, names: tuple[str, ...], functions: str) -> str:
        by = f"by ({_listed(names)}) " if names else ""
        return f"{self._options.query} | stats {by}{functions}"

    def _evidence(
        self, payload: Payload, pointer: str, query: str, signature: Signature, first: int, last: int
    ) -> Evidence:
        own = [f"{json.dumps(name)}:={json.dumps(value)}" for name, value in signature]
        link = self._page(" ".join([f"({self._options.query})", *own]), first, last)
        return Evidence(
            source=self._told.source, payload=payload.sha256, pointer=pointer, query=query, link=link
        )

    def _page(self, query: str, first: int, last: int) -> str | None:
        if not self._options.vmui_url:
            return None
        width = (last - first + 2 * _AROUND) // NS
        end = format_instant((last + _AROUND) // NS * NS).removesuffix("Z")
        shown = f"query={quote(query, safe='')}&g0.range_input={width}s&g0.end_input={quote(end, safe='')}"
        return f"{self._options.vmui_url.rstrip('/')}/select/vmui/#/?{shown}&g0.relative_time=none"


#: What is shown of a first line, beside its words.
_SHOWN = ("_time", "_msg", *dict.fromkeys((*ROLES["host"], *ROLES["service"])))
_FIRST = f"count() as lines, row_min(_time, {', '.join(map(json.dumps, _SHOWN))}) as first"


def _listed(names: Iterable[str]) -> str:
    return ", ".join(json.dumps(name, ensure_ascii=False) for name in names)


def _signature(row: Mapping[str, Any], names: Iterable[str]) -> Signature:
    """Return the fields that a line has, in the order of their names: whatever others have, it is the same."""
    return tuple((name, str(row[name])) for name in names if row.get(name))


def _first(row: Mapping[str, Any], payload: Payload, pointer: str) -> First | None:
    """Return the first line that an answer tells; None where it counted none; raise UnreadableError."""
    lines = fields.required(row, "lines")
    if not lines.isdecimal():
        raise UnreadableError("its lines are no number")
    if lines == "0":  # of a query without a signature
        return None
    try:
        held = orjson.loads(fields.required(row, "first"))
    except orjson.JSONDecodeError as err:
        raise UnreadableError("its first line is no JSON") from err
    return First(int(lines), time_of(held), held, payload, pointer)
