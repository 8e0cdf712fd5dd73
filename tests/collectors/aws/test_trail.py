"""CloudTrail's history of events against a fake that botocore's models check."""

import json
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import pytest
from botocore.parsers import create_parser
from botocore.serialize import create_serializer

from collectors.aws.trail import CloudtrailCollector
from collectors.kit.redaction.personal.finder import Personal
from collectors.kit.redaction.personal.members import pattern
from collectors.testing import FaultServer, Run, check, check_faults
from collectors.testing.origins import Reply
from tests.collectors import clock_cases
from tests.collectors.fault_matrix import keep
from tests.collectors.probing import probe
from tests.fakes.aws import ACCOUNT, REGION, SECRETS, FakeAws, RefusalError, event, session, shape, user
from tests.golden_files import Golden
from timeline.instant import DAY, HOUR, MINUTE, NS
from timeline.model import Fact, Window

T0 = datetime(2026, 11, 21, 14, 0, 0, tzinfo=UTC)
SERVICE = {"cluster": "prod", "service": "checkout"}


def at(minutes: float) -> datetime:
    return T0 + timedelta(minutes=minutes)


def ns(minutes: float) -> int:
    return int(T0.timestamp()) * NS + int(minutes * MINUTE)


WINDOW = Window(start=ns(0), end=ns(60))
LATER = WINDOW.end + HOUR


def options(aws: FakeAws, **more: Any) -> dict[str, Any]:
    return {"url": aws.url, "region": REGION, "requests": "1000/s", **more}


def read(aws: FakeAws, *, empty: bool = False, now: int = LATER, grow: int = 10 * MINUTE, **more: Any) -> Run:
    result = check(
        CloudtrailCollector, options(aws, **more), WINDOW, now=now, grow=grow, empty=empty, secrets=SECRETS
    )
    assert result.failure is None, result.failure
    return result


def ordered(result: Run) -> list[Fact]:
    return sorted(result.facts, key=lambda fact: (fact.latest, fact.id))


def only(aws: FakeAws, row: dict[str, Any], **more: Any) -> Fact:
    aws.events = [row]
    (fact,) = read(aws, **more).facts
    return fact


@pytest.mark.parametrize(
    ("action", "asked", "kind", "statement"),
    [
        ("ecs:UpdateService", {**SERVICE, "taskDefinition": "checkout:42", "desiredCount": 4}, "deploy.started",
         "Deploy `ecs:UpdateService checkout` started of `checkout` at `checkout:42`"),
        ("ecs:UpdateService", {**SERVICE, "forceNewDeployment": True}, "deploy.started",
         "Deploy `ecs:UpdateService checkout` started of `checkout`"),
        ("ecs:UpdateService", {**SERVICE, "desiredCount": 0}, "change.scale", "`checkout` was scaled to `0` by {0}"),
        ("ecs:UpdateService", {**SERVICE, "forceNewDeployment": False}, "change.config",
         "Configuration `ecs:UpdateService checkout` was changed by {0}"),
        ("lambda:UpdateFunctionCode20150331v2", {"functionName": "arn:aws:lambda:eu-central-1:123456789012:function:pay"},
         "deploy.started", "Deploy `lambda:UpdateFunctionCode function:pay` started of `function:pay`"),
        ("codedeploy:CreateDeployment",
         {"applicationName": "shop", "revision": {"gitHubLocation": {"commitId": "c" * 40}}}, "deploy.started",
         f"Deploy `codedeploy:CreateDeployment shop` started of `shop` at `{'c' * 40}`"),
        ("autoscaling:SetDesiredCapacity", {"autoScalingGroupName": "web", "desiredCapacity": 12}, "change.scale",
         "`web` was scaled to `12` by {0}"),
        ("rds:ModifyDBInstance", {"dBInstanceIdentifier": "orders", "dBInstanceClass": "db.r6g.large"}, "change.scale",
         "`orders` was scaled to `db.r6g.large` by {0}"),
        ("rds:ModifyDBInstance", {"dBInstanceIdentifier": "orders"}, "change.config",
         "Configuration `rds:ModifyDBInstance orders` was changed by {0}"),
        ("dynamodb:DeleteTable", {"tableName": "carts"}, "change.removed", "`carts` was removed by {0}"),
        ("route53:ChangeResourceRecordSets", {"hostedZoneId": "Z1"}, "change.config",
         "Configuration `route53:ChangeResourceRecordSets Z1` was changed by {0}"),
        ("ec2:RebootInstances", {"instancesSet": {"items": [{"instanceId": "i-0a1b"}]}}, "custom",
         "`ec2:RebootInstances i-0a1b` was recorded by `CloudTrail`"),
        ("signin:ConsoleLogin", None, "custom", "`signin:ConsoleLogin` was recorded by `CloudTrail`"),
    ],
)  # fmt: skip
def test_what_a_call_is(aws: FakeAws, action: str, asked: dict[str, Any], kind: str, statement: str) -> None:
    fact = only(aws, event(1, at(2), action, asked))
    actor = f"aws:arn:aws:iam::{ACCOUNT}:user/ada.lovelace"
    assert fact.kind == kind
    assert fact.actor == actor
    assert "ada" not in fact.statement.replace(actor, "")
    told = fact.statement.partition(" by ")[0] + (" by {0}" if statement.endswith(" by {0}") else "")
    assert told == statement or fact.statement == statement
    assert (fact.earliest, fact.latest) == (ns(2), ns(2) + NS - 1)
    assert fact.evidence[0].link == (
        f"https://{REGION}.console.aws.amazon.com/cloudtrailv2/home?region={REGION}#/events/00000001-0000-4000-8000-000000000000"
    )


