"""Metric states: absent, clear, in breach, undefined (NaN), and the transitions between them, from samples alone.

A state holds from its sample until the next one. A series becomes absent where it was marked as stale, else
when the look-back has passed without a sample; on a grid, at the next point without a value. Only what lies
within one look-back of a transition decides it, so that reading more, or in other pieces, moves none.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Any, NamedTuple

from timeline.instant import Bounds
from timeline.kinds import Kind

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

_ENTER: dict[str, Kind] = {
    ">": "metric.crossed_above", ">=": "metric.crossed_above",
    "<": "metric.crossed_below", "<=": "metric.crossed_below",
    "==": "metric.matched", "!=": "metric.matched",
}  # fmt: skip
_LEAVE: dict[Kind, Kind] = {
    "metric.crossed_above": "metric.crossed_below",
    "metric.crossed_below": "metric.crossed_above",
    "metric.matched": "metric.unmatched",
}


class SampleSpan(NamedTuple):
    """What was read, all in ns: the closed `[start, end]`, the look-back, the grid's step if on one.

    A sample counts for the look-back, and for `edge` more: up to Prometheus 2, also when it is exactly as old.
    `nan_is_stale`: the source shows stale markers as NaN (VictoriaMetrics); else NaN is a value that compares
    with nothing.
    """

    start: int
    end: int
    lookback: int
    grid: int | None = None
    nan_is_stale: bool = False
    edge: int = 0

    @property
    def staleness(self) -> int:
        """How long a state holds without a sample."""
        return self.grid or self.lookback + self.edge


class Transition(NamedTuple):
    """A change of state: its bounds, the sample that shows it (the last one for `absent`), after it.

    `previous` is the value of the sample before, where the state was another; None where there is none.
    """

    kind: Kind
    at: Bounds
    sample: int
    value: float
    breach: bool
    previous: float | None = None


def transitions(
    times: NDArray[np.int64], values: NDArray[np.float64], op: str, threshold: float, reading: SampleSpan,
    seams: Sequence[int] = (), marks: Sequence[int] = (),
) -> list[Transition]:  # fmt: skip
    """Return the transitions of one series (times in ns, ascending) against `value op threshold`.

    A series in breach at its first sample, unless known to be absent before, has its crossing's
    kind with `earliest` None. `seams` are the samples before which (their number: after the last
    of which) samples were left out that are known to change nothing: neither state nor presence.
    `marks` are the times (ns) at which the series was marked as stale.
    """
    import numpy as np

    if len(times) == 0:
        return []
    series = _Series(times, values, reading, seams, marks)
    enter = _ENTER[op]
    breach = _breach(series.values, op, threshold) & ~series.stale
    undefined = np.isnan(series.values) & ~breach & ~series.stale
    state = breach + 2 * undefined
    changed = np.zeros(len(state), bool)
    changed[1:] = (state[1:] != state[:-1]) & ~series.appears[1:] & ~series.stale[1:]
    changed[0] = bool(breach[0]) and not (series.appears[0] or series.joined[0])
    found = []
    for i in (int(n) for n in np.flatnonzero(changed | series.appears | series.vanishes)):
        sample, after, value = int(series.places[i]), bool(breach[i]), float(series.values[i])
        if series.appears[i]:
            found.append(Transition("metric.present", series.appeared(i), sample, value, after))
        elif changed[i]:
            at = Bounds(int(series.times[i - 1]) + 1 if i else None, int(series.times[i]))
            kind = enter if after else _LEAVE[enter]
            if undefined[i] or (i and undefined[i - 1]):
                kind = "metric.undefined" if undefined[i] else "metric.defined"
            previous = float(series.values[i - 1]) if i else None
            found.append(Transition(kind, at, sample, value, after, previous))
        if series.vanishes[i]:
            found.append(Transition("metric.absent", series.vanished(i), sample, value, False))
    return found


class Absence(NamedTuple):
    """A change between some series and none: bounds, and the series and sample that show it."""

    kind: Kind
    at: Bounds
    series: int | None
    sample: int | None


def absences(
    group: Sequence[tuple[NDArray[np.int64], NDArray[np.float64]]], reading: SampleSpan,
    marks: Sequence[Sequence[int]] = (),
) -> list[Absence]:  # fmt: skip
    """Return when the last of several series went absent, and when the first one came back.

    `marks` are the times (ns) at which each of them was marked as stale. Where there is no series at all,
    or none yet at the start, `metric.absent` has `earliest` None.
    """
    told = [*marks, *[()] * (len(group) - len(marks))]
    lives = sorted(life for n, (t, v) in enumerate(group) for life in _lives(n, t, v, told[n], reading))
    found: list[Absence] = []
    if not lives or lives[0].begin.earliest is not None:
        found.append(Absence("metric.absent", Bounds(None, reading.start), None, None))
    last: _Life | None = None
    for life in lives:
        if last is not None and last.end is not None and life.begin.latest > last.end.latest:
            found.append(Absence("metric.absent", last.end, last.series, last.last))
            last = None
        if last is None:
            if life.begin.earliest is not None:
                found.append(Absence("metric.present", life.begin, life.series, life.first))
            last = life
        else:
            last = _later(last, life)
    if last is not None and last.end is not None:
        found.append(Absence("metric.absent", last.end, last.series, last.last))
    return found


class _Life(NamedTuple):
    """One unbroken presence: `begin.earliest` None: from before; `end` None: to the reading's end."""

    order: int
    series: int
    begin: Bounds
    first: int
    last: int
    end: Bounds | None


