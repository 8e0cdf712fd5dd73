"""What a timeline says of how it was built, as far as it is said."""

from __future__ import annotations

from typing import Any

from timeline.model import Timeline


def members(timeline: Timeline) -> dict[str, Any]:
    """Return the provenance; nothing where it is of another form."""
    return timeline.provenance if isinstance(timeline.provenance, dict) else {}


def clock_offset(timeline: Timeline, source: str) -> float:
    """Return the seconds that were taken off a source's own times, as configured."""
    return clock_offsets(timeline).get(source, 0.0)


def clock_offsets(timeline: Timeline) -> dict[str, float]:
    """Return the seconds that were taken off the times of each source for which that is configured."""
    offsets = members(timeline).get("clock_offsets")
    return {str(name): float(s) for name, s in offsets.items()} if isinstance(offsets, dict) else {}


def unverified(timeline: Timeline) -> list[str]:
    """Return the sources whose certificates were not looked at."""
    named = members(timeline).get("unverified")
    return [str(name) for name in named] if isinstance(named, list) else []


def names_may_remain(timeline: Timeline) -> dict[str, int]:
    """Return, by kind of fact, in how many quotes a word may be a person's name."""
    told = members(timeline).get("names_may_remain")
    if not isinstance(told, dict):
        return {}
    return {str(kind): count for kind, count in told.items() if type(count) is int and count > 0}
