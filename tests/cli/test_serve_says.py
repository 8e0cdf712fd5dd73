"""What `timeline serve` says to people, at a terminal and into a pipe, by the real command."""

from __future__ import annotations

import json
import os
import pty
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path

import httpx

from tests.servers.ports import free_port

COMMAND = [sys.executable, "-m", "cli.main", "serve", "--port"]


def answered(port: int) -> None:
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline:
        try:
            httpx.get(f"http://127.0.0.1:{port}/healthz", timeout=5, trust_env=False)
        except httpx.HTTPError:
            time.sleep(0.1)
        else:
            return
    raise AssertionError("the server does not answer")


def ended(process: subprocess.Popen[bytes]) -> None:
    process.send_signal(signal.SIGINT)
    process.wait(60)


def test_the_address_is_said_once_and_logs_are_json_for_machines(tmp_path: Path) -> None:
    port = free_port()
    process = subprocess.Popen(
        [*COMMAND, str(port)], cwd=tmp_path, env={**os.environ, "PYTHONPATH": str(Path.cwd())},
        stdout=subprocess.PIPE, stderr=subprocess.PIPE,
    )  # fmt: skip
    assert process.stdout is not None
    said = process.stdout.readline().decode()  # before anything else: it answers by now
    assert said == f"http://127.0.0.1:{port}/  (Ctrl-C ends)\n"
    assert httpx.get(f"http://127.0.0.1:{port}/healthz", timeout=30, trust_env=False).status_code == 200
    ended(process)
    rest, logs = process.communicate(timeout=60)
    assert rest == b""
    assert [json.loads(line)["message"] for line in logs.decode().splitlines()]


def test_logs_are_text_at_a_terminal(tmp_path: Path) -> None:
    port, (ours, theirs) = free_port(), pty.openpty()
    process = subprocess.Popen(
        [*COMMAND, str(port)], cwd=tmp_path, env={**os.environ, "PYTHONPATH": str(Path.cwd()), "TERM": "dumb"},
        stdin=subprocess.DEVNULL, stdout=theirs, stderr=theirs,
    )  # fmt: skip
    os.close(theirs)
    answered(port)
    ended(process)
    text = b""
    while True:
        try:
            part = os.read(ours, 4096)
        except OSError:
            break
        if not part:
            break
        text += part
    lines = text.decode().splitlines()
    assert f"http://127.0.0.1:{port}/  (Ctrl-C ends)" in lines
    assert not [line for line in lines if line.startswith("{")]
    assert sum("127.0.0.1" in line and "http://" in line for line in lines) == 1
    assert any("healthz" in line and line[2] == ":" for line in lines), lines


def test_a_port_that_is_taken_is_said(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        done = subprocess.run(
            [*COMMAND, str(port)], cwd=tmp_path, env={**os.environ, "PYTHONPATH": str(Path.cwd())},
            capture_output=True, text=True, check=False, timeout=120,
        )  # fmt: skip
    assert done.returncode == 2, done.stderr
    assert f"127.0.0.1, port {port}, cannot be listened on" in done.stderr
    assert "--port" in done.stderr
    assert "Traceback" not in done.stderr
