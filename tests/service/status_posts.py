"""A status page's posts as an export in JSON Lines, and the source that reads them."""

from __future__ import annotations

import json
from collections.abc import Iterable
from pathlib import Path

SOURCE = """
[[source]]
name = "status"
collector = "jsonl"
path = "status.jsonl"
[source.map]
time = "at"
kind = "status.posted"
names = { status = "status" }
quote = "text"
key = ["id"]
"""
INCIDENT = 'title = "t"\nstart = 2026-11-01T10:00:00Z\nend = 2026-11-01T11:00:00Z\n'


def set_up(folder: Path, config: str, minutes: Iterable[int], incident: str = INCIDENT) -> None:
    """Write configuration, the incident INC-1 and one post at each minute after ten."""
    rows = [
        {"at": f"2026-11-01T10:{m:02d}:00Z", "status": "investigating", "text": f"post {m}", "id": m}
        for m in minutes
    ]
    (folder / "status.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows))
    (folder / "timeline.toml").write_text(config)
    (folder / "incidents").mkdir()
    (folder / "incidents" / "INC-1.toml").write_text(incident)
