"""Builds that are killed at any time, run out of disk, may not write, or run beside each other."""

from __future__ import annotations

import os
import random
import re
import shutil
import signal
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.cli.test_user_errors import timeline
from tests.service.build.test_build import OUTPUTS, home, made, make, outputs, rebuild, whole
from tests.service.killed import Killer

__all__ = ["home"]

_ARGUMENTS = ("build", "--incident", "INC-1", "--no-stills")
_MODULE = "import sys; sys.argv[0] = 'timeline'; from cli.main import run; run()"


def started(home: Path) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-c", _MODULE, *_ARGUMENTS], cwd=home, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )  # fmt: skip


def state(home: Path, before: dict[str, bytes]) -> str:
    """Say what a killed build left beside what was there before it."""
    directory = made(home)
    there = [name for name in OUTPUTS if (directory / name).exists()]
    if not there:
        return "evidence alone" if (directory / "evidence" / "manifest.json").exists() else "nothing yet"
    if len(there) < len(OUTPUTS):
        return "some of the outputs"
    new = [name for name in OUTPUTS if (directory / name).read_bytes() != before.get(name)]
    return "old" if not new else "new" if len(new) == len(OUTPUTS) else "old and new outputs"


def leftovers(home: Path) -> list[str]:
    """Name what a killed build did not take away."""
    kept = {*OUTPUTS, "evidence", ".timeline.lock"}
    left = [p for p in made(home).glob("*") if p.name not in kept]
    return [p.name for p in (*left, *(made(home) / "evidence").glob(".*"))]


def ends_well(killer: Killer, home: Path) -> None:
    """Check that the next build cleans up, and is the same when it is built again."""
    assert killer.run()[0] == 0
    whole(made(home))
    assert leftovers(home) == []
    assert rebuild(home) == outputs(made(home))


def test_killed_at_any_time_it_leaves_old_or_new(home: Path, kills: int) -> None:
    points, left, ended = random.Random(7), Counter[str](), 0
    with Killer(home, *_ARGUMENTS) as killer:
        lasted = min(killer.run()[1] for _ in range(2))
        while (number := left.total()) < kills:
            if number % 10 == 5:  # over nothing for five, then over what is there
                shutil.rmtree(made(home))
            elif number % 10 == 0:
                ends_well(killer, home)
                shutil.rmtree(made(home) / "evidence")  # collections add up
                assert killer.run()[0] == 0
            before = outputs(made(home)) if (made(home) / "timeline.html").exists() else {}
            # Half of them where it writes, which takes little of its time; a busy machine moves that.
            late = number % 2
            code, _ = killer.run(points.uniform(0.7 * late, 1.3) * lasted)
            whole(made(home))
            assert code in (0, -signal.SIGKILL)
            if code:
                found = ", and ".join([state(home, before), *sorted(set(leftovers(home)))])
                left[re.sub(r"-[a-z0-9_]+", "-*", found)] += 1
            else:
                ended += 1
            lasted *= (1.05 if code else 0.93) if late or not code else 1
            assert ended < 50 + 2 * kills, "no build was killed before its end"
        ends_well(killer, home)
    print(f"\n{kills} builds were killed, {ended} ended before; of those killed there was left:", dict(left))


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
