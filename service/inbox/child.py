"""Work in a process of its own: it can take a core, memory and minutes, and the pages stay quick."""

from __future__ import annotations

import json
import subprocess
import sys
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any

from service import memory
from service.inbox.worker import BuildError

_STOP_SECONDS = 10


def answer(module: str, asked: dict[str, Any], cap: float, stopping: Callable[[], bool]) -> dict[str, Any]:
    """Return what `module` answers to a request, `cap` seconds at most; raise BuildError."""
    # -P: a folder named `service` where the server was started is not ours.
    command = [sys.executable, "-P", "-m", module]
    with subprocess.Popen(
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    ) as process:
        end = time.monotonic() + cap
        given: str | None = json.dumps(asked)
        while True:
            try:
                told, failure = process.communicate(given, timeout=0.5)
                break
            except subprocess.TimeoutExpired:
                given = None
                if stopping() or time.monotonic() > end:
                    _end(process)
                    raise BuildError(f"it took longer than {cap:.0f} s and was ended") from None
    if process.returncode:
        last = failure.strip().splitlines()[-1:] or [f"it ended with {process.returncode}"]
        raise BuildError(last[0])
    found: dict[str, Any] = json.loads(told.strip().splitlines()[-1])
    return found


def _end(process: subprocess.Popen[str]) -> None:
    process.terminate()
    with suppress(subprocess.TimeoutExpired):
        process.wait(_STOP_SECONDS)
    process.kill()  # nothing, where it ended


def run(job: Callable[[dict[str, Any]], dict[str, Any]]) -> None:
    """Read the request from stdin, print what was made; a failure is one line on stderr."""
    with suppress(OSError):
        # Where memory runs out, this ends and not the server that takes webhooks.
        Path("/proc/self/oom_score_adj").write_text("1000")
    memory.keep_private()  # from here on that file is no longer ours
    try:
        print(json.dumps(job(json.load(sys.stdin))))  # noqa: T201 - the parent reads it
    except Exception as err:  # noqa: BLE001 - any failure is told in one line
        sys.exit(f"{type(err).__name__.removesuffix('Error')}: {err}".replace("\n", " "))
