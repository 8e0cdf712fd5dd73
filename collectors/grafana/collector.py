"""Grafana: what alert rules passed through, and annotations."""

from __future__ import annotations

from collections.abc import AsyncIterator
from functools import partial
from typing import Any

from collectors.base import Check, Collector, Mark, Payload, Record, SourceError
from collectors.grafana import history
from collectors.grafana.annotations import Annotations, annotation_pages, link_of
from collectors.grafana.history import NoHistoryError
from collectors.grafana.manual import MANUAL
from collectors.grafana.options import GrafanaOptions
from collectors.grafana.states import state_fact
from collectors.kit import fields
from collectors.kit.fields import Skipped, UnreadableError
from collectors.kit.http import Http
from collectors.kit.links import filled
from collectors.kit.paging import Piece
from collectors.kit.probing import failed, timed
from timeline.instant import HOUR
from timeline.model import Evidence, Window
from timeline.relative import in_window


class GrafanaCollector(Collector[GrafanaOptions]):
    """Reads one organisation of a Grafana."""

    name = "grafana"
    marks = (Mark(get="api/health", members=("database", "version")),)
    family = "alerts"
    summary = "Grafana: state changes of its alert rules, and annotations"
    tested_against = "fake"
    manual = MANUAL
    options_type = GrafanaOptions
    reads = ("organisation", "history", "annotations")

    async def collect(self, window: Window) -> AsyncIterator[Record]:
        """Yield state changes and annotations of the window; raise SourceError where neither is to be had."""
        failures: list[tuple[str, SourceError]] = []
        states, parts = False, 0
        async with self._http() as http:
            if self.options.history:
                parts += 1
                try:
                    async for record in self._history(http, window):
                        yield record
                except NoHistoryError:
                    states, parts = True, parts - 1  # it is in annotations
                except SourceError as err:
                    failures.append(("State changes", err))
            if self.options.annotations or states:
                parts += 1
                try:
                    async for record in self._annotations(http, window, states=states):
                        yield record
                except SourceError as err:
                    failures.append(("Annotations", err))
        if failures and len(failures) == parts:
            raise failures[0][1]
        for what, failure in failures:
            text = f"{what} were not all read: {failure}"
            yield self.gap(failure.reason, window, text, missing=what.lower())

    async def probe(self) -> AsyncIterator[Check]:
        """Yield reachability, the clock's offset, and whether history and annotations may be read."""
        now = self.context.now
        async with self._http() as http:
            try:
                answered = await timed(partial(http.get, "api/health"))
                noted = await http.get("api/annotations", {"limit": 1})
                fields.listing(noted.json())
            except SourceError as err:
                yield failed(err)
                return
            yield answered.reachable(self.options.url)
            yield Check("authorised", True, "annotations may be read")
            yield answered.clock(self.options)
            if self.options.history:
                yield await self._history_check(http, now)

    async def _history_check(self, http: Http, now: int) -> Check:
        try:
            async for _ in history.pages(http, now - HOUR, now, self.options.page):
                pass
        except NoHistoryError as err:
            return Check("history", True, f"{err}; it is read from annotations")
        except SourceError as err:
            return Check("history", False, str(err))
        return Check("history", True, "state changes of all rules can be read")

    def _http(self) -> Http:
        number = self.options.organisation
        return Http(self.context, self.options, headers={"X-Grafana-Org-Id": str(number)} if number else {})

    async def _history(self, http: Http, window: Window) -> AsyncIterator[Record]:
        skipped, seen, loose = Skipped("state change"), set[tuple[str, ...]](), 0
        every: dict[tuple[str, str], int] | None = None
        why = ""
        async for piece in history.pages(http, window.start, window.end, self.options.page):
            if every is None:
                every, why = await self._intervals(http)
            for gap in self._lost(piece, window, "state changes"):
                yield gap
            if piece.value is None:
                continue
            for found in history.changes(piece.value, every):
                if isinstance(found, UnreadableError):
                    skipped.add(
                        str(found), self.evidence(piece.value, "/data/values", query="GET rules/history")
                    )
                    continue
                if tuple(found.key) in seen:
                    continue
                seen.add(tuple(found.key))
                link = filled(f"{self.options.url}/alerting/grafana/{{uid}}/view", uid=found.change.rule)
                evidence = self.evidence(piece.value, found.place, query="GET rules/history", link=link)
                fact = state_fact(
                    found.change, found.key, evidence, origin=self.origin, source=self.context.source
                )
                if in_window(fact, window):
                    loose += not found.is_bounded
                    yield fact
        if loose:
            text = (
                f"how long before its evaluation a state began is not known of {loose} state changes: {why}"
            )
            yield self.gap("partial", window, text, missing="evaluation intervals")
        for gap in skipped.gaps(self.gap, window):
            yield gap

    async def _intervals(self, http: Http) -> tuple[dict[tuple[str, str], int], str]:
        """Return how often rules are evaluated, and why that is not known of all."""
        try:
            return await history.intervals(http), "Grafana does not tell of these rules"
        except SourceError as err:
            return {}, str(err)

    async def _annotations(self, http: Http, window: Window, *, states: bool) -> AsyncIterator[Record]:
        told = Annotations(self.options, self.origin, self.context.source, states=states)
        skipped, seen = Skipped("annotation"), set[str]()
        async for piece in annotation_pages(http, window.start, window.end, self.options.page):
            for gap in self._lost(piece, window, "annotations"):
                yield gap
            for place, item in enumerate(fields.listing(piece.value.json()) if piece.value else []):
                evidence = self._noted(piece.value, place, item)
                with skipped.over(evidence):
                    if (number := fields.required(item, "id")) in seen:
                        continue
                    seen.add(number)
                    if not self.options.annotations and not fields.text(item, "newState"):
                        continue
                    for fact in told.facts(item, evidence):
                        if in_window(fact, window):
                            yield fact
        for person in told.people:
            yield person
        for gap in skipped.gaps(self.gap, window):
            yield gap

    def _noted(self, payload: Payload | None, place: int, item: Any) -> Evidence:
        return self.evidence(
            payload, f"/{place}", query="GET annotations", link=link_of(self.options.url, item)
        )

    def _lost(self, piece: Piece[Payload], window: Window, what: str) -> list[Record]:
        if piece.lost is None:
            return []
        span = Window(start=max(piece.start, window.start), end=min(piece.end, window.end))
        return [self.gap("truncated", span, f"Not all {what} were read: {piece.lost}", missing=what)]
