"""The lives of all alerts of a server, drawn again whenever more was read."""

from __future__ import annotations

from bisect import bisect_right
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from itertools import pairwise
from typing import Any, NamedTuple

from collectors.prometheus.alert_rules import AlertRules
from collectors.prometheus.alert_series import AlertSeries, Labels
from timeline.alerts.coverage import DEFAULT_INTERVAL, Coverage, Span
from timeline.alerts.firing import Life, lives, restart, wanted
from timeline.alerts.strands import Train, leaves_markers, strands, usual_interval
from timeline.instant import NS, Bounds
from timeline.model import Window
from timeline.relative import first_instant


class Hole(NamedTuple):
    """Where alerts left no samples: `whole`: no alert of the server did; `again`: they were seen after it."""

    span: Span
    whole: bool
    again: bool
    trains: tuple[AlertSeries, ...]


class History:
    """The lives of all alerts, drawn again when more was read."""

    def __init__(
        self, trains: dict[Labels, AlertSeries], known: Coverage, margin: int, rules: AlertRules | None = None,
        *, sees_ends: bool = True, delay: int = 0,
    ) -> None:  # fmt: skip
        self.trains = trains
        self._known = known
        self.quiet = known.silences
        self._margin = margin
        self._rules, self._delay = rules, delay
        self._told = rules.intervals() if rules else {}
        self._delays = rules.delays() if rules else {}
        self.sees_ends = sees_ends
        self._reads: dict[str, list[Span]] = defaultdict(lambda: list(known.reads))
        self._lives: dict[Labels, list[Life]] = {}
        self._looked = False

    # --- what is known of each alert ---------------------------------------------------------------

    def _look(self) -> None:
        """Take the samples of what was read, and what they show of intervals, markers and offsets."""
        if self._looked:
            return
        self._looked = True
        read = {identity: train.train() for identity, train in self.trains.items()}
        self._samples = {identity: samples for identity, (samples, _) in read.items()}
        self._leads = {identity: lead for identity, (_, lead) in read.items()}
        self._longest_lead = max(self._leads.values(), default=0)
        self._intervals = self._usual()
        self._marks = self._marking() if self.sees_ends else {}
        self._times = self._times_by_name()
        self._lives = {}

    def _usual(self) -> dict[str, int | None]:
        """Return each group's interval, as its samples show it; None for one without two samples of a life."""
        groups: dict[str, list[Train]] = defaultdict(list)
        for identity, train in self.trains.items():
            groups[train.group].append(self._samples[identity])
        return {group: usual_interval(trains) for group, trains in groups.items()}

    def _marking(self) -> dict[str, bool | None]:
        """Tell, by group, whether its ruler marks ends: by its own alerts, else by all of the server's."""
        groups: dict[str, set[bool | None]] = defaultdict(set)
        for identity, train in self.trains.items():
            known = self._known._replace(interval=self._interval(train), marked=None)
            groups[train.group].add(leaves_markers(self._samples[identity], known))
        every = _agreed(answer for answers in groups.values() for answer in answers)
        return {g: every if (own := _agreed(a)) is None else own for g, a in groups.items()}

    def _times_by_name(self) -> dict[str, Sequence[int]]:
        import numpy as np

        found: dict[str, list[Any]] = defaultdict(list)
        for identity, train in self.trains.items():
            found[train.name].append(self._samples[identity].times)
        return {name: np.unique(np.concatenate(times)).tolist() for name, times in found.items()}

    def _interval(self, train: AlertSeries) -> int | None:
        return self._intervals.get(train.group) or self._told.get(train.name)

    def known(self, identity: Labels) -> Coverage:
        """Return what was looked at for an alert."""
        self._look()
        train = self.trains[identity]
        marked = self._marks.get(train.group) if self.sees_ends else False
        return self._known._replace(
            reads=tuple(self._reads[train.name]), interval=self._interval(train), marked=marked,
            peers=self._times[train.name], active=self._active(identity),
            listed=self._told.get(train.name, 0),
        )  # fmt: skip

    def _active(self, identity: Labels) -> frozenset[int]:
        """Return the starts of the alert that the server's own list shows as active, as its samples tell starts."""
        train, lead = self.trains[identity], self._leads[identity]
        rules = self._rules.of(train.name, dict(train.labels)) if self._rules else ()
        return frozenset(
            at - at % NS - lead for rule in rules for at in rule.active_since(dict(train.labels))
        )

    def later(self, identity: Labels) -> tuple[int, int]:
        """Bound how much later than its samples' times an alert's rule was evaluated (ns).

        By what its starts prove, their lead; where they prove nothing, it may be as much as for any other.
        """
        delay = self._delay or self._delays.get(self.trains[identity].name, 0)
        if lead := self._leads[identity]:
            return lead, max(lead + NS, delay)
        most = self._longest_lead
        proven = self._proves_none(identity)
        return 0, max(0 if proven or not most else most + NS, delay)

    def _proves_none(self, identity: Labels) -> bool:
        """Tell whether a start of the alert lies at its own first sample: its rule looks back by nothing."""
        train = self._samples[identity]
        return bool(((train.times - train.since < NS) & (train.since >= 0)).any())

    # --- lives -------------------------------------------------------------------------------------

    def lives(self, identity: Labels) -> list[Life]:
        """Return the lives of one alert."""
        self._look()
        if identity not in self._lives:
            known = self.known(identity)
            self._lives[identity] = lives(strands(self._samples[identity], known), known)
        return self._lives[identity]

    def find_restarts(self, unseen: int) -> tuple[Span, ...]:
        """Add starts of the server that its `up` did not show, being shorter than `unseen` ns; return them."""
        self._look()
        read = self._known.reads[0]
        starts = {
            at
            for identity, train in self.trains.items()
            for life in self.lives(identity)
            if (at := restart(life, self._interval(train) or DEFAULT_INTERVAL)) and at > read.start
        }
        found = {at: at - unseen for at in starts if not any(s.start < at < s.end for s in self.quiet)}
        for one in (s for train in self.trains.values() for s in train.series):
            for at in found:
                if index := int(one.times.searchsorted(at)):
                    found[at] = max(found[at], int(one.times[index - 1]))
        spans = tuple(sorted(Span(last, at) for at, last in found.items()))
        self.quiet = tuple(sorted({*self.quiet, *spans}))
        self._known = self._known._replace(silences=self.quiet)
        self._lives = {}
        return spans

    def find_absences(self) -> None:
        """Take note of where every alert that was active left no sample: nobody evaluated rules there."""
        absent = {hole.span for hole in self.holes() if hole.whole and hole.again} | set(self._returns())
        self._known = self._known._replace(silences=tuple(sorted({*self.quiet, *absent})))
        self._lives = {}

    def _returns(self) -> Iterator[Span]:
        """Yield where no alert left a sample, after alerts of different things ended together and came back together.

        So does a ruler look that was away, where nothing marks the ends of alerts. Blips are none, nor are
        two rules about one thing.
        """
        self._look()
        edges: list[tuple[int, int, Labels]] = []
        for identity, train in self.trains.items():
            if self._marks.get(train.group) if self.sees_ends else False:
                continue
            known = self.known(identity)
            cut = strands(self._samples[identity], known)
            steady = 2 * known.usual
            edges += [
                (a.last, b.first, identity) for a, b in pairwise(cut)
                if b.first - a.last > steady and min(a.last - a.first, b.last - b.first) >= steady
            ]  # fmt: skip
        every = self._every()
        spans: dict[int, dict[str, int]] = defaultdict(dict)
        for last, first, identity in edges:
            width = 2 * (self._interval(self.trains[identity]) or DEFAULT_INTERVAL)
            place = bisect_right(every, last + width // 2)
            # The first ones that come back, and this one with them.
            if place < len(every) and first - every[place] <= width and every[place] - last > width:
                about = _thing(self.trains[identity])
                spans[place][about] = max(spans[place].get(about, last), last)
        for place, together in spans.items():
            if len(together) > 1:
                yield Span(max(together.values()), every[place])

    def _every(self) -> list[int]:
        """Return every instant at which any alert left a sample."""
        import numpy as np

        times: list[int] = np.unique(np.concatenate([np.empty(0, np.int64), *self._times.values()])).tolist()
        return times

    def alive(self, window: Window) -> Iterator[tuple[Labels, AlertSeries, Life]]:
        """Yield the lives that meet the window."""
        for identity, train in sorted(self.trains.items()):
            for life in self.lives(identity):
                first, end = life.spells[0].began, life.ended
                begins = first_instant(first)
                # Where the end is not known, an earlier read's last sample is no sign of life.
                last = end.latest if end else life.spells[-1].last + max(self._margin, self._due(train))
                if begins < window.end and last >= window.start:
                    yield identity, train, life

    def _due(self, train: AlertSeries) -> int:
        return 2 * (self._interval(train) or DEFAULT_INTERVAL)

    # --- what to read next -------------------------------------------------------------------------

    def wanted(self, window: Window) -> list[tuple[Span, list[str]]]:
        """Return what to read next, alerts that began at about the same time together."""
        asked = sorted(
            (span, train.name)
            for identity, train, life in self.alive(window)
            if (span := wanted(life, self.known(identity)))
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
        self._looked = False

    # --- what is not known -------------------------------------------------------------------------

    def holes(self) -> list[Hole]:
        """Return where alerts left no samples and nothing says that they ended, those of one time as one."""
        self._look()
        every = self._every()
        found: dict[tuple[int, int, bool], list[tuple[Span, AlertSeries]]] = defaultdict(list)
        for identity, train in sorted(self.trains.items()):
            width = self._interval(train) or DEFAULT_INTERVAL
            for life in self.lives(identity):
                for hole in (*life.holes, *filter(None, (life.lost,))):
                    place = bisect_right(every, hole.start + width)
                    silent = place == len(every) or every[place] >= hole.end
                    key = (place, -1, hole != life.lost) if silent else (*hole, hole != life.lost)
                    found[key].append((hole, train))
        return sorted(_hole(spans, end == -1, again) for (_, end, again), spans in found.items())


def _hole(found: Sequence[tuple[Span, AlertSeries]], whole: bool, again: bool) -> Hole:
    # Rules are evaluated one after the other: from the last sample of any alert to the first new one.
    start, end = max(span.start for span, _ in found), min(span.end for span, _ in found)
    trains = {train.selector: train for _, train in found}
    return Hole(Span(start, end), whole, again, tuple(trains[name] for name in sorted(trains)))


def moved(at: Bounds, later: tuple[int, int]) -> Bounds:
    """Return bounds by the times of evaluations instead of those of their samples."""
    return Bounds(None if at.earliest is None else at.earliest + later[0], at.latest + later[1])


def _thing(train: AlertSeries) -> str:
    return str([pair for pair in train.labels if pair[0] != "severity"])


def _agreed(answers: Iterable[bool | None]) -> bool | None:
    """Return True where any is, else False where any is, else None."""
    told = set(answers)
    return True if True in told else False if False in told else None
