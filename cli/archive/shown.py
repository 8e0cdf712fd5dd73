"""How incidents of the archive, and what is not in it, are shown."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import typer

if TYPE_CHECKING:
    from service.archive.importing import Imported
    from service.archive.keeping import Kept, Update
    from service.archive.recurring import Recurred

_SHOWN = 3


def incident(kept: Kept, *, called: str = "", services: str = "") -> str:
    """Return a line: id (or `called`, the id as it is to look), day, severity, title, services, folder."""
    from service.incident.folders import shown
    from timeline.instant import format_instant

    day = format_instant(kept.start)[:10] if kept.start is not None else "no date   "
    told = (kept.severity, kept.title, services, shown(Path(kept.folder)))
    return "  ".join([called or safe(kept.id), day, *filter(None, map(safe, told))])


def safe(text: str) -> str:
    """Return words of others as a terminal and a CI runner may be given them: on one line, and nothing that either obeys."""
    from timeline.text import inert, line

    return inert(line(text))


def came_back(one: Recurred) -> str:
    """Return a line: how long after which incident, and what came back, the rarest first."""
    from timeline import present
    from timeline.cases.wording import thing
    from timeline.text import inert

    same = [thing(same.aspect, same.value) for same in one.same]
    more = f", and {len(same) - _SHOWN} more" if len(same) > _SHOWN else ""
    return inert(
        f"    came back {present.span(one.after)} after {one.former.id}: {', '.join(same[:_SHOWN])}{more}"
    )


def echo_json(value: object) -> None:
    """Print JSON in which nothing is obeyed by a terminal."""
    import json

    from timeline.text import escaped

    typer.echo(escaped(json.dumps(value, indent=2, ensure_ascii=False)))


def unread(done: Update | Imported) -> None:
    """Say what could not be read."""
    for line in done.unread:
        typer.echo(f"timeline: not in the archive: {safe(line)}", err=True)
