"""Documents as cases: all that they say is a claim of theirs, found by section, with the times that could be made out."""

from __future__ import annotations

from timeline.cases.case import Case, Facet
from timeline.cases.documents import TAG, case_of_document, counts
from timeline.cases.plain_text import as_markdown
from timeline.checks.draft import Block, DraftSpan, blocks
from timeline.instant import Bounds

REPORT = """\
# Pool of `orders` ran dry

**Severity**: 2

## Timeline

- 14:02 The alert fired
- 14:09 Somebody restarted it

## Contributing factors

| category | factor |
| --- | --- |
| technical | No limit of waiting |
| process | |

## Lessons learned

Look at the pool first.

## Action items

- Give the pool a time-out
- *Who will do what?*
"""


def written(text: str) -> list[Block]:
    return blocks([DraftSpan("prose", "", text)])


def sections(case: Case) -> dict[str, list[str]]:
    there: dict[str, list[str]] = {}
    for one in case.passages:
        there.setdefault(one.section, []).append(one.text)
    return there


def test_what_a_document_says_stands_by_its_section() -> None:
    draft = written(REPORT)
    case = case_of_document("2020-01-31-pool", draft, {7: Bounds(10, 20), 8: None}, 5)
    assert (case.id, case.title, case.severity) == ("2020-01-31-pool", "Pool of orders ran dry", "SEV2")
    assert (case.start, case.end) == (10, 20)
    assert set(case.facets) == {Facet("factor", "technical"), Facet("severity", "SEV2"), Facet("tag", TAG)}
    there = sections(case)
    assert there["claim"] == ["14:02 The alert fired", "14:09 Somebody restarted it"]
    assert [(one.at, one.reference) for one in case.passages if one.section == "claim"] == [
        (10, "L7"),
        (None, "L8"),
    ]
    assert there["factor"] == ["technical | No limit of waiting"]
    assert there["lesson"] == ["Look at the pool first."]
    assert there["action"] == ["Give the pool a time-out"]
    assert counts(case, draft) == (5, 1, 1, 1, 2, 1)
    assert not {"alert", "change", "log", "chat", "other"} & there.keys()  # none of it is a fact


def test_without_a_time_the_day_is_what_is_known_and_without_a_title_the_name() -> None:
    case = case_of_document("old", written("## Summary\n\nIt broke.\n"), {}, 5)
    assert (case.title, case.start, case.end) == ("old", 5, None)
    assert case_of_document("old", [], {}, None).start is None


PLAIN = """\
Incident documentation/20150401-LabsNFS
Contents [hide]
1 Timeline
Summary
The server stalled.
Timeline
02:15 Users report that
it is slow
03:06 Somebody restarts it
Actionables
Status: Done - Order a spare enclosure
for the shelves
* Page somebody when it stalls
References
# not a heading
"""


def test_plain_text_keeps_its_lines_and_has_sections_and_items() -> None:
    made = as_markdown(PLAIN)
    assert len(made.splitlines()) == len(PLAIN.splitlines())
    draft = written(made)
    headings = [block.text for block in draft if block.form == "heading"]
    assert headings == [
        "Incident documentation/20150401-LabsNFS",
        "Timeline",
        "Summary",
        "Timeline",
        "Actionables",
        "References",
    ]
    there = sections(case_of_document("x", draft, {7: None, 9: None}, None))
    assert there["action"] == [
        "Status: Done - Order a spare enclosure for the shelves",
        "Page somebody when it stalls",
    ]
    assert there["claim"][-1] == "03:06 Somebody restarts it"
    assert "# not a heading" in there["draft"][-1]


def test_what_it_says_of_lessons_and_runbooks_is_recalled_and_its_factors_are_compared() -> None:
    text = REPORT.replace(
        "Look at the pool first.", "Look at the [runbook](https://wiki.example/pool) first."
    )
    details = case_of_document("OLD-1", written(text), {}, None).details
    assert [(one.what, one.text, one.at) for one in details.course.done] == [
        ("lesson", "Look at the runbook first.", None)
    ]
    assert details.course.runbooks == ("https://wiki.example/pool",)
    assert [factor for factor in details.features.factors if "No limit of waiting" in factor]
    assert (details.features.alerts, details.course.measures) == ((), ())
