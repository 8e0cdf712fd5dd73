"""What was looked at of a server's alerts: spans that were read, and where it recorded nothing."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Sequence
from itertools import pairwise
from typing import NamedTuple

from timeline.instant import MINUTE

#: Nothing says how often rules were evaluated: Prometheus' own default.
DEFAULT_INTERVAL = MINUTE


class Span(NamedTuple):
    """A closed interval of instants."""

    start: int
    end: int


class Coverage(NamedTuple):
    """What was looked at for one alert: spans read, where nobody recorded, when, and its usual interval.

    `interval` is None where nothing tells it. `tolerance` is how much earlier or later than told a silence
    may begin or end (ns). `marked`: the ruler leaves a stale marker where an alert ends (True), leaves none
    (False: a replay, or evidence without them), or nothing shows which (None). `peers`: ascending instants
    at which the alert's rule was evaluated, as alerts of its name show. `active`: starts (ns, whole seconds)
    of what the ruler itself says is active now. `listed`: its interval as the ruler's own list of rules has it (0:
    not told); samples that are nearer are those of two evaluators.
    """

    reads: tuple[Span, ...]
    now: int
    interval: int | None = DEFAULT_INTERVAL
    silences: tuple[Span, ...] = ()
    tolerance: int = 0
    marked: bool | None = False
    peers: Sequence[int] = ()
    active: frozenset[int] = frozenset()
    listed: int = 0

    def covers(self, start: int, end: int) -> bool:
        """Tell whether everything in `[start, end]` was read."""
        return any(r.start <= start and end <= r.end for r in self.reads)

    @property
    def usual(self) -> int:
        """How often the rule is evaluated (ns), or how often rules usually are."""
        return self.interval or DEFAULT_INTERVAL

    def silence(self, start: int, end: int) -> Span | None:
        """Return the first silence that meets the open span."""
        return next((s for s in self.silences if s.start < end and start < s.end), None)


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
    steps = median([b.start - a.start for a, b in pairwise(buckets)])
    return 2 * max(steps or DEFAULT_INTERVAL, *(b.end - b.start for b in buckets[:1]), 0)


def median(values: Sequence[int]) -> int | None:
    """Return the lower median; None of nothing."""
    return sorted(values)[(len(values) - 1) // 2] if values else None


def _without(silence: Span, times: Sequence[int], pause: int) -> Iterator[Span]:
    inside = times[bisect_left(times, silence.start) : bisect_right(times, silence.end)]
    for a, b in pairwise([silence.start, *inside, silence.end]):
        if b - a > pause:
            yield Span(a, b)
