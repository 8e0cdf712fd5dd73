"""What was read of each alert, and its lives, drawn again whenever more was read."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from collectors.base import Payload
from collectors.prometheus.answers import Samples, series_text
from collectors.prometheus.api import PrometheusApi
from timeline.alerts.firing import (
    DEFAULT_INTERVAL,
    Coverage,
    Life,
    Span,
    lives,
    restart,
    stretches,
    usual_interval,
    wanted,
)
from timeline.facts import NOT_IDENTITY
from timeline.instant import NS
from timeline.model import Window

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

STATE, START = "ALERTS", "ALERTS_FOR_STATE"
Labels = tuple[tuple[str, str], ...]


@dataclass
class AlertSeries:
    """All that was read of one alert."""

    name: str
    labels: Labels
    group: str  # whose rules are evaluated together: vmalert tells it, else those of one name
    series: list[Samples] = field(default_factory=list)

    def arrays(self) -> tuple[NDArray[np.int64], NDArray[np.bool_], NDArray[np.int64]]:
        """Return the evaluations' times (ns), states and starts (ns, -1 where not told)."""
        import numpy as np

        state = [s for s in self.series if s.labels["__name__"] == STATE]
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
            if one.labels["__name__"] == START and good.any():
                at, told = one.times[good], one.values[good].astype(np.int64) * NS
                index = np.minimum(np.searchsorted(at, times), len(at) - 1)
                since = np.where(at[index] == times, told[index], since)
        return since

    @property
    def selector(self) -> str:
        """Return the PromQL selector of this alert's states."""
        return series_text({"__name__": STATE, "alertname": self.name, **dict(self.labels)})

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


class History:
    """The lives of all alerts, drawn again when more was read."""

    def __init__(self, trains: dict[Labels, AlertSeries], known: Coverage, margin: int) -> None:
        self.trains = trains
        self._known = known
        self.quiet = known.silences
        self._margin = margin
        self._reads: dict[str, list[Span]] = defaultdict(lambda: list(known.reads))
        self._intervals = self._usual()
        self._lives: dict[Labels, list[Life]] = {}

    def find_restarts(self, unseen: int) -> tuple[Span, ...]:
        """Add starts of the server that its `up` did not show, being shorter than `unseen` ns; return them."""
        read = self._known.reads[0]
        starts = {
            at
            for identity, train in self.trains.items()
            for life in self.lives(identity)
            if (at := restart(life, self.known(train).interval)) and at > read.start
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

    def _usual(self) -> dict[str, int]:
        """Return each group's interval; one without two samples of a life has that of all."""
        groups: dict[str, list[Any]] = defaultdict(list)
        for train in self.trains.values():
            times, _, since = train.arrays()
            groups[train.group].append((times, since))
        found = {g: own for g, trains in groups.items() if (own := usual_interval(trains)) is not None}
        usual = sorted(found.values())[len(found) // 2] if found else DEFAULT_INTERVAL
        return dict.fromkeys(groups, usual) | found

    def known(self, train: AlertSeries) -> Coverage:
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

    def alive(self, window: Window) -> Iterator[tuple[AlertSeries, Life]]:
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


async def read_alerts(
    api: PrometheusApi, trains: dict[Labels, AlertSeries], matchers: str, span: Span
) -> dict[Labels, AlertSeries]:
    """Add what is stored in `span` to `trains`; raise SourceError."""
    for name in (STATE, START):
        for one in await api.raw(f"{name}{matchers}", *span):
            alert = one.labels.get("alertname", "")
            labels = tuple(sorted((k, v) for k, v in one.labels.items() if k not in NOT_IDENTITY))
            identity = (("", alert), *labels)
            group = one.labels.get("alertgroup") or f"alert {alert}"
            train = trains.setdefault(identity, AlertSeries(alert or "(unnamed)", labels, group))
            train.series.append(one)
    return trains


def escape(name: str) -> str:
    """Write an alert's name as a regular expression inside a PromQL string."""
    escaped = re.sub(r"([\\.+*?()|\[\]{}^$])", r"\\\1", name)
    return escaped.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n")
