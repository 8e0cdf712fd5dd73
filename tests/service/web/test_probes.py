"""What a supervisor is told: that the process lives, that it is ready, and what is wrong where it is not."""

from __future__ import annotations

import os
import signal
import sqlite3
import subprocess
import threading
import time
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import httpx
import pytest

from service.web.operation.probe import reached
from service.web.server import make_state
from tests import preloaded
from tests.service.web.running import INCIDENT, Serving, start_serving

TOKEN = "reader-secret-that-is-long-enough"
ANSWERED = """
[[serve.token]]
name = "ada"
token = "env:ADA"
[[serve.webhook]]
name = "events"
sender = "cloudevents"
secret = "env:HOOK"
"""


@pytest.fixture
def server(tmp_path: Path) -> Iterator[Serving]:
    with start_serving(tmp_path, ANSWERED, ADA=TOKEN, HOOK="hook-secret-that-is-long") as running:
        yield running


def probe(server: Serving, *options: str) -> subprocess.CompletedProcess[str]:
    """Ask as a container's health check does: in the server's place, by its configuration."""
    return subprocess.run(
        [*preloaded.command(), "serve", "--probe", "--config", server.folder / "timeline.toml", *options],
        env={**os.environ, "PYTHONPATH": str(Path.cwd())}, capture_output=True, text=True, check=False,
    )  # fmt: skip


def test_a_server_that_works_is_live_and_ready_to_whoever_asks_by_any_name(server: Serving) -> None:
    with server.client(headers={"host": "10.0.0.9:8642"}) as client:
        assert client.get("/livez").json() == {"status": "ok"}
        answer = client.get("/readyz")
    assert (answer.status_code, answer.json()) == (200, {"status": "ready", "missing": []})
    port = server.url.rpartition(":")[2]
    done = probe(server, "--port", port)
    assert (done.returncode, done.stdout) == (0, f"{server.url} is ready\n")


def test_a_disk_that_is_gone_is_not_ready_and_still_lives(server: Serving) -> None:
    (server.folder / "postmortems").rename(server.folder / "elsewhere")
    with server.client() as client:
        answer = client.get("/readyz")
        assert answer.status_code == 503
        assert "the output folder cannot be written" in answer.json()["missing"]
        assert client.get("/livez").status_code == 200
    done = probe(server, "--port", server.url.rpartition(":")[2])
    assert (done.returncode, done.stdout) == (1, "")
    assert "is not ready: 503" in done.stderr
    (server.folder / "elsewhere").rename(server.folder / "postmortems")
    with server.client() as client:
        assert client.get("/readyz").status_code == 200


def test_a_writer_that_ended_is_not_ready(tmp_path: Path) -> None:
    from starlette.testclient import TestClient

    from service.web.app import application

    (tmp_path / "postmortems").mkdir()
    (tmp_path / "timeline.toml").write_text("")
    state = make_state(tmp_path / "timeline.toml", None, None, None)
    with TestClient(application(state), base_url="http://127.0.0.1:8642") as client:
        assert client.get("/readyz").status_code == 200
        state.writer.stop()
        answer = client.get("/readyz")
        assert (answer.status_code, answer.json()["missing"]) == (503, ["deliveries are not stored"])
        state.worker.stop()
        assert len(client.get("/readyz").json()["missing"]) == 2
        assert client.get("/livez").status_code == 200


def test_where_nobody_answers_the_probe_says_so(server: Serving) -> None:
    server.stop()
    done = probe(server, "--port", server.url.rpartition(":")[2])
    assert done.returncode == 1
    assert "nothing answers at http://127.0.0.1:" in done.stderr
    assert "Traceback" not in done.stderr


@pytest.mark.parametrize(
    ("host", "asked"),
    [
        ("0.0.0.0", "127.0.0.1"),
        ("::", "[::1]"),
        ("127.0.0.1", "127.0.0.1"),
        ("fd00::2", "[fd00::2]"),
        ("localhost", "localhost"),
    ],
)
def test_a_server_that_listens_everywhere_is_asked_on_its_own_machine(host: str, asked: str) -> None:
    assert reached(host) == asked


def test_sigterm_ends_it_in_order_while_somebody_follows_and_delivers(server: Serving) -> None:
    """What was acknowledged is stored, who follows is let go, and the process is gone before it would be killed."""
    acknowledged: list[str] = []
    ended = threading.Event()

    def deliver() -> None:
        with server.client(headers={"authorization": "Bearer hook-secret-that-is-long"}) as client:
            for number in range(10_000):
                event = {"specversion": "1.0", "id": str(number), "source": "/ci", "type": "deployed"}
                kind = {"content-type": "application/cloudevents+json"}
                try:
                    answer = client.post("/hooks/events", json=event, headers=kind)
                except httpx.HTTPError:
                    return
                if answer.status_code == 202:
                    acknowledged.append(str(number))
                else:
                    return

    def follow() -> None:
        with (
            server.client(headers={"authorization": f"Bearer {TOKEN}"}) as client,
            client.stream("GET", f"/api/incidents/{INCIDENT}/stream") as answer,
        ):
            following.set()
            for _ in answer.iter_raw():
                pass
        ended.set()

    following = threading.Event()
    threads = [threading.Thread(target=work, daemon=True) for work in (deliver, follow)]
    for thread in threads:
        thread.start()
    assert following.wait(20)
    deadline = time.monotonic() + 30
    while len(acknowledged) < 20 and time.monotonic() < deadline:
        time.sleep(0.01)
    assert len(acknowledged) >= 20
    pid, begun = server.pid, time.monotonic()
    os.kill(pid, signal.SIGTERM)
    while server.running and time.monotonic() - begun < 30:
        time.sleep(0.02)
    assert not server.running
    assert time.monotonic() - begun < 20  # less than what the unit, the compose file and the manifest give it
    assert ended.wait(5)
    threads[0].join(5)
    assert [line["event"] for line in server.lines("stopped")] == ["stopped"]
    with closing(sqlite3.connect(server.folder / "postmortems/timeline.db")) as stored:
        (count,) = stored.execute("SELECT count(*) FROM events").fetchone()
    assert count >= len(acknowledged)
