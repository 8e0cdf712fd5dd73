"""Alert history from raw `ALERTS` and `ALERTS_FOR_STATE` samples of the Prometheus API."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import AsyncIterator, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from email.utils import parsedate_to_datetime
from typing import TYPE_CHECKING, Any, ClassVar, NamedTuple

from collectors.base import Check, Collector, Payload, Record, SourceError, TestedAgainst
from collectors.http import Http
from collectors.prometheus_api import PrometheusApi, PrometheusOptions, storage_statement
from collectors.prometheus_json import Samples, series_text
from timeline import facts
from timeline.alerts import (
    DEFAULT_INTERVAL,
    Change,
    Known,
    Life,
    Span,
    changes,
    lives,
    silences,
    stretches,
    usual_interval,
    wanted,
)  # fmt: skip
from timeline.errors import UndecodableTimeError
from timeline.instant import MINUTE, NS, format_instant, parse_instant
from timeline.model import Evidence, Fact, Gap, Quote, Subject, Window

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

_STATE, _START = "ALERTS", "ALERTS_FOR_STATE"
#: Labels that name the sample, not the alert; vmalert adds the group, Prometheus does not.
_NOT_IDENTITY = frozenset({"__name__", "alertname", "alertstate", "alertgroup"})
_NOISE = frozenset({"severity"})  # left out of statements; the subject keeps it
_ROUNDS = 12  # of reading back; each doubles what is read of a life
_BUCKETS = 5_000  # of one look at where the server recorded at all
_DAY = 24 * 60 * MINUTE
Labels = tuple[tuple[str, str], ...]


class _Rule(NamedTuple):
    """An alerting rule as the server showed it at collection."""

    group: str
    pointer: str
    labels: Mapping[str, str]
    annotations: Mapping[str, str]
    active: Sequence[Mapping[str, Any]]


@dataclass
class _Train:
    """All that was read of one alert."""

    name: str
    labels: Labels
    group: str  # whose rules are evaluated together: vmalert tells it, else those of one name
    series: list[Samples] = field(default_factory=list)

    def arrays(self) -> tuple[NDArray[np.int64], NDArray[np.bool_], NDArray[np.int64]]:
        """Return the evaluations' times (ns), states and starts (ns, -1 where not told)."""
        import numpy as np

        state = [s for s in self.series if s.labels["__name__"] == _STATE]
        kept = [s.times[s.values > 0] for s in state]  # NaN: a stale marker, shown by VictoriaMetrics
        fires = [s.labels.get("alertstate") == "firing" for s in state]
        times = np.concatenate([np.empty(0, np.int64), *kept])
        firing = np.concatenate([np.empty(0, np.bool_), *map(np.full, map(len, kept), fires)])
        # Of one evaluation, seen twice (two groups, overlapping reads), firing is kept.
        order = np.lexsort((~firing, times))
        times, first = np.unique(times[order], return_index=True)
        return times, firing[order][first], self._since(times)

    def _since(self, times: NDArray[np.int64]) -> NDArray[np.int64]:
        import numpy as np

        since = np.full(len(times), -1, np.int64)
        for one in self.series:
            good = one.values > 0
            if one.labels["__name__"] == _START and good.any():
                at, told = one.times[good], one.values[good].astype(np.int64) * NS
                index = np.minimum(np.searchsorted(at, times), len(at) - 1)
                since = np.where(at[index] == times, told[index], since)
        return since

    def locate(self, name: str, time: int, firing: bool | None = None) -> tuple[Samples, Payload, str] | None:
        """Return the series, payload and pointer of the sample at `time`."""
        for one in self.series:
            wrong_state = firing is not None and (one.labels.get("alertstate") == "firing") != firing
            if one.labels["__name__"] != name or wrong_state:
                continue
            index = int(one.times.searchsorted(time))
            if index < len(one.times) and one.times[index] == time and one.values[index] > 0:
                return one, *one.locate(index)
        return None


