"""A line of one thing again and again is read in time that grows with its length: a dump is no prose."""

from __future__ import annotations

import time

import pytest

from tests.timeline.checks.claims.judged import ground, read

FACT = "f-84285be8f9fc3c57"
REPEATED = [
    "50 % ", "14:10 ", f"14:10 ({FACT}) ", "9 hours ", "2026-11-12 ", "no alert ", "before the ", '"x" ', "“x” ", "`a` ", "because ",
    "responder-1 ", "[ ", "{f- ", "two and ", "checkout ", f"It fired ({FACT}). ", f"Before it ({FACT}) it fired ({FACT}). ",
]  # fmt: skip
#: Three times the length takes three times the time; more than twice as much again is another growth.
MOST, LEAST = 7.0, 0.03


def seconds(text: str) -> float:
    begin = time.process_time()
    read(text, ground())
    return time.process_time() - begin


@pytest.mark.parametrize("unit", REPEATED)
def test_time_grows_with_the_length(unit: str) -> None:
    seconds(f"It fired at 14:10 UTC, 33 minutes on ({FACT}).")  # what is built once
    short, long = (
        min(seconds((unit * (size // len(unit))) + f" fired ({FACT}).") for _ in range(2))
        for size in (6_000, 18_000)
    )
    assert long <= MOST * max(short, LEAST)
