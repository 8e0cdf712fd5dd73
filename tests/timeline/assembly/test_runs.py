"""Sorted runs: one order, nothing lost, and the same facts as the merge of a build."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import asdict

from tests.timeline.strategies import facts, make
from timeline.assembly.merge import Seen, merge
from timeline.assembly.runs import RunError, merge_runs
from timeline.model import Fact, Related
from timeline.order import LINEAGE, display_key, in_display_order
from timeline.wire import decode_fact, encode


def run(items: list[Fact]) -> list[bytes]:
    return [encode(fact) + b"\n" for fact in in_display_order(items)]


@given(st.lists(st.lists(facts(keys=st.integers(0, 30)), max_size=12), max_size=5))
def test_the_lines_are_those_of_the_build_merge_in_display_order(items: list[list[Fact]]) -> None:
    # One content a record: what a record is under two contents is the business of a build.
    known: dict[str, Fact] = {}
    given_ = [[f.replace(**asdict(known.setdefault(f.id, f).content())) for f in one] for one in items]
    expected = merge(Seen(0, fact) for one in given_ for fact in one).facts
    found = list(merge_runs([run(one) for one in given_]))
    assert found == [encode(fact) + b"\n" for fact in expected]


@given(st.lists(facts(), max_size=8))
def test_the_text_of_the_order_sorts_as_the_order_does(items: list[Fact]) -> None:
    lines = [encode(fact) + b"\n" for fact in sorted(items, key=lambda f: f.id)]
    found = [decode_fact(line) for line in merge_runs([[line] for line in lines])]
    assert [display_key(fact) for fact in found] == sorted(display_key(fact) for fact in found)


def test_exact_duplicates_and_other_evidence_are_folded() -> None:
    same, also = make(1, latest=10, payload="p1"), make(1, latest=10, payload="p2")
    later = make(2, earliest=50, latest=60)
    found = list(merge_runs([run([same, same, later]), run([same]), run([also, later])]))
    assert [decode_fact(line).latest for line in found] == [10, 60]
    assert [e.payload for e in decode_fact(found[0]).evidence] == ["p1", "p2"]


def test_what_lineage_moved_is_one_record_whatever_stands_beside_it() -> None:
    parent = make(1, earliest=11, latest=11)
    tie = (Related(fact=parent.id, rule=LINEAGE),)
    one, two = (make(n, earliest=at, latest=at).replace(related=tie) for n, at in ((2, 5), (3, 6)))
    found = list(merge_runs([run([parent, one, two]), run([parent, two])]))
    assert [decode_fact(line).id for line in found] == [parent.id, one.id, two.id]


def test_it_is_a_stream() -> None:
    given_ = 0

    def counted() -> Iterator[bytes]:
        nonlocal given_
        for number in range(10_000):
            given_ += 1
            yield encode(make(number, earliest=number, latest=number)) + b"\n"

    stream = merge_runs([counted(), run([make(-1, earliest=5, latest=5)])])
    for _ in range(20):
        next(stream)
    assert given_ < 30


def test_a_run_out_of_order_is_named() -> None:
    early, late = make(1, earliest=1, latest=1), make(2, earliest=5, latest=5)
    wrong = [encode(late) + b"\n", encode(early) + b"\n"]
    with pytest.raises(RunError, match=f"run 1 is not in display order: {early.id} comes late"):
        list(merge_runs([run([early]), wrong]))
    with pytest.raises(RunError, match="run 0 holds a line that is no fact"):
        list(merge_runs([[b'{"id": 5}\n']]))


def test_what_came_later_by_its_lineage_alone_is_in_order() -> None:
    parent, other = make(1, earliest=50, latest=50), make(2, earliest=60, latest=60)
    child = make(3, earliest=10, latest=10).replace(related=(Related(fact=parent.id, rule=LINEAGE),))
    found = [decode_fact(line).id for line in merge_runs([run([child, parent, other]), run([parent, child])])]
    assert found == [parent.id, child.id, other.id]
