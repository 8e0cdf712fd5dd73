"""cloudwatch_metrics: what metrics of CloudWatch, and expressions over them, did about thresholds."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterable, Iterator, Sequence
from functools import partial
from typing import Any, NamedTuple

from collectors.aws.client import CLOUDWATCH, Client, client, endpoint
from collectors.aws.manual import METRICS_MANUAL
from collectors.aws.metric_options import CloudwatchThreshold, MetricsOptions
from collectors.aws.metric_points import KEPT, RESULTS, Answers, Question, kept_at, question
from collectors.base import Check, Collector, Payload, Record, SourceError
from collectors.kit import fields
from collectors.kit.metrics.asking import ask_all
from collectors.kit.metrics.drawing import panel_or_gap
from collectors.kit.metrics.facts import FactBuilder, Watch
from collectors.kit.metrics.samples import Sampled, Samples
from collectors.kit.paging import Piece, by_cursor, in_spans
from collectors.kit.probing import failed, timed
from timeline.instant import HOUR, NS, format_instant
from timeline.model import Gap, Window
from timeline.present import duration
from timeline.relative import part
from timeline.series.crossings import SampleSpan
from timeline.text import code, line
from timeline.zones import parse_duration

_CALL = "GetMetricData"


class _Read(NamedTuple):
    """What is read of a question: the half-open `[start, end)` in ns, of whole periods."""

    start: int
    end: int


class CloudwatchMetricsCollector(Collector[MetricsOptions]):
    """Reads points of metrics, and yields what they did about thresholds."""

    name = "cloudwatch_metrics"
    family = "metrics"
    summary = "CloudWatch: metrics, metric math and searches against thresholds, with panels"
    tested_against = "schema"
    manual = METRICS_MANUAL
    options_type = MetricsOptions
    target = "region"
    reads = ("url", "profile")
    identities = ("*",)  # dimensions tell series apart, whatever they hold

    async def collect(self, window: Window) -> AsyncIterator[Record]:
        """Yield crossings, presence and absence, panels, and gaps for what could not be read."""
        oldest = self.context.now - KEPT[-1][0]
        if gone := part(window, None, oldest):
            text = f"CloudWatch keeps points for 455 days: since {format_instant(oldest)}"
            yield self.gap("past_retention", gone, text, missing="crossings")
        watches: dict[Question, list[Watch]] = {}
        for threshold in self.options.threshold:
            watches.setdefault(self._question(threshold, window), []).append(threshold.watch)
        for gap in [*self._coarser(window), *self._not_yet(watches, window)]:
            yield gap
        async with client(self.context, self.options, CLOUDWATCH) as aws:
            answer = partial(self._answer, aws, window)
            progress, most = self.context.progress, self.options.concurrency
            for record in await ask_all(watches, answer, window, self.gap, progress, concurrency=most):
                yield record

    async def probe(self) -> AsyncIterator[Check]:
        """Yield whether CloudWatch answers and lets metrics be read, its clock, what it keeps, and each threshold's series."""
        last = Window(start=self.context.now - HOUR, end=self.context.now)
        async with client(self.context, self.options, CLOUDWATCH) as aws:
            for number, threshold in enumerate(self.options.threshold):
                asked = self._question(threshold, last)
                low, high = last.start // asked.step * asked.step, last.end // asked.step * asked.step
                try:
                    ask = partial(aws.call, _CALL, {**_body(asked, low, max(high, low + asked.step))})
                    answered = await timed(ask)
                    told = fields.listing(answered.payload.json(), RESULTS)
                except SourceError as err:
                    yield Check(f"threshold {threshold.name}", False, str(err)) if number else failed(err)
                    if not number:
                        return
                    continue
                if not number:
                    yield answered.reachable(self.options.url or endpoint(CLOUDWATCH, self.options.region))
                    yield Check("authorised", True, "metrics may be read")
                    yield answered.clock(self.options)
                    yield Check(
                        "retention",
                        True,
                        "points of a minute for 15 days, of 5 minutes for 63, of an hour for 455",
                    )
                series = sum(bool(fields.many(one, "Values")) for one in told)
                text = f"{series} series have points of the last hour"
                yield Check(f"threshold {threshold.name}", series > 0, text)

    def _question(self, threshold: CloudwatchThreshold, window: Window) -> Question:
        """Return what a threshold watches, by points as short as they are kept for all of the reading."""
        wanted = parse_duration(threshold.period or self.options.period)
        asked = question(threshold, wanted)
        for _ in KEPT:
            age = self.context.now - max(self._span(asked, window).start, self.context.now - KEPT[-1][0])
            asked = question(threshold, kept_at(wanted, age))
        return asked

    def _span(self, asked: Question, window: Window) -> _Read:
        """Return what decides the states inside the window: one look-back and two periods further on both sides."""
        step, oldest = asked.step, self.context.now - KEPT[-1][0]
        margin = self._lookback(asked) + 2 * step
        start, end = window.start - margin, min(window.end + margin, self.context.now)
        if start < oldest:
            start = oldest + step - 1
        return _Read(start // step * step, end // step * step)

    def _lookback(self, asked: Question) -> int:
        return max(parse_duration(self.options.lookback), asked.step)

    async def _answer(
        self, aws: Client, window: Window, asked: Question, watches: Sequence[Watch]
    ) -> list[Record]:
        span, answers, lost = self._span(asked, window), Answers(asked), dict[str, None]()
        read = partial(_answers, aws, asked)
        async for piece in in_spans(read, span.start, span.end, least=asked.step, full=_is_cut):
            lost |= dict.fromkeys(self._take(piece, answers))
        series = answers.series(self.context.now)
        way = f"{_CALL} in {self.options.region}; a point stands for the time from its own on, for its period"
        maker = FactBuilder(self.context.source, self.origin, asked, window, _no_page, means="period")
        facts = [
            fact
            for watch in watches
            for one in series
            for fact in maker.facts(watch, Sampled([one], self._reading(asked, one, span), way))
        ]
        records: list[Record] = [*facts]
        if lost:
            named = ", ".join(dict.fromkeys(watch.title for watch in watches))
            text = f"Points of {code(named)} may be missing: CloudWatch says: {'; '.join(lost)}"
            records.append(self.gap("partial", window, line(text), missing=named))
        return [*records, await panel_or_gap(self, maker, watches, series, facts)]

    def _reading(self, asked: Question, series: Samples, span: _Read) -> SampleSpan:
        """Return what was read of a series: until its last period that was over, in which a point was to be."""
        end = min(span.end - asked.step, self.context.now - series.width)
        return SampleSpan(span.start, max(span.start, end), max(self._lookback(asked), series.width))

    def _take(self, piece: Piece[_Pages], answers: Answers) -> list[str]:
        """Take in what was read of a span; return why it may not be all."""
        pages = piece.whole().pages if piece.value is None else piece.value.pages
        for page in pages:
            answers.add(page)
        return answers.lacking()

    def _coarser(self, window: Window) -> Iterator[Gap]:
        """Yield a gap for each period that the points of the window are not kept at any more."""
        by_period: dict[tuple[int, int], list[str]] = {}
        for threshold in self.options.threshold:
            wanted = parse_duration(threshold.period or self.options.period)
            had = self._question(threshold, window).step
            if had != wanted:
                by_period.setdefault((wanted, had), []).append(threshold.name)
        for (wanted, had), names in by_period.items():
            wide, short = (duration(one / NS, up=True) for one in (had, wanted))
            text = (
                f"CloudWatch has no points of {short} for all of the window any more: they are read at {wide}"
            )
            yield self.gap("past_retention", window, text, missing=f"points of {short}: {', '.join(names)}")

    def _not_yet(self, watches: Iterable[Question], window: Window) -> Iterator[Gap]:
        """Yield a gap from where a period was not over when it was asked for."""
        ends = [self.context.now // asked.step * asked.step for asked in watches]
        if late := part(window, min(ends), None):
            text = "The last period was not over yet: its points are left out"
            yield self.gap("not_yet", late, text, missing="crossings")


class _Pages(NamedTuple):
    """The answers of a span, and whether CloudWatch gave less than there is and no place to go on at."""

    pages: list[Payload]
    is_cut: bool


def _is_cut(read: _Pages) -> bool:
    return read.is_cut


async def _answers(aws: Client, asked: Question, low: int, high: int) -> _Pages:
    """Return all pages of a span; raise SourceError."""
    body, statuses, pages = _body(asked, low, high), dict[tuple[str, str], str](), list[Payload]()

    async def ask(token: str | None, _: int) -> Payload:
        return await aws.call(_CALL, {**body, **({"NextToken": token} if token else {})})

    def following(page: Payload) -> str | None:
        return fields.text(page.json(), "NextToken") or None

    def rows(page: Payload) -> list[Any]:
        # What has no points may come again.
        return [one for one in fields.listing(page.json(), RESULTS) if fields.many(one, "Values")]

    async for page in by_cursor(ask, following, rows=rows):
        pages.append(page)
        for one in fields.listing(page.json(), RESULTS):
            statuses[fields.text(one, "Id"), fields.text(one, "Label")] = fields.text(one, "StatusCode")
    return _Pages(pages, "PartialData" in statuses.values())


def _body(asked: Question, low: int, high: int) -> dict[str, Any]:
    return {
        "MetricDataQueries": asked.queries(), "StartTime": low // NS, "EndTime": high // NS,
        "ScanBy": "TimestampAscending",
    }  # fmt: skip


def _no_page(*_: object) -> None:
    """Return no address: a graph of the console has none that is documented."""
