"""A command's process ends at once, and loses nothing by it."""

from __future__ import annotations

import os
import resource
import signal
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


@pytest.mark.skipif(os.getuid() != 0, reason="only root may lift the limit that hides a wrong one")
def test_a_crash_leaves_no_memory_behind(tmp_path: Path) -> None:
    """Where a whole memory would be written, of the command and of what it starts, none is."""
    code = (
        "import faulthandler, resource, subprocess, sys\n"
        "from cli import main\n"
        "limit = 'import resource; print(resource.getrlimit(resource.RLIMIT_CORE)[0])'\n"
        "def crash():\n"
        "    subprocess.run([sys.executable, '-c', limit])\n"
        "    faulthandler._sigsegv()\n"
        "main.main = crash\n"
        "main.run()\n"
    )

    def unlimited() -> None:
        resource.setrlimit(resource.RLIMIT_CORE, (resource.RLIM_INFINITY, resource.RLIM_INFINITY))

    done = subprocess.run(
        [sys.executable, "-c", code], cwd=tmp_path, env={**os.environ, "PYTHONPATH": str(Path(__file__).parents[2])},
        stdout=subprocess.PIPE, text=True, preexec_fn=unlimited, check=False,
    )  # fmt: skip
    assert done.returncode == -signal.SIGSEGV
    assert done.stdout == "0\n"
    assert not list(tmp_path.iterdir())
