"""Time `timeline build` on 2.88 M samples and 100,000 log documents against only downloading them.

    python -m benchmarks.build [--series 500] [--documents 100000] [--rounds 5]

Both read from real servers on loopback, as whole processes, in turn. The download repeats the
build's own requests, as its manifest holds them, and throws the answers away: its time is what
no program that reads the same bytes can go below. Quoted are the median ratio and peak memory.
"""

from __future__ import annotations

import argparse
import math
import statistics
import sys
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack
from datetime import UTC, datetime, timedelta
from pathlib import Path

HOME = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(HOME))

from benchmarks.measure import keep, run  # noqa: E402 - the checkout's root comes first
from service.evidence.store import Evidence  # noqa: E402
from tests.servers.opensearch import start_opensearch  # noqa: E402
from tests.servers.prometheus import start_prometheus  # noqa: E402

BEGIN = datetime(2026, 11, 10, tzinfo=UTC)
HOURS, STEP = 24, 15
CONFIG = """
pad_before = "0s"
pad_after = "0s"
[[source]]
name = "prom"
collector = "prometheus_metrics"
url = "{prometheus}"
reading = "samples"             # every sample is received, so that the download can receive the same
rules = false
time_cap = "10m"
[[source.threshold]]
name = "load"
query = "bench_load"
above = 95

[[source]]
name = "logs"
collector = "opensearch"
url = "{opensearch}"
index = "bench"
mode = "documents"
time_cap = "10m"
page = 5000
"""
INCIDENT = 'title = "benchmark"\nstart = {start}\nend = {end}\n'


def samples(series: int) -> Iterator[str]:
    """Yield OpenMetrics lines: waves that cross 95 a few times a day."""
    yield "# TYPE bench_load gauge"
    count = HOURS * 3600 // STEP
    for number in range(series):
        labels = f'bench_load{{instance="i{number:03d}",job="bench"}}'
        for n in range(count):
            wave = 50 + 40 * math.sin(n / 900 + number) + 8 * math.sin(n / 7 + number)
            yield f"{labels} {wave:.3f} {int(BEGIN.timestamp()) + n * STEP}"
    yield "# EOF"


def documents(count: int) -> Iterator[dict[str, object]]:
    """Yield log documents spread over the day."""
    for n in range(count):
        moment = BEGIN + timedelta(seconds=n * HOURS * 3600 / count)
        yield {
            "_id": f"d{n}", "@timestamp": moment.isoformat().replace("+00:00", "Z"), "level": "ERROR",
            "service": f"s{n % 20}", "message": f"request {n} failed after {n % 977} ms",
        }  # fmt: skip


def main() -> None:
    """Start the servers, build, download, print."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--series", type=int, default=500)
    parser.add_argument("--documents", type=int, default=100_000)
    parser.add_argument("--rounds", type=int, default=5)
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder, ExitStack() as stack:
        home = Path(folder)
        for name in ("prometheus", "opensearch"):
            (home / name).mkdir()
        text = "\n".join(samples(asked.series))
        prom = stack.enter_context(start_prometheus(home / "prometheus", openmetrics=text))
        del text
        logs = stack.enter_context(start_opensearch(home / "opensearch"))
        logs.bulk("bench", documents(asked.documents))
        (home / "timeline.toml").write_text(CONFIG.format(prometheus=prom.url, opensearch=logs.url))
        (home / "incidents").mkdir()
        end = (BEGIN + timedelta(hours=HOURS)).isoformat()
        (home / "incidents" / "BENCH.toml").write_text(INCIDENT.format(start=BEGIN.isoformat(), end=end))
        compare(home, asked.rounds)


def compare(home: Path, rounds: int) -> None:
    """Build and download in turn; print medians of the ratios."""
    timeline = Path(sys.executable).with_name("timeline")
    ratios, walls, peaks, downloads = [], [], [], []
    for turn in range(rounds):
        out = home / f"out{turn}"
        build = run(
            [timeline, "build", "--incident", "BENCH", "--out", out, "--no-stills"], home, allowed=(0, 3)
        )
        download = run(
            [sys.executable, HOME / "benchmarks" / "download.py", out / "BENCH" / "evidence"], home
        )
        ratios.append(build.wall / download.wall)
        walls.append(build.wall)
        downloads.append(download.wall)
        peaks.append(build.peak)
    [collection] = Evidence(home / "out0" / "BENCH" / "evidence").manifest().collections
    size = sum(s.bytes for s in collection.sources) / 2**20
    print(f"exchanges {len(collection.exchanges)}, {size:.0f} MiB received")
    print(f"build     {statistics.median(walls):6.2f} s   peak {statistics.median(peaks):5.0f} MB")
    print(f"download  {statistics.median(downloads):6.2f} s")
    print(f"ratio     {statistics.median(ratios):6.2f}     (median of {rounds}, build to download)")
    bars = {"timeline build": statistics.median(ratios), "download of the same bytes": 1.0}
    keep("build", "A whole build: wall time", "of downloading the same bytes (logarithmic)", bars, {})


if __name__ == "__main__":
    main()
