"""Folders of made incidents, as builds leave them."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from benchmarks.families import Planted
from service import names
from timeline.document import dump


def write(folder: Path, incidents: Iterable[Planted]) -> None:
    """Write the timelines of incidents below a folder, by their ids."""
    for one in incidents:
        (folder / one.timeline.incident.id).mkdir(parents=True)
        (folder / one.timeline.incident.id / names.TIMELINE).write_bytes(dump(one.timeline))
