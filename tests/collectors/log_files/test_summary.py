"""Log files in sum: first seen and rates of each signature, and where files do not tell."""

from __future__ import annotations

import gzip
import json
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import pytest

from collectors.log_files import counting
from collectors.log_files.collector import LogFilesCollector
from collectors.testing import check, run
from tests.collectors import log_cases
from tests.collectors.conftest import Put
from tests.collectors.log_cases import NOW, START, WINDOW, Said, at, of
from timeline.instant import HOUR, NS, format_instant
from timeline.model import Window


def stamped(lines: Iterable[Said]) -> str:
    """Return lines as `kubectl logs --timestamps` prints them, of a program that writes JSON."""
    return "".join(
        f"{_nanoseconds(line.at)} {json.dumps({**line.labels, 'msg': line.text})}\n" for line in lines
    )


def _nanoseconds(instant: int) -> str:
    return f"{format_instant(instant // NS * NS)[:-1]}.{instant % NS:09d}Z"


def records(lines: Iterable[Said]) -> str:
    """Return lines as a collector of OpenTelemetry writes them, a hundred in a batch."""
    every = list(lines)
    batches = [every[start : start + 100] for start in range(0, len(every), 100)]
    return "".join(
        json.dumps({"resourceLogs": [_resource(line) for line in batch]}) + "\n" for batch in batches
    )


def _resource(line: Said) -> dict[str, Any]:
    service = [{"key": "service.name", "value": {"stringValue": line.labels["service"]}}]
    record = {
        "timeUnixNano": str(line.at), "body": {"stringValue": line.text}, "severityText": line.labels.get("level", ""),
    }  # fmt: skip
    return {"resource": {"attributes": service}, "scopeLogs": [{"logRecords": [record]}]}


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory) -> str:
    path = tmp_path_factory.mktemp("shop") / "shop.log.gz"
    path.write_bytes(gzip.compress(stamped(log_cases.incident()).encode(), 1))
    return str(path)


def test_first_seen_and_rate_changes_of_each_signature(put: Put) -> None:
    path = put("shop.jsonl", records(log_cases.incident()))
    log_cases.check_incident(LogFilesCollector, {"path": path}, path)


def test_a_longer_window_changes_no_fact(shop: str) -> None:
    log_cases.check_growing_and_late(LogFilesCollector, {"path": shop})


def test_a_baseline_says_what_was_there_on_the_day_before(put: Put) -> None:
    path = put("base.log", stamped(log_cases.with_a_day_before()))
    one = run(LogFilesCollector, {"path": path, "baseline_days": 1}, WINDOW, now=NOW)
    assert [f.statement.split("`, ")[1] for f in of(one, "log.first_seen")] == [
        "first in the window, and in the same hours of the day before",
        "first in the window, and not in the same hours of the day before",
    ]


def test_what_is_kept_grows_with_what_happened(shop: str) -> None:
    window = Window(start=at(60), end=at(70))
    summary = run(LogFilesCollector, {"path": shop}, window, now=NOW)
    lines = run(LogFilesCollector, {"path": shop, "mode": "documents"}, window, now=NOW)
    kept = [sum(map(len, one.store.payloads.values())) for one in (summary, lines)]
    assert kept[0] * 50 < kept[1]
    assert len(lines.facts) == 600 + 255


def steady(first: int, last: int, level: str = "ERROR") -> list[Said]:
    """Return lines every two seconds from one minute to another."""
    return [
        Said(at(minute + second / 60), {"level": level}, "no")
        for minute in range(first, last)
        for second in range(60)
    ]


def test_a_file_that_begins_or_ends_is_no_change_of_a_rate(put: Put) -> None:
    path = put("shop.log", stamped(steady(30, 60)))
    made = check(LogFilesCollector, {"path": path}, WINDOW, now=NOW)
    assert of(made, "log.rate_changed") == []
    assert [(g.reason, g.missing, g.start, g.end) for g in made.gaps] == [
        ("partial", "rates", START, at(40)), ("partial", "rates", at(50), WINDOW.end),
    ]  # fmt: skip


def test_files_of_one_rotation_are_one_and_others_are_not(put: Put, tmp_path: Path) -> None:
    put("shop.log", stamped([*steady(60, 61), *steady(60, 120, "INFO")]))
    put("shop.log.1", stamped(steady(0, 60)))
    path = str(tmp_path / "shop.log*")
    rise, fall = of(check(LogFilesCollector, {"path": path}, WINDOW, now=NOW), "log.rate_changed")
    assert [one.names["signature"] for one in (rise, fall)] == ["level=INFO", "level=ERROR"]
    assert (fall.earliest, fall.latest) == (at(60), at(62) - 1)
    put("shop.log.1", "")
    put("cart.log", stamped(steady(0, 60)))
    both = check(LogFilesCollector, {"path": str(tmp_path / "*.log")}, WINDOW, now=NOW)
    assert of(both, "log.rate_changed") == [], "of a signature in two files only what both know is judged"


def test_an_hour_that_comes_twice_counts_in_no_step_and_is_wide(put: Put) -> None:
    path = put("shop.log", "2026-10-25 02:30:00 ERROR no\n2026-10-25 03:30:00 ERROR no\n")
    window = Window(start=START - 28 * 24 * HOUR, end=START)
    made = check(LogFilesCollector, {"path": path, "zone": "Europe/Berlin"}, window, now=NOW)
    (first,) = of(made, "log.first_seen")
    assert first.latest - (first.earliest or 0) == HOUR + NS - 1
    assert "1 lines in rates" in {g.missing for g in made.gaps}


def test_packed_data_that_break_off_are_judged_up_to_there(put: Put) -> None:
    packed = gzip.compress(stamped(log_cases.incident()).encode())
    path = put("shop.log.gz", packed[: len(packed) * 2 // 3])
    made = check(LogFilesCollector, {"path": path}, WINDOW, now=NOW)
    (torn,) = [g for g in made.gaps if g.reason == "truncated"]
    assert torn.end == WINDOW.end
    assert all(f.latest <= torn.start for f in made.facts)
    assert {f.statement.split("`")[1] for f in of(made, "log.first_seen")} >= {"level=INFO service=checkout"}


def test_more_than_can_be_held_is_a_failure_that_says_what_to_do(
    put: Put, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = put("shop.log", stamped(Said(at(n / 10), {"level": f"L{n}"}, "x") for n in range(30)))
    monkeypatch.setattr(counting, "_SIGNATURES", 20)
    made = run(LogFilesCollector, {"path": path}, WINDOW, now=NOW)
    assert made.failure
    assert "use fewer fields in `signature`" in str(made.failure)
    monkeypatch.setattr(counting, "_SIGNATURES", 40)
    monkeypatch.setattr(counting, "_CELLS", 20)
    made = run(LogFilesCollector, {"path": path}, WINDOW, now=NOW)
    assert "set a longer `step`" in str(made.failure)


def test_lines_over_the_limit_are_not_read_and_said(put: Put) -> None:
    path = put("shop.log", stamped(steady(0, 2)))
    made = run(LogFilesCollector, {"path": path, "mode": "documents", "limit": 100}, WINDOW, now=NOW)
    assert made.facts == []
    assert made.gaps[0].statement.endswith("none was read: narrow `match`")
    few = run(LogFilesCollector, {"path": path, "mode": "documents", "match": "never"}, WINDOW, now=NOW)
    assert (few.facts, few.gaps) == ([], [])
