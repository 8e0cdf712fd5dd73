"""CloudWatch's alarm history against a fake that botocore's models check."""

from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
from botocore.parsers import create_parser
from botocore.serialize import create_serializer

from collectors.aws.alarms import CloudwatchAlarmsCollector
from collectors.testing import FaultServer, Run, check, check_faults
from collectors.testing.origins import Reply
from tests.collectors import clock_cases
from tests.collectors.fault_matrix import keep
from tests.collectors.probing import probe
from tests.fakes.aws import REGION, SECRETS, FakeAws, RefusalError, item, seconds, shape, transition
from tests.golden_files import Golden
from timeline.instant import DAY, MINUTE, NS
from timeline.model import Fact, Window

T0 = datetime(2026, 11, 21, 14, 0, 0, 161_000, tzinfo=UTC)
MS = NS // 1000
TOPIC = "arn:aws:sns:eu-central-1:123456789012:on-call"


def at(minutes: float) -> datetime:
    return T0 + timedelta(minutes=minutes)


def ns(minutes: float) -> int:
    return int(T0.timestamp()) * NS + 161 * MS + int(minutes * MINUTE)


WINDOW = Window(start=ns(0), end=ns(60))


def options(aws: FakeAws, **more: Any) -> dict[str, Any]:
    return {"url": aws.url, "region": REGION, **more}


def read(aws: FakeAws, *, empty: bool = False, now: int = WINDOW.end, **more: Any) -> Run:
    result = check(
        CloudwatchAlarmsCollector,
        options(aws, **more),
        WINDOW,
        now=now,
        grow=10 * MINUTE,
        empty=empty,
        secrets=SECRETS,
    )
    assert result.failure is None, result.failure
    return result


def ordered(result: Run) -> list[Fact]:
    return sorted(result.facts, key=lambda fact: (fact.latest, fact.id))


def told(result: Run) -> list[tuple[str, str]]:
    return [(fact.kind, fact.statement) for fact in ordered(result)]


def test_states_are_lives_at_their_milliseconds(aws: FakeAws) -> None:
    reason = (
        "Threshold Crossed: 2 datapoints [0.9 (21/11/26 14:01:00)] were greater than the threshold (0.5)."
    )
    aws.history = [
        transition("Errors", at(2), "OK", "ALARM", reason),
        transition("Errors", at(9), "ALARM", "OK"),
        transition("Errors", at(20), "OK", "INSUFFICIENT_DATA"),
        transition("Errors", at(21), "INSUFFICIENT_DATA", "OK"),
        transition("Checkout", at(3), "OK", "ALARM", kind="CompositeAlarm"),
        transition("Errors", at(30), "OK", "OK"),
    ]
    result = read(aws)
    assert told(result) == [
        ("alert.firing", f"Alert `Errors` fired (`region={REGION}`)"),
        ("alert.firing", f"Alert `Checkout` fired (`region={REGION}`)"),
        ("alert.resolved", f"Alert `Errors` stopped firing (`region={REGION}`)"),
        ("alert.no_data", f"Alert `Errors` had no data (`region={REGION}`)"),
        ("alert.data_returned", f"Alert `Errors` had data again (`region={REGION}`)"),
        ("custom", "`Alarm Errors: OK to OK` was recorded by `CloudWatch`"),
    ]
    fired, other, resolved, *_ = ordered(result)
    assert (fired.earliest, fired.latest) == (ns(2), ns(2) + MS - 1)
    assert fired.thread == resolved.thread != other.thread
    assert fired.quote is not None
    assert fired.quote.text == reason
    assert fired.evidence[0].link == (
        f"https://{REGION}.console.aws.amazon.com/cloudwatch/home?region={REGION}#alarmsV2:alarm/Errors"
    )
    assert not result.gaps


def test_a_state_is_known_by_the_summary_where_its_data_was_cut(aws: FakeAws) -> None:
    row = transition("Errors", at(2), "OK", "ALARM")
    aws.history = [
        {**row, "HistoryData": row["HistoryData"][:99]},
        {**row, "HistorySummary": "-", "HistoryData": "{"},
    ]
    result = read(aws)
    assert [fact.kind for fact in result.facts] == ["alert.firing"]
    assert [gap.statement for gap in result.gaps] == [
        "1 item of the history could not be read: it names no states"
    ]


def test_notifications_actions_and_changes(aws: FakeAws) -> None:
    sent = {"actionState": "Succeeded", "notificationResource": TOPIC}
    scaled = {
        "actionState": "Failed",
        "notificationResource": "arn:aws:autoscaling:eu-central-1:1:scalingPolicy:x",
    }
    aws.history = [
        item(
            "Errors",
            at(1),
            "ConfigurationUpdate",
            'Alarm "Errors" updated',
            {"version": "1.0", "type": "Update"},
        ),
        item("Errors", at(2), "Action", f"Successfully executed action {TOPIC}", sent),
        item("Errors", at(2), "Action", "Failed to execute action", scaled),
        item(
            "Old", at(3), "ConfigurationUpdate", 'Alarm "Old" deleted', {"version": "1.0", "type": "Delete"}
        ),
    ]
    result = read(aws)
    assert sorted(told(result)) == [
        ("alert.notified", f"A notification of alert `Errors` was sent to `on-call` (`region={REGION}`)"),
        ("change.config", "Configuration `alarm Errors` was changed"),
        ("change.removed", "`alarm Old` was removed"),
        ("custom", "`Alarm Errors: Action Failed` was recorded by `CloudWatch`"),
    ]


