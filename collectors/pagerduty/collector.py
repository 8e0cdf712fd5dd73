"""pagerduty: log entries of an account's incidents, change events, and what an incident has beside, over the REST API."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from functools import partial

from collectors.base import Check, Collector, Mark, Record, SourceError
from collectors.kit import fields
from collectors.kit.fields import Skipped
from collectors.kit.http import Http, Params
from collectors.kit.people import People
from collectors.kit.probing import failed, limit, timed
from collectors.kit.signing import Unsigned
from collectors.kit.tracker import IncidentRecord, Tracker
from collectors.kit.webhooks import Seen
from collectors.pagerduty import beside
from collectors.pagerduty.api import HEADERS, Listing, get
from collectors.pagerduty.facts import NUMBER, log_entry
from collectors.pagerduty.incident import REFERENCES, linked, record
from collectors.pagerduty.manual import MANUAL
from collectors.pagerduty.options import PagerdutyOptions
from timeline.model import Fact, Window
from timeline.relative import in_window

_AT_ALL = {
    "log entries": ("log_entries", "incidents.read"),
    "change events": ("change_events", "change_events.read"),
}


class PagerdutyCollector(Collector[PagerdutyOptions], Tracker):
    """Reads every log entry of the window, whenever its incident began, and more of the incidents that are linked."""

    name = "pagerduty"
    family = "alerts"
    summary = "log entries of PagerDuty's incidents: declared, notified, acknowledged, assigned, resolved; alerts, notes, change events"
    tested_against = "schema"
    manual = MANUAL
    options_type = PagerdutyOptions
    reads = ("auth", "token", "scope")
    marks = (Mark(address=r"(https://[\w.-]+\.pagerduty\.com)(?:/.*)?"),)
    parser_version = 2  # change events, alerts and notes are read, too
    references = REFERENCES
    called = "`PD-1234`, `#1234`, `Q1ABCDEF2GHIJK` or its address"

    async def collect(self, window: Window) -> AsyncIterator[Record]:
        """Yield what happened to incidents, and who did it; raise SourceError when nothing could be read."""
        people, skipped = People(), Skipped("log entry", plural="log entries")
        wanted = linked(self.context.incident.links)
        if self.options.scope == "incident" and not wanted:
            text = "the incident has no link to one of PagerDuty: build it by its name there, or add its address to `links`"
            raise SourceError("partial", text)
        async with self._http() as http:
            entries = Listing(self, http, "log_entries", "Log entries")
            # Entries come in the account's zone unless told, and without their channel's details.
            asked: Params = {"time_zone": "UTC", "is_overview": "false", "include[]": "channels"}
            teams: Params = {"team_ids[]": self.options.teams}
            places = (
                {"log_entries": {**asked, **teams}}
                if self.options.scope == "account"
                else {f"incidents/{one}/log_entries": asked for one in wanted}
            )
            for path, params in places.items():
                async for gap in entries.between(path, window, params):
                    yield gap
            seen = Seen(people)
            for entry, evidence in entries:
                with skipped.over(evidence):
                    for fact in log_entry(
                        entry, evidence, people, self.context.source, self.options.origin, seen.holds
                    ):
                        yield fact
            async for more in self._changes(http, window, teams):
                yield more
            for identity in wanted:
                async for more in self._incident(http, identity, entries, seen, window):
                    yield more
        for person in people:
            yield person
        for gap in skipped.gaps(self.gap, window):
            yield gap

    async def _changes(self, http: Http, window: Window, teams: Params) -> AsyncIterator[Record]:
        if not self.options.change_events:
            return
        events, unread = Listing(self, http, "change_events", "Change events"), Skipped("change event")
        try:
            async for gap in events.between("change_events", window, teams):
                yield gap
        except SourceError as err:
            yield self.gap(err.reason, window, f"Change events were not read: {err}", missing="change events")
        for event, evidence in events:
            with unread.over(evidence):
                for fact in beside.change(
                    event, evidence, self.context.source, self.options.origin, self.options.deploys
                ):
                    yield fact
        for gap in unread.gaps(self.gap, window):
            yield gap

    async def _incident(
        self, http: Http, identity: str, entries: Listing, seen: Seen, window: Window
    ) -> AsyncIterator[Record]:  # fmt: skip
        """Yield the alerts of an incident, which the log does not have one by one, and notes that it does not tell."""
        source, origin = self.context.source, self.options.origin
        alerts, notes = (Listing(self, http, key, key.capitalize()) for key in ("alerts", "notes"))
        for rows in (alerts, notes):
            path = f"incidents/{identity}/{rows.called.lower()}"
            try:
                await rows.all(path, {}, paged=rows is alerts)
            except SourceError as err:
                text = f"{rows.called} of incident {identity} were not all read: {err}"
                yield self.gap(err.reason, window, text, missing=rows.called.lower())
        about = next((e for e, _ in entries if fields.text(e, "incident.id") == identity), None)
        number = NUMBER.match(fields.text(about, "incident.summary"))
        called = (number[1] if number else "", identity, fields.text(about, "incident.html_url"))
        ended = beside.endings(entries)
        unread = Skipped("record")

        def told() -> Iterator[Fact]:
            for one, evidence in alerts:
                with unread.over(evidence):
                    yield from beside.alert(one, evidence, source, origin, ended, self.context.now)
            for one, evidence in beside.unlogged(notes, entries, identity):
                with unread.over(evidence):
                    yield from beside.note(one, evidence, seen.people, called, source, origin, seen.holds)

        for fact in told():
            if in_window(fact, window):
                yield fact
        for gap in unread.gaps(self.gap, window):
            yield gap

    async def probe(self) -> AsyncIterator[Check]:
        """Yield whether PagerDuty answers, what it lets the key read, its clock, and what of the limit is left."""
        async with self._http() as http:
            answered = None
            for what, (path, right) in _AT_ALL.items():
                if path == "change_events" and not self.options.change_events:
                    continue
                try:
                    last = await timed(partial(get, http, path, {"limit": 1}))
                    fields.listing(last.payload.json(), path)
                except SourceError as err:
                    yield failed(err) if answered is None else Check(what, False, f"{err} ({right})")
                    if answered is None:
                        return
                    continue
                if answered is None:
                    yield last.reachable(self.options.url)
                yield Check(what, True, f"the key may read them ({right})")
                answered = answered or last
        assert answered is not None
        yield answered.clock(self.options)
        for check in limit(answered.payload):
            yield check

    async def incident(self, reference: str) -> IncidentRecord | None:
        """Return an incident by its id or number; None where there is none. Raises SourceError."""
        path = f"incidents/{reference}"
        async with self._http() as http:
            answer = await get(http, path, {"include[]": "conference_bridge"}, allow=(404,))
        return None if answer.status == 404 else record(answer, self.evidence(answer, query=f"GET {path}"))

    def _http(self) -> Http:
        def sign(_: Unsigned) -> dict[str, str]:
            return {"authorization": f"Token token={self.context.secret(self.options.token)}"}

        own = None if self.options.auth.references() else sign
        return Http(self.context, self.options, headers=HEADERS, sign=own)
