"""Facts from samples: what a watched query's series did about their threshold, inside a window."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Protocol

from collectors.base import Payload
from collectors.kit.metrics.samples import Mark, Sampled, Samples
from timeline.canonical import short_id
from timeline.facts import alert_thread, fact, thread_key
from timeline.instant import Bounds
from timeline.kinds import Kind
from timeline.model import Evidence, Fact, Quantity, Subject, Window
from timeline.relative import first_instant
from timeline.rules.promrules import AlertingRule, alert_labels
from timeline.selectors import series_text
from timeline.series.crossings import Transition, absences, transitions

_DIRECTIONS = {
    "metric.present": "present", "metric.absent": "absent", "metric.undefined": "undefined", "metric.defined": "defined",
}  # fmt: skip


class Query(Protocol):
    """A query as its facts name it."""

    @property
    def query(self) -> str:
        """The query, as its source reads it."""

    @property
    def step(self) -> int | None:
        """The step (ns) that it is evaluated at, counted from the epoch; None where samples are its own."""

    @property
    def text(self) -> str:
        """The query as evidence shows it: with where it is evaluated."""

    @property
    def absent(self) -> Mapping[str, str]:
        """The labels of what is absent where it has no series at all."""


@dataclass(frozen=True)
class Watch:
    """A threshold to watch: op is `>` ... `!=` or `absent`; from a rule, or configured by name."""

    name: str
    op: str
    value: float | None
    unit: str | None = None
    rule: AlertingRule | None = None
    part: str | None = None  # of a rule: which of its expressions, "Expression 2 of"
    impact: bool = False  # customers see it
    labels: tuple[tuple[str, str], ...] = ()  # of a rule: what others of its name do not have

    @property
    def title(self) -> str:
        """The alert's or the threshold's name, with the labels that tell it from others of that name."""
        return self.name + series_text(dict(self.labels))


@dataclass(frozen=True)
class StateChange:
    """One change of state of one series, with the sample that shows it."""

    kind: Kind
    at: Bounds
    labels: dict[str, str]
    breach: bool
    time: int | None = None  # the sample's own time
    value: float | None = None
    previous: float | None = None  # the value before, where the state was another
    places: tuple[tuple[Payload, str], ...] = ()  # the sample's, and that of the one before if apart
    mark: Mark | None = None  # the stale marker that ended the series


@dataclass(frozen=True)
class FactBuilder:
    """What every fact of a question shares."""

    source: str
    origin: str
    asked: Query
    window: Window
    link: Callable[[str, int, int], str | None]  # (query, start, end) -> URL
    notes: Sequence[str] = ()
    means: str = "sample"

    def facts(self, watch: Watch, sampled: Sampled) -> Iterator[Fact]:
        """Yield the facts of one watch, of all series."""
        if watch.op == "absent" or watch.value is None:
            changes = in_window(absence_changes(sampled, self.asked.absent), self.window)
            yield from (self._fact(watch, change, sampled.way) for change in changes)
            return
        for series in sampled.series:
            changes = in_window(series_changes(series, watch.op, watch.value, sampled), self.window)
            for change in changes:
                shown = at_start(change, series, self.window) if change.at.earliest is None else change
                yield self._fact(watch, shown, sampled.way)

    def _fact(self, watch: Watch, change: StateChange, way: str) -> Fact:
        labels = change.labels
        shown = {k: v for k, v in labels.items() if k != "__name__" or v not in self.asked.query}
        direction = _DIRECTIONS.get(change.kind, "breach" if change.breach else "clear")
        value = None if change.kind == "metric.absent" else change.value
        thread = self._thread(watch, labels)  # in the key: two rules may share a threshold
        return fact(
            change.kind, origin=self.origin,
            key=[self.asked.query, labels, watch.op, watch.value, direction, change.time, thread],
            at=change.at, time_means=self.means, clock=self.origin, source=self.source,
            names={
                "name": watch.title, "part": watch.part or None, "series": series_text(shown) or None, "value": value,
                "unit": watch.unit or "", "op": watch.op, "threshold": watch.value, "previous": change.previous,
            },
            evidence=self._evidence(change, way), subject=Subject(service=labels.get("service"), labels=shown),
            quantity=Quantity(value=value, unit=watch.unit, threshold=watch.value, op=watch.op),
            thread=thread, category="impact" if watch.impact else None, panel=self.panel,
        )  # fmt: skip

    @cached_property
    def panel(self) -> str:
        """The id of the panel that draws the question's series."""
        return short_id("p", [1, self.origin, self.asked.query, self.asked.step])

    def _thread(self, watch: Watch, labels: dict[str, str]) -> str:
        if watch.rule is None:
            return thread_key("metric", self.origin, watch.name, labels)
        return alert_thread(self.origin, watch.rule.alert, alert_labels(watch.rule.labels, labels))

    def _evidence(self, change: StateChange, way: str) -> list[Evidence]:
        around = change.at.latest
        half = 30 * 60 * 10**9
        query = "\n".join((self.asked.text, f"# {way}", *(f"# {note}" for note in self.notes)))
        link = self.link(self.asked.query, around - half, around + half)
        found = [
            Evidence(source=self.source, payload=payload.sha256 if payload else None, pointer=pointer, query=query, link=link)
            for payload, pointer in change.places or ((None, None),)
        ]  # fmt: skip
        if (mark := change.mark) and mark.payload:
            text = f"{mark.query} # when it was shown last, before a stale marker"
            found.append(
                Evidence(source=self.source, payload=mark.payload.sha256, pointer=mark.pointer, query=text)
            )
        return found


