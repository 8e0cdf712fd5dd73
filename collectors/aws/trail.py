"""cloudtrail: calls of AWS' APIs that changed something, by the history of events of CloudTrail."""

from __future__ import annotations

from collections.abc import AsyncIterator
from functools import partial
from typing import Any

from collectors.aws.client import CLOUDTRAIL, client, endpoint
from collectors.aws.manual import TRAIL_MANUAL
from collectors.aws.options import TrailOptions
from collectors.aws.trail_facts import Trail, without_values
from collectors.base import Check, Collector, Mark, Record, SourceError
from collectors.kit import fields
from collectors.kit.fields import Skipped
from collectors.kit.probing import failed, timed
from timeline.instant import DAY, MINUTE, NS, format_instant
from timeline.model import Window
from timeline.relative import in_window, part

_KEPT, _LATE = 90 * DAY, 15 * MINUTE
_CALL, _ROWS, _SIZE = "LookupEvents", "Events", ("MaxResults", 50)


class CloudtrailCollector(Collector[TrailOptions]):
    """Reads the management events of one region of an account."""

    name = "cloudtrail"
    family = "changes"
    summary = "CloudTrail: calls of AWS' APIs that changed something, as deploys, scaling, configuration and removals"
    tested_against = "schema"
    manual = TRAIL_MANUAL
    options_type = TrailOptions
    target = "region"
    reads = ("url", "lookup", "read_only", "profile")
    marks = (
        Mark(address=r"https://cloudtrail\.([a-z0-9-]+)\.amazonaws\.com(?:\.cn)?/?"),
        Mark(address=r"https://([a-z0-9-]+)\.console\.aws\.amazon\.com/cloudtrail.*"),
    )
    identities = ("Username", "arn", "principalId", "userName", "userId")

    async def collect(self, window: Window) -> AsyncIterator[Record]:
        """Yield what was called; raise SourceError where nothing could be read."""
        now = self.context.now
        if gone := part(window, None, now - _KEPT):
            text = f"CloudTrail keeps its events for 90 days: since {format_instant(gone.end)}"
            yield self.gap("past_retention", gone, text)
        if fresh := part(window, now - _LATE, None):
            text = f"CloudTrail tells of a call up to 15 minutes later: of those since {format_instant(fresh.start)} some may be missing"
            yield self.gap("not_yet", fresh, text)
        kept = part(window, now - _KEPT, None)
        if kept is None:
            return
        trail = Trail(self.context.source, self.options.origin, self.origin)
        skipped, pages = Skipped("event"), 0
        async with client(self.context, self.options, CLOUDTRAIL, without_values) as aws:
            asked = {**self._asked(), "StartTime": kept.start // NS, "EndTime": -(-kept.end // NS)}
            try:
                async for page in aws.pages(_CALL, asked, _ROWS, _SIZE):
                    pages += 1
                    for place, told in enumerate(fields.listing(page.json(), _ROWS)):
                        evidence = self.evidence(page, f"/{_ROWS}/{place}", query=aws.query(_CALL))
                        with skipped.over(evidence):
                            fact = trail.event(told, evidence)
                            if in_window(fact, window) and self._is_wanted(told):
                                yield fact
            except SourceError as err:
                if not pages:
                    raise
                yield self.gap(err.reason, window, f"Events were not all read: {err}", missing="events")
        for person in trail.people:
            yield person
        for gap in skipped.gaps(self.gap, window):
            yield gap

    async def probe(self) -> AsyncIterator[Check]:
        """Yield whether CloudTrail answers and lets events be read, its clock, and how long it keeps them."""
        async with client(self.context, self.options, CLOUDTRAIL, without_values) as aws:
            try:
                answered = await timed(partial(aws.call, _CALL, {**self._asked(), "MaxResults": 1}))
                fields.listing(answered.payload.json(), _ROWS)
            except SourceError as err:
                yield failed(err)
                return
        yield answered.reachable(self.options.url or endpoint(CLOUDTRAIL, self.options.region))
        yield Check("authorised", True, "events may be read")
        yield answered.clock(self.options)
        yield Check(
            "retention",
            True,
            f"since {format_instant(self.context.now - _KEPT)}, 90 days; a call comes up to 15 minutes later",
        )

    def _asked(self) -> dict[str, Any]:
        # One attribute at most; by another one, those that only read come too.
        own = self.options.lookup or ({} if self.options.read_only else {"ReadOnly": "false"})
        rows = [{"AttributeKey": key, "AttributeValue": value} for key, value in own.items()]
        return {"LookupAttributes": rows} if rows else {}

    def _is_wanted(self, told: Any) -> bool:
        return self.options.read_only or fields.text(told, "ReadOnly") != "true"
