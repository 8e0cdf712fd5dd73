"""Lists of facts hold what was asked for, and all of it."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from tests.example import example
from tests.timeline.strategies import facts, instants
from timeline.answers.selection import Selection, select
from timeline.model import Fact
from timeline.order import in_display_order


@given(st.lists(facts(), max_size=12), st.none() | instants, st.none() | instants)
@settings(deadline=None)
def test_a_span_holds_each_fact_that_may_have_happened_in_it(
    held: list[Fact], start: int | None, end: int | None
) -> None:
    ordered = in_display_order(held)
    found = select(ordered, Selection(start, end))
    for fact in ordered:
        before = start is not None and fact.latest < start
        after = end is not None and fact.earliest is not None and fact.earliest > end
        assert (fact in found) == (not before and not after)
    assert found == [fact for fact in ordered if fact in found]


def test_every_member_narrows_the_example() -> None:
    held = example().facts
    assert {f.kind for f in select(held, Selection(kind="alert"))} == {
        f.kind for f in held if f.kind.startswith("alert.")
    }
    assert {f.kind for f in select(held, Selection(kind="alert.firing"))} == {"alert.firing"}
    assert select(held, Selection(kind="aler")) == []
    for name, wanted, value_of in (
        ("category", Selection(category="change"), lambda f: f.category == "change"),
        ("source", Selection(source="chat"), lambda f: f.source == "chat"),
        (
            "service",
            Selection(service="checkout"),
            lambda f: "checkout" in (f.subject.service, f.subject.component),
        ),
    ):
        found = select(held, wanted)
        assert found, name
        assert found == [fact for fact in held if value_of(fact)], name
    assert select(held, Selection(text="ROLLED back"))
    assert select(held, Selection(text="no such words anywhere")) == []
