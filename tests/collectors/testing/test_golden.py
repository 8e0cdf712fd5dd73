"""Golden files of a collector: made against a source, compared without it, from the command line too."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from pytest_httpserver import HTTPServer

from collectors.testing import FaultServer, check_faults, compare, generate, stored
from tests.collectors.testing.paged import COUNT, SECRETS, WINDOW, Calls, serve
from timeline.instant import format_instant

HOME = Path(__file__).resolve().parents[3]


class Changed(Calls):
    """Another reading of the same answers."""

    def fact(self, call: Any, payload: Any, place: int) -> Any:
        """Make another fact of a call."""
        return super().fact(call, payload, place).replace(clock="another")


def made(httpserver: HTTPServer, folder: Path) -> Path:
    generate(Calls, {"url": serve(httpserver)}, WINDOW, folder, secrets=SECRETS)
    return folder


def test_what_was_recorded_gives_the_same_records_without_the_source(
    httpserver: HTTPServer, tmp_path: Path
) -> None:
    folder = made(httpserver, tmp_path / "calls")
    asked = len(httpserver.log)
    assert len(compare(folder).facts) == COUNT
    assert len(httpserver.log) == asked
    written = b"".join(path.read_bytes() for path in folder.rglob("*") if path.is_file())
    assert b"s3cret" not in written


def test_another_reading_is_shown_and_taken_over_on_demand(httpserver: HTTPServer, tmp_path: Path) -> None:
    folder = made(httpserver, tmp_path / "calls")
    path = folder / "run.json"
    path.write_text(path.read_text().replace("paged:Calls", "test_golden:Changed"))
    with pytest.raises(AssertionError, match='"clock":"another"'):
        compare(folder)
    compare(folder, update=True)
    assert len(compare(folder).facts) == COUNT


def test_an_answer_that_was_changed_is_named(httpserver: HTTPServer, tmp_path: Path) -> None:
    folder = made(httpserver, tmp_path / "calls")
    next((folder / "payloads").iterdir()).write_bytes(b"{}")
    with pytest.raises(AssertionError, match="was changed"):
        compare(folder)


def test_faults_are_tried_on_the_recorded_answers(httpserver: HTTPServer, tmp_path: Path) -> None:
    folder = made(httpserver, tmp_path / "calls")
    with FaultServer(stored(folder)) as server:
        assert check_faults(Calls, {}, server, WINDOW, secrets=SECRETS)


def command(*arguments: str | Path, **env: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "collectors.testing", *map(str, arguments)],
        cwd=HOME, env={**os.environ, **env}, capture_output=True, text=True, check=False,
    )  # fmt: skip


def test_the_command_records_and_compares(httpserver: HTTPServer, tmp_path: Path) -> None:
    url, folder = serve(httpserver), tmp_path / "calls"
    start, end = format_instant(WINDOW.start), format_instant(WINDOW.end)
    recorded = command(
        "generate", "tests.collectors.testing.paged:Calls", folder, "--options", f'{{"url": "{url}"}}',
        "--start", start, "--end", end, CALLS=SECRETS["env:CALLS"],
    )  # fmt: skip
    assert recorded.stdout == f"{folder}: {COUNT} facts, no gap\n", recorded.stderr
    assert command("test", folder).stdout == f"{folder}: {COUNT} records, as before\n"
    (folder / "records.jsonl").write_text("[]\n")
    differing = command("test", folder)
    assert differing.returncode == 1
    assert "the records differ" in differing.stdout
    assert command("test", folder, "--update").returncode == 0
    assert command("test", folder).returncode == 0
