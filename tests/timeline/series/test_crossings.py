"""Metric states against a naive definition, and that no window, piece or way of reading moves one."""

import math
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from timeline.instant import Bounds
from timeline.series.crossings import Absence, SampleSpan, Transition, absences, transitions

NAN, INF = math.nan, math.inf
COMPARE: dict[str, Callable[[float, float], bool]] = {
    ">": lambda a, b: a > b, ">=": lambda a, b: a >= b, "<": lambda a, b: a < b,
    "<=": lambda a, b: a <= b, "==": lambda a, b: a == b, "!=": lambda a, b: a != b,
}  # fmt: skip
Pairs = Sequence[tuple[int, float]]


def read(
    pairs: Pairs, op: str = ">", threshold: float = 5, reading: SampleSpan | None = None
) -> list[Transition]:
    return transitions(*arrays(pairs), op, threshold, reading or SampleSpan(-1000, 1000, 50))


def arrays(pairs: Pairs) -> tuple[Any, Any]:
    return np.array([t for t, _ in pairs], np.int64), np.array([v for _, v in pairs], np.float64)


def short(found: Sequence[Transition]) -> list[tuple[str, int | None, int]]:
    return [(t.kind.removeprefix("metric."), *t.at) for t in found]


def test_a_crossing_lies_between_two_samples() -> None:
    found = read([(0, 1.0), (10, 6.0), (20, 5.0)], reading=SampleSpan(-10, 20, 50))
    assert short(found) == [("crossed_above", 1, 10), ("crossed_below", 11, 20)]
    assert [(t.value, t.breach, t.sample) for t in found] == [(6.0, True, 1), (5.0, False, 2)]


def test_below_enters_downward() -> None:
    found = read([(0, 6.0), (10, 1.0), (20, 6.0)], "<", reading=SampleSpan(-10, 20, 50))
    assert [(t.kind, t.breach) for t in found] == [
        ("metric.crossed_below", True),
        ("metric.crossed_above", False),
    ]


def test_equality_matches_and_unmatches() -> None:
    found = read([(0, 1.0), (10, 5.0), (20, 6.0)], "==", reading=SampleSpan(-10, 20, 50))
    assert short(found) == [("matched", 1, 10), ("unmatched", 11, 20)]


def test_in_breach_at_the_first_sample_has_no_beginning() -> None:
    assert short(read([(0, 9.0)], reading=SampleSpan(-40, 30, 50))) == [("crossed_above", None, 0)]


def test_born_above_its_threshold_is_present_and_starts_the_breach() -> None:
    found = read([(100, 9.0), (115, 9.0), (130, 1.0)], reading=SampleSpan(0, 150, 50))
    assert short(found) == [("present", 86, 100), ("crossed_below", 116, 130)]
    assert (found[0].value, found[0].breach) == (9.0, True)


def test_absent_by_look_back_then_present_again() -> None:
    found = read([(0, 1.0), (51, 1.0)], reading=SampleSpan(-10, 60, 50))
    assert short(found) == [("absent", 1, 50), ("present", 2, 51)]
    assert read([(0, 1.0), (50, 1.0)], reading=SampleSpan(-10, 60, 50)) == []


def test_absent_at_the_end_needs_the_whole_look_back() -> None:
    assert read([(0, 1.0)], reading=SampleSpan(-10, 49, 50)) == []
    assert short(read([(0, 1.0)], reading=SampleSpan(-10, 50, 50))) == [("absent", 1, 50)]


def test_a_stale_marker_ends_presence_where_it_stands() -> None:
    stale = SampleSpan(-10, 40, 50, nan_is_stale=True)
    found = read([(0, 9.0), (15, NAN), (30, 9.0)], reading=stale)
    assert short(found) == [("crossed_above", None, 0), ("absent", 1, 15), ("present", 16, 30)]


def test_nan_is_a_value_elsewhere() -> None:
    pairs = [(0, 9.0), (15, NAN), (30, 9.0)]
    plain = SampleSpan(-10, 40, 50)
    assert [t.kind for t in read(pairs, reading=plain)][1:] == [
        "metric.crossed_below",
        "metric.crossed_above",
    ]
    assert [t.kind for t in read(pairs, "!=", reading=plain)] == ["metric.matched"]


def test_infinity_is_above_everything() -> None:
    found = read([(0, 1.0), (10, INF), (20, -INF)], reading=SampleSpan(-10, 30, 50))
    assert [(t.kind, t.value) for t in found] == [
        ("metric.crossed_above", INF),
        ("metric.crossed_below", -INF),
    ]
    assert [t.kind for t in read([(0, 1.0), (10, INF)], "==", INF, SampleSpan(-10, 30, 50))] == [
        "metric.matched"
    ]


def test_a_missing_grid_point_is_absence() -> None:
    grid = SampleSpan(0, 60, 300, grid=15)
    found = read([(15, 9.0), (45, 9.0), (60, 9.0)], reading=grid)
    assert short(found) == [("present", 1, 15), ("absent", 16, 30), ("present", 31, 45)]
    assert short(read([(0, 9.0)], reading=grid)) == [("crossed_above", None, 0), ("absent", 1, 15)]


def test_of_two_samples_at_one_instant_the_last_counts() -> None:
    found = read([(0, 1.0), (10, 9.0), (10, 2.0), (20, 9.0)], reading=SampleSpan(-10, 30, 50))
    assert short(found) == [("crossed_above", 11, 20)]
    assert found[0].sample == 3


