"""Timesketch JSON Lines: `message`, `datetime` and `timestamp_desc`, one event a fact and a gap."""

from __future__ import annotations

from typing import Any

from render.exports.rows import Row, rows
from timeline.canonical import canonical
from timeline.instant import format_instant
from timeline.model import Timeline

_PLAIN = (
    "id", "kind", "category", "clock", "service", "component", "environment", "actor", "thread", "source",
    "link", "payload", "pointer", "query", "unit", "op", "value", "threshold",
)  # fmt: skip


def to_timesketch(timeline: Timeline) -> bytes:
    """Return one JSON object a line; `datetime` is the earliest possible instant, `latest` the last.

    Where the beginning is unknown, `datetime` is the latest, and `timestamp_desc` says so.
    """
    return b"".join(canonical(_event(timeline, row)) + b"\n" for row in rows(timeline))


def _event(timeline: Timeline, row: Row) -> dict[str, Any]:
    at = row["latest"] if row["earliest"] is None else row["earliest"]
    means = row["time_means"] or "gap begins"
    words = [row["statement"].replace("`", ""), *([f"“{row['quote']}”"] if row["quote"] else [])]
    event: dict[str, Any] = {name: row[name] for name in _PLAIN if row[name] is not None}
    return event | {
        "message": ": ".join(words),
        # Six digits always: readers that guess a form from the first line read all of them.
        "datetime": _micro(at),
        "timestamp": at // 1_000,
        "timestamp_desc": f"{means} (already so by then)" if row["earliest"] is None else means,
        "latest": format_instant(row["latest"]),
        "data_type": f"incident-timeline:{row['record']}:{row['kind']}",
        "incident": timeline.incident.id,
        "tag": [row["category"] or "gap"],
    }


def _micro(instant: int) -> str:
    seconds = format_instant(instant - instant % 1_000_000_000).removesuffix("Z")
    return f"{seconds}.{instant % 1_000_000_000 // 1_000:06d}+00:00"
