"""The inbox: what webhooks told, when it happened, and when nobody listened."""

from __future__ import annotations

import sqlite3
from pathlib import Path

from archive import database, events
from collectors import testing
from collectors.inbox.collector import InboxCollector
from tests.collectors.alert_cases import alert, group
from tests.collectors.probing import probe
from tests.collectors.webhook_cases import START, WINDOW, Inbox, kinds
from timeline.instant import MINUTE, NS, format_instant


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


def test_a_sender_that_is_not_installed_loses_no_delivery(inbox: Inbox) -> None:
    body = b'{"id": 7}'
    events.store(inbox.connection, [events.Event("a", "acme", None, "call", START, body, 0)])
    run = inbox.read()
    assert [f.statement for f in run.facts] == ["`acme call` was recorded by `a`"]
    assert [g.statement for g in run.gaps] == [
        "1 delivery could not be read: a call: no sender 'acme' is installed"
    ]


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


def test_doctor_tells_a_sender_whose_records_arrive_before_their_time(inbox: Inbox) -> None:
    for number, late in enumerate((2, -40, 90)):
        at = format_instant(START + number * 60 * NS)
        body = {
            "specversion": "1.0",
            "id": str(number),
            "source": "/deployer",
            "type": "deployed",
            "time": at,
        }
        inbox.take(
            "cloudevents",
            body,
            START + (number * 60 + late) * NS,
            content_type="application/cloudevents+json",
        )
    check = probe(InboxCollector, {"path": str(inbox.path)})["clock"]
    assert not check.ok
    assert "at least 40.0 s ahead of ours, by 3 records" in check.detail
    assert "clock" not in probe(InboxCollector, {"path": str(inbox.path), "hooks": ["github"]})


def test_doctor_names_a_file_that_opens_and_cannot_be_read(inbox: Inbox) -> None:
    inbox.connection.execute("ALTER TABLE events RENAME COLUMN body TO words")
    (line,) = probe(InboxCollector, {"path": str(inbox.path)}).values()
    assert not line.ok
    assert "cannot be read: no such column: body" in line.detail
