"""zipkin: first errors of the operations that traces show."""

from __future__ import annotations

from collections.abc import AsyncIterator
from functools import partial
from typing import Any

from pydantic import Field

from collectors.base import Check, Collector, Context, Mark, Payload, Record, SourceError
from collectors.kit import fields
from collectors.kit.fields import Skipped, UnreadableError
from collectors.kit.http import Http, HttpOptions
from collectors.kit.links import filled
from collectors.kit.paging import Piece, in_spans
from collectors.kit.probing import failed, timed
from collectors.kit.traces import FirstErrors, SpanError
from collectors.zipkin.manual import MANUAL
from timeline.instant import Bounds
from timeline.model import Evidence, Window
from timeline.relative import meets
from timeline.zones import Duration, parse_duration

_MS, _US = 1_000_000, 1_000  # ns
_ERROR = "error"
_TRACES, _SERVICES = "traces", "services"


class ZipkinOptions(HttpOptions):
    """Options of one server."""

    url: str = Field(
        description="the server, without `/zipkin` or `/api`", examples=["http://zipkin.example:9411"]
    )
    services: tuple[str, ...] = Field(
        (), description="names as traces have them; default: of all", examples=[["checkout"]]
    )
    lookback: Duration = Field("1h", description="traces that began this much before the window are read too")
    limit: int = Field(200, ge=1, le=10_000, description="traces of one answer")


class ZipkinCollector(Collector[ZipkinOptions]):
    """Reads traces that have an error, and tells the first of each operation."""

    name = "zipkin"
    marks = (Mark(get="info", members=("zipkin.version",)),)
    family = "logs"
    summary = "first errors of each operation of a service, from traces of Zipkin"
    tested_against = "real"
    manual = MANUAL
    options_type = ZipkinOptions
    reads = ("url", "services")

    def __init__(self, options: ZipkinOptions, context: Context) -> None:
        super().__init__(options, context)
        self._url = options.url.rstrip("/")
        self._unread = Skipped("span")

    async def collect(self, window: Window) -> AsyncIterator[Record]:
        """Yield the first errors of the window; what was not read is a gap."""
        errors = FirstErrors()
        failures: list[SourceError] = []
        asked = self.options.services or (None,)
        async with self._http() as http:
            for service in asked:
                self.context.progress(service or _TRACES)
                try:
                    async for piece in self._pieces(http, service, window):
                        for page in (piece.value,) if piece.value else ():
                            self._add(errors, page, service, window)
                        if piece.lost:
                            yield self._lost(piece, window)
                except SourceError as err:
                    failures.append(err)
                    of = f" of `{service}`" if service else ""
                    gap = self.gap(err.reason, window, f"Traces{of} were not all read: {err}")
                    if len(asked) > 1 or errors:
                        yield gap
        if failures and len(failures) == len(asked) and not errors:
            raise failures[0]
        for fact in errors.facts(self):
            yield fact
        for gap in self._unread.gaps(self.gap, window):
            yield gap

    async def probe(self) -> AsyncIterator[Check]:
        """Yield whether the server answers, which of the services it has, and its clock."""
        async with self._http() as http:
            try:
                answered = await timed(partial(http.get, _SERVICES))
                names = {fields.string(name) for name in fields.listing(answered.payload.json())}
            except SourceError as err:
                yield failed(err)
                return
        yield answered.reachable(self.options.url)
        yield Check("authorised", True, f"{len(names)} services")
        for name in self.options.services:
            known = name in names
            yield Check(f"service {name}", known, "has traces" if known else "no trace that is kept names it")
        yield answered.clock(self.options)

    def _http(self) -> Http:
        return Http(self.context, self.options, base_url=f"{self._url}/api/v2")

    async def _pieces(self, http: Http, service: str | None, window: Window) -> AsyncIterator[Piece[Payload]]:
        """Yield answers of as many spans of time as it takes for each to be whole; times are ms there."""

        async def read(low: int, high: int) -> Payload:
            # Both ends count: a trace between two spans comes twice.
            asked: dict[str, str | int] = {
                "annotationQuery": _ERROR,
                "endTs": high,
                "lookback": high - low,
                "limit": self.options.limit,
            }
            if service:
                asked["serviceName"] = service
            return await http.get(_TRACES, asked)

        first = (window.start - parse_duration(self.options.lookback)) // _MS
        async for piece in in_spans(read, first, -(-window.end // _MS), full=self._is_full):
            yield piece

    def _is_full(self, page: Payload) -> bool:
        return len(fields.listing(page.json())) >= self.options.limit

    def _add(self, errors: FirstErrors, page: Payload, service: str | None, window: Window) -> None:
        for number, trace in enumerate(fields.listing(page.json())):
            whole = self.evidence(page, f"/{number}", query=f"GET {_TRACES}")
            with self._unread.over(whole):
                has_error = False
                for place, span in enumerate(fields.listing(trace)):
                    evidence = self.evidence(page, f"/{number}/{place}", query=f"GET {_TRACES}")
                    has_error = self._add_span(errors, span, evidence, service, window) or has_error
                if not has_error:
                    # None but those that have one were asked for.
                    raise UnreadableError("no span of its trace has the tag or annotation error")

    def _add_span(
        self, errors: FirstErrors, span: Any, evidence: Evidence, service: str | None, window: Window
    ) -> bool:
        """Keep a span's error; return whether it has one, which may be of another service, or not be read."""
        with self._unread.over(evidence):
            if (error := _error(span)) is None:
                return False
            if service in {None, error.service} and meets(*error.at, window.start, window.end):
                errors.add(error, self._linked(evidence, span))
        return True

    def _linked(self, evidence: Evidence, span: Any) -> Evidence:
        return evidence.replace(
            link=self._url + filled("/zipkin/traces/{trace}", trace=fields.required(span, "traceId"))
        )

    def _lost(self, piece: Piece[Payload], window: Window) -> Record:
        # Its answer reached to the end of the millisecond that ends it.
        low, high = (min(max(at * _MS, window.start), window.end) for at in (piece.start, piece.end + 1))
        # What began before the window may err anywhere in it.
        span = Window(start=low, end=high) if low < high else window
        return self.gap("truncated", span, f"Traces were not all read: {piece.lost}; raise `limit`")


def _error(span: Any) -> SpanError | None:
    """Return the error of a span, None where it has none; raise UnreadableError."""
    tag = fields.at(span, "tags.error")
    noted = [one for one in fields.many(span, "annotations") if fields.at(one, "value") == _ERROR]
    if tag is None and not noted:
        fields.required(span, "id")
        return None
    name, service = fields.required(span, "name"), fields.text(span, "localEndpoint.serviceName") or None
    if noted:
        at = min(fields.number(one, "timestamp") for one in noted) * _US
        return SpanError(name, service, Bounds(at, at + _US - 1), fields.string(tag))
    begin, lasts = fields.number(span, "timestamp") * _US, fields.number(span, "duration") * _US
    return SpanError(name, service, Bounds(begin, begin + lasts + _US - 1), fields.string(tag))
