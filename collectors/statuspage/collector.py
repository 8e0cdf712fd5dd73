"""statuspage: what a page of Statuspage posted, one's own or that of somebody one depends on."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from contextlib import suppress
from functools import partial
from typing import Any, NamedTuple

from pydantic import Field

from collectors.base import Check, Collector, Mark, Payload, Record, SourceError
from collectors.kit import fields
from collectors.kit.fields import UNREADABLE, Skipped
from collectors.kit.http import Http, HttpOptions
from collectors.kit.links import web
from collectors.kit.probing import failed, timed
from collectors.statuspage import facts
from collectors.statuspage.manual import MANUAL
from timeline.instant import format_instant
from timeline.model import Fact, Window
from timeline.relative import in_window, part

_MOST = 50  # that a page lists, without a word of others


class _List(NamedTuple):
    """A list that a page has: its path, the member that holds it, what is in it."""

    path: str
    rows: str
    called: str


_INCIDENTS = _List("api/v2/incidents.json", "incidents", "incidents")
_MAINTENANCES = _List("api/v2/scheduled-maintenances.json", "scheduled_maintenances", "maintenances")


class StatuspageOptions(HttpOptions):
    """Options of a page."""

    url: str = Field(description="the page, as people open it", examples=["https://status.example"])
    maintenances: bool = Field(True, description="scheduled maintenances, too")


class StatuspageCollector(Collector[StatuspageOptions]):
    """Reads the updates of the last incidents, and of scheduled maintenances."""

    name = "statuspage"
    family = "alerts"
    summary = "what a page of Statuspage posted on incidents, components and maintenances, one's own page or another's"
    tested_against = "fake"
    manual = MANUAL
    options_type = StatuspageOptions
    marks = (Mark(get="api/v2/status.json", members=("page.id", "status.indicator")),)

    async def collect(self, window: Window) -> AsyncIterator[Record]:
        """Yield posts in the window; raise SourceError where incidents cannot be read."""
        skipped, seen = Skipped("update"), set[str]()
        async with Http(self.context, self.options) as http:
            for record in await self._read(http, _INCIDENTS, window, skipped, seen):
                yield record
            if self.options.maintenances:
                try:
                    for record in await self._read(http, _MAINTENANCES, window, skipped, seen):
                        yield record
                except SourceError as err:
                    text = f"Scheduled maintenances were not read: {err}"
                    yield self.gap(err.reason, window, text, missing="maintenances")
        for gap in skipped.gaps(self.gap, window):
            yield gap

    async def probe(self) -> AsyncIterator[Check]:
        """Yield whether the page answers and which it is, its clock, and the oldest incident that it lists."""
        async with Http(self.context, self.options) as http:
            try:
                answered = await timed(partial(http.get, _INCIDENTS.path))
                told = answered.payload.json()
                own, rows = fields.required(told, "page.id"), fields.listing(told, _INCIDENTS.rows)
            except SourceError as err:
                yield failed(err)
                return
        yield answered.reachable(self.options.url)
        yield Check("authorised", True, f"the page is {fields.text(told, 'page.name') or own}")
        yield answered.clock(self.options)
        since = _oldest(rows)
        detail = f"{len(rows)} incidents" + (f", since {format_instant(since)}" if since is not None else "")
        yield Check("retention", True, detail)

    async def _read(
        self, http: Http, listed: _List, window: Window, skipped: Skipped, seen: set[str]
    ) -> list[Record]:
        payload = await http.get(listed.path)
        told = payload.json()
        page, rows = fields.required(told, "page.id"), fields.listing(told, listed.rows)
        called = fields.text(told, "page.name") or page
        found: list[Record] = []
        for place, incident in enumerate(rows):
            found += self._posts(payload, (page, called), listed, place, incident, skipped, seen)
        records = [fact for fact in found if isinstance(fact, Fact) and in_window(fact, window)]
        oldest = _oldest(rows) if len(rows) >= _MOST else None
        if oldest is not None and (gone := part(window, None, oldest)):
            text = f"{called} lists its last {len(rows)} {listed.called} alone: others from before {format_instant(oldest)} cannot be read"
            return [*records, self.gap("truncated", gone, text, missing=listed.called)]
        return [*records]

    def _posts(
        self, payload: Payload, page: tuple[str, str], listed: _List, place: int, incident: Any, skipped: Skipped,
        seen: set[str],
    ) -> list[Fact]:  # fmt: skip
        """Return what an incident's updates tell, each once; those that cannot be read are counted."""
        pointer, link = f"/{listed.rows}/{place}", web(fields.text(incident, "shortlink"))
        found: list[Fact] = []
        try:
            life = facts.life_of(self.options.origin or page[0], page[1], self.context.source, incident)
            updates = fields.listing(incident, "incident_updates")
        except UNREADABLE as err:
            skipped.add(str(err), self.evidence(payload, pointer, query=f"GET {listed.path}"))
            return found
        is_later = fields.at(incident, "backfilled") is True
        for n, update in enumerate(updates):
            evidence = self.evidence(
                payload, f"{pointer}/incident_updates/{n}", query=f"GET {listed.path}", link=link
            )
            with skipped.over(evidence):
                if (own := fields.required(update, "id")) in seen:
                    continue
                found.append(facts.post(life, update, evidence))
                seen.add(own)
                found += facts.components(life, update, evidence)
                found += facts.shown(life, update, evidence, is_later=is_later)
        return found


def _oldest(incidents: Sequence[Any]) -> int | None:
    """Return when the oldest of them was made (ns), of those that tell; None where none does."""
    made = []
    for one in incidents:
        with suppress(*UNREADABLE):
            made.append(fields.time(one, "created_at").latest)
    return min(made, default=None)
