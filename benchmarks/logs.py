"""Summarise the logs of a day, a week and a month: what comes over the wire, and what it costs here.

    python -m benchmarks.logs [--store loki opensearch] [--days 1 7 30] [--every 30]

Starts a real Loki, and a real OpenSearch, with lines of three services and one incident, in the last day. A window that is thirty times as
long holds the same changes: bytes and our processor time should hardly grow.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from benchmarks.measure import keep
from collectors.base import AnyCollector
from collectors.kit.tape import RecordingTape
from collectors.loki.collector import LokiCollector
from collectors.opensearch.collector import OpensearchCollector
from collectors.testing import Run, run
from tests.servers.loki import Loki, start_loki
from tests.servers.opensearch import OpenSearch, start_opensearch
from timeline.instant import DAY, HOUR, NS, parse_instant
from timeline.model import Window

END = parse_instant("2026-11-22T00:00:00Z")
SOURCES: dict[str, tuple[type[AnyCollector], dict[str, str]]] = {
    "loki": (LokiCollector, {"query": '{bench="logs"}'}), "opensearch": (OpensearchCollector, {"index": "bench"}),
}  # fmt: skip
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


def index(node: OpenSearch, days: int, every: int) -> None:
    """Store the same in an index."""
    keyword = {"type": "keyword"}
    types = {
        "@timestamp": {"type": "date"},
        "level": keyword,
        "service": keyword,
        "message": {"type": "text"},
    }
    node.create("bench", {"settings": {"number_of_replicas": 0}, "mappings": {"properties": types}})

    def document(at: int, level: str, service: int, text: str) -> dict[str, Any]:
        return {"@timestamp": at // 1_000_000, "level": level, "service": f"s{service}", "message": text}

    for service in range(3):
        told = lines(service, END - days * DAY, every)
        node.bulk("bench", (document(at, "INFO", service, text) for at, text in told))
    node.bulk(
        "bench",
        (
            document(END - 6 * HOUR + n * 2 * NS, "ERROR", 1, f"cannot reach payments: try {n}")
            for n in range(900)
        ),
    )


def read(store: str, url: str, days: int) -> tuple[Run, float, float]:
    """Return a read of the last days, its wall seconds and our processor seconds."""
    collector, own = SOURCES[store]
    options = {"url": url, "time_cap": "300s", "timeout": "120s", **own}
    wall, cpu = time.perf_counter(), time.process_time()
    made = run(collector, options, Window(start=END - days * DAY, end=END), now=END + HOUR)
    return made, time.perf_counter() - wall, time.process_time() - cpu


def measured(store: str, url: str, every: Sequence[int]) -> dict[str, float]:
    """Read each window once to warm up and once to measure; print, and return bytes by window as ratios to the shortest."""
    bars: dict[str, float] = {}
    first: tuple[float, float] | None = None
    for days in every:
        read(store, url, days)
        made, wall, cpu = read(store, url, days)
        if made.failure or made.gaps:
            sys.exit(f"{store}, {days} d: {made.failure or made.gaps}")
        assert isinstance(made.tape, RecordingTape)
        first = first or (made.tape.bytes, cpu)
        of_bytes, of_cpu = made.tape.bytes / first[0], cpu / first[1]
        bars[f"{store}, {days} d"] = of_bytes
        changed = sum(fact.kind == "log.rate_changed" for fact in made.facts)
        sys.stdout.write(
            f"{store}, {days:3} d: {made.tape.bytes:8} bytes ({of_bytes:.2f}), {cpu:.2f} s of ours ({of_cpu:.2f}), {wall:.1f} s, "
            f"{len(made.tape.entries)} requests, {changed} changes\n"
        )
    return bars


def main() -> None:
    """Fill each store and read it."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--store", nargs="+", choices=sorted(SOURCES), default=sorted(SOURCES))
    parser.add_argument("--days", type=int, nargs="+", default=[1, 7, 30])
    parser.add_argument("--every", type=int, default=30, help="seconds between a service's lines")
    asked = parser.parse_args()
    bars: dict[str, float] = {}
    with tempfile.TemporaryDirectory() as folder:
        if "loki" in asked.store:
            with start_loki(Path(folder)) as loki:
                fill(loki, max(asked.days), asked.every)
                bars |= measured("loki", loki.url, asked.days)
        if "opensearch" in asked.store:
            with start_opensearch(Path(folder) / "opensearch") as node:
                index(node, max(asked.days), asked.every)
                bars |= measured("opensearch", node.url, asked.days)
    keep(
        "logs",
        "Loki and OpenSearch: bytes by the length of the window",
        "of a day's",
        bars,
        dict.fromkeys(bars, AIM),
    )


if __name__ == "__main__":
    main()
