"""A command's process ends at once, and loses nothing by it."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from typing import IO

import pytest


def ended(code: str, out: IO[str] | int = subprocess.PIPE) -> subprocess.CompletedProcess[str]:
    """Run code in a process of its own, after `end` was imported."""
    command = [sys.executable, "-c", f"import sys\nfrom cli.ending import end\n{code}"]
    env = {name: value for name, value in os.environ.items() if name != "PYTHONUNBUFFERED"}
    return subprocess.run(
        command, stdout=out, stderr=subprocess.PIPE, env=env, text=True, timeout=60, check=False
    )


@pytest.mark.parametrize(
    ("status", "code", "said"), [("0", 0, ""), ("None", 0, ""), ("3", 3, ""), ("'why'", 1, "why\n")]
)
def test_the_status_is_that_of_sys_exit(status: str, code: int, said: str) -> None:
    found = ended(f"end({status})")
    assert (found.returncode, found.stdout, found.stderr) == (code, "", said)


def test_all_that_was_written_comes_out() -> None:
    found = ended("print('x' * 1_000_000)\nsys.stderr.write('y' * 300_000)\nend(3)")
    assert (found.returncode, len(found.stdout), len(found.stderr)) == (3, 1_000_001, 300_000)


def test_a_thread_that_still_runs_is_waited_for() -> None:
    thread = (
        "import threading, time\nthreading.Thread(target=lambda: (time.sleep(0.5), print('late'))).start()"
    )
    found = ended(f"{thread}\nend(4)")
    assert (found.returncode, found.stdout) == (4, "late\n")


def test_what_libraries_do_at_the_end_is_done(tmp_path: Path) -> None:
    code = (
        f"import tempfile, atexit\nkept = tempfile.TemporaryDirectory(dir={str(tmp_path)!r})\n"
        "atexit.register(print, 'registered')\nend(0)"
    )
    assert ended(code).stdout == "registered\n"
    assert not list(tmp_path.iterdir())


def test_a_full_disk_is_no_success() -> None:
    with Path("/dev/full").open("w") as full:
        found = ended("sys.stdout.write('x')\nend(0)", full)
    assert found.returncode == 120  # as Python itself ends then
    assert "No space left" in found.stderr


def test_nothing_is_taken_apart() -> None:
    code = "class Kept:\n    def __del__(self): print('taken apart')\nkept = Kept()\nend(0)"
    assert ended(code).stdout == ""