def _later(one: _Life, two: _Life) -> _Life:
    """Return the presence of both: it ends when the last of them has ended."""
    if one.end is None or two.end is None:
        return one if one.end is None else two
    kept = max(one, two, key=lambda life: life.end or Bounds(None, 0))
    end = Bounds(max(one.end.earliest or 0, two.end.earliest or 0), max(one.end.latest, two.end.latest))
    return kept._replace(end=end)


def _lives(
    number: int, times: NDArray[np.int64], values: NDArray[np.float64], marks: Sequence[int], reading: SampleSpan
) -> Iterable[_Life]:  # fmt: skip
    if len(times) == 0:
        return
    import numpy as np

    series = _Series(times, values, reading, (), marks)
    first: int | None = None
    for i in (int(n) for n in np.flatnonzero(~series.stale)):
        if first is None:
            first = i
        if not (series.vanishes[i] or i == series.final):
            continue
        begin = series.appeared(first) if series.appears[first] else Bounds(None, int(series.times[first]))
        end = series.vanished(i) if series.vanishes[i] else None
        yield _Life(begin.latest, number, begin, int(series.places[first]), int(series.places[i]), end)
        first = None


def counting(times: NDArray[np.int64]) -> NDArray[np.intp]:
    """Return the places of the samples that count, of ascending times: of two at one instant, the last."""
    import numpy as np

    last = np.ones(len(times), bool)
    last[:-1] = times[1:] != times[:-1]
    return np.flatnonzero(last)


class _Series:
    """Samples and stale markers in order, with what is known of presence: which samples appear, vanish.

    `places` are the samples' own places, -1 for a marker that is none.
    """

    def __init__(
        self, times: NDArray[np.int64], values: NDArray[np.float64], reading: SampleSpan,
        seams: Sequence[int], marks: Sequence[int],
    ) -> None:  # fmt: skip
        import numpy as np

        places: Any = counting(times)
        joined: Any = np.searchsorted(
            places, np.array(seams, np.int64)
        )  # a stretch was left out before these
        times, values = times[places], values[places]
        stale: Any = np.isnan(values) if reading.nan_is_stale else np.zeros(len(values), bool)
        if len(marks):
            own = np.array(marks, np.int64)
            before = np.searchsorted(times, own, side="right")
            # What was left out before a marker lies behind the sample before it.
            joined = np.where(joined > 0, joined + np.searchsorted(before, joined), joined)
            times, values = np.insert(times, before, own), np.insert(values, before, np.nan)
            stale, places = np.insert(stale, before, True), np.insert(places, before, -1)
        self.times, self.values, self.reading, self.places, self.stale = times, values, reading, places, stale
        self.joined: Any = np.zeros(len(times) + 1, bool)
        self.joined[joined] = True
        late = (np.diff(times) > reading.staleness) & ~self.joined[1:-1]
        unseen = times[0] - reading.start >= reading.staleness
        if reading.grid:  # a point without a value is an observation, also the reading's first one
            unseen = times[0] - reading.grid >= reading.start
        self.appears: Any = ~stale & np.concatenate(([unseen and not self.joined[0]], late | stale[:-1]))
        ended = reading.end - times[-1] >= reading.staleness
        self.vanishes: Any = ~stale & np.concatenate((late | stale[1:], [ended and not self.joined[-1]]))
        real = np.flatnonzero(~stale)
        self.final = int(real[-1]) if len(real) else -1

    def appeared(self, i: int) -> Bounds:
        """Bound the begin of presence at sample `i` by the spacing of what follows, at most a look-back."""
        at, width = int(self.times[i]), self.reading.grid or self.reading.lookback
        if self.reading.grid is None and i + 1 < len(self.times):
            width = min(width, int(self.times[i + 1]) - at)
        earliest = at - width + 1
        if i and self.stale[i - 1]:
            earliest = max(earliest, int(self.times[i - 1]) + 1)
        return Bounds(earliest, at)

    def vanished(self, i: int) -> Bounds:
        """Bound the begin of absence after sample `i`: at a stale marker, else within the look-back."""
        at = int(self.times[i])
        latest = at + self.reading.staleness
        if i + 1 < len(self.times) and self.stale[i + 1]:
            latest = min(latest, int(self.times[i + 1]))
        return Bounds(at + 1, latest)


def _breach(values: NDArray[np.float64], op: str, threshold: float) -> Any:
    import numpy as np

    compare: dict[str, Any] = {
        ">": np.greater, ">=": np.greater_equal, "<": np.less, "<=": np.less_equal,
        "==": np.equal, "!=": np.not_equal,
    }  # fmt: skip
    return compare[op](values, threshold)
