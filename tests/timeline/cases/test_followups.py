"""Actions of drafts and of notes: one where both have it, with what verified it, and every word where people put it."""

from __future__ import annotations

from datetime import date

import pytest

from tests.example import example
from timeline.cases.case import case_of
from timeline.cases.details import decoded, encoded
from timeline.cases.followups import Followup, Verified, action_id, followups
from timeline.checks.draft import DraftSpan, blocks
from timeline.instant import DAY
from timeline.notes import journal
from timeline.notes.bodies import Action, Body, FactCitation, Verification

FACT = example().facts[0].id
TABLE = """\
## Action items

| action | kind | risk | owner | due | definition of done | verified by | ticket | status |
| --- | --- | --- | --- | --- | --- | --- | --- | --- |
| Give `pool` of `checkout` a time-out | Prevents | High x medium | payments | 2026-12-01 | no wait over `2 s` | load test | [SHOP-12](https://j.example/SHOP-12) | |
| Alert on the pool | detect | | platform | by Friday | TBD | game day | see Slack | done 2026-11-25 |
| *What will change?* | *Prevents, reduces or detects?* | | *Who?* | *When?* | *What must be true?* | *How will we know?* | | |
"""
ITEMS = """\
## Action items

- Give `pool` a time-out. Owner: payments. Due: 2026-12-01. Done when: no wait over `2 s`.
"""


def of(text: str, *notes: journal.Note) -> tuple[Followup, ...]:
    return followups("INC-42", blocks([DraftSpan("prose", "", text)]), notes, 5)


def note(identity: str, body: Body, at: int = 0, by: str = "engineer-1") -> journal.Note:
    name = f"n-{identity * 16}"
    return journal.fold([journal.version(name, body, (), by, at)])[0]


def action(text: str = "Give pool of checkout a time-out", **more: object) -> Action:
    cites = (FactCitation(fact=FACT),)
    return Action.model_validate({"kind": "action", "text": text, "cites": cites, "effect": "reduce", **more})


def verification(of_: str, outcome: str = "passed") -> Verification:
    return Verification.model_validate(
        {"kind": "verification", "text": "no error", "ran": "make load", "action": of_, "outcome": outcome}
    )


def test_a_table_s_rows_with_all_that_they_tell() -> None:
    first, second = of(TABLE)
    assert first == Followup(
        action_id("INC-42", "give pool of checkout a  time-out"), "Give `pool` of `checkout` a time-out", line=5, owner="payments",
        due="2026-12-01", criterion="no wait over `2 s`", verification="load test", effect="prevent", likelihood="high", severity="medium",
        ticket="https://j.example/SHOP-12", changed=5,
    )  # fmt: skip
    assert (second.due, second.criterion, second.ticket) == ("by Friday", "", "")
    assert (second.ended, second.done, second.effect) == (True, "2026-11-25", "detect")


def test_an_item_of_a_list() -> None:
    (one,) = of(ITEMS)
    assert (one.title, one.owner, one.due, one.criterion) == (
        "Give `pool` a time-out", "payments", "2026-12-01", "no wait over `2 s`",
    )  # fmt: skip


def test_a_draft_has_the_word_and_its_note_fills_what_it_leaves_open() -> None:
    told = action(owner="else", ticket="SHOP-1", likelihood="low", severity="high", due=date(2027, 1, 1))
    first, _, third = of(TABLE, note("1", told, at=9), note("2", action("Another")))
    assert (first.id, first.note, first.line) == ("n-" + "1" * 16, "n-" + "1" * 16, 5)
    assert (first.owner, first.due, first.effect, first.changed) == ("payments", "2026-12-01", "prevent", 9)
    assert third.title == "Another"
    (alone,) = of("", note("1", told))
    assert (alone.owner, alone.likelihood, alone.severity, alone.ticket) == ("else", "low", "high", "SHOP-1")


def test_what_verified_it_stays_with_it_when_it_becomes_a_note() -> None:
    name = action_id("INC-42", "Give pool of checkout a time-out")
    runs = (note("3", verification(name), 7), note("4", verification(name, "failed"), 8, "reviewer"))
    expected = (
        Verified("make load", "no error", "engineer-1", 7),
        Verified("make load", "no error", "reviewer", 8, passed=False),
    )
    assert of(TABLE, *runs)[0].verified == expected
    (alone,) = of("", note("1", action(), 1), *runs)
    assert (alone.verified, alone.changed) == (expected, 8)
    elsewhere = followups("INC-43", blocks([DraftSpan("prose", "", TABLE)]), runs)
    assert [one.verified for one in elsewhere] == [(), ()]


@pytest.mark.parametrize("due", ["2026-13-41", "2026-02-30"])
def test_a_day_that_is_none_is_shown_and_not_counted(due: str) -> None:
    assert of(TABLE.replace("2026-12-01", due))[0].due == due


def test_an_archive_keeps_them() -> None:
    details = case_of(example(), blocks([DraftSpan("prose", "", TABLE)]), (), DAY).details
    assert [one.title for one in details.actions][1:] == ["Alert on the pool"]
    assert decoded(encoded(details)) == details
