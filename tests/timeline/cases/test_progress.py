"""States of actions, one by one; and the share that was done in time."""

from __future__ import annotations

from datetime import date

import pytest

from timeline.cases.followups import Followup, Verified
from timeline.cases.progress import Completion, Progress, Recurred, Ticket, completion, counts, progress
from timeline.instant import DAY

TODAY = date(1970, 3, 1)  # day 59
PASSED = Verified("make load", "no error", "reviewer", 40 * DAY)
FAILED = Verified("make load", "an error", "reviewer", 50 * DAY, passed=False)
OPEN, CLOSED = Ticket("t", True, None, 58 * DAY), Ticket("t", False, 45 * DAY, 45 * DAY)


def one(**told: object) -> Followup:
    return Followup(**{"id": "a-1", "title": "T", "changed": 58 * DAY, **told})  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("action", "ticket", "expected"),
    [
        (one(), None, Progress("open")),
        (one(due="1970-03-01"), None, Progress("open")),  # the day is not over
        (one(due="1970-02-28"), None, Progress("overdue", ("overdue",))),
        (one(due="soon"), None, Progress("open")),
        (one(due="1970-02-30", vague=True), None, Progress("overdue", ("overdue", "vague"))),
        (one(changed=29 * DAY), None, Progress("open")),
        (one(changed=28 * DAY), None, Progress("stalled", ("stalled",))),
        (one(changed=28 * DAY), OPEN, Progress("open")),
        (one(changed=None), None, Progress("open")),  # nothing tells
        (one(vague=True), None, Progress("vague", ("vague",))),
        (one(ended=True, done="1970-02-01", due="1970-01-31"), None, Progress("unverified", ("unverified",), "1970-02-01")),
        (one(changed=0), CLOSED, Progress("unverified", ("unverified",), "1970-02-15")),
        (one(ended=True, verified=(PASSED,)), None, Progress("done", (), "1970-02-10")),
        (one(verified=(PASSED,)), CLOSED, Progress("done", (), "1970-02-15")),
        (one(ended=True, done="1970-02-01", verified=(PASSED, FAILED)), None, Progress("unverified", ("unverified",), "1970-02-01")),
        (one(verified=(PASSED, FAILED)), None, Progress("open")),
    ],
)  # fmt: skip
def test_a_state(action: Followup, ticket: Ticket | None, expected: Progress) -> None:
    assert progress(action, TODAY, ticket) == expected


@pytest.mark.parametrize(
    ("action", "began", "state"),
    [
        (one(verified=(PASSED,)), 41 * DAY, "reopened"), (one(verified=(PASSED,)), 39 * DAY, "done"),
        (one(ended=True, done="1970-02-01"), 40 * DAY, "reopened"), (one(ended=True, done="1970-02-01"), 31 * DAY, "unverified"),
        (one(ended=True), 40 * DAY, "unverified"),  # nothing tells when
        (one(), 40 * DAY, "open"),
    ],
)  # fmt: skip
def test_what_was_done_is_reopened_where_its_incident_came_back_since(
    action: Followup, began: int, state: str
) -> None:
    made = progress(action, TODAY, recurred=(Recurred("INC-8", began),))
    assert (made.state, made.recurred) == (state, "INC-8" if state == "reopened" else "")


def test_the_first_incident_in_which_it_came_back_is_named() -> None:
    again = (Recurred("INC-9", 50 * DAY), Recurred("INC-8", 45 * DAY), Recurred("INC-7", 39 * DAY))
    assert progress(one(verified=(PASSED,)), TODAY, recurred=again).recurred == "INC-8"


def test_completion_counts_what_was_due_and_done_verified_by_its_date() -> None:
    ones = [
        one(due="1970-02-28"),
        one(due="1970-02-28", verified=(PASSED,)),  # done on 1970-02-10
        one(due="1970-02-01", verified=(PASSED,)),
        one(due="1970-04-01", verified=(PASSED,)),
        one(due="1970-04-01"),
        one(),
    ]
    there = [(each, progress(each, TODAY)) for each in ones]
    made = completion(there, TODAY)
    assert made == Completion(2, 4, 1)
    assert (made.percent, made.is_low, made.is_few) == (50, True, True)
    assert made.text() == (
        "2 of 4 actions that were due were done in time and verified (50 %); under 70 %; 4 are few, and the share says little"
    )
    assert list(counts(how for _, how in there).items()) == [("overdue", 1), ("open", 2), ("done", 3)]


def test_the_edge_of_the_share_and_none() -> None:
    assert not Completion(7, 10, 0).is_low
    assert not Completion(7, 10, 0).is_few
    assert Completion(699, 1000, 0).is_low
    assert Completion(0, 0, 3).text() == "no action was due yet"
