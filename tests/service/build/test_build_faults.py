"""Builds that are killed at any time, run out of disk, may not write, or run beside each other."""

from __future__ import annotations

import os
import random
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.cli.test_user_errors import timeline
from tests.service.build.test_build import OUTPUTS, home, made, make, outputs, rebuild, whole

__all__ = ["home"]

_ARGUMENTS = ("build", "--incident", "INC-1", "--no-stills")
_MODULE = "import sys; sys.argv[0] = 'timeline'; from cli.main import run; run()"


def started(home: Path) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-c", _MODULE, *_ARGUMENTS], cwd=home, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )  # fmt: skip


def test_killed_at_any_time_it_leaves_old_or_new(home: Path, request: pytest.FixtureRequest) -> None:
    began = time.monotonic()
    assert started(home).wait() == 0
    lasted = time.monotonic() - began
    points, ended = random.Random(7), 0
    for _ in range(request.config.getoption("--kills")):
        process = started(home)
        time.sleep(points.uniform(0.1, 1) * lasted)
        process.kill()
        ended += process.wait() == -signal.SIGKILL
        process.communicate()
        whole(made(home))
    assert ended, "no build was killed before its end"
    assert timeline(home, *_ARGUMENTS).returncode == 0
    whole(made(home))
    assert {p.name for p in made(home).iterdir()} <= {*OUTPUTS, "evidence", ".timeline.lock"}
    assert not list((made(home) / "evidence").glob(".*"))
    assert rebuild(home) == outputs(made(home))


@contextmanager
def mounted(folder: Path, *options: str) -> Iterator[None]:
    """Mount a file system of its own on a folder; skip where that is not allowed."""
    folder.mkdir(parents=True, exist_ok=True)
    command = ["mount", *options, str(folder)]
    if os.geteuid() or subprocess.run(command, capture_output=True, check=False).returncode:
        pytest.skip("mounts need root")
    try:
        yield
    finally:
        subprocess.run(["umount", "-l", folder], check=True)


@pytest.mark.parametrize(
    "size", [4, 24, 64, 256]
)  # KiB: of the evidence, of it and some, of the outputs, of part
def test_a_disk_that_is_full_is_said_and_nothing_is_torn(home: Path, size: int) -> None:
    with mounted(home / "postmortems", "-t", "tmpfs", "-o", f"size={size}k", "tmpfs"):
        found = timeline(home, *_ARGUMENTS)
        assert found.returncode == 1, found.stderr
        assert "cannot be written" in found.stderr
        assert "No space left" in found.stderr
        assert "Traceback" not in found.stderr
        if made(home).exists():
            whole(made(home))
            assert not list(made(home).rglob(".new-*"))


def test_a_disk_that_may_not_be_written_is_said_and_keeps_all(home: Path) -> None:
    make(home)
    before = outputs(made(home))
    target = str(home / "postmortems")
    with mounted(home / "postmortems", "--bind", "-o", "ro", target):
        subprocess.run(["mount", "-o", "remount,bind,ro", target], check=True)
        found = timeline(home, *_ARGUMENTS)
        assert found.returncode == 2, found.stderr
        assert "Read-only file system" in found.stderr
        assert "Traceback" not in found.stderr
        assert outputs(made(home)) == before
    assert timeline(home, *_ARGUMENTS).returncode == 0


def test_of_four_builds_at_once_each_is_whole_or_gives_way(home: Path) -> None:
    for _ in range(2):  # over nothing, and over a build
        running = [started(home) for _ in range(4)]
        said = [process.communicate()[1] for process in running]
        codes = [process.returncode for process in running]
        assert 0 in codes
        assert all(
            code == 0 or (code == 1 and "another build" in text)
            for code, text in zip(codes, said, strict=True)
        )
        whole(made(home))
        assert rebuild(home) == outputs(made(home))
