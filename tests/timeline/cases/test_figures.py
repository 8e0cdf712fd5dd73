"""What one incident tells for patterns is what its timeline has, and unknown where nothing tells."""

from __future__ import annotations

import msgspec

from service.archive.reading import read
from tests.example import example, example_folder
from timeline.cases.details import decoded, encoded
from timeline.cases.figures import figures_of
from timeline.checks.draft import DraftSpan, blocks
from timeline.model import Incident
from timeline.terms import DETECT, SILENCED


def test_the_example_in_numbers() -> None:
    case = read(example_folder())
    figures = case.details.figures
    assert decoded(encoded(case.details)) == case.details
    measures = {one.name: one for one in example().measures}
    assert figures.measures[DETECT] == (measures[DETECT].min_s, measures[DETECT].max_s)
    assert figures.unmeasured == {SILENCED: "no silence of the alert was recorded"}
    assert (figures.lasted_of, figures.services) == ("customer impact", ("checkout", "payments"))
    assert (figures.changed, figures.last_change) == ("deploy.finished", "deploy.rolled_back")
    assert figures.changes == {"deploy.finished": 1, "deploy.rolled_back": 1}
    assert (figures.quality.flaps, figures.quality.unbreached) == ({"CaptureQueueDeep": 5}, {})
    assert figures.quality.early
    assert figures.quality.untold == ("CheckoutLatencyHigh", "DatabasePoolSaturated", "checkout p99, early")
    assert figures.gaps == {"prod": ("partial",)}
    assert [(one.take, one.partial) for one in figures.impact] == [
        ("max", False), ("budget", False), ("integral", True)
    ]  # fmt: skip
    assert figures.held == ()  # its question waits for an answer


def test_what_nothing_tells_is_not_known() -> None:
    bare = msgspec.structs.replace(
        example(), incident=Incident(id="INC-1"), facts=(), gaps=(), measures=(), panels=(), impact=(), reconciliation=()
    )  # fmt: skip
    figures = figures_of(bare)
    quality = figures.quality
    assert (figures.lasted, figures.started, figures.changes, figures.services) == (None, None, None, ())
    assert (quality.unbreached, quality.unalerted, quality.flaps, quality.early, quality.untold) == (
        None,
    ) * 5
    without = tuple(one for one in example().facts if one.kind.startswith("alert."))
    alone = figures_of(msgspec.structs.replace(bare, facts=without)).quality
    assert (alone.unbreached, alone.unalerted, alone.early) == (None, None, None)  # no metric was read
    assert alone.flaps == {"CaptureQueueDeep": 5}
    unsent = tuple(one for one in example().facts if one.kind != "alert.notified")
    told = figures_of(msgspec.structs.replace(example(), facts=unsent)).quality
    assert told.early
    assert told.untold is None


def test_words_on_what_held_are_those_of_people() -> None:
    draft = """\
# INC-42

## What went well

*What helped, and which safety nets held?*

- The breaker of the cart opened at 14:11
- `maxed` held

## What went poorly

- Nobody looked
"""
    figures = figures_of(example(), blocks([DraftSpan("prose", "", draft)]))
    assert figures.held == ("The breaker of the cart opened at 14:11", "maxed held")
