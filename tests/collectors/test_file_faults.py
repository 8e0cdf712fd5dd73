"""Readers of files and repositories under the faults that those have: complete data, or a gap that names it."""

from __future__ import annotations

import json
import shutil
import sqlite3
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest

from archive import database, events
from collectors.git.collector import GitCollector
from collectors.inbox.collector import InboxCollector
from collectors.jsonl.collector import JsonlCollector
from collectors.log_files.collector import LogFilesCollector
from collectors.slack.export import SlackExportCollector
from tests.collectors.fault_matrix import keep_cells
from tests.collectors.file_faults import FILE, Damage, cut_off, outcomes, while_growing
from tests.collectors.slack import slack_incident
from tests.golden_files import Golden
from tests.servers.git_repo import GitRepo
from timeline.instant import MINUTE, NS, format_instant, parse_instant
from timeline.model import Window

START = parse_instant("2026-11-21T14:00:00Z")
WINDOW = Window(start=START, end=START + 60 * MINUTE)


@pytest.fixture
def home() -> Iterator[Path]:
    """A folder that everybody may enter."""
    folder = Path(tempfile.mkdtemp(prefix="incident-timeline-faults-"))
    folder.chmod(0o755)
    yield folder
    shutil.rmtree(folder)


def _row(number: int) -> str:
    return json.dumps({"at": format_instant(START + number * NS), "id": str(number), "text": "x" * 50}) + "\n"


def _rows(folder: Path) -> tuple[Path, Mapping[str, Any]]:
    path = folder / "rows.jsonl"
    path.write_text("".join(map(_row, range(500))))
    return path, {"path": str(path), "map": {"time": "at", "key": "id", "quote": "text"}}


def test_rows(home: Path, golden: Golden) -> None:
    cells = outcomes(JsonlCollector, _rows, WINDOW, home, FILE)
    path, options = _rows(home)

    def grow(number: int) -> None:
        with path.open("a") as file:
            file.write(_row(500 + number))

    cells["changed while it is read"] = while_growing(JsonlCollector, options, WINDOW, grow)
    keep_cells(golden, "jsonl", cells)


def _line(number: int) -> str:
    return (
        f"{format_instant(START + number * NS)} h shop[7]: try {number} of many, each as long as this one\n"
    )


def _log(folder: Path) -> tuple[Path, Mapping[str, Any]]:
    path = folder / "shop.log"
    path.write_text("".join(map(_line, range(100))))
    return path, {"path": str(path), "mode": "both"}


def test_log_files(home: Path, golden: Golden) -> None:
    cells = outcomes(LogFilesCollector, _log, WINDOW, home, FILE)
    path, options = _log(home)

    def grow(number: int) -> None:
        with path.open("a") as file:
            file.write(_line(100 + number))

    cells["changed while it is read"] = while_growing(LogFilesCollector, options, WINDOW, grow)
    keep_cells(golden, "log_files", cells)


def _inbox(folder: Path) -> tuple[Path, Mapping[str, Any]]:
    path = folder / "timeline.db"
    connection = database.connect(path)
    run = events.listen(connection, START - MINUTE)
    events.alive(connection, run, WINDOW.end + MINUTE)
    _take(connection, 0)
    connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    connection.close()
    return path, {"path": str(path)}


def _take(connection: sqlite3.Connection, number: int) -> None:
    events.store(connection, [
        events.Event("hook", "github", f"{number} {n}", "ping", START + n * NS, json.dumps({"n": n}).encode(), 0)
        for n in range(40)
    ])  # fmt: skip


def _held(path: Path) -> None:
    """Leave a lock behind: of a process that was killed in the middle of a change."""
    code = (
        "import os, sqlite3, sys; c = sqlite3.connect(sys.argv[1]); c.execute('BEGIN EXCLUSIVE'); os.abort()"
    )
    subprocess.run([sys.executable, "-c", code, str(path)], check=False, capture_output=True)


def test_the_inbox(home: Path, golden: Golden) -> None:
    after = WINDOW.end + MINUTE
    cells = outcomes(InboxCollector, _inbox, WINDOW, home, {**FILE, "a lock left behind": _held}, now=after)
    path, options = _inbox(home)

    def grow(number: int) -> None:
        with sqlite3.connect(path, timeout=30) as own:
            _take(own, number)
        own.close()

    cells["changed while it is read"] = while_growing(InboxCollector, options, WINDOW, grow, now=after)
    keep_cells(golden, "inbox", cells)


def _export(folder: Path) -> tuple[Path, Mapping[str, Any]]:
    made = slack_incident.workspace().export(folder)
    return made / "inc-42" / "2026-11-21.json", {"path": str(made), "channels": ["inc-42"]}


def _zipped(folder: Path) -> tuple[Path, Mapping[str, Any]]:
    made = slack_incident.workspace().export(folder, zipped=True)
    return made, {"path": str(made), "channels": ["inc-42"]}


def test_an_export(home: Path, golden: Golden) -> None:
    (home / "zip").mkdir()
    # A day without a file is a day without a message: an export lists no days.
    days = {name: damage for name, damage in FILE.items() if name != "missing"}
    cells = outcomes(SlackExportCollector, _export, slack_incident.WINDOW, home, days)
    zipped = outcomes(SlackExportCollector, _zipped, slack_incident.WINDOW, home / "zip", FILE)
    keep_cells(golden, "slack_export", cells | {f"the archive {name}": cell for name, cell in zipped.items()})


def _repository(folder: Path) -> tuple[Path, Mapping[str, Any]]:
    from datetime import UTC, datetime, timedelta

    begun = datetime.fromtimestamp(START // NS, UTC)
    made = GitRepo(folder / "repo")
    made.commit("start", begun - timedelta(hours=1))
    made.branch("fix").commit("work", begun + timedelta(minutes=5), files={"fix": "x"})
    made.checkout("main").merge("fix", begun + timedelta(minutes=10))
    return made.path, {"path": str(made.path)}


def _commit(path: Path, revision: str) -> Path:
    name = subprocess.run(
        ["git", "-C", path, "rev-parse", revision], check=True, capture_output=True, text=True
    ).stdout.strip()
    return path / ".git" / "objects" / name[:2] / name[2:]


def _cut(file: Path) -> None:
    file.chmod(0o644)
    cut_off(file)


def _locks(path: Path) -> None:
    for name in (
        "index.lock",
        "HEAD.lock",
        "config.lock",
        "shallow.lock",
        "packed-refs.lock",
        "refs/heads/main.lock",
    ):
        (path / ".git" / name).touch()


REPOSITORY: Mapping[str, Damage] = {
    **{name: FILE[name] for name in ("missing", "a FIFO instead", "a symlink to itself", "an error of the disk")},
    "a commit missing": lambda path: _commit(path, "HEAD").unlink(),
    "an earlier commit missing": lambda path: _commit(path, "HEAD^1").unlink(),
    "a commit cut off": lambda path: _cut(_commit(path, "HEAD")),
    "no HEAD": lambda path: (path / ".git" / "HEAD").unlink(),
    "a branch that names nothing": lambda path: (path / ".git/refs/heads/main").write_text("0" * 39 + "1\n"),
    "no objects": lambda path: shutil.rmtree(path / ".git" / "objects"),
    "a lock left behind": _locks,
    "settings that are none": lambda path: (path / ".git" / "config").write_text("[core\n\x00"),
}  # fmt: skip


def test_a_repository(home: Path, golden: Golden) -> None:
    keep_cells(golden, "git", outcomes(GitCollector, _repository, WINDOW, home, REPOSITORY))
