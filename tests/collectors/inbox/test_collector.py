"""The inbox: what webhooks told, when it happened, and when nobody listened."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from archive import database, events
from archive.events import Event
from collectors import testing
from collectors.inbox.collector import InboxCollector
from service.inbox.senders import Request, deliveries
from service.settings.serve import Sender
from tests.collectors.probing import probe
from timeline.facts import alert_thread
from timeline.instant import MINUTE, NS, Bounds, parse_instant, precise
from timeline.model import Window

START = parse_instant("2026-11-21T14:00:00Z")
WINDOW = Window(start=START, end=START + 60 * MINUTE)
LABELS = {"alertname": "CheckoutErrors", "service": "checkout", "severity": "critical"}


class Inbox:
    """A database filled the way the server fills it."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.connection = database.connect(path)
        run = events.listen(self.connection, START - 60 * MINUTE)
        events.alive(self.connection, run, START + 120 * MINUTE)

    def take(self, sender: Sender, body: Any, at: int = START + 5 * MINUTE, **headers: str) -> None:
        data = body if isinstance(body, bytes) else json.dumps(body).encode()
        given = Request({k.replace("_", "-"): v for k, v in headers.items()}, {}, data, at)
        found = [
            Event(sender, sender, d.id, d.type, at, d.body, d.repeat_after) for d in deliveries(sender, given)
        ]
        events.store(self.connection, found)

    def read(self, window: Window = WINDOW, **options: Any) -> testing.Run:
        return testing.check(
            InboxCollector,
            {"path": str(self.path), **options},
            window,
            source="inbox",
            now=START + 3 * 60 * MINUTE,
        )


@pytest.fixture
def inbox(tmp_path: Path) -> Inbox:
    return Inbox(tmp_path / "timeline.db")


def alert(
    status: str = "firing",
    starts: str = "2026-11-21T14:02:03.456Z",
    ends: str = "0001-01-01T00:00:00Z",
    **labels: str,
) -> dict[str, Any]:
    return {
        "status": status, "labels": {**LABELS, **labels}, "annotations": {"summary": "Errors above 2 %"}, "startsAt": starts, "endsAt": ends,
        "generatorURL": "http://prometheus.example:9090/graph?g0.expr=up", "fingerprint": "a1",
    }  # fmt: skip


def group(*alerts: dict[str, Any], status: str = "firing", **more: Any) -> dict[str, Any]:
    return {
        "version": "4",
        "receiver": "timeline",
        "status": status,
        "alerts": list(alerts),
        "commonLabels": LABELS,
        "truncatedAlerts": 0,
        **more,
    }


def kinds(run: testing.Run) -> list[str]:
    return [f.kind for f in sorted(run.facts, key=lambda f: (f.latest, f.kind))]