SAMPLES = st.dictionaries(
    st.integers(0, 400), st.sampled_from([1.0, 5.0, 9.0, NAN, INF]), max_size=25
).map(lambda d: sorted(d.items()))  # fmt: skip
OPS = st.sampled_from(sorted(COMPARE))


def naive(pairs: Pairs, op: str, threshold: float, reading: SampleSpan) -> list[tuple[str, int, bool]]:
    """Walk over every nanosecond and look at the samples so far."""
    at = dict(pairs)

    def state(t: int) -> str | None:
        seen = [s for s in at if s <= t]
        if not seen:
            return "absent" if t - reading.start >= reading.lookback - (reading.lookback > 0) else None
        last = max(seen)
        if (reading.nan_is_stale and math.isnan(at[last])) or t - last >= reading.lookback:
            return "absent"
        return "breach" if COMPARE[op](at[last], threshold) else "clear"

    found, before = [], state(reading.start)
    if before == "breach":
        found.append(("enter", reading.start, True))
    for t in range(reading.start + 1, reading.end + 1):
        now = state(t)
        if now != before:
            if now == "absent" and before is not None:
                found.append(("absent", t, False))
            elif before == "absent":
                found.append(("present", t, now == "breach"))
            elif before is not None:
                found.append(("enter" if now == "breach" else "leave", t, now == "breach"))
            elif now == "breach":
                found.append(("enter", t, True))
        before = now
    return found


@given(SAMPLES, OPS, st.integers(2, 60), st.booleans())
@example([(0, 9.0), (50, 9.0)], ">", 50, False)
def test_equals_the_naive_definition(pairs: Pairs, op: str, lookback: int, stale: bool) -> None:
    reading = SampleSpan(0, 460, lookback, nan_is_stale=stale)
    enters = {">": "above", ">=": "above", "<": "below", "<=": "below"}
    found = []
    for t in transitions(*arrays(pairs), op, 5.0, reading):
        kind = t.kind.removeprefix("metric.")
        if kind not in {"present", "absent"}:
            into = kind == "matched" or kind.removeprefix("crossed_") == enters.get(op)
            kind = "enter" if into else "leave"
        found.append((kind, t.at.latest, t.breach))
        assert t.at.earliest is None or t.at.earliest <= t.at.latest
    assert found == naive(pairs, op, 5.0, reading)


@given(SAMPLES, OPS, st.integers(2, 60), st.booleans(), st.integers(0, 400), st.integers(1, 200))
def test_no_window_moves_a_transition(
    pairs: Pairs, op: str, lookback: int, stale: bool, start: int, width: int
) -> None:
    end = start + width

    def seen(low: int, high: int) -> set[Any]:
        part = [(t, v) for t, v in pairs if low <= t <= high]
        found = transitions(*arrays(part), op, 5.0, SampleSpan(low, high, lookback, nan_is_stale=stale))
        return {(t.kind, t.at, repr(t.value), t.breach) for t in found if start <= t.at.latest <= end}

    whole = seen(-lookback, 400 + lookback + width)
    part = seen(start - lookback, end + lookback)
    assert {t for t in part if t[1].earliest is not None} == {t for t in whole if t[1].earliest is not None}


@given(SAMPLES, OPS, st.integers(0, 26), st.integers(1, 20))
def test_no_window_moves_a_transition_on_a_grid(pairs: Pairs, op: str, start: int, width: int) -> None:
    step = 15
    grid = [(step * i, v) for i, (_, v) in enumerate(pairs) if not math.isnan(v)]
    low, high = start * step, (start + width) * step

    def seen(first: int, last: int) -> set[Any]:
        part = [(t, v) for t, v in grid if first <= t <= last]
        found = transitions(*arrays(part), op, 5.0, SampleSpan(first, last, 300, grid=step))
        return {(t.kind, t.at, t.value) for t in found if low <= t.at.latest <= high and t.at.earliest}

    assert seen(low - step, high + step) == seen(-10 * step, 100 * step)


def alive(pairs: Pairs, t: int, reading: SampleSpan) -> bool:
    seen = [(s, v) for s, v in pairs if s <= t]
    return (
        bool(seen)
        and t - seen[-1][0] < reading.lookback
        and not (reading.nan_is_stale and math.isnan(seen[-1][1]))
    )


@given(st.lists(SAMPLES, max_size=3), st.integers(2, 60), st.booleans())
def test_absence_is_when_no_series_is_alive(group: list[Pairs], lookback: int, stale: bool) -> None:
    reading = SampleSpan(-lookback, 460, lookback, nan_is_stale=stale)
    found = absences([arrays(pairs) for pairs in group], reading)
    states = [any(alive(p, t, reading) for p in group) for t in range(-1, 461)]
    changes = [t for t in range(461) if states[t + 1] != states[t]]
    known = [a.at.latest for a in found if a.at.earliest is not None]
    assert known == changes
    assert [a.kind for a in found] == ["metric.absent", "metric.present"] * (len(found) // 2) + [
        "metric.absent"
    ] * (len(found) % 2)


def test_absence_of_all_from_the_start() -> None:
    assert absences([], SampleSpan(0, 100, 50)) == [Absence("metric.absent", Bounds(None, 0), None, None)]


def test_absence_begins_when_the_last_one_ends() -> None:
    group = [arrays([(0, 1.0), (10, 1.0)]), arrays([(0, 1.0), (30, 1.0)])]
    assert absences(group, SampleSpan(-10, 100, 50)) == [Absence("metric.absent", Bounds(31, 80), 1, 1)]


@pytest.mark.parametrize("op", sorted(COMPARE))
def test_no_samples_no_transitions(op: str) -> None:
    assert read([], op) == []
