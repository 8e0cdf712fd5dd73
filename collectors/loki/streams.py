"""One query of a Loki: signatures, when each was first seen, where its rate changed, and its lines.

Loki counts and compares; what comes over the wire are the signatures, the instants at which a rate may have
changed, and the counts around those: it grows with what happened, not with the window or the lines.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import AsyncGenerator, AsyncIterator, Iterable, Mapping
from functools import partial
from typing import NamedTuple

from collectors.base import Payload
from collectors.kit.fields import UnreadableError
from collectors.kit.links import grafana_explore
from collectors.kit.logs.lines import roles_of, subject_of
from collectors.kit.logs.paging import Line, Page, pages
from collectors.kit.logs.signatures import Signature, scope
from collectors.kit.logs.summary import Summaries, counted_steps
from collectors.kit.paging import Piece, in_spans
from collectors.kit.together import gather
from collectors.loki import logql
from collectors.loki.client import Loki, lines_of, series_of
from collectors.loki.options import LokiOptions
from timeline import facts
from timeline.instant import MINUTE, Bounds, precise
from timeline.model import Evidence, Fact, Window
from timeline.series import rates

_AT_ONCE = 16  # questions that are asked together; the client limits connections
_STEPS = 10_000  # of one question; Loki gives 11,000
_APART = 60  # steps between changes that are worth a question of their own
_MS = 1_000_000


class Counted(NamedTuple):
    """A signature in a span: how many lines, and where in the evidence that stands."""

    lines: int
    start: int
    end: int
    payload: Payload
    pointer: str


class _Region(NamedTuple):
    """Steps, both included, at whose beginnings the rate of a signature may have changed."""

    signature: Signature
    first: int
    last: int


class Streams:
    """What a Loki is asked of one query."""

    under = "labels"

    def __init__(self, loki: Loki, options: LokiOptions, told: Summaries, *, is_old: bool) -> None:
        self._loki, self._options, self._told, self._is_old = loki, options, told, is_old
        self._step = told.step_ns

    async def signatures(self, window: Window, labels: tuple[str, ...]) -> dict[Signature, list[Counted]]:
        """Return the signatures that lines of a window have, with where each was counted, in order of time."""

        async def read(low: int, high: int) -> Payload:
            # The instant is part of the time before it: so is a nanosecond less of `[low, high)`.
            return await self._loki.at(logql.counted(self._options.query, labels, high - low), high - 1)

        found: dict[Signature, list[Counted]] = defaultdict(list)
        async for piece in in_spans(read, window.start, window.end, least=MINUTE):
            payload = piece.whole()
            for series in series_of(payload):
                ((_, count),) = series.points
                signature = _signature(series.labels, labels)
                found[signature].append(Counted(int(count), piece.start, piece.end, payload, series.pointer))
        return found

    def count(self, found: list[Counted]) -> int:
        """Return how many lines a signature has."""
        return sum(one.lines for one in found)

    def pages(self, window: Window) -> AsyncGenerator[Page, None]:
        """Yield the lines of a window, each once; raise SourceError."""

        async def ask(start: int, end: int, size: int) -> tuple[Payload, list[Line]]:
            payload = await self._loki.lines(self._options.query, start, end, size)
            return payload, lines_of(payload)

        return pages(ask, window.start, window.end, self._options.page)

    def link(self, line: Line) -> str | None:
        """Return Grafana's page of a line."""
        return self._explore(self._options.query, line.at, line.at)

    async def first_seen(
        self, found: Mapping[Signature, list[Counted]], known: set[Signature] | None
    ) -> AsyncGenerator[Fact, None]:
        """Yield when each signature was first seen, by its first line; raise SourceError."""
        signatures = sorted(found, key=str)
        for start in range(0, len(signatures), _AT_ONCE):
            part = signatures[start : start + _AT_ONCE]
            firsts = await gather([partial(self._first, one, found[one][0]) for one in part])
            for signature, (payload, line) in zip(part, firsts, strict=True):
                query = self._query(signature)
                roles = roles_of(line.labels)
                yield self._told.first_seen(
                    signature, precise(line.at, 1), scope=scope(signature, known, self._options.baseline_days),
                    clock=roles.get("host") or roles.get("service"), subject=subject_of(roles_of(dict(signature))),
                    quote=facts.quote(line.text),
                    evidence=self._evidence(payload, line.pointer, query, line.at, line.at),
                )  # fmt: skip

    async def _first(self, signature: Signature, counted: Counted) -> tuple[Payload, Line]:
        query = self._query(signature)
        payload = await self._loki.lines(query, counted.start, counted.end, 1, first=True)
        lines = lines_of(payload)
        if not lines:
            raise UnreadableError(f"Loki counted {counted.lines} lines, and has none, of {query}")
        return payload, lines[0]

    async def rate_changes(self, window: Window, now: int) -> AsyncGenerator[Fact, None]:
        """Yield where rates changed, by `timeline.series.rates`, in the window and a step around it."""
        regions = await self._regions(window, now)
        for start in range(0, len(regions), _AT_ONCE):
            part = regions[start : start + _AT_ONCE]
            for facts_of_one in await gather([partial(self._changes, region) for region in part]):
                for fact in facts_of_one:
                    yield fact

    async def _regions(self, window: Window, now: int) -> list[_Region]:
        """Return where Loki says that rates may have changed."""
        step, rule = self._step, rates.RULE
        first = window.start // step
        last = min(-(-window.end // step), now // step - rule.reach)
        query = logql.changes(self._options.query, self._options.labels, step)

        async def read(low: int, high: int) -> Payload:
            # Those of a step's beginning are counted five steps later. A server that aligns what it is asked
            # to the step does so downward: one more, so that the last one is there in any case.
            shift = rule.steps * step - 1
            return await self._loki.over(query, low * step + shift, high * step + shift, step)

        steps: dict[Signature, set[int]] = defaultdict(set)
        for low in range(first, last + 1, _STEPS):
            async for piece in in_spans(read, low, min(low + _STEPS, last + 1), least=rule.reach):
                for series in series_of(piece.whole()):
                    signature = _signature(series.labels, self._options.labels)
                    ends = {self._step_of(at) for at, _ in series.points}
                    steps[signature] |= {end - rule.steps for end in ends} & set(range(first, last + 1))
        return [
            _Region(signature, *span)
            for signature, found in sorted(steps.items(), key=str)
            for span in _spans(found)
        ]

    def _step_of(self, at: int) -> int:
        """Return the step at whose end (ms, cut) a count was made; raise UnreadableError where it is no step's."""
        step = self._step // _MS
        if (at + 1) % step and at % step:
            raise UnreadableError("a count is of no step that was asked for")
        return -(-at // step)

    async def _changes(self, region: _Region) -> list[Fact]:
        """Return the changes of a signature in a region, by the counts of its steps."""
        reach, step = rates.RULE.reach, self._step
        first, last = region.first - reach, region.last + reach - 1
        query = self._query(region.signature)
        asked = logql.counted(query, self._options.labels, step)
        counts: dict[int, int] = {}
        places: dict[int, list[tuple[Payload, str]]] = {}
        is_aligned = False

        async def read(low: int, high: int) -> Payload:
            return await self._loki.over(asked, (low + 1) * step - 1, high * step - 1, step)

        async for payload in _whole(in_spans(read, first, last + 1, least=1)):
            for series in series_of(payload):
                for number, (at, count) in enumerate(series.points):
                    index = self._step_of(at) - 1
                    is_aligned = is_aligned or at * _MS % step == 0
                    counts[index] = counts.get(index, 0) + int(count)
                    places.setdefault(index, []).append((payload, f"{series.pointer}/values/{number}"))
        subject = subject_of(roles_of(dict(region.signature)))
        rule = f"{asked}; the rule: {rates.RULE.describe()}"
        found = []
        for change in rates.rate_changes(counts, first, last):
            begun, ended = (change.step - 1) * step, (change.step + 1) * step - 1
            # Of a server that aligns what it is asked a step is (beginning, end].
            bounds = Bounds(begun + is_aligned, ended + is_aligned)
            evidence = [
                self._evidence(*place, rule, begun, ended, link=query)
                for place in counted_steps(change, places)
            ]
            found.append(
                self._told.rate_changed(
                    region.signature, change, at=bounds, subject=subject, evidence=evidence
                )
            )
        return found

    def _query(self, signature: Signature) -> str:
        every = dict.fromkeys(self._options.labels, "") | dict(signature)
        wanted = tuple((name, value) for name, value in every.items())
        return logql.narrowed(self._options.query, wanted, in_selector=self._is_old)

    def _evidence(
        self, payload: Payload, pointer: str, query: str, first: int, last: int, *, link: str = ""
    ) -> Evidence:
        explore = self._explore(link or query, first, last)
        return Evidence(
            source=self._told.source, payload=payload.sha256, pointer=pointer, query=query, link=explore
        )

    def _explore(self, query: str, first: int, last: int) -> str | None:
        url, uid = self._options.grafana_url, self._options.grafana_datasource
        return grafana_explore(url, uid, "loki", query, first, last) if url and uid else None


def _signature(labels: Mapping[str, str], names: Iterable[str]) -> Signature:
    """Return the labels that a line has, in the order of their names: whatever others have, it is the same."""
    return tuple((name, labels[name]) for name in names if labels.get(name))


def _spans(steps: Iterable[int]) -> list[tuple[int, int]]:
    """Return first and last of steps that lie close together."""
    spans: list[tuple[int, int]] = []
    for step in sorted(steps):
        if spans and step - spans[-1][1] <= _APART and step - spans[-1][0] < _STEPS:
            spans[-1] = (spans[-1][0], step)
        else:
            spans.append((step, step))
    return spans


async def _whole(pieces: AsyncIterator[Piece[Payload]]) -> AsyncIterator[Payload]:
    async for piece in pieces:
        yield piece.whole()
