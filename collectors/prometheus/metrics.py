"""Threshold crossings from a Prometheus, Thanos, Mimir or VictoriaMetrics."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator, Sequence
from typing import ClassVar, Literal

from pydantic import Field, field_validator

from collectors.base import Check, Collector, Record, SourceError, TestedAgainst
from collectors.kit.http import Http
from collectors.kit.metrics.asking import ask_all
from collectors.kit.metrics.facts import FactBuilder, Watch
from collectors.kit.metrics.options import ThresholdOption
from collectors.prometheus.api import MARKS, PrometheusApi, PrometheusOptions, storage_gaps
from collectors.prometheus.impact import ImpactOption, impact
from collectors.prometheus.lookback import LookBack, look_back
from collectors.prometheus.manual import METRICS
from collectors.prometheus.past import before, beginning, retention
from collectors.prometheus.probe import probe
from collectors.prometheus.samples.choose import sample
from collectors.prometheus.samples.panels import panel
from collectors.prometheus.samples.plan import Plan
from collectors.prometheus.samples.question import Question, Server
from collectors.prometheus.wire.remote_read import RemoteRead
from timeline.instant import NS
from timeline.model import Gap, Window
from timeline.present import duration
from timeline.text import code
from timeline.zones import Duration, parse_duration

_SCRAPE = 15 * NS  # where neither an option nor the server tells the scrape interval


class PrometheusThreshold(ThresholdOption):
    """A query to watch, and the number it is compared with."""

    query: str = Field(
        min_length=1, description="PromQL without the comparison", examples=["job:latency_seconds:p99"]
    )


class PrometheusMetricsOptions(PrometheusOptions):
    """Options of `prometheus_metrics`."""

    rules: bool = Field(default=True, description="thresholds from the server's own alerting rules")
    threshold: tuple[PrometheusThreshold, ...] = Field(
        default=(),
        description="what is watched beside the server's rules: `[[source.threshold]]`",
        examples=[[{"name": "checkout p99", "query": "job:latency_seconds:p99", "above": 0.5}]],
    )
    impact: tuple[ImpactOption, ...] = Field(
        default=(),
        description="how much was hit, as a number with a unit: `[[source.impact]]`",
        examples=[
            [{"name": "failed requests", "query": "sum(rate(requests_failed_total[1m]))", "unit": "requests"}]
        ],
    )
    step: Duration | None = Field(
        default=None,
        description="grid of what is not a plain selector; default: the scrape interval",
        examples=["15s"],
    )

    reading: Literal["auto", "envelope", "remote_read", "samples"] = Field(
        default="auto",
        description="how samples are read; `auto` chooses by query, and every way gives the same facts",
    )

    @field_validator("step")
    @classmethod
    def _step(cls, value: str | None) -> str | None:
        if value is not None and parse_duration(value) % 1_000_000:
            raise ValueError("step must be a whole number of milliseconds")
        return value


class PrometheusMetricsCollector(Collector[PrometheusMetricsOptions]):
    """Reads samples, and yields what they did about their thresholds."""

    name = "prometheus_metrics"
    marks = MARKS
    family = "metrics"
    summary = "threshold crossings, by configured thresholds and the server's own alerting rules"
    tested_against: ClassVar[TestedAgainst] = "real"
    manual = METRICS
    options_type = PrometheusMetricsOptions
    identities = ("*",)  # labels tell series apart, whatever they hold
    parser_version = 2  # stale markers, the server's look-back and NaN tell states

    async def collect(self, window: Window) -> AsyncIterator[Record]:
        """Yield crossings, presence and absence, panels, and gaps for what could not be read."""
        async with Http(self.context, self.options) as http:
            for record in await self._read(PrometheusApi(self.context, self.options, http), window):
                yield record

    def probe(self) -> AsyncIterator[Check]:
        """Yield what `timeline doctor` shows."""
        return probe(self.context, self.options)

    async def _read(self, api: PrometheusApi, window: Window) -> list[Record]:
        lookback = await look_back(api)
        told = await retention(api)
        limit = (
            self.context.now - told.kept if told.kept else 0
        )  # unsaid: what precedes the window is read as well
        began = await beginning(api, told, window, lookback.length)
        oldest = max(limit, began or limit)
        stale = await api.shows_stale_as_nan()
        server = Server(
            api,
            self.context.now,
            oldest,
            stale,
            RemoteRead(api),
            self.options.reading,
            lookback.length,
            lookback.edge,
            lookback.shows,
        )
        plan = await self._plan(api, window)
        records: list[Record] = [
            self.gap(reason, window, text, missing=names) for reason, text, names in plan.refused
        ]
        records += self._assumed(lookback, window)
        records += await before(api, told, window, oldest, "crossings", self.gap, self.evidence)
        records += await self._ask_all(server, plan, window)
        asked = self.options.impact
        return records + await impact(api, asked, plan.step, window, self.context, self.origin)

    def _assumed(self, lookback: LookBack, window: Window) -> Iterator[Gap]:
        if not lookback.assumed:
            return
        self.context.assumed.append(f"a sample counts for {lookback.words} (`lookback`)")
        if err := lookback.failure:
            text = f"The server's look-back could not be read: {err}; {lookback.words} is assumed; set `lookback` to it"
            yield self.gap(err.reason, window, text, missing="absences of metrics, where it is another")

    async def _plan(self, api: PrometheusApi, window: Window) -> Plan:
        step = parse_duration(self.options.step) if self.options.step else await api.scrape_interval()
        plan = Plan(step or _SCRAPE)
        for threshold in self.options.threshold:
            plan.add(threshold.query, None, threshold.watch)
        if self.options.rules:
            explicit = "rules" in self.options.model_fields_set
            await plan.add_rules(api, window, explicit=explicit)
        return plan

    async def _ask_all(self, server: Server, plan: Plan, window: Window) -> list[Record]:
        async def answer(asked: Question, watches: Sequence[Watch]) -> list[Record]:
            return await self._answer(server, asked, watches, window)

        progress, most = self.context.progress, self.options.concurrency
        records = await ask_all(plan.watches, answer, window, self.gap, progress, concurrency=most)
        return [*records, *self._remarks(server.api, window)]

    async def _answer(
        self, server: Server, asked: Question, watches: Sequence[Watch], window: Window
    ) -> list[Record]:
        sampled = await sample(server, asked, [(watch.op, watch.value) for watch in watches], window)
        notes = server.api.notes.get(asked.query, ())
        maker = FactBuilder(self.context.source, self.origin, asked, window, server.api.link, notes)
        facts = [made for watch in watches for made in maker.facts(watch, sampled)]
        records: list[Record] = [*facts]
        if facts or any(watch.rule is None for watch in watches):
            source = self.context.source
            try:
                records.append(
                    await panel(server.api, asked, watches, sampled, facts, window, source, maker.panel)
                )
            except SourceError as err:
                text = f"The drawing data of {code(asked.query)} could not be read: {err}"
                records.append(
                    self.gap(err.reason, window, text, missing="the panel; its facts are complete")
                )
        return records

    def _remarks(self, api: PrometheusApi, window: Window) -> Iterator[Gap]:
        yield from storage_gaps(api.warnings, window, self.gap, self.evidence)
        if api.unmarked:
            why = "; ".join(sorted({str(err) for err in api.unmarked.values()}))
            text = f"Where series were marked as stale could not be read: {why[:300]}; absences that are shorter than the look-back are not told"
            yield self.gap("partial", window, text, missing="; ".join(sorted(api.unmarked))[:2000])
        if api.coarse:
            shortest = duration(max(api.coarse.values()) / NS, up=True)
            text = f"There are too many series over too long to look for absences of less than {shortest} that stale markers begin"
            yield self.gap("partial", window, text, missing="; ".join(sorted(api.coarse))[:2000])
        if api.histograms:
            text = f"{len(api.histograms)} queries gave native histograms, which no number is compared with"
            yield self.gap("undecodable", window, text, missing="; ".join(sorted(api.histograms)))
