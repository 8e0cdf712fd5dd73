"""`timeline check --watch` as a process of its own: a saved draft is checked again, Ctrl-C ends with what holds."""

from __future__ import annotations

import os
import pty
import select
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from service.build.demo import demo
from service.check.watch import WATCHED, state
from service.names import DRAFT, NOTES, TIMELINE
from tests.cli.test_user_errors import timeline as command

REPO = Path(__file__).parents[2]


class Watching:
    """A running `timeline check --watch` at a terminal, and what it has drawn."""

    def __init__(self, folder: Path, *, color: bool = True) -> None:
        self._terminal, inner = pty.openpty()
        env = {
            name: value
            for name, value in os.environ.items()
            if name not in {"NO_COLOR", "FORCE_COLOR", "COLUMNS"}
        }
        env |= {"PYTHONPATH": str(REPO), "TERM": "xterm-256color", **({} if color else {"NO_COLOR": "1"})}
        self.process = subprocess.Popen(
            [sys.executable, "-m", "cli.main", "check", "--watch", folder.name], cwd=folder.parent, env=env,
            stdin=inner, stdout=inner, stderr=subprocess.STDOUT,
            preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),
        )  # fmt: skip
        os.close(inner)
        self.drawn = ""

    def until(self, words: str) -> str:
        """Wait until the last report has the words, and is drawn to its end; return it."""
        until = time.monotonic() + 120
        while words not in self._last or "Ctrl-C ends" not in self._last:
            assert time.monotonic() < until, self.drawn
            assert self.process.poll() is None, self.drawn
            if select.select([self._terminal], [], [], 0.2)[0]:
                self.drawn += os.read(self._terminal, 65_536).decode()
        return self._last

    @property
    def _last(self) -> str:
        return self.drawn.split("\x1b[H\x1b[2J\x1b[3J")[-1]

    def end(self) -> int:
        """Send Ctrl-C; return the exit code."""
        self.process.send_signal(signal.SIGINT)
        code = self.process.wait(timeout=60)
        os.close(self._terminal)
        return code


@pytest.fixture(scope="module")
def master(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The bundled incident, built once, its questions answered."""
    folder = demo(tmp_path_factory.mktemp("watched"), stills=False).directory
    (folder / ".timeline-check.toml").write_text(
        '[rules]\nprompt-empty = "off"\ndraft-late = "off"\n', encoding="utf-8"
    )
    return folder


@pytest.fixture
def watching(master: Path) -> Iterator[Watching]:
    one = Watching(master)
    yield one
    if one.process.poll() is None:
        one.process.kill()
        one.process.wait()


def test_a_saved_draft_is_checked_again_and_ctrl_c_ends_with_the_last_code(
    master: Path, watching: Watching
) -> None:
    watching.until("1 incident checked: no error")
    draft = master / DRAFT
    text = draft.read_text("utf-8")
    new = draft.with_suffix(".new")
    new.write_text(f"{text}\nWe should have noticed f-00000000000000ff.\n", encoding="utf-8")
    new.replace(draft)  # as editors do
    second = watching.until("citation-unknown\x1b[m: there is no fact f-00000000000000ff")
    assert "^" * len("f-00000000000000ff") in second
    assert "1 incident checked: 1 error, 1 warning" in second
    draft.write_text(text, encoding="utf-8")
    watching.until("1 incident checked: no error")
    (master / NOTES).write_text("no note\n", encoding="utf-8")
    watching.until("notes-broken")
    (master / NOTES).unlink()
    watching.until("1 incident checked: no error")
    (master / TIMELINE).write_bytes((master / TIMELINE).read_bytes() + b" ")
    watching.until("timeline-differs")
    assert watching.end() == 1
    (master / TIMELINE).write_bytes((master / TIMELINE).read_bytes()[:-1])


def test_ctrl_c_ends_with_none_where_nothing_was_wrong(master: Path) -> None:
    one = Watching(master, color=False)
    assert "\x1b[1;3" not in one.until("1 incident checked: no error")
    assert one.end() == 0


def test_only_changes_of_what_is_read_are_changes(master: Path) -> None:
    before = state([master])
    (master / "other.txt").write_text("x", encoding="utf-8")
    assert state([master]) == before
    for name in WATCHED:
        file = master / name
        data = file.read_bytes() if file.is_file() else None
        file.write_bytes((data or b"") + b" ")
        assert state([master]) != before, name
        file.write_bytes(data) if data is not None else file.unlink()
        before = state([master])
    assert {TIMELINE, DRAFT, NOTES} <= set(WATCHED)


def test_watching_needs_a_folder_and_no_other_form(master: Path) -> None:
    found = command(master.parent, "check", "--watch", "--format", "json", master.name)
    assert (found.returncode, "leave out --format" in found.stderr) == (2, True)
    found = command(master.parent, "check", "--watch", "absent")
    assert found.returncode == 2
