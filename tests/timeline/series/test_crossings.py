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


def test_a_sample_may_count_at_the_very_age_of_the_look_back() -> None:
    pairs = [(0, 1.0), (51, 1.0)]
    assert read(pairs, reading=SampleSpan(-10, 60, 50, edge=1)) == []
    found = read([(0, 1.0), (52, 1.0)], reading=SampleSpan(-10, 102, 50, edge=1))
    assert short(found) == [("absent", 1, 51), ("present", 3, 52)]


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
    out, back = read(pairs, reading=plain)[1:]
    assert (out.kind, out.at, repr(out.value), out.breach) == ("metric.undefined", (1, 15), "nan", False)
    assert (back.kind, back.at, back.value, back.breach) == ("metric.defined", (16, 30), 9.0, True)
    assert [t.kind for t in read(pairs, "!=", reading=plain)] == ["metric.matched"]  # NaN equals nothing


def test_a_stale_marker_that_is_no_sample_ends_presence_too() -> None:
    times, values = arrays([(0, 9.0), (15, 9.0), (45, 9.0)])
    found = transitions(times, values, ">", 5, SampleSpan(-10, 60, 50), marks=[30, 60])
    assert short(found) == [
        ("crossed_above", None, 0),
        ("absent", 16, 30),
        ("present", 31, 45),
        ("absent", 46, 60),
    ]
    assert [t.sample for t in found] == [0, 1, 2, 2]
    assert absences([(times, values)], SampleSpan(-10, 60, 50), [[30, 60]])[0].at == Bounds(16, 30)


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
MARKS = st.sets(st.integers(1, 400), max_size=6)
OPS = st.sampled_from(sorted(COMPARE))


def naive(
    pairs: Pairs, op: str, threshold: float, reading: SampleSpan, marks: Sequence[int] = ()
) -> list[tuple[str, int, bool]]:
    """Walk over every nanosecond and look at the samples so far."""
    at: dict[int, float | None] = {**dict(pairs), **dict.fromkeys(marks)}

    def state(t: int) -> str | None:
        seen = [s for s in at if s <= t]
        if not seen:
            return "absent" if t - reading.start >= reading.lookback - (reading.lookback > 0) else None
        value = at[max(seen)]
        if value is None or (reading.nan_is_stale and math.isnan(value)) or t - max(seen) >= reading.lookback:
            return "absent"
        if COMPARE[op](value, threshold):
            return "breach"
        return "undefined" if math.isnan(value) else "clear"

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
            elif "undefined" in {before, now}:
                if before is not None:
                    found.append(("undefined" if now == "undefined" else "defined", t, now == "breach"))
            elif before is not None:
                found.append(("enter" if now == "breach" else "leave", t, now == "breach"))
            elif now == "breach":
                found.append(("enter", t, True))
        before = now
    return found


@given(SAMPLES, OPS, st.integers(2, 60), st.booleans(), MARKS)
@example([(0, 9.0), (50, 9.0)], ">", 50, False, set())
def test_equals_the_naive_definition(
    pairs: Pairs, op: str, lookback: int, stale: bool, marks: set[int]
) -> None:
    reading = SampleSpan(0, 460, lookback, nan_is_stale=stale)
    enters = {">": "above", ">=": "above", "<": "below", "<=": "below"}
    found = []
    # A marker is told of a series that was there before it.
    own = sorted(m for m in marks - dict(pairs).keys() if pairs and m > pairs[0][0])
    for t in transitions(*arrays(pairs), op, 5.0, reading, marks=own):
        kind = t.kind.removeprefix("metric.")
        if kind not in {"present", "absent", "undefined", "defined"}:
            into = kind == "matched" or kind.removeprefix("crossed_") == enters.get(op)
            kind = "enter" if into else "leave"
        found.append((kind, t.at.latest, t.breach))
        assert t.at.earliest is None or t.at.earliest <= t.at.latest
    assert found == naive(pairs, op, 5.0, reading, own)


@given(SAMPLES, OPS, st.integers(2, 60), st.booleans(), st.integers(0, 400), st.integers(1, 200), MARKS)
@example([(0, 1.0), (55, 1.0)], "!=", 54, False, 55, 1, {2})
def test_no_window_moves_a_transition(
    pairs: Pairs, op: str, lookback: int, stale: bool, start: int, width: int, marks: set[int]
) -> None:
    end = start + width

    def seen(low: int, high: int) -> dict[Any, Bounds]:
        part = [(t, v) for t, v in pairs if low <= t <= high]
        own = sorted(m for m in marks - dict(pairs).keys() if part and part[0][0] < m <= high)
        reading = SampleSpan(low, high, lookback, nan_is_stale=stale)
        found = transitions(*arrays(part), op, 5.0, reading, marks=own)
        inside = [t for t in found if start <= t.at.latest <= end and t.at.earliest is not None]
        return {(t.kind, t.at.latest, repr(t.value), t.breach): t.at for t in inside}

    whole = seen(-lookback, 400 + lookback + width)
    part = seen(start - lookback, end + lookback)
    assert part.keys() == whole.keys()
    # A marker of a series whose samples lie before all that is read tells nothing: bounds may be wider, never narrower.
    first = min((t for t, _ in pairs if t >= start - lookback), default=None)
    unseen = first is not None and any(start - lookback <= mark < first for mark in marks)
    for key, at in part.items():
        assert (at.earliest or 0) <= (whole[key].earliest or 0)
        assert unseen or at == whole[key]


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


def alive(pairs: Pairs, t: int, reading: SampleSpan, marks: Sequence[int]) -> bool:
    seen = [(s, v) for s, v in pairs if s <= t]
    if any(seen[-1][0] < mark <= t for mark in marks if seen):
        return False
    return (
        bool(seen)
        and t - seen[-1][0] < reading.lookback
        and not (reading.nan_is_stale and math.isnan(seen[-1][1]))
    )


@given(st.lists(SAMPLES, max_size=3), st.integers(2, 60), st.booleans(), MARKS)
def test_absence_is_when_no_series_is_alive(
    group: list[Pairs], lookback: int, stale: bool, marks: set[int]
) -> None:
    reading = SampleSpan(-lookback, 460, lookback, nan_is_stale=stale)
    own = [sorted(m for m in marks - dict(p).keys() if p and m > p[0][0]) for p in group]
    found = absences([arrays(pairs) for pairs in group], reading, own)
    states = [any(alive(p, t, reading, m) for p, m in zip(group, own, strict=True)) for t in range(-1, 461)]
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
