"""The laws of merge: order-independent, idempotent, loses nothing."""

from __future__ import annotations

import random

from hypothesis import given
from hypothesis import strategies as st

from tests.timeline.strategies import facts, make
from timeline.assembly.contents import says_no_more
from timeline.assembly.merge import Merged, Seen, merge
from timeline.wire import encode

seen = st.builds(Seen, st.integers(1, 3), facts(keys=st.integers(0, 4)))


def dump(merged: Merged) -> list[bytes]:
    return [encode(f) for f in merged.facts] + [encode(g) for g in merged.gaps]


@given(st.lists(seen, max_size=12), st.randoms(use_true_random=False))
def test_the_order_of_reading_does_not_matter(items: list[Seen], rng: random.Random) -> None:
    shuffled = list(items)
    rng.shuffle(shuffled)
    assert dump(merge(items)) == dump(merge(shuffled))


@given(st.lists(seen, max_size=12))
def test_merging_again_changes_nothing(items: list[Seen]) -> None:
    once = merge(items)
    assert dump(merge([*items, *items])) == dump(once)
    assert dump(merge([Seen(once.collections[f.id], f) for f in once.facts])) == dump(once)


@given(st.lists(seen, max_size=12))
def test_nothing_is_lost(items: list[Seen]) -> None:
    merged = {f.id: f for f in merge(items).facts}
    for _, fact in items:
        kept = merged[fact.id]
        contents = [kept.content(), *kept.variants]
        assert any(fact.content() == one or says_no_more(fact, one) for one in contents)
        assert set(fact.evidence) <= set(kept.evidence)
    assert set(merged) == {f.id for _, f in items}


def test_the_same_record_read_twice_keeps_both_evidences() -> None:
    merged = merge([Seen(1, make(source="a", payload="p1")), Seen(1, make(source="b", payload="p2"))])
    assert [e.payload for e in merged.facts[0].evidence] == ["p1", "p2"]
    assert merged.facts[0].variants == ()
    assert merged.gaps == []


def test_other_content_is_a_variant_and_a_conflict_and_the_newest_is_shown() -> None:
    merged = merge([Seen(2, make(latest=20)), Seen(1, make(latest=10))])
    [fact] = merged.facts
    assert fact.latest == 20
    assert [v.latest for v in fact.variants] == [10]
    assert [g.reason for g in merged.gaps] == ["conflict"]
    assert merged.gaps[0].missing == fact.id
