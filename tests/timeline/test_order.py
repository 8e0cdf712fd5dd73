"""Ordering never claims what bounds and clocks do not allow."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from itertools import permutations
from random import Random

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.timeline.strategies import CLOCKS, facts, make, widths
from timeline.instant import NS, Bounds
from timeline.model import Fact, Related
from timeline.order import LINEAGE, Ordered, display_key, in_display_order, precedes, undetermined_groups
from timeline.written.wallclock import zone
from timeline.zones import read_time

errors = st.fixed_dictionaries({clock: st.integers(0, 300 * NS) for clock in CLOCKS})


#: Zones with folds and gaps of an hour, of half an hour, at midnight; and one that has none.
ZONES = ("Europe/Berlin", "America/New_York", "Australia/Lord_Howe", "Asia/Beirut", "Asia/Kolkata")
#: Hours around the changes of those zones in 2016, and the leap second at the end of that year.
EVENTS = (1_459_040_400, 1_477_789_200, 1_457_852_400, 1_478_411_400, 1_459_609_200, 1_475_334_000,
          1_459_029_600, 1_477_774_800, 1_483_228_800)  # fmt: skip
PRECISIONS = (1, 1_000, 10**6, NS, 60 * NS, 3_600 * NS)
near = st.builds(
    lambda event, shift: event * NS + shift,
    st.sampled_from(EVENTS), st.one_of(st.integers(-7_200 * NS, 7_200 * NS), st.integers(-3, 3), st.integers(-2 * NS, 2 * NS)),
)  # fmt: skip


def shown_time(instant: int, zone_name: str | None, precision: int, *, sixty: bool) -> Bounds:
    """Write an instant as a source would and read it back; `sixty` writes the second at a minute's edge as 60."""
    second = instant // NS
    wall = datetime.fromtimestamp(second, UTC).astimezone(zone(zone_name) if zone_name else UTC)
    digits = f".{instant % NS:09d}" if precision < NS else ""
    text = wall.strftime("%Y-%m-%dT%H:%M:%S")
    if sixty and second % 60 in {59, 0}:
        before = wall - timedelta(minutes=wall.second == 0)
        text = before.strftime("%Y-%m-%dT%H:%M:60")
        if zone_name and (before.utcoffset(), before.fold) != (wall.utcoffset(), wall.fold):
            text = wall.strftime("%Y-%m-%dT%H:%M:%S")  # a zone's change, where nobody writes 60
    return read_time(text + digits + ("" if zone_name else "Z"), zone_name=zone_name, precision=precision)


@st.composite
def placed(draw: st.DrawFn, offsets: dict[str, int]) -> tuple[int, Fact]:
    """Draw a true instant and a fact whose clock shows it with that clock's offset, as its source writes it."""
    clock = draw(st.sampled_from(CLOCKS))
    truth = draw(near)
    instant, way = truth + offsets[clock], draw(st.sampled_from(["bounds", "text", "sixty"]))
    if way == "bounds":
        width = draw(widths)
        at = Bounds(instant - draw(st.integers(0, width)), instant + width)
    else:
        name = draw(st.one_of(st.none(), st.sampled_from(ZONES)))
        at = shown_time(instant, name, draw(st.sampled_from(PRECISIONS)), sixty=way == "sixty")
    return truth, make(draw(st.integers()), clock=clock, earliest=at.earliest, latest=at.latest)


# Every pair of some facts of one draw: fifteen pairs for what six facts cost to draw.
@settings(max_examples=2_000, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.data(), errors)
def test_no_false_order_within_the_stated_clock_errors(data: st.DataObject, allowed: dict[str, int]) -> None:
    offsets = {c: data.draw(st.integers(-limit, limit)) for c, limit in allowed.items()}
    drawn = data.draw(st.lists(placed(offsets), min_size=2, max_size=6))
    for truth, fact in drawn:
        assert fact.earliest is not None
        assert fact.earliest <= truth + offsets[fact.clock] <= fact.latest
    for (truth_a, a), (truth_b, b) in permutations(drawn, 2):
        if precedes(a, b, allowed):
            assert truth_a < truth_b


