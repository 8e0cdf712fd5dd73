"""Timelines held in memory, each read again when its file changes."""

from __future__ import annotations

import threading
from collections import OrderedDict
from pathlib import Path
from typing import NamedTuple

from render.text.cited import engineers
from service.evidence.document import read
from timeline.model import Fact, Timeline
from timeline.references.values import Values

_KEPT = 4


class Loaded(NamedTuple):
    """A timeline and its facts by id."""

    timeline: Timeline
    facts: dict[str, Fact]

    @property
    def values(self) -> Values:
        """What references say to those who have all of it."""
        return engineers(self.timeline)


class Kept:
    """The last few timelines that were asked for."""

    def __init__(self) -> None:
        self._held: OrderedDict[Path, tuple[str, Loaded]] = OrderedDict()
        self._lock = threading.Lock()

    def load(self, path: Path) -> Loaded:
        """Return the timeline of a `timeline.json`; raise DocumentError, OSError."""
        changed = stamp(path)
        with self._lock:
            held = self._held.get(path)
            if held and held[0] == changed:
                self._held.move_to_end(path)
                return held[1]
        # No folder of this machine is shown.
        timeline = read(path, f"{path.parent.name}/{path.name}").timeline
        loaded = Loaded(timeline, {fact.id: fact for fact in timeline.facts})
        with self._lock:
            self._held[path] = (changed, loaded)
            while len(self._held) > _KEPT:
                self._held.popitem(last=False)
        return loaded


def stamp(path: Path) -> str:
    """Return what differs once a file was written anew; raise OSError."""
    told = path.stat()
    return f"{told.st_size}-{told.st_mtime_ns}-{told.st_ino}"
