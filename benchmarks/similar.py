"""How well likeness finds families, and what it says of incidents that are like no other; and how fast an archive recalls.

    python -m benchmarks.similar [--seeds 101 102 103 104 105] [--recalled 10000]

Each incident of `benchmarks.families` is asked for those alike among all others. `found`: one of its family is among the first five
answers. `of five`: how many of the five that could be of its family are. `false`: single incidents that are said to be like any other.
The weights and the threshold were chosen on seeds 1 to 3; figures are of others. Then whole commands are timed in a folder of so many
incidents of families (two in five of them single) that are all in the archive: `recall` of an alert of a service, `search --similar`, and
`archive list`, which does nothing but look whether anything changed.
"""

from __future__ import annotations

import argparse
import statistics
import sys
import tempfile
from collections import Counter
from collections.abc import Sequence
from itertools import islice
from pathlib import Path
from typing import NamedTuple

from archive.cases.sqlite import SqliteArchive
from benchmarks import measure
from benchmarks.families import LEVELS, SIZES, Planted, planted
from service import names
from service.archive.keeping import FILE
from service.archive.reading import stamp
from timeline.cases.case import case_of
from timeline.cases.features import features_of
from timeline.cases.similarity import ALIKE, Incidents

FIRST = 5


class Quality(NamedTuple):
    """Shares from 0 to 1."""

    found: float
    of_five: float
    false: float


def quality(incidents: Sequence[Planted], at_least: float = ALIKE) -> Quality:
    """Ask for every incident what is like it."""
    known = Incidents([features_of(one.timeline.facts) for one in incidents])
    sizes = Counter(one.family for one in incidents)
    found = of_five = 0.0
    false = 0
    for place, one in enumerate(incidents):
        answers = known.alike(place, at_least)[:FIRST]
        if one.family is None:
            false += bool(answers)
            continue
        same = sum(incidents[answer.place].family == one.family for answer in answers)
        found += bool(same)
        of_five += same / min(FIRST, sizes[one.family] - 1)
    members = len(incidents) - sizes[None]
    return Quality(found / members, of_five / members, false / sizes[None])


def fill(home: Path, count: int) -> Planted:
    """Put so many incidents into the archive of a folder, as if they had been read there; return one of a family."""
    out = home / "postmortems"
    out.mkdir()
    (home / "timeline.toml").write_text("")
    archive = SqliteArchive(out / FILE)
    incidents = planted(
        9, LEVELS["medium"], SIZES["usual"], count // 25, count * 3 // 5, count - count * 3 // 5
    )
    left = iter(incidents)
    while batch := list(islice(left, 500)):
        rows = []
        for one in batch:
            folder = out / one.timeline.incident.id
            folder.mkdir()
            (folder / names.TIMELINE).write_text("{}")
            rows.append((str(folder.resolve()), stamp(folder), case_of(one.timeline)))
        archive.put(rows)
    archive.close()
    return next(one for one in incidents if one.family is not None)


def timed(count: int, rounds: int) -> None:
    """Print how long whole commands take among so many incidents."""
    with tempfile.TemporaryDirectory() as folder:
        one = fill(Path(folder), count)
        fact = next(fact for fact in one.timeline.facts if fact.kind == "alert.firing")
        asked = ("recall", "--alert", str(fact.names["alert"]), "--service", str(fact.subject.service))
        commands = {
            "recall": asked,
            "similar": ("search", "--similar", one.timeline.incident.id),
            "list": ("archive", "list"),
        }
        bare = [measure.run([sys.executable, "-c", "import cli.main"]) for _ in range(rounds)]
        print(f"import of the command: {statistics.median(run.wall for run in bare):.2f} s")
        for name, words in commands.items():
            runs = [
                measure.run([sys.executable, "-m", "cli.main", *words], Path(folder), allowed=(0, 1))
                for _ in range(rounds)
            ]
            wall, cpu = (
                statistics.median(column)
                for column in ((run.wall for run in runs), (run.cpu for run in runs))
            )
            print(
                f"{name} among {count:,}: {wall:.2f} s, {cpu:.2f} s of a processor",
                flush=True,
            )


def main() -> None:
    """Print times, then the table of quality."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--seeds", type=int, nargs="*", default=[101, 102, 103, 104, 105])
    parser.add_argument("--at-least", type=float, default=ALIKE)
    parser.add_argument("--recalled", type=int, default=10_000)
    parser.add_argument("--rounds", type=int, default=5)
    asked = parser.parse_args()
    if asked.recalled:
        timed(asked.recalled, asked.rounds)
    if not asked.seeds:
        return
    print("| company | noise | found | of five | false |\n|---|---|---|---|---|")
    for size in SIZES:
        for level in LEVELS:
            every = [
                quality(planted(seed, LEVELS[level], SIZES[size]), asked.at_least) for seed in asked.seeds
            ]
            mean = Quality(*(sum(column) / len(every) for column in zip(*every, strict=True)))
            print(
                f"| {size} | {level} | {mean.found:.1%} | {mean.of_five:.1%} | {mean.false:.1%} |", flush=True
            )


if __name__ == "__main__":
    main()
