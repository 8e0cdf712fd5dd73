"""Where a fact lies as seen from a window, the incident and the firing, as far as bounds tell."""

from __future__ import annotations

from timeline.instant import Bounds
from timeline.model import Fact, Incident, Window


def meets(earliest: int | None, latest: int, start: int | None, end: int | None) -> bool:
    """Tell whether the closed `[earliest, latest]` meets the half-open `[start, end)`; None bounds nothing."""
    return (start is None or latest >= start) and begins_before(earliest, end)


def begins_before(earliest: int | None, end: int | None) -> bool:
    """Tell whether what began at `earliest` may have begun before `end`; None bounds nothing."""
    return earliest is None or end is None or earliest < end


def part(window: Window, start: int | None, end: int | None) -> Window | None:
    """Return the part of the window in `[start, end)`, None where there is none; None bounds nothing."""
    start = window.start if start is None else max(start, window.start)
    end = window.end if end is None else min(end, window.end)
    return Window(start=start, end=end) if start < end else None


def first_instant(at: Fact | Bounds) -> int:
    """Return the first instant (ns) that bounds tell: the earliest, or the latest where that is not known."""
    return at.latest if at.earliest is None else at.earliest


def in_window(fact: Fact, window: Window) -> bool:
    """Tell whether the fact may lie in the window."""
    return meets(fact.earliest, fact.latest, window.start, window.end)


def inside(fact: Fact, incident: Incident) -> bool:
    """Tell whether the fact may lie in the unpadded incident; a missing hint bounds nothing."""
    return meets(fact.earliest, fact.latest, incident.start, incident.end)


def may_precede(fact: Fact, other: Fact) -> bool:
    """Tell whether the fact may have come before `other`."""
    return fact.earliest is None or fact.earliest <= other.latest


def at_or_after(fact: Fact, firing: Fact) -> bool:
    """Tell whether the fact may have come at or after the firing's earliest instant."""
    return fact.latest >= first_instant(firing)
