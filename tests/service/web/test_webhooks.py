"""Webhooks of a running server: bursts, a kill in the middle, replays, and what starts a build."""

from __future__ import annotations

import json
import os
import random
import re
import signal
import sqlite3
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import httpx
import pytest
from pytest_httpserver import HTTPServer
from werkzeug import Request, Response

from tests.servers.process import wait_until
from tests.service.web.running import Serving, Start, signature

SECRET = "a-secret-of-some-length"
HOOKS = """
[[serve.webhook]]
name = "github"
sender = "github"
secret = "env:HOOK_SECRET"
[[serve.webhook]]
name = "am"
sender = "alertmanager"
secret = "env:HOOK_SECRET"
[[serve.webhook]]
name = "slack"
sender = "slack"
secret = "env:HOOK_SECRET"
[[serve.webhook]]
name = "ce"
sender = "cloudevents"
secret = "env:HOOK_SECRET"
"""
BEARER = {"authorization": f"Bearer {SECRET}"}
SENT = 1_000


def deliver(client: httpx.Client, number: int) -> bool:
    """Send one delivery as GitHub would; tell whether it was acknowledged."""
    body = json.dumps({"action": "created", "number": number}).encode()
    headers = {
        "x-hub-signature-256": f"sha256={signature(SECRET, body)}",
        "x-github-delivery": f"d{number}",
        "x-github-event": "push",
    }
    try:
        return client.post("/hooks/github", content=body, headers=headers).status_code == 202
    except httpx.TransportError:
        return False


def stored(server: Serving) -> list[str]:
    with sqlite3.connect(server.folder / "postmortems" / "timeline.db") as connection:
        assert connection.execute("PRAGMA integrity_check").fetchone()[0] == "ok"
        return [str(row[0]) for row in connection.execute("SELECT delivery FROM events ORDER BY id")]


def test_a_burst_with_a_kill_in_the_middle_loses_none_and_doubles_none(start: Start) -> None:
    server = start(HOOKS, HOOK_SECRET=SECRET)
    acknowledged: set[int] = set()
    lock, killed = threading.Lock(), threading.Event()

    def kill() -> None:
        os.kill(-server.pid if os.getpgid(server.pid) == server.pid else server.pid, signal.SIGKILL)
        killed.set()

    def send(part: list[int]) -> None:
        with server.client() as client:
            for number in part:
                done = deliver(client, number)
                with lock:
                    if done:
                        acknowledged.add(number)
                    if len(acknowledged) == SENT // 2 and not killed.is_set():
                        kill()

    numbers = random.Random(7).sample(range(SENT), SENT)
    with ThreadPoolExecutor(12) as pool:
        list(pool.map(send, [numbers[n::12] for n in range(12)]))
    assert killed.is_set()
    before = set(acknowledged)
    assert SENT // 2 <= len(before) < SENT
    assert {f"d{n}" for n in before} <= set(stored(server))  # nothing that was acknowledged is lost

    server.kill()
    server.restart()
    # Senders try again what was not acknowledged, and some what was: their answer was lost on the way.
    again = [n for n in range(SENT) if n not in before] + random.Random(8).sample(sorted(before), 100)
    with ThreadPoolExecutor(12) as pool, server.client() as client:
        assert all(pool.map(lambda n: deliver(client, n), again))
    kept = stored(server)
    assert len(kept) == SENT
    assert set(kept) == {f"d{n}" for n in range(SENT)}


def test_a_replay_is_recognised_and_a_wrong_signature_refused(start: Start) -> None:
    server = start(HOOKS, HOOK_SECRET=SECRET)
    body = b'{"zen": "x"}'
    good = {
        "x-hub-signature-256": f"sha256={signature(SECRET, body)}",
        "x-github-event": "ping",
        "x-github-delivery": "p1",
    }
    with server.client() as client:
        assert client.post("/hooks/github", content=body, headers=good).json() == {"stored": 1, "replayed": 0}
        assert client.post("/hooks/github", content=body, headers=good).json() == {"stored": 0, "replayed": 1}
        assert (
            client.post("/hooks/github", content=body, headers={**good, "x-github-delivery": "p2"}).json()[
                "replayed"
            ]
            == 1
        )
        assert client.post("/hooks/github", content=body + b" ", headers=good).status_code == 401
        assert client.post("/hooks/github", content=b"x" * (9 * 2**20), headers=good).status_code == 413
        assert client.post("/hooks/am", content=b"no json", headers=BEARER).status_code == 202


