"""Opsgenie's and Jira Service Management's alerts: logs, reports, spans, limits; incidents with their timelines."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import anyio
import pytest

from collectors.base import Context
from collectors.kit.redaction import Redactor
from collectors.kit.tape import MemoryStore, RecordingTape
from collectors.kit.tracker import IncidentRecord
from collectors.opsgenie.collector import JsmCollector, OpsgenieCollector
from collectors.testing import Run, check, run
from tests.collectors.probing import probe
from tests.collectors.webhook_cases import Inbox
from tests.fakes.opsgenie import KEY, LOGIN, FakeOpsgenie
from timeline.instant import MINUTE, NS, format_instant, parse_instant
from timeline.model import Incident, Window

START = parse_instant("2026-11-21T14:00:00Z")
WINDOW = Window(start=START, end=START + 60 * MINUTE)
SECRETS = {"env:OPSGENIE_KEY": KEY, "env:LOGIN": LOGIN}
ADA = "ada@example.org"


@pytest.fixture
def account() -> Iterator[FakeOpsgenie]:
    with FakeOpsgenie() as fake:
        yield fake


@pytest.fixture
def operations() -> Iterator[FakeOpsgenie]:
    with FakeOpsgenie(as_jsm=True) as fake:
        yield fake


def read(account: FakeOpsgenie, **options: Any) -> Run:
    if account.as_jsm:
        options = {"auth": {"basic": "env:LOGIN"}, **options}
    kind = JsmCollector if account.as_jsm else OpsgenieCollector
    return check(kind, {"url": account.url, **options}, WINDOW, secrets=SECRETS, source="og")


def lived(account: FakeOpsgenie) -> str:
    """Give an alert that went through everything."""
    own = account.alert(60.49)
    for after, text, owner, sort in (
        (60.49, "Alert created via API", "System", "system"),
        (61, "Sent [email] notification to [ada@example.org]", ADA, "alertRecipient"),
        (90, "Viewed on [web]", ADA, "alertRecipient"),
        (120, "Alert acknowledged via web", ADA, "system"),
        (180, "Alert unacknowledged via web", ADA, "system"),
        (200, "Escalated to next by [escalation]", "System", "system"),
        (300.5, "Alert closed via web", "bo@example.org", "system"),
    ):
        account.log(own, after, text, owner, sort)
    return own


@pytest.mark.parametrize("as_jsm", [False, True])
def test_an_alert_is_told_from_its_creation_to_its_end(
    account: FakeOpsgenie, operations: FakeOpsgenie, as_jsm: bool
) -> None:
    system = operations if as_jsm else account
    lived(system)
    found = read(system)
    assert (found.failure, found.gaps) == (None, [])
    told = [
        (f.kind, f.statement.replace("\ue000", "<").replace("\ue001", ">"))
        for f in sorted(found.facts, key=lambda f: f.latest)
    ]
    alert, ada = "`Error rate of checkout`", "<opsgenie:ada@example.org>"
    assert told == [
        ("alert.firing", f"Alert {alert} fired (`priority=P1`)"),
        ("alert.notified", f"A notification of alert {alert} was sent (`priority=P1`)"),
        ("custom", "`alertRecipient log of Error rate of checkout` was recorded by `Opsgenie`"),
        ("alert.acknowledged", f"Alert {alert} was acknowledged (`priority=P1`) by {ada}"),
        ("alert.unacknowledged", f"Alert {alert} was unacknowledged (`priority=P1`) by {ada}"),
        ("alert.escalated", f"Alert {alert} was escalated (`priority=P1`) by <opsgenie:System>"),
        ("alert.resolved", f"Alert {alert} stopped firing (`priority=P1`)"),
    ]  # fmt: skip
    first = min(found.facts, key=lambda f: f.latest)
    # Milliseconds, of which trailing zeros are not printed.
    assert (first.earliest, first.latest) == (START + 60_490_000_000, START + 60_491_000_000 - 1)
    assert len({f.thread for f in found.facts}) == 1
    assert {p.identity: p.bot for p in found.people} == {
        "opsgenie:System": True, "opsgenie:ada@example.org": False, "opsgenie:bo@example.org": False,
    }  # fmt: skip


def test_what_no_log_tells_is_told_by_the_alert_s_report(account: FakeOpsgenie) -> None:
    account.alert(60, updatedAt="2026-11-21T14:10:00Z", status="closed", report={"ackTime": 15_702, "closeTime": 60_503, "acknowledgedBy": ADA, "closedBy": ADA})  # fmt: skip
    logged = account.alert(70, status="closed", report={"ackTime": 1_000, "acknowledgedBy": ADA})
    account.log(logged, 71, "Acknowledged", ADA)
    told = sorted(
        (f.kind, f.latest - START, f.time_means) for f in read(account).facts if f.kind != "alert.firing"
    )
    assert told == [
        ("alert.acknowledged", 71_001_000_000 - 1, "createdAt"),
        ("alert.acknowledged", 75_703_000_000 - 1, "createdAt + report.ackTime"),
        ("alert.resolved", 120_504_000_000 - 1, "createdAt + report.closeTime"),
    ]


def test_an_older_alert_that_changed_in_the_window_is_read_and_one_that_did_not_costs_nothing(
    account: FakeOpsgenie,
) -> None:
    older = account.alert(-2 * 86_400)
    account.log(older, 30, "Alert closed via api", ADA)
    quiet = account.alert(-86_400)
    assert [f.kind for f in read(account).facts] == ["alert.resolved"]
    assert not [call for call in account.calls if quiet in call.path]
    found = run(OpsgenieCollector, {"url": account.url, "lookback": "1h"}, WINDOW, secrets=SECRETS)
    assert found.facts == []


def test_logs_are_read_page_by_page_and_two_of_a_second_stay_two(account: FakeOpsgenie) -> None:
    own = account.alert(0)
    for number in range(230):
        account.log(own, number // 2, "Alert acknowledged via web", ADA)
    acknowledged = [f for f in read(account).facts if f.kind == "alert.acknowledged"]
    assert len({f.id for f in acknowledged}) == 230


def test_more_than_paging_gives_is_asked_for_in_halves(
    account: FakeOpsgenie, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("collectors.opsgenie.alerts._CAP", 100)
    account.cap = 101
    for number in range(260):
        account.alert(number)
    found = read(account, incidents=False)
    assert len(found.facts) == 260
    assert found.gaps == []
    for _ in range(101):
        account.alert(300)
    found = run(OpsgenieCollector, {"url": account.url, "incidents": False}, WINDOW, secrets=SECRETS)
    assert [g.reason for g in found.gaps] == ["truncated"]


def test_a_search_narrows_and_a_limit_is_waited_for_as_it_says(account: FakeOpsgenie) -> None:
    account.alert(60)
    account.refusals = 1
    assert len(read(account, query="teams: payments", incidents=False).facts) == 1
    assert account.calls[0].query["query"].endswith(" AND (teams: payments)")


def test_an_incident_is_told_by_its_timeline_and_by_its_last_change_where_that_is_barred(
    account: FakeOpsgenie,
) -> None:
    own = account.incident(60, 600)
    account.entry(own, 120, "CustomUserEntry", "the pool is full")
    account.entry(own, 130, "ResponderAdded", "payments")
    account.entry(own, 590, "IncidentResolved", "")
    told = sorted((f.kind, f.latest - START) for f in read(account).facts)
    assert told == [
        ("chat.message", 120_001_000_000 - 1), ("custom", 130_001_000_000 - 1),
        ("incident.declared", 60_001_000_000 - 1), ("incident.resolved", 590_001_000_000 - 1),
    ]  # fmt: skip
    account.reads_timelines = False
    barred = read(account)
    assert [(g.reason, g.missing) for g in barred.gaps] == [("unauthorised", "timeline")]
    (over,) = [f for f in barred.facts if f.kind == "incident.resolved"]
    assert (over.earliest, over.latest) == (START + 60 * NS, START + 600_001_000_000 - 1)


def test_incidents_that_may_not_be_read_are_a_gap(
    account: FakeOpsgenie, monkeypatch: pytest.MonkeyPatch
) -> None:
    account.alert(60)
    alerts = account.routes()[:2]
    monkeypatch.setattr(account, "routes", lambda: alerts)
    found = read(account)
    assert [(g.missing, len(found.facts)) for g in found.gaps] == [("incidents", 1)]
    assert read(account, incidents=False).gaps == []


def asked(account: FakeOpsgenie, name: str) -> IncidentRecord | None:
    redactor = Redactor()
    tape = RecordingTape("incident", "opsgenie", MemoryStore(), redactor)
    context = Context(
        "incident", Incident(id=name), WINDOW.end, tape, lambda reference: redactor.add(SECRETS[reference])
    )
    made = OpsgenieCollector(OpsgenieCollector.options_type.model_validate({"url": account.url}), context)
    reference = made.reference(name, made.options)
    assert reference is not None
    return anyio.run(made.incident, reference)


def test_an_incident_is_found_by_each_of_its_names(account: FakeOpsgenie) -> None:
    own = account.incident(60, 600)
    for name in ("OG-1", own, f"https://acme.app.opsgenie.com/incident/detail/{own}"):
        found = asked(account, name)
        assert found is not None
        told = found.incident
        assert (told.id, told.title, told.severity) == ("OG-1", "Checkout fails", "P2")
        assert [format_instant(at or 0) for at in (told.start, told.end)] == [
            "2026-11-21T14:01:00Z",
            "2026-11-21T14:10:00Z",
        ]
        assert found.evidence["end"].pointer == "/data/impactEndDate"
    assert asked(account, "OG-7") is None


def test_doctor_shows_what_the_key_may_read_and_since_when(account: FakeOpsgenie) -> None:
    account.alert(-86_400)
    lines = probe(OpsgenieCollector, {"url": account.url}, SECRETS)
    assert list(lines) == ["reachable", "authorised", "clock", "retention"]
    assert lines["retention"].detail == "alerts since 2026-11-20T14:00:00Z"
    assert not probe(OpsgenieCollector, {"url": account.url}, {"env:OPSGENIE_KEY": "another-key-of-one"})[
        "authorised"
    ].ok


def test_the_webhook_tells_the_same_alert_in_the_same_thread(account: FakeOpsgenie, inbox: Inbox) -> None:
    own = lived(account)
    alert = {
        "alertId": own,
        "tinyId": "1",
        "message": "Error rate of checkout",
        "username": ADA,
        "createdAt": 1795269660490,
        "priority": "P1",
    }
    for action, at in (("Create", 1795269660490000000), ("Acknowledge", 1795269720003000001), ("Close", 1795269900500000002), ("AddTags", 1795269901000000003)):  # fmt: skip
        inbox.take(
            "opsgenie",
            {"action": action, "alert": {**alert, "updatedAt": at}, "source": {"name": "", "type": "web"}},
        )
    by_api, by_webhook = ({f.id: f for f in found.facts} for found in (read(account), inbox.read()))
    shared = by_api.keys() & by_webhook.keys()
    assert sorted(by_api[i].kind for i in shared) == ["alert.acknowledged", "alert.firing", "alert.resolved"]
    assert len({f.thread for f in (*by_api.values(), *by_webhook.values())}) == 1
    (other,) = [f for i, f in by_webhook.items() if i not in shared]
    assert (other.kind, other.statement) == (
        "custom",
        "`AddTags of Error rate of checkout` was recorded by `Opsgenie`",
    )
    assert (other.earliest, other.latest) == (1795269901000000003, 1795269901000000003)  # ns, beside ms
