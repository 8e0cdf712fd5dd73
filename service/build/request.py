"""What the user asked a build for."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from service.draft.layouts import NO_OPTIONS, DraftOptions


@dataclass(frozen=True)
class BuildRequest:
    """What the user asked for; times as typed. No incident: the only one that has a file."""

    incident: str | None
    start: str | None = None
    end: str | None = None
    since: str | None = None
    zone: str | None = None
    services: tuple[str, ...] = ()
    sources: tuple[str, ...] = ()
    config: Path | None = None
    out: Path | None = None
    offline: bool = False
    resume: bool = False
    strict: bool = False
    stills: bool = True
    now: int | None = None
    draft: DraftOptions = NO_OPTIONS
