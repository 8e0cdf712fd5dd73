"""A build in a process of its own: it can take a core, memory and minutes, and the pages stay quick."""

from __future__ import annotations

import json
import subprocess
import sys
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any

from archive.builds import Build
from service import memory
from service.inbox.worker import BuildError, Outcome

_STOP_SECONDS = 10


def runner(
    config: Path | None, out: Path, cap: float, stopping: Callable[[], bool]
) -> Callable[[Build], Outcome]:
    """Return what runs a build in a child process, `cap` seconds at most; it raises BuildError."""

    def run(build: Build) -> Outcome:
        asked = {
            "incident": build.incident, "start": build.start_at, "end": build.end_at,
            "config": str(config) if config else None, "out": str(out),
        }  # fmt: skip
        return _watched(json.dumps(asked), cap, stopping)

    return run


def _watched(asked: str, cap: float, stopping: Callable[[], bool]) -> Outcome:
    # -P: a folder named `service` where the server was started is not ours.
    command = [sys.executable, "-P", "-m", "service.inbox.build_job"]
    with subprocess.Popen(
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    ) as process:
        end = time.monotonic() + cap
        given: str | None = asked
        while True:
            try:
                answer, told = process.communicate(given, timeout=0.5)
                break
            except subprocess.TimeoutExpired:
                given = None
                if stopping() or time.monotonic() > end:
                    _end(process)
                    raise BuildError(f"it took longer than {cap:.0f} s and was ended") from None
    if process.returncode:
        last = told.strip().splitlines()[-1:] or [f"it ended with {process.returncode}"]
        raise BuildError(last[0])
    return Outcome(json.loads(answer.strip().splitlines()[-1]))


def _end(process: subprocess.Popen[str]) -> None:
    process.terminate()
    with suppress(subprocess.TimeoutExpired):
        process.wait(_STOP_SECONDS)
    process.kill()  # nothing, where it ended


def job(asked: dict[str, Any]) -> dict[str, Any]:
    """Build the incident; its own file's times go before those of a webhook."""
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
        if start is None:
            raise
    made = build(
        BuildRequest(incident=asked["incident"], start=start, end=end, config=path, out=Path(asked["out"]))
    )
    gaps = made.timeline.gaps
    later = [g.end for g in gaps if g.reason == "not_yet"]
    return {
        "facts": len(made.timeline.facts), "gaps": len(gaps), "not_yet": max(later, default=None),
        "open": made.timeline.incident.end is None,
    }  # fmt: skip


def main() -> None:
    """Read the request from stdin, print what was made; a failure is one line on stderr."""
    with suppress(OSError):
        # Where memory runs out, the build ends and not the server that takes webhooks.
        Path("/proc/self/oom_score_adj").write_text("1000")
    memory.keep_private()  # from here on that file is no longer ours
    try:
        print(json.dumps(job(json.load(sys.stdin))))  # noqa: T201 - the parent reads it
    except Exception as err:  # noqa: BLE001 - any failure is told in one line
        sys.exit(f"{type(err).__name__.removesuffix('Error')}: {err}".replace("\n", " "))


if __name__ == "__main__":
    main()
