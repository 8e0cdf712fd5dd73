"""Intervals of series put together again: what was not read is told from what was not there."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from collectors.base import Payload
from collectors.kit.metrics.samples import Part, Samples
from collectors.prometheus.samples.bounds import breaches, number, resolution, sides, slope
from collectors.prometheus.samples.edges import Cut, Edges, Interval, groups, merged, stitched
from collectors.prometheus.samples.question import ReadSpan, question
from timeline.rules.thresholds import plain_selector
from timeline.series.crossings import SampleSpan, transitions

LOOKBACK, END = 50, 1_000
SPAN = ReadSpan(0, END, SampleSpan(0, END, LOOKBACK))
STEPS = st.lists(st.sampled_from([5, 10, 10, 10, 40, 49, 50, 51, 60, 200]), min_size=1, max_size=60)


def whole(steps: list[int], values: list[float]) -> Samples:
    times = np.cumsum(np.array(steps, np.int64))
    times = times[times <= END]
    return Samples({"n": "1"}, times, np.array(values[: len(times)]), (Part(0, Payload("p", b""), "/v", 0),))


def beside(series: Samples, one: Interval) -> int:
    """Return how many samples an answer leaves out before an interval: it holds two more."""
    return max(0, int(np.searchsorted(series.times, one.start)) - 2)


def answer(series: Samples, one: Interval, number: int) -> Samples:
    """Return what one answer holds of a series: an interval, and two samples on each side."""
    low, high = beside(series, one), int(np.searchsorted(series.times, one.end)) + 2
    part = Part(0, Payload(f"p{number}", b""), "/v", 0)
    return Samples(series.labels, series.times[low:high], series.values[low:high], (part,))


@given(STEPS, st.lists(st.sampled_from([1.0, 1.0, 1.0, 9.0]), min_size=60, max_size=60))
def test_only_what_holds_a_change_need_be_read(steps: list[int], values: list[float]) -> None:
    series = whole(steps, values)
    times = series.times.tolist()
    edges = Edges(0, END)
    for before, after, v, w in zip(
        [0, *times], [*times, END], [1.0, *series.values], [*series.values, 1.0], strict=True
    ):
        if after - before >= LOOKBACK:  # a hole: from a while before it until a while after it
            edges.add((), before - 2 * LOOKBACK, before + LOOKBACK + 1)
            edges.add((), after - LOOKBACK - 1, after + LOOKBACK)
        elif v != w:
            edges.add((), before, after)
    edges.add((), 0, LOOKBACK)
    read = [Cut(one, answer(series, one, n)) for n, one in enumerate(edges.intervals[()])]
    found = stitched(series.labels, read, SPAN, LOOKBACK, 1)

    def told(one: Samples) -> list[tuple[str, int | None, int, float]]:
        made = transitions(one.times, one.values, ">", 3, SPAN.reading, one.seams)
        return [(t.kind, t.at.earliest, t.at.latest, t.value) for t in made]

    assert told(found) == told(series)
    for index, time in enumerate(found.times.tolist()):
        (number, one) = next(
            (n, one) for n, one in enumerate(edges.intervals[()]) if one.start <= time <= one.end
        )
        payload, pointer = found.locate(index)
        assert (payload.sha256, pointer) == (f"p{number}", f"/v/{times.index(time) - beside(series, one)}")


def test_a_series_that_was_not_read_did_nothing() -> None:
    found = stitched({"n": "1"}, [], SPAN, LOOKBACK, 1)
    assert (len(found.times), found.seams) == (0, (0,))
    assert transitions(found.times, found.values, ">", 3, SPAN.reading, found.seams) == []


def test_intervals_are_cut_merged_and_asked_for_together_where_that_is_cheaper() -> None:
    edges = Edges(10, 100)
    edges.add((("n", "1"),), 0, 20)
    edges.add((("n", "1"),), 15, 30)
    edges.add((("n", "2"),), 25, 31)
    edges.add((("n", "2"),), 95, 200)
    edges.add((("n", "3"),), 101, 200)
    one, two = (("n", "1"),), (("n", "2"),)
    assert edges.intervals == {one: [(10, 30)], two: [(25, 31), (95, 100)]}
    assert merged([Interval(5, 6), Interval(1, 5)]) == [(1, 6)]
    cheap = groups(edges.intervals, lambda interval, series: 100 + series * (interval.end - interval.start))
    assert cheap == [((10, 31), [one, two]), ((95, 100), [two])]
    dear = groups(edges.intervals, lambda interval, series: 1 + series * (interval.end - interval.start))
    assert [interval for interval, _ in dear] == [(10, 30), (25, 31), (95, 100)]


def test_constants_that_keep_an_order_have_a_slope() -> None:
    found = {}
    for query in ("x", "x * 2", "-x", "5 - x", "x / -2", "x * 0", "x % 2", "1 / x", "-(x - 3) * -2"):
        plain = plain_selector(query)
        assert plain is not None
        made = slope(plain)
        found[query] = (made > 0) - (made < 0)
    assert list(found.values()) == [1, 1, -1, -1, -1, 0, 0, 0, 1]


def test_what_cannot_be_looked_at_from_afar() -> None:
    for query in ('{__name__=~"a|b"}', "x % 2", "x * 0"):
        assert resolution(question(query, 15), 300 * 10**9) is None
    assert resolution(question("x", 15), 1_000_000) is None  # a look-back of 1 ms has no halves


@given(
    st.sampled_from([">", ">=", "<", "<=", "==", "!="]),
    st.lists(st.sampled_from([1.0, 2.0, 3.0]), min_size=1),
)
def test_extremes_miss_no_breach(op: str, values: list[float]) -> None:
    compare = {
        ">": np.greater,
        ">=": np.greater_equal,
        "<": np.less,
        "<=": np.less_equal,
        "==": np.equal,
        "!=": np.not_equal,
    }
    high = max(values) if "high" in sides([(op, 2.0)]) else float("nan")
    low = min(values) if "low" in sides([(op, 2.0)]) else float("nan")
    if bool(compare[op](np.array(values), 2.0).any()):
        assert breaches(op, 2.0, high, low)


def test_numbers_are_written_as_promql_reads_them() -> None:
    assert [number(v) for v in (1.0, -0.5, 1e-7, float("inf"), float("-inf"))] == [
        "1.0",
        "-0.5",
        "1e-07",
        "+Inf",
        "-Inf",
    ]
