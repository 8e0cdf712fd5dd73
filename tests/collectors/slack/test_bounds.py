"""An export is read within `time_cap`."""

from __future__ import annotations

import json
import os
import zipfile
from pathlib import Path

from collectors.slack.export import SlackExportCollector
from collectors.testing import run
from timeline.instant import parse_instant
from timeline.model import Window

WINDOW = Window(start=parse_instant("2026-11-21T10:00:00Z"), end=parse_instant("2026-11-21T12:00:00Z"))


def test_an_archive_ends_at_the_time_cap(tmp_path: Path) -> None:
    day = json.dumps([{"type": "message", "ts": "1795255200.1", "text": "x" * 1000, "user": "U1"}] * 20_000)
    with zipfile.ZipFile(tmp_path / "export.zip", "w", zipfile.ZIP_DEFLATED) as file:
        file.writestr("channels.json", json.dumps([{"id": f"C{n}", "name": f"c{n}"} for n in range(40)]))
        file.writestr("users.json", "[]")
        for number in range(40):
            file.writestr(f"c{number}/2026-11-21.json", day)
    found = run(SlackExportCollector, {"path": str(tmp_path / "export.zip"), "time_cap": "200ms"}, WINDOW)
    said = [str(found.failure), *(gap.statement for gap in found.gaps)]
    assert any("time_cap of 200ms was used up" in one for one in said), said


def test_a_pipe_in_the_place_of_a_day_is_no_file(tmp_path: Path) -> None:
    (tmp_path / "general").mkdir()
    (tmp_path / "channels.json").write_text('[{"id": "C1", "name": "general"}]')
    (tmp_path / "users.json").write_text("[]")
    os.mkfifo(tmp_path / "general" / "2026-11-21.json")
    (tmp_path / "general" / "2026-11-20.json").write_text("[]")
    found = run(SlackExportCollector, {"path": str(tmp_path)}, WINDOW)  # it ends
    assert found.facts == []
