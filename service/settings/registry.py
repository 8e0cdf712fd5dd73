"""Collectors by name, from the entry-point group; one that fails to import becomes data."""

from __future__ import annotations

from functools import lru_cache
from importlib.metadata import EntryPoint, entry_points

from collectors.base import AnyCollector
from timeline.errors import UsageError
from timeline.invalid.nearest import nearest as nearest

GROUP = "incident_timeline.collectors"
#: One source of this name is read by several collectors.
SHORT = {"prometheus": ("prometheus_alerts", "prometheus_metrics")}


@lru_cache(maxsize=1)
def _points() -> dict[str, EntryPoint]:
    return {point.name: point for point in sorted(entry_points(group=GROUP), key=lambda p: p.name)}


def names() -> list[str]:
    """Return the registered collector names, sorted."""
    return list(_points())


def expand(name: str) -> tuple[str, ...]:
    """Return the collectors a configured name stands for; raise UsageError with the nearest name."""
    if name in SHORT:
        return SHORT[name]
    if name not in _points():
        known = [*SHORT, *_points()]
        hint = nearest(name, known) or f"; there are {', '.join(known)};"
        raise UsageError(f"there is no collector {name!r}{hint} see `timeline collectors`")
    return (name,)


def load(name: str) -> type[AnyCollector]:
    """Import a collector; raise UsageError naming what failed."""
    if name not in _points():
        raise UsageError(f"there is no collector {name!r} in this installation; see `timeline collectors`")
    try:
        found: type[AnyCollector] = _points()[name].load()
    except Exception as err:  # a plugin may fail in any way; the user needs to know which and how
        raise UsageError(f"collector {name!r} cannot be loaded: {type(err).__name__}: {err}") from err
    return found
