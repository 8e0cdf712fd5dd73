"""Samples of one alert cut into strands: what one evaluator said of one time of being active.

Each evaluation of an active alert stores a sample of its state and of the moment it became active
(`since`, cut to whole seconds); the first one without it marks the state's series stale. Two evaluators
(a pair of servers, a rule that is loaded twice) write into one series: their starts, and what is left
of their times when whole intervals are taken away, tell them apart.
"""

from __future__ import annotations

from bisect import bisect_right
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from itertools import pairwise
from typing import TYPE_CHECKING, NamedTuple

from timeline.alerts.coverage import Coverage, Span, median
from timeline.instant import NS

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

_EDGE = 3  # spacings that tell the interval at an edge


class Train(NamedTuple):
    """What was read of one alert: ascending times (ns), firing or pending, starts (ns, -1: not told).

    `marks`: ascending times of the stale markers of the pending and of the firing series.
    """

    times: NDArray[np.int64]
    firing: NDArray[np.bool_]
    since: NDArray[np.int64]
    marks: tuple[Sequence[int], Sequence[int]] = ((), ())


class Part(NamedTuple):
    """Samples of one state in a strand: the first and the last one."""

    firing: bool
    first: int
    last: int


class Strand(NamedTuple):
    """One time of being active, as one evaluator told it; `head` and `tail` are its spacings (ns).

    `mark` is where its last state was marked stale; `holes` lie between its samples.
    """

    since: int | None
    parts: tuple[Part, ...]
    head: int | None = None
    tail: int | None = None
    holes: tuple[Span, ...] = ()
    mark: int | None = None

    @property
    def first(self) -> int:
        """The first sample."""
        return self.parts[0].first

    @property
    def last(self) -> int:
        """The last sample."""
        return self.parts[-1].last

    @property
    def start(self) -> int:
        """When it became active, as far as told: else its first sample."""
        return self.first if self.since is None else min(self.since, self.first)

    def spacing(self, known: Coverage) -> int:
        """How often it was evaluated at its end (ns)."""
        return max(self.tail or self.head or known.usual, known.listed)


