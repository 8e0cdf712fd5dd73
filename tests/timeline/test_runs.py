"""Sorted runs: one order, nothing lost, and the same facts as the merge of a build."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.timeline.strategies import facts, make
from timeline.document import record_bytes
from timeline.instant import format_instant
from timeline.merge import Seen, merge
from timeline.model import Fact
from timeline.order import display_key, in_display_order
from timeline.runs import RunError, merge_runs, order_text


def run(items: list[Fact], size: int) -> list[bytes]:
    lines = [record_bytes(fact) + b"\n" for fact in in_display_order(items)]
    return [b"".join(lines[n : n + size]) for n in range(0, len(lines), size)]


def merged(runs: list[list[bytes]]) -> list[bytes]:
    return [line for lines in merge_runs(runs) for line in lines]


@given(st.lists(st.lists(facts(keys=st.integers(0, 30)), max_size=12), max_size=5), st.integers(1, 4))
def test_the_lines_are_those_of_the_build_merge_in_display_order(items: list[list[Fact]], size: int) -> None:
    # One content a record: what a record is under two contents is the business of a build.
    known: dict[str, Fact] = {}
    given_ = [[f.model_copy(update=dict(known.setdefault(f.id, f).content())) for f in one] for one in items]
    expected = merge(Seen(0, fact) for one in given_ for fact in one).facts
    found = merged([run(one, size) for one in given_])
    assert [Fact.model_validate_json(line).id for line in found] == [fact.id for fact in expected]
    assert found == [record_bytes(fact) for fact in expected]


@given(facts(), facts())
def test_the_text_of_the_order_sorts_as_the_order_does(a: Fact, b: Fact) -> None:
    def text(fact: Fact) -> str:
        earliest = None if fact.earliest is None else format_instant(fact.earliest)
        return order_text(earliest, format_instant(fact.latest), fact.kind, fact.id)

    assert (text(a) < text(b)) == (display_key(a) < display_key(b))


def test_exact_duplicates_and_other_evidence_are_folded_across_blocks_and_runs() -> None:
    same, also = make(1, latest=10, payload="p1"), make(1, latest=10, payload="p2")
    later = make(2, earliest=50, latest=60)
    found = merged([run([same, later], 1), run([same], 1), run([also, later], 2)])
    assert [Fact.model_validate_json(line).latest for line in found] == [10, 60]
    assert [e.payload for e in Fact.model_validate_json(found[0]).evidence] == ["p1", "p2"]


def test_a_run_out_of_order_is_named() -> None:
    early, late = make(1, earliest=1, latest=1), make(2, earliest=5, latest=5)
    blocks = [record_bytes(late) + b"\n", record_bytes(early) + b"\n"]
    with pytest.raises(RunError, match=f"run 1 is not in display order: {early.id} comes late"):
        merged([run([early], 1), blocks])
    with pytest.raises(RunError, match="run 0 holds a line that is no fact"):
        merged([[b'{"id": 5}\n']])
