"""The year of times that name none: over New Year, by the window, and never after the file was last written."""

from __future__ import annotations

import os
from pathlib import Path

from collectors.log_files.collector import LogFilesCollector
from collectors.testing import Run, check
from tests.collectors.conftest import Put
from timeline.instant import DAY, format_instant, parse_instant
from timeline.model import Window


def read(path: str, begin: str, written: str, days: int = 1, **options: object) -> Run:
    os.utime(path, ns=(0, parse_instant(written)))
    start = parse_instant(begin)
    given = {"path": path, "mode": "documents", "zone": "UTC", **options}
    return check(LogFilesCollector, given, Window(start=start, end=start + days * DAY), now=start + 900 * DAY)


def said(run: Run) -> list[tuple[str, str]]:
    facts = sorted(run.facts, key=lambda fact: fact.latest)
    return [(format_instant(fact.earliest or 0), fact.quote.text if fact.quote else "") for fact in facts]


def log(*days: str) -> str:
    return "".join(f"{day} 12:00:00 h shop: {number}\n" for number, day in enumerate(days))


def test_a_file_goes_over_new_year(put: Put) -> None:
    path = put("messages", log("Dec 30", "Dec 31", "Jan  1", "Dec 31", "Jan  2"))
    assert said(read(path, "2025-12-31T00:00:00Z", "2026-01-02T13:00:00Z", days=2)) == [
        ("2025-12-31T12:00:00Z", "1"), ("2025-12-31T12:00:00Z", "3"), ("2026-01-01T12:00:00Z", "2"),
    ]  # fmt: skip


def test_a_file_of_two_years_has_its_last_before_it_was_written(put: Put) -> None:
    path = put("messages", log("Nov 21", "Feb  1", "Nov 21"))
    assert said(read(path, "2026-11-21T00:00:00Z", "2026-11-22T00:00:00Z")) == [("2026-11-21T12:00:00Z", "2")]
    assert said(read(path, "2025-11-21T00:00:00Z", "2026-11-22T00:00:00Z")) == [("2025-11-21T12:00:00Z", "0")]


def test_two_years_that_fit_are_refused_unless_one_is_said(put: Put) -> None:
    path = put("messages", log("Nov 21", "Feb  1", "Nov 21"))
    made = read(path, "2026-11-21T00:00:00Z", "2028-01-01T00:00:00Z")
    assert "2025 and 2026 fit; set `year`" in str(made.failure)
    assert said(read(path, "2026-11-21T00:00:00Z", "2028-01-01T00:00:00Z", year=2026)) == [
        ("2026-11-21T12:00:00Z", "0")
    ]


def test_a_file_last_written_before_the_window_has_none_of_it_and_says_so(put: Put) -> None:
    path = put("messages", log("Nov 21", "Nov 22"))
    made = read(path, "2026-11-21T00:00:00Z", "2025-11-23T00:00:00Z")
    assert made.facts == []
    assert "it was last written on 2025-11-23" in made.gaps[0].statement
    assert said(read(path, "2026-11-21T00:00:00Z", "2025-11-23T00:00:00Z", year=2026)) == [
        ("2026-11-21T12:00:00Z", "0")
    ]


def test_a_leap_day_is_of_a_leap_year(put: Put) -> None:
    path = put("messages", log("Feb 28", "Feb 29", "Mar  1"))
    assert len(said(read(path, "2028-02-28T00:00:00Z", "2028-03-02T00:00:00Z", days=3))) == 3
    made = read(path, "2027-02-28T00:00:00Z", "2027-03-02T00:00:00Z", days=3)
    assert (len(made.facts), [g.missing for g in made.gaps]) == (2, ["1 line"])


def test_a_time_that_names_its_year_needs_none(put: Put, tmp_path: Path) -> None:
    path = put("messages", "Nov 21 2025 12:00:00 h shop: 0\n")
    assert said(read(path, "2025-11-21T00:00:00Z", "2020-01-01T00:00:00Z")) == [("2025-11-21T12:00:00Z", "0")]
    assert tmp_path
