"""Timelines as people keep them, and all that can be read in two ways in them."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
from pydantic import ValidationError

from collectors.hand_timeline.collector import HandTimelineCollector, HandTimelineOptions
from collectors.testing import Run, check
from tests.collectors.conftest import Put
from tests.collectors.fault_matrix import keep_cells
from tests.collectors.file_faults import FILE, outcomes
from tests.collectors.probing import probe
from tests.golden_files import Golden
from timeline.instant import format_instant, parse_instant
from timeline.model import Window

WINDOW = Window(start=parse_instant("2026-11-21T12:00:00Z"), end=parse_instant("2026-11-22T12:00:00Z"))
DAY: dict[str, Any] = {"day": "2026-11-21", "zone": "UTC"}
LIST = """# Checkout outage, 21 November 2026

Some words before it.

## Timeline (all times UTC)

- 14:05 - Ada rolls back
  the deploy of 13:58
- **14:07 UTC:** errors fall
* [14:10-14:20] queue drains
1. ~14:30 all clear
- [x] 14:31:12 status page says so

Lessons were learnt at 15:00 that day.
"""


def read(path: str, window: Window = WINDOW, **options: Any) -> Run:
    return check(HandTimelineCollector, {"path": path, **options}, window)


def times(found: Run) -> list[tuple[str, str]]:
    """Return each entry's first and last minute, and its words."""
    return [(f"{format_instant(f.earliest or 0)[8:16]}/{format_instant(f.latest)[11:16]}", f.quote.text if f.quote else "") for f in found.facts]  # fmt: skip


def why(found: Run) -> str:
    return next((gap.statement for gap in found.gaps if gap.reason == "undecodable"), "")


def test_a_list_below_a_heading_with_its_day_and_zone(put: Put) -> None:
    found = read(put("a.md", LIST))
    assert times(found) == [
        ("21T14:05/14:05", "Ada rolls back\nthe deploy of 13:58"),
        ("21T14:07/14:07", "errors fall"),
        ("21T14:10/14:20", "queue drains"),
        ("21T14:25/14:35", "all clear"),
        ("21T14:31/14:31", "status page says so"),
    ]
    assert {(f.kind, f.category, f.time_means, f.surfaced) for f in found.facts} == {
        ("custom", "action", "as noted by hand", None)
    }
    assert {f.statement for f in found.facts} == {"`timeline entry` was recorded by `test`"}
    counted, names = found.gaps
    assert counted.statement.endswith("a time stands within its words; line 14")
    assert names.missing == "names of people"


def test_a_fact_points_to_its_line(put: Put) -> None:
    found = read(put("a.md", LIST))
    (entry,) = found.facts[1].evidence
    line = int((entry.pointer or "")[5:])
    assert found.store.get(entry.payload or "").split(b"\n")[line - 1] == b"- **14:07 UTC:** errors fall"


@pytest.mark.parametrize(
    ("text", "at", "words"),
    [
        ("14:05 did X", "21T14:05/14:05", "did X"), ("14:05: did X", "21T14:05/14:05", "did X"),
        ("2:05 PM did X", "21T14:05/14:05", "did X"), ("- 2:05pm - 2:20pm: did X", "21T14:05/14:20", "did X"),
        ("2:05-2:20 PM did X", "21T14:05/14:20", "did X"), ("11:50-12:10 PM did X", "", ""),
        ("9pm did X", "21T21:00/21:59", "did X"), ("At 14:05 UTC, did X", "21T14:05/14:05", "did X"),
        ("15:05 CET did X", "21T14:05/14:05", "did X"), ("15:05 (+01:00) did X", "21T14:05/14:05", "did X"),
        ("23:50 to 00:10 did X", "21T23:50/00:10", "did X"), ("`14:05` did X", "21T14:05/14:05", "did X"),
        ("2026-11-21T09:05-05:00 did X", "21T14:05/14:05", "did X"), ("1:55 PM-2:05 did X", "21T13:55/14:05", "did X"),
        ("2026-11-22 09:05 UTC - did X", "22T09:05/09:05", "did X"), ("2026-11-22T09:05:01Z did X", "22T09:05/09:05", "did X"),
        ("Nov 22 09:05 did X", "22T09:05/09:05", "did X"), ("22 Nov 2026, 09:05 did X", "22T09:05/09:05", "did X"),
        ("Nov 22 2026 ~09:05 UTC did X", "22T09:00/09:10", "did X"), ("22.11.2026 09:05 did X", "22T09:05/09:05", "did X"),
        ("22. November, 09:05 did X", "22T09:05/09:05", "did X"), ("2026-11-22 ca. 09:05 did X", "22T09:00/09:10", "did X"),
        ("about 14:05 did X", "21T14:00/14:10", "did X"), ("### 14:05\n\ndid X\n\nand Y", "21T14:05/14:05", "did X\nand Y"),
        ("14:05 DB was restarted", "21T14:05/14:05", "DB was restarted"), ("14:05 5% of calls fail", "21T14:05/14:05", "5% of calls fail"),
        ("* 14:05 — did X", "21T14:05/14:05", "did X"), ("| 14:05 | did X | at db-1 |", "21T14:05/14:05", "did X | at db-1"),
        ("| 2026-11-22 | 09:05 | did X |", "22T09:05/09:05", "did X"), ("| 2026-11-22 09:05 | did \\| X |", "22T09:05/09:05", "did | X"),
    ],
)  # fmt: skip
def test_forms_of_entries(put: Put, text: str, at: str, words: str) -> None:
    found = read(put("a.txt", text + "\n"), **DAY)
    assert times(found) == ([(at, words)] if at else [])
    assert bool(why(found)) is not bool(at)


