"""What a crash, a log of it, or another process of the same user can have of a process that holds credentials."""

from __future__ import annotations

import os
import resource
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

HOME = Path(__file__).resolve().parents[2]
CANARY = "kanarie-v0gel-geel-zingt-77"
CONFIG = """
[[source]]
name = "s"
collector = "prometheus_alerts"
url = "{url}"
time_cap = "60s"
timeout = "50s"
auth = {{ bearer = "env:CANARY" }}
"""


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


class Waiting(BaseHTTPRequestHandler):
    """Takes a request with the token, and answers when the test is over."""

    asked = threading.Event()
    over = threading.Event()

    def do_GET(self) -> None:
        assert self.headers["authorization"] == f"Bearer {CANARY}"
        type(self).asked.set()
        type(self).over.wait(60)

    do_POST = do_GET  # noqa: N815 - the server's names

    def log_message(self, *_: object) -> None:
        pass


@pytest.fixture
def building(tmp_path: Path) -> Iterator[subprocess.Popen[bytes]]:
    """A build that has sent its token, and waits; of nobody in particular where root may say so."""
    Waiting.asked.clear()
    Waiting.over.clear()
    server = ThreadingHTTPServer(("127.0.0.1", 0), Waiting)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    (tmp_path / "timeline.toml").write_text(CONFIG.format(url=f"http://127.0.0.1:{server.server_port}"))
    environ = {
        **os.environ, "PYTHONPATH": str(HOME), "CANARY": CANARY, "PYTHONFAULTHANDLER": "1", "PYTHONDEVMODE": "1",
        "HOME": str(tmp_path),
    }  # fmt: skip
    asked = (
        "build",
        "--incident",
        "I",
        "--start",
        "2026-11-01T10:00:00Z",
        "--end",
        "2026-11-01T11:00:00Z",
        "--no-stills",
    )
    process = subprocess.Popen(
        [sys.executable, "-m", "cli.main", *asked], cwd=tmp_path, env=environ, stdout=subprocess.PIPE, stderr=subprocess.PIPE
    )  # fmt: skip
    assert Waiting.asked.wait(60)
    yield process
    process.kill()
    process.communicate()
    Waiting.over.set()
    server.shutdown()
    server.server_close()


@pytest.mark.parametrize("how", [signal.SIGSEGV, signal.SIGABRT, signal.SIGBUS])
def test_a_crash_with_a_token_in_use_leaves_and_says_none(
    building: subprocess.Popen[bytes], tmp_path: Path, how: signal.Signals
) -> None:
    """`faulthandler` tells where each thread was, and no value; the folder has what it had."""
    building.send_signal(how)
    out, said = building.communicate(timeout=60)
    assert building.returncode == -how
    assert b"Fatal Python error" in said
    assert CANARY.encode() not in out + said
    assert not [p for p in tmp_path.rglob("*") if p.is_file() and CANARY.encode() in p.read_bytes()]
    assert not [*tmp_path.rglob("core*")]


def test_no_command_line_has_the_token(building: subprocess.Popen[bytes]) -> None:
    lines = [_read(path) for path in Path("/proc").glob("[0-9]*/cmdline")]
    assert any(b"cli.main\0build" in line for line in lines)
    assert CANARY.encode() not in b"".join(lines)


def _read(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError:  # a process that has ended
        return b""


_LOOK = """
import ctypes, os, subprocess, sys
from service import memory
os.setgid(65534); os.setuid(65534)
ctypes.CDLL(None).prctl(4, 1, 0, 0, 0)  # as a process of that user begins
if sys.argv[1] == "private":
    memory.keep_private()
for name in ("environ", "auxv", "maps"):
    path = f"/proc/{os.getpid()}/{name}"
    print(subprocess.run(["cat", path], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL).returncode)
"""


@pytest.mark.skipif(os.getuid() != 0 or sys.platform != "linux", reason="only root may become another user")
@pytest.mark.parametrize(("way", "said"), [("open", "0 0 0"), ("private", "1 1 1")])
def test_no_other_process_of_the_user_reads_memory_or_environment(way: str, said: str) -> None:
    done = subprocess.run(
        [sys.executable, "-c", _LOOK, way], env={**os.environ, "PYTHONPATH": str(HOME)}, capture_output=True, text=True,
        check=False,
    )  # fmt: skip
    assert done.stdout.split() == said.split(), done.stderr
