"""acme: calls of Acme's on-call phone, over its API."""

from collections.abc import AsyncIterator, Iterator
from functools import partial
from typing import Any

from collectors.base import Check, Collector, Payload, Record, SourceError
from collectors.kit import fields
from collectors.kit.fields import Skipped
from collectors.kit.http import Http, HttpOptions
from collectors.kit.lives import ALERT, alert_life
from collectors.kit.paging import by_cursor
from collectors.kit.people import People
from collectors.kit.probing import failed, timed
from timeline.instant import format_instant
from timeline.model import Evidence, Fact, Window


class AcmeCollector(Collector[HttpOptions]):
    """Reads the calls of the window, and who answered them."""

    name, family, summary = "acme", "alerts", "calls of Acme's on-call phone"
    options_type = HttpOptions

    async def collect(self, window: Window) -> AsyncIterator[Record]:
        """Yield when somebody was called and answered; raise SourceError where the calls end too early."""
        people, skipped = People(), Skipped("call")
        async with Http(self.context, self.options) as http:

            async def ask(cursor: str | None, size: int) -> Payload:
                span = {"from": format_instant(window.start), "to": format_instant(window.end)}
                return await http.get("calls", {**span, "limit": size, "cursor": cursor or ""})

            async for page in by_cursor(ask, _following, size=100):
                for place, call in enumerate(fields.listing(page.json(), "calls")):
                    evidence = self.evidence(page, f"/calls/{place}", query="GET calls")
                    with skipped.over(evidence):
                        for fact in facts_of(call, evidence, people, self.context.source):
                            yield fact
        for record in (*people, *skipped.gaps(self.gap, window)):
            yield record

    async def probe(self) -> AsyncIterator[Check]:
        """Yield whether the phone answers, and its clock."""
        try:
            async with Http(self.context, self.options) as http:
                answered = await timed(partial(http.get, "calls", {"limit": 1}))
        except SourceError as err:
            yield failed(err)
        else:
            yield answered.reachable(self.options.url)
            yield answered.clock(self.options)


def facts_of(call: Any, evidence: Evidence, people: People, source: str) -> Iterator[Fact]:
    """Yield that somebody was called and, where somebody did, answered; raise UnreadableError."""
    key: list[Any] = ["call", fields.required(call, "id")]
    labels = {"alertname": fields.required(call, "alert"), "service": fields.required(call, "line")}
    life = alert_life(fields.required(call, "account"), source, labels, receiver=labels["service"])
    yield life.fact("alert.notified", key, fields.time(call, "at"), "at", evidence=[evidence])
    if answered := fields.member(call, "answered"):  # null where nobody did
        person = people.add(f"acme:{fields.required(answered, 'by')}", fields.text(answered, "name"))
        at = fields.time(call, "answered.at")
        yield life.fact(ALERT["acknowledged"], key, at, "answered.at", evidence=[evidence], actor=person)


def _following(page: Payload) -> str | None:
    return fields.nullable(page.json(), "next")