def test_days_and_zones_stand_above_their_entries(put: Put) -> None:
    text = (
        "Last Modified: 2026-12-24\n\nAll times in CET.\n\n**Saturday, November 21st, 2026**\n- 15:05 one\n\n2026-11-22\n- 10:00 two\n"
        "\n### Nov 22, 2026 (UTC)\n10:30 three\n"
    )
    assert times(read(put("a.md", text))) == [
        ("21T14:05/14:05", "one"), ("22T09:00/09:00", "two"), ("22T10:30/10:30", "three"),
    ]  # fmt: skip


def test_midnight_passes_where_the_clock_goes_back_by_half_a_day_and_not_by_less(put: Put) -> None:
    found = read(put("a.txt", "22:00 one\n21:02 late\n23:50 two\n00:10 three\n00:20 four\n"), **DAY)
    assert [at for at, _ in times(found)] == [
        "21T22:00/22:00", "21T21:02/21:02", "21T23:50/23:50", "22T00:10/00:10", "22T00:20/00:20",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("text", "options", "words"),
    [
        ("14:05 did X", {"zone": "UTC"}, "no day is told (set `day`)"),
        ("2026-11-21 14:05 did X", {}, "configure `zone`"),
        ("2026-11-21 14:05 PST did X", {}, "the abbreviation PST is ambiguous"),
        ("25:10 did X", DAY, "names no time that exists"),
        ("2:05 PM one\n2:10 two", DAY, "it may be before noon or after it"),
        ("03/04/2026 14:05 did X", DAY, "day and month are ambiguous"),
        ("Nov 22 09:05 did X", {"zone": "UTC"}, "its day has no year"),
        ("## Outage at 14:05\n\nIt was bad.", DAY, "a time stands within its words"),
        ("> ann [1:26 PM]\n> is it down?", DAY, "a time stands within its words"),
        ("| when | what |\n|---|---|\n| soon | at 14:05 did X |", DAY, "a time stands within its words"),
    ],
)  # fmt: skip
def test_what_can_be_read_in_two_ways_is_counted(
    put: Put, text: str, options: dict[str, Any], words: str
) -> None:
    found = read(put("a.txt", text + "\n"), **options)
    assert words in why(found)
    assert "1 line of" in why(found)


def test_a_zone_that_is_configured_gives_an_abbreviation_its_meaning(put: Put) -> None:
    found = read(
        put("a.md", "All times in PST\n\n- 6:05 AM one\n"), day="2026-11-21", zone="America/Los_Angeles"
    )
    assert times(found) == [("21T14:05/14:05", "one")]


def test_code_is_no_entry_and_prose_without_times_none_either(put: Put) -> None:
    text = "- 14:05 the log said\n```\n14:06 ERROR x\n```\n\n```\n14:07 ERROR y\n```\nDone.\n"
    found = read(put("a.md", text), **DAY)
    assert times(found) == [("21T14:05/14:05", "the log said\n```\n14:06 ERROR x\n```")]
    assert why(found) == ""


def test_people_are_those_of_a_column_a_login_or_the_option(put: Put) -> None:
    table = "| Time (UTC) | Who | What |\n|:--|---|---|\n| 14:05 | Ada Lovelace | rolls back |\n| 14:06 | Ada & Ben | look |\n"
    found = read(put("a.md", f"## 2026-11-21\n\n{table}\n14:07 @cyd agrees with @here\n"), people=["Dee"])
    assert [f.actor for f in found.facts] == ["test:Ada Lovelace", None, None]
    assert [f.quote.text for f in found.facts if f.quote] == [
        "rolls back",
        "look",
        "\ue000test:cyd\ue001 agrees with @here",
    ]
    assert [p.names for p in found.people] == [("Ada",), ("Ada Lovelace",), ("Ben",), ("Dee",), ("cyd",)]
    assert found.gaps == []


def test_equal_entries_are_two_and_torn_bytes_no_end(put: Put) -> None:
    found = read(put("a.txt", b"14:05 again\n14:05 again\n14:06 torn \xff\n"), **DAY)
    assert len({f.id for f in found.facts}) == 3
    assert times(found)[-1] == ("21T14:06/14:06", "torn \ufffd")


def _file(folder: Path) -> tuple[Path, Mapping[str, Any]]:
    (folder / "a.md").write_text(LIST)
    return folder / "a.md", {"path": str(folder / "a.md")}


def test_faults_of_files_are_named(tmp_path: Path, golden: Golden) -> None:
    tmp_path.chmod(0o755)
    # Bytes without any time, and half of a text, are a text as good as another.
    damages = {
        name: damage for name, damage in FILE.items() if name not in {"cut off", "bytes of something else"}
    }
    keep_cells(golden, "hand_timeline", outcomes(HandTimelineCollector, _file, WINDOW, tmp_path, damages))


def test_the_doctor_says_what_is_read_and_what_is_not(put: Put) -> None:
    found = probe(HandTimelineCollector, {"path": put("a.md", LIST)})
    assert [(one.name, one.ok) for one in found.values()] == [
        ("reachable", True),
        ("entries", False),
        ("retention", True),
    ]
    assert found["entries"].detail.startswith(
        "5 entries are read, 1 lines with a time are not; a time stands"
    )
    assert not probe(HandTimelineCollector, {"path": "no-such-file"})["reachable"].ok


@pytest.mark.parametrize("options", [{"zone": "CDT"}, {"day": "monday"}, {"about": "a bit"}])
def test_options_that_mean_nothing_are_refused(options: dict[str, str]) -> None:
    with pytest.raises(ValidationError):
        HandTimelineOptions.model_validate({"path": "a.md", **options})
