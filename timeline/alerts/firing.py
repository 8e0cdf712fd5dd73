"""Alert lives from the samples that rule evaluations leave, with bounds of one evaluation.

Each evaluation of an active alert stores a sample of its state and of the moment it became active
(`since`, cut to whole seconds). Everything here is drawn from those samples: an interval is their
own spacing, not today's rules.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from itertools import pairwise
from typing import TYPE_CHECKING, Literal, NamedTuple

from timeline.instant import MINUTE, NS, Bounds, between

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

#: Nothing says how often rules were evaluated: Prometheus' own default.
DEFAULT_INTERVAL = MINUTE
_EDGE = 5  # spacings that tell the interval at an edge
#: Evaluations after a start of the server that leave no sample (it restores the alerts' state first).
_RESTORING = 3
_FIRST_READ = 60 * MINUTE  # how much of a life is read at its beginning
_MARGIN = 5 * MINUTE
AlertKind = Literal["alert.pending", "alert.pending_ended", "alert.firing", "alert.resolved"]


class Span(NamedTuple):
    """A closed interval of instants."""

    start: int
    end: int


class Stretch(NamedTuple):
    """Samples of one state at one spacing; `head` and `tail` are the spacings at its edges (ns)."""

    first: int
    last: int
    firing: bool
    since: int | None
    head: int | None = None
    tail: int | None = None


class Coverage(NamedTuple):
    """What was looked at: spans read, silences of the whole server, when, and the usual interval.

    `tolerance` is how much earlier or later than told a silence may begin or end (ns).
    """

    reads: tuple[Span, ...]
    now: int
    interval: int = DEFAULT_INTERVAL
    silences: tuple[Span, ...] = ()
    tolerance: int = 0

    def covers(self, start: int, end: int) -> bool:
        """Tell whether everything in `[start, end]` was read."""
        return any(r.start <= start and end <= r.end for r in self.reads)


class Spell(NamedTuple):
    """One state of a life: when it began, its first and its last sample."""

    firing: bool
    began: Bounds
    first: int
    last: int


class Life(NamedTuple):
    """One life of an alert, from becoming active to its end.

    `since` is its own start (the key); `ended` is None while it goes on or when the end cannot be
    known; `begun` tells that its beginning was read; `holes` lie between samples of one life.
    """

    since: int
    told: bool  # `since` is the server's word, not the first sample
    begun: bool
    spells: tuple[Spell, ...]
    ended: Bounds | None
    holes: tuple[Span, ...] = ()


class AlertChange(NamedTuple):
    """A state began or ended; `sample` is the one it was seen at, `turn` counts a state's returns."""

    kind: AlertKind
    at: Bounds
    sample: int
    turn: int


