"""`timeline init` at a terminal: it asks, says what is wrong with an answer, and asks again."""

from __future__ import annotations

import os
import pty
import re
import select
import subprocess
import sys
import time
import tomllib
from pathlib import Path

from tests.cli.test_user_errors import timeline
from tests.servers.git_repo import GitRepo

QUESTION = re.compile(rb"(\[Y/n\]: |no more\): |not yet\)[^:]*: )$")


def answered(folder: Path, *answers: str) -> str:
    """Run `timeline init` at a terminal; an answer for each question, then what was shown."""
    ours, theirs = pty.openpty()
    process = subprocess.Popen(
        [sys.executable, "-m", "cli.main", "init"], cwd=folder, stdin=theirs, stdout=theirs, stderr=theirs,
        env={**os.environ, "PYTHONPATH": str(Path.cwd()), "TERM": "dumb", "COLUMNS": "200"},
    )  # fmt: skip
    os.close(theirs)
    shown, left, deadline = b"", list(answers), time.monotonic() + 120
    while time.monotonic() < deadline:
        if not select.select([ours], [], [], 0.2)[0]:
            continue
        try:
            part = os.read(ours, 4096)
        except OSError:
            break
        if not part:
            break
        shown += part
        if left and QUESTION.search(shown):
            os.write(ours, f"{left.pop(0)}\n".encode())
    assert process.wait(60) == 0, shown.decode()
    assert left == []
    return shown.decode()


def test_it_asks_until_it_knows(tmp_path: Path) -> None:
    GitRepo(tmp_path)
    (tmp_path / "rows.csv").write_text("time,message\n2026-11-12T14:00:00Z,hello\n")
    GitRepo(tmp_path).git("commit", "-q", "--allow-empty", "-m", "one")
    shown = answered(
        tmp_path, "", "http://127.0.0.1:9", "nowhere", "rows.csv", "", "https://acme.github.io/postmortems/{id}/"
    )  # fmt: skip
    assert "http://127.0.0.1:9 does not answer" in shown
    assert "nowhere is neither an address nor a file or folder" in shown
    written = tomllib.loads((tmp_path / "timeline.toml").read_text())
    assert [one["collector"] for one in written["source"]] == ["git", "jsonl"]
    assert written["chart_url"] == "https://acme.github.io/postmortems/{id}/"
    built = timeline(
        tmp_path,
        "build",
        "INC-7",
        "--start",
        "2026-11-12T13:50Z",
        "--end",
        "2026-11-12T14:10Z",
        "--no-stills",
    )
    assert built.returncode == 0, built.stderr
    assert (
        "https://acme.github.io/postmortems/INC-7/timeline.html#f-"
        in (tmp_path / "postmortems/INC-7/postmortem.md").read_text()
    )
