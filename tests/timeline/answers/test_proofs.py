"""Answers about facts claim what the core's own functions prove, and nothing more."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.example import example
from tests.timeline.strategies import CLOCKS, facts, make
from timeline.answers.proof import between, order
from timeline.instant import NS
from timeline.model import Fact, Related
from timeline.order import LINEAGE, clock_errors, elapsed, precedes

errors = st.fixed_dictionaries({clock: st.integers(0, 300 * NS) for clock in CLOCKS})


@given(facts(), facts(), errors)
@settings(max_examples=500, deadline=None)
def test_an_order_is_what_precedes_proves_and_turns_round_with_its_question(
    a: Fact, b: Fact, errors: dict[str, int]
) -> None:
    found, back = order(a, b, errors), order(b, a, errors)
    if a.id == b.id:
        assert found.relation == back.relation == "same"
        return
    assert (found.relation == "before") == precedes(a, b, errors)
    assert (found.relation == "after") == precedes(b, a, errors)
    assert (found.relation == "undetermined") == (not precedes(a, b, errors) and not precedes(b, a, errors))
    assert back.relation == {"before": "after", "after": "before"}.get(found.relation, found.relation)
    assert (found.error_a, found.error_b) == (back.error_b, back.error_a)
    assert (found.error_a, found.error_b) == (0, 0) or a.clock != b.clock


@given(facts(), facts(), errors)
@settings(max_examples=500, deadline=None)
def test_a_range_is_what_measures_are_computed_by_and_agrees_with_the_order(
    a: Fact, b: Fact, errors: dict[str, int]
) -> None:
    found = between(a, b, errors)
    if a.id == b.id:
        assert found == (0, 0, "")
    elif (span := elapsed(a, b, errors)) is None:
        assert (found.least, found.most) == (None, None)
        assert all(one.id in found.reason for one in (a, b) if one.earliest is None)
    else:
        assert (found.least, found.most) == span
        # Beyond doubt positive exactly where the order is proven.
        assert (span[0] > 0) == (order(a, b, errors).relation == "before")
        assert (span[1] < 0) == (order(a, b, errors).relation == "after")


def test_what_was_made_on_top_of_another_comes_after_it_whatever_clocks_say() -> None:
    parent = make("parent", earliest=900, latest=900, clock="git")
    child = make("child", earliest=100, latest=100, clock="slack").replace(
        related=(Related(fact=parent.id, rule=LINEAGE),)
    )
    assert order(child, parent, {"git": 5, "slack": 5})[:2] == ("after", "lineage")
    assert order(parent, child, {})[:2] == ("before", "lineage")


def test_why_nothing_is_proven_is_told() -> None:
    already, late = make("a", earliest=None, latest=5), make("b", earliest=7, latest=9)
    assert order(already, late, {})[:2] == ("undetermined", "no beginning")
    assert order(make("c", earliest=1, latest=8), late, {})[:2] == ("undetermined", "bounds overlap")
    other = make("d", earliest=3, latest=5, clock="slack")
    assert order(other, late, {})[:2] == ("before", "two clocks")
    assert order(other, late, {"slack": 1, "prometheus": 1}) == ("undetermined", "bounds overlap", 1, 1)


@pytest.mark.parametrize("name", ["time to mitigate", "time to detect"])
def test_the_example_s_measures_are_what_between_answers(name: str) -> None:
    timeline = example()
    measure = next(one for one in timeline.measures if one.name == name)
    facts_by_id = {fact.id: fact for fact in timeline.facts}
    assert measure.from_
    assert measure.to
    found = between(facts_by_id[measure.from_], facts_by_id[measure.to], clock_errors(timeline))
    assert found.least is not None
    assert found.most is not None
    assert (found.least / NS, found.most / NS) == (measure.min_s, measure.max_s)
