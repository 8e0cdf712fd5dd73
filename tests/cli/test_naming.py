"""Commands take an incident by its id, by a path, or none where the configuration tells; help and versions as usual."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from importlib.metadata import version
from pathlib import Path

import pytest

from tests.cli.test_user_errors import timeline

CONFIG = '[[source]]\nname = "rows"\ncollector = "jsonl"\npath = "rows.jsonl"\nmap = { time = "at", kind = "custom" }\n'
ROW = '{"at": "2026-11-01T10:05:00Z"}\n'


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with two built incidents, one of which has a file."""
    made = tmp_path_factory.mktemp("team")
    (made / "timeline.toml").write_text(CONFIG)
    (made / "rows.jsonl").write_text(ROW)
    (made / "incidents").mkdir()
    (made / "incidents" / "INC-1.toml").write_text(
        'start = "2026-11-01T10:00:00Z"\nend = "2026-11-01T11:00:00Z"\n'
    )
    assert timeline(made, "build", "--no-stills").returncode == 0
    times = ("--start", "2026-11-01 10:00", "--end", "11:00", "--zone", "UTC")
    done = timeline(made, "build", "INC-2", *times, "-o", "postmortems", "--no-stills")
    assert done.returncode == 0
    assert "--end 11:00 is 2026-11-01T11:00:00Z (UTC)" in done.stderr
    return made


def test_a_version_is_said(folder: Path) -> None:
    for flag in ("--version", "-V"):
        assert timeline(folder, flag).stdout == f"timeline {version('incident-timeline')}\n"


def test_help_is_help_however_it_is_typed(folder: Path) -> None:
    for command in ([], ["build"], ["template", "list"]):
        told = {
            timeline(folder, *words).stdout
            for words in (["help", *command], [*command, "-h"], [*command, "--help"])
        }
        assert len(told) == 1
        assert "Usage:" in told.pop()


def test_a_shell_completes_options_of_commands(folder: Path) -> None:
    words = {"COMP_WORDS": "timeline build --of", "COMP_CWORD": "2", "_TIMELINE_COMPLETE": "complete_bash"}
    code = "import sys; sys.argv = ['timeline']; from cli.main import main; main()"
    done = subprocess.run(
        [sys.executable, "-c", code],
        cwd=folder,
        env={**os.environ, **words},
        capture_output=True,
        text=True,
        check=False,
    )
    assert "--offline" in done.stdout


def _status(folder: Path, *named: str) -> list[dict[str, object]]:
    told: list[dict[str, object]] = json.loads(timeline(folder, "status", *named, "--json").stdout)
    return [{name: value for name, value in one.items() if name != "left_s"} for one in told]


def test_an_id_a_path_and_nothing_mean_the_same(folder: Path) -> None:
    assert _status(folder, "INC-1") == _status(folder, "postmortems/INC-1")
    assert _status(folder) == _status(folder, "INC-1", "INC-2")
    assert len(_status(folder)) == 2


def test_check_and_refresh_without_a_name_are_of_all(folder: Path) -> None:
    assert "2 incidents checked" in timeline(folder, "check", "--base", "none").stdout
    assert timeline(folder, "refresh", "--no-stills").stdout.count("refreshed ") == 2
    assert (
        timeline(folder, "refresh", "INC-2", "--no-stills").stdout
        == f"refreshed {folder}/postmortems/INC-2\n"
    )


def test_an_export_without_a_name_asks_which(folder: Path) -> None:
    done = timeline(folder, "export", "--to", "csv")
    assert (done.returncode, done.stdout) == (2, "")
    assert "name one of 2 incidents: INC-1, INC-2" in done.stderr
    assert timeline(folder, "export", "INC-1", "--to", "csv").stdout.startswith("record")


def test_an_id_is_of_the_configuration_that_is_named(folder: Path, tmp_path: Path) -> None:
    named = ("--config", str(folder / "timeline.toml"))
    done = timeline(tmp_path, "publish", "INC-1", "--no-pull", *named)
    assert (done.returncode, done.stdout) == (2, "")
    assert "nothing to publish" in done.stderr
    assert "no incident of that id" in timeline(tmp_path, "publish", "INC-3", "--no-pull", *named).stderr


def test_quiet_says_nothing_and_verbose_what_was_read(folder: Path) -> None:
    done = timeline(folder, "build", "INC-1", "-q", "--no-stills")
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
    assert "  rows" in timeline(folder, "build", "INC-1", "-v", "--no-stills").stderr
