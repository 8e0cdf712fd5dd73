"""Files as they are found: globs, torn ends, other encodings, forms that are told by the first lines, and doctor."""

from __future__ import annotations

import gzip
from pathlib import Path
from typing import Any

import pytest

from collectors.log_files import entries
from collectors.log_files.collector import LogFilesCollector
from collectors.testing import Run, check, run
from tests.collectors.conftest import Put
from tests.collectors.probing import probe
from timeline.instant import HOUR, parse_instant
from timeline.model import Window

START = parse_instant("2026-11-21T12:00:00Z")
WINDOW = Window(start=START, end=START + HOUR)
LINE = "2026-11-21T12:00:0{}Z h shop[7]: {}\n"


def read(path: object, **options: Any) -> Run:
    given = {"path": str(path), "mode": "documents", **options}
    return check(LogFilesCollector, given, WINDOW, now=WINDOW.end + HOUR)


def words(made: Run) -> list[str]:
    return [fact.quote.text for fact in sorted(made.facts, key=lambda fact: fact.latest) if fact.quote]


def test_a_glob_reads_each_file_in_its_own_form(put: Put, tmp_path: Path) -> None:
    put("a.log", LINE.format(1, "one"))
    put("a.log.1.gz", gzip.compress(LINE.format(0, "zero").encode()))
    put("b.log", "2026-11-21T12:00:02.123456789Z two\n")
    (tmp_path / "c.log").mkdir()
    put("d.log", "no form\n")
    made = read(tmp_path / "*.log*")
    assert words(made) == ["zero", "one", "two"]
    (gap,) = made.gaps
    assert (gap.reason, gap.missing) == ("undecodable", str(tmp_path / "d.log"))
    assert [fact.evidence[0].query for fact in sorted(made.facts, key=lambda fact: fact.latest)] == [
        f"{tmp_path}/a.log.1.gz, line 1", f"{tmp_path}/a.log, line 1", f"{tmp_path}/b.log, line 1",
    ]  # fmt: skip


def test_a_name_with_brackets_is_a_name_where_there_is_such_a_file(put: Put) -> None:
    assert words(read(put("a[1].log", LINE.format(1, "one")))) == ["one"]


@pytest.mark.parametrize(
    ("name", "content", "reason", "why"),
    [
        ("none.log*", None, "unreachable", "no file fits"),
        ("rows.log", '{"a": 1}\n', "undecodable", "it is JSON of no form that is known"),
        ("words.log", "hello\nworld\n", "undecodable", "set `format`, or `pattern`"),
        ("bytes.log", bytes(range(256)) * 64, "undecodable", "no form that is known"),
    ],
)
def test_what_is_no_log_is_a_failure(tmp_path: Path, name: str, content: Any, reason: str, why: str) -> None:
    if content is not None:
        (tmp_path / name).write_bytes(content if isinstance(content, bytes) else content.encode())
    made = run(LogFilesCollector, {"path": str(tmp_path / name)}, WINDOW)
    assert made.failure
    assert (made.failure.reason, why in str(made.failure)) == (reason, True)


def test_a_file_that_ends_within_a_line_says_so(put: Put) -> None:
    made = read(put("a.log", LINE.format(1, "one") + LINE.format(2, "two")[:-4]))
    assert len(made.facts) == 2
    (gap,) = made.gaps
    assert "the file ends within it; line 2" in gap.statement


def test_torn_characters_and_zeros_cost_no_line(put: Put) -> None:
    data = LINE.format(1, "caf\u00e9").encode()[:-2] + b"\n\0\0\0" + LINE.format(2, "two").encode()
    assert words(read(put("a.log", data))) == ["caf\ufffd", "two"]


def test_windows_redirects_in_utf_16(put: Put) -> None:
    text = "2026-11-21T12:00:02.123456789Z two\r\n"
    assert words(read(put("pods.log", text.encode("utf-16")))) == ["two"]


def test_a_line_that_is_too_long_is_counted_and_the_next_is_read(
    put: Put, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(entries, "MAX_LINE", 100)
    made = read(put("a.log", LINE.format(1, "x" * 500) + LINE.format(2, "two")))
    assert (words(made), made.gaps[0].missing) == (["two"], "1 line")


def test_equal_lines_of_one_second_are_each_a_fact(put: Put) -> None:
    made = read(put("a.log", 3 * LINE.format(1, "again")))
    assert len({fact.id for fact in made.facts}) == 3


def test_times_that_are_none_are_counted(put: Put) -> None:
    made = read(put("a.log", LINE.format(1, "one") + "2026-13-45T12:00:00Z h shop: no\n"))
    assert (words(made), made.gaps[0].missing) == (["one"], "1 line")


def test_doctor_says_how_the_first_lines_are_read(put: Put) -> None:
    path = put("a.log", LINE.format(1, "one") + "2026-11-21T12:00:09Z h shop: two\n")
    shown = probe(LogFilesCollector, {"path": path})
    assert shown["reachable"].detail == "1 files"
    assert shown[path].detail == "2 entries of the first; the line's timestamp"
    assert not probe(LogFilesCollector, {"path": f"{path}.none"})["reachable"].ok


def test_files_without_a_line_of_the_window_say_which_they_hold(put: Put) -> None:
    path = put("a.log", LINE.format(1, "one"))
    later = Window(start=WINDOW.end, end=WINDOW.end + HOUR)
    for mode in ("summary", "documents"):
        made = check(LogFilesCollector, {"path": path, "mode": mode}, later, now=later.end + HOUR)
        (gap,) = made.gaps
        assert (gap.reason, gap.missing) == ("past_retention", "lines")
        assert gap.statement.endswith(
            "from 2026-11-21T12:00:01Z to 2026-11-21T12:00:01.999999999Z: none of the window"
        )
    assert [gap.statement for gap in read(put("new.log", "")).gaps] == ["the files hold no line with a time"]
    between = put("c.log", LINE.format(1, "one") + LINE.format(1, "two").replace("T12", "T16"))
    quiet = Window(start=WINDOW.end, end=WINDOW.end + HOUR)
    silent = check(
        LogFilesCollector,
        {"path": between, "mode": "documents"},
        quiet,
        now=WINDOW.end + 8 * HOUR,
        empty=True,
    )
    assert silent.records == []
