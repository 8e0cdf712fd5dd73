"""What of each series must be read, in which requests, and how it is put together again."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from collectors.kit.metrics.samples import LabelKey, Mark, Place, Samples
from collectors.prometheus.samples.question import ReadSpan


class Interval(NamedTuple):
    """A closed interval in ns."""

    start: int
    end: int


class Cut(NamedTuple):
    """An interval that was read of a series, and the samples found in it (and beside it)."""

    interval: Interval
    samples: Samples | None


@dataclass
class Edges:
    """The intervals that must be read of each series, inside `[start, end]` (ns); merged by series."""

    start: int
    end: int
    _found: dict[LabelKey, list[Interval]] = field(default_factory=dict)

    def add(self, key: LabelKey, start: int, end: int) -> None:
        """Have one more interval read."""
        low, high = max(self.start, start), min(self.end, end)
        if low <= high:
            self._found.setdefault(key, []).append(Interval(low, high))

    @property
    def intervals(self) -> dict[LabelKey, list[Interval]]:
        """The intervals by series, apart from each other and in order."""
        return {key: merged(intervals) for key, intervals in sorted(self._found.items())}


def merged(intervals: Iterable[Interval]) -> list[Interval]:
    """Merge intervals that meet."""
    found: list[Interval] = []
    for one in sorted(intervals):
        if found and one.start <= found[-1].end:
            found[-1] = Interval(found[-1].start, max(found[-1].end, one.end))
        else:
            found.append(one)
    return found


def groups(
    intervals: Mapping[LabelKey, Sequence[Interval]], cost: Callable[[Interval, int], float]
) -> list[tuple[Interval, list[LabelKey]]]:
    """Put intervals of several series into one request where that costs less than one each."""
    found: list[tuple[Interval, dict[LabelKey, None]]] = []
    pairs = ((one, key) for key, several in intervals.items() for one in several)
    for one, key in sorted(pairs):
        if found:
            last, keys = found[-1]
            wider = Interval(last.start, max(last.end, one.end))
            more = len(keys) + (key not in keys)
            if cost(wider, more) <= cost(last, len(keys)) + cost(one, 1):
                keys[key] = None
                found[-1] = (wider, keys)
                continue
        found.append((one, {key: None}))
    return [(interval, list(keys)) for interval, keys in found]


def stitched(labels: dict[str, str], cuts: Sequence[Cut], span: ReadSpan, hold: int, tick: int) -> Samples:
    """Put what was read of a series together, with a joint wherever it went on unread.

    It went on behind an interval when the last sample lies nearer than `hold` to the interval's end:
    a hole is read from the sample before it until `hold` after it, and likewise where a hole ends.
    """
    import numpy as np

    if not cuts:
        return Samples(labels, np.empty(0, np.int64), np.empty(0, np.float64), (), (0,))
    times, values = [np.empty(0, np.int64)], [np.empty(0, np.float64)]
    parts: list[Place] = []
    marks: list[Mark] = []
    seams: list[int] = []
    count, last, known = 0, None, span.start - tick  # `known`: up to here all has been read
    ended = False  # the last sample was followed by a marker
    for (start, end), samples in sorted(cuts, key=lambda cut: cut.interval):
        begin = max(start, known + tick)
        low = high = 0
        if samples is not None:
            labels = samples.labels
            low, high = (int(i) for i in np.searchsorted(samples.times, (begin, end + 1)))
        unread = begin > known + tick
        first = int(samples.times[low]) if samples is not None and low < high else None
        going_on = (
            not ended and known - last < hold
            if last is not None
            else first is not None and first - begin < hold
        )
        if unread and going_on:
            seams.append(count)
        if samples is not None and low < high:
            parts += [p.moved(count, low) for p in samples.parts]
            times.append(samples.times[low:high])
            values.append(samples.values[low:high])
            count, last = count + high - low, int(samples.times[high - 1])
            here = [mark for mark in samples.marks if begin <= mark.time <= end]
            marks, ended = [*marks, *here], any(mark.time > last for mark in here)
        known = max(known, end)
    if known < span.end and last is not None and not ended and known - last < hold:
        seams.append(count)
    return Samples(
        labels, np.concatenate(times), np.concatenate(values), tuple(parts), tuple(seams), tuple(marks)
    )
