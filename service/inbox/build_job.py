"""A build that a webhook, a page or an open incident asked for, in a process of its own."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

from archive.builds import Build
from service.inbox import child
from service.inbox.worker import Outcome


def runner(
    config: Path | None, out: Path, cap: float, stopping: Callable[[], bool]
) -> Callable[[Build], Outcome]:
    """Return what runs a build in a child process, `cap` seconds at most; it raises BuildError."""

    def run(build: Build) -> Outcome:
        asked = {
            "incident": build.incident, "start": build.start_at, "end": build.end_at,
            "config": str(config) if config else None, "out": str(out),
        }  # fmt: skip
        return Outcome(child.answer(__name__, asked, cap, stopping))

    return run


def job(asked: dict[str, Any]) -> dict[str, Any]:
    """Build the incident; its own file's times go before those of a webhook."""
    from service.archive.former import look_back
    from service.build.build import build
    from service.build.request import BuildRequest
    from service.incident import incidents
    from service.settings import config
    from timeline.errors import UsageError

    path = Path(asked["config"]) if asked["config"] else None
    conf = config.settings_only(path)
    start, end = asked["start"], asked["end"]
    try:
        own = incidents.find(asked["incident"], conf.folder / conf.settings.incidents, bare=False).incident
        start, end = (None if own.start is not None else start), (None if own.end is not None else end)
    except UsageError:
        pass  # without a file: the webhook's times, or what a tracker says
    made = build(
        BuildRequest(incident=asked["incident"], start=start, end=end, config=path, out=Path(asked["out"])),
        ask=look_back,
    )
    gaps = made.timeline.gaps
    later = [g.end for g in gaps if g.reason == "not_yet"]
    return {
        "facts": len(made.timeline.facts), "gaps": len(made.gaps), "not_yet": max(later, default=None),
        "open": made.timeline.incident.end is None,
    }  # fmt: skip


if __name__ == "__main__":
    child.run(job)
