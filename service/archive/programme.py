"""How the work with incidents goes, in numbers that a monitoring system keeps: how many, how long, actions by their state."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from statistics import median
from typing import NamedTuple

from archive.cases.store import Archive
from service.archive.actions import rows, today
from service.settings.config import Config
from timeline.cases.progress import STATES
from timeline.patterns.rows import MAIN, Row


class Programme(NamedTuple):
    """Incidents by severity, durations that are known and the ends of their medians (s) by name, actions by state."""

    incidents: Mapping[str, int]
    known: Mapping[str, int]
    medians: Mapping[str, tuple[float, float]]
    actions: Mapping[str, int]


def programme(archive: Archive, conf: Config) -> Programme:
    """Return the numbers of an archive as it is. Raises DatabaseError, UsageError."""
    every = [Row(kept.folder, "", kept.severity, {}, details.figures) for kept, details in archive.details()]
    spans = {name: [span for row in every if (span := row.duration(name))] for name in MAIN}
    states = Counter(row.progress.state for row in rows(archive, conf, today()))
    return Programme(
        Counter(row.severity or "unknown" for row in every),
        {name: len(own) for name, own in spans.items()},
        {name: (median(low for low, _ in own), median(high for _, high in own)) for name, own in spans.items() if own},
        {state: states[state] for state in STATES},
    )  # fmt: skip
