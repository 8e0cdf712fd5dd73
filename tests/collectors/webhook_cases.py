"""What every sender's tests start from: deliveries that prove themselves, and an inbox that took them."""

from __future__ import annotations

import base64
import dataclasses
import hashlib
import hmac
import json
from pathlib import Path
from typing import Any

from archive import database, events
from collectors import testing
from collectors.inbox.collector import InboxCollector
from collectors.kit import webhooks
from collectors.kit.proof import Proof, RefusedError, Request
from collectors.kit.webhooks import Delivery, Resolution, Webhook
from timeline.instant import MINUTE, NS, parse_instant
from timeline.model import Window

NOW = 1_795_000_000 * NS
STAMP = str(NOW // NS)
SECRET = "a-secret-of-some-length"
SIGNING = "whsec_" + base64.b64encode(b"k" * 32).decode()
BODY = b'{"status": "resolved"}'
#: No second, no number, too old, too early: whoever sends one is refused, and raises nothing else.
ODD_STAMPS = [
    "",
    "abc",
    "1e9",
    "-1",
    "٣٤٥",
    "9" * 400,
    str(NOW // NS - 301),
    str(NOW // NS + 301),
    "1.5",
    " ",
]

START = parse_instant("2026-11-21T14:00:00Z")
WINDOW = Window(start=START, end=START + 60 * MINUTE)


def mac(data: bytes, key: bytes = SECRET.encode()) -> str:
    return hmac.new(key, data, hashlib.sha256).hexdigest()


def request(body: Any = BODY, query: dict[str, str] | None = None, **headers: Any) -> Request:
    data = body if isinstance(body, bytes) else json.dumps(body).encode()
    return Request({k.replace("_", "-"): v for k, v in headers.items()}, query or {}, data, NOW)


def basic(pair: str) -> str:
    return "Basic " + base64.b64encode(pair.encode()).decode()


def proves(webhook: Webhook, given: Request, proof: Proof) -> None:
    """Check that a delivery passes, and neither a changed one nor one by another's secret does."""
    webhook.authenticate(given, proof)
    if any("signature" in name for name in given.headers):
        assert is_refused(webhook, dataclasses.replace(given, body=given.body + b" "), proof)
    assert is_refused(webhook, given, Proof("another-secret", "another:pair"))


def is_refused(webhook: Webhook, given: Request, proof: Proof) -> bool:
    try:
        webhook.authenticate(given, proof)
    except RefusedError:
        return True
    return False


def received(webhook: Webhook, body: Any, **headers: Any) -> Delivery:
    """Return the one event of a delivery."""
    (delivery,) = webhook.receive(request(body, **headers))
    return delivery


def resolved(webhook: Webhook, body: Any, label: str = "incident", **headers: Any) -> Resolution | None:
    """Return what a delivery says is over."""
    assert webhook.resolution is not None
    return webhook.resolution(received(webhook, body, **headers).type, body, label)


def opened(webhook: Webhook, body: Any, label: str = "incident", **headers: Any) -> Resolution | None:
    """Return what a delivery says has begun."""
    assert webhook.opening is not None
    return webhook.opening(received(webhook, body, **headers).type, body, label)


class Inbox:
    """A database filled the way the server fills it."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.connection = database.connect(path)
        run = events.listen(self.connection, START - 60 * MINUTE)
        events.alive(self.connection, run, START + 120 * MINUTE)

    def take(self, sender: str, body: Any, at: int = START + 5 * MINUTE, **headers: Any) -> None:
        """Store a delivery under a webhook of the sender's name."""
        deliveries = webhooks.load(sender).receive(request(body, **headers))
        stored = [events.Event(sender, sender, d.id, d.type, at, d.body, d.repeat_after) for d in deliveries]
        events.store(self.connection, stored)

    def read(self, window: Window = WINDOW, **options: Any) -> testing.Run:
        """Read it, through the whole contract."""
        now = START + 3 * 60 * MINUTE
        given = {"path": str(self.path), **options}
        return testing.check(InboxCollector, given, window, source="inbox", now=now)


def kinds(run: testing.Run) -> list[str]:
    """Return the kinds of a run's facts, in their order in time."""
    return [f.kind for f in sorted(run.facts, key=lambda f: (f.latest, f.kind))]
