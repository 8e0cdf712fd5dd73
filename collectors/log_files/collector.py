"""Files of logs: the journal, syslog, `kubectl logs`, a pattern, OTLP; in sum, or each line as a fact."""

from __future__ import annotations

from collections import Counter
from collections.abc import AsyncIterator, Iterator, Mapping
from itertools import islice
from typing import Any, ClassVar

import anyio.to_thread

from collectors.base import Check, Collector, Mark, Payload, Record, SourceError, Suggestion, TestedAgainst
from collectors.kit.fields import Skipped
from collectors.kit.logs.reading import Reading
from collectors.kit.logs.summary import Summaries
from collectors.kit.rows.facts import RowFacts
from collectors.kit.traces import SpanError, first_error
from collectors.log_files.files import Reader, Seen
from collectors.log_files.form_kept import SummaryKept
from collectors.log_files.manual import MANUAL
from collectors.log_files.options import LogFilesOptions
from collectors.log_files.store import Files
from timeline.instant import format_instant
from timeline.model import Fact, Person, Window
from timeline.series import rates

_PROBED = 1_000


class LogFilesCollector(Collector[LogFilesOptions]):
    """Reads the files of one path."""

    name = "log_files"
    family = "logs"
    summary = "log files (journald, syslog, kubectl logs, OTLP, any by a pattern): first seen and rate changes; lines"
    tested_against: ClassVar[TestedAgainst] = "recorded"
    manual = MANUAL
    options_type = LogFilesOptions
    marks = (Mark(suffixes=(".log", ".log.1", ".export")),)
    target = "path"
    reads = ("format", "pattern", "match", "mode")
    most_facts = 2_000_000  # files of one's own, not what a server says

    @classmethod
    def identifying(cls, options: LogFilesOptions) -> tuple[str, ...]:
        """Return the last parts of the fields that are mapped to people and records."""
        return RowFacts.identifying(options.map)

    async def collect(self, window: Window) -> AsyncIterator[Record]:
        """Yield the window's facts by the configured mode, and a gap for whatever is not complete."""
        options = self.options
        told = Summaries(
            system="log_files", origin=self.origin, source=self.context.source, clock=self.origin, place=options.path,
            query=options.path, time="the line's timestamp", step=options.step, narrowed_by="match",
        )  # fmt: skip
        files = Files(self, told)
        reading = Reading(self, files, told, options.names)
        async for record in reading.records(window):
            yield record
        if (said := files.said) is None:
            return
        for record in (*self._errors(said, files), *self._gaps(said, files.payload, window)):
            yield record
        if reading.is_empty and not said.errors:
            for gap in self._outside(said, window):
                yield gap
        elif options.mode != "documents":
            for gap in self._judged(files, window, told.step_ns):
                yield gap

    def _errors(self, said: SummaryKept, files: Files) -> Iterator[Fact]:
        """Yield the first error of each operation, of the traces that were kept."""
        for number, one in enumerate(said.errors):
            error = SpanError(one.operation, one.service, one.at, one.text)
            yield first_error(self, error, files.evidence(files.payload, f"/errors/{number}", one))

    def _gaps(self, said: SummaryKept, payload: Payload | None, window: Window) -> Iterator[Record]:
        for number, one in enumerate(said.files):
            skipped = Skipped("line", where=f"of {one.file}", place="line")
            evidence = self.evidence(payload, f"/files/{number}", query=one.file)
            for sort in one.broken:
                skipped.add(sort.why, evidence, count=sort.count)
                for line in sort.shown:
                    skipped.add(sort.why, place=line.line, count=0)
            yield from skipped.gaps(self.gap, window)
            if one.stopped:
                reason, text = one.stopped
                last = max(window.start, min(one.last or window.start, window.end - 1))
                rest = Window(start=last, end=window.end)
                yield self.gap(reason, rest, text, missing=one.file, evidence=(evidence,))
            if one.note:
                yield self.gap("undecodable", window, f"{one.file}: {one.note}", missing=one.file)
        for number, loss in enumerate(said.losses):
            of = f" from {loss.of}" if loss.of else ""
            text = f"{loss.count} messages{of} were {loss.how}, as the log says ({loss.place})"
            span = Window(
                start=max(loss.start, window.start),
                end=max(min(loss.end, window.end - 1), window.start) + 1,
            )
            evidence = self.evidence(payload, f"/losses/{number}", query=loss.place)
            yield self.gap("partial", span, text, missing=f"{loss.count} messages", evidence=(evidence,))
        if said.speechless:
            text = f"{said.speechless} lines have no words: journalctl leaves out what is over 4096 bytes, unless it is told `--all`"
            yield self.gap("partial", window, text, missing=f"the words of {said.speechless} lines")
        if said.unplaced:
            text = f"{said.unplaced} lines are in no step: their times are less exact than `step`, or of an hour that came twice"
            yield self.gap("partial", window, text, missing=f"{said.unplaced} lines in rates")

    def _outside(self, said: SummaryKept, window: Window) -> Iterator[Record]:
        """Yield that the files hold nothing of the window, where their lines end before it or begin after it."""
        if any(one.stopped or (one.broken and one.first is None) for one in said.files):
            return  # said already
        held = [(one.first, one.last) for one in said.files if one.first is not None and one.last is not None]
        first, last = min((one for one, _ in held), default=None), max((one for _, one in held), default=None)
        if first is None or last is None:
            yield self.gap("past_retention", window, "the files hold no line with a time", missing="lines")
        elif last < window.start or first >= window.end:
            text = f"the files hold lines from {format_instant(first)} to {format_instant(last)}: none of the window"
            yield self.gap("past_retention", window, text, missing="lines")

    def _judged(self, files: Files, window: Window, step: int) -> Iterator[Record]:
        """Yield where rates are not judged, for no file has lines before or after."""
        spans = [span for span in files.spans().values() if span]
        reach = rates.RULE.reach
        first = (min((span.start for span in spans), default=0) + reach) * step
        last = (max((span.stop for span in spans), default=0) - reach + 1) * step
        now = files.told.judged_until(self.context.now)
        if first >= last:
            yield self.gap(
                "partial", window, "rates are not judged: the files hold too short a time", missing="rates"
            )
            return
        if first > window.start + step:
            text = f"rates are judged from {format_instant(first)} on: the files have too few lines before"
            yield self.gap(
                "partial", Window(start=window.start, end=min(first, window.end)), text, missing="rates"
            )
        if last < min(window.end, now):
            text = f"rates are judged up to {format_instant(last)}: the files have too few lines after"
            yield self.gap(
                "partial", Window(start=max(last, window.start), end=window.end), text, missing="rates"
            )

    async def probe(self) -> AsyncIterator[Check]:
        """Yield what `timeline doctor` shows: the files, and how their first lines are read."""
        try:
            files, levels = await anyio.to_thread.run_sync(self._look)
        except SourceError as err:
            yield Check("reachable", False, str(err))
            return
        yield Check("reachable", True, f"{len(files)} files")
        for seen in files:
            broken = "; ".join(f"{sort.amount} x {sort.why}" for sort in seen.broken.values())
            stopped = seen.stopped[1] if seen.stopped else ""
            detail = f"{seen.entries} entries of the first; {broken or stopped or seen.means}"
            yield Check(seen.name, not (broken or stopped), detail)
        named = ", ".join(f"{count} {level}" for level, count in sorted(levels.items()))
        yield Check("levels", True, named or "no line has a level: signatures have none")

    async def suggest(self) -> AsyncIterator[Suggestion | Person]:
        """Yield a zone where the first lines tell none."""
        files, _ = await anyio.to_thread.run_sync(self._look)
        if any("zone" in seen.broken for seen in files):
            yield Suggestion(
                "zone", "UTC", "times of lines carry no zone: name the one of their clocks", is_sure=False
            )

    def _look(self) -> tuple[list[Seen], Mapping[str, int]]:
        window = Window(start=0, end=self.context.now + 1)
        reader = Reader(self.options, self.context, window, lambda: None)
        levels: Counter[str] = Counter()
        for placed in islice(reader.placed(), _PROBED):
            fields: Mapping[str, Any] = getattr(placed.item, "fields", {})
            levels.update([fields["level"]] if "level" in fields else [])
        return reader.files, levels
