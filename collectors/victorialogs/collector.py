"""VictoriaLogs: log lines summarised by VictoriaLogs itself, or each as a fact."""

from __future__ import annotations

from collections.abc import AsyncIterator
from functools import partial

from collectors.base import Check, Collector, Mark, Payload, Record, SourceError, Suggestion
from collectors.kit import fields
from collectors.kit.logs.reading import Reading
from collectors.kit.logs.summary import Summaries
from collectors.kit.probing import failed, timed
from collectors.kit.rows.facts import RowFacts
from collectors.victorialogs.client import VictoriaLogs
from collectors.victorialogs.lines import Lines
from collectors.victorialogs.manual import MANUAL
from collectors.victorialogs.options import SIGNATURE, VictorialogsOptions
from timeline.instant import DAY
from timeline.model import Person, Window


class VictorialogsCollector(Collector[VictorialogsOptions]):
    """Reads one query of a VictoriaLogs."""

    name = "victorialogs"
    marks = (Mark(get="select/logsql/field_names?query=*", members=("values",)),)
    family = "logs"
    summary = "VictoriaLogs: first seen and rate changes of log signatures; lines by query"
    tested_against = "real"
    manual = MANUAL
    options_type = VictorialogsOptions
    reads = ("query", "tenant", "mode")

    @classmethod
    def identifying(cls, options: VictorialogsOptions) -> tuple[str, ...]:
        """Return the last parts of the fields that are mapped to people and records."""
        return RowFacts.identifying(options.map)

    async def collect(self, window: Window) -> AsyncIterator[Record]:
        """Yield the window's facts by the configured mode, and a gap for whatever is not complete."""
        options = self.options
        told = Summaries(
            system="victorialogs", origin=self.origin, source=self.context.source, clock=self.origin,
            place=options.query, query=options.query, time="_time", step=options.step,
        )  # fmt: skip
        async with VictoriaLogs(self.context, options) as store:
            reading = Reading(self, Lines(store, options, told), told, options.fields)
            async for record in reading.records(window):
                yield record
            if reading.is_empty and not _names(await store.names("*", window.start, window.end)):
                kept = await store.retention()
                known = f" (it keeps {kept})" if kept else ""
                text = f"VictoriaLogs has no line at all of the window{known}: what comes older than that it drops"
                yield self.gap("past_retention", window, text)

    async def probe(self) -> AsyncIterator[Check]:
        """Yield reachability, rights, the clock's offset, how long lines are kept, and what was dropped."""
        now = self.context.now
        async with VictoriaLogs(self.context, self.options) as store:
            try:
                answered = await timed(partial(store.names, "*", now - DAY, now))
                kept, dropped = await store.retention(), await store.dropped()
            except SourceError as err:
                yield failed(err)
                return
        yield answered.reachable(self.options.url)
        yield Check("authorised", True, f"{len(_names(answered.payload))} fields in the last day")
        yield answered.clock(self.options)
        yield Check("retention", True, f"lines are kept for {kept}" if kept else "it does not show its flags")
        if dropped:
            text = f"{dropped} lines were dropped since its start: they came older than the retention"
            yield Check("dropped", False, text)

    async def suggest(self) -> AsyncIterator[Suggestion | Person]:
        """Yield a signature of the fields that lines of the last day have."""
        async with VictoriaLogs(self.context, self.options) as store:
            names = _names(await store.names("*", self.context.now - DAY, self.context.now))
        if known := [name for name in SIGNATURE if name in names]:
            yield Suggestion("signature", known, "these fields lines have", is_sure=False)


def _names(payload: Payload) -> list[str]:
    """Return the fields of an answer, without its own."""
    found = (fields.required(one, "value") for one in fields.listing(payload.json(), "values"))
    return [name for name in found if not name.startswith("_")]
