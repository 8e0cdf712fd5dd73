"""Alerts with their logs, as Opsgenie and Jira Service Management's operations have them."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Sequence
from functools import partial
from typing import Any, ClassVar, Generic, TypeVar

from collectors.base import Check, Collector, Payload, Record, SourceError
from collectors.kit import fields
from collectors.kit.fields import Skipped
from collectors.kit.http import Http, Params
from collectors.kit.lives import State
from collectors.kit.paging import by_cursor, by_offset, in_spans
from collectors.kit.people import People
from collectors.kit.probing import failed, timed
from collectors.kit.together import gather
from collectors.kit.webhooks import Seen
from collectors.opsgenie import facts
from collectors.opsgenie.options import AlertOptions, Envelope
from timeline.model import Evidence, Window
from timeline.relative import in_window
from timeline.zones import parse_duration

PAGE, _CAP, MS = 100, 19_900, 1_000_000  # the sum of offset and size has to stay below 20,000; ns
Rows = list[tuple[Any, Evidence]]
Own = TypeVar("Own", bound=AlertOptions)
#: Yields what a part of the source has of a window; counts what cannot be read.
Reader = Callable[[Http, Window, Seen, Skipped], AsyncIterator[Record]]


class AlertsCollector(Collector[Own], Generic[Own]):
    """Reads every alert of the window, and its logs: what both APIs have."""

    family = "alerts"
    tested_against = "fake"
    reads = ("query",)
    identities = ("owner", "actor", "acknowledgedBy", "closedBy")
    form: ClassVar[Envelope]

    async def collect(self, window: Window) -> AsyncIterator[Record]:
        """Yield alerts with what became of them; raise SourceError when none could be read."""
        seen, skipped = Seen(People()), Skipped("record")
        async with self._http() as http:
            for read in self._readers():
                async for found in read(http, window, seen, skipped):
                    yield found
        for more in (*seen.people, *skipped.gaps(self.gap, window)):
            yield more

    def _readers(self) -> Sequence[Reader]:
        """Return what reads each part of the source."""
        return (self._alerts,)

    async def _alerts(
        self, http: Http, window: Window, seen: Seen, skipped: Skipped
    ) -> AsyncIterator[Record]:
        start = window.start - parse_duration(self.options.lookback)
        alerts: dict[str, tuple[Any, Evidence]] = {}
        read = partial(self.between, http, self.form.alerts, self.options.query)
        async for piece in in_spans(read, start // MS * MS, -(-window.end // MS) * MS, least=MS):
            if piece.lost:
                yield self.gap("truncated", window, f"Alerts were not all read: {piece.lost}")
            for alert, evidence in piece.value or ():
                with skipped.over(evidence):
                    if (
                        facts.moment(alert, "updatedAt").latest >= window.start
                    ):  # else nothing became of it since
                        alerts.setdefault(fields.required(alert, "id"), (alert, evidence))
        order = sorted(alerts)
        for own, rows in await gather([partial(self._logs, http, own) for own in order]):
            alert, evidence = alerts[own]
            if isinstance(rows, SourceError):
                text = f"The log of alert {own} was not all read: {rows}"
                yield self.gap(rows.reason, window, text, missing="logs")
            with skipped.over(evidence):
                life = facts.alert_life(alert, own, self.context.source, self.options.origin)
                found = [facts.opened(life, own, alert, evidence)]
                told: set[State | None] = set()
                for row, where in [] if isinstance(rows, SourceError) else rows:
                    with skipped.over(where):
                        found += facts.log(life, own, row, where, seen)
                        told.add(facts.state_of(row))
                if not isinstance(rows, SourceError):
                    found += facts.reported(life, own, alert, evidence, seen, told)
                for fact in found:
                    if in_window(fact, window):
                        yield fact

    async def between(self, http: Http, path: str, more: str, low: int, high: int) -> Rows:
        """Return what was created in `[low, high)` (ns); raise PayloadTooLargeError where it is too much for one question."""
        query = f"createdAt >= {low // MS} AND createdAt < {high // MS}" + (f" AND ({more})" if more else "")

        async def ask(offset: int, size: int) -> Payload:
            asked: Params = {
                "query": query,
                "sort": "createdAt",
                "order": "asc",
                "offset": offset,
                self.form.size: size,
            }
            return await http.get(path, asked)

        # Until a page is empty: whether there is a next one is said by a member that is not always there.
        return [
            row
            async for page in by_offset(ask, self._rows, size=PAGE, cap=_CAP)
            for row in self._evident(page, f"GET {path}")
        ]

    async def _logs(self, http: Http, own: str) -> tuple[str, Rows | SourceError]:
        path = f"{self.form.alerts}/{own}/logs"

        async def ask(cursor: str | None, size: int) -> Payload:
            asked: Params = {"order": "asc", "direction": "next", self.form.size: size}
            return await http.get(path, {**asked, "offset": cursor} if cursor else asked)

        rows: dict[str, tuple[Any, Evidence]] = {}
        try:
            async for page in by_cursor(ask, self._following, rows=self._rows, size=PAGE):
                for row, evidence in self._evident(page, f"GET {path}"):
                    rows.setdefault(
                        fields.text(row, "offset") or f"{page.sha256} {len(rows)}", (row, evidence)
                    )
        except SourceError as err:
            return own, err
        return own, list(rows.values())

    def _following(self, page: Payload) -> str | None:
        """Return the place of the last row, where another may follow: of a full page, or one that names the next."""
        rows = self._rows(page)
        if not rows or not (len(rows) >= PAGE or fields.text(page.json(), self.form.next)):
            return None
        return fields.required(rows[-1], "offset")

    def _rows(self, page: Payload) -> Sequence[Any]:
        return fields.listing(page.json(), self.form.rows)

    def _evident(self, page: Payload, query: str) -> Rows:
        pointer = f"/{self.form.rows.replace('.', '/')}"
        return [
            (row, self.evidence(page, f"{pointer}/{n}", query=query))
            for n, row in enumerate(self._rows(page))
        ]

    async def probe(self) -> AsyncIterator[Check]:
        """Yield whether it answers and lets the key read alerts, its clock, and the oldest alert that it has."""
        async with self._http() as http:
            try:
                ask: Params = {"sort": "createdAt", "order": "asc", self.form.size: 1}
                answered = await timed(partial(http.get, self.form.alerts, ask))
                rows = self._rows(answered.payload)
            except SourceError as err:
                yield failed(err)
                return
        yield answered.reachable(self.options.url)
        yield Check("authorised", True, "the key may read alerts")
        yield answered.clock(self.options)
        oldest = fields.text(rows[0], "createdAt") if rows else ""
        yield Check("retention", True, f"alerts since {oldest}" if oldest else "it has no alert")

    def _http(self) -> Http:
        return Http(self.context, self.options)
