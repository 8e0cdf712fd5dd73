"""Patterns over many incidents, held against a pass that looks at each by hand."""

from __future__ import annotations

import math
import statistics
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from hypothesis import given, settings
from hypothesis import strategies as st

from timeline import terms
from timeline.cases.figures import Figures, Number, Quality
from timeline.instant import HOUR, NS, parse_instant
from timeline.patterns.numbers import FEW, Estimate, interval
from timeline.patterns.patterns import ALERTS, patterns
from timeline.patterns.report import Patterns, Tallies
from timeline.patterns.rows import DURATION, DURATIONS, MAIN, WEEKDAYS, Row, in_order

BERLIN = ZoneInfo("Europe/Berlin")
WORDS = st.sampled_from(["a", "b", "<b>c</b>"])
seconds = st.floats(0, 1e6).map(lambda value: round(value, 3))
ranges = st.tuples(seconds, seconds).map(lambda pair: (min(pair), max(pair)))
counts = st.none() | st.dictionaries(WORDS, st.integers(1, 5))
qualities = st.builds(
    Quality, unbreached=counts, unalerted=counts, suppressed=counts, flaps=counts,
    early=st.none() | st.dictionaries(WORDS, ranges), untold=st.none() | st.lists(WORDS, unique=True).map(tuple),
)  # fmt: skip
figures = st.builds(
    Figures, measures=st.dictionaries(st.sampled_from(DURATIONS[1:]), ranges), lasted=st.none() | ranges,
    lasted_of=st.sampled_from(["", "the alert"]), started=st.none() | st.integers(0, 2**60), quality=qualities,
    services=st.lists(WORDS, unique=True, max_size=2).map(tuple), sources=st.sampled_from([(), ("s", "t")]),
    gaps=st.dictionaries(st.sampled_from(["s", "t"]), st.just(("partial", "timed_out"))), changes=counts,
    changed=st.sampled_from(["", "deploy.finished", "change.flag"]), last_change=st.sampled_from(["", "deploy.rolled_back"]),
    impact=st.lists(st.builds(Number, WORDS, st.just("u"), st.just("max"), seconds, st.booleans()), max_size=3).map(tuple),
)  # fmt: skip
facets = st.dictionaries(
    st.sampled_from(["severity", "factor", "failure_mode"]),
    st.lists(WORDS, min_size=1, max_size=2, unique=True),
)
incidents = st.lists(st.tuples(figures, facets), max_size=20).map(
    lambda found: [Row(f"I{n}", "", "", named, told) for n, (told, named) in enumerate(found)]
)


def same(told: Estimate, values: Mapping[str, tuple[float, float]]) -> bool:
    """Tell whether an estimate is what a pass over the values of its incidents gives."""
    lows, highs = ([span[end] for span in values.values()] for end in (0, 1))
    if set(told.incidents) != set(values) or told.n != len(values) or told.few != (len(values) < FEW):
        return False
    if not values:
        return told == Estimate()
    assert told.median
    assert all(map(math.isclose, told.median, (statistics.median(lows), statistics.median(highs))))
    assert (told.least, told.most) == (min(lows), max(highs))
    if len(values) < FEW:
        return told.p90 is None and told.interval is None
    place = math.ceil(0.9 * (len(values) - 1))
    assert told.p90 == (sorted(lows)[place], sorted(highs)[place])
    assert told.interval
    return min(lows) <= told.interval[0] <= told.interval[1] <= max(highs)


@given(incidents)
@settings(max_examples=20, deadline=None)
def test_every_duration_and_group_is_what_a_pass_by_hand_gives(rows: list[Row]) -> None:
    found = patterns(rows, BERLIN, "Europe/Berlin")
    for name, told in found.durations.items():
        own = {row.id: span for row in rows if (span := row.duration(name))}
        assert same(told.known, own)
        assert sorted([*own, *(one for ids in told.unknown.values() for one in ids)]) == sorted(
            row.id for row in rows
        )
    for group, told_of in found.groups.items():
        held: dict[str, list[Row]] = {}
        for row in rows:
            for value in by_hand(row, group):
                held.setdefault(value, []).append(row)
        assert {one.value: set(one.incidents) for one in told_of.groups} == {
            value: {row.id for row in own} for value, own in held.items()
        }
        assert set(told_of.unknown) == {row.id for row in rows if not by_hand(row, group)}
        for one in told_of.groups:
            for name in MAIN:
                mine = {row.id: span for row in held[one.value] if (span := row.duration(name))}
                assert same(one.durations[name], mine)


