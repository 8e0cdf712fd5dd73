"""cloudwatch_alarms: what CloudWatch's alarms passed through, by their history."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterable, Iterator
from functools import partial
from typing import Any

from collectors.aws.alarm_facts import History, Item
from collectors.aws.client import CLOUDWATCH, Client, client, endpoint
from collectors.aws.manual import ALARMS_MANUAL
from collectors.aws.options import AlarmOptions
from collectors.base import Check, Collector, Mark, Record, SourceError
from collectors.kit import fields
from collectors.kit.fields import Skipped
from collectors.kit.probing import failed, timed
from timeline.instant import DAY, NS, format_instant
from timeline.model import Fact, Window
from timeline.relative import in_window, part
from timeline.zones import parse_duration

_KEPT = 30 * DAY
_CALL, _ROWS, _SIZE = "DescribeAlarmHistory", "AlarmHistoryItems", ("MaxRecords", 100)


class CloudwatchAlarmsCollector(Collector[AlarmOptions]):
    """Reads the alarms of one region of an account, composite ones too."""

    name = "cloudwatch_alarms"
    family = "alerts"
    summary = "CloudWatch: state changes, notifications and configuration of alarms, composite ones too"
    tested_against = "schema"
    manual = ALARMS_MANUAL
    options_type = AlarmOptions
    target = "region"
    reads = ("url", "types", "profile")
    marks = (
        Mark(address=r"https://monitoring\.([a-z0-9-]+)\.amazonaws\.com(?:\.cn)?/?"),
        Mark(address=r"https://([a-z0-9-]+)\.console\.aws\.amazon\.com/cloudwatch/.*"),
    )

    async def collect(self, window: Window) -> AsyncIterator[Record]:
        """Yield what alarms passed through; raise SourceError where nothing could be read."""
        if gone := part(window, None, self.context.now - _KEPT):
            text = f"CloudWatch keeps the history of alarms for 30 days: since {format_instant(gone.end)}"
            yield self.gap("past_retention", gone, text)
        history = History(self.options.region, self.origin, self.context.source)
        skipped, items, pages = Skipped("item of the history", plural="items of the history"), list[Item](), 0
        low = window.start - parse_duration(self.options.lookback)
        async with client(self.context, self.options, CLOUDWATCH) as aws:
            asked = {**self._asked(), "StartDate": low // NS, "EndDate": -(-window.end // NS)}
            try:
                async for page in aws.pages(_CALL, asked, _ROWS, _SIZE):
                    pages += 1
                    for place, told in enumerate(fields.listing(page.json(), _ROWS)):
                        evidence = self.evidence(page, f"/{_ROWS}/{place}", query=aws.query(_CALL))
                        with skipped.over(evidence):
                            items.append(history.item(told, evidence))
            except SourceError as err:
                if not pages:
                    raise
                yield self.gap(
                    err.reason, window, f"The history of alarms was not all read: {err}", missing="alarms"
                )
        for fact in _meeting(items, window):
            yield fact
        for gap in skipped.gaps(self.gap, window):
            yield gap

    async def probe(self) -> AsyncIterator[Check]:
        """Yield whether CloudWatch answers and lets the history be read, its clock, and how long it keeps it."""
        async with client(self.context, self.options, CLOUDWATCH) as aws:
            try:
                answered = await timed(partial(self._ask_one, aws))
                fields.listing(answered.payload.json(), _ROWS)
            except SourceError as err:
                yield failed(err)
                return
        yield answered.reachable(self.options.url or endpoint(CLOUDWATCH, self.options.region))
        yield Check(
            "authorised", True, f"history may be read of {', '.join(self.options.types) or 'metric alarms'}"
        )
        yield answered.clock(self.options)
        yield Check("retention", True, f"since {format_instant(self.context.now - _KEPT)}, 30 days")

    async def _ask_one(self, aws: Client) -> Any:
        return await aws.call(_CALL, {**self._asked(), "MaxRecords": 1})

    def _asked(self) -> dict[str, Any]:
        types = {"AlarmTypes": list(self.options.types)} if self.options.types else {}
        return {**types, "ScanBy": "TimestampAscending"}


def _meeting(items: Iterable[Item], window: Window) -> Iterator[Fact]:
    """Yield facts of the window, and those by which an alarm was not well when it began."""
    before: dict[Any, Item] = {}
    for item in items:
        if in_window(item.fact, window):
            yield item.fact
        elif item.after and item.at.latest < window.start:
            last = before.get(item.alarm)
            if last is None or last.at.latest <= item.at.latest:
                before[item.alarm] = item
    for item in before.values():
        if item.after != "OK":
            yield item.fact
