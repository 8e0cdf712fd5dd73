"""The Prometheus HTTP API (Prometheus, Thanos, Mimir, VictoriaMetrics): complete reads or an error."""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import partial
from itertools import pairwise
from typing import Any, NamedTuple

import anyio
from pydantic import Field

from collectors.base import Context, Mark, Payload, PayloadTooLargeError, SourceError
from collectors.kit import fields
from collectors.kit.fields import UnreadableError
from collectors.kit.http import Http, HttpOptions
from collectors.kit.links import prometheus_graph
from collectors.kit.metrics.samples import MS, Samples
from collectors.kit.paging import in_spans
from collectors.kit.tape import LackingError
from collectors.kit.together import gather
from collectors.prometheus.answers import Result, decode, join
from timeline.instant import MINUTE, NS
from timeline.model import Evidence, Gap, Window
from timeline.rules.files import load
from timeline.rules.promrules import readable
from timeline.zones import Duration, parse_duration

DEFAULT_LOOKBACK = 5 * MINUTE  # of every server
_LONG = 1_500  # characters of a query; longer ones are sent as a form, past any proxy's URL limit
_BYTES_PER_SAMPLE = 40  # of JSON, rounded up: what splitting is planned by
_PLANNED = 12 * 2**20  # bytes of one answer to aim for
_TOO_MUCH = re.compile(
    r"too many (samples|points|data)|maximum resolution|maxSamples|maxPoints|max(imum)? .{0,200}(samples|chunks|bytes)"
    r"|exceed.{0,200}(limit|samples|points|chunks|bytes)",
    re.IGNORECASE,
)


#: Whatever speaks its API: Thanos, Mimir and VictoriaMetrics as well.
MARKS = (Mark(get="api/v1/query?query=1", members=("data.resultType",)),)


class PrometheusOptions(HttpOptions):
    """Options of every source that speaks the Prometheus API."""

    lookback: Duration = Field(
        default="5m",
        description="how long a sample counts; where it is not set, the server's flags tell before this",
    )
    max_points: int = Field(default=11_000, ge=2, description="points of one series in one answer")
    external_url: str | None = Field(
        default=None,
        description="where people open the server's page, for links; default: `url`",
        examples=["https://prometheus.example"],
    )
    compress: bool = Field(
        default=False,
        description="ask for compressed answers: for a link slower than the server can compress (some 20 MB/s)",
    )

    @property
    def lookback_ns(self) -> int:
        """The look-back in ns, as configured or by default."""
        return parse_duration(self.lookback)


class StorageWarning(NamedTuple):
    """The server said that data is missing from an answer."""

    text: str
    query: str
    payload: Payload


class Status(NamedTuple):
    """What one page of a server's status says."""

    data: dict[str, Any]
    payload: Payload


