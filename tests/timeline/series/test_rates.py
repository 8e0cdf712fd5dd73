"""The rule of rate changes: where it sees one, where it does not, and that the window does not matter."""

from __future__ import annotations

import random
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from timeline.instant import MINUTE
from timeline.series.rates import RULE, RateChange, bounds_of, rate_changes

COUNTS = st.dictionaries(st.integers(0, 120), st.integers(1, 400))


def steps(*runs: tuple[int, int]) -> dict[int, int]:
    """Counts from (length, count) runs, beginning at step 0."""
    flat = [count for length, count in runs for _ in range(length)]
    return {step: count for step, count in enumerate(flat) if count}


def test_a_jump_is_one_change_at_its_step_with_the_numbers_of_both_sides() -> None:
    assert rate_changes(steps((20, 4), (20, 40)), 0, 39) == [RateChange(20, 20, 200)]


def test_a_burst_is_a_rise_and_a_fall() -> None:
    assert rate_changes(steps((20, 0), (12, 30), (20, 0)), 0, 51) == [
        RateChange(20, 0, 150),
        RateChange(32, 150, 0),
    ]


@pytest.mark.parametrize(
    "counts",
    [
        steps((60, 7)),  # steady
        steps((30, 100), (30, 190)),  # less than twice
        steps((30, 1), (30, 3)),  # three times, but 5 against 15 is what chance does
        {},
    ],
)
def test_steady_small_and_absent_rates_are_no_change(counts: dict[int, int]) -> None:
    assert rate_changes(counts, 0, 59) == []


def test_a_steady_random_rate_seldom_differs_so_much() -> None:
    dice = random.Random(5)
    counts = {step: sum(dice.random() < 0.02 for _ in range(150)) for step in range(20_000)}
    assert len(rate_changes(counts, 0, 19_999)) <= 10


def test_a_step_without_known_neighbours_is_not_judged() -> None:
    jump = steps((9, 0), (20, 50))
    assert rate_changes(jump, 0, 28) == []
    assert rate_changes(jump, -1, 28) == [RateChange(9, 0, 250)]
    assert rate_changes(jump, -1, 18) == [RateChange(9, 0, 250)]
    assert rate_changes(jump, -1, 17) == []


@given(COUNTS)
def test_a_longer_window_decides_no_step_otherwise(counts: dict[int, int]) -> None:
    longer = rate_changes(counts, 0, 120)
    inside = {step: n for step, n in counts.items() if 30 <= step <= 90}
    shorter = rate_changes(inside, 30, 90)
    safe = range(30 + RULE.reach, 92 - RULE.reach)
    assert [c for c in longer if c.step in safe] == [c for c in shorter if c.step in safe]


@given(COUNTS)
def test_changes_are_true_to_the_rule(counts: dict[int, int]) -> None:
    found = rate_changes(counts, 0, 120)
    for change in found:
        less, more = sorted((change.before, change.after))
        assert more >= RULE.factor * less
        assert (more - less) ** 2 >= RULE.deviation**2 * (more + less)
        assert change.before == sum(counts.get(change.step - i, 0) for i in range(1, RULE.steps + 1))
    assert all(b.step - a.step > RULE.steps for a, b in pairwise(found))


def test_bounds_span_the_steps_on_both_sides() -> None:
    assert bounds_of(RateChange(10, 0, 50), MINUTE) == (9 * MINUTE, 11 * MINUTE - 1)
