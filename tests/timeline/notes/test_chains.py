"""Notes that follow from each other without end: factors, whys and circles of thousands are shown, and soon."""

from __future__ import annotations

import time
from itertools import pairwise

import pytest

from render.draft.notes import note_bodies
from service.web.diagram import diagram
from tests.timeline.notes.test_journal import FACTS, body, note_id
from timeline.notes import journal as notes
from timeline.notes import views
from timeline.notes.journal import Note
from timeline.notes.views import MOST_LEVELS, Step


def chained(kind: str, count: int, *, circle: bool = False) -> tuple[Note, ...]:
    more = {"category": "technical", "awareness": "surprise"} if kind == "factor" else {}
    ids = [note_id() for _ in range(count)]
    parents = dict(pairwise(reversed(ids)))
    parents |= {ids[0]: ids[-1]} if circle else {}
    made = [(one, {**more, "parent": parents[one]} if one in parents else more) for one in ids]
    return notes.fold(
        notes.version(one, body(kind, **held), (), "ada", at) for at, (one, held) in enumerate(made, 1)
    )


def depth(steps: tuple[Step, ...]) -> int:
    deepest = 0
    while steps:
        deepest += 1
        steps = tuple(answer for step in steps for answer in step.answers)
    return deepest


@pytest.mark.parametrize("circle", [False, True])
def test_a_chain_of_whys_is_shown_to_a_depth_that_pages_take(circle: bool) -> None:
    chain = chained("why", 1_100, circle=circle)
    (root,) = views.whys(chain)
    assert depth((root,)) == MOST_LEVELS
    shown = note_bodies(chain, FACTS)["note-whys"]
    assert shown.count("\n") == 1_100
    assert len(shown) < 500_000


def test_a_short_chain_keeps_its_levels() -> None:
    (root,) = views.whys(chained("why", MOST_LEVELS))
    assert depth((root,)) == MOST_LEVELS
    assert not root.answers[1:]


@pytest.mark.parametrize("circle", [False, True])
def test_a_chain_of_factors_is_drawn(circle: bool) -> None:
    chain = chained("factor", 1_100, circle=circle)
    drawn = diagram(chain, FACTS, "INC-1")
    assert drawn is not None
    assert sum(box.form == "surprise" for box in drawn.boxes) == 1_100
    assert note_bodies(chain, FACTS)["note-factor-map"].startswith("```mermaid")


def test_thousands_of_notes_in_a_chain_take_no_minutes() -> None:
    factors, whys = chained("factor", 10_000), chained("why", 10_000)
    begun = time.process_time()
    views.factors(factors)
    views.factor_map(factors, FACTS, "INC-1")
    views.whys(whys)
    assert time.process_time() - begun < 20