class PrometheusApi:
    """Reads of one server; every one is on the tape.

    `warnings` collects what the server said was missing from its answers (a `partial` gap for
    the collector to yield), `notes` its remarks by query; both in no particular order.
    """

    def __init__(self, context: Context, options: PrometheusOptions, http: Http) -> None:
        self.context = context
        self.options = options
        self.http = http
        self.warnings: list[StorageWarning] = []
        self.notes: dict[str, tuple[str, ...]] = {}
        self.unread_rules: Sequence[str] = ()
        self.unmarked: dict[str, SourceError] = {}  # selectors whose stale markers could not be read
        self.coarse: dict[str, int] = {}  # query -> the shortest absence (ns) by markers that was looked for
        self.histograms: dict[str, int] = {}  # query -> series of native histograms it met
        self._settings: tuple[dict[str, Any] | None] | None = None
        self._settings_lock = anyio.Lock()

    async def query(self, expression: str, at: int) -> Result:
        """Evaluate at an instant (ns, cut to ms); read the elements with `.vector()`."""
        return await self._ask("query", expression, {"time": _seconds(at // MS)})

    async def range(self, expression: str, start: int, end: int, step: int) -> Sequence[Samples]:
        """Evaluate at every multiple of `step` (ns, whole ms) in the closed `[start, end]` (ns)."""
        first, last = -(-start // step), end // step
        size = self.options.max_points
        found: list[tuple[Result, int, int]] = []
        read = partial(self._steps, expression, step)
        for low in range(first, last + 1, size):
            found += [piece.whole() async for piece in in_spans(read, low, min(low + size, last + 1))]
        return join(found)

    async def range_once(self, expression: str, start: int, end: int, step: int) -> Result:
        """Evaluate over `[start, end]` (ns) in one answer; raise PayloadTooLargeError past its limits."""
        span = {"start": _seconds(start // MS), "end": _seconds(end // MS), "step": _seconds(step // MS)}
        return await self._ask("query_range", expression, span)

    async def raw(self, selector: str, start: int, end: int, expected: float = 0) -> Sequence[Samples]:
        """Read the stored samples of a plain selector in the closed `[start, end]` (ns).

        VictoriaMetrics shows a stale marker as a NaN sample; Prometheus leaves it out. `expected`
        many samples plan the pieces, which are asked for side by side.
        """
        first, last = -(-start // MS), end // MS
        if first > last:
            return []
        edges = _edges(first, last, expected)
        found = await gather([partial(self._raw, selector, *span) for span in pairwise(edges)])
        return join(one for piece in found for one in piece)

    async def rules(self) -> tuple[Payload, list[dict[str, Any]]] | None:
        """Return the payload and rule groups of `/api/v1/rules`; None where the server has no such page.

        What of them cannot be read is left out, and told by `unread_rules`.
        """
        payload = await self._page("rules")
        if payload is None:
            return None
        groups, self.unread_rules = readable(fields.listing(payload.json(), "data.groups"))
        return payload, groups

    async def status(self, name: str) -> dict[str, Any] | None:
        """Return `/api/v1/status/NAME` (buildinfo, runtimeinfo, flags); None where it is not offered."""
        page = await self.status_page(name)
        return page.data if page else None

    async def status_page(self, name: str) -> Status | None:
        """Return `/api/v1/status/NAME` with its payload; None where it is not offered."""
        try:
            payload = await self._page(f"status/{name}")
        except LackingError:  # evidence of a version that did not ask
            payload = None
        if payload is None:
            return None
        data = fields.at(payload.json(), "data")
        if not isinstance(data, dict):
            raise UnreadableError(f"the answer to status/{name} is no object")
        return Status(data, payload)

    async def shows_stale_as_nan(self) -> bool:
        """Tell whether raw reads show stale markers as NaN: VictoriaMetrics, which names no revision."""
        build = await self.status("buildinfo")
        return build is not None and "revision" not in build

    async def settings(self) -> dict[str, Any] | None:
        """Return the server's configuration; None where it does not show it."""
        async with self._settings_lock:
            if self._settings is None:
                said = fields.text(await self.status("config"), "yaml")
                try:
                    [read] = load(said)
                except ValueError:
                    read = None
                self._settings = (read if isinstance(read, dict) else None,)
        return self._settings[0]

    async def scrape_interval(self) -> int | None:
        """Return the server's global scrape interval (ns); None where it does not say."""
        text = fields.text(await self.settings(), "global.scrape_interval")
        return promql_duration(text) if text else None

    async def has_series(self, selectors: Sequence[str], start: int, end: int) -> bool:
        """Tell whether any series of the selectors is known in `[start, end]` (ns)."""
        return bool(await self.series(selectors, start, end, limit=1))

    async def series(
        self, selectors: Sequence[str], start: int, end: int, *, limit: int
    ) -> list[dict[str, Any]]:
        """Return the labels of the selectors' series in `[start, end]` (ns), `limit` of them where it is heeded."""
        asked = {"match[]": selectors, "start": _seconds(start // MS), "end": _seconds(-(-end // MS))}
        answer = await self.http.get("api/v1/series", {**asked, "limit": str(limit)})
        return [one for one in fields.listing(answer.json(), "data") if isinstance(one, dict)]

    def link(self, expression: str, start: int, end: int) -> str:
        """Return the server's own graph page of an expression over `[start, end]` (ns)."""
        return prometheus_graph(self.options.external_url or self.options.url, expression, start, end)

    async def _steps(self, expression: str, step: int, low: int, high: int) -> tuple[Result, int, int]:
        """Evaluate at the multiples `[low, high)` of `step`."""
        start, end = low * step, (high - 1) * step
        return await self.range_once(expression, start, end, step), start, end

    async def _raw(self, selector: str, first: int, end: int) -> list[tuple[Result, int, int]]:
        """Read the samples of `[first, end)` (ms)."""
        read, edges = partial(self._samples, selector), partial(self._edges, selector)
        return [piece.whole() async for piece in in_spans(read, first, end, edges=edges)]

    async def _samples(self, selector: str, first: int, end: int) -> tuple[Result, int, int]:
        # Ranges are (start, end] in Prometheus 3 and closed in 2: asked 1 ms wider, cut by us.
        asked = await self._ask("query", f"{selector}[{end - first}ms]", {"time": _seconds(end - 1)})
        return asked, first * MS, (end - 1) * MS

    async def _edges(self, selector: str, first: int, end: int) -> list[int]:
        """Return where to cut `[first, end)` (ms) so that each answer fits, by the samples' number."""
        expression = f"sum(count_over_time({selector}[{end - first}ms]))"
        try:
            counted = (await self._ask("query", expression, {"time": _seconds(end - 1)})).vector()
        except SourceError:
            counted = []
        return _edges(first, end - 1, counted[0].value if counted else 0, least=2)

    async def _ask(self, path: str, expression: str, params: Mapping[str, str]) -> Result:
        # nocache: VictoriaMetrics otherwise moves the grid and may answer from its cache.
        asked = {"query": expression, **params, "nocache": "1"}
        url = f"api/v1/{path}"
        # Compressing costs a server some six times what the answer itself costs.
        how: dict[str, Any] = {"allow": (400, 422)}
        if not self.options.compress:
            how["headers"] = {"accept-encoding": "identity"}
        if len(expression) > _LONG:
            payload = await self.http.request("POST", url, form=asked, **how)
        else:
            payload = await self.http.get(url, asked, **how)
        if payload.status in {400, 422}:
            raise _refusal(payload, expression)
        result = decode(payload)
        self._listen(expression, result)
        return result

    def _listen(self, expression: str, result: Result) -> None:
        self.warnings += [
            StorageWarning(text, expression, result.payload) for text in result.storage_warnings
        ]
        if result.notes:
            self.notes[expression] = tuple(sorted({*self.notes.get(expression, ()), *result.notes}))
        if number := result.histograms():
            self.histograms[expression] = max(number, self.histograms.get(expression, 0))

    async def _page(self, path: str) -> Payload | None:
        payload = await self.http.get(f"api/v1/{path}", allow=(400, 404, 405, 422, 501))
        return payload if payload.status and payload.status < 400 else None


def storage_gaps(
    warnings: Sequence[StorageWarning], window: Window, gap: Callable[..., Gap], evidence: Callable[..., Evidence],
) -> Iterator[Gap]:  # fmt: skip
    """Yield the `partial` gap of what the server said is missing; none where it said nothing."""
    if warnings:
        texts, queries = sorted({w.text for w in warnings}), sorted({w.query for w in warnings})
        text = f"the server said that data is missing from {len(queries)} answers: {'; '.join(texts)[:300]}"
        shown = {w.payload.sha256: evidence(w.payload, query=w.query) for w in warnings}
        ordered = tuple(shown[digest] for digest in sorted(shown))
        yield gap("partial", window, text, missing="; ".join(queries)[:2000], evidence=ordered)


def _refusal(payload: Payload, expression: str) -> SourceError:
    said = fields.text(payload.json(), "error")
    if _TOO_MUCH.search(said):
        return PayloadTooLargeError(f"the server refused a query as too large: {said[:300]}")
    return SourceError("partial", f"the server refused the query {expression[:200]}: {said[:300]}")


def _edges(first: int, last: int, samples: float, least: int = 1) -> list[int]:
    """Return where to cut `[first, last]` (ms) so that so many samples come in answers that fit."""
    pieces = min(max(least, math.ceil(samples * _BYTES_PER_SAMPLE / _PLANNED)), last - first + 1)
    return [first + (last + 1 - first) * i // pieces for i in range(pieces + 1)]


def _seconds(milliseconds: int) -> str:
    whole, rest = divmod(milliseconds, 1000)
    return f"{whole}.{rest:03d}" if rest else str(whole)


def promql_duration(text: str) -> int:
    """Return a duration of PromQL in ns, with years; raise UndecodableTimeError."""
    years = sum(int(n) for n in re.findall(r"(?<!\d)(\d{1,9})y", text))
    rest = re.sub(r"(?<!\d)\d{1,9}y", "", text)
    return years * 365 * 86_400 * NS + (parse_duration(rest) if rest else 0)
