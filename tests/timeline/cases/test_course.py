"""What was done, how long it took and which runbook: of facts, and of what people wrote."""

from __future__ import annotations

import msgspec
import pytest

from service.archive.reading import read
from tests.example import example, example_folder
from timeline import terms
from timeline.cases.course import LONGEST, course_of
from timeline.checks.draft import DraftSpan, blocks
from timeline.model import Quote
from timeline.notes import journal
from timeline.notes.bodies import Body, Decision, FactCitation, Lesson, Observation

FACT = example().facts[0].id


def test_a_built_incident() -> None:
    course = read(example_folder()).details.course
    spans = {span.name: (span.min_s, span.max_s) for span in course.measures}
    assert spans[terms.MITIGATE] == pytest.approx((1995, 2025))
    assert terms.SILENCED not in spans  # for which there is a reason, and no range
    assert [(one.what, one.reference) for one in course.done if not one.what.startswith("message")] == [
        ("deploy.finished", "f-28e552c63ed5100e"),
        ("deploy.rolled_back", "f-f696d60f9750d79d"),
    ]
    assert any(one.text.startswith("Rolling back to the release") for one in course.done)
    assert course.runbooks == ()


DRAFT = """\
# INC-42

## Mitigation

We raised the pool to 60; see the [runbook](https://wiki.example/pool-exhaustion).

*What else was tried?*

## Impact

Checkouts failed.

## Action items

- Give the pool a time-out

## Lessons

Look at the pool first.
"""


def test_what_people_wrote_of_how_it_was_dealt_with() -> None:
    bodies: tuple[Body, ...] = (
        Decision(kind="decision", text="Roll back", cites=(FactCitation(fact=FACT),)),
        Lesson(kind="lesson", text="x" * 5000, cites=(FactCitation(fact=FACT),)),
        Observation(kind="observation", text="Seen", cites=(FactCitation(fact=FACT),)),
    )
    versions = [journal.version(f"n-{n:016x}", body, (), "ada", n) for n, body in enumerate(bodies)]
    course = course_of(example(), blocks([DraftSpan("prose", "", DRAFT)]), journal.fold(versions))
    written = {(one.what, one.text) for one in course.done if one.at is None}
    assert written == {
        ("decision", "Roll back"), ("lesson", "x" * (LONGEST - 1) + "…"), ("lesson", "Look at the pool first."),
        ("draft", "We raised the pool to 60; see the runbook."),
    }  # fmt: skip
    assert course.runbooks == ("https://wiki.example/pool-exhaustion",)


@pytest.mark.parametrize(
    ("text", "books"),
    [
        ("See https://wiki.example/runbooks/pool.", ("https://wiki.example/runbooks/pool",)),
        ("Runbook: https://wiki.example/42", ("https://wiki.example/42",)),
        ("the playbook is <https://wiki.example/a>, not https://wiki.example/b/" + "c" * 80, ("https://wiki.example/a", )),
        ("Run the book at https://wiki.example/42", ()),
        ("the runbook\nhttps://wiki.example/42", ()),
    ],
)  # fmt: skip
def test_a_link_is_a_runbook_where_it_or_the_words_before_it_say_so(
    text: str, books: tuple[str, ...]
) -> None:
    fact = msgspec.structs.replace(example().facts[0], quote=Quote(text=text))
    timeline = msgspec.structs.replace(example(), facts=(fact,))
    assert course_of(timeline).runbooks[:1] == books


def test_a_label_of_an_alert_names_its_runbook() -> None:
    firing = next(one for one in example().facts if one.kind == "alert.firing")
    subject = firing.subject.replace(
        labels={"runbook_url": "https://wiki.example/42", "graph": "https://x.example"}
    )
    timeline = msgspec.structs.replace(example(), facts=(firing.replace(subject=subject),))
    assert course_of(timeline).runbooks == ("https://wiki.example/42",)


def test_an_incident_without_facts_has_no_course() -> None:
    timeline = msgspec.structs.replace(example(), facts=(), measures=())
    assert course_of(timeline).done == ()
