"""How incidents of the archive, and what is not in it, are shown."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import typer

if TYPE_CHECKING:
    from service.archive.keeping import Kept, Update


def incident(kept: Kept, *, called: str = "", services: str = "") -> str:
    """Return a line: id (or `called`, the id as it is to look), day, severity, title, services, folder."""
    from service.incident.folders import shown
    from timeline.instant import format_instant

    day = format_instant(kept.start)[:10] if kept.start is not None else "no date   "
    told = (called or kept.id, day, kept.severity, kept.title, services, shown(Path(kept.folder)))
    return "  ".join(filter(None, told))


def unread(done: Update) -> None:
    """Say what could not be read."""
    for line in done.unread:
        typer.echo(f"timeline: not in the archive: {line}", err=True)
