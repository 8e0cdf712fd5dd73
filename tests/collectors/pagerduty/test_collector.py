"""PagerDuty's log entries: every kind, whole seconds, the end of paging, limits, people, and the webhook beside."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from collectors.kit.tape import RecordingTape
from collectors.pagerduty.collector import PagerdutyCollector
from collectors.testing import Run, check, run
from service.settings.identify import identify
from tests.collectors.probing import probe
from tests.collectors.webhook_cases import Inbox
from tests.fakes.pagerduty import ADA, BO, KEY, SERVICE, FakePagerduty
from timeline.instant import MINUTE, NS, parse_instant
from timeline.model import Incident, Window

START = parse_instant("2026-11-21T14:00:00Z")
WINDOW = Window(start=START, end=START + 60 * MINUTE)
LINKED = Incident(
    id="PD-4", links=("https://status.example/1", "https://acme.pagerduty.com/incidents/Q0000000000004")
)
SECRETS = {"env:PAGERDUTY_TOKEN": KEY}


@pytest.fixture
def account() -> Iterator[FakePagerduty]:
    with FakePagerduty() as fake:
        yield fake


def read(account: FakePagerduty, window: Window = WINDOW, **options: Any) -> Run:
    return check(PagerdutyCollector, {"url": account.url, **options}, window, secrets=SECRETS, source="pd")


def asked(account: FakePagerduty, path: str = "/log_entries") -> list[Any]:
    return [call for call in account.calls if call.path == path]


def attempt(account: FakePagerduty, **options: Any) -> Run:
    return run(PagerdutyCollector, {"url": account.url, **options}, WINDOW, secrets=SECRETS, source="pd")


def test_a_whole_incident_is_one_thread_of_facts(account: FakePagerduty) -> None:
    account.log(
        "trigger",
        60,
        SERVICE,
        channel={"type": "api", "summary": "Checkout fails", "service_key": "0123456789abcdef"},
    )
    account.log(
        "notify",
        62,
        user=ADA,
        channel={"notification": {"type": "sms_notification"}},
        summary="Notified Ada Example by SMS.",
    )
    account.log("assign", 62, SERVICE, assignees=[ADA, BO])
    account.log("acknowledge", 120, ADA, channel={"type": "website"})
    account.log("priority_change", 130, ADA, channel={"type": "website", "new_priority": {"summary": "P1"}})
    account.log("annotate", 140, ADA, channel={"type": "note", "content": "Bo Example looks at the pool"})
    account.log("snooze", 150, BO, channel={"type": "website", "duration": 600})
    account.log("exhaust_escalation_path", 160)
    account.log("unacknowledge", 162, summary="Unacknowledged due to timeout.")
    account.log("escalate", 164, ADA, assignees=[BO])
    account.log("assign", 165, ADA, assignees=[BO])
    account.log("resolve", 170, BO)
    found = read(account)
    assert found.failure is None
    assert found.gaps == []
    told = sorted((f.kind, f.statement.replace("\ue000", "<").replace("\ue001", ">")) for f in found.facts)
    ada, bo = "<pagerduty:PU00001>", "<pagerduty:PU00002>"
    assert told == sorted([
        ("incident.declared", "Incident `PagerDuty #4` was declared by <pagerduty:PSERV01>, per PagerDuty"),
        ("alert.notified", "A notification of alert `PagerDuty #4` was sent"),
        ("incident.role_assigned", f"Role `assignee of PagerDuty #4` was assigned to {ada}, per PagerDuty"),
        ("incident.role_assigned", f"Role `assignee of PagerDuty #4` was assigned to {bo}, per PagerDuty"),
        ("alert.acknowledged", f"Alert `PagerDuty #4` was acknowledged by {ada}"),
        ("incident.severity_changed", f"The severity of `PagerDuty #4` was changed to `P1` by {ada}, per PagerDuty"),
        ("chat.message", f"A message was posted by {ada} in `PagerDuty #4`"),
        ("custom", "`snooze of PagerDuty #4` was recorded by `PagerDuty`"),
        ("custom", "`exhaust_escalation_path of PagerDuty #4` was recorded by `PagerDuty`"),
        ("alert.unacknowledged", "Alert `PagerDuty #4` was unacknowledged"),
        ("alert.escalated", f"Alert `PagerDuty #4` was escalated to {bo} by {ada}"),
        ("alert.reassigned", f"Alert `PagerDuty #4` was reassigned to {bo} by {ada}"),
        ("incident.resolved", f"Incident `PagerDuty #4` was resolved by {bo}, per PagerDuty"),
    ])  # fmt: skip
    assert len({f.thread for f in found.facts}) == 1
    assert {f.subject.service for f in found.facts} == {"Checkout"}
    assert [(p.names, p.bot) for p in found.people] == [
        (("Checkout",), True), (("Ada Example",), False), (("Bo Example",), False),
    ]  # fmt: skip
    note = next(f for f in found.facts if f.kind == "chat.message")
    assert note.quote is not None
    assert note.quote.text == "Bo Example looks at the pool"
    payloads = b"".join(found.store.payloads.values())
    marks = payloads.count(b'"service_key": "[redacted:secret_key]"')
    assert marks
    assert isinstance(found.tape, RecordingTape)
    assert found.tape.redacted["secret_key"] == marks
    assert b"0123456789abcdef" not in payloads


def test_a_changed_priority_is_told_by_either_type_and_other_fields_by_theirs(account: FakePagerduty) -> None:
    account.log("urgency_change", 60, ADA, summary="Urgency changed from low to high.")
    for second, name in ((61, "priority"), (62, "service")):
        changed = {"application_fields": [{"id": "P1", "name": name, "value": "PIZW265"}]}
        account.log("field_value_change", second, ADA, channel={"changeset": changed})
    account.log("field_value_change", 63, channel={"changeset": None})
    kinds = [f.kind for f in sorted(read(account).facts, key=lambda f: f.latest)]
    assert kinds == ["incident.severity_changed", "incident.severity_changed", "custom", "custom"]


def test_times_are_whole_seconds_of_universal_time_and_links_lead_to_the_entry(
    account: FakePagerduty,
) -> None:
    account.log("trigger", 60)
    account.log("resolve", 61.9)
    told = {f.kind: f for f in read(account).facts}
    resolved = told["incident.resolved"]
    assert (resolved.earliest, resolved.latest) == (START + 61 * NS, START + 62 * NS - 1)
    assert (resolved.time_means, resolved.clock) == ("created_at", "acme.pagerduty.com")
    base = "https://acme.pagerduty.com/incidents/Q0000000000004/log_entries/R"
    assert [e.link for f in told.values() for e in f.evidence] == [f"{base}{1:025}", f"{base}{2:025}"]


def test_the_window_is_asked_in_universal_time_with_a_zone(account: FakePagerduty) -> None:
    for after in (-1, 0, 3_599, 3_600):
        account.log("annotate", after)
    assert len(attempt(account).facts) == 2
    odd = Window(start=WINDOW.start - NS // 2, end=WINDOW.end + 1)
    assert len(read(account, odd).facts) == 4  # whatever second the window touches
    query = account.calls[0].query
    assert (query["since"], query["until"]) == ("2026-11-21T14:00:00Z", "2026-11-21T15:00:00Z")
    assert (query["time_zone"], query["is_overview"], query["include[]"]) == ("UTC", "false", "channels")


def test_an_incident_from_before_the_window_is_not_missed_and_teams_narrow(account: FakePagerduty) -> None:
    account.log("trigger", -90 * 86_400, incident=3)
    account.log("acknowledge", 10, ADA, incident=3)
    assert [f.kind for f in read(account, teams=["PT1", "PT2"]).facts] == ["alert.acknowledged"]
    assert ("team_ids[]", "PT1") in account.calls[0].pairs
    assert ("team_ids[]", "PT2") in account.calls[0].pairs


def test_pages_are_read_to_their_end(account: FakePagerduty) -> None:
    for second in range(250):
        account.log("annotate", second)
    found = attempt(account)
    assert len(found.facts) == 250
    assert [call.query["offset"] for call in asked(account)] == ["0", "100", "200"]


def test_what_is_past_the_end_of_paging_is_asked_for_in_halves(
    account: FakePagerduty, monkeypatch: pytest.MonkeyPatch
) -> None:
    account.cap = 100
    monkeypatch.setattr("collectors.pagerduty.api.CAP", 100)
    for second in range(900):
        account.log("annotate", second)
    found = read(account)
    assert len(found.facts) == 900
    assert found.gaps == []
    assert all(int(c.query["offset"]) + int(c.query["limit"]) <= 100 for c in asked(account))
    account.calls.clear()
    attempt(account)
    places = [(c.query["since"], c.query["until"], c.query["offset"]) for c in asked(account)]
    assert len(places) == len(set(places))


def test_more_in_one_second_than_the_end_of_paging_is_a_named_gap(
    account: FakePagerduty, monkeypatch: pytest.MonkeyPatch
) -> None:
    account.cap = 100
    monkeypatch.setattr("collectors.pagerduty.api.CAP", 100)
    for _ in range(101):
        account.log("annotate", 30)
    account.log("annotate", 31)
    found = attempt(account)
    assert len(found.facts) == 101
    (gap,) = found.gaps
    assert gap.reason == "truncated"
    assert (gap.start, gap.end) == (START + 30 * NS, START + 31 * NS)
    assert "no more than the first 100 records" in gap.statement


@pytest.mark.parametrize("reset", ["1", None])
def test_a_limit_is_waited_for_as_its_header_says(account: FakePagerduty, reset: str | None) -> None:
    account.log("trigger", 60)
    account.refusals, account.reset = 1, reset
    found = attempt(account)
    assert found.failure is None
    assert len(found.facts) == 1
    assert len(asked(account)) == 2


def test_a_limit_past_time_cap_and_a_refused_key_end_in_a_named_failure(account: FakePagerduty) -> None:
    account.refusals, account.reset = 99, "3600"
    found = attempt(account, time_cap="5s")
    assert found.failure is not None
    assert found.failure.reason == "rate_limited"
    account.refusals = 0
    wrong = {"env:PAGERDUTY_TOKEN": "another-key-of-twenty-marks"}
    found = run(PagerdutyCollector, {"url": account.url}, WINDOW, secrets=wrong)
    assert found.failure is not None
    assert found.failure.reason == "unauthorised"


def test_what_was_read_before_a_failure_stays(
    account: FakePagerduty, monkeypatch: pytest.MonkeyPatch
) -> None:
    for second in range(150):
        account.log("annotate", second)
    monkeypatch.setattr(account, "routes", lambda: [("GET", "/log_entries", breaking)])

    def breaking(call: Any) -> Any:
        return {"log_entries": 7} if call.query["offset"] != "0" else account._list(call)

    found = attempt(account, change_events=False)
    assert len(found.facts) == 100
    (gap,) = found.gaps
    assert gap.statement == "Log entries were not all read (100 were): its log_entries is no list"


def test_entries_that_cannot_be_read_are_counted_and_unknown_ones_told(
    account: FakePagerduty, monkeypatch: pytest.MonkeyPatch
) -> None:
    account.log("trigger", 60)
    account.log("brand_new", 61, ADA)
    account.log("notify", 62, created_at="soon")
    account.log("notify", 63)["id"] = None
    account.log("notify", 64)["incident"] = None
    # A time that is none cannot be compared.
    monkeypatch.setattr(account, "_between", lambda _: account.entries)
    found = attempt(account)
    assert sorted(f.kind for f in found.facts) == ["custom", "incident.declared"]
    (gap,) = found.gaps
    assert (gap.reason, gap.missing) == ("undecodable", "3 log entries")
    assert len(gap.evidence) == 3


def test_an_oauth_token_stands_in_for_the_key(account: FakePagerduty) -> None:
    account.log("trigger", 60)
    options = {"url": account.url, "auth": {"bearer": "env:OAUTH"}}
    found = run(PagerdutyCollector, options, WINDOW, secrets={"env:OAUTH": KEY})
    assert len(found.facts) == 1
    made = PagerdutyCollector.options_type.model_validate(options)
    assert made.references() == ("env:OAUTH",)
    assert PagerdutyCollector.options_type().references() == ("env:PAGERDUTY_TOKEN",)


def test_the_webhook_tells_the_same_incident_in_the_same_thread(account: FakePagerduty, inbox: Inbox) -> None:
    account.log("acknowledge", 60, ADA)
    data = {"id": "Q0000000000004", "number": 4, "html_url": "https://acme.pagerduty.com/incidents/Q0000000000004", "service": {"summary": "Checkout"}}  # fmt: skip
    event = {"id": "01ABC", "event_type": "incident.acknowledged", "occurred_at": "2026-11-21T14:01:00.394Z", "agent": ADA, "data": data}  # fmt: skip
    inbox.take("pagerduty", {"event": event}, x_webhook_id="w1")
    (by_api,), (by_webhook,) = read(account).facts, inbox.read().facts
    assert by_api.thread == by_webhook.thread
    assert (by_api.statement, by_api.actor) == (by_webhook.statement, by_webhook.actor)
    assert by_api.id == by_webhook.id


def test_records_that_are_alike_within_a_second_are_all_told(account: FakePagerduty, inbox: Inbox) -> None:
    data = {"id": "Q0000000000004", "number": 4, "title": "Checkout fails"}
    for number in range(3):
        account.log("annotate", 60, ADA, channel={"type": "note", "content": f"note {number}"})
        event = {"id": f"01{number}", "event_type": "incident.annotated", "occurred_at": "2026-11-21T14:01:00.394Z", "agent": ADA, "data": {"content": f"note {number}", "incident": {"id": data["id"], "summary": "[#4] Checkout fails"}}}  # fmt: skip
        for delivery in "ab":  # each is delivered twice
            inbox.take("pagerduty", {"event": event}, x_webhook_id=f"{number}{delivery}")
    for found in (read(account), inbox.read()):
        notes = {f.id: f.quote.text for f in found.facts if f.quote}
        assert sorted(notes.values()) == ["note 0", "note 1", "note 2"]


def test_the_words_of_an_acknowledgement_are_the_title_not_who_it_was_by(account: FakePagerduty) -> None:
    account.log("acknowledge", 60, ADA, summary="Acknowledged by Ada Example.")
    account.log(
        "resolve", 61, ADA, channel={"type": "website", "note": "drained"}, note="the pool was drained"
    )
    assert [f.quote.text for f in read(account).facts if f.quote] == [
        "Checkout fails",
        "the pool was drained",
    ]


def test_doctor_shows_what_is_left_of_the_limit(account: FakePagerduty) -> None:
    lines = probe(PagerdutyCollector, {"url": account.url}, SECRETS)
    assert list(lines) == ["reachable", "log entries", "change events", "clock", "rate limit"]
    assert all(line.ok for line in lines.values())
    assert lines["rate limit"].detail == "959 requests left"
    wrong = {"env:PAGERDUTY_TOKEN": "another-key-of-twenty-marks"}
    assert not probe(PagerdutyCollector, {"url": account.url}, wrong)["authorised"].ok


def test_doctor_says_what_the_key_may_not_read(account: FakePagerduty) -> None:
    account.reads_changes = False
    lines = probe(PagerdutyCollector, {"url": account.url}, SECRETS)
    assert (lines["log entries"].ok, lines["change events"].ok) == (True, False)
    assert "change_events.read" in lines["change events"].detail
    assert "change events" not in probe(
        PagerdutyCollector, {"url": account.url, "change_events": False}, SECRETS
    )


def test_a_change_event_is_a_deploy_where_its_summary_says_so(account: FakePagerduty) -> None:
    account.log("trigger", 60)
    account.change(
        30, "Deployed checkout to production", custom_details={"environment": "production", "version": "v7"}
    )
    account.change(40, "Flag new-pool on", services=[], links=[])
    account.change(-7200, "Deployed long ago")
    found = read(account, deploys=["Deployed *"])
    told = {f.kind: f for f in found.facts}
    deploy = told["deploy.finished"]
    assert (
        deploy.statement
        == "Deploy `Deployed checkout to production` finished to `production` of `Checkout` at `v7`"
    )
    assert (deploy.subject.service, deploy.earliest) == ("Checkout", START + 30 * NS)
    assert deploy.evidence[0].link == "https://ci.example/build/0"
    other = told["custom"]
    assert (other.category, other.statement, other.surfaced) == (
        "change",
        "`change event` was recorded by `ci.example`",
        other.latest,
    )
    assert other.quote is not None
    assert other.quote.text == "Flag new-pool on"
    assert b"0" * 32 not in b"".join(
        found.store.payloads.values()
    )  # whoever has a routing key can send events
    assert {call.query["since"] for call in asked(account, "/change_events")} >= {"2026-11-21T14:00:00Z"}


def test_change_events_that_may_not_be_read_are_a_gap_and_the_rest_is_read(account: FakePagerduty) -> None:
    account.log("trigger", 60)
    account.reads_changes = False
    found = read(account)
    assert [(g.reason, g.missing) for g in found.gaps] == [("unauthorised", "change events")]
    assert len(found.facts) == 1
    assert read(account, change_events=False).gaps == []


def test_alerts_and_notes_of_a_linked_incident_are_read(account: FakePagerduty) -> None:
    account.log("trigger", 60)
    account.note(140, ADA, "the pool is full")
    account.beside["notes"].append(
        {**account.beside["notes"][0], "id": "N9", "content": "a second note of that second"}
    )
    account.log("resolve", 600, ADA)
    account.alert(58, "resolved")
    account.alert(59)
    account.alert(60, incident=5)
    account.alert(-7200)
    found = check(
        PagerdutyCollector, {"url": account.url}, WINDOW, secrets=SECRETS, source="pd", incident=LINKED
    )
    assert found.failure is None
    alerts = sorted(
        (f for f in found.facts if f.kind in {"alert.firing", "alert.resolved"}),
        key=lambda f: (f.kind, f.latest),
    )
    assert [f.kind for f in alerts] == ["alert.firing", "alert.firing", "alert.resolved"]
    assert alerts[0].statement == "Alert `HighErrorRate on checkout` fired (`severity=critical`)"
    # PagerDuty does not say when: with its incident at the latest.
    assert (alerts[2].earliest, alerts[2].latest) == (START + 58 * NS, START + 601 * NS - 1)
    assert alerts[2].thread == alerts[0].thread != alerts[1].thread
    notes = [f.quote.text for f in found.facts if f.kind == "chat.message" and f.quote]
    assert sorted(notes) == ["a second note of that second", "the pool is full"]
    assert not asked(account, "/incidents/Q0000000000005/alerts")


def test_only_the_build_s_own_incident_is_read_where_that_is_asked(account: FakePagerduty) -> None:
    account.log("trigger", 60)
    account.log("trigger", 61, incident=5)
    options = {"url": account.url, "scope": "incident"}
    found = check(PagerdutyCollector, options, WINDOW, secrets=SECRETS, source="pd", incident=LINKED)
    assert [f.statement for f in found.facts] == ["Incident `PagerDuty #4` was declared, per PagerDuty"]
    assert not asked(account)
    none = attempt(account, scope="incident")
    assert none.failure is not None
    assert "no link to one of PagerDuty" in str(none.failure)


def test_an_account_s_own_address_leads_to_its_api() -> None:
    made = PagerdutyCollector.options_type.model_validate
    for given, meant in {
        "https://acme.pagerduty.com": "https://api.pagerduty.com",
        "https://acme.eu.pagerduty.com": "https://api.eu.pagerduty.com",
        "https://api.eu.pagerduty.com": "https://api.eu.pagerduty.com",
        "http://127.0.0.1:80": "http://127.0.0.1:80",
    }.items():
        assert made({"url": given}).url == meant
    assert identify("https://acme.pagerduty.com/incidents/Q1ABCDEF") == (
        "pagerduty",
        "https://acme.pagerduty.com",
    )