def test_alertmanager_gets_a_history(inbox: Inbox) -> None:
    ended = "2026-11-21T14:20:00Z"
    inbox.take("alertmanager", group(alert()), START + 3 * MINUTE)
    inbox.take("alertmanager", group(alert()), START + 13 * MINUTE)
    inbox.take("alertmanager", group(alert("resolved", ends=ended), status="resolved"), START + 21 * MINUTE)
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
    assert by_kind["alert.resolved"].latest == parse_instant(ended) + NS - 1
    notified = by_kind["alert.notified"]
    assert (
        notified.statement
        == "A notification of alert `CheckoutErrors` was sent to `timeline` (`service=checkout`)"
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


def test_one_broken_alert_hides_no_other(inbox: Inbox) -> None:
    inbox.take("grafana", group(alert(starts="yesterday"), alert(instance="b"), {"labels": 3}))
    run = inbox.read()
    assert kinds(run).count("alert.firing") == 1
    assert [g.reason for g in run.gaps] == ["undecodable"]
    assert "custom" in kinds(run)


DEPLOYMENT = {
    "action": "created",
    "deployment": {"id": 7, "sha": "c" * 40, "environment": "production", "task": "deploy", "created_at": "2026-11-21T13:59:00Z", "creator": {"login": "ada", "type": "User"}},
    "deployment_status": {"id": 9, "state": "success", "environment": "production", "created_at": "2026-11-21T14:01:00Z", "creator": {"login": "ada", "type": "User"}},
    "repository": {"full_name": "shop/checkout", "html_url": "https://github.com/shop/checkout"},
}  # fmt: skip
GITLAB = {
    "object_kind": "deployment", "status": "success", "status_changed_at": "2026-11-21 15:01:00 +0100", "deployment_id": 15, "environment": "staging",
    "short_sha": "279484c0", "project": {"path_with_namespace": "shop/checkout", "web_url": "https://gitlab.example/shop/checkout"},
    "user": {"username": "bo", "name": "Bo Example"}, "deployable_url": "https://gitlab.example/shop/checkout/-/jobs/796",
}  # fmt: skip
PAGERDUTY = {
    "event": {
        "id": "E1", "event_type": "incident.acknowledged", "occurred_at": "2026-11-21T14:04:00.123Z", "agent": {"id": "P1", "summary": "Cy Example"},
        "data": {"id": "Q1", "number": 12, "title": "Checkout fails", "html_url": "https://shop.pagerduty.com/incidents/Q1", "service": {"summary": "checkout"}},
    }
}  # fmt: skip
SLACK = {
    "type": "event_callback", "team_id": "T1", "event_id": "Ev1",
    "event": {"type": "message", "channel": "C1", "user": "U1", "text": "<@U2> rolling back &amp; watching", "ts": "1795269900.000200"},
}  # fmt: skip
STATUSPAGE = {
    "page": {"id": "p1"},
    "incident": {
        "id": "i1", "status": "resolved", "shortlink": "https://stspg.io/1",
        "incident_updates": [
            {"id": "u2", "status": "resolved", "body": "All is well", "created_at": "2026-11-21T14:40:00.000Z"},
            {"id": "u1", "status": "investigating", "body": "We are looking", "created_at": "2026-11-21T14:10:00.000Z"},
        ],
    },
}  # fmt: skip
CLOUDEVENT = {
    "specversion": "1.0",
    "id": "c1",
    "source": "/deployer",
    "type": "dev.example.rolled_out",
    "time": "2026-11-21T14:03:00Z",
    "subject": "checkout",
}


def test_every_sender_is_read(inbox: Inbox) -> None:
    inbox.take("github", DEPLOYMENT, x_github_event="deployment_status", x_github_delivery="d1")
    inbox.take("gitlab", GITLAB, idempotency_key="k1")
    inbox.take("pagerduty", PAGERDUTY, x_webhook_id="w1")
    inbox.take("slack", SLACK)
    inbox.take("statuspage", STATUSPAGE)
    inbox.take("cloudevents", CLOUDEVENT, content_type="application/cloudevents+json")
    run = inbox.read()
    told = {f.kind: f for f in run.facts}
    assert sorted(f.kind for f in run.facts) == [
        "alert.acknowledged",
        "chat.message",
        "custom",
        "deploy.finished",
        "deploy.finished",
        "deploy.started",
        "status.posted",
        "status.posted",
    ]
    assert told["alert.acknowledged"].actor == "pagerduty:P1"
    assert told["chat.message"].quote is not None
    assert "rolling back & watching" in told["chat.message"].quote.text
    assert told["custom"].statement == "`dev.example.rolled_out` was recorded by `/deployer`"
    assert told["custom"].time_means == "time"
    assert {p.identity for p in run.people} >= {"github:ada", "gitlab:bo", "pagerduty:P1"}
    assert run.gaps == []


def test_an_incident_update_that_comes_again_is_told_once(inbox: Inbox) -> None:
    inbox.take("statuspage", STATUSPAGE)
    inbox.take("statuspage", {**STATUSPAGE, "meta": {"again": True}}, START + 30 * MINUTE)
    assert kinds(inbox.read()) == ["status.posted", "status.posted"]


def test_an_unknown_type_and_an_unreadable_body_are_facts_of_their_arrival(inbox: Inbox) -> None:
    inbox.take("github", {"zen": "x"}, x_github_event="brand_new", x_github_delivery="d1")
    inbox.take("pagerduty", b"\xff not json", x_webhook_id="w1")
    run = inbox.read()
    assert [f.statement for f in run.facts] == [
        "`github brand_new` was recorded by `github`",
        "`pagerduty unreadable` was recorded by `pagerduty`",
    ]
    assert [f.time_means for f in run.facts] == ["received_at", "received_at"]
    assert [g.reason for g in run.gaps] == ["undecodable"]


def test_when_nobody_listened_is_a_gap(tmp_path: Path) -> None:
    path = tmp_path / "t.db"
    connection = database.connect(path)
    for begin, end in ((10, 20), (30, 200)):
        run = events.listen(connection, START + begin * MINUTE)
        events.alive(connection, run, START + end * MINUTE)
    found = testing.check(InboxCollector, {"path": str(path)}, WINDOW, now=START + 200 * MINUTE).gaps
    spans = [(g.reason, (g.start - START) // MINUTE, (g.end - START) // MINUTE) for g in found]
    assert spans == [("past_retention", 0, 10), ("partial", 20, 30)]


def test_a_late_notification_of_the_window_is_read_and_hooks_can_be_chosen(inbox: Inbox) -> None:
    late = group(alert("resolved", ends="2026-11-21T14:59:00Z"), status="resolved")
    inbox.take("alertmanager", late, START + 64 * MINUTE)
    inbox.take("github", {}, x_github_event="ping", x_github_delivery="d1")
    assert "alert.resolved" in kinds(inbox.read())
    assert kinds(inbox.read(hooks=["github"])) == ["custom"]


def test_many_events_come_in_pages(inbox: Inbox) -> None:
    for number in range(1_201):
        inbox.take(
            "github", {"n": number}, START + number * NS, x_github_event="push", x_github_delivery=str(number)
        )
    run = inbox.read()
    assert len(run.facts) == 1_201
    assert len(run.tape.entries) == 4  # type: ignore[union-attr]  # three pages, and when somebody listened


def test_no_database_and_a_foreign_one_are_named(tmp_path: Path) -> None:
    run = testing.run(InboxCollector, {"path": str(tmp_path / "none.db")}, WINDOW)
    assert run.failure is not None
    assert run.failure.reason == "unreachable"
    other = tmp_path / "other.db"
    import sqlite3

    with sqlite3.connect(other) as connection:
        connection.execute("CREATE TABLE x (a)")
    run = testing.run(InboxCollector, {"path": str(other)}, WINDOW)
    assert run.failure is not None
    assert run.failure.reason == "undecodable"


def test_doctor_shows_the_file_its_events_and_who_listens(inbox: Inbox, tmp_path: Path) -> None:
    inbox.take("github", {}, x_github_event="ping", x_github_delivery="d1")
    lines = probe(InboxCollector, {"path": str(inbox.path)})
    assert [line.ok for line in lines.values()] == [True, True, True]
    assert lines["events"].detail == "1 stored, the first at 2026-11-21T14:05:00Z"
    assert lines["listening"].detail == "listened last at 2026-11-21T16:00:00Z"
    absent = probe(InboxCollector, {"path": str(tmp_path / "none.db")})
    assert not absent["reachable"].ok
