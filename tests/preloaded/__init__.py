"""The `timeline` command as a process of its own that need not load anything: for tests that run it often.

`command()` stands for `[sys.executable, "-m", "cli.main"]`. It starts a small program that hands its arguments,
environment, folder and streams to a process which has the product loaded; a fork of that process runs the command
and the small program ends as the fork does. A second of processor is saved each time. Tests of how the command
starts, of what it loads, of its memory and of its terminal start it themselves.
"""

from __future__ import annotations

import atexit
import os
import socket
import subprocess
import sys
import tempfile
from functools import cache
from pathlib import Path

_HERE = Path(__file__).parent
HOME = _HERE.parents[1]


@cache
def command() -> tuple[str, ...]:
    """Return the words that run `timeline`; the process behind them is started once, and ends with this one."""
    folder = tempfile.TemporaryDirectory(prefix="timeline-preloaded-")
    path = f"{folder.name}/socket"
    listener = socket.socket(socket.AF_UNIX)
    listener.bind(path)
    listener.listen(64)
    environ = {
        "PATH": os.environ["PATH"],
        "LANG": "C.UTF-8",
        "PYTHONPATH": str(HOME),
        "OPENBLAS_NUM_THREADS": "1",
    }
    server = subprocess.Popen(
        [sys.executable, "-m", "tests.preloaded.server", str(listener.fileno())], cwd=HOME, env=environ,
        pass_fds=[listener.fileno()], stdin=subprocess.PIPE,
    )  # fmt: skip
    listener.close()

    def ended() -> None:
        server.kill()
        server.wait()
        folder.cleanup()

    atexit.register(ended)
    return (sys.executable, "-I", "-S", str(_HERE / "client.py"), path)


def process_of(client: int) -> int:
    """Return the process that runs the command which `client` stands for; one that stands for none is the command itself."""
    told = Path(f"{command()[-1]}.{client}")
    return int(told.read_text()) if told.exists() else client


@cache
def on_path() -> Path:
    """Return a folder that holds nothing but `timeline`, to stand first in a PATH."""
    folder = Path(command()[-1]).with_name("bin")
    folder.mkdir()
    program = folder / "timeline"
    program.write_text("#!/bin/sh\nexec " + " ".join(f"'{word}'" for word in command()) + ' "$@"\n')
    program.chmod(0o755)
    return folder
