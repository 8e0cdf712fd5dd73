"""What people read: cells of time, ranges rounded outward, numbers with units."""

import json
import re
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from timeline import present
from timeline.instant import MINUTE, NS, between, parse_instant, precise

T = parse_instant("2026-11-21T14:07:31Z")


def test_bounds_as_people_read_them() -> None:
    assert present.bounds(*precise(T, NS)) == "14:07:31"
    assert present.bounds(*between(T, T + 15 * NS)) == "14:07:31-14:07:46"
    assert present.bounds(*precise(T - 31 * NS, MINUTE)) == "14:07:00-14:07:59"
    assert present.bounds(None, T) == "by 14:07:31"
    assert present.bounds(T, T + 10 * 3600 * NS) == "14:07:31-2026-11-22 00:07:31"
    assert present.time(T + 250_000_000, 3) == "14:07:31.250"


@given(st.integers(0, 2**61), st.integers(0, 3600 * NS))
def test_the_midpoint_holds_both_ends(earliest: int, width: int) -> None:
    text = present.around(earliest, earliest + width)
    match = re.fullmatch(r"(\d\d):(\d\d):(\d\d)(?: \+- (\d+) s)?", text)
    assert match
    middle = (earliest + width // 2) // NS
    half = int(match[4] or 0)
    assert (middle - half) * NS <= earliest
    assert earliest + width <= (middle + half) * NS


def seconds(text: str) -> float:
    sign = -1 if text.startswith("-") else 1
    units = {"d": 86_400, "h": 3600, "m": 60, "s": 1}
    return sign * sum(float(n) * units[u] for n, u in re.findall(r"([\d.]+)([dhms])", text))


@given(st.floats(-1e6, 1e6), st.floats(0, 1e6))
def test_a_shown_range_holds_the_computed_one(shortest: float, more: float) -> None:
    low, _, high = present.duration_range(shortest, shortest + more).partition(" - ")
    nanos = round(shortest * NS), round((shortest + more) * NS)  # bounds are of whole nanoseconds
    assert round(seconds(low) * NS) <= nanos[0]
    assert round(seconds(high or low) * NS) >= nanos[1]


@pytest.mark.parametrize("case", json.loads(Path(__file__).with_name("durations.json").read_text()))
def test_durations_as_the_page_shows_them(case: dict[str, Any]) -> None:
    assert present.duration_range(case["low"], case["high"]) == case["text"]


@pytest.mark.parametrize(
    ("value", "unit", "text"),
    [(0.5312, "s", "0.531 s"), (1234, "/s", "1.23 k/s"), (0.11, "ratio", "11 %"), (None, "s", "no value"),
     (float("inf"), "s", "+Inf s"), (5e9, "B", "5 GB"), (7, None, "7")],
)  # fmt: skip
def test_numbers(value: float | None, unit: str | None, text: str) -> None:
    assert present.quantity(value, unit) == text