def test_slack_is_challenged_and_cloudevents_agree(start: Start) -> None:
    server = start(HOOKS, HOOK_SECRET=SECRET)
    body, stamp = b'{"type": "url_verification", "challenge": "abc"}', str(int(time.time()))
    signed = f"v0={signature(SECRET, f'v0:{stamp}:'.encode() + body)}"
    with server.client() as client:
        headers = {"x-slack-request-timestamp": stamp, "x-slack-signature": signed}
        assert client.post("/hooks/slack", content=body, headers=headers).text == "abc"
        assert (
            client.post(
                "/hooks/slack", content=body, headers={**headers, "x-slack-request-timestamp": "abc"}
            ).status_code
            == 401
        )
        agreed = client.options("/hooks/ce", headers={"webhook-request-origin": "events.example"})
        assert agreed.headers["webhook-allowed-origin"] == "events.example"
        batch = [{"specversion": "1.0", "id": str(n), "source": "/s", "type": "t"} for n in range(3)]
        answer = client.post(
            "/hooks/ce",
            content=json.dumps(batch),
            headers={**BEARER, "content-type": "application/cloudevents-batch+json"},
        )
        assert answer.json() == {"stored": 3, "replayed": 0}
        many = json.dumps([{"id": str(n), "source": "/s", "type": "t"} for n in range(10_001)])
        batch_type = {"content-type": "application/cloudevents-batch+json"}
        assert client.post("/hooks/ce", content=many, headers={**BEARER, **batch_type}).status_code == 413


SOURCE = """
[[source]]
name = "status"
collector = "jsonl"
path = "{path}"
[source.map]
time = "at"
kind = "status.posted"
names = {{ status = "status" }}
"""
LABELS = {"alertname": "CheckoutErrors", "incident": "INC-7"}


def resolved(number: int = 0) -> dict[str, Any]:
    times = {"startsAt": "2026-11-01T10:00:00Z", "endsAt": "2026-11-01T10:30:00Z"}
    return {
        "status": "resolved",
        "alerts": [{"status": "resolved", "labels": LABELS, **times}],
        "commonLabels": LABELS,
        "n": number,
    }


@pytest.fixture
def builder(start: Start, tmp_path: Path) -> Serving:
    """A server with a source to build from."""
    (tmp_path / "status.jsonl").write_text('{"at": "2026-11-01T10:05:00Z", "status": "investigating"}\n')
    return start(HOOKS + SOURCE.format(path=tmp_path / "status.jsonl"), HOOK_SECRET=SECRET)


def builds(server: Serving) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = httpx.get(f"{server.url}/api/builds", trust_env=False).json()
    return found


def test_resolved_starts_a_build_and_the_incident_is_in_the_list(builder: Serving) -> None:
    with builder.client() as client:
        client.post("/hooks/am", json={**resolved(), "status": "firing"}, headers=BEARER)
        client.post("/hooks/am", json=resolved(), headers=BEARER)
        wait_until(
            lambda: [b["state"] for b in builds(builder)] == ["done"],
            60,
            "the build is not done",
            builder.log,
        )
        (build,) = builds(builder)
        assert (build["incident"], build["cause"], build["facts"]) == ("INC-7", "webhook am", 1)
        assert {one["id"] for one in client.get("/api/incidents").json()} == {"INC-7", "INC-42"}
        assert client.get("/incidents/INC-7").status_code == 200
        assert "CheckoutErrors" not in client.get("/api/incidents/INC-7").text


def test_a_failed_build_is_shown_and_tried_again_after_a_wait(builder: Serving) -> None:
    (builder.folder / "status.jsonl").unlink()
    with builder.client() as client:
        client.post("/hooks/am", json=resolved(), headers=BEARER)
        wait_until(
            lambda: bool(builds(builder)) and builds(builder)[0]["error"] is not None,
            60,
            "no failure",
            builder.log,
        )
        (build,) = builds(builder)
        assert (build["state"], build["tries"]) == ("queued", 1)
        assert build["next_at"] > build["finished_at"]
        assert "no source answered" in client.get("/").text
        # The cause is gone, and somebody does not want to wait.
        (builder.folder / "status.jsonl").write_text(
            '{"at": "2026-11-01T10:05:00Z", "status": "investigating"}\n'
        )
        assert client.post("/api/incidents/INC-7/builds").status_code == 202
        wait_until(lambda: builds(builder)[0]["state"] == "done", 60, "the build is not done", builder.log)


SLOW = """
[[source]]
name = "am"
collector = "alertmanager"
url = "{url}"
"""


def test_a_build_that_a_kill_cut_off_is_taken_up_again(start: Start, httpserver: HTTPServer) -> None:
    goes_on = threading.Event()

    def answer(_: Request) -> Response:
        goes_on.wait(60)
        return Response("[]", content_type="application/json")

    httpserver.expect_request(re.compile("/api/v2/.*")).respond_with_handler(answer)
    server = start(HOOKS + SLOW.format(url=httpserver.url_for("").rstrip("/")), HOOK_SECRET=SECRET)
    with server.client() as client:
        client.post("/hooks/am", json=resolved(), headers=BEARER)
        wait_until(lambda: bool(server.lines("build_started")), 60, "it does not run", server.log)
        assert [b["state"] for b in builds(server)] == ["running"]
    server.kill()
    server.restart()
    goes_on.set()
    wait_until(
        lambda: [b["state"] for b in builds(server)] == ["done"], 90, "the build is not done", server.log
    )
    assert len(server.lines("build_started")) == 2
