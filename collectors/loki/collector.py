"""Loki: log lines summarised by Loki itself, or each as a fact."""

from __future__ import annotations

from collections.abc import AsyncIterator
from functools import partial

from collectors.base import Check, Collector, Mark, Payload, Record, SourceError, Suggestion
from collectors.kit import fields
from collectors.kit.logs.lines import ROLES
from collectors.kit.logs.reading import Reading
from collectors.kit.logs.summary import Summaries
from collectors.kit.probing import failed, timed
from collectors.kit.rows.facts import RowFacts
from collectors.loki.client import Loki
from collectors.loki.manual import MANUAL
from collectors.loki.options import SIGNATURE, LokiOptions
from collectors.loki.streams import Streams
from timeline.instant import DAY, HOUR
from timeline.model import Person, Window

_LOOKED = (1, 7, 30)  # days ago at which `doctor` looks for streams


class LokiCollector(Collector[LokiOptions]):
    """Reads one query of a Loki."""

    name = "loki"
    marks = (
        Mark(get="loki/api/v1/status/buildinfo", members=("version",)),
        Mark(get="loki/api/v1/labels", members=("status", "data")),
    )
    family = "logs"
    summary = "Loki: first seen and rate changes of log signatures, counted by Loki; lines by query"
    tested_against = "real"
    manual = MANUAL
    options_type = LokiOptions
    reads = ("query", "tenant", "mode")

    @classmethod
    def identifying(cls, options: LokiOptions) -> tuple[str, ...]:
        """Return the last parts of the fields that are mapped to people and records."""
        return RowFacts.identifying(options.map)

    async def collect(self, window: Window) -> AsyncIterator[Record]:
        """Yield the window's facts by the configured mode, and a gap for whatever is not complete."""
        options = self.options
        told = Summaries(
            system="loki", origin=self.origin, source=self.context.source, clock=self.origin, place=options.query,
            query=options.query, time="the line's timestamp", step=options.step,
        )  # fmt: skip
        async with Loki(self.context, options) as loki:
            streams = Streams(loki, options, told, is_old=await loki.is_old())
            reading = Reading(self, streams, told, options.labels)
            async for record in reading.records(window):
                yield record
            if reading.is_empty and not _names(await loki.labels(window.start, window.end)):
                text = "Loki has no stream at all in the window: it may be past its retention, or of another `tenant`"
                yield self.gap("past_retention", window, text)
            if loki.warnings:
                text = f"Loki warned: {'; '.join(sorted(loki.warnings))}"
                yield self.gap("partial", window, text, missing="what Loki left out")

    async def probe(self) -> AsyncIterator[Check]:
        """Yield reachability, rights, the clock's offset, and how far back there are streams."""
        now = self.context.now
        async with Loki(self.context, self.options) as loki:
            try:
                answered = await timed(partial(loki.labels, now - HOUR, now))
                held = {
                    days: _names(await loki.labels(now - days * DAY - HOUR, now - days * DAY))
                    for days in _LOOKED
                }
            except SourceError as err:
                yield failed(err)
                return
        yield answered.reachable(self.options.url)
        tenant = f" of tenant {self.options.tenant}" if self.options.tenant else ""
        yield Check("authorised", True, f"{len(_names(answered.payload))} labels{tenant}")
        yield answered.clock(self.options)
        shown = ", ".join(f"{days} days ago: {'yes' if names else 'no'}" for days, names in held.items())
        yield Check("retention", any(held.values()), f"streams {shown}")

    async def suggest(self) -> AsyncIterator[Suggestion | Person]:
        """Yield a query and a signature of the labels that streams of the last day have."""
        async with Loki(self.context, self.options) as loki:
            names = _names(await loki.labels(self.context.now - DAY, self.context.now))
        named = [name for name in ROLES["service"] if name in names] or names
        if named and "service_name" not in names:
            query = f'{{{named[0]}=~".+"}}'
            yield Suggestion("query", query, f"streams have the label `{named[0]}`, and no `service_name`")
        known = [name for name in SIGNATURE if name in names]
        if known:
            yield Suggestion("signature", known, "these labels streams have", is_sure=False)


def _names(payload: Payload) -> list[str]:
    """Return the labels of an answer, without Loki's own; it leaves the member out where there is none."""
    answer = payload.json()
    listed = fields.at(answer, "data")
    return (
        [str(name) for name in listed if not str(name).startswith("__")] if isinstance(listed, list) else []
    )
