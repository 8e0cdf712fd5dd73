"""Until when a regulator's reports are due: hours, a month, what was sent; and what nothing tells."""

from __future__ import annotations

from typing import Any

import pytest

from tests.timeline.strategies import make
from timeline.checks.duties import KNOWN, reports
from timeline.instant import HOUR, format_instant, parse_instant
from timeline.model import Incident, Timeline, Window

AWARE = "2026-01-31T10:00:00Z"


def of(*facts: Any, detected: int | None = None, **labels: str) -> list[tuple[str, str | None, str]]:
    named = {name.replace("_", " "): text for name, text in labels.items()}
    incident = Incident(id="INC-1", labels=named, detected=detected)
    timeline = Timeline(
        incident=incident, window=Window(start=0, end=1), facts=facts, gaps=(), measures=(), panels=()
    )
    return [
        (one.name, None if one.due is None else format_instant(one.due), one.told_by or one.problem)
        for one in reports(timeline)
    ]


def test_nis2_counts_from_awareness_and_a_month_from_the_notification() -> None:
    assert of(duties="NIS2", aware=AWARE) == [
        ("early warning", "2026-02-01T10:00:00Z", "aware 2026-01-31 10:00:00 UTC"),
        ("notification", "2026-02-03T10:00:00Z", "aware 2026-01-31 10:00:00 UTC"),
        ("final report", "2026-03-03T10:00:00Z", "notification at the latest 2026-02-03 10:00:00 UTC"),
    ]
    assert of(duties="nis2", aware=AWARE, nis2_notification="2026-01-31T12:00:00Z")[2] == (
        "final report", "2026-02-28T12:00:00Z", "notification sent 2026-01-31 12:00:00 UTC",
    )  # fmt: skip


@pytest.mark.parametrize(
    ("classified", "due"),
    [("2026-01-31T12:00:00Z", "2026-01-31T16:00:00Z"), ("2026-02-01T09:00:00Z", "2026-02-01T10:00:00Z"), (None, "2026-02-01T10:00:00Z")],
)  # fmt: skip
def test_dora_is_due_four_hours_after_classification_and_a_day_after_awareness_at_most(
    classified: str | None, due: str
) -> None:
    labels: dict[str, Any] = {"classified": classified} if classified else {}
    first, second, third = of(duties="dora", aware=AWARE, **labels)
    assert first[1] == due
    assert second[1] == format_instant(parse_instant(due) + 72 * HOUR)
    assert third[1] == format_instant(parse_instant(due) + 72 * HOUR).replace("-02-", "-03-")


def test_a_vulnerability_s_final_report_waits_for_its_remedy() -> None:
    assert of(duties="cra-vulnerability", aware=AWARE)[2] == (
        "final report", None, "it runs from the day a remedy is there: label 'remedy'",
    )  # fmt: skip
    assert (
        of(duties="cra-vulnerability", aware=AWARE, remedy="2026-02-10T00:00:00Z")[2][1]
        == "2026-02-24T00:00:00Z"
    )
    assert [one[0] for one in of(duties="cra, nis2", aware=AWARE)] == [
        "early warning",
        "notification",
        "final report",
    ] * 2


def test_without_a_label_the_facts_tell_and_else_nothing() -> None:
    seen = make(1, kind="alert.acknowledged", earliest=5 * HOUR, latest=6 * HOUR)
    assert of(make(2), seen, duties="nis2")[0][1:] == (
        "1970-01-02T05:00:00Z",
        f"aware by fact {seen.id}, 1970-01-01 05:00:00 UTC",
    )
    assert of(seen, detected=HOUR, duties="nis2")[0][1] == "1970-01-02T01:00:00Z"
    assert {one[1] for one in of(make(2), duties="nis2")} == {None}
    assert of(seen) == []


def test_what_is_no_time_and_no_duty_is_said() -> None:
    assert of(duties="nis2", aware="yesterday")[0][1:] == (
        None, "label 'aware' is no time with a zone, such as 2026-11-12T14:13:00Z",
    )  # fmt: skip
    assert of(duties="nis3")[0] == (
        "duty",
        None,
        f"no such duty is known; it is {', '.join(KNOWN[:-1])} or {KNOWN[-1]}",
    )


def test_a_line_says_what_is_left_overdue_or_sent() -> None:
    incident = Incident(
        id="INC-1", labels={"duties": "nis2", "aware": AWARE, "NIS2 early warning": "2026-02-01T11:00:00Z"}
    )
    timeline = Timeline(
        incident=incident, window=Window(start=0, end=1), facts=(), gaps=(), measures=(), panels=()
    )
    now = parse_instant("2026-02-03T12:00:00Z")
    assert [one.text(now) for one in reports(timeline)] == [
        "nis2 early warning (NIS2 Art. 23(4)(a)): sent 2026-02-01 11:00:00 UTC, late",
        "nis2 notification (NIS2 Art. 23(4)(b)): due 2026-02-03 10:00:00 UTC, 2h overdue (aware 2026-01-31 10:00:00 UTC)",
        "nis2 final report (NIS2 Art. 23(4)(d)): due 2026-03-03 10:00:00 UTC, 27d22h left (notification at the latest 2026-02-03 10:00:00 UTC)",
    ]