def usual_interval(trains: Iterable[tuple[NDArray[np.int64], NDArray[np.int64]]]) -> int | None:
    """Return how often one group's rules were evaluated (ns), from the (times, starts) of its alerts.

    Where starts are told: the median spacing within lives. Else lives cannot be told from flaps (vmalert
    writes no start for rules without `for`): the commonest spacing. None where there is none.
    """
    import numpy as np

    told, untold = [], Counter[int]()
    for times, since in trains:
        spacing = np.diff(times)
        within = np.sort(spacing[(since[1:] == since[:-1]) & (since[1:] >= 0)])
        told += [int(within[len(within) // 2])] if len(within) else []
        untold.update(spacing[(since[1:] < 0) & (since[:-1] < 0)].tolist())
    if told or not untold:
        return max(told, default=None)
    return min(untold, key=lambda width: (-untold[width], width))


def stretches(
    times: NDArray[np.int64], firing: NDArray[np.bool_], since: NDArray[np.int64], known: Coverage
) -> list[Stretch]:
    """Cut samples (ascending; `since` -1 where not told) where state, start or spacing changes."""
    import numpy as np

    if not len(times):
        return []
    spacing = np.diff(times)
    cut = (firing[1:] != firing[:-1]) | (since[1:] != since[:-1])
    # What is between two reads is no spacing of samples.
    for read in known.reads:
        cut |= (times[:-1] < read.start) & (times[1:] >= read.start)
    own = usual_interval([(times, since)]) or known.interval
    suspects = np.flatnonzero(~cut & (spacing * 2 > 3 * min(own, known.interval)))
    holes = [
        k for k in suspects.tolist() if since[k] < 0 or _is_hole(spacing, cut, k, known.interval)
    ]  # fmt: skip
    cut[holes] = True
    edges = [0, *(np.flatnonzero(cut) + 1).tolist(), len(times)]
    return [_stretch(times, firing, since, a, b) for a, b in pairwise(edges)]


def _is_hole(spacing: NDArray[np.int64], cut: NDArray[np.bool_], k: int, usual: int) -> bool:
    # Longer than both neighbourhoods: a changed interval is as long as what follows it.
    before = _median(spacing[max(0, k - 3) : k][~cut[max(0, k - 3) : k]].tolist())
    after = _median(spacing[k + 1 : k + 4][~cut[k + 1 : k + 4]].tolist())
    return int(spacing[k]) * 2 > 3 * (max(before or 0, after or 0) or usual)


def _median(values: Sequence[int]) -> int | None:
    return sorted(values)[(len(values) - 1) // 2] if values else None


def _stretch(
    times: NDArray[np.int64], firing: NDArray[np.bool_], since: NDArray[np.int64], begin: int, end: int
) -> Stretch:
    import numpy as np

    head = np.diff(times[begin : min(end, begin + _EDGE + 1)]).tolist()
    tail = np.diff(times[max(begin, end - _EDGE - 1) : end]).tolist()
    told = int(since[begin])
    return Stretch(
        int(times[begin]), int(times[end - 1]), bool(firing[begin]), None if told < 0 else told,
        _median(head), _median(tail),
    )  # fmt: skip


def lives(found: Sequence[Stretch], known: Coverage) -> list[Life]:
    """Put stretches together to lives and bound their beginnings, changes and ends."""
    groups: list[list[Stretch]] = []
    for one in found:
        if groups and _continues(groups[-1][-1], one, known):
            groups[-1].append(one)
        else:
            groups.append([one])
    around = [None, *groups, None]
    return [_life(groups[i], around[i], around[i + 2], known) for i in range(len(groups))]


def _continues(a: Stretch, b: Stretch, known: Coverage) -> bool:
    if a.since is None or b.since is None:
        near = (b.first - a.last) * 2 <= 3 * (a.tail or b.head or known.interval)
        return near or _silence(a.last, b.first, known) is not None
    # Told to be active already at `a`: the same life, or its reading by another replica of the server.
    # A later start is a new life, even where a restarted server moved the start of what was pending.
    return b.since == a.since or b.since <= a.last


def _silence(start: int, end: int, known: Coverage) -> Span | None:
    return next((s for s in known.silences if s.start < end and start < s.end), None)


def _life(
    parts: Sequence[Stretch],
    before: Sequence[Stretch] | None,
    after: Sequence[Stretch] | None,
    known: Coverage,
) -> Life:
    began = _began(parts[0], before[-1] if before else None, known)
    spells = [Spell(parts[0].firing, began, parts[0].first, parts[0].last)]
    holes = []
    for a, b in pairwise(parts):
        if b.firing == a.firing:
            spells[-1] = spells[-1]._replace(last=b.last)
        else:
            spells.append(Spell(b.firing, between(a.last, b.first), b.first, b.last))
        near = (b.first - a.last) * 2 <= 3 * (a.tail or b.head or known.interval)
        if not near and known.covers(a.last, b.first):
            holes.append(Span(a.last, b.first))
    told = parts[0].since
    since = parts[0].first - parts[0].first % NS if told is None else told
    ended = _ended(parts[-1], after[0] if after else None, known)
    return Life(since, told is not None, began.earliest is not None, tuple(spells), ended, tuple(holes))


def _began(first: Stretch, before: Stretch | None, known: Coverage) -> Bounds:
    """Bound a life's beginning: after the last evaluation without it; null when that was not read."""
    interval = first.head or known.interval
    # Active before its first sample: the evaluations between left none.
    active = first.first if first.since is None or first.first - first.since < NS else first.since
    silence = _silence(first.first - (_RESTORING + 1) * interval - known.tolerance, first.first, known)
    lower = (min(active, silence.start - known.tolerance) if silence else active) - interval
    if before and known.covers(before.last, first.first):
        lower = max(lower, before.last)
    return between(lower if known.covers(lower, first.first) else None, first.first)


def _ended(last: Stretch, after: Stretch | None, known: Coverage) -> Bounds | None:
    """Bound a life's end: up to the first evaluation without it; None when there was none to see."""
    interval = last.tail or known.interval
    limit, seen = last.last + interval, last.last + interval
    silence = _silence(last.last, limit + known.tolerance + 1, known)
    if silence:
        limit = seen = silence.end + known.tolerance + _RESTORING * interval
        if after and after.first <= limit and after.firing == last.firing:
            return None  # in the same state on both sides: nobody knows whether it ended between
    if after and known.covers(last.last, after.first):
        return between(last.last, min(limit, after.first))
    # At the present's edge the newest evaluation may not have arrived yet.
    if not known.covers(last.last, seen) or seen + interval > known.now:
        return None
    return between(last.last, limit)


def changes(life: Life) -> Iterator[AlertChange]:
    """Yield what happened in a life, in order of time."""
    turns = {False: 0, True: 0}
    for spell, following in zip(life.spells, [*life.spells[1:], None], strict=True):
        turn = turns[spell.firing]
        turns[spell.firing] += 1
        yield AlertChange("alert.firing" if spell.firing else "alert.pending", spell.began, spell.first, turn)
        if following is None and life.ended:
            kind: AlertKind = "alert.resolved" if spell.firing else "alert.pending_ended"
            yield AlertChange(kind, life.ended, spell.last, turn)
        elif following and spell.firing:
            yield AlertChange("alert.resolved", following.began, spell.last, turn)


def wanted(life: Life, known: Coverage) -> Span | None:
    """Return what must be read to know a life's beginning and changes; None when nothing helps."""
    if not life.begun:
        return _before(life, known)
    for a, b in pairwise(life.spells):
        if not known.covers(a.last, b.first):
            start = max(a.last, max(r.end for r in known.reads if r.start <= a.last <= r.end))
            return Span(start, min(b.first, start + max(_FIRST_READ, 2 * (start - life.since))))
    return None


def _before(life: Life, known: Coverage) -> Span | None:
    first = life.spells[0].first
    if life.told:
        start, end = life.since - max(_MARGIN, 2 * known.interval), min(first, life.since + _FIRST_READ)
        # Read once: where nothing is stored at its start, nothing nearer would bound it.
        return None if known.covers(start, end) else Span(start, end)
    start = next((r.start for r in known.reads if r.start <= first <= r.end), first)
    oldest = max(r.end for r in known.reads) - 24 * _FIRST_READ
    return Span(start - 6 * _FIRST_READ, start) if start > oldest else None


def silences(buckets: Sequence[Span], read: Span, samples: Sequence[Sequence[int]] = ()) -> tuple[Span, ...]:
    """Return where a server recorded nothing: longer than twice the usual pause between records.

    `buckets` (in order) are spans with something in them; none at all is no silence but ignorance.
    `samples` are ascending instants of other records. A silence at an edge of `read` is told up to it.
    """
    if not buckets:
        return ()
    pause = longest_pause(buckets)
    edges = [Span(read.start, read.start), *buckets, Span(read.end, read.end)]
    found = [Span(a.end, b.start) for a, b in pairwise(edges) if b.start - a.end > pause]
    for times in samples:
        found = [piece for one in found for piece in _without(one, times, pause)]
    return tuple(found)


def longest_pause(buckets: Sequence[Span]) -> int:
    """Return how long a server may be silent without being noticed (ns)."""
    steps = _median([b.start - a.start for a, b in pairwise(buckets)])
    return 2 * max(steps or DEFAULT_INTERVAL, *(b.end - b.start for b in buckets[:1]), 0)


def restart(life: Life, interval: int) -> int | None:
    """Return the start (ns) of a life that left its first sample more than one evaluation later.

    So it is where a server started: it evaluates its rules before it restores and stores their state.
    """
    late = life.told and life.spells[0].first - life.since > interval + NS
    return life.since if late else None


def _without(silence: Span, times: Sequence[int], pause: int) -> Iterator[Span]:
    inside = times[bisect_left(times, silence.start) : bisect_right(times, silence.end)]
    for a, b in pairwise([silence.start, *inside, silence.end]):
        if b - a > pause:
            yield Span(a, b)