def by_hand(row: Row, group: str) -> Sequence[str]:
    if group in {"weekday", "hour"}:
        if row.figures.started is None:
            return []
        local = datetime.fromtimestamp(row.figures.started // NS, UTC).astimezone(BERLIN)
        return [local.strftime("%A" if group == "weekday" else "%H")]
    return row.figures.services if group == "service" else row.facets.get(group, ())


@given(incidents)
@settings(max_examples=20, deadline=None)
def test_every_count_is_what_a_pass_by_hand_gives_and_unknown_is_no_zero(rows: list[Row]) -> None:
    found = patterns(rows)
    for name, field in ALERTS.items():
        held = {row.id: getattr(row.figures.quality, field) for row in rows}
        counted(found.alerts[name], {
            one: None if told is None else dict(told) if field not in {"early", "untold"} else dict.fromkeys(told, 1)
            for one, told in held.items()
        })  # fmt: skip
    counted(found.changes, {row.id: row.figures.changes for row in rows})
    counted(found.gaps, {
        row.id: dict.fromkeys(row.figures.gaps, 1) if row.figures.sources else None for row in rows
    })  # fmt: skip
    counted(found.reasons, {
        row.id: {terms.reason(one): len(row.figures.gaps) for one in ("partial", "timed_out") if row.figures.gaps}
        if row.figures.sources else None
        for row in rows
    })  # fmt: skip
    for number in found.impact:
        own: dict[str, tuple[float, float]] = {}
        for row in rows:
            values = [one.value for one in row.figures.impact if one.name == number.name]
            own |= {row.id: (max(values), max(values))} if values else {}
        assert same(number.known, own)
    for kind in found.before:
        apart = {
            row.id: span for row in rows
            if row.figures.changed == kind.kind and (span := row.duration(terms.SINCE_CHANGE))
        }  # fmt: skip
        assert same(kind.known, apart)


def counted(told: Tallies, held: Mapping[str, Mapping[str, int] | None]) -> None:
    known = {one: names for one, names in held.items() if names is not None}
    assert (set(told.known), set(told.unknown)) == (set(known), set(held) - set(known))
    names = {name for own in known.values() for name in own}
    assert {one.name: (one.times, set(one.incidents)) for one in told.rows} == {
        name: (sum(own.get(name, 0) for own in known.values()), {one for one, own in known.items() if name in own})
        for name in names
    }  # fmt: skip


@given(incidents)
@settings(max_examples=20, deadline=None)
def test_the_course_is_the_median_of_eight_in_a_row_and_none_of_fewer(rows: list[Row]) -> None:
    for name, points in patterns(rows).course.items():
        own = [row for row in in_order(rows) if row.duration(name) and row.started is not None]
        assert len(points) == max(0, len(own) - FEW + 1)
        for end, point in enumerate(points, FEW):
            window = [row.duration(name) or (0, 0) for row in own[end - FEW : end]]
            assert point.incidents == tuple(row.id for row in own[end - FEW : end])
            expected = tuple(statistics.median(span[n] for span in window) for n in (0, 1))
            assert all(map(math.isclose, point.median, expected))


@given(st.lists(st.tuples(ranges, st.floats(0, 1)), min_size=1, max_size=20))
@settings(max_examples=20, deadline=None)
def test_the_true_median_is_inside_whatever_the_true_durations_are(
    told: list[tuple[tuple[float, float], float]],
) -> None:
    rows = [Row(f"I{n}", "", "", {}, Figures(lasted=span)) for n, (span, _) in enumerate(told)]
    true = statistics.median(low + share * (high - low) for (low, high), share in told)
    known = patterns(rows).durations[DURATION].known
    assert known.median
    assert known.median[0] - 1e-6 <= true <= known.median[1] + 1e-6


def test_an_interval_is_that_of_the_whole_bootstrap_and_the_same_again() -> None:
    """Of an odd number the median of a draw is one of the values: which, the binomial distribution tells."""
    size, values = 21, [float(value * value) for value in range(21)]

    def below(place: int) -> float:
        share = (place + 1) / size  # of a draw being at most the value of this place
        return sum(
            math.comb(size, k) * share**k * (1 - share) ** (size - k) for k in range(size // 2 + 1, size + 1)
        )

    low = next(values[place] for place in range(size) if below(place) >= 0.025)
    high = next(values[place] for place in range(size) if below(place) >= 0.975)
    assert interval(values, values) == (low, high) == interval(values, values)


def test_of_a_few_it_is_said_and_nothing_of_none() -> None:
    nothing = patterns([])
    assert (nothing.few, nothing.incidents, nothing.impact) == (True, (), ())
    assert all(one.known == Estimate() for one in nothing.durations.values())
    seven, eight = (patterns(at_nine(number)) for number in (7, 8))
    assert (seven.few, seven.durations[DURATION].known.interval, seven.course[DURATION]) == (True, None, ())
    assert (eight.few, len(eight.course[DURATION])) == (False, 1)
    assert eight.durations[DURATION].known.interval
    assert_weekdays(eight)


def at_nine(number: int) -> list[Row]:
    start = parse_instant("2026-03-27T08:30:00Z")  # Friday; in Berlin the clock is set forward on Sunday
    figures = [Figures(lasted=(60.0, 75.0 + n), started=start + n * 24 * HOUR) for n in range(number)]
    return [Row(f"I{n}", "", "", {}, one) for n, one in enumerate(figures)]


def assert_weekdays(found: Patterns) -> None:
    names = [one.value for one in found.groups["weekday"].groups]
    assert names == list(WEEKDAYS)  # Monday first, whichever came first
    berlin = patterns(at_nine(8), BERLIN, "Europe/Berlin").groups["hour"].groups
    assert [(one.value, len(one.incidents)) for one in berlin] == [("09", 2), ("10", 6)]


def test_what_helped_is_told_once_with_all_that_wrote_it() -> None:
    wrote = (
        ("The breaker opened", "A replica answered"),
        ("a replica  answered",),
        (),
        ("A replica answered", "A replica answered"),
    )
    rows = [Row(f"I{n}", "", "", {}, Figures(held=texts)) for n, texts in enumerate(wrote)]
    told = {"A replica answered": ("I0", "I1", "I3"), "The breaker opened": ("I0",)}
    assert list(patterns(rows).helped().items()) == list(told.items())