def usual_interval(trains: Iterable[Train]) -> int | None:
    """Return how often one group's rules were evaluated (ns), from its alerts.

    Where starts are told: the median spacing within lives. Else lives cannot be told from flaps (vmalert
    writes no start for rules without `for`): the commonest spacing. None where there is none.
    """
    import numpy as np

    told, untold = [], Counter[int]()
    for train in trains:
        order = np.argsort(train.since, kind="stable")  # two evaluators' samples alternate
        spacing, since = np.diff(train.times[order]), train.since[order]
        within = np.sort(spacing[(since[1:] == since[:-1]) & (since[1:] >= 0)])
        told += [int(within[len(within) // 2])] if len(within) else []
        untold.update(spacing[(since[1:] < 0) & (since[:-1] < 0)].tolist())
    if told or not untold:
        return max(told, default=None)
    return min(untold, key=lambda width: (-untold[width], width))


def strands(train: Train, known: Coverage) -> list[Strand]:
    """Cut what was read of an alert into strands, in the order of their first samples."""
    import numpy as np

    since = _filled(train)
    order = np.argsort(since, kind="stable")
    edges = [0, *(np.flatnonzero(np.diff(since[order])) + 1).tolist(), len(order)]
    groups = [order[a:b] for a, b in pairwise(edges) if a < b]
    found = [
        _strand(train, at, int(since[at[0]]), known)
        for group in groups
        for at in (_cut(train, group, known) if since[group[0]] < 0 else [group])
    ]
    found.sort(key=lambda one: (one.first, one.start))
    return [_marked(one, _mark(one, found, train, known)) for one in found]


def leaves_markers(train: Train, known: Coverage) -> bool | None:
    """Tell whether the ruler marks states stale as they end; None where nothing of this alert shows it.

    Where an alert begins to fire, the series that said that it was pending ends.
    """
    if len(train.marks[0]) or len(train.marks[1]):
        return True
    for one in strands(train, known):
        for a, b in pairwise(one.parts):
            if not a.firing and b.firing and (b.first - a.last) * 2 <= 3 * one.spacing(known):
                return False
    return None


def _filled(train: Train) -> NDArray[np.int64]:
    """Give a sample whose start was not stored that of the one before it, where others have one."""
    import numpy as np

    told = train.since >= 0
    if told.all() or not told.any():
        return train.since
    places = np.where(told, np.arange(len(told)), -1)
    before = np.maximum.accumulate(places)
    before[before < 0] = int(np.argmax(told))
    return train.since[before]


def _cut(train: Train, at: NDArray[np.int64], known: Coverage) -> Iterator[NDArray[np.int64]]:
    """Part samples without starts: at the marker of an end, or where evaluations were missed."""
    import numpy as np

    times = train.times[at]
    if known.marked is False:
        spacing = np.diff(times)
        usual = usual_interval([Train(times, train.firing[at], train.since[at])]) or known.usual
        ends = np.flatnonzero(spacing * 2 > 3 * min(usual, known.usual))
    else:
        marks = np.array(train.marks[1], np.int64)
        after = np.searchsorted(times, marks, side="right")
        width = known.interval or median(np.diff(times).tolist()) or known.usual
        inner = (after > 0) & (after < len(times))
        # The next sample of who wrote the marker comes whole intervals later: nearer ones are another's.
        own = {
            int(i) - 1 for i, mark in zip(after[inner], marks[inner], strict=True)
            if (times[i] - mark) * 2 >= 3 * width or in_phase(int(times[i]), int(mark), width)
        }  # fmt: skip
        ends = np.array(sorted(own), np.int64)
    edges = [0, *(ends + 1).tolist(), len(times)]
    return (at[a:b] for a, b in pairwise(edges) if a < b)


def _strand(train: Train, at: NDArray[np.int64], since: int, known: Coverage) -> Strand:
    import numpy as np

    times, firing = train.times[at], train.firing[at]
    spacing, cut = np.diff(times), np.zeros(max(len(times) - 1, 0), np.bool_)
    for read in known.reads:  # what is between two reads is no spacing of samples
        cut |= (times[:-1] < read.start) & (times[1:] >= read.start)
    usual = _usual(spacing[~cut], known)
    suspects = np.flatnonzero(~cut & (spacing * 2 > 3 * usual)).tolist()
    holes = [k for k in suspects if _is_hole(spacing, cut, k, usual)]
    cut[holes] = True
    head, tail = spacing[:_EDGE][~cut[:_EDGE]].tolist(), spacing[-_EDGE:][~cut[-_EDGE:]].tolist()
    return Strand(
        None if since < 0 else since, tuple(_parts(times, firing)), median(head), median(tail),
        tuple(Span(int(times[k]), int(times[k + 1])) for k in holes),
    )  # fmt: skip


def _parts(times: NDArray[np.int64], firing: NDArray[np.bool_]) -> Iterator[Part]:
    """Yield pending, firing, pending: from the first firing sample to the last one it fires."""
    import numpy as np

    fires = np.flatnonzero(firing)
    first, last = (int(fires[0]), int(fires[-1]) + 1) if len(fires) else (len(times), len(times))
    for state, a, b in ((False, 0, first), (True, first, last), (False, last, len(times))):
        if a < b:
            yield Part(state, int(times[a]), int(times[b - 1]))


def _usual(spacing: NDArray[np.int64], known: Coverage) -> int:
    own = median(spacing.tolist())
    usual = min(own, known.interval) if own and known.interval else own or known.usual
    return max(usual, known.listed)


def _is_hole(spacing: NDArray[np.int64], cut: NDArray[np.bool_], k: int, usual: int) -> bool:
    # Longer than both neighbourhoods: a changed interval is as long as what follows it.
    before = median(spacing[max(0, k - 3) : k][~cut[max(0, k - 3) : k]].tolist())
    after = median(spacing[k + 1 : k + 4][~cut[k + 1 : k + 4]].tolist())
    beside = [int(spacing[n]) for n in (k - 1, k + 1) if 0 <= n < len(spacing) and not cut[n]]
    return int(spacing[k]) * 2 > 3 * (max(before or 0, after or 0, *beside) or usual)


def _marked(one: Strand, mark: int | None) -> Strand:
    # Of one sample, the marker tells the spacing: it is an evaluation later, or more.
    head = mark - one.last if mark is not None and one.head is None else one.head
    return one._replace(mark=mark, head=head)


def _mark(one: Strand, every: Sequence[Strand], train: Train, known: Coverage) -> int | None:
    """Return the stale marker that ended a strand: the first one after it that its evaluator wrote."""
    marks, width = train.marks[one.parts[-1].firing], one.tail or one.head or known.interval
    width = max(width, known.listed) if width else known.listed or None
    mine = width or known.usual
    again = min(
        (s.first for s in every if s.first > one.last and in_phase(s.first, one.last, mine)), default=None
    )
    after = [mark for mark in marks[bisect_right(marks, one.last) :] if again is None or mark <= again]
    own = next((mark for mark in after if width and in_phase(mark, one.last, width)), None)
    if own is not None or not after:
        return own
    twins = sum(
        s is not one and s.first < after[0] and s.last >= one.first - mine
        and s.parts[-1].firing == one.parts[-1].firing
        for s in every
    )  # fmt: skip
    if twins:  # each leaves one marker: the last one of all is no earlier than its own
        following = min((s.first for s in every if s.first > after[0]), default=after[-1] + 1)
        near = [mark for mark in after if mark < following]
        return near[-1] if len(near) > twins else None
    # Its evaluations moved, as where an interval was changed: nobody else is there who may have written it.
    return after[0]


def in_phase(a: int, b: int, width: int) -> bool:
    """Tell whether two instants are whole intervals apart: one evaluator's, as far as times tell."""
    slack = min(NS // 2, width // 20)
    rest = (a - b) % width
    return min(rest, width - rest) <= slack
