"""Ordering never claims what bounds and clocks do not allow."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from tests.timeline.strategies import CLOCKS, facts, instants, make, widths
from timeline.instant import NS
from timeline.model import Fact
from timeline.order import display_key, in_display_order, precedes, undetermined_groups

errors = st.fixed_dictionaries({clock: st.integers(0, 300 * NS) for clock in CLOCKS})


@st.composite
def placed(draw: st.DrawFn, offsets: dict[str, int]) -> tuple[int, Fact]:
    """Draw a true instant and a fact whose clock shows it with that clock's offset."""
    truth, clock = draw(instants), draw(st.sampled_from(CLOCKS))
    shown, width = truth + offsets[clock], draw(widths)
    before = draw(st.integers(0, width))
    return truth, make(
        draw(st.integers()), clock=clock, earliest=shown - before, latest=shown - before + width
    )


@settings(max_examples=500)
@given(st.data(), errors)
def test_no_false_order_within_the_stated_clock_errors(data: st.DataObject, allowed: dict[str, int]) -> None:
    offsets = {c: data.draw(st.integers(-limit, limit)) for c, limit in allowed.items()}
    (truth_a, a), (truth_b, b) = data.draw(placed(offsets)), data.draw(placed(offsets))
    if precedes(a, b, allowed):
        assert truth_a < truth_b


@given(facts(), facts(), errors)
def test_order_within_one_clock_is_not_lost_to_errors_between_clocks(
    a: Fact, b: Fact, allowed: dict[str, int]
) -> None:
    b = b.model_copy(update={"clock": a.clock})
    proven = a.earliest is not None and b.earliest is not None and a.latest < b.earliest
    assert precedes(a, b, allowed) == proven


@given(st.lists(facts(), max_size=12), errors)
def test_the_display_order_extends_precedes(items: list[Fact], allowed: dict[str, int]) -> None:
    shown = in_display_order(items)
    for place, later in enumerate(shown):
        assert not any(precedes(later, earlier, allowed) for earlier in shown[:place])
    assert shown == sorted(items, key=display_key)


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
