"""Time `timeline build`, and what works on its result, on many rows of a JSON Lines file.

    python -m benchmarks.rows [--rows 100000 1000000] [--rounds 5]

Whole processes, in turn. The baseline reads the same file with orjson, sorts its rows by time and writes
them again: what no program of Python does faster. Quoted are medians of ratios, and peak memory.
"""

from __future__ import annotations

import argparse
import json
import statistics
import sys
import tempfile
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

from benchmarks.measure import Figures, keep, run

HOME = Path(__file__).resolve().parent.parent
BEGIN = datetime(2026, 11, 10, tzinfo=UTC)
STATES = ("OK", "PROBLEM", "INFO")
CONFIG = """
pad_before = "0s"
pad_after = "0s"
[[source]]
name = "rows"
collector = "jsonl"
path = "rows.jsonl"
time_cap = "10m"
[source.map]
time = "ts"
kind = { field = "state", values = { PROBLEM = "alert.firing", OK = "alert.resolved" }, default = "custom" }
thread = ["host", "service"]
subject = { host = "host", service = "service" }
quote = "message"
"""
#: Rows that all lie before the window, each with a trace id as its thread.
EARLIER = """
[[source]]
name = "rows"
collector = "jsonl"
path = "earlier.jsonl"
time_cap = "10m"
[source.map]
time = "ts"
thread = "trace"
quote = "message"
"""
BARE = """
import orjson, sys
rows = [orjson.loads(line) for line in open(sys.argv[1], "rb")]
rows.sort(key=lambda row: row["ts"])
with open(sys.argv[2], "wb") as out:
    out.writelines(orjson.dumps(row, option=orjson.OPT_APPEND_NEWLINE) for row in rows)
"""


def rows(count: int) -> Iterator[str]:
    """Yield rows spread over a day: three states, fifty hosts, twenty services."""
    for n in range(count):
        moment = BEGIN + timedelta(microseconds=int(n * 86_400e6 / count))
        yield json.dumps({
            "ts": moment.isoformat().replace("+00:00", "Z"), "host": f"h{n % 50}", "service": f"s{n % 20}",
            "state": STATES[n % 3], "message": f"request {n} failed after {n % 977} ms",
        })  # fmt: skip


def earlier(count: int) -> Iterator[str]:
    """Yield rows of the day before, each of a trace of its own."""
    for n in range(count):
        moment = BEGIN - timedelta(days=1) + timedelta(microseconds=int(n * 43_200e6 / count))
        yield json.dumps({
            "ts": moment.isoformat().replace("+00:00", "Z"), "trace": f"{n:032x}",
            "message": f"request {n} failed after {n % 977} ms",
        })  # fmt: skip


def commands(home: Path, turn: int) -> dict[str, list[str | Path]]:
    """Return what is timed, in order; each works on what the build made."""
    timeline, out = Path(sys.executable).with_name("timeline"), home / f"out{turn}"
    end = BEGIN + timedelta(days=1)
    window: list[str | Path] = ["--start", BEGIN.isoformat(), "--end", end.isoformat()]
    made = out / "ROWS"
    return {
        "bare": [sys.executable, "-c", BARE, home / "rows.jsonl", home / "bare.jsonl"],
        "build": [timeline, "build", "--incident", "ROWS", *window, "--no-stills", "--out", out],
        "earlier": [
            timeline,
            "build",
            "--config",
            home / "earlier.toml",
            "--incident",
            "EARLIER",
            *window,
            "--no-stills",
            "--out",
            out,
        ],
        "check": [timeline, "check", made],
        "diff": [timeline, "diff", made, made],
        "export": [timeline, "export", made, "--to", "jsonl", "--out", home / "export.jsonl"],
        "refresh": [timeline, "refresh", made, "--no-stills"],
    }


def measure(count: int, rounds: int) -> dict[str, list[Figures]]:
    """Return the figures of each command, a round each."""
    figures: dict[str, list[Figures]] = {}
    with tempfile.TemporaryDirectory() as folder:
        home = Path(folder)
        (home / "timeline.toml").write_text(CONFIG)
        (home / "earlier.toml").write_text(EARLIER)
        (home / "earlier.jsonl").write_text("\n".join(earlier(count)) + "\n")
        (home / "rows.jsonl").write_text("\n".join(rows(count)) + "\n")
        for turn in range(rounds):
            for name, command in commands(home, turn).items():
                # A fresh draft has unanswered questions: `check` ends with 1.
                figures.setdefault(name, []).append(run(command, home, allowed=(0, 1, 3)))
    return figures


def report(count: int, figures: dict[str, list[Figures]]) -> dict[str, float]:
    """Print medians, and their ratios to the baseline; return the ratios."""
    walls = {name: statistics.median(f.wall for f in held) for name, held in figures.items()}
    ratios = {
        name: statistics.median(f.wall / b.wall for f, b in zip(held, figures["bare"], strict=True))
        for name, held in figures.items()
    }
    print(f"{count:,} rows, medians of {len(figures['bare'])}")
    for name, held in figures.items():
        peak = statistics.median(f.peak for f in held)
        print(f"{name:8} {walls[name]:7.2f} s  {ratios[name]:6.1f} of bare  peak {peak:6.0f} MB")
    print(f"check    {walls['check'] / walls['build']:7.2f} of its build")
    return ratios


def main() -> None:
    """Measure each number of rows."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--rows", type=int, nargs="+", default=[100_000, 1_000_000])
    parser.add_argument("--rounds", type=int, default=5)
    options = parser.parse_args()
    for count in options.rows:
        ratios = report(count, measure(count, options.rounds))
        bars = {f"timeline {name}": ratio for name, ratio in ratios.items() if name != "bare"}
        title = f"{count:,} JSON Lines rows: wall time"
        keep(f"rows-{count}", title, "of a bare read, sort and write", bars, {"timeline build": 20})


if __name__ == "__main__":
    main()
