"""What was read of each alert: samples of its states, of its starts, and the markers of their ends."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, NamedTuple

from collectors.base import Payload, SourceError
from collectors.kit.metrics.samples import MS, Samples
from collectors.kit.tape import LackingError
from collectors.prometheus.answers import series_text
from collectors.prometheus.api import PrometheusApi
from collectors.prometheus.wire.remote_read import RemoteRead
from timeline.alerts.coverage import Span
from timeline.alerts.strands import Train
from timeline.facts import NOT_IDENTITY
from timeline.instant import NS

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

Labels = tuple[tuple[str, str], ...]
_LOOK = 15 * NS  # how often it is looked whether a series is still there
_LAST_START = 2.0**33  # seconds: the year 2242; in nanoseconds an integer of 64 bits holds it


class Naming(NamedTuple):
    """How a server names alerts' series: the metric, and labels that do not tell alerts apart."""

    metric: str = "ALERTS"
    ignored: frozenset[str] = frozenset()

    @property
    def start(self) -> str:
        """The metric of the alerts' starts."""
        return f"{self.metric}_FOR_STATE"

    def labels(self, labels: Iterable[tuple[str, str]]) -> Labels:
        """Return the labels that are the alert's identity, beside its name."""
        return tuple(sorted((k, v) for k, v in labels if k not in NOT_IDENTITY and k not in self.ignored))


@dataclass
class AlertSeries:
    """All that was read of one alert."""

    name: str
    labels: Labels
    group: str  # whose rules are evaluated together: vmalert tells it, else those of one name
    naming: Naming
    series: list[Samples] = field(default_factory=list)
    #: Of its states, with NaN where they were marked stale; Grafana writes 0 for a state that ended.
    marks: list[Samples] = field(default_factory=list)

    def train(self) -> tuple[Train, int]:
        """Return its samples and stale markers, and by how much (ns) its starts were moved back for that.

        A rule that looks back by an offset stores what it found at that earlier time: this lead is how much later
        than its own time a sample tells its alert's start, at most; 0: never.
        """
        times, firing = self._states()
        since = self._since(times)
        ahead = (since - times)[since >= 0]
        lead = max(int(ahead.max()), 0) if len(ahead) else 0
        marks = self._marks(False), self._marks(True)
        return Train(times, firing, _moved(since, lead) if lead else since, marks), lead

    def _states(self) -> tuple[NDArray[np.int64], NDArray[np.bool_]]:
        import numpy as np

        state = [one for one in self.series if one.labels.get("__name__") == self.naming.metric]
        kept = [one.times[one.values > 0] for one in state]  # NaN: a stale marker, shown by VictoriaMetrics
        fires = [_is_firing(one) for one in state]
        times = np.concatenate([np.empty(0, np.int64), *kept])
        firing = np.concatenate([np.empty(0, np.bool_), *map(np.full, map(len, kept), fires)])
        # Of one evaluation, seen twice (two groups, overlapping reads), firing is kept.
        order = np.lexsort((~firing, times))
        times, first = np.unique(times[order], return_index=True)
        return times, firing[order][first]

    def _since(self, times: NDArray[np.int64]) -> NDArray[np.int64]:
        import numpy as np

        since = np.full(len(times), -1, np.int64)
        for one in self.series:
            # What is no time that nanoseconds can hold tells no start.
            good = (one.values > 0) & (one.values < _LAST_START)
            if one.labels.get("__name__") == self.naming.start and good.any():
                at, told = one.times[good], one.values[good].astype(np.int64) * NS
                index = np.minimum(np.searchsorted(at, times), len(at) - 1)
                since = np.where(at[index] == times, told[index], since)
        return since

    def _marks(self, firing: bool) -> list[int]:
        import numpy as np

        found = [one.times[~(one.values > 0)] for one in self._marked(firing)]
        times: list[int] = np.unique(np.concatenate([np.empty(0, np.int64), *found])).tolist()
        return times

    def _marked(self, firing: bool) -> list[Samples]:
        every = [one for one in self.series if one.labels.get("__name__") == self.naming.metric] + self.marks
        return [one for one in every if _is_firing(one) == firing]

    @property
    def selector(self) -> str:
        """Return the PromQL selector of this alert's states."""
        return series_text({"__name__": self.naming.metric, "alertname": self.name, **dict(self.labels)})

    def locate(self, name: str, time: int, firing: bool | None = None) -> tuple[Samples, Payload, str] | None:
        """Return the series, payload and pointer of the sample at `time`."""
        for one in self.series:
            wrong_state = firing is not None and _is_firing(one) != firing
            if one.labels.get("__name__") != name or wrong_state:
                continue
            index = int(one.times.searchsorted(time))
            if index < len(one.times) and one.times[index] == time and one.values[index] > 0:
                return one, *one.locate(index)
        return None

    def locate_mark(self, time: int, firing: bool) -> tuple[Samples, Payload, str] | None:
        """Return the series, payload and pointer of the stale marker at `time`."""
        for one in self._marked(firing):
            index = int(one.times.searchsorted(time))
            if not one.parts:  # no sample shows it
                continue
            if index < len(one.times) and one.times[index] == time and not one.values[index] > 0:
                return one, *one.locate(index)
        return None