bounds = st.tuples(st.one_of(st.none(), st.integers(0, 10**6)), st.integers(0, 10**6)).filter(
    lambda ends: ends[0] is None or ends[0] <= ends[1]
)


@settings(max_examples=2_000, deadline=None)
@given(st.lists(bounds, min_size=2, max_size=6), st.sampled_from(CLOCKS), errors)
def test_order_within_one_clock_is_not_lost_to_errors_between_clocks(
    ends: list[tuple[int | None, int]], clock: str, allowed: dict[str, int]
) -> None:
    items = [make(n, clock=clock, earliest=low, latest=high) for n, (low, high) in enumerate(ends)]
    for a, b in permutations(items, 2):
        proven = a.earliest is not None and b.earliest is not None and a.latest < b.earliest
        assert precedes(a, b, allowed) == proven


@given(st.lists(facts(), max_size=12), errors)
def test_the_display_order_extends_precedes(items: list[Fact], allowed: dict[str, int]) -> None:
    shown = in_display_order(items)
    for place, later in enumerate(shown):
        assert not any(precedes(later, earlier, allowed) for earlier in shown[:place])
    assert shown == Ordered(sorted(items, key=display_key))


@given(st.lists(facts(), max_size=10, unique_by=lambda f: f.id), errors)
def test_facts_of_different_groups_are_in_proven_order(items: list[Fact], allowed: dict[str, int]) -> None:
    shown = in_display_order(items)
    groups = undetermined_groups(shown, allowed)
    group_of = {identity: n for n, group in enumerate(groups) for identity in group}
    for place, first in enumerate(shown[:-1]):
        second = shown[place + 1]
        together = first.id in group_of and group_of.get(second.id) == group_of[first.id]
        assert together or precedes(first, second, allowed)


def test_a_null_beginning_claims_no_order() -> None:
    open_start, later = make(1, earliest=None, latest=5), make(2, earliest=100, latest=110)
    assert not precedes(open_start, later, {})
    assert not precedes(make(3, earliest=0, latest=1), open_start, {})
    assert undetermined_groups(in_display_order([open_start, later]), {}) == [(open_start.id, later.id)]


@st.composite
def histories(draw: st.DrawFn) -> list[Fact]:
    """Draw facts of which some were made on top of earlier drawn ones, whatever their times."""
    items = draw(st.lists(facts(), max_size=10, unique_by=lambda f: f.id))
    for place in range(1, len(items)):
        below = draw(st.lists(st.sampled_from(items[:place]), max_size=2, unique_by=lambda f: f.id))
        ties = tuple(Related(fact=other.id, rule=LINEAGE) for other in below)
        items[place] = items[place].replace(related=ties)
    return items


@given(histories(), st.randoms(use_true_random=False), errors)
def test_lineage_wins_over_clocks(items: list[Fact], chance: Random, allowed: dict[str, int]) -> None:
    known = {fact.id: fact for fact in items}
    mixed = chance.sample(items, len(items))
    shown = in_display_order(mixed)
    assert shown == in_display_order(items), "whatever order they come in"
    assert sorted(fact.id for fact in shown) == sorted(known)
    places = {fact.id: place for place, fact in enumerate(shown)}
    for fact in items:
        for other in fact.related:
            assert precedes(known[other.fact], fact, allowed)
            assert not precedes(fact, known[other.fact], allowed)
            assert places[other.fact] < places[fact.id]
    groups = undetermined_groups(shown, allowed)
    group_of = {identity: n for n, group in enumerate(groups) for identity in group}
    for place, first in enumerate(shown[:-1]):
        second = shown[place + 1]
        together = first.id in group_of and group_of.get(second.id) == group_of[first.id]
        assert together or precedes(first, second, allowed)


def test_a_circle_of_lineage_loses_nothing() -> None:
    one, two = make(1, earliest=5, latest=5), make(2, earliest=1, latest=1)
    one = one.replace(related=(Related(fact=two.id, rule=LINEAGE),))
    two = two.replace(related=(Related(fact=one.id, rule=LINEAGE),))
    assert [fact.id for fact in in_display_order([one, two])] == [two.id, one.id]
