"""The command as it ends by a power cut: just before a chosen one of its changes to files, or at a time."""

from __future__ import annotations

import contextlib
import importlib
import os
import shutil
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import IO, cast

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


class Killer:
    """A process that has loaded the product, and runs the command in forks of itself: a kill costs no start."""

    def __init__(self, home: Path, *arguments: str) -> None:
        env = {
            **os.environ,
            "PYTHONPATH": str(Path(__file__).resolve().parents[2]),
            "OPENBLAS_NUM_THREADS": "1",
        }
        command = [sys.executable, "-m", "tests.service.killed", "--at-times", *arguments]
        self._process = subprocess.Popen(
            command, cwd=home, env=env, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )
        self._said = cast(IO[str], self._process.stdout)

    def __enter__(self) -> Killer:
        assert self._said.readline() == "ready\n"
        return self

    def __exit__(self, *_: object) -> None:
        self._process.communicate()

    def run(self, until: float = 0) -> tuple[int, float]:
        """Run the command, killed after `until` seconds (0: never); return its code and how long it ran (s)."""
        asks = cast(IO[str], self._process.stdin)
        asks.write(f"{until}\n")
        asks.flush()
        code, lasted = self._said.readline().split()
        return int(code), float(lasted)


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


def _forked(arguments: list[str], modules: Path | None = None) -> int:
    if process := os.fork():
        return process
    os.setpgid(0, 0)
    quiet = os.open(os.devnull, os.O_RDWR)
    for descriptor in range(3):
        os.dup2(quiet, descriptor)
    from cli.main import main as command
    from cli.main import run

    sys.argv = ["timeline", *arguments]
    if modules is None:
        run()
    with contextlib.suppress(SystemExit):
        command()
    cast(Path, modules).write_text("\n".join(sys.modules))
    os._exit(0)


def at_times(arguments: list[str]) -> None:
    """Run the command for each line of stdin, killed after as many seconds; print its code and its time."""
    modules = Path(f".modules-{os.getpid()}")
    os.waitpid(_forked(arguments, modules), 0)
    for name in modules.read_text().split():  # what a build loads on its way, too
        with contextlib.suppress(Exception):
            importlib.import_module(name)
    modules.unlink()
    assert threading.active_count() == 1, "a fork of more threads than one may hang"
    print("ready", flush=True)
    for line in sys.stdin:
        began, process = time.monotonic(), _forked(arguments)
        if until := float(line):
            time.sleep(until)
            with contextlib.suppress(ProcessLookupError):
                os.kill(process, signal.SIGKILL)
                os.killpg(process, signal.SIGKILL)  # with git, as a power cut would
        code = os.waitstatus_to_exitcode(os.waitpid(process, 0)[1])
        print(code, time.monotonic() - began, flush=True)


def main() -> None:
    """Run the command with its changes counted in a file, which outlives it."""
    if sys.argv[1] == "--at-times":
        at_times(sys.argv[2:])
        return
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
