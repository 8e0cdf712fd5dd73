"""A live drill: a real Alertmanager notifies of an alert that fires and ends, and the inbox keeps it."""

from __future__ import annotations

import json
import sqlite3
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from collectors import testing
from collectors.inbox.collector import InboxCollector
from tests.servers.process import wait_until
from tests.service.web.running import Serving, Start
from timeline.instant import NS
from timeline.model import Window

SECRET = "a-secret-of-some-length"
HOOK = """
[[serve.webhook]]
name = "am"
sender = "alertmanager"
secret = "env:AM_SECRET"
"""
CONFIG = """\
route: {{receiver: timeline, group_wait: 0s, group_interval: 1s, repeat_interval: 1h}}
receivers:
- name: timeline
  webhook_configs:
  - url: {url}/hooks/am
    send_resolved: true
    http_config: {{authorization: {{credentials: {secret}}}}}
"""


def stamp() -> str:
    """Return the second that it is."""
    return time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime())


def events(server: Serving) -> list[dict[str, object]]:
    with sqlite3.connect(server.folder / "postmortems" / "timeline.db") as connection:
        return [json.loads(row[0]) for row in connection.execute("SELECT body FROM events ORDER BY id")]


@pytest.mark.parametrize("version", ["0.25", pytest.param("0.34.2", marks=pytest.mark.needs_compiled)])
def test_alertmanager_gets_a_history(
    start: Start, start_alertmanager: Callable[..., object], version: str, tmp_path: Path
) -> None:
    begun = time.time_ns()
    server = start(HOOK, AM_SECRET=SECRET)
    manager = start_alertmanager(version=version, config=CONFIG.format(url=server.url, secret=SECRET))
    labels = {"alertname": "CheckoutErrors", "service": "checkout", "severity": "critical"}
    alert = {
        "labels": labels,
        "annotations": {"summary": "Errors above 2 %"},
        "generatorURL": "http://prometheus.example/graph?g0.expr=up",
    }
    firing = stamp()
    manager.post([{**alert, "startsAt": firing}])  # type: ignore[attr-defined]
    wait_until(
        lambda: [e["status"] for e in events(server)] == ["firing"], 60, "no notification came", server.log
    )
    wait_until(lambda: stamp() > firing, 10, "the clock does not go on")
    ended = stamp()
    manager.post([{**alert, "startsAt": firing, "endsAt": ended}])  # type: ignore[attr-defined]
    wait_until(
        lambda: [e["status"] for e in events(server)][-1] == "resolved", 60, "it was not resolved", server.log
    )
    server.stop()

    window = Window(start=begun - 1, end=time.time_ns() + NS)
    options = {"path": str(server.folder / "postmortems" / "timeline.db")}
    run = testing.check(InboxCollector, options, window, source="inbox", now=window.end)
    told = {f.kind: f for f in run.facts}
    assert set(told) == {"alert.firing", "alert.resolved", "alert.notified"}
    assert [f.kind for f in run.facts].count("alert.notified") == 2
    assert told["alert.firing"].latest < told["alert.resolved"].latest
    assert told["alert.firing"].clock == "prometheus.example"
    assert all(begun < f.latest < window.end for f in run.facts)
    assert (
        told["alert.notified"].statement
        == "A notification of alert `CheckoutErrors` was sent to `timeline` (`service=checkout, severity=critical`)"
    )
    assert [g.reason for g in run.gaps] == []
