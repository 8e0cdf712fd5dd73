"""JSON Lines: the records of timeline.json as they are, one a line, each saying what it is."""

from __future__ import annotations

from timeline.canonical import canonical
from timeline.model import Timeline
from timeline.record import plain


def to_jsonl(timeline: Timeline) -> bytes:
    """Return the incident, then facts, gaps and measures: each with `record`, in canonical form."""
    head = {
        "record": "incident", "schema_version": timeline.schema_version, "digest": timeline.digest,
        "incident": plain(timeline.incident), "window": plain(timeline.window),
    }  # fmt: skip
    lines = [head]
    for name, records in (("fact", timeline.facts), ("gap", timeline.gaps), ("measure", timeline.measures)):
        lines += [{"record": name, **plain(record)} for record in records]
    return b"".join(canonical(line) + b"\n" for line in lines)
