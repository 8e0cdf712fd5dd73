"""A case has what was recorded, what people concluded, and by what it is chosen; questions nobody answered are not in it."""

from __future__ import annotations

import msgspec

from service.archive.reading import read
from tests.example import example, example_folder
from timeline.cases.case import MOST, SECTIONS, Case, Facet, case_of
from timeline.checks.draft import DraftSpan, blocks
from timeline.notes import journal
from timeline.notes.bodies import FactCitation, Factor

FACT = example().facts[0].id


def sections(case: Case) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for one in case.passages:
        found.setdefault(one.section, []).append(one.text)
    return found


def test_a_built_incident_as_it_comes_from_a_build() -> None:
    case = read(example_folder())
    assert (case.id, case.title, case.severity) == ("INC-42", "Checkout errors and slow payments", "SEV1")
    there = sections(case)
    assert there["title"] == ["INC-42 Checkout errors and slow payments"]
    assert any("Rolling back to the release" in text for text in there["chat"])
    assert any("timed out waiting for a connection" in text for text in there["log"])
    assert not {"factor", "lesson", "action"} & there.keys()  # its questions wait for answers
    assert Facet("service", "checkout") in case.facets
    assert Facet("kind", "deploy.rolled_back") in case.facets
    assert Facet("alert", "CheckoutLatencyHigh") in case.facets
    assert not [one for one in case.facets if one.name == "factor"]
    features = case.details.features
    assert features.alerts[:2] == ("CheckoutLatencyHigh", "DatabasePoolSaturated")  # as they fired first
    assert features.signatures[0].endswith("request failed with status 500")
    assert features.changed == ("shop/checkout",)


DRAFT = """\
# INC-42

## Executive summary

Checkouts failed for half an hour.

## Contributing factors

| category | factor | evidence |
| --- | --- | --- |
| technical | The pool of connections had no limit of waiting | f-1 |
| process | *Which way of working?* | *Which facts?* |

## Action items

| action | owner | due |
| --- | --- | --- |
| Give the pool a time-out | payments | 2026-12-01 |

## Lessons

Look at the pool first.
"""


def test_what_people_wrote_stands_by_what_it_is() -> None:
    incident = msgspec.structs.replace(
        example().incident, labels={"team": "payments, checkout", "failure_mode": "exhaustion"}
    )
    timeline = msgspec.structs.replace(example(), incident=incident)
    factor = Factor(
        kind="factor", text="Nobody knew the limit", cites=(FactCitation(fact=FACT),), category="human", awareness="surprise"
    )  # fmt: skip
    note = journal.fold([journal.version("n-0123456789abcdef", factor, (), "ada", 0)])
    case = case_of(timeline, blocks([DraftSpan("prose", "", DRAFT)]), note)
    there = sections(case)
    assert there["factor"] == [
        "technical · The pool of connections had no limit of waiting · f-1", "Nobody knew the limit"
    ]  # fmt: skip
    assert there["action"] == ["Give the pool a time-out"]
    assert there["lesson"] == ["Look at the pool first."]
    assert there["draft"] == ["Checkouts failed for half an hour."]
    told = {(one.name, one.value) for one in case.facets if one.name in {"factor", "team", "failure_mode"}}
    assert told == {
        ("factor", "technical"), ("factor", "human"), ("team", "payments"), ("team", "checkout"),
        ("failure_mode", "exhaustion"),
    }  # fmt: skip
    assert [one.reference for one in case.passages if one.section == "action"] == ["L18"]


def test_code_and_names_of_pictures_are_words_too() -> None:
    draft = (
        "# INC-42\n\n## Lessons\n\nRaise `max_connections` before ``pool`size`` ![the graph](g.png) says so.\n\n"
        "## Action items\n\n- Run `kubectl rollout undo` by a button\n"
    )
    there = sections(case_of(example(), blocks([DraftSpan("prose", "", draft)])))
    assert there["lesson"] == ["Raise max_connections before pool`size the graph says so."]
    assert there["action"] == ["Run kubectl rollout undo by a button"]


def test_many_facts_that_say_the_same_are_one_passage_and_no_case_is_without_bound() -> None:
    timeline = example()
    firing = next(one for one in timeline.facts if one.kind == "alert.firing")
    again = tuple(msgspec.structs.replace(firing, id=f"f-{n:016x}") for n in range(50))
    case = case_of(msgspec.structs.replace(timeline, facts=again))
    assert len(case.passages) == 2
    other = tuple(
        msgspec.structs.replace(firing, id=f"f-{n:016x}", names={"alert": f"A{n}"}, statement=f"Alert A{n} fired")
        for n in range(MOST + 50)
    )  # fmt: skip
    case = case_of(msgspec.structs.replace(timeline, facts=other))
    assert len(case.passages) == MOST + 1
    assert [SECTIONS.index(p.section) for p in case.passages] == sorted(
        SECTIONS.index(p.section) for p in case.passages
    )