class PrometheusAlertsCollector(Collector[PrometheusOptions]):
    """Alerts that were pending, fired and resolved, from what rule evaluations stored."""

    name = "prometheus_alerts"
    family = "alerts"
    summary = "Alert history from the ALERTS samples of Prometheus, Thanos, Mimir or VictoriaMetrics"
    tested_against: ClassVar[TestedAgainst] = "real"
    options_type = PrometheusOptions
    target = "url"

    async def collect(self, window: Window) -> AsyncIterator[Record]:
        """Yield the changes of every alert that was alive in the window, and what could not be known."""
        async with Http(self.context, self.options) as http:
            api = PrometheusApi(self.context, self.options, http)
            margin = self.options.lookback_ns
            read = Span(window.start - margin, min(window.end + margin, self.context.now))
            trains = await _read(api, {}, "", read)
            quiet, slop, told = await self._silences(api, trains, read, window)
            for one in told:
                yield one
            known = Known((read,), self.context.now, silences=quiet, slop=slop)
            history = _History(trains, known, margin)
            for one in await self._read_back(api, history, window):
                yield one
            rules, failed = await self._rules(api, window)
            for one in (*failed, *_holes(self, history, window)):
                yield one
            for train, life in history.alive(window):
                for change in changes(life):
                    if change.at.earliest is None or change.at.earliest < window.end:
                        yield self._fact(api, train, life, change, rules)
            if api.warnings:
                statement, missing = storage_statement(api.warnings)
                evidence = tuple(self.evidence(w.payload, query=w.query) for w in api.warnings)
                yield self.gap("partial", window, statement, missing=missing, evidence=_some(evidence))

    async def probe(self) -> AsyncIterator[Check]:
        """Yield what `timeline doctor` shows."""
        async with Http(self.context, self.options) as http:
            api = PrometheusApi(self.context, self.options, http)
            try:
                answer = await api.query(f"count({_STATE}) or vector(0)", self.context.now)
            except SourceError as err:
                yield Check("authorised" if err.reason == "unauthorised" else "reachable", False, str(err))
                return
            yield Check("reachable", True, self.options.url)
            yield Check("authorised", True, f"{answer.vector()[0].value:.0f} alerts are active")
            if date := answer.payload.headers.get("date"):
                offset = parsedate_to_datetime(date).timestamp() - self.context.now / NS
                yield Check(
                    "clock offset", abs(offset) < 2, f"{offset:+.0f} s (the server tells whole seconds)"
                )
            kept = await api.retention()
            yield Check("retention", True, f"{kept / _DAY:g} days" if kept else "not told by the server")

    async def _silences(
        self, api: PrometheusApi, trains: Mapping[Labels, _Train], read: Span, window: Window
    ) -> tuple[tuple[Span, ...], int, list[Gap]]:
        """Return where the server recorded nothing, how exactly that is known (ns), and the gaps."""
        step = max(15 * NS, -(-(read.end - read.start) // _BUCKETS // (15 * NS)) * 15 * NS)
        query = f"count(count_over_time(up[{step // NS}s]))"
        found = await api.range(query, read.start, read.end, step)
        buckets = [Span(at - step, at) for one in found for at in one.times.tolist()]
        samples = [s.times.tolist() for train in trains.values() for s in train.series] if buckets else []
        quiet = silences(buckets, read, samples)
        evidence = tuple(self.evidence(p.payload, p.pointer, query=query) for one in found for p in one.parts)
        gaps = [self._silence(one, read, window, evidence) for one in quiet]
        if quiet and quiet[0].start == read.start and await self._is_first(api, read.start):
            gaps[0] = self._past_retention(window, quiet[0].end, evidence)
        if not buckets:
            gaps = [await self._unheard(api, trains, window)]
        return quiet, step, [one for one in gaps if one]

    def _silence(self, one: Span, read: Span, window: Window, evidence: tuple[Evidence, ...]) -> Gap | None:
        cut = _cut(one, window)
        # The read's own end: the newest samples may not have arrived yet.
        if cut is None or (one.end == read.end == self.context.now and one.end - one.start < MINUTE):
            return None
        return self.gap(
            "partial", cut, "the server recorded nothing, neither `up` nor alerts; what alerts did is not known",
            evidence=_some(evidence),
        )  # fmt: skip

    def _past_retention(self, window: Window, oldest: int, evidence: tuple[Evidence, ...]) -> Gap | None:
        cut = _cut(Span(window.start, oldest), window)
        statement = (
            f"the server's oldest samples are from {format_instant(oldest)}; earlier alerts are not known"
        )
        return self.gap("past_retention", cut, statement, evidence=_some(evidence)) if cut else None

    async def _is_first(self, api: PrometheusApi, start: int) -> bool:
        """Tell whether nothing is stored before `start`, by a glance every six hours for thirty days."""
        return not await api.range("count(up)", start - 30 * _DAY, start, _DAY // 4)

    async def _unheard(
        self, api: PrometheusApi, trains: Mapping[Labels, _Train], window: Window
    ) -> Gap | None:
        """Judge a window without any `up`: by the retention the server tells, and by its alerts."""
        kept = await api.retention()
        firsts = [int(s.times[0]) for train in trains.values() for s in train.series]
        oldest = min([*firsts, window.end])
        if kept is not None and window.start < min(oldest, self.context.now - kept):
            return self._past_retention(window, min(oldest, self.context.now - kept), ())
        if firsts:
            return None
        return self.gap(
            "partial", window, "the server has no sample of `up` and none of `ALERTS` here; whether rules were evaluated is not known"
        )  # fmt: skip

    async def _read_back(self, api: PrometheusApi, history: _History, window: Window) -> list[Gap]:
        """Read the beginnings of lives that were open when the window began."""
        for _ in range(_ROUNDS):
            spans = history.wanted(window)
            if not spans:
                return []
            self.context.progress(f"reading {len(spans)} earlier beginnings")
            for span, names in spans:
                selector = "|".join(map(_escape, names))
                try:
                    await _read(api, history.trains, f'{{alertname=~"{selector}"}}', span)
                except SourceError as err:
                    statement = "the beginnings of alerts that were already active could not be read"
                    missing = f"{', '.join(names)}: {err}"
                    return [self.gap(err.reason, _first_moment(window), statement, missing=missing[:2000])]
                history.add(names, span)
        return []

    async def _rules(
        self, api: PrometheusApi, window: Window
    ) -> tuple[tuple[Payload, Mapping[str, list[_Rule]]] | None, list[Gap]]:
        try:
            found = await api.rules()
        except SourceError as err:
            return None, [self.gap(err.reason, window, f"the rules' annotations could not be read: {err}")]
        return (found[0], _by_alert(found[1])) if found else None, []

    def _fact(
        self, api: PrometheusApi, train: _Train, life: Life, change: Change,
        rules: tuple[Payload, Mapping[str, list[_Rule]]] | None,
    ) -> Fact:  # fmt: skip
        labels = dict(train.labels)
        state = change.kind.removeprefix("alert.")
        key = [train.name, labels, life.since // NS, state]
        selector = series_text({"__name__": _STATE, "alertname": train.name, **labels})
        link = api.link(selector, change.at.latest - 30 * MINUTE, change.at.latest + 30 * MINUTE)
        quote, rule_evidence = None, None
        if rules and state in {"pending", "firing"}:
            quote, rule_evidence = self._annotation(train, life, *rules)
        shown = ", ".join(f"{k}={v}" for k, v in train.labels if k not in _NOISE)
        return facts.fact(
            change.kind, origin=self.origin, key=[*key, change.turn] if change.turn else key, at=change.at,
            time_means="sample", clock=self.origin, source=self.context.source,
            names={"alert": train.name, "labels": shown or None}, subject=_subject(labels), quote=quote,
            thread=facts.alert_thread(self.origin, train.name, labels),
            evidence=[*self._samples(train, change, link), *([rule_evidence] if rule_evidence else [])],
        )  # fmt: skip

    def _samples(self, train: _Train, change: Change, link: str) -> Iterator[Evidence]:
        firing = change.kind in {"alert.firing", "alert.resolved"}
        for name, state in ((_STATE, firing), (_START, None)):
            if found := train.locate(name, change.sample, state):
                series, payload, pointer = found
                shown = link if name == _STATE else None
                yield self.evidence(payload, pointer, query=series_text(series.labels), link=shown)

    def _annotation(
        self, train: _Train, life: Life, payload: Payload, rules: Mapping[str, list[_Rule]]
    ) -> tuple[Quote | None, Evidence | None]:
        """Quote what the rule says, from the alert itself where it is still active, else as written."""
        labels = dict(train.labels)
        fitting = [r for r in rules.get(train.name, ()) if _fits(r, labels)]
        texts = {_text(r, labels, life): r for r in fitting}
        if len(texts) != 1:  # two rules of one name that say different things: neither is known to be meant
            return None, None
        ((text, rule),) = texts.items()
        query = f"/api/v1/rules, alert {train.name}, as read at collection"
        return facts.quote(text), self.evidence(payload, rule.pointer, query=query) if text else None


class _History:
    """The lives of all alerts, drawn again when more was read."""

    def __init__(self, trains: dict[Labels, _Train], known: Known, margin: int) -> None:
        self.trains = trains
        self._known = known
        self.quiet = known.silences
        self._margin = margin
        self._reads: dict[str, list[Span]] = defaultdict(lambda: list(known.reads))
        self._intervals = self._usual()
        self._lives: dict[Labels, list[Life]] = {}

    def _usual(self) -> dict[str, int]:
        """Return each group's interval; one without two samples of a life has that of all."""
        groups: dict[str, list[Any]] = defaultdict(list)
        for train in self.trains.values():
            times, _, since = train.arrays()
            groups[train.group].append((times, since))
        found = {g: own for g, trains in groups.items() if (own := usual_interval(trains)) is not None}
        usual = sorted(found.values())[len(found) // 2] if found else DEFAULT_INTERVAL
        return dict.fromkeys(groups, usual) | found

    def known(self, train: _Train) -> Known:
        """Return what was looked at for the alerts of one name."""
        interval = self._intervals.get(train.group, DEFAULT_INTERVAL)
        return self._known._replace(reads=tuple(self._reads[train.name]), interval=interval)

    def lives(self, identity: Labels) -> list[Life]:
        """Return the lives of one alert."""
        if identity not in self._lives:
            train = self.trains[identity]
            known = self.known(train)
            self._lives[identity] = lives(stretches(*train.arrays(), known), known)
        return self._lives[identity]

    def alive(self, window: Window) -> Iterator[tuple[_Train, Life]]:
        """Yield the lives that meet the window."""
        for identity, train in sorted(self.trains.items()):
            for life in self.lives(identity):
                first, end = life.spells[0].began, life.ended
                begins = first.latest if first.earliest is None else first.earliest
                # Where the end is not known, an earlier read's last sample is no sign of life.
                last = end.latest if end else life.spells[-1].last + self._margin
                if begins < window.end and last >= window.start:
                    yield train, life

    def wanted(self, window: Window) -> list[tuple[Span, list[str]]]:
        """Return what to read next, alerts that began at about the same time together."""
        asked = sorted(
            (span, train.name)
            for train, life in self.alive(window)
            if (span := wanted(life, self.known(train)))
        )
        merged: list[tuple[Span, list[str]]] = []
        for span, name in asked:
            if merged and span.start <= merged[-1][0].end:
                before, names = merged[-1]
                merged[-1] = Span(before.start, max(before.end, span.end)), sorted({*names, name})
            else:
                merged.append((span, [name]))
        return merged

    def add(self, names: Sequence[str], span: Span) -> None:
        """Note that `span` was read for the alerts of these names."""
        for name in names:
            reads: list[Span] = []
            for one in sorted([*self._reads[name], span]):
                if reads and one.start <= reads[-1].end + 1:
                    reads[-1] = Span(reads[-1].start, max(reads[-1].end, one.end))
                else:
                    reads.append(one)
            self._reads[name] = reads
        self._lives = {i: found for i, found in self._lives.items() if self.trains[i].name not in names}


async def _read(
    api: PrometheusApi, trains: dict[Labels, _Train], matchers: str, span: Span
) -> dict[Labels, _Train]:
    for name in (_STATE, _START):
        for one in await api.raw(f"{name}{matchers}", *span):
            alert = one.labels.get("alertname", "")
            labels = tuple(sorted((k, v) for k, v in one.labels.items() if k not in _NOT_IDENTITY))
            identity = (("", alert), *labels)
            group = one.labels.get("alertgroup") or f"alert {alert}"
            train = trains.setdefault(identity, _Train(alert or "(unnamed)", labels, group))
            train.series.append(one)
    return trains


def _holes(collector: PrometheusAlertsCollector, history: _History, window: Window) -> Iterator[Gap]:
    """Yield where alerts left no samples though their lives went on and the server recorded."""
    found: dict[Span, set[str]] = defaultdict(set)
    quiet = history.quiet
    for train, life in history.alive(window):
        for hole in life.holes:
            if not any(s.start < hole.end and hole.start < s.end for s in quiet):
                found[hole].add(
                    series_text({"__name__": _STATE, "alertname": train.name, **dict(train.labels)})
                )
    for hole, names in sorted(found.items()):
        if cut := _cut(Span(hole.start + 1, hole.end), window):
            statement = f"{len(names)} alerts left no samples here, and were as before afterwards"
            yield collector.gap("partial", cut, statement, missing="; ".join(sorted(names))[:2000])


def _cut(span: Span, window: Window) -> Window | None:
    start, end = max(span.start, window.start), min(span.end, window.end)
    return Window(start=start, end=end) if start < end else None


def _first_moment(window: Window) -> Window:
    return Window(start=window.start, end=window.start + 1)


def _some(evidence: Iterable[Evidence]) -> tuple[Evidence, ...]:
    return tuple(evidence)[:20]


def _escape(name: str) -> str:
    """Write an alert's name as a regular expression inside a PromQL string."""
    escaped = re.sub(r"([\\.+*?()|\[\]{}^$])", r"\\\1", name)
    return escaped.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n")


def _subject(labels: Mapping[str, str]) -> Subject:
    environment = labels.get("environment") or labels.get("env")
    service = labels.get("service") or labels.get("job")
    return Subject.model_validate(
        {
            "service": service,
            "component": labels.get("component"),
            "environment": environment,
            "labels": labels,
        }
    )


def _by_alert(groups: Sequence[Mapping[str, Any]]) -> dict[str, list[_Rule]]:
    found: dict[str, list[_Rule]] = defaultdict(list)
    for g, group in enumerate(groups):
        for r, rule in enumerate(group.get("rules") or ()):
            if rule.get("type") == "alerting":
                found[str(rule.get("name"))].append(
                    _Rule(
                        str(group.get("name")), f"/data/groups/{g}/rules/{r}", rule.get("labels") or {},
                        rule.get("annotations") or {}, rule.get("alerts") or (),
                    )
                )  # fmt: skip
    return found


def _fits(rule: _Rule, labels: Mapping[str, str]) -> bool:
    # A label made by a template can be anything.
    return all("{{" in str(v) or labels.get(k) == v for k, v in rule.labels.items())


def _text(rule: _Rule, labels: Mapping[str, str], life: Life) -> str:
    annotations = rule.annotations
    for one in rule.active:
        own = {k: v for k, v in (one.get("labels") or {}).items() if k not in _NOT_IDENTITY}
        if own == labels and _same_second(one.get("activeAt"), life.since):
            annotations = one.get("annotations") or annotations
    parts = [annotations.get(k) for k in ("summary", "description", "message")]
    return "\n".join(str(p) for p in dict.fromkeys(parts) if p)


def _same_second(text: object, since: int) -> bool:
    try:
        return parse_instant(str(text)) // NS == since // NS
    except UndecodableTimeError:
        return False
