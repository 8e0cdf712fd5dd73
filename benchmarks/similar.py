"""How well likeness finds families, and what it says of incidents that are like no other; and how fast an archive recalls.

    python -m benchmarks.similar [--seeds 101 102 103 104 105] [--recalled 10000]

Each incident of `benchmarks.families` is asked for those alike among all others. `found`: one of its family is among the first five
answers. `of five`: how many of the five that could be of its family are. `false`: single incidents that are said to be like any other.
The weights and the threshold were chosen on seed 1; figures are of others.
"""

from __future__ import annotations

import argparse
from collections import Counter
from collections.abc import Sequence
from typing import NamedTuple

from benchmarks.families import LEVELS, SIZES, Planted, planted
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


def main() -> None:
    """Print the table of quality."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--seeds", type=int, nargs="+", default=[101, 102, 103, 104, 105])
    parser.add_argument("--at-least", type=float, default=ALIKE)
    asked = parser.parse_args()
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