def test_a_call_that_failed_is_a_record_with_its_error(aws: FakeAws) -> None:
    row = event(1, at(2), "ecs:UpdateService", {**SERVICE, "taskDefinition": "x:1"}, errorCode="AccessDenied",
                errorMessage="User: ada.lovelace is not authorized")  # fmt: skip
    fact = only(aws, row)
    assert (fact.kind, fact.category) == ("custom", "action")
    assert fact.statement == "`ecs:UpdateService checkout AccessDenied` was recorded by `CloudTrail`"
    assert fact.subject.labels["error"] == "AccessDenied"


def test_who_called_is_somebody_or_a_service(aws: FakeAws) -> None:
    callers = [
        user(), session("AWSReservedSSO_Admin_0a1b", "grace@example.com"), session("AWSServiceRoleForAutoScaling", "AutoScaling"),
        session("node", "i-0a1b2c3d"), {"type": "AWSService", "invokedBy": "rds.amazonaws.com"},
        {"type": "Root", "accountId": ACCOUNT, "arn": f"arn:aws:iam::{ACCOUNT}:root"}, {"type": "Unknown"},
    ]  # fmt: skip
    aws.events = [
        event(n, at(n), "dynamodb:DeleteTable", {"tableName": "t"}, who=one) for n, one in enumerate(callers)
    ]
    result = read(aws)
    known = {person.identity: (person.names, person.bot) for person in result.people}
    told = [known.get(fact.actor or "") for fact in ordered(result)]
    assert told == [
        (("ada.lovelace",), False), (("grace@example.com",), False), (("AutoScaling",), True), (("i-0a1b2c3d",), True),
        (("rds",), True), ((), False), None,
    ]  # fmt: skip


def test_callers_stay_apart_where_addresses_of_mail_are_taken_out(aws: FakeAws) -> None:
    aws.events = [
        event(n, at(n), "dynamodb:DeleteTable", {"tableName": "t", "note": "ask ann@example.com"}, who=session("Admin", f"{name}@example.com"))
        for n, name in enumerate(("grace", "ada"))
    ]  # fmt: skip
    (payload,) = read(aws, grow=0).store.payloads.values()
    named = pattern(CloudtrailCollector.identities)
    taken = {payload[start:end] for start, end, *_ in Personal(["email"]).spans(payload, named)}
    assert taken == {b"ann@example.com"}
    assert len(list(Personal(["email"]).spans(payload))) == 8


def test_a_user_who_is_changed_is_no_name_of_what_was_changed(aws: FakeAws) -> None:
    aws.events = [
        event(1, at(1), "iam:AttachUserPolicy", {"userName": "grace.hopper"}, resources=[("AWS::IAM::User", "grace.hopper")]),
        event(2, at(2), "iam:TagResource", {"resourceArn": f"arn:aws:iam::{ACCOUNT}:user/grace.hopper"}),
    ]  # fmt: skip
    result = read(aws)
    assert not any("grace" in fact.statement for fact in result.facts)
    assert ("grace.hopper",) in [person.names for person in result.people]


def test_a_resource_is_known_by_the_trails_own_list_too(aws: FakeAws) -> None:
    row = event(
        1,
        at(1),
        "kms:ScheduleKeyDeletion",
        {},
        resources=[("AWS::KMS::Key", "arn:aws:kms:eu-central-1:1:key/k-1")],
    )
    assert only(aws, row).statement.startswith("Configuration `kms:ScheduleKeyDeletion key/k-1` was changed")


def test_reads_come_on_wish_and_one_attribute_narrows(aws: FakeAws) -> None:
    aws.events = [
        event(
            1,
            at(1),
            "ecs:DescribeServices",
            SERVICE,
            read_only=True,
            resources=[("AWS::ECS::Service", "checkout")],
        ),
        event(2, at(2), "ecs:UpdateService", SERVICE, resources=[("AWS::ECS::Service", "checkout")]),
        event(3, at(3), "ecs:UpdateService", {"service": "cart"}),
    ]
    assert len(read(aws).facts) == 2
    assert sorted(fact.kind for fact in read(aws, read_only=True).facts) == [
        "change.config",
        "change.config",
        "custom",
    ]
    assert len(read(aws, lookup={"ResourceName": "checkout"}).facts) == 1


def test_pages_are_read_to_their_end(aws: FakeAws) -> None:
    aws.events = [event(n, at(n / 4), "s3:PutBucketPolicy", {"bucketName": f"b-{n}"}) for n in range(120)]
    assert len(read(aws, grow=0).facts) == 120
    assert [call.body["MaxResults"] for call in aws.calls] == [50, 50, 50]


