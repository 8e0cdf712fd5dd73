"""Find threshold crossings by every way: ours, prometheus-api-client + pandas, and curl of the JSON.

    python -m benchmarks.crossings [--series 500] [--days 1 7] [--rounds 5] [--ways envelope chunks ...]

Starts a real Prometheus with back-filled series, of which a few cross their threshold, and runs each way
as a whole process, in turn, from the interpreter's start to the list of crossings. Every way must find
the same crossings before anything is timed. `curl` downloads the JSON of the range and decodes nothing:
what no way that reads every sample as JSON can go below. Medians; ratios to curl, and to the client.
"""

from __future__ import annotations

import argparse
import json
import math
import random
import statistics
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from benchmarks.crossing_ways import DAY, OURS, STEP, T0, pieces
from benchmarks.measure import Figures, keep, run

MARGIN = 40  # samples before and after: no series begins or ends with the window
WAYS = ("curl", *OURS, "client")
AIMS = {"envelope": 1.0, "chunks": 0.5, "json": 1.4}  # of curl


def samples(series: int, part: range) -> Iterator[str]:
    """Yield the OpenMetrics lines of some samples of each series, numbered from the window's start.

    Noisy waves below the threshold; 24 of the series have a spike of one sample in the first day.
    """
    yield "# TYPE bench gauge"
    for number in range(series):
        seed = random.Random(number)
        spikes = (
            {seed.randrange(10, DAY // STEP - 10)}
            if number * 24 // series != (number - 1) * 24 // series
            else set()
        )
        wave = [50 + 30 * math.sin(n / 900 + number) for n in range(5_655)]  # one turn
        labels = f'bench{{instance="i{number:04d}",job="bench"}}'
        noise = random.Random(f"{number} {part.start}").random
        for n in part:
            value = 120.5 if n in spikes else wave[n % 5_655] + noise()
            yield f"{labels} {value!r} {T0 + STEP * n}"
    yield "# EOF"


def command(way: str, url: str, end: int, out: Path) -> list[str | Path]:
    """Return the process of one way; curl's writes nothing and fails on refusals."""
    if way != "curl":
        return [
            sys.executable,
            "-m",
            "benchmarks.crossing_ways",
            way,
            url,
            str(end),
            out,
        ]
    urls = [f"{url}/api/v1/query_range?query=bench&start={a}&end={b}&step={STEP}" for a, b in pieces(end)]
    return ["curl", "-sSf", *(part for one in urls for part in ("-o", "/dev/null", one))]


def main() -> None:
    """Start a server a length of time, check, measure, print."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--series", type=int, default=500)
    parser.add_argument("--days", type=int, nargs="+", default=[1, 7])
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--ways", nargs="+", choices=WAYS, default=list(WAYS))
    parser.add_argument("--client-days", type=int, default=1, help="longest range the client is given")
    parser.add_argument("--serve", type=Path)
    asked = parser.parse_args()
    if asked.serve:
        serve(asked.serve, asked.series, max(asked.days))
        return
    with tempfile.TemporaryDirectory() as folder, served(Path(folder), asked.series, max(asked.days)) as url:
        for days in sorted(asked.days):
            ways = [way for way in asked.ways if way != "client" or days <= asked.client_days]
            print(f"\n{days * 24} h, {asked.series} series, {asked.series * days * DAY // STEP:,} samples")
            walls = measure(ways, url, T0 + days * DAY, Path(folder), asked.rounds)
            leave(walls, asked.series, days)


def serve(folder: Path, series: int, days: int) -> None:
    """Run a filled server until the input ends, and say where it is."""
    from tests.servers.prometheus import start_prometheus
    from tests.servers.require import program

    last, text = days * DAY // STEP + MARGIN, folder / "part.om"
    for first in range(-MARGIN, last, DAY // STEP):  # day by day: a month of text is some gigabytes
        part = range(first, min(first + DAY // STEP, last))
        text.write_text("\n".join(samples(series, part)) + "\n")
        fill: list[str | Path] = [
            program("promtool", "prometheus"),
            "tsdb",
            "create-blocks-from",
            "openmetrics",
        ]
        made = [*fill, "--max-block-duration=24h", text, folder / "data"]
        subprocess.run(made, check=True, stdout=subprocess.DEVNULL)
    text.unlink()
    with start_prometheus(folder) as server:
        print(server.url, flush=True)
        sys.stdin.read()


@contextmanager
def served(folder: Path, series: int, days: int) -> Iterator[str]:
    """Run the server in a process of its own: what makes its data must not weigh on what is measured."""
    asked = ["--serve", str(folder), "--series", str(series), "--days", str(days)]
    process = subprocess.Popen(
        [sys.executable, "-m", "benchmarks.crossings", *asked],
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
    )  # fmt: skip
    assert process.stdin
    assert process.stdout
    try:
        yield process.stdout.readline().strip()
    finally:
        process.stdin.close()
        process.wait()


def measure(ways: list[str], url: str, end: int, home: Path, rounds: int) -> dict[str, float]:
    """Check that all ways find the same, time them in turn, print medians and ratios; return the walls."""
    found = {}
    for way in ways:
        out = home / f"{way}.json"
        run(command(way, url, end, out), Path.cwd())
        if way != "curl":
            found[way] = json.loads(out.read_text())
    lists = {way: one["crossings"] for way, one in found.items()}
    first = next(iter(lists.values()))
    if any(one != first for one in lists.values()) or not first:
        sys.exit(f"the ways differ: { {way: len(one) for way, one in lists.items()} }")
    print(f"all ways found the same {len(first)} crossings")
    figures: dict[str, list[Figures]] = {way: [] for way in ways}
    for _ in range(rounds):
        for way in ways:
            figures[way].append(run(command(way, url, end, home / f"{way}.json"), Path.cwd()))

    def middle(way: str, name: str) -> float:
        return float(statistics.median(getattr(one, name) for one in figures[way]))

    for way in ways:
        wall, peak = middle(way, "wall"), middle(way, "peak")
        line = f"{way:9} {wall:7.2f} s {middle(way, 'cpu'):6.2f} s of CPU {peak:6.0f} MB"
        if "curl" in ways:
            line += f"   {wall / middle('curl', 'wall'):6.2f} of curl"
        if "client" in ways and way in OURS:
            line += f"   {middle('client', 'wall') / wall:6.1f} x faster than the client"
            line += f", 1/{middle('client', 'peak') / peak:.0f} of its memory"
        if way in OURS:
            line += f"   {found[way]['bytes'] / 2**20:8.2f} MiB of evidence"
        print(line)
    return {way: middle(way, "wall") for way in ways}


def leave(walls: dict[str, float], series: int, days: int) -> None:
    """Keep the ratios to curl for the picture."""
    if "curl" not in walls:
        return
    names = {way: f"timeline: {way}" for way in OURS} | {
        "curl": "curl of the JSON",
        "client": "client + pandas",
    }
    bars = {names[way]: wall / walls["curl"] for way, wall in walls.items()}
    aims = {
        names[way]: aim
        for way, aim in (AIMS | ({"envelope": 0.5} if days >= 7 else {})).items()
        if way in walls
    }
    title = f"Threshold crossings of {series} series over {days * 24} h: wall time of whole processes"
    keep(f"crossings-{days * 24}h", title, "of curl downloading the JSON (logarithmic)", bars, aims)


if __name__ == "__main__":
    main()
