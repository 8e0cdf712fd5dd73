"""The hidden first line of our comment: which incident, which build, and which came before.

The line alone proves nothing, since anybody can write it: whoever reads it checks the author as well.
"""

from __future__ import annotations

import re
from typing import NamedTuple

from render.text.provenance import members
from timeline.canonical import sha256
from timeline.model import Timeline

_LINE = re.compile(
    r"<!-- incident-timeline:attach v=1 key=([0-9a-f]{16}) collection=(\d{1,9}) run=(\d{1,18}) "
    r"digest=([0-9a-f]{64}) base=([0-9a-f]{64}|-) -->(?:\r?\n|$)"
)
_NONE = "-"


class Marker(NamedTuple):
    """What a comment shows: incident (hashed), collection, CI run (0: none), digest, digest compared with."""

    key: str
    collection: int
    run: int
    digest: str
    base: str | None

    def line(self) -> str:
        """Return the marker as the comment's first line, without its end."""
        return (
            f"<!-- incident-timeline:attach v=1 key={self.key} collection={self.collection} run={self.run} "
            f"digest={self.digest} base={self.base or _NONE} -->"
        )

    def newer_than(self, other: Marker) -> bool:
        """Tell whether this shows a newer build: by collection, then by run where both have one.

        Numbers only: clocks of two machines do not agree.
        """
        if self.collection != other.collection:
            return self.collection > other.collection
        return bool(self.run and other.run) and self.run > other.run

    def follows(self, shown: Marker | None) -> Marker:
        """Return this, to be compared with what `shown` shows; the same build keeps its comparison."""
        if shown is None:
            return self
        return self._replace(base=shown.base if shown.digest == self.digest else shown.digest)


def mark(timeline: Timeline, run: int = 0) -> Marker:
    """Return the marker of a built timeline."""
    return Marker(key(timeline.incident.id), _collection(timeline), run, timeline.digest, None)


def key(incident: str) -> str:
    """Return what stands for an incident's id in a marker."""
    return sha256(incident.encode())[:16]


def read(body: str) -> Marker | None:
    """Return the marker in a comment's first line, if there is one."""
    match = _LINE.match(body)
    if not match:
        return None
    base = None if match[5] == _NONE else match[5]
    return Marker(match[1], int(match[2]), int(match[3]), match[4], base)


def _collection(timeline: Timeline) -> int:
    listed = members(timeline).get("collections")
    numbers = (
        [one.get("number") for one in listed if isinstance(one, dict)] if isinstance(listed, list) else []
    )
    return max((n for n in numbers if isinstance(n, int)), default=0)
