"""Open incidents that nobody built yet: those that have a file, and those that a sender says have begun."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from collectors.kit import webhooks
from collectors.kit.webhooks import Resolution
from service.evidence.kept import stamp
from service.incident import incidents
from service.settings.serve import WebhookSettings
from timeline.errors import TimelineError
from timeline.instant import format_instant


class Declared:
    """The files in the folder of incidents that have a beginning, no end, and no timeline in `out`.

    What cannot be read is left alone: a build by hand says what is wrong with it.
    """

    def __init__(self, folder: Path, out: Path) -> None:
        self._folder, self._out = folder, out
        self._read: dict[Path, tuple[str, dict[str, Any] | None]] = {}

    def __call__(self, now: int) -> Iterator[Mapping[str, Any]]:
        """Yield each as `Live` wants it; `latest` is when its file was written, or it began: old files rest."""
        for path in sorted(self._folder.glob("*")) if self._folder.is_dir() else ():
            if path.suffix not in incidents.SUFFIXES or not path.is_file():
                continue
            row = self._row(path)
            if row and row["begins"] <= now and not (self._out / row["id"]).exists():
                yield row

    def _row(self, path: Path) -> dict[str, Any] | None:
        changed = stamp(path)
        known = self._read.get(path)
        if known is None or known[0] != changed:
            known = self._read[path] = (changed, _open(path))
        return known[1]


def _open(path: Path) -> dict[str, Any] | None:
    try:
        incident = incidents.find(path.stem, path.parent, bare=False).incident
    except (TimelineError, OSError):
        return None
    if incident.start is None or incident.end is not None or incident.resolved is not None:
        return None
    latest = max(incident.start, path.stat().st_mtime_ns)
    return {
        "id": incident.id, "open": True, "facts": 0, "latest": format_instant(latest), "built": 0,
        "start": format_instant(incident.start), "begins": incident.start,
    }  # fmt: skip


def opening(hook: WebhookSettings, kind: str, body: Mapping[str, Any]) -> Resolution | None:
    """Return the incident that an event says has begun, without an end; None where it says no such thing."""
    read = webhooks.load(hook.sender).opening if hook.build else None
    return read(kind, body, hook.incident_label) if read else None
