"""Merge a million events of six sorted sources: ours, pandas, and pydantic as it comes; whole processes.

    python -m benchmarks.merge [--events 1000000] [--rounds 5]

3 % of the events are exact duplicates. Each way reads six files of JSON lines and writes one. Before
anything is measured the outputs are compared: the same ids in the same order, and no inversion.
"""

from __future__ import annotations

import argparse
import heapq
import json
import random
import statistics
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

from benchmarks.measure import Figures, keep, run

SOURCES, DUPLICATES = 6, 0.03
Key = tuple[int, int, str, str]
T0 = 1_772_323_200_000  # 2026-03-01T00:00:00Z, ms
KINDS = ("alert.firing", "chat.message", "custom", "deploy.started", "log.first_seen", "metric.crossed_above")


def events(count: int) -> list[tuple[int, bytes]]:
    """Make events in order, about 241 bytes each: some with whole seconds, some with milliseconds."""
    from timeline.instant import format_instant

    rng, made, at = random.Random(3), [], T0
    for number in range(count):
        at += rng.choice((0, 0, 1, 40, 171))
        latest = at + rng.choice((0, 999, 15_000))
        row = {
            "id": f"f-{rng.getrandbits(64):016x}", "kind": rng.choice(KINDS), "earliest": format_instant(at * 10**6),
            "latest": format_instant(latest * 10**6), "source": f"s{number % SOURCES}", "clock": f"host-{number % 17}",
            "statement": f"Request {number} of `checkout` was recorded by `host-{number % 17}`", "thread": f"t-{number % 971}",
        }  # fmt: skip
        made.append((at, json.dumps(row, separators=(",", ":")).encode() + b"\n"))
    return made


def prepare(folder: Path, count: int) -> list[Path]:
    """Write six sorted files; a duplicate stands in two of them, or twice in one."""
    from timeline.instant import parse_instant

    rng = random.Random(5)
    runs: list[list[tuple[Key, bytes]]] = [[] for _ in range(SOURCES)]
    for _, line in events(round(count / (1 + DUPLICATES))):
        row = json.loads(line)
        key = (parse_instant(row["earliest"]), parse_instant(row["latest"]), row["kind"], row["id"])
        runs[rng.randrange(SOURCES)].append((key, line))
        if rng.random() < DUPLICATES:
            runs[rng.randrange(SOURCES)].append((key, line))
    paths = [folder / f"run{number}.jsonl" for number in range(SOURCES)]
    for path, items in zip(paths, runs, strict=True):
        path.write_bytes(b"".join(line for _, line in sorted(items)))
    return paths


def ours(paths: list[Path], out: Path) -> None:
    """Merge as the product does: as a stream, to the output."""
    from timeline.assembly.runs import merge_runs

    with ExitStack() as stack, out.open("wb") as file:
        file.writelines(merge_runs([stack.enter_context(path.open("rb")) for path in paths]))


def frames(paths: list[Path], out: Path) -> None:
    """Merge with pandas: read, concatenate, drop duplicates, sort, write."""
    import pandas as pd

    read = [pd.read_json(path, lines=True, convert_dates=False) for path in paths]
    table = pd.concat(read, ignore_index=True).drop_duplicates()
    for name in ("earliest", "latest"):
        table["_" + name] = pd.to_datetime(table[name], format="ISO8601")
    table = table.sort_values(["_earliest", "_latest", "kind", "id"])
    table.drop(columns=["_earliest", "_latest"]).to_json(out, orient="records", lines=True)


def models(paths: list[Path], out: Path) -> None:
    """Merge with pydantic as it comes: a model a line, heapq.merge, a line a model."""
    from datetime import datetime

    from pydantic import BaseModel

    class Event(BaseModel):
        id: str
        kind: str
        earliest: datetime
        latest: datetime
        source: str
        clock: str
        statement: str
        thread: str

    def read(path: Path) -> Iterator[Event]:
        with path.open("rb") as file:
            yield from (Event.model_validate_json(line) for line in file)

    previous = None
    with out.open("w") as file:
        for event in heapq.merge(*map(read, paths), key=lambda e: (e.earliest, e.latest, e.kind, e.id)):
            if event != previous:
                file.write(event.model_dump_json() + "\n")
            previous = event


