"""opsgenie, jsm: alerts with their logs, and Opsgenie's incidents with their timelines, over the REST APIs."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from functools import partial
from typing import Any

from collectors.base import Mark, Payload, Record, SourceError
from collectors.kit import fields
from collectors.kit.fields import UNREADABLE, Skipped
from collectors.kit.http import Http, Params
from collectors.kit.paging import by_cursor, in_spans
from collectors.kit.signing import Unsigned
from collectors.kit.tracker import IncidentRecord, Tracker
from collectors.kit.webhooks import Seen
from collectors.opsgenie import facts
from collectors.opsgenie.alerts import MS, PAGE, AlertsCollector, Reader
from collectors.opsgenie.incident import REFERENCES, record
from collectors.opsgenie.manual import JSM_MANUAL, MANUAL
from collectors.opsgenie.options import JSM, OPSGENIE, JsmOptions, OpsgenieOptions
from timeline.model import Evidence, Window
from timeline.relative import in_window
from timeline.zones import parse_duration


class OpsgenieCollector(AlertsCollector[OpsgenieOptions], Tracker):
    """Reads Opsgenie, which answers until it is switched off, with its incidents."""

    name = "opsgenie"
    summary = "alerts of Opsgenie with their logs, and incidents with their timelines"
    manual = MANUAL
    options_type = OpsgenieOptions
    form = OPSGENIE
    marks = (Mark(address=r"(https://api(?:\.eu)?\.opsgenie\.com)/?"),)
    references = REFERENCES
    called = "`OG-12`, an id or its address"

    def _readers(self) -> Sequence[Reader]:
        return (self._alerts, self._incidents) if self.options.incidents else (self._alerts,)

    async def _incidents(
        self, http: Http, window: Window, seen: Seen, skipped: Skipped
    ) -> AsyncIterator[Record]:
        start = window.start - parse_duration(self.options.lookback)
        read = partial(self.between, http, "v1/incidents", "")
        try:
            async for piece in in_spans(read, start // MS * MS, -(-window.end // MS) * MS, least=MS):
                if piece.lost:
                    yield self.gap("truncated", window, f"Incidents were not all read: {piece.lost}")
                for told, evidence in piece.value or ():
                    async for found in self._incident(http, told, evidence, seen, skipped, window):
                        yield found
        except SourceError as err:
            yield self.gap(err.reason, window, f"Incidents were not all read: {err}", missing="incidents")

    async def _incident(
        self, http: Http, told: Any, evidence: Evidence, seen: Seen, skipped: Skipped, window: Window
    ) -> AsyncIterator[Record]:  # fmt: skip
        """Yield an incident with its timeline, where that may be read."""
        try:
            if facts.moment(told, "updatedAt").latest < window.start:
                return
            life = facts.incident(told, self.context.source, self.options.origin)
            found = [facts.declared(life, told, evidence)]
        except UNREADABLE as err:
            skipped.add(str(err), evidence)
            return
        own = fields.required(told, "id")
        path = f"v2/incident-timelines/{own}/entries"

        async def ask(cursor: str | None, size: int) -> Payload:
            asked: Params = {"order": "asc", "limit": size}
            return await http.get(path, {**asked, "offset": cursor} if cursor else asked)

        try:
            async for page in by_cursor(ask, _after, size=PAGE):
                for n, row in enumerate(fields.listing(page.json(), "data.entries")):
                    where = self.evidence(page, f"/data/entries/{n}", query=f"GET {path}")
                    with skipped.over(where):
                        found.append(facts.entry(life, row, where, seen.people))
        except SourceError as err:
            yield self.gap(
                err.reason,
                window,
                f"The timeline of incident {own} was not all read: {err}",
                missing="timeline",
            )
        if not any(fact.kind == "incident.resolved" for fact in found):
            with skipped.over(evidence):
                found += facts.resolved(life, told, evidence)
        for fact in found:
            if in_window(fact, window):
                yield fact

    async def incident(self, reference: str) -> IncidentRecord | None:
        """Return an incident by its id or its number (`OG-12`); None where there is none. Raises SourceError."""
        own = reference.removeprefix("OG-")
        path, kind = f"v1/incidents/{own}", "id" if own == reference else "tiny"
        async with self._http() as http:
            answer = await http.get(path, {"identifierType": kind}, allow=(404, 422))
        missing = answer.status in {404, 422}
        return None if missing else record(answer, self.evidence(answer, query=f"GET {path}"))

    def _http(self) -> Http:
        def sign(_: Unsigned) -> dict[str, str]:
            return {"authorization": f"GenieKey {self.context.secret(self.options.token)}"}

        return Http(self.context, self.options, sign=None if self.options.auth.references() else sign)


class JsmCollector(AlertsCollector[JsmOptions]):
    """Reads the alerts of Jira Service Management's operations, which Opsgenie's became."""

    name = "jsm"
    summary = "alerts of Jira Service Management operations with their logs"
    manual = JSM_MANUAL
    options_type = JsmOptions
    form = JSM
    marks = (Mark(address=r"(https://api\.atlassian\.com/jsm/ops/api/[\w-]+)(?:/v1)?/?"),)


def _after(page: Payload) -> str | None:
    """Return where a timeline goes on; raise SourceError where a full page does not say."""
    told = page.json()
    if len(fields.listing(told, "data.entries")) < PAGE:
        return None
    if not (place := fields.text(told, "data.nextOffset")):
        raise SourceError("truncated", f"there are {PAGE} entries, and nothing says where others are")
    return place
