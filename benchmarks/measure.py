"""Measure whole processes: wall seconds and peak memory, as the operating system counts them; keep ratios."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

KEPT = Path(__file__).parents[1] / "build" / "bench"


class Figures(NamedTuple):
    """Wall seconds, largest resident memory in MB and processor seconds of one finished process."""

    wall: float
    peak: float
    cpu: float = 0.0


def run(command: Sequence[str | Path], cwd: Path | None = None, *, allowed: Sequence[int] = (0,)) -> Figures:
    """Run a command to its end; raise SystemExit with its words when it fails."""
    with tempfile.TemporaryFile() as out:
        started = time.perf_counter()
        process = subprocess.Popen([str(c) for c in command], cwd=cwd, stdout=out, stderr=out)
        _, status, usage = os.wait4(process.pid, 0)
        wall = time.perf_counter() - started
        process.returncode = os.waitstatus_to_exitcode(status)
        if process.returncode not in allowed:
            out.seek(0)
            said = out.read()[-3000:].decode("utf-8", "replace")
            sys.exit(f"{command[0]} ended with {process.returncode}:\n{said}")
    return Figures(wall, usage.ru_maxrss / 1024, usage.ru_utime + usage.ru_stime)


def keep(name: str, title: str, unit: str, bars: Mapping[str, float], aims: Mapping[str, float]) -> None:
    """Leave figures in `build/bench/NAME.json`, for `benchmarks.charts`; `aims` are what some should reach."""
    KEPT.mkdir(parents=True, exist_ok=True)
    chart = {"title": title, "unit": unit, "bars": dict(bars), "aims": dict(aims)}
    (KEPT / f"{name}.json").write_text(json.dumps(chart, indent=2) + "\n")
