"""The command as it ends by a power cut: killed just before a chosen one of its changes to files."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

_CHANGES = {"os.link", "os.mkdir", "os.remove", "os.rename", "os.rmdir", "os.symlink", "os.truncate"}


def kill_all_over(home: Path, directory: Path, points: int, *arguments: str) -> Iterator[int]:
    """Kill the command before its first, its last and other changes below `directory`; yield after each.

    Each time it begins from what `directory` holds now, and what the kill left there is to be looked at.
    """
    before = home / "before-the-kills"
    directory.parent.mkdir(exist_ok=True)
    if directory.exists():
        shutil.copytree(directory, before)
    code, count = _run(home, directory, 0, arguments)
    assert code == 0
    for at in sorted({1 + round(step * (count - 1) / (points - 1)) for step in range(points)}):
        shutil.rmtree(directory, ignore_errors=True)
        if before.exists():
            shutil.copytree(before, directory)
        ended = _run(home, directory, at, arguments)
        assert ended == (-signal.SIGKILL, at), f"killed before {at} of {count} changes: {ended}"
        yield at
    shutil.rmtree(before, ignore_errors=True)


def _run(home: Path, directory: Path, before: int, arguments: tuple[str, ...]) -> tuple[int, int]:
    log = home / "changes.log"
    log.unlink(missing_ok=True)
    command = [
        sys.executable,
        "-m",
        "tests.service.killed",
        str(directory),
        str(before),
        str(log),
        *arguments,
    ]
    env = {**os.environ, "PYTHONPATH": str(Path(__file__).resolve().parents[2])}
    done = subprocess.run(command, cwd=home, env=env, capture_output=True, check=False)
    count = log.stat().st_size
    log.unlink()
    return done.returncode, count


def _watch(
    directory: str, before: int, changed: Callable[[], int]
) -> Callable[[str, tuple[object, ...]], None]:
    alone = threading.Lock()

    def watch(event: str, arguments: tuple[object, ...]) -> None:
        writes = (
            event == "open" and isinstance(arguments[2], int) and arguments[2] & (os.O_WRONLY | os.O_RDWR)
        )
        if not writes and event not in _CHANGES:
            return
        if not any(_below(path, directory) for path in arguments[:2]):
            return
        with alone:  # of the threads that write
            if changed() == before:
                os.kill(os.getpid(), signal.SIGKILL)

    return watch


def _below(path: object, directory: str) -> bool:
    return isinstance(path, str | bytes | os.PathLike) and os.path.realpath(os.fsdecode(path)).startswith(
        directory
    )


def main() -> None:
    """Run the command with its changes counted in a file, which outlives it."""
    directory, before, log, *arguments = sys.argv[1:]
    from cli.main import run

    counter = os.open(log, os.O_WRONLY | os.O_CREAT | os.O_APPEND)

    def changed() -> int:
        os.write(counter, b".")
        return os.fstat(counter).st_size

    sys.addaudithook(_watch(os.path.realpath(directory), int(before), changed))
    sys.argv = ["timeline", *arguments]
    run()


if __name__ == "__main__":
    main()
