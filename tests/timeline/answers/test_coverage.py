"""Coverage tiles its span, says `collected` where no gap lies, and never more."""

from __future__ import annotations

from itertools import pairwise
from typing import get_args

from hypothesis import given, settings
from hypothesis import strategies as st

from timeline.answers.coverage import NOTHING, coverage
from timeline.assembly.coverage import _without
from timeline.model import Gap, GapReason, Window, gap

REASONS = get_args(GapReason)
WINDOW = Window(start=100, end=200)


@st.composite
def gaps(draw: st.DrawFn) -> Gap:
    start = draw(st.integers(80, 219))
    return gap(
        draw(st.sampled_from("ab")), draw(st.sampled_from(REASONS)), start, draw(st.integers(start + 1, 220)),
        draw(st.sampled_from("xy")), missing=draw(st.sampled_from([None, "rows"])),
    )  # fmt: skip


@given(st.lists(gaps(), max_size=8), st.integers(60, 230), st.integers(1, 100))
@settings(max_examples=500, deadline=None)
def test_stretches_tile_the_span_and_each_instant_has_the_gaps_that_lie_over_it(
    held: list[Gap], start: int, width: int
) -> None:
    end = start + width
    found = list(coverage(["a", "b", "c"], held, WINDOW, start, end))
    for source in "abc":
        own = [one for one in found if one.source == source]
        assert (own[0].start, own[-1].end) == (start, end)
        assert all(a.end == b.start for a, b in pairwise(own))
        assert all((a.state, a.gaps) != (b.state, b.gaps) for a, b in pairwise(own))
        for one in own:
            for instant in range(one.start, one.end):
                over = [g for g in held if g.source == source and g.start <= instant < g.end]
                assert list(one.gaps) == over
                unread = any(g.reason in NOTHING and g.missing is None for g in over)
                assert (one.state == "none") == unread
                outside = not WINDOW.start <= instant < WINDOW.end
                assert (one.state == "collected") == (not over and not outside)


@given(st.lists(gaps(), max_size=8))
@settings(max_examples=200, deadline=None)
def test_what_is_collected_is_the_window_without_its_gaps_as_assembly_cuts_it(held: list[Gap]) -> None:
    found = coverage(["a"], held, WINDOW, WINDOW.start, WINDOW.end)
    collected = [(one.start, one.end) for one in found if one.state == "collected"]
    spans = [(g.start, g.end) for g in held if g.source == "a"]
    assert collected == _without([(WINDOW.start, WINDOW.end)], spans)
