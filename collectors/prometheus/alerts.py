"""Alert history from raw `ALERTS` and `ALERTS_FOR_STATE` samples of the Prometheus API."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import AsyncIterator, Iterator, Mapping, Sequence
from functools import partial
from typing import Annotated, ClassVar, NamedTuple

from pydantic import Field

from collectors.base import Check, Collector, Record, SourceError, TestedAgainst
from collectors.kit.http import Http
from collectors.prometheus import alert_gaps
from collectors.prometheus.alert_gaps import cut_to
from collectors.prometheus.alert_history import History, moved
from collectors.prometheus.alert_probe import other_metric, probe_alerts
from collectors.prometheus.alert_rules import AlertRules
from collectors.prometheus.alert_series import AlertReader, AlertSeries, Labels, Naming, escape
from collectors.prometheus.answers import series_text
from collectors.prometheus.api import MARKS, PrometheusApi, PrometheusOptions, storage_gaps
from collectors.prometheus.manual import ALERTS
from collectors.prometheus.past import before, beginning, retention
from collectors.prometheus.probe import probe
from timeline import facts
from timeline.alerts.coverage import Coverage, Span, longest_pause, silences
from timeline.alerts.firing import AlertChange, Life, changes
from timeline.instant import MINUTE, NS
from timeline.invalid.expected import Reads
from timeline.model import Evidence, Fact, Gap, Window
from timeline.zones import Duration, parse_duration

_ROUNDS = 12  # of reading back; each doubles what is read of a life
_BUCKETS = 20_000  # of one look at where the server recorded at all
_DAY = 24 * 60 * MINUTE


class PrometheusAlertsOptions(PrometheusOptions):
    """Options of `prometheus_alerts`."""

    metric: Annotated[str, Reads("the name of a metric, such as 'ALERTS'")] = Field(
        default="ALERTS", pattern="^[a-zA-Z_:][a-zA-Z0-9_:]*$",
        description="the alerts' metric; Grafana's own history is GRAFANA_ALERTS by default",
    )  # fmt: skip
    ignored_labels: tuple[str, ...] = Field(
        default=("grafana_alertstate",),
        description="labels that do not tell alerts apart, such as `replica`",
    )
    evaluation_delay: Duration | None = Field(
        default=None,
        description="how much later than a sample's time its rule is evaluated at most, where nothing proves it",
        examples=["30s"],
    )


class _Heard(NamedTuple):
    """Where the server recorded nothing, to what width that is known, and what would go unseen (ns)."""

    silences: tuple[Span, ...]
    tolerance: int
    unseen: int


class PrometheusAlertsCollector(Collector[PrometheusAlertsOptions]):
    """Reads what rule evaluations stored, and yields when alerts were pending, fired and resolved."""

    name = "prometheus_alerts"
    marks = MARKS
    family = "alerts"
    summary = (
        "alert history, from the ALERTS samples of Prometheus, Thanos, Mimir, VictoriaMetrics or Grafana"
    )
    tested_against: ClassVar[TestedAgainst] = "real"
    manual = ALERTS
    options_type = PrometheusAlertsOptions
    identities = ("*",)  # labels tell series apart, whatever they hold
    parser_version = 2  # an end needs a proof: stale markers are read

    async def collect(self, window: Window) -> AsyncIterator[Record]:
        """Yield the changes of every alert that was alive in the window, and what could not be known."""
        async with Http(self.context, self.options) as http:
            api = PrometheusApi(self.context, self.options, http)
            margin = self.options.lookback_ns
            read = Span(window.start - margin, min(window.end + margin, self.context.now))
            reader = AlertReader(api, Naming(self.options.metric, frozenset(self.options.ignored_labels)))
            await reader.read("", read)
            heard, gaps = await self._heard(api, reader.trains, read, window)
            rules, failed = await self._rules(api, window)
            gaps += failed
            if not reader.trains and (other := await other_metric(api, self.options.metric, *read)):
                gaps.append(self._unread(other, window))
            known = Coverage((read,), self.context.now, silences=heard.silences, tolerance=heard.tolerance)
            delay = parse_duration(self.options.evaluation_delay) if self.options.evaluation_delay else 0
            history = History(reader.trains, known, margin, rules, sees_ends=reader.sees_ends, delay=delay)
            gaps += await self._read_slow(reader, history, rules, read, window)
            gaps += self._restarts(history.find_restarts(heard.unseen), window)
            history.find_absences()
            gaps += await self._read_back(reader, history, window)
            history.find_absences()
            if reader.lost:
                gaps.append(self._unmarked(reader.lost, window))
            unknown = alert_gaps.holes(history.holes(), history.quiet, rules, window, self.gap, self.evidence)
            missing = storage_gaps(api.warnings, window, self.gap, self.evidence)
            for gap in (*gaps, *unknown, *missing):
                yield gap
            for identity, train, life in history.alive(window):
                later = history.later(identity)
                for change in changes(life):
                    change = change._replace(at=moved(change.at, later))
                    # What began after the window is another build's: the life stays open here.
                    if change.at.earliest is None or change.at.earliest < window.end:
                        yield self._fact(api, train, life, change, rules, later[0])

    def probe(self) -> AsyncIterator[Check]:
        """Yield what `timeline doctor` shows."""
        look = partial(
            probe_alerts,
            metric=self.options.metric,
            ignored=self.options.ignored_labels,
            now=self.context.now,
        )
        return probe(self.context, self.options, look)

    def _unmarked(self, err: SourceError, window: Window) -> Gap:
        text = f"Where alerts were marked as ended could not be read: {err}; ends are where samples stop"
        return self.gap(err.reason, window, text, missing="stale markers")

    def _unread(self, other: str, window: Window) -> Gap:
        text = f"The server has no {self.options.metric} here, but {other}, which was not read: set `metric`"
        return self.gap("partial", window, text, missing=other)

    async def _heard(
        self, api: PrometheusApi, trains: Mapping[Labels, AlertSeries], read: Span, window: Window
    ) -> tuple[_Heard, list[Gap]]:
        """Return where the server recorded nothing at all, and the gaps."""
        try:
            return await self._listen(api, trains, read, window)
        except SourceError as err:
            text = f"Where the server recorded at all could not be read: {err}; an end may be a restart"
            return _Heard((), 0, self.options.lookback_ns), [self.gap(err.reason, window, text, missing="up")]

    async def _listen(
        self, api: PrometheusApi, trains: Mapping[Labels, AlertSeries], read: Span, window: Window
    ) -> tuple[_Heard, list[Gap]]:
        step = max(15 * NS, -(-(read.end - read.start) // _BUCKETS // (15 * NS)) * 15 * NS)
        query = f"count(count_over_time(up[{step // NS}s]))"
        found = await api.range(query, read.start, read.end, step)
        buckets = [Span(at - step, at) for one in found for at in one.times.tolist()]
        if not buckets:
            return _Heard((), step, self.options.lookback_ns), await self._missing_scrapes(
                api, trains, window
            )
        quiet = silences(buckets, read, [s.times.tolist() for t in trains.values() for s in t.series])
        evidence = tuple(
            self.evidence(p.payload, p.pointer, query=query) for one in found for p in one.arrays
        )
        gaps: list[Gap | None] = [self._silence(one, read, window, evidence) for one in quiet]
        if quiet and quiet[0].start == read.start and await self._is_first(api, read.start):
            told = await retention(api)
            gaps[:1] = await before(api, told, window, quiet[0].end, "alerts", self.gap, self.evidence)
        return _Heard(quiet, step, longest_pause(buckets)), [one for one in gaps if one]

    def _restarts(self, spans: tuple[Span, ...], window: Window) -> list[Gap]:
        text = "No alert left a sample, as where a server starts; what alerts did is not known"
        return [self.gap("partial", cut, text) for one in spans if (cut := cut_to(one, window))]

    def _silence(self, one: Span, read: Span, window: Window, evidence: tuple[Evidence, ...]) -> Gap | None:
        cut = cut_to(one, window)
        # At the present's edge the newest samples may not have arrived yet.
        if cut is None or (one.end == self.context.now == read.end and one.end - one.start < MINUTE):
            return None
        text = "The server recorded nothing, neither `up` nor alerts; what alerts did is not known"
        return self.gap("partial", cut, text, evidence=evidence)

    async def _is_first(self, api: PrometheusApi, start: int) -> bool:
        """Tell whether nothing is stored before `start`, by a glance every six hours for thirty days."""
        return not await api.range("count(up)", start - 30 * _DAY, start, _DAY // 4)

    async def _missing_scrapes(
        self, api: PrometheusApi, trains: Mapping[Labels, AlertSeries], window: Window
    ) -> list[Gap]:
        """Judge a window without any `up`: by the retention the server tells, and by its alerts."""
        told = await retention(api)
        kept = self.context.now - told.kept if told.kept else window.end
        firsts = [int(s.times[0]) for train in trains.values() for s in train.series]
        oldest = min([*firsts, window.end, kept])
        if told.kept and window.start < oldest and kept > window.start:
            return await before(api, told, window, oldest, "alerts", self.gap, self.evidence)
        if firsts:
            return []
        if (began := await beginning(api, told, window, self.options.lookback_ns)) is not None:
            return await before(api, told, window, began, "alerts", self.gap, self.evidence)
        text = "The server has no sample of `up` and none of `ALERTS` here; whether rules were evaluated is not known"
        return [self.gap("partial", window, text)]

    async def _read_slow(
        self, reader: AlertReader, history: History, rules: AlertRules | None, read: Span, window: Window
    ) -> list[Gap]:
        """Read further around the window for rules that are evaluated more seldom than that looks back."""
        widths: dict[int, list[str]] = defaultdict(list)
        for name, interval in (rules.intervals() if rules else {}).items():
            if 2 * interval > self.options.lookback_ns:
                widths[interval].append(name)
        for interval, names in sorted(widths.items()):
            before = Span(window.start - 2 * interval, read.start)
            after = Span(read.end, min(window.end + 2 * interval, self.context.now))
            for span in (before, after):
                if span.start < span.end and (lost := await self._add(reader, history, names, span, window)):
                    return [lost]
        return []

    async def _read_back(self, reader: AlertReader, history: History, window: Window) -> list[Gap]:
        """Read the beginnings of lives that were open when the window began."""
        for _ in range(_ROUNDS):
            if not (wanted := history.wanted(window)):
                break
            for span, names in wanted:
                self.context.progress(f"reading the beginning of {len(names)} alerts")
                if lost := await self._add(reader, history, names, span, window):
                    return [lost]
        return []

    async def _add(
        self, reader: AlertReader, history: History, names: Sequence[str], span: Span, window: Window
    ) -> Gap | None:
        """Read more of some alerts; return the gap where they cannot be read."""
        try:
            await reader.read(f'{{alertname=~"{"|".join(map(escape, names))}"}}', span)
        except SourceError as err:
            text = f"The beginnings of alerts that were already active could not be read: {err}"
            start = Window(start=window.start, end=window.start + 1)
            return self.gap(err.reason, start, text, missing=", ".join(names)[:2000])
        history.sees_ends = reader.sees_ends
        history.add(names, span)
        return None

    async def _rules(self, api: PrometheusApi, window: Window) -> tuple[AlertRules | None, list[Gap]]:
        try:
            found = await api.rules()
        except SourceError as err:
            text = f"The server's list of rules could not be read: {err}"
            missing = "quotes of alerts, and how often their rules are evaluated"
            return None, [self.gap(err.reason, window, text, missing=missing)]
        gaps = []
        if api.unread_rules:
            text = f"Some of the server's rules could not be read: {'; '.join(api.unread_rules)[:600]}"
            gaps.append(
                self.gap(
                    "undecodable",
                    window,
                    text,
                    missing="quotes of alerts, and how often their rules are evaluated",
                )
            )
        return (AlertRules(*found) if found else None), gaps

    def _fact(
        self,
        api: PrometheusApi,
        train: AlertSeries,
        life: Life,
        change: AlertChange,
        rules: AlertRules | None,
        lead: int,
    ) -> Fact:
        labels = dict(train.labels)
        state = change.kind.removeprefix("alert.")
        since = life.since + (lead if life.told else 0)
        key = [train.name, labels, since // NS, state, *([change.turn] if change.turn else [])]
        evidence = list(self._samples(api, train, change))
        quote = None
        if rules and state in {"pending", "firing"} and (text := rules.find(train.name, labels, since)):
            quote = facts.quote(text[0])
            query = f"/api/v1/rules: {train.name}, as read at collection"
            evidence.append(self.evidence(rules.payload, text[1], query=query))
        return facts.fact(
            change.kind, origin=self.origin, key=key, at=change.at, time_means="sample", clock=self.origin,
            source=self.context.source, names={"alert": train.name, "labels": facts.shown_labels(dict(train.labels))},
            subject=facts.subject_of(labels, labels), quote=quote, evidence=evidence,
            thread=facts.alert_thread(self.origin, train.name, labels),
        )  # fmt: skip

    def _samples(self, api: PrometheusApi, train: AlertSeries, change: AlertChange) -> Iterator[Evidence]:
        """Yield the state's sample that the change was seen at, what tells its start, and the marker of its end."""
        firing = change.kind in {"alert.firing", "alert.resolved"}
        around = (change.at.latest - 30 * MINUTE, change.at.latest + 30 * MINUTE)
        for name, state in ((train.naming.metric, firing), (train.naming.start, None)):
            if found := train.locate(name, change.sample, state):
                series, payload, pointer = found
                link = api.link(train.selector, *around) if state is not None else None
                yield self.evidence(payload, pointer, query=series_text(series.labels), link=link)
        if change.mark is not None and (found := train.locate_mark(change.mark, firing)):
            series, payload, pointer = found
            yield self.evidence(payload, pointer, query=f"{series_text(series.labels)}, marked as stale")
