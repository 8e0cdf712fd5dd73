"""A file is read within `time_cap`, and no further than a file of its kind holds; what is no file is refused."""

from __future__ import annotations

import gzip
import os
from pathlib import Path

from collectors.jsonl.collector import JsonlCollector
from collectors.testing import run
from tests.collectors.conftest import Put
from tests.collectors.jsonl.test_collector import read
from timeline.instant import parse_instant
from timeline.model import Window

WINDOW = Window(start=parse_instant("2026-11-21T09:00:00Z"), end=parse_instant("2026-11-21T12:00:00Z"))


def test_a_large_file_ends_at_the_time_cap_with_what_was_read(put: Put) -> None:
    row = '{"time": "2026-11-21T10:00:00Z", "message": "m", "n": %d}\n'
    path = put("rows.jsonl", "".join(row % number for number in range(150_000)))
    found = run(JsonlCollector, {"path": path, "time_cap": "50ms"}, WINDOW)
    assert found.facts
    assert len(found.facts) < 150_000
    assert [(gap.reason, "time_cap" in gap.statement) for gap in found.gaps] == [("truncated", True)]


def test_packed_zeros_without_end_are_not_unpacked(put: Put, tmp_path: Path) -> None:
    (tmp_path / "rows.jsonl.gz").write_bytes(gzip.compress(bytes(2**29), 9))
    found = read(str(tmp_path / "rows.jsonl.gz"))
    assert found.failure is not None
    assert "expands beyond" in str(found.failure)


def test_a_pipe_is_no_file(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "rows.jsonl")
    assert "is no file" in str(read(str(tmp_path / "rows.jsonl")).failure)


def test_a_device_is_no_file() -> None:
    assert "is no file" in str(read("/dev/zero", format="jsonl").failure)