def _vanishing(one: Samples, span: Span, lookback: int) -> Samples:
    import numpy as np

    newest = np.rint(one.values * 1000).astype(np.int64) * MS
    gone = np.append(np.diff(one.times) > _LOOK, one.times[-1] + _LOOK <= span.end)
    early = one.times - newest < lookback - 2 * _LOOK  # else it is gone because the look-back is over
    at = one.times[gone & early] + _LOOK
    return Samples(one.labels, at, np.full(len(at), np.nan), ())


def _moved(since: NDArray[np.int64], lead: int) -> NDArray[np.int64]:
    import numpy as np

    return np.where(since >= 0, np.maximum(since - lead, 0), since)


def _is_firing(one: Samples) -> bool:
    return one.labels.get("alertstate") == "firing"


class AlertReader:
    """Reads alerts' series of one server, and the markers of their ends where it shows them."""

    def __init__(self, api: PrometheusApi, naming: Naming) -> None:
        self._api, self._naming = api, naming
        self._remote = RemoteRead(api)
        self._nan: bool | None = None
        self.trains: dict[Labels, AlertSeries] = {}
        #: Whether the ends of what was read would show: not where stale markers could not be read.
        self.sees_ends = True
        #: Why they could not.
        self.lost: SourceError | None = None

    async def read(self, matchers: str, span: Span) -> None:
        """Add what is stored in `span`; raise SourceError."""
        metrics = (self._naming.metric, self._naming.start)
        # Nothing is added before both are read: what is half read would be no reading of the span.
        for found in [await self._api.raw(f"{name}{matchers}", *span) for name in metrics]:
            for one in found:
                self._train(one).series.append(one)
        if not self.sees_ends:
            return
        try:
            marked = await self._ends(matchers, span)
        except LackingError:  # evidence of before markers were asked for
            marked = None
        except SourceError as err:
            self.lost, marked = err, None
        if marked is None:
            self.sees_ends = False
            return
        names = self._by_name()
        for one in marked:
            if own := self._known(one, names):
                own.marks.append(one)

    async def _ends(self, matchers: str, span: Span) -> Sequence[Samples] | None:
        if self._nan is None:
            self._nan = await self._api.shows_stale_as_nan()
        if self._nan:
            return []
        selector = f"{self._naming.metric}{matchers}"
        found = await self._remote.read_stale(selector, *span)
        return await self._vanished(selector, span) if found is None else found

    async def _vanished(self, selector: str, span: Span) -> list[Samples]:
        """Tell stale markers by what they do, where nothing shows them: a series is gone before its look-back is over.

        Each is at the first look without the series.
        """
        looks = await self._api.range(f"timestamp({selector})", *span, _LOOK)
        lookback = self._api.options.lookback_ns
        return [marked for one in looks if len((marked := _vanishing(one, span, lookback)).times)]

    def _known(self, one: Samples, names: Mapping[str, Sequence[AlertSeries]]) -> AlertSeries | None:
        """Return the alert of a series, which may carry the server's external labels as well."""
        labels = one.labels.items()
        exact = self.trains.get((("", one.labels.get("alertname", "")), *self._naming.labels(labels)))
        if exact:
            return exact
        fitting = [t for t in names.get(one.labels.get("alertname", ""), ()) if set(t.labels) <= labels]
        return max(fitting, key=lambda train: len(train.labels), default=None)

    def _by_name(self) -> dict[str, list[AlertSeries]]:
        found: dict[str, list[AlertSeries]] = {}
        for ((_, name), *_), train in self.trains.items():
            found.setdefault(name, []).append(train)
        return found

    def _train(self, one: Samples) -> AlertSeries:
        alert = one.labels.get("alertname", "")
        labels = self._naming.labels(one.labels.items())
        group = one.labels.get("alertgroup") or f"alert {alert}"
        made = AlertSeries(alert or "(unnamed)", labels, group, self._naming)
        return self.trains.setdefault((("", alert), *labels), made)


def escape(name: str) -> str:
    """Write an alert's name as a regular expression inside a PromQL string."""
    escaped = re.sub(r"([\\.+*?()|\[\]{}^$])", r"\\\1", name)
    return escaped.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n")
