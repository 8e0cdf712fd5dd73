"""The review after the review: when it is due, by whose word, and whether it was held."""

from __future__ import annotations

from datetime import date

import pytest

from service.check.draft import pieces, spans
from timeline.cases.reviews import Reviews, follow_up, reviews_of
from timeline.checks.draft import blocks

TODAY = date(2026, 12, 20)


def told(*rows: str, labels: dict[str, str] | None = None) -> Reviews:
    table = "\n".join(("## Follow-up", "", "| follow-up | answer |", "| --- | --- |", *rows))
    return reviews_of(blocks(spans(pieces(table + "\n"))), (), labels or {})


@pytest.mark.parametrize(
    ("rows", "text"),
    [
        (["| review held | 2026-11-14 |"], "due 2026-12-14, 6 days overdue (30 days after the review of 2026-11-14)"),
        (["| review held | 2026-11-21 |"], "due 2026-12-21, 1 day left (30 days after the review of 2026-11-21)"),
        (["| review held | 2026-11-14 |", "| follow-up review | 2026-12-20 |"], "due 2026-12-20, today (as written)"),
        (["| Follow-up  review | on 2027-01-02, room 3 |"], "due 2027-01-02, 13 days left (as written)"),
        (["| review held | 2026-11-14 |", "| follow-up review | 2026-12-10, held 2026-12-12 |"], "held 2026-12-12, due 2026-12-10 (as written)"),
        (["| review held | 2026-11-14 |", "| follow-up review | held on 2026-12-12 |"], "held 2026-12-12, due 2026-12-14 (30 days after the review of 2026-11-14)"),
        (["| review held | 2026-11-14, 2026-12-15 |"], "held 2026-12-15, due 2026-12-14 (30 days after the review of 2026-11-14)"),
        (["| review held | 2026-11-14, 2026-11-16 |"], "due 2026-12-14, 6 days overdue (30 days after the review of 2026-11-14)"),
    ],
)  # fmt: skip
def test_a_row_counts_before_the_days_after_the_review(rows: list[str], text: str) -> None:
    made = follow_up(told(*rows), 30, TODAY)
    assert made is not None
    assert made.text(TODAY) == f"follow-up review: {text}"
    assert made.is_due(TODAY) == ("overdue" in text or "today" in text)


@pytest.mark.parametrize(
    "rows",
    [
        [],
        ["| review held | *On which day?* |"],
        ["| review held | 2026-13-45 |"],
        ["| review held | 2027-01-01 |"],  # it is still to come
        ["| review held | 2026-11-14 |", "| follow-up review | none |"],
    ],
)
def test_without_a_review_or_by_people_s_word_there_is_none(rows: list[str]) -> None:
    assert follow_up(told(*rows), 30, TODAY) is None


def test_no_days_mean_none_and_a_label_of_the_incident_file_tells_one() -> None:
    review = "| review held | 2026-11-14 |"
    assert follow_up(told(review), 0, TODAY) is None
    label = {"Follow-up review": "2027-01-15"}
    made = follow_up(told(review, labels=label), 30, TODAY)
    assert made is not None
    assert made.due == date(2027, 1, 15)
    both = follow_up(told("| follow-up review | 2027-02-01 |", labels=label), 30, TODAY)
    assert both is not None
    assert both.due == date(2027, 2, 1)  # the draft is what people have before them