def test_a_contributor_of_an_alarm_is_one_by_itself(aws: FakeAws) -> None:
    def contributor(host: str) -> dict[str, Any]:
        row = transition("Errors", at(2), "OK", "ALARM", kind="LogAlarm")
        return {**row, "HistoryItemType": "AlarmContributorStateUpdate", "AlarmContributorId": host, "AlarmContributorAttributes": {"host": host}}  # fmt: skip

    aws.history = [contributor("a"), contributor("b")]
    result = read(aws)
    assert sorted(fact.statement for fact in result.facts) == [
        f"Alert `Errors` fired (`host={host}, region={REGION}`)" for host in "ab"
    ]


def test_an_alarm_that_fires_when_the_window_begins_is_told(aws: FakeAws) -> None:
    aws.history = [
        transition("Errors", at(-300), "OK", "ALARM"), transition("Errors", at(9), "ALARM", "OK"),
        transition("Well", at(-300), "OK", "ALARM"), transition("Well", at(-200), "ALARM", "OK"),
        transition("Long", at(-3000), "OK", "ALARM"),
    ]  # fmt: skip
    assert [fact.earliest for fact in ordered(read(aws))] == [ns(-300), ns(9)]
    assert len(read(aws, lookback="3d").facts) == 3


def test_types_are_asked_for_by_name_for_else_composite_ones_are_silent(aws: FakeAws) -> None:
    aws.history = [
        transition("A", at(2), "OK", "ALARM"),
        transition("B", at(2), "OK", "ALARM", kind="CompositeAlarm"),
    ]
    assert len(read(aws).facts) == 2
    assert len(read(aws, types=[]).facts) == 1


def test_what_is_past_retention_is_a_gap(aws: FakeAws) -> None:
    aws.history = [transition("A", at(40), "OK", "ALARM")]
    (gap,) = read(aws, now=ns(20) + 30 * DAY).gaps
    assert (gap.reason, gap.start, gap.end) == ("past_retention", WINDOW.start, ns(20))


def test_throttling_is_waited_for_and_a_refusal_names_nobody(aws: FakeAws) -> None:
    aws.history = [transition("A", at(2), "OK", "ALARM")]
    aws.refusals = [RefusalError("ThrottlingException", "Rate exceeded")]
    result = check(CloudwatchAlarmsCollector, options(aws), WINDOW, grow=0, secrets=SECRETS)
    assert (len(result.facts), len(aws.calls), result.gaps) == (1, 2, [])
    who = "arn:aws:iam::123456789012:user/ada.lovelace"
    aws.refusals = [
        RefusalError(
            "AccessDenied", f"User: {who} is not authorized to perform: cloudwatch:DescribeAlarmHistory"
        )
    ]
    refused = probe(CloudwatchAlarmsCollector, options(aws), SECRETS)["authorised"]
    assert not refused.ok
    assert "User: (somebody) is not authorized to perform: cloudwatch:DescribeAlarmHistory" in refused.detail


def test_doctor_says_what_it_sees(aws: FakeAws) -> None:
    shown = probe(CloudwatchAlarmsCollector, options(aws), SECRETS, now=WINDOW.end)
    assert [check.ok for check in shown.values()] == [True] * 4
    assert shown["authorised"].detail == "history may be read of MetricAlarm, CompositeAlarm, LogAlarm"
    wrong = probe(CloudwatchAlarmsCollector, options(aws), {**SECRETS, "env:AWS_ACCESS_KEY_ID": "AKIAX"})
    assert not wrong["authorised"].ok


def test_requests_and_answers_are_as_botocore_has_them(aws: FakeAws) -> None:
    aws.history = [transition("A", at(2), "OK", "ALARM")]
    read(aws)
    sent, operation = aws.calls[0], shape("monitoring", "DescribeAlarmHistory")
    dates = {name: datetime.fromtimestamp(sent.body[name], UTC) for name in ("StartDate", "EndDate")}
    made = create_serializer("json").serialize_to_request({**sent.body, **dates}, operation)
    for name in ("X-Amz-Target", "Content-Type"):
        assert made["headers"][name] == sent.headers[name.lower()]
    assert httpx.Response(200, content=made["body"]).json() == sent.body
    answer = httpx.post(
        aws.url, content=made["body"], headers={**sent.headers, "content-length": str(len(made["body"]))}
    )
    parsed = create_parser("json").parse(
        {"status_code": 200, "headers": dict(answer.headers), "body": answer.content}, operation.output_shape
    )
    (row,) = parsed["AlarmHistoryItems"]
    assert (row["AlarmType"], row["HistoryItemType"]) == ("MetricAlarm", "StateUpdate")
    assert seconds(row["Timestamp"]) == seconds(at(2))


def test_every_fault_is_named_or_changes_nothing(golden: Golden) -> None:
    with FakeAws() as aws:
        for minute in range(8, 60):  # two pages
            aws.history += [
                transition("Errors", at(minute), "OK", "ALARM"), transition("Errors", at(minute + 0.5), "ALARM", "OK"),
            ]  # fmt: skip
        given = options(aws)
        expired = Reply(
            400,
            b'{"__type":"InvalidNextToken","message":"The token is invalid"}',
            (("content-type", "application/x-amz-json-1.0"),),
        )
        with FaultServer(aws.url) as server:
            # The last page has no token: one that is called otherwise cannot be missed.
            outcomes = check_faults(
                CloudwatchAlarmsCollector,
                given,
                server,
                WINDOW,
                secrets=SECRETS,
                expired=expired,
                optional=["NextToken"],
            )
        assert clock_cases.hold(CloudwatchAlarmsCollector, given, aws.url, WINDOW, secrets=SECRETS) >= 100
    keep(golden, "cloudwatch_alarms", outcomes)
