"""Spans of lives: certain at both ends, and never over a time that is not known."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.timeline.strategies import make
from timeline.alerts.lives import spans
from timeline.instant import NS
from timeline.kinds import Kind
from timeline.model import Fact, Quantity, Window, gap

WINDOW = Window(start=0, end=1000 * NS)
CASES = json.loads(Path(__file__).with_name("lives.json").read_text())


def step(kind: Kind, early: int | None, late: int, place: int = 0, **more: Any) -> Fact:
    earliest = None if early is None else early * NS
    return make(
        [kind, place], kind=kind, earliest=earliest, latest=late * NS, source="prod", thread="t", **more
    )


@pytest.mark.parametrize("case", CASES, ids=[case["case"] for case in CASES])
def test_lives_as_the_page_draws_them(case: dict[str, Any]) -> None:
    life = [step(kind, early, late, place) for place, (kind, early, late) in enumerate(case["facts"])]
    gaps = [gap(name, reason, a * NS, b * NS, "x") for name, reason, a, b in case.get("gaps", ())]
    held = [one for drawn in spans(life, WINDOW, gaps).values() for one in drawn]
    assert [[s.state, s.start / NS, s.until / NS, s.open] for s in held] == case["spans"]


def test_breaches_and_silences_are_lives_of_their_own() -> None:
    below = Quantity(value=0, threshold=1, op="<")
    life = [
        step("metric.crossed_below", 10, 20, quantity=below), step("alert.firing", 30, 40),
        step("alert.silenced", 50, 50), step("alert.silenced", 60, 60, 1), step("alert.unsilenced", 70, 70),
        step("metric.crossed_above", 80, 90, quantity=below), step("alert.resolved", 100, 110),
    ]  # fmt: skip
    held = [one for drawn in spans(life, WINDOW).values() for one in drawn]
    assert [(s.state, s.start // NS, s.until // NS) for s in held] == [
        ("breach", 20, 80), ("firing", 40, 100), ("silenced", 50, 70),
    ]  # fmt: skip


STEPS = st.tuples(
    st.sampled_from(["alert.pending", "alert.firing", "alert.resolved", "alert.pending_ended"]),
    st.integers(0, 900), st.integers(0, 60),
)  # fmt: skip


@given(st.lists(STEPS, max_size=12), st.lists(st.integers(0, 999), max_size=2))
def test_spans_of_one_life_do_not_overlap_and_each_begins_once(
    steps: list[tuple[Kind, int, int]], holes: list[int]
) -> None:
    life = [step(kind, at, at + wide, place) for place, (kind, at, wide) in enumerate(steps)]
    gaps = [gap("prod", "partial", at * NS, (at + 1) * NS, "x") for at in holes]
    held = [one for drawn in spans(life, WINDOW, gaps).values() for one in drawn]
    begun = [one.begin.id for one in held]
    assert len(set(begun)) == len(begun)
    assert sorted(begun) == sorted(f.id for f in life if f.kind in {"alert.pending", "alert.firing"})
    for one in held:
        assert one.begin.latest <= one.start <= one.until <= WINDOW.end
        if one.end is not None and one.until > one.start:
            assert one.end.earliest is not None
            assert one.until <= one.end.earliest
