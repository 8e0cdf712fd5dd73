"""One server process on loopback: started, polled until ready, stopped by its own process id."""

import os
import shutil
import signal
import subprocess
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import httpx

# Every server that runs now, for showing logs with a failed test.
RUNNING: list["Server"] = []


class ServerError(RuntimeError):
    """A server ended or did not get ready; the message carries the end of its log."""


class Server:
    """A child process with a log; `start` returns once `is_ready` says so."""

    ready_path = "/"
    ready_seconds = 60.0
    stop_seconds = 20.0

    def __init__(self, name: str, url: str, folder: Path) -> None:
        self.name, self.url, self.folder = name, url, folder
        self._process: subprocess.Popen[bytes] | None = None
        self._command: tuple[str, ...] = ()
        self._options: dict[str, Any] = {}
        folder.mkdir(parents=True, exist_ok=True)

    @property
    def log_path(self) -> Path:
        """Name the file that takes the server's output."""
        return self.folder / f"{self.name}.log"

    @property
    def pid(self) -> int:
        """Give the process id; raise ServerError when it is not running."""
        if self._process is None:
            message = f"{self.name} is not running"
            raise ServerError(message)
        return self._process.pid

    @property
    def running(self) -> bool:
        """Tell whether the process is alive."""
        return self._process is not None and self._process.poll() is None

    def log(self, last: int | None = None) -> str:
        """Read the output so far, or its last lines."""
        text = self.log_path.read_text(errors="replace") if self.log_path.exists() else ""
        return text if last is None else "\n".join(text.splitlines()[-last:])

    def start(
        self, command: Sequence[str | Path], env: Mapping[str, str] | None = None, **options: Any
    ) -> Self:
        """Start the command and wait; raise ServerError with the log when it does not get ready."""
        self._command = (*_dies_with_us(), *(str(part) for part in command))
        self._options = {"env": {**os.environ, **(env or {})}, "cwd": self.folder, **options}
        return self._launch()

    def _launch(self) -> Self:
        with self.log_path.open("ab") as log:
            self._process = subprocess.Popen(
                self._command,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                start_new_session=True,  # one group, so that the children end with it
                **self._options,
            )
        RUNNING.append(self)
        try:
            wait_until(self._ready_or_dead, self.ready_seconds, f"{self.name} did not get ready", self.log)
        except BaseException:
            self.stop()
            raise
        return self

    def _ready_or_dead(self) -> bool:
        if not self.running:
            code = self._process.poll() if self._process else None
            message = f"{self.name} ended with {code}\n{self.log(40)}"
            raise ServerError(message)
        return self.is_ready()

    def is_ready(self) -> bool:
        """Ask the server once whether it answers; overridden where another question is needed."""
        try:
            return httpx.get(self.url + self.ready_path, timeout=5, trust_env=False).is_success
        except httpx.HTTPError:
            return False

    def stop(self) -> None:
        """End the process, politely at first; do nothing where it has ended."""
        self._end(signal.SIGTERM)

    def kill(self) -> None:
        """End the process by SIGKILL, as a crash of the machine would."""
        self._end(signal.SIGKILL)

    def restart(self) -> Self:
        """Start again with the same command, port and data, after a polite stop if still running."""
        self.stop()
        return self._launch()

    def _end(self, how: signal.Signals) -> None:
        process, self._process = self._process, None
        if self in RUNNING:
            RUNNING.remove(self)
        if process is None:
            return
        _signal_group(process.pid, how)
        try:
            process.wait(self.stop_seconds)
        except subprocess.TimeoutExpired:
            _signal_group(process.pid, signal.SIGKILL)
            process.wait(10)

    def __enter__(self) -> Self:
        """Hand the running server to a `with` block."""
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Stop the server."""
        self.stop()


def _dies_with_us() -> tuple[str, ...]:
    # A test run that is killed leaves no servers behind. (The kernel watches the thread that starts
    # a server: start none from a thread that ends before its server should.)
    return ("setpriv", "--pdeathsig", "KILL", "--") if shutil.which("setpriv") else ()


def _signal_group(pid: int, how: signal.Signals) -> None:
    try:
        os.killpg(pid, how)
    except ProcessLookupError:
        return


def wait_until(
    condition: Callable[[], bool], seconds: float, complaint: str, detail: Callable[[int], str] | None = None
) -> None:
    """Poll until the condition holds; raise ServerError with the complaint after `seconds`."""
    deadline, pause = time.monotonic() + seconds, 0.02
    while not condition():
        if time.monotonic() > deadline:
            more = "\n" + detail(40) if detail else ""
            message = f"{complaint} within {seconds:.0f} s{more}"
            raise ServerError(message)
        time.sleep(pause)
        pause = min(pause * 1.5, 0.5)