def series_changes(series: Samples, op: str, value: float, sampled: Sampled) -> list[StateChange]:
    """Return the changes of state of one series."""
    return [
        StateChange(
            t.kind, _between(t, series), series.labels, t.breach, int(series.times[t.sample]), t.value, t.previous,
            series.around(t.sample), _ending(series, t.kind, t.at),
        )
        for t in transitions(
            series.times, series.values, op, value, sampled.reading, series.seams, [m.time for m in series.marks]
        )
    ]  # fmt: skip


def _between(change: Transition, series: Samples) -> Bounds:
    """Return when a change was: of samples that stand for a span, from the begin of the last one before to the end of the first one after.

    A span without a sample is one as well: the first one of an absence, and the last one before a presence.
    """
    if not (width := series.width):
        return change.at
    at = int(series.times[change.sample])
    if change.kind == "metric.absent":
        return Bounds(at, at + 2 * width - 1)
    if change.kind == "metric.present":
        return Bounds(at - width, at + width - 1)
    earliest = change.at.earliest
    return Bounds(None if earliest is None else earliest - 1, at + width - 1)


def _ending(series: Samples, kind: Kind, at: Bounds) -> Mark | None:
    """Return the stale marker that an absence begins with."""
    return next((m for m in series.marks if kind == "metric.absent" and m.time == at.latest), None)


def absence_changes(sampled: Sampled, absent: Mapping[str, str]) -> list[StateChange]:
    """Return when a query had no series at all, and when it had one again; `absent` are labels of what has none."""
    if sampled.never_absent:
        return []
    labels, found = dict(absent), []
    series = sampled.series
    marks = [[mark.time for mark in s.marks] for s in series]
    for one in absences([(s.times, s.values) for s in series], sampled.reading, marks):
        change = StateChange(one.kind, one.at, labels, one.kind == "metric.absent")
        if one.series is not None and one.sample is not None:
            its = series[one.series]
            change = StateChange(
                one.kind, one.at, labels, one.kind == "metric.absent", int(its.times[one.sample]),
                float(its.values[one.sample]), None, its.around(one.sample), _ending(its, one.kind, one.at),
            )  # fmt: skip
        found.append(change)
    return found


def in_window(changes: Iterable[StateChange], window: Window) -> Iterator[StateChange]:
    """Yield the changes that meet the window, and the one before it whose breach reaches into it.

    A sample at the window's start itself decides the state there: what it ended was not so already.
    """
    last: StateChange | None = None
    for change in changes:
        if change.at.latest < window.start:
            last = change
        elif first_instant(change.at) < window.end:
            ended = change.at.latest == window.start and last is not None and last.at.earliest is None
            if last is not None and last.breach and not ended:
                yield last
            last = None
            yield change
    if last is not None and last.breach:
        yield last


def at_start(change: StateChange, series: Samples, window: Window) -> StateChange:
    """Return a breach from before the window as the last sample up to the window's start shows it."""
    import numpy as np

    if change.at.latest >= window.start:
        return change
    place = int(np.searchsorted(series.times, window.start, side="right")) - 1
    return replace(
        change, at=Bounds(None, window.start), time=int(series.times[place]), value=float(series.values[place]),
        places=series.around(place),
    )  # fmt: skip
