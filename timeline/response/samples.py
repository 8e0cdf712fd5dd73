"""Drawn samples of a timeline, read for their peaks and for their values around an instant; pure.

A step is what a panel draws: the lowest and the highest value over the time that ends at its instant. What a payload
that is absent or of another shape would have given is nothing.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from functools import cached_property
from itertools import pairwise
from typing import Any, NamedTuple

from timeline.canonical import loads
from timeline.errors import TimelineError
from timeline.instant import NS
from timeline.model import Fact, Panel, Quantity, Series, Timeline
from timeline.pointers import resolve
from timeline.series.units import unit_of

#: Gives a payload by its SHA-256; raises one of `UNREADABLE` where it cannot.
Read = Callable[[str], bytes]
UNREADABLE = (KeyError, IndexError, ValueError, TypeError, OSError, TimelineError)
_BELOW = {"<", "<=", "below", "at_most"}


class Step(NamedTuple):
    """The lowest and the highest value between two instants (ns), the first of them not included."""

    start: int
    end: int
    low: float
    high: float


class Watched(NamedTuple):
    """A series that a threshold watches: what it is called, its limit, and its steps in order of time."""

    name: str
    limit: Quantity
    steps: tuple[Step, ...]

    @property
    def falls(self) -> bool:
        """Whether low values are in breach."""
        return self.limit.op in _BELOW

    def worst(self, step: Step) -> float:
        """Return the value of a step that is furthest in breach."""
        return step.low if self.falls else step.high


class Peak(NamedTuple):
    """The value that was furthest in breach, and the step that holds it."""

    watched: Watched
    value: float
    step: Step


def nothing(digest: str) -> bytes:
    """Read no payload: raise KeyError."""
    raise KeyError(digest)


class Samples:
    """The drawn samples of a timeline, each series read once."""

    def __init__(
        self, timeline: Timeline, read: Read = nothing, offsets: Mapping[str, float] | None = None
    ) -> None:
        """Read by `read`; `offsets` are the seconds that each source's clock is ahead, which facts are rid of."""
        self._timeline, self._read, self._offsets = timeline, read, offsets or {}
        self.lacking = False  # whether something that was looked for could not be read
        self._payloads: dict[str, Any] = {}
        self._steps: dict[tuple[str, str, str], tuple[Step, ...]] = {}

    @cached_property
    def _panels(self) -> Mapping[str, Panel]:
        return {panel.id: panel for panel in self._timeline.panels}

    def of(self, fact: Fact | None) -> Watched | None:
        """Return the series that a crossing is of; None where it is not drawn or cannot be read."""
        panel = self._panels.get(fact.panel or "") if fact else None
        if fact is None or panel is None or fact.quantity is None:
            return None
        series = _series(panel, fact.subject.labels)
        steps = self.steps(panel.source, series.payload, series.high, series.low) if series else ()
        name = str(fact.names.get("name") or panel.title)
        unit = fact.quantity.unit or panel.unit or unit_of(panel.query)
        return Watched(name, fact.quantity.replace(unit=unit), steps) if steps else None

    def steps(self, source: str, payload: str, high: str, low: str) -> tuple[Step, ...]:
        """Return the steps that two pointers into a source's payload give; none where they cannot be read."""
        key = (payload, high, low)
        if key not in self._steps:
            ahead = round(self._offsets.get(source, 0.0) * NS)
            self._steps[key] = tuple(
                s._replace(start=s.start - ahead, end=s.end - ahead) for s in self._made(*key)
            )
        return self._steps[key]

    def _made(self, payload: str, high: str, low: str) -> tuple[Step, ...]:
        try:
            if payload not in self._payloads:
                self._payloads[payload] = loads(self._read(payload))
            held = self._payloads[payload]
            return tuple(_joined(resolve(held, high), resolve(held, low)))
        except UNREADABLE:
            self.lacking = True
            return ()


def peak(watched: Watched | None, start: int | None, end: int | None) -> Peak | None:
    """Return the value furthest in breach over steps that meet `[start, end)`; the first of several. None bounds nothing."""
    if watched is None:
        return None
    inside = [s for s in watched.steps if _meets(s, start, end) and math.isfinite(watched.worst(s))]
    if not inside:
        return None
    sign = -1 if watched.falls else 1
    worst = max(inside, key=lambda s: (sign * watched.worst(s), -s.end))
    return Peak(watched, watched.worst(worst), worst)


def before(watched: Watched, instant: int) -> Step | None:
    """Return the last step that had ended by an instant; None where there is none, or no number in it."""
    return _number(next((s for s in reversed(watched.steps) if s.end <= instant), None))


def after(watched: Watched, instant: int) -> Step | None:
    """Return the first step that begins at or after an instant; None where there is none, or no number in it."""
    return _number(next((s for s in watched.steps if s.start >= instant), None))


def _number(step: Step | None) -> Step | None:
    return step if step and math.isfinite(step.low) and math.isfinite(step.high) else None


def _meets(step: Step, start: int | None, end: int | None) -> bool:
    return (start is None or step.end > start) and (end is None or step.start < end)


def _series(panel: Panel, labels: Mapping[str, str]) -> Series | None:
    """Return the series of those labels; where a panel has one alone, that."""
    own = {name: value for name, value in labels.items() if name != "__name__"}
    for series in panel.series:
        if {name: value for name, value in series.labels.items() if name != "__name__"} == own:
            return series
    return panel.series[0] if len(panel.series) == 1 and not own else None


def _joined(high: Sequence[Any], low: Sequence[Any]) -> Sequence[Step]:
    upper, lower = ({round(float(t) * NS): float(v) for t, v in rows} for rows in (high, low))
    times = sorted(upper.keys() | lower.keys())
    width = min((b - a for a, b in pairwise(times)), default=0)
    return [
        Step(at - width, at, lower.get(at, upper.get(at, math.nan)), upper.get(at, lower.get(at, math.nan)))
        for at in times
    ]
