"""Alertmanager's notifications: a history, told once, and what they left out."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Callable, Iterator
from functools import partial
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest

from collectors import testing
from collectors.alertmanager.webhook import WEBHOOK
from collectors.inbox.collector import InboxCollector
from collectors.kit.proof import Proof, Request
from tests.collectors.alert_cases import LABELS, alert, group
from tests.collectors.webhook_cases import (
    SECRET,
    START,
    Inbox,
    basic,
    kinds,
    opened,
    proves,
    received,
    request,
    resolved,
)
from tests.servers.alertmanager import Alertmanager
from tests.servers.process import wait_until
from timeline.facts import alert_thread
from timeline.instant import MINUTE, NS, Bounds, format_instant, parse_instant, precise
from timeline.model import Window

ENDED = "2026-11-21T14:20:00Z"


@pytest.mark.parametrize(
    ("given", "proof"),
    [
        (request(authorization=f"Bearer {SECRET}"), Proof(SECRET)),
        (request(authorization=basic("am:pw")), Proof(basic="am:pw")),
    ],
)
def test_a_token_or_a_password_proves_it(given: Request, proof: Proof) -> None:
    assert WEBHOOK.basic
    proves(WEBHOOK, given, proof)


def test_its_events_have_a_type_and_no_id() -> None:
    assert received(WEBHOOK, {"status": "firing"})[:2] == (None, "firing")
    assert received(WEBHOOK, {}).type == "unknown"


def test_alertmanager_gets_a_history(inbox: Inbox) -> None:
    inbox.take("alertmanager", group(alert()), START + 3 * MINUTE)
    inbox.take("alertmanager", group(alert()), START + 13 * MINUTE)
    inbox.take("alertmanager", group(alert("resolved", ends=ENDED), status="resolved"), START + 21 * MINUTE)
    run = inbox.read()
    assert kinds(run) == [
        "alert.firing",
        "alert.notified",
        "alert.notified",
        "alert.resolved",
        "alert.notified",
    ]
    by_kind = {f.kind: f for f in run.facts}
    firing = by_kind["alert.firing"]
    assert Bounds(firing.earliest, firing.latest) == precise(
        parse_instant("2026-11-21T14:02:03.456Z"), NS // 1000
    )
    assert firing.clock == "prometheus.example"
    assert firing.time_means == "startsAt"
    assert firing.quote is None
    assert by_kind["alert.resolved"].latest == parse_instant(ENDED) + NS - 1
    notified = by_kind["alert.notified"]
    assert (
        notified.statement
        == "A notification of alert `CheckoutErrors` was sent to `timeline` (`service=checkout, severity=critical`)"
    )
    assert notified.quote is not None
    assert notified.quote.text == "Errors above 2 %"
    assert {f.thread for f in run.facts} == {alert_thread("inbox", "CheckoutErrors", LABELS)}
    assert run.gaps == []
    assert firing.evidence[0].link == "http://prometheus.example:9090/graph?g0.expr=up"


def test_a_repeat_while_it_is_tried_again_is_one_delivery(inbox: Inbox) -> None:
    for second in (0, 10, 40):
        inbox.take("alertmanager", group(alert()), START + second * NS)
    assert kinds(inbox.read()) == ["alert.notified", "alert.firing"]


def test_what_a_notification_left_out_is_a_gap(inbox: Inbox) -> None:
    inbox.take("alertmanager", group(alert(), truncatedAlerts=7))
    (gap,) = inbox.read().gaps
    assert (gap.reason, gap.missing) == ("truncated", "7 alerts")


def test_what_is_resolved_names_its_incident_by_label_else_by_alert_and_start() -> None:
    over = group(alert("resolved", ends=ENDED), status="resolved")
    bounds = ("2026-11-21T14:02:03.456999999Z", "2026-11-21T14:20:00.999999999Z")
    assert resolved(WEBHOOK, over) == ("CheckoutErrors-20261121T140203Z", *bounds)
    assert resolved(WEBHOOK, {**over, "commonLabels": {"incident": "INC/7"}}) == ("INC-7", *bounds)
    assert resolved(WEBHOOK, {**over, "commonAnnotations": {"a.b": "INC-8"}}, "a.b") == ("INC-8", *bounds)
    assert resolved(WEBHOOK, group(alert())) is None
    assert resolved(WEBHOOK, group(alert("resolved", ends="yesterday"), status="resolved")) is None
    assert resolved(WEBHOOK, {"status": "resolved", "alerts": 3}) is None


def test_a_start_that_moves_while_it_fires_is_no_second_firing(inbox: Inbox) -> None:
    for minute, starts in (
        (3, "2026-11-21T14:02:07Z"),
        (8, "2026-11-21T14:02:00Z"),
        (13, "2026-11-21T14:02:00Z"),
    ):
        inbox.take("alertmanager", group(alert(starts=starts)), START + minute * MINUTE)
    over = group(alert("resolved", starts="2026-11-21T14:02:00Z", ends=ENDED), status="resolved")
    inbox.take("alertmanager", over, START + 21 * MINUTE)
    # A late repeat of what is over.
    inbox.take("alertmanager", group(alert(starts="2026-11-21T14:01:00Z")), START + 25 * MINUTE)
    run = inbox.read()
    assert kinds(run).count("alert.firing") == kinds(run).count("alert.resolved") == 1
    assert run.gaps == []


def test_a_new_start_without_an_end_before_it_is_a_gap(inbox: Inbox) -> None:
    inbox.take("alertmanager", group(alert(starts="2026-11-21T14:02:00Z")), START + 3 * MINUTE)
    inbox.take("alertmanager", group(alert(starts="2026-11-21T14:12:00Z")), START + 13 * MINUTE)
    run = inbox.read()
    assert kinds(run).count("alert.firing") == 1
    (gap,) = run.gaps
    assert (
        gap.statement
        == "Alert `CheckoutErrors` was told to have begun again, and nothing told that it had ended"
    )


_CONFIG = """\
route: {receiver: r, group_by: [alertname], group_wait: 100ms, group_interval: 300ms, repeat_interval: 1s}
receivers: [{name: r, webhook_configs: [{url: "URL"}]}]
"""


@pytest.fixture
def heard() -> Iterator[tuple[str, list[dict[str, Any]]]]:
    """Give an address, and the notifications that were sent to it."""
    bodies: list[dict[str, Any]] = []

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            bodies.append(json.loads(self.rfile.read(int(self.headers["content-length"]))))
            self.send_response(200)
            self.end_headers()

        def log_message(self, *_: Any) -> None: ...

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}/", bodies
    server.shutdown()


@pytest.mark.parametrize("version", ["0.25", pytest.param("0.34", marks=pytest.mark.needs_compiled)])
def test_two_senders_of_one_alert_are_one_firing(
    inbox: Inbox,
    heard: tuple[str, list[dict[str, Any]]],
    start_alertmanager: Callable[..., Alertmanager],
    version: str,
) -> None:
    url, bodies = heard
    server, now = start_alertmanager(version=version, config=_CONFIG.replace("URL", url)), time.time_ns()
    later, earlier = format_instant(now - 7 * NS), format_instant(now - 60 * NS)
    for begun in (later, earlier):
        server.post([{"labels": LABELS, "startsAt": begun}])
        wait_until(partial(_told, bodies, begun), 60, "the firing was not sent", server.log)
    server.post([{"labels": LABELS, "startsAt": later, "endsAt": format_instant(time.time_ns())}])
    wait_until(lambda: bodies[-1]["status"] == "resolved", 60, "the end was not sent", server.log)
    for number, body in enumerate(bodies):
        inbox.take("alertmanager", body, now + number * 10 * MINUTE)
    end = now + len(bodies) * 10 * MINUTE
    window = Window(start=now - 60 * MINUTE, end=end)
    run = testing.check(InboxCollector, {"path": str(inbox.path)}, window, source="inbox", now=end)
    assert kinds(run).count("alert.firing") == kinds(run).count("alert.resolved") == 1


def _told(bodies: list[dict[str, Any]], begun: str) -> bool:
    return any(str(body["alerts"][0]["startsAt"])[:19] == begun[:19] for body in bodies)


def test_alerts_that_fire_begin_an_incident_where_a_label_names_it() -> None:
    fires = {**group(alert()), "commonLabels": {"incident": "INC/7"}}
    assert opened(WEBHOOK, fires) == ("INC-7", "2026-11-21T14:02:03.456999999Z", None)
    assert opened(WEBHOOK, group(alert())) is None
    assert opened(WEBHOOK, {**fires, "status": "resolved"}) is None
