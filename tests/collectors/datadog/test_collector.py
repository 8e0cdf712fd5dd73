"""Datadog's events: what monitors passed through, posts by their tags, times, pages, limits, what is incomplete."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from pydantic import ValidationError

from collectors.datadog.collector import DatadogCollector
from collectors.datadog.options import DatadogOptions, pages_of
from collectors.testing import FaultServer, Run, check, check_faults, run
from tests.collectors import clock_cases
from tests.collectors.fault_matrix import keep
from tests.collectors.probing import probe
from tests.fakes.datadog import API_KEY, APP_KEY, FakeDatadog
from tests.golden_files import Golden
from timeline.instant import DAY, MINUTE, NS, parse_instant
from timeline.model import Fact, Window

START = parse_instant("2026-11-21T14:00:00Z")
WINDOW = Window(start=START, end=START + 60 * MINUTE)
SECRETS = {"env:DD_API_KEY": API_KEY, "env:DD_APP_KEY": APP_KEY}
WEB = "https://acme.datadoghq.com"


@pytest.fixture
def account() -> Iterator[FakeDatadog]:
    with FakeDatadog() as fake:
        yield fake


def read(account: FakeDatadog, *, window: Window = WINDOW, empty: bool = False, **options: Any) -> Run:
    given = {"url": account.url, "web_url": WEB, **options}
    found = check(DatadogCollector, given, window, secrets=SECRETS, source="dd", empty=empty)
    assert found.failure is None, found.failure
    return found


def in_order(found: Run) -> list[Fact]:
    return sorted(found.facts, key=lambda f: f.latest)


def test_a_monitor_s_group_is_one_life_by_what_it_passed_through(account: FakeDatadog) -> None:
    for number, (before, now) in enumerate((
        ("OK", "Warn"), ("Warn", "Alert"), ("Alert", "Warn"), ("Warn", "OK"), ("OK", "Alert"), ("Alert", "No Data"), ("No Data", "Alert"),
        ("Alert", "OK"), ("OK", "No Data"), ("No Data", "OK"), ("OK", "Skipped"),
    )):  # fmt: skip
        account.transition(60 * number, before, now, "host:a")
    account.transition(700, "Alert", "Alert", "host:a", how="renotify")
    found = read(account)
    assert found.gaps == []
    alert = "Alert `Error rate of checkout`"
    assert [(f.kind, f.statement) for f in in_order(found)] == [
        ("alert.firing", f"{alert} fired (`host=a, state=Warn`)"),
        ("custom", "`Alert Error rate of checkout: Warn to Alert` was recorded by `Datadog`"),
        ("custom", "`Alert Error rate of checkout: Alert to Warn` was recorded by `Datadog`"),
        ("alert.resolved", f"{alert} stopped firing (`host=a`)"),
        ("alert.firing", f"{alert} fired (`host=a`)"),
        ("alert.no_data", f"{alert} had no data (`host=a`)"),
        ("alert.firing", f"{alert} fired (`host=a`)"),
        ("alert.resolved", f"{alert} stopped firing (`host=a`)"),
        ("alert.no_data", f"{alert} had no data (`host=a`)"),
        ("alert.data_returned", f"{alert} had data again (`host=a`)"),
        ("custom", "`Alert Error rate of checkout: OK to Skipped` was recorded by `Datadog`"),
        ("alert.notified", f"A notification of {alert.replace('Alert', 'alert')} was sent (`host=a`)"),
    ]  # fmt: skip
    assert len({f.thread for f in found.facts}) == 1
    first = in_order(found)[0]
    assert (first.subject.service, first.subject.environment) == ("checkout", "production")
    assert first.subject.labels == {"alertname": "Error rate of checkout", "host": "a"}
    assert (
        first.evidence[0].link
        == f"{WEB}/monitors/7061921?group=host%3Aa&from_ts=1795269600000&to_ts=1795270500000"
    )


def test_groups_are_lives_of_their_own_however_they_are_listed_and_whatever_the_monitor_is_called(
    account: FakeDatadog,
) -> None:
    one = account.transition(1, "OK", "Alert", "host:a", "env:eu")
    account.transition(2, "OK", "Alert", "host:b")
    joined = account.transition(3, "Alert", "OK", "env:eu,host:a")
    account.transition(4, "OK", "Alert", "host:a", "env:eu", monitor=8)
    for event in (one, joined):
        event["attributes"]["attributes"]["monitor"].update(name=event["id"])
    of_a, of_b, ended, other = in_order(read(account))
    assert of_a.thread == ended.thread
    assert len({of_a.thread, of_b.thread, other.thread}) == 3
    del joined["attributes"]["attributes"]["monitor"]["groups"]  # then the event's own list stands
    assert in_order(read(account))[2].thread == of_a.thread


@pytest.mark.parametrize(
    ("status", "title", "kind"),
    [
        ("error", "[Triggered on {host:a}] Errors", "alert.firing"), ("warning", "[Warn] Errors", "alert.firing"),
        ("success", "[Recovered] Errors", "alert.resolved"), ("ok", "[Recovered] Errors", "alert.resolved"),
        ("error", "[No Data] Errors", "alert.no_data"), ("error", "[Re-Triggered] Errors", "alert.notified"),
        ("info", "Monitor was edited", "custom"),
    ],
)  # fmt: skip
def test_of_an_event_without_a_transition_its_status_tells(
    account: FakeDatadog, status: str, title: str, kind: str
) -> None:
    event = account.transition(1, "OK", "Alert", "host:a", status=status, title=title)
    del event["attributes"]["attributes"]["monitor"]["transition"]
    assert [f.kind for f in read(account).facts] == [kind]


def test_posts_are_told_by_their_tags_and_all_else_is_a_record(account: FakeDatadog) -> None:
    tags = ("source:jenkins", "service:shop", "env:production", "git.commit.sha:4f1c2ab")
    account.event(1, "Deployed shop", *tags, message="by CI\nat last", aggregation_key="shop")
    account.event(2, "Flag fast-cart", "source:launchdarkly")
    account.event(3, "", "noise", message="\nhello\nworld", aggregation_key="shop")
    account.event(4, "")
    # A monitor's event is its own, whatever tags it has.
    account.transition(5, "OK", "Alert")
    kinds = {"source:jenkins": "deploy.finished", "source:launchdarkly": "change.flag", "monitor": "custom"}
    found = in_order(read(account, kinds=kinds))
    assert [f.statement for f in found] == [
        "Deploy `Deployed shop` finished to `production` of `shop` at `4f1c2ab`", "Flag `Flag fast-cart` was changed",
        "`hello` was recorded by `Datadog`", f"`event {account.events[3]['id']}` was recorded by `Datadog`",
        "Alert `Error rate of checkout` fired",
    ]  # fmt: skip
    assert found[0].quote is not None
    assert found[0].quote.text == "by CI\nat last"
    assert found[0].thread == found[2].thread
    assert found[0].evidence[0].link == f"{WEB}/event/event?id=6567597900000000001"
    with pytest.raises(ValidationError, match=r"what has a tag cannot be one"):
        DatadogOptions.model_validate({"kinds": {"x": "alert.firing"}})


@pytest.mark.parametrize(
    ("own", "outer", "first", "last"),
    [
        (1795269660000, "2026-11-21T14:01:00Z", 60_000, 61_000), (1795269660250, "2026-11-21T14:01:00Z", 60_250, 60_251),
        (1795269660000, "2026-11-21T14:01:00.320Z", 60_320, 60_321), (1795269660000, "2026-11-21T14:01:09.320Z", 60_000, 61_000),
        (None, "2026-11-21T14:01:00Z", 60_000, 61_000), (None, "2026-11-21T14:01:00.5Z", 60_500, 60_600),
        (1795269660000, None, 60_000, 61_000),
    ],
)  # fmt: skip
def test_of_two_times_the_finer_counts_and_zeros_are_no_milliseconds(
    account: FakeDatadog, own: int | None, outer: str | None, first: int, last: int
) -> None:
    event = account.event(60, "Deployed")
    sent = event["attributes"]
    if own is not None:
        sent["attributes"]["timestamp"] = own
    if outer is not None:
        sent["timestamp"] = outer
    else:
        del sent["timestamp"]
    if own is None:
        account.undated.append(account.events.pop())
        del sent["attributes"]["timestamp"]
    (fact,) = read(account).facts
    assert fact.earliest is not None
    assert ((fact.earliest - START) // 1_000_000, (fact.latest + 1 - START) // 1_000_000) == (first, last)


def test_what_a_second_before_the_window_may_be_in_it_is_read(account: FakeDatadog) -> None:
    for after in (-1, 0, 3_599, 3_600):
        account.event(after, f"{after}")
    window = Window(start=START + NS // 2, end=WINDOW.end)
    assert [f.names["label"] for f in in_order(read(account, window=window))] == ["0", "3599"]
    asked = account.calls[0].body
    assert asked["filter"] == {"query": "*", "from": "1795269600000", "to": "1795273200000"}


def test_pages_are_read_to_the_empty_one_and_a_full_one_that_leads_nowhere_is_a_gap(
    account: FakeDatadog, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("collectors.datadog.collector.PAGE", 10)
    for number in range(25):
        account.event(number, f"{number}")
    assert len(read(account, query="env:production").facts) == 25
    assert [call.body["page"].get("cursor") for call in account.calls[:4]] == [
        None,
        "after-10",
        "after-20",
        "after-25",
    ]
    assert account.calls[0].body["filter"]["query"] == "env:production"
    account.ends_early = True
    found = run(DatadogCollector, {"url": account.url}, WINDOW, secrets=SECRETS)
    assert found.failure is not None
    assert (found.failure.reason, len(found.facts)) == ("truncated", 10)


def test_a_warning_of_datadog_s_and_what_is_past_retention_are_gaps(account: FakeDatadog) -> None:
    account.event(1, "Deployed")
    account.warnings = [{"code": "timeout", "title": "Timed out", "detail": "Some shards did not answer"}]
    (gap,) = read(account).gaps
    assert (gap.reason, gap.statement) == (
        "partial", "Datadog says that its answer may be incomplete: Some shards did not answer",
    )  # fmt: skip
    account.warnings = []
    found = run(
        DatadogCollector,
        {"url": account.url, "retention": "1d"},
        WINDOW,
        secrets=SECRETS,
        now=WINDOW.start + DAY + MINUTE,
    )
    assert [(g.reason, g.start, g.end) for g in found.gaps] == [("past_retention", START, START + MINUTE)]


def test_a_used_up_limit_is_waited_for_as_many_seconds_as_it_says(account: FakeDatadog) -> None:
    account.event(1, "Deployed")
    account.refusals = 1
    assert len(read(account).facts) == 1
    account.refusals, account.reset = 9, 3_600
    found = run(DatadogCollector, {"url": account.url}, WINDOW, secrets=SECRETS)
    assert found.failure is not None
    assert found.failure.reason == "rate_limited"
    assert "as its x-ratelimit-reset says" in str(found.failure)


@pytest.mark.parametrize(
    ("given", "api", "pages"),
    [
        ("https://app.datadoghq.com/event/explorer", "https://api.datadoghq.com", "https://app.datadoghq.com"),
        ("https://acme.datadoghq.com", "https://api.datadoghq.com", "https://app.datadoghq.com"),
        ("https://us3.datadoghq.com", "https://api.us3.datadoghq.com", "https://us3.datadoghq.com"),
        ("https://acme.us5.datadoghq.com", "https://api.us5.datadoghq.com", "https://us5.datadoghq.com"),
        ("https://api.datadoghq.eu", "https://api.datadoghq.eu", "https://app.datadoghq.eu"),
        ("https://api.us2.ddog-gov.com/", "https://api.us2.ddog-gov.com", "https://us2.ddog-gov.com"),
        ("https://datadoghq.com.example", "https://datadoghq.com.example", None),
        ("http://127.0.0.1:8080/dd", "http://127.0.0.1:8080/dd", None),
    ],
)  # fmt: skip
def test_a_site_has_its_api_and_its_pages_elsewhere(given: str, api: str, pages: str | None) -> None:
    assert DatadogOptions.model_validate({"url": given}).url == api
    assert pages_of(api) == pages


def test_an_event_links_to_its_time_where_it_has_no_number_and_to_nothing_at_an_unknown_place(
    account: FakeDatadog,
) -> None:
    event = account.event(60.25, "Deployed")
    del event["attributes"]["attributes"]["evt"]
    (fact,) = read(account).facts
    assert fact.evidence[0].link == f"{WEB}/event/explorer?from_ts=1795269660000&to_ts=1795269661000"
    (fact,) = read(account, web_url=None).facts
    assert fact.evidence[0].link is None
    with pytest.raises(ValidationError, match=r"it is no http\(s\) URL"):
        DatadogOptions.model_validate({"web_url": "javascript:alert(1)"})


def test_doctor_shows_what_the_keys_may_read(account: FakeDatadog) -> None:
    lines = probe(DatadogCollector, {"url": account.url}, SECRETS)
    assert list(lines) == ["reachable", "authorised", "events", "clock", "rate limit"]
    assert lines["rate limit"].detail == "99 requests left"
    refused = probe(
        DatadogCollector, {"url": account.url}, {**SECRETS, "env:DD_APP_KEY": "another-key-of-somebody"}
    )
    assert not refused["authorised"].ok


def test_every_fault_is_named_or_changes_nothing(golden: Golden, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("collectors.datadog.collector.PAGE", 10)

    def partial(answer: Any) -> Any:
        return {**answer, "meta": {**answer.get("meta", {}), "status": "timeout"}}

    with FakeDatadog() as account:
        for number in range(5):
            account.transition(60 * number, "OK", "Alert", "host:a")
            account.transition(60 * number + 30, "Alert", "OK", "host:a")
            account.event(60 * number + 40, "Deployed", "source:jenkins", message="by CI")
        with FaultServer(account.url) as server:
            outcomes = check_faults(
                DatadogCollector,
                {"web_url": WEB},
                server,
                WINDOW,
                secrets=SECRETS,
                partial=partial,
                optional=_OPTIONAL,
            )
        monkeypatch.undo()
        assert clock_cases.hold(DatadogCollector, {}, account.url, WINDOW, secrets=SECRETS) >= 15
    keep(golden, "datadog", outcomes)
    assert {"repeated place", "endless pages"} <= {one.fault for one in outcomes}


#: Say nothing where they are absent.
_OPTIONAL = ()
