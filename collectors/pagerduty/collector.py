"""pagerduty: the log entries of an account's incidents, over the REST API."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator
from dataclasses import replace
from functools import partial
from typing import Any

from pydantic import Field

from collectors.base import Answer, Check, Collector, Payload, PayloadTooLargeError, Record, SourceError
from collectors.kit import fields
from collectors.kit.fields import Skipped
from collectors.kit.http import Http, HttpOptions, Params
from collectors.kit.paging import by_offset, in_spans
from collectors.kit.people import People
from collectors.kit.probing import failed, timed
from collectors.kit.redaction.marks import mark
from collectors.kit.signing import Unsigned
from collectors.kit.tracker import IncidentRecord, Tracker
from collectors.kit.webhooks import Seen
from collectors.pagerduty.facts import log_entry
from collectors.pagerduty.incident import REFERENCES, record
from collectors.pagerduty.manual import MANUAL
from timeline.instant import NS, format_instant
from timeline.model import Evidence, Window

_HEADERS = {"accept": "application/vnd.pagerduty+json;version=2"}
_PAGE, _CAP = 100, 10_000  # offset and limit together may not exceed the cap
_KEY = re.compile(rb'("(?:service_key|integration_key|routing_key)"\s*:\s*)"[^"]*"')
Entries = dict[str, tuple[Any, Evidence]]


class PagerdutyOptions(HttpOptions):
    """Options of `pagerduty`; accounts in Europe have `https://api.eu.pagerduty.com`."""

    url: str = Field(
        "https://api.pagerduty.com", description="accounts in Europe: `https://api.eu.pagerduty.com`"
    )
    token: str = Field("env:PAGERDUTY_TOKEN", description="reference to an API key; for OAuth: auth.bearer")
    teams: tuple[str, ...] = Field(
        (), description="ids of teams; default: all that the key may see", examples=[["PT4KHLK"]]
    )

    def references(self) -> tuple[str, ...]:
        """Return the references of all secrets that the source needs."""
        own = () if self.auth.references() else (self.token,)
        return (*super().references(), *own)


class PagerdutyCollector(Collector[PagerdutyOptions], Tracker):
    """Reads every log entry of the window, whenever its incident began."""

    name = "pagerduty"
    family = "alerts"
    summary = "log entries of PagerDuty's incidents: declared, notified, acknowledged, assigned, resolved"
    tested_against = "schema"
    manual = MANUAL
    options_type = PagerdutyOptions
    reads = ("auth", "token")
    references = REFERENCES
    called = "`PD-1234`, `#1234`, `Q1ABCDEF2GHIJK` or its address"

    async def collect(self, window: Window) -> AsyncIterator[Record]:
        """Yield what happened to incidents, and who did it; raise SourceError when nothing could be read."""
        entries, people, skipped = Entries(), People(), Skipped("log entry", plural="log entries")
        async with self._http() as http:
            read = partial(self._read, http, entries)
            start, end = window.start // NS * NS, -(-window.end // NS) * NS
            try:
                async for piece in in_spans(read, start, end, least=NS):
                    if piece.lost:
                        second = Window(start=max(piece.start, window.start), end=min(piece.end, window.end))
                        yield self.gap("truncated", second, f"Log entries were not all read: {piece.lost}")
            except SourceError as err:
                if not entries:
                    raise
                text = f"Log entries were not all read ({len(entries)} were): {err}"
                yield self.gap(err.reason, window, text)
        seen = Seen(people)
        # By their ids, for of those that are alike the first one counts, in whatever order they came.
        for _, (entry, evidence) in sorted(entries.items()):
            with skipped.over(evidence):
                for fact in log_entry(
                    entry, evidence, people, self.context.source, self.options.origin, seen.holds
                ):
                    yield fact
        for person in people:
            yield person
        for gap in skipped.gaps(self.gap, window):
            yield gap

    async def probe(self) -> AsyncIterator[Check]:
        """Yield whether PagerDuty answers and takes the key, its clock, and what of the limit is left."""
        async with self._http() as http:
            try:
                answered = await timed(partial(_ask, http, {"limit": 1}))
                rows(answered.payload)
            except SourceError as err:
                yield failed(err)
                return
        yield answered.reachable(self.options.url)
        yield answered.clock(self.options)
        if left := answered.payload.headers.get("ratelimit-remaining"):
            yield Check("rate limit", left != "0", f"{left} requests left")

    async def incident(self, reference: str) -> IncidentRecord | None:
        """Return an incident by its id or number; None where there is none. Raises SourceError."""
        asked = f"GET incidents/{reference}"
        async with self._http() as http:
            answer = await http.get(
                f"incidents/{reference}",
                {"include[]": "conference_bridge"},
                allow=(404,),
                transcribe=_without_keys,
            )
        return None if answer.status == 404 else record(answer, self.evidence(answer, query=asked))

    def _http(self) -> Http:
        def sign(_: Unsigned) -> dict[str, str]:
            return {"authorization": f"Token token={self.context.secret(self.options.token)}"}

        own = None if self.options.auth.references() else sign
        return Http(self.context, self.options, headers=_HEADERS, sign=own)

    async def _read(self, http: Http, entries: Entries, low: int, high: int) -> None:
        """Read the entries of whole seconds `[low, high)` (ns); raise PayloadTooLargeError past the cap."""
        # Without Z they would be in the account's zone, and so are the times that come unless it is told.
        span = {"since": format_instant(low), "until": format_instant(high), "time_zone": "UTC"}
        asked: Params = {
            **span,
            "is_overview": "false",
            "include[]": "channels",
            "team_ids[]": self.options.teams,
        }

        async def ask(offset: int, size: int) -> Payload:
            counted = {} if offset else {"total": "true"}
            return await _ask(http, {**asked, **counted, "offset": offset, "limit": size})

        async for page in by_offset(ask, rows, size=_PAGE, more=_has_more, cap=_CAP):
            total = fields.at(page.json(), "total")
            # Of one second, which cannot be halved, what is listed is read.
            if isinstance(total, int) and total > _CAP and high - low > NS:
                raise PayloadTooLargeError(f"there are {total} log entries, and PagerDuty lists {_CAP}")
            for place, entry in enumerate(rows(page)):
                evidence = self.evidence(page, f"/log_entries/{place}", query="GET log_entries")
                entries.setdefault(fields.text(entry, "id") or f"{page.sha256} {place}", (entry, evidence))


def rows(page: Payload) -> list[Any]:
    """Return a page's log entries; raise SourceError where there are none to be had."""
    return fields.listing(page.json(), "log_entries")


def _has_more(page: Payload) -> bool:
    more = fields.at(page.json(), "more")
    if not isinstance(more, bool):  # else the first page would be taken for all
        raise SourceError("undecodable", "a page of log entries does not say whether there are more")
    return more


def _without_keys(answer: Answer) -> Answer:
    """Leave out the keys of integrations: whoever has one can send events."""
    body, count = _KEY.subn(rb'\1"%s"' % mark("secret_key"), answer.body)
    return replace(answer, body=body, redacted={"secret_key": count} if count else {})


async def _ask(http: Http, params: Params) -> Payload:
    return await http.get("log_entries", params, transcribe=_without_keys)