WAYS: dict[str, Callable[[list[Path], Path], None]] = {"ours": ours, "pandas": frames, "pydantic": models}


def ids(path: Path) -> tuple[list[str], int]:
    """Return the ids in their order, and how many stand before one that is earlier."""
    from timeline.instant import parse_instant

    found, wrong, previous = [], 0, (0, 0, "", "")
    with path.open("rb") as file:
        for line in file:
            row = json.loads(line)
            key = (parse_instant(row["earliest"]), parse_instant(row["latest"]), row["kind"], row["id"])
            wrong, previous = wrong + (key < previous), key
            found.append(row["id"])
    return found, wrong


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--events", type=int, default=1_000_000)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--way", choices=[*WAYS, "prepare", "check"])
    parser.add_argument("--folder", type=Path)
    asked = parser.parse_args()
    if asked.way == "prepare":
        prepare(asked.folder, asked.events)
    elif asked.way == "check":
        check(asked.folder)
    elif asked.way:
        WAYS[asked.way](sorted(asked.folder.glob("run*.jsonl")), asked.folder / f"{asked.way}.out")
    else:
        with tempfile.TemporaryDirectory() as folder:
            compare(Path(folder), asked.events, asked.rounds)


def step(way: str, folder: Path, *more: str) -> Figures:
    """Run a step in a process of its own: a child's peak begins with what its parent held."""
    command: list[str | Path] = [
        sys.executable,
        "-m",
        "benchmarks.merge",
        "--way",
        way,
        "--folder",
        folder,
        *more,
    ]
    return run(command, Path(__file__).parents[1])


def compare(folder: Path, events: int, rounds: int) -> None:
    """Check that the outputs are equal, then measure in turns; print medians and ratios."""
    step("prepare", folder, "--events", str(events))
    size = sum(path.stat().st_size for path in folder.glob("run*.jsonl")) / 2**20
    print(f"{events:,} events in {SOURCES} files, {size:.0f} MiB, {DUPLICATES:.0%} of them exact duplicates")
    figures: dict[str, list[Figures]] = {way: [] for way in WAYS}
    for turn in range(rounds):
        for way in WAYS:
            figures[way].append(step(way, folder))
        if not turn:
            step("check", folder)
            print("equal: the same ids in the same order, no inversion")
    base, used = (statistics.median(getattr(f, n) for f in figures["ours"]) for n in ("wall", "cpu"))
    for way, found in figures.items():
        wall = statistics.median(f.wall for f in found)
        cpu = statistics.median(f.cpu for f in found)
        peak = statistics.median(f.peak for f in found)
        ratios = f"{wall / base:5.1f} x ours   CPU {cpu:6.2f} s {cpu / used:5.1f} x ours"
        print(f"{way:10} {wall:6.2f} s {ratios}   peak {peak:6.0f} MB")
    names = {"ours": "timeline", "pandas": "pandas", "pydantic": "default pydantic"}
    bars = {names[way]: statistics.median(f.wall for f in found) / base for way, found in figures.items()}
    keep(
        "merge",
        f"Merge of {events:,} events: wall time of whole processes",
        "of ours (logarithmic)",
        bars,
        {},
    )


def check(folder: Path) -> None:
    """Compare the outputs; end the benchmark where they differ."""
    told = {way: ids(folder / f"{way}.out") for way in WAYS}
    for way, (found, wrong) in told.items():
        if found != told["ours"][0] or wrong:
            sys.exit(f"{way} differs: {len(found)} events, {wrong} inversions; ours {len(told['ours'][0])}")


if __name__ == "__main__":
    main()
