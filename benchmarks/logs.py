"""Summarise the logs of a day, a week and a month: what comes over the wire, and what it costs here.

    python -m benchmarks.logs [--days 1 7 30] [--every 30]

Starts a real Loki with lines of three services and one incident, in the last day. A window that is thirty times as
long holds the same changes: bytes and our processor time should hardly grow.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

from benchmarks.measure import keep
from collectors.kit.tape import RecordingTape
from collectors.loki.collector import LokiCollector
from collectors.testing import Run, run
from tests.servers.loki import Loki, start_loki
from timeline.instant import DAY, HOUR, NS, parse_instant
from timeline.model import Window

END = parse_instant("2026-11-22T00:00:00Z")
AIM = 2  # of a day's bytes, whatever the window


def lines(service: int, start: int, every: int) -> Iterator[tuple[int, str]]:
    """Yield a service's lines, one in `every` seconds."""
    text = (
        f"service {service} answered a request of a customer in 12 ms without any trouble, as it always does"
    )
    for at in range(start + service * NS, END, every * NS):
        yield at, text


def fill(loki: Loki, days: int, every: int) -> None:
    """Store the lines of some days, and errors of one of three services in the last one."""
    for service in range(3):
        for day in range(days, 0, -1):
            start = END - day * DAY
            part = [(at, text) for at, text in lines(service, start, every) if at < start + DAY]
            loki.push(({"bench": "logs", "level": "INFO", "service": f"s{service}"}, part))
    errors = [(END - 6 * HOUR + n * 2 * NS, f"cannot reach payments: try {n}") for n in range(900)]
    loki.push(({"bench": "logs", "level": "ERROR", "service": "s1"}, errors))


def read(loki: Loki, days: int) -> tuple[Run, float, float]:
    """Return a read of the last days, its wall seconds and our processor seconds."""
    options = {"url": loki.url, "query": '{bench="logs"}', "time_cap": "300s", "timeout": "120s"}
    wall, cpu = time.perf_counter(), time.process_time()
    made = run(LokiCollector, options, Window(start=END - days * DAY, end=END), now=END + HOUR)
    return made, time.perf_counter() - wall, time.process_time() - cpu


def main() -> None:
    """Fill a Loki, read each window once to warm up and once to measure, print ratios to the shortest."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--days", type=int, nargs="+", default=[1, 7, 30])
    parser.add_argument("--every", type=int, default=30, help="seconds between a service's lines")
    asked = parser.parse_args()
    bars: dict[str, float] = {}
    with tempfile.TemporaryDirectory() as folder, start_loki(Path(folder)) as loki:
        fill(loki, max(asked.days), asked.every)
        first: tuple[float, float] | None = None
        for days in asked.days:
            read(loki, days)
            made, wall, cpu = read(loki, days)
            if made.failure or made.gaps:
                sys.exit(f"{days} d: {made.failure or made.gaps}")
            assert isinstance(made.tape, RecordingTape)
            first = first or (made.tape.bytes, cpu)
            of_bytes, of_cpu = made.tape.bytes / first[0], cpu / first[1]
            bars[f"{days} d"] = of_bytes
            changed = sum(fact.kind == "log.rate_changed" for fact in made.facts)
            sys.stdout.write(
                f"{days:3} d: {made.tape.bytes:8} bytes ({of_bytes:.2f}), {cpu:.2f} s of ours ({of_cpu:.2f}), {wall:.1f} s, "
                f"{len(made.tape.entries)} requests, {changed} changes\n"
            )
    keep("logs", "Loki: bytes by the length of the window", "of a day's", bars, dict.fromkeys(bars, AIM))


if __name__ == "__main__":
    main()
