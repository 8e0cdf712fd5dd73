"""Compare our reads of a Prometheus with prometheus-api-client's: time, memory, and what is lost.

    python -m benchmarks.prometheus_clients [--series 60] [--hours 24]

Starts a real Prometheus, back-fills it, and reads the same range in fresh processes by each way.
Every figure is a ratio to only downloading the same bytes (httpx, nothing decoded).
"""

from __future__ import annotations

import argparse
import json
import math
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import anyio

T0 = 1_772_323_200  # 2026-03-01T00:00:00Z
STEP = 15


def backfill(series: int, hours: int) -> str:
    """Make the OpenMetrics text of `series` series of `hours` at 15 s."""
    rows = [
        f'bench{{instance="{n}"}} {math.sin(i / 97 + n):.6f} {T0 + STEP * i}'
        for n in range(series)
        for i in range(hours * 3600 // STEP)
    ]
    return "\n".join(["# TYPE bench gauge", *rows, "# EOF"]) + "\n"


def download(url: str, end: int) -> int:
    """Fetch the bytes in pieces that the server grants, and decode nothing."""
    import httpx

    size = 0
    for start in range(T0, end, 11_000 * STEP):
        last = min(start + 10_999 * STEP, end - 1)
        asked: dict[str, str | int] = {"query": "bench", "start": start, "end": last, "step": STEP}
        size += len(
            httpx.get(f"{url}/api/v1/query_range", params=asked, timeout=120, trust_env=False).content
        )
    return size


def ours(url: str, end: int, redacted: bool = True) -> int:
    """Read through our API into arrays, keeping the redacted evidence in memory."""
    from collectors.base import Context
    from collectors.kit.http import Http
    from collectors.kit.redaction import Redactor
    from collectors.kit.tape import MemoryStore, RecordingTape
    from collectors.prometheus.api import PrometheusApi, PrometheusOptions
    from timeline.instant import NS
    from timeline.model import Incident

    async def read() -> int:
        class Plain(Redactor):
            def redact(self, data: bytes, *_: object, **__: object) -> bytes:
                return data

        redactor = Redactor() if redacted else Plain()
        tape = RecordingTape("bench", "bench", MemoryStore(), redactor)
        context = Context("bench", Incident(id="bench"), end * NS, tape, lambda reference: reference)
        options = PrometheusOptions(url=url, timeout="120s", time_cap="600s")
        async with Http(context, options) as http:
            found = await PrometheusApi(context, options, http).range(
                "bench", T0 * NS, end * NS - 1, STEP * NS
            )
        return sum(len(one.times) for one in found)

    return anyio.run(read)


def unredacted(url: str, end: int) -> int:
    """Read through our API without the redaction: what asking and decoding alone cost."""
    return ours(url, end, redacted=False)


def client(url: str, end: int) -> int:
    """Read with prometheus-api-client as its documentation shows: lists of pairs."""
    from prometheus_api_client import PrometheusConnect

    with PrometheusConnect(url=url, timeout=120) as connect:
        found = connect.custom_query_range("bench", _time(T0), _time(end - 1), str(STEP))
    return sum(len(one["values"]) for one in found)


def frames(url: str, end: int) -> int:
    """Read with prometheus-api-client into its data frame."""
    from prometheus_api_client import MetricRangeDataFrame, PrometheusConnect

    with PrometheusConnect(url=url, timeout=120) as connect:
        return len(
            MetricRangeDataFrame(connect.custom_query_range("bench", _time(T0), _time(end - 1), str(STEP)))
        )


def _time(seconds: int) -> datetime:
    return datetime.fromtimestamp(seconds, UTC)


WAYS: dict[str, Callable[[str, int], int]] = {
    "download": download, "ours": ours, "ours, unredacted": unredacted, "client": client,
    "client, data frame": frames,
}  # fmt: skip


def measure(way: str, url: str, end: int) -> dict[str, float | str]:
    """Run one way in a process of its own; seconds and MiB are beyond its imports."""
    command = [
        sys.executable,
        "-m",
        "benchmarks.prometheus_clients",
        "--way",
        way,
        "--url",
        url,
        "--end",
        str(end),
    ]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode:
        return {"failed": done.stderr.strip().splitlines()[-1][:160]}
    found: dict[str, float | str] = json.loads(done.stdout)
    return found


def _one(way: str, url: str, end: int) -> None:
    WAYS[way](url, T0 + 60)  # imports and connections are no part of the comparison
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    start, used = time.perf_counter(), time.process_time()
    count = WAYS[way](url, end)
    seconds, cpu = time.perf_counter() - start, time.process_time() - used
    peak = (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) / 1024
    print(json.dumps({"seconds": seconds, "cpu": cpu, "mib": peak, "count": count}))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--series", type=int, default=60)
    parser.add_argument("--hours", type=int, default=24)
    parser.add_argument("--way", choices=WAYS)
    parser.add_argument("--url")
    parser.add_argument("--end", type=int)
    args = parser.parse_args()
    if args.way:
        _one(args.way, args.url, args.end)
        return
    from tests.servers.prometheus import start_prometheus

    with (
        tempfile.TemporaryDirectory() as folder,
        start_prometheus(Path(folder), openmetrics=backfill(args.series, args.hours)) as server,
    ):
        report(server.url, T0 + args.hours * 3600, args.series * args.hours * 3600 // STEP)


def report(url: str, end: int, samples: int) -> None:
    """Print a row for each way, the best of five runs."""
    print(f"{samples:,} samples; ratios to downloading the same bytes")
    runs: dict[str, list[dict[str, float | str]]] = {way: [] for way in WAYS}
    for _ in range(5):  # in turns, so that what else the machine does meets all of them
        for way in WAYS:
            runs[way].append(measure(way, url, end))
    base = [_best(runs["download"], name) for name in ("seconds", "cpu")]
    for way, found in runs.items():
        if "failed" in found[0]:
            print(f"{way:20} failed: {found[0]['failed']}")
            continue
        seconds, cpu, peak = (_best(found, name) for name in ("seconds", "cpu", "mib"))
        print(
            f"{way:20} {seconds:6.2f} s {seconds / base[0]:6.2f} x   CPU {cpu:6.2f} s {cpu / base[1]:6.2f} x"
            f"   {peak:6.0f} MiB   {found[0]['count']:>9} read"
        )


def _best(runs: list[dict[str, float | str]], name: str) -> float:
    return min(float(run[name]) for run in runs)


if __name__ == "__main__":
    main()