def test_what_is_past_retention_or_fresh_is_a_gap(aws: FakeAws) -> None:
    aws.events = [event(1, at(40), "s3:PutBucketPolicy", {"bucketName": "b"})]
    (gone,) = read(aws, now=ns(20) + 90 * DAY, grow=0).gaps
    assert (gone.reason, gone.start, gone.end) == ("past_retention", WINDOW.start, ns(20))
    (late,) = read(aws, now=ns(70), grow=0).gaps
    assert (late.reason, late.start, late.end) == ("not_yet", ns(55), WINDOW.end)
    aws.calls.clear()
    (gap,) = read(aws, now=WINDOW.end + 91 * DAY, empty=True, grow=0).gaps
    assert (gap.start, gap.end, aws.calls) == (WINDOW.start, WINDOW.end, [])


def test_values_of_variables_reach_no_evidence(aws: FakeAws) -> None:
    value = "plain-words-of-nobody"
    tasks = {
        "family": "checkout",
        "containerDefinitions": [{"name": "a", "environment": [{"name": "GREETING", "value": value}]}],
    }
    aws.events = [
        event(1, at(1), "ecs:RegisterTaskDefinition", tasks, responseElements={"taskDefinition": tasks}),
        {
            **event(2, at(2), "ecs:RegisterTaskDefinition", tasks),
            "CloudTrailEvent": json.dumps({"environment": value})[:-1],
        },
    ]
    result = read(aws)
    assert not any(value.encode() in payload for payload in result.store.payloads.values())
    (fact,) = result.facts
    assert fact.statement.startswith("Configuration `ecs:RegisterTaskDefinition checkout` was changed")
    assert [gap.reason for gap in result.gaps] == ["undecodable"]


def test_an_end_before_the_last_page_is_a_gap(aws: FakeAws) -> None:
    aws.events = [event(n, at(n / 4), "s3:PutBucketPolicy", {"bucketName": f"b-{n}"}) for n in range(60)]
    read(aws, grow=0)
    aws.refusals = []
    expired = RefusalError("ExpiredTokenException", "The security token included in the request is expired")

    class Later(list[RefusalError]):
        def __bool__(self) -> bool:
            return "NextToken" in aws.calls[-1].body and len(self) > 0

    aws.refusals = Later([expired, expired])
    (gap,) = read(aws, grow=0).gaps
    assert gap.reason == "unauthorised"
    assert gap.statement.startswith("Events were not all read")


def test_doctor_says_what_it_sees(aws: FakeAws) -> None:
    shown = probe(CloudtrailCollector, options(aws), SECRETS, now=WINDOW.end)
    assert [check.ok for check in shown.values()] == [True] * 4
    aws.refusals = [
        RefusalError("AccessDeniedException", "not authorized to perform: cloudtrail:LookupEvents")
    ]
    assert not probe(CloudtrailCollector, options(aws), SECRETS)["authorised"].ok


def test_requests_and_answers_are_as_botocore_has_them(aws: FakeAws) -> None:
    aws.events = [event(1, at(2), "s3:PutBucketPolicy", {"bucketName": "b"})]
    read(aws, grow=0)
    sent, operation = aws.calls[0], shape("cloudtrail", "LookupEvents")
    dates = {name: datetime.fromtimestamp(sent.body[name], UTC) for name in ("StartTime", "EndTime")}
    made = create_serializer("json").serialize_to_request({**sent.body, **dates}, operation)
    for name in ("X-Amz-Target", "Content-Type"):
        assert made["headers"][name] == sent.headers[name.lower()]
    assert json.loads(made["body"]) == sent.body
    answer = httpx.post(
        aws.url, content=made["body"], headers={**sent.headers, "content-length": str(len(made["body"]))}
    )
    parsed = create_parser("json").parse(
        {"status_code": 200, "headers": dict(answer.headers), "body": answer.content}, operation.output_shape
    )
    (row,) = parsed["Events"]
    assert (row["EventName"], row["EventTime"]) == ("PutBucketPolicy", at(2))


def test_every_fault_is_named_or_changes_nothing(golden: Golden) -> None:
    with FakeAws() as aws:
        asked = {"bucketName": "b"}
        aws.events = [event(n, at(n / 2), "s3:PutBucketPolicy", asked) for n in range(55)]  # two pages
        given = options(aws)
        expired = Reply(
            400, b'{"__type":"InvalidNextTokenException","message":"Invalid token"}', (("content-type", "application/x-amz-json-1.1"),)
        )  # fmt: skip
        with FaultServer(aws.url) as server:
            # The last page has no token, and a call no list of resources: what is called otherwise cannot be missed.
            outcomes = check_faults(
                CloudtrailCollector,
                given,
                server,
                WINDOW,
                secrets=SECRETS,
                expired=expired,
                optional=["NextToken"],
                now=LATER,
            )
        assert clock_cases.hold(CloudtrailCollector, given, aws.url, WINDOW, LATER, secrets=SECRETS) >= 50
    keep(golden, "cloudtrail", outcomes)
