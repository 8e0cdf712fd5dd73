"""Collectors by name, from the entry-point group; one that fails to import becomes data."""

from __future__ import annotations

from functools import lru_cache
from importlib.metadata import EntryPoint, entry_points

from collectors.base import AnyCollector
from timeline.errors import UsageError
from timeline.invalid.nearest import nearest as nearest

GROUP = "incident_timeline.collectors"
_SHOWN = 12  # names in a message; `timeline collectors` lists all
#: One source of this name is read by several collectors.
SHORT = {"prometheus": ("prometheus_alerts", "prometheus_metrics")}


@lru_cache(maxsize=1)
def _points() -> dict[str, EntryPoint]:
    return {point.name: point for point in sorted(entry_points(group=GROUP), key=lambda p: p.name)}


def names() -> list[str]:
    """Return the registered collector names, sorted."""
    return list(_points())


def some() -> str:
    """Return the first names, as many as fit a line, and how many more there are."""
    known = [*SHORT, *_points()]
    return (
        f"{', '.join(known[:_SHOWN])} and {len(known) - _SHOWN} more"
        if len(known) > _SHOWN
        else ", ".join(known)
    )


def expand(name: str) -> tuple[str, ...]:
    """Return the collectors a configured name stands for; raise UsageError with the nearest name."""
    if name in SHORT:
        return SHORT[name]
    if name not in _points():
        near = nearest(name, [*SHORT, *_points()]) or f"; there are {some()};"
        raise UsageError(f"there is no collector {name!r}{near} see `timeline collectors`")
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
