"""Deliveries of every sender under a flood of forged ones, with a kill in the middle: none lost, none doubled.

`TIMELINE_DELIVERIES=1000` sends a thousand of each sender; without it there are fewer.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import os
import random
import signal
import sqlite3
import subprocess
import sys
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path

import httpx
import pytest

from tests.service.web.running import Serving, Start, signature

SECRET = "a-secret-of-some-length"
SIGNING = "whsec_" + base64.b64encode(b"k" * 32).decode()
SENT = int(os.environ.get("TIMELINE_DELIVERIES", "60"))  # of each sender
QUICK = 1.0  # seconds in which a real sender is answered
SENDERS = 12  # at once

Signed = Callable[[bytes, int], dict[str, str]]
BEARER = {"authorization": f"Bearer {SECRET}"}


def _slack(body: bytes, _: int) -> dict[str, str]:
    stamp = str(int(time.time()))
    made = signature(SECRET, f"v0:{stamp}:".encode() + body)
    return {"x-slack-request-timestamp": stamp, "x-slack-signature": f"v0={made}"}


def _grafana(body: bytes, _: int) -> dict[str, str]:
    stamp = str(int(time.time()))
    made = signature(SECRET, f"{stamp}:".encode() + body)
    return {"x-grafana-alerting-timestamp": stamp, "x-grafana-alerting-signature": made}


def _standard(body: bytes, number: int) -> dict[str, str]:
    stamp = str(int(time.time()))
    made = hmac.new(b"k" * 32, f"m{number}.{stamp}.".encode() + body, hashlib.sha256).digest()
    return {
        "webhook-id": f"m{number}",
        "webhook-timestamp": stamp,
        "webhook-signature": f"v1,{base64.b64encode(made).decode()}",
    }


def _github(body: bytes, number: int) -> dict[str, str]:
    made = f"sha256={signature(SECRET, body)}"
    return {"x-hub-signature-256": made, "x-github-delivery": f"d{number}", "x-github-event": "push"}


#: The hook's name, its sender, what holds the secret, and what proves a delivery.
HOOKS: dict[str, tuple[str, str, Signed]] = {
    "am": ("alertmanager", "PLAIN", lambda *_: BEARER),
    "grafana": ("grafana", "PLAIN", _grafana),
    "grafana-bearer": ("grafana", "PLAIN", lambda *_: BEARER),
    "pagerduty": ("pagerduty", "PLAIN", lambda body, _: {"x-pagerduty-signature": f"v1={signature(SECRET, body)}"}),
    "github": ("github", "PLAIN", _github),
    "gitlab": ("gitlab", "PLAIN", lambda _, n: {"x-gitlab-token": SECRET, "idempotency-key": f"k{n}"}),
    "gitlab-signed": ("gitlab", "SIGNING", _standard),
    "slack": ("slack", "PLAIN", _slack),
    "statuspage": ("statuspage", "PLAIN", lambda *_: {}),
    "opsgenie": ("opsgenie", "PLAIN", lambda *_: BEARER),
    "ce": ("cloudevents", "PLAIN", lambda *_: BEARER),
}  # fmt: skip
CONFIG = "".join(
    f'[[serve.webhook]]\nname = "{name}"\nsender = "{sender}"\nsecret = "env:{secret}"\nbuild = false\n'
    for name, (sender, secret, _) in HOOKS.items()
)


def delivery(hook: str, number: int) -> bytes:
    """Return a body of which each sender has one only."""
    own = {"source": "/s", "id": f"e{number}", "type": "t", "event_id": f"Ev{number}", "specversion": "1.0"}
    return json.dumps({**own, "hook": hook, "number": number, "status": "firing", "alerts": []}).encode()


class Real:
    """The senders themselves: what was acknowledged, and how long each answer took (s)."""

    def __init__(self, server: Serving) -> None:
        self.server = server
        self.acknowledged: set[tuple[str, int]] = set()
        self.waits: list[float] = []
        self._lock, self.count = threading.Lock(), 0

    def send(self, client: httpx.Client, hook: str, number: int) -> None:
        """Send one delivery."""
        body = delivery(hook, number)
        headers = {"content-type": "application/json", **HOOKS[hook][2](body, number)}
        query = f"?token={SECRET}" if hook == "statuspage" else ""
        begun = time.monotonic()
        try:
            code = client.post(f"/hooks/{hook}{query}", content=body, headers=headers).status_code
        except httpx.TransportError:
            return  # the kill
        with self._lock:
            self.waits.append(time.monotonic() - begun)
            assert code == 202, (hook, code)
            self.acknowledged.add((hook, number))

    def all(self, wanted: list[tuple[str, int]], each: Callable[[], None] = lambda: None) -> None:
        """Send deliveries, several at once."""

        def part(first: int) -> None:
            with self.server.client() as client:
                for hook, number in wanted[first::SENDERS]:
                    self.send(client, hook, number)
                    each()

        with ThreadPoolExecutor(SENDERS) as pool:
            list(pool.map(part, range(SENDERS)))


@contextmanager
def flooded(server: Serving) -> Iterator[None]:
    """Have forged deliveries come to every hook meanwhile."""
    url = httpx.URL(server.url)
    command = [sys.executable, "-m", "tests.service.web.flood", url.host, str(url.port), *HOOKS]
    with subprocess.Popen(
        command, stdout=subprocess.PIPE, text=True, env={**os.environ, "PYTHONPATH": str(Path.cwd())}
    ) as flood:
        yield
        flood.terminate()
        assert flood.stdout is not None
        told: dict[str, int] = json.loads(flood.stdout.read())
    assert told.get("401", 0) > 0, told
    assert set(told) <= {"401", "429", ""}, told
    assert sum(told.values()) > 10 * len(HOOKS), told
    print(f"forged: {told}")


def stored(server: Serving) -> Counter[tuple[str, int]]:
    with sqlite3.connect(server.folder / "postmortems" / "timeline.db") as connection:
        assert connection.execute("PRAGMA integrity_check").fetchone()[0] == "ok"
        rows = connection.execute("SELECT hook, body FROM events")
        bodies = [(hook, json.loads(body)) for hook, body in rows]
    return Counter((hook, (body.get("data") or body)["number"]) for hook, body in bodies)


@pytest.mark.timeout(1800)
def test_under_a_flood_and_with_a_kill_none_is_lost_none_doubled_and_each_is_answered_at_once(
    start: Start,
) -> None:
    server = start(CONFIG, PLAIN=SECRET, SIGNING=SIGNING)
    wanted = [(hook, number) for hook in HOOKS for number in range(SENT)]
    random.Random(7).shuffle(wanted)
    real, killed, lock = Real(server), threading.Event(), threading.Lock()

    def kill() -> None:
        with lock:
            if len(real.acknowledged) >= len(wanted) // 2 and not killed.is_set():
                os.killpg(server.pid, signal.SIGKILL)
                killed.set()

    with flooded(server):
        real.all(wanted, kill)
        assert killed.is_set()
        before = set(real.acknowledged)
        assert len(wanted) // 2 <= len(before) < len(wanted)
        assert before <= set(stored(server))  # nothing that was acknowledged is lost
        server.kill()
        server.restart()
        # Again: what was not acknowledged, and some of what was: its answer was lost on the way.
        replayed = random.Random(8).sample(sorted(before), len(before) // 10)
        real.all([one for one in wanted if one not in before] + replayed)
    assert real.acknowledged == set(wanted)
    assert stored(server) == Counter(wanted)
    waits = sorted(real.waits)
    print(
        f"{len(waits)} answers: median {waits[len(waits) // 2]:.3f} s, 99 % {waits[len(waits) * 99 // 100]:.3f} s, longest {waits[-1]:.3f} s"
    )
    assert waits[-1] < QUICK, waits[-10:]
