"""datadog_metrics: what metrics of Datadog, and expressions over them, did about thresholds."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterable, Iterator, Sequence
from dataclasses import replace
from functools import partial

from collectors.base import Check, Collector, Mark, Payload, Record, SourceError
from collectors.datadog.client import client
from collectors.datadog.manual import METRICS_MANUAL
from collectors.datadog.metric_options import DatadogMetricsOptions
from collectors.datadog.metric_points import Answers, Question
from collectors.datadog.metric_query import explored
from collectors.datadog.options import pages_of
from collectors.kit.http import Http
from collectors.kit.metrics.asking import ask_all
from collectors.kit.metrics.drawing import panel_or_gap
from collectors.kit.metrics.facts import FactBuilder, Watch
from collectors.kit.metrics.samples import Sampled, Samples
from collectors.kit.probing import failed, limit, timed
from timeline.instant import HOUR, NS, format_instant
from timeline.model import Gap, Window
from timeline.present import duration
from timeline.relative import part
from timeline.series.crossings import SampleSpan
from timeline.text import code, line
from timeline.zones import parse_duration

POINTS = 1_440  # of a series in an answer: Datadog makes them wider where there would be more than 1,500
_PATH, _MS = "api/v1/query", 1_000_000


class DatadogMetricsCollector(Collector[DatadogMetricsOptions]):
    """Reads points of metrics, and yields what they did about thresholds."""

    name = "datadog_metrics"
    family = "metrics"
    summary = "Datadog: metrics against thresholds, with panels"
    tested_against = "schema"
    manual = METRICS_MANUAL
    options_type = DatadogMetricsOptions
    marks = (
        Mark(address=r"(https://(?:[\w-]+\.)*(?:datadoghq\.com|datadoghq\.eu|ddog-gov\.com))/metric/.*"),
    )
    identities = ("*",)  # tags tell series apart, whatever they hold

    async def collect(self, window: Window) -> AsyncIterator[Record]:
        """Yield crossings, presence and absence, panels, and gaps for what could not be read."""
        if gone := part(window, None, self._oldest):
            text = f"Datadog keeps points for {self.options.retention}: those from before {format_instant(self._oldest)} are gone"
            yield self.gap("past_retention", gone, text, missing="crossings")
        watches: dict[Question, list[Watch]] = {}
        for threshold in self.options.threshold:
            watches.setdefault(Question(*threshold.asked(self.options.period)), []).append(threshold.watch)
        for gap in self._not_yet(watches, window):
            yield gap
        async with client(self.context, self.options) as http:
            answer = partial(self._answer, http, window)
            progress, most = self.context.progress, self.options.concurrency
            for record in await ask_all(watches, answer, window, self.gap, progress, concurrency=most):
                yield record

    async def probe(self) -> AsyncIterator[Check]:
        """Yield whether Datadog answers and lets metrics be read, its clock, what it keeps, its limit, and each threshold's series."""
        last = Window(start=self.context.now - HOUR, end=self.context.now)
        async with client(self.context, self.options) as http:
            for number, threshold in enumerate(self.options.threshold):
                asked = Question(*threshold.asked(self.options.period))
                low, high = last.start // asked.step * asked.step, last.end // asked.step * asked.step
                try:
                    ask = partial(_query, http, asked, low, max(high, low + asked.step))
                    answered = await timed(ask)
                    answers = Answers(asked)
                    answers.add(answered.payload, low, last.end)
                    found = len(answers.series(self.context.now))
                except SourceError as err:
                    yield Check(f"threshold {threshold.name}", False, str(err)) if number else failed(err)
                    if not number:
                        return
                    continue
                if not number:
                    yield answered.reachable(self.options.url)
                    yield Check("authorised", True, "the keys may read metrics")
                    yield answered.clock(self.options)
                    yield Check("retention", True, f"points for {self.options.retention}, as configured")
                    for check in limit(answered.payload):
                        yield check
                yield Check(
                    f"threshold {threshold.name}", found > 0, f"{found} series have points of the last hour"
                )

    @property
    def _oldest(self) -> int:
        return self.context.now - parse_duration(self.options.retention)

    def _span(self, asked: Question, window: Window) -> tuple[int, int]:
        """Return what decides the states inside the window: one look-back and two periods further on both sides."""
        margin = self._lookback(asked) + 2 * asked.step
        start, end = window.start - margin, min(window.end + margin, self.context.now)
        return max(start, self._oldest) // asked.step * asked.step, end // asked.step * asked.step

    def _lookback(self, asked: Question) -> int:
        return max(parse_duration(self.options.lookback), asked.step)

    async def _answer(
        self, http: Http, window: Window, asked: Question, watches: Sequence[Watch]
    ) -> list[Record]:
        answers, (low, high) = Answers(asked), self._span(asked, window)
        for begin, end in _spans(low, high, asked.step * POINTS):
            answers.add(await _query(http, asked, begin, end), begin, end)
        series = answers.series(self.context.now)
        watches = [replace(watch, unit=watch.unit or answers.unit) for watch in watches]
        maker = FactBuilder(
            self.context.source, self.origin, asked, window, self._link, _notes(answers), "period"
        )
        facts = [
            fact
            for watch in watches
            for one in series
            for fact in maker.facts(
                watch, Sampled([one], self._reading(asked, one, low, high), f"GET {_PATH}")
            )
        ]
        records: list[Record] = [*facts, *self._lacking(asked, answers, watches, window)]
        return [*records, await panel_or_gap(self, maker, watches, series, facts)]

    def _reading(self, asked: Question, series: Samples, low: int, high: int) -> SampleSpan:
        """Return what was read of a series: until its last period that was over, in which a point was to be."""
        end = min(high, self.context.now) - series.width
        return SampleSpan(low, max(low, end), max(self._lookback(asked), series.width))

    def _lacking(
        self, asked: Question, answers: Answers, watches: Sequence[Watch], window: Window
    ) -> Iterator[Gap]:
        """Yield gaps for what Datadog did otherwise than it was asked."""
        named = ", ".join(dict.fromkeys(watch.title for watch in watches))
        if answers.messages:
            text = f"Points of {code(named)} may be missing: Datadog says: {'; '.join(answers.messages)}"
            yield self.gap("partial", window, line(text), missing=named)
        if answers.widest > asked.step:
            wide, short = (duration(one / NS, up=True) for one in (answers.widest, asked.step))
            text = f"Datadog gave points of {wide} where points of {short} were asked for: crossings of {code(named)} are known to those"
            yield self.gap("partial", window, line(text), missing=f"points of {short}: {named}")
        if answers.others:
            others = ", ".join(code(one) for one in answers.others)
            text = f"Datadog rolled points of {code(named)} up otherwise than asked, as {others}: what lies within a period may be hidden"
            yield self.gap("partial", window, line(text), missing=f"points as asked for: {named}")

    def _not_yet(self, watches: Iterable[Question], window: Window) -> Iterator[Gap]:
        """Yield a gap from where a period was not over when it was asked for."""
        ends = [self.context.now // asked.step * asked.step for asked in watches]
        if late := part(window, min(ends), None):
            text = "The last period was not over yet: its points are left out"
            yield self.gap("not_yet", late, text, missing="crossings")

    def _link(self, query: str, start: int, end: int) -> str | None:
        pages = self.options.web_url or pages_of(self.options.url)
        return pages and explored(pages, query, start // _MS, end // _MS)


def _notes(answers: Answers) -> list[str]:
    """Return what evidence says of how points were made."""
    width = f"a point stands for the time from its own on, for {answers.widest / NS:g} s"
    return [width] if answers.tells_rollup else [width, "the answer does not say how it rolled points up"]


def _spans(low: int, high: int, most: int) -> Iterator[tuple[int, int]]:
    """Yield spans of at most so much (ns), cut where days and hours are too: a wider period lies in one of them."""
    while low < high:
        end = high if high - low <= most else min(high, (low // most + 1) * most)
        yield low, end
        low = end


async def _query(http: Http, asked: Question, low: int, high: int) -> Payload:
    asked_for: dict[str, str | int] = {"from": low // NS, "to": high // NS, "query": asked.query}
    return await http.request("GET", _PATH, params=asked_for)
