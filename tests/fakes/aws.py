"""AWS services in their JSON form on loopback; every request is checked by the models of botocore, AWS' own client."""

import json
import re
import threading
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import cache
from http.server import ThreadingHTTPServer
from typing import Any, Self

import botocore.session
from botocore.model import OperationModel, ServiceModel
from botocore.validate import ParamValidator

from collectors.testing.answering import Answering
from tests.fakes.aws_metrics import Metrics

Row = dict[str, Any]
REGION, ACCOUNT = "eu-central-1", "123456789012"
ACCESS_KEY, SECRET_KEY = "AKIA" + "Q7" * 8, "s3cr3t/" + "aB9+" * 8
SECRETS = {"env:AWS_ACCESS_KEY_ID": ACCESS_KEY, "env:AWS_SECRET_ACCESS_KEY": SECRET_KEY}
_SIGNED = re.compile(
    r"AWS4-HMAC-SHA256 Credential=(\w+)/\d{8}/([a-z0-9-]+)/([a-z]+)/aws4_request, SignedHeaders=([a-z0-9;-]+), Signature=[0-9a-f]{64}"
)


class RefusalError(Exception):
    """A refusal, by AWS' name of it."""

    def __init__(self, code: str, message: str, status: int = 400) -> None:
        super().__init__(message)
        self.code, self.status = code, status


@dataclass(frozen=True)
class Call:
    """What was asked: the service by its signing name, the operation, and the body; with the headers it came with."""

    service: str
    operation: str
    body: Row
    headers: dict[str, str] = field(repr=False)


@cache
def model(service: str) -> ServiceModel:
    """Give botocore's model of a service; one of `monitoring` is called otherwise there."""
    name = {"monitoring": "cloudwatch"}.get(service, service)
    return botocore.session.get_session().get_service_model(name)


def shape(service: str, operation: str) -> OperationModel:
    """Give the model of an operation."""
    return model(service).operation_model(operation)


class FakeAws:
    """A server of one region; rows are held as AWS gives them, times as seconds since 1970."""

    def __init__(self) -> None:
        self.history: list[Row] = []
        self.metrics = Metrics()
        self.events: list[Row] = []
        self.deployments: list[Row] = []  # of CodeDeploy
        self.service_deployments: list[Row] = []  # of ECS
        self.withheld: set[str] = set()  # deployments that are listed and not given
        self.calls: list[Call] = []
        self.refusals: list[RefusalError] = []  # of the next requests
        self._lock = threading.Lock()

    @property
    def url(self) -> str:
        """Give the address."""
        return f"http://127.0.0.1:{self._server.server_port}"

    def __enter__(self) -> Self:
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), _handler(self))
        self._server.daemon_threads = True
        threading.Thread(target=self._server.serve_forever, args=(0.01,), daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        self._server.shutdown()
        self._server.server_close()

    def answer(self, headers: dict[str, str], body: Row) -> Row:
        """Answer a call, whose signature names the key, and whose body is as the model has it."""
        target, _, operation = headers.get("x-amz-target", "").rpartition(".")
        match = _SIGNED.fullmatch(headers.get("authorization", ""))
        if match is None:
            raise RefusalError("MissingAuthenticationTokenException", "Missing Authentication Token")
        service = match[3]
        if match[1] != ACCESS_KEY or match[2] != REGION:
            raise RefusalError(
                "UnrecognizedClientException", "The security token included in the request is invalid."
            )
        if not {"host", "x-amz-date", "x-amz-target"} <= set(match[4].split(";")):
            raise RefusalError("InvalidSignatureException", "'x-amz-target' must be a 'SignedHeader'")
        known = model(service)
        if (
            target != known.metadata["targetPrefix"]
            or headers.get("content-type") != f"application/x-amz-json-{known.metadata['jsonVersion']}"
        ):
            raise RefusalError("UnknownOperationException", "")
        wrong = ParamValidator().validate(body, shape(service, operation).input_shape)
        if wrong.has_errors():
            raise RefusalError("ValidationException", wrong.generate_report())
        self.calls.append(Call(service, operation, body, headers))
        if self.refusals:
            raise self.refusals.pop(0)
        return getattr(self, f"_{operation}")(body)  # type: ignore[no-any-return]

    def locked(self, headers: dict[str, str], body: Row) -> Row:
        """Answer, one call after the other."""
        with self._lock:
            return self.answer(headers, body)

    def _DescribeAlarmHistory(self, asked: Row) -> Row:  # noqa: N802 - the operation's own name
        types = asked.get("AlarmTypes", ["MetricAlarm"])
        rows = [
            row for row in self.history
            if row["AlarmType"] in types and asked["StartDate"] <= row["Timestamp"] <= asked["EndDate"]
        ] if "StartDate" in asked else self.history  # fmt: skip
        rows = sorted(
            rows, key=lambda row: row["Timestamp"], reverse=asked.get("ScanBy") != "TimestampAscending"
        )
        return _page("AlarmHistoryItems", rows, asked, asked.get("MaxRecords", 50), 100)

    def _GetMetricData(self, asked: Row) -> Row:  # noqa: N802 - as above
        if len(asked["MetricDataQueries"]) > 500 or asked["StartTime"] >= asked["EndTime"]:
            raise RefusalError("ValidationError", "The parameters are not valid")
        return self.metrics.answer(asked)

    def _LookupEvents(self, asked: Row) -> Row:  # noqa: N802 - as above
        rows = self.events
        for one in asked.get("LookupAttributes", []):
            rows = [row for row in rows if _has(row, one["AttributeKey"], one["AttributeValue"])]
        first, last = asked.get("StartTime", 0), asked.get("EndTime", 1e12)
        if first > last:
            raise RefusalError("InvalidTimeRangeException", "The start time occurs after the end time")
        rows = sorted(
            (row for row in rows if first <= row["EventTime"] <= last), key=lambda row: -row["EventTime"]
        )
        return _page("Events", rows, asked, asked.get("MaxResults", 50), 50)

    def _ListDeployments(self, asked: Row) -> Row:  # noqa: N802 - as above
        rows = [
            row["deploymentId"]
            for row in _made(self.deployments, "createTime", asked.get("createTimeRange", {}))
        ]
        return _page("deployments", rows, asked, 40, 40, "nextToken")

    def _BatchGetDeployments(self, asked: Row) -> Row:  # noqa: N802 - as above
        wanted = asked["deploymentIds"]
        if len(wanted) > 25:
            raise RefusalError("BatchLimitExceededException", "The maximum is 25")
        return {
            "deploymentsInfo": [
                row for row in self.deployments if row["deploymentId"] in set(wanted) - self.withheld
            ]
        }

    def _ListClusters(self, asked: Row) -> Row:  # noqa: N802 - as above
        rows = sorted({row["clusterArn"] for row in self.service_deployments})
        return _page("clusterArns", rows, asked, asked.get("maxResults", 100), 100, "nextToken")

    def _ListServices(self, asked: Row) -> Row:  # noqa: N802 - as above
        rows = sorted(
            {row["serviceArn"] for row in self.service_deployments if row["clusterArn"] == asked["cluster"]}
        )
        return _page("serviceArns", rows, asked, asked.get("maxResults", 10), 100, "nextToken")

    def _ListServiceDeployments(self, asked: Row) -> Row:  # noqa: N802 - as above
        name = "/".join(asked[part].rpartition("/")[2] for part in ("cluster", "service"))
        own = [row for row in self.service_deployments if row["serviceArn"].endswith(f":service/{name}")]
        if not own:
            raise RefusalError("ServiceNotFoundException", "Service not found.")
        brief = (
            "serviceDeploymentArn",
            "serviceArn",
            "clusterArn",
            "startedAt",
            "createdAt",
            "finishedAt",
            "status",
        )
        rows = [
            {name: row[name] for name in brief if name in row}
            for row in _made(own, "createdAt", asked.get("createdAt", {}))
        ]
        return _page("serviceDeployments", rows, asked, asked.get("maxResults", 20), 100, "nextToken")

    def _DescribeServiceDeployments(self, asked: Row) -> Row:  # noqa: N802 - as above
        wanted = asked["serviceDeploymentArns"]
        if len(wanted) > 20:
            raise RefusalError("InvalidParameterException", "At most 20")
        rows = [
            row
            for row in self.service_deployments
            if row["serviceDeploymentArn"] in set(wanted) - self.withheld
        ]
        failures = [{"arn": one, "reason": "MISSING"} for one in wanted if one in self.withheld]
        return {"serviceDeployments": rows, "failures": failures}


def _made(rows: list[Row], member: str, span: Row) -> list[Row]:
    first, last = span.get("start", span.get("after", 0)), span.get("end", span.get("before", 1e12))
    return [row for row in rows if first <= row[member] <= last]


def _has(row: Row, key: str, value: str) -> bool:
    if key in {"ResourceName", "ResourceType"}:
        return any(one.get(key) == value for one in row.get("Resources", []))
    return bool(row.get(key) == value)


def _page(
    member: str, rows: Sequence[Any], asked: Row, size: int, most: int, place: str = "NextToken"
) -> Row:
    """Give a page; its token is opaque, and good for the same question alone."""
    of_pages = {place, "MaxRecords", "MaxResults", "maxResults"}
    question = {name: value for name, value in asked.items() if name not in of_pages}
    own = re.sub(r"\W", "", json.dumps(question, sort_keys=True))[-24:]
    start, _, question_of = asked.get(place, f"0.{own}").partition(".")
    if question_of != own or not start.isdecimal():
        raise RefusalError("InvalidNextTokenException", "Invalid token")
    end = int(start) + min(size, most)
    more = {place: f"{end}.{own}"} if end < len(rows) else {}
    return {member: rows[int(start) : end], **more}


def _handler(fake: FakeAws) -> type[Answering]:
    class Handler(Answering):
        def do_POST(self) -> None:  # noqa: N802 - the library's name
            data = self.rfile.read(int(self.headers.get("Content-Length") or 0))
            headers = {name.lower(): value for name, value in self.headers.items()}
            try:
                status, made = 200, fake.locked(headers, json.loads(data))
            except RefusalError as err:
                status, made = (
                    err.status,
                    {"__type": f"com.amazon.coral.service#{err.code}", "message": str(err)},
                )
            sent = json.dumps(made).encode()
            self.send_response(status)
            self.send_header("Content-Type", headers.get("content-type", "application/x-amz-json-1.0"))
            self.send_header("Content-Length", str(len(sent)))
            self.end_headers()
            self.wfile.write(sent)

    return Handler


def seconds(at: datetime) -> float:
    """Give a time as AWS writes it: seconds since 1970, to the millisecond."""
    return round(at.timestamp(), 3)


def transition(
    name: str, at: datetime, before: str, after: str, reason: str = "", kind: str = "MetricAlarm"
) -> Row:
    """Give an item of an alarm's history: a change of state, as AWS documents it."""
    evaluated = {"version": "1.0", "queryDate": at.strftime("%Y-%m-%dT%H:%M:%S.000+0000"), "statistic": "Average",
                 "period": 60, "recentDatapoints": [0.9], "threshold": 0.5}  # fmt: skip
    data = {
        "version": "1.0", "oldState": {"stateValue": before, "stateReason": "before"},
        "newState": {"stateValue": after, "stateReason": reason or f"Threshold Crossed: {after}", "stateReasonData": evaluated},
    }  # fmt: skip
    return item(name, at, "StateUpdate", f"Alarm updated from {before} to {after}", data, kind)


def item(name: str, at: datetime, kind: str, summary: str, data: Row, alarm: str = "MetricAlarm") -> Row:
    """Give an item of an alarm's history."""
    return {
        "AlarmName": name, "AlarmType": alarm, "Timestamp": seconds(at), "HistoryItemType": kind,
        "HistorySummary": summary, "HistoryData": json.dumps(data),
    }  # fmt: skip


def user(name: str = "ada.lovelace") -> Row:
    """Give who called: a user."""
    arn = f"arn:aws:iam::{ACCOUNT}:user/{name}"
    return {
        "type": "IAMUser",
        "principalId": "AIDA" + "X4" * 8,
        "arn": arn,
        "accountId": ACCOUNT,
        "userName": name,
    }


def session(role: str, name: str) -> Row:
    """Give who called: somebody who took a role."""
    return {
        "type": "AssumedRole", "principalId": f"AROA{'Y5' * 8}:{name}", "accountId": ACCOUNT,
        "arn": f"arn:aws:sts::{ACCOUNT}:assumed-role/{role}/{name}",
        "sessionContext": {"sessionIssuer": {"type": "Role", "userName": role}},
    }  # fmt: skip


def event(
    number: int, at: datetime, action: str, asked: Row | None = None, *, who: Row | None = None, resources: Sequence[tuple[str, str]] = (),
    read_only: bool = False, **more: Any,
) -> Row:  # fmt: skip
    """Give an event of CloudTrail; `action` is `ecs:UpdateService`, the rest members of the event itself."""
    service, _, name = action.partition(":")
    own = f"{number:08x}-0000-4000-8000-000000000000"
    told = {
        "eventVersion": "1.09", "userIdentity": who or user(), "eventTime": at.strftime("%Y-%m-%dT%H:%M:%SZ"),
        "eventSource": f"{service}.amazonaws.com", "eventName": name, "awsRegion": REGION, "sourceIPAddress": "192.0.2.7",
        "userAgent": "aws-cli/2.31", "requestParameters": asked, "responseElements": None, "eventID": own,
        "readOnly": read_only, "eventType": "AwsApiCall", "managementEvent": True, "recipientAccountId": ACCOUNT,
        "eventCategory": "Management", **more,
    }  # fmt: skip
    caller = told["userIdentity"]
    return {
        "EventId": own, "EventName": name, "ReadOnly": str(read_only).lower(), "EventTime": float(int(at.timestamp())),
        "EventSource": f"{service}.amazonaws.com", "Username": caller.get("userName") or caller.get("principalId", "").rpartition(":")[2],
        "Resources": [{"ResourceType": kind, "ResourceName": one} for kind, one in resources],
        "CloudTrailEvent": json.dumps(told),
    }  # fmt: skip


def deployment(
    number: int, made: datetime, status: str = "Succeeded", *, minutes: float = 5, **more: Any
) -> Row:
    """Give a deployment of CodeDeploy that began half a minute after it was made, and took so many minutes."""
    times = {
        "startTime": seconds(made + timedelta(seconds=30)),
        "completeTime": seconds(made + timedelta(minutes=minutes)),
    }
    lacking = {"Created": set(times), "InProgress": {"completeTime"}}.get(status, set())
    return {
        "deploymentId": f"d-{number:09d}", "applicationName": "shop", "deploymentGroupName": "prod", "status": status,
        "creator": "user", "createTime": seconds(made), **{name: at for name, at in times.items() if name not in lacking},
        "revision": {"revisionType": "GitHub", "gitHubLocation": {"repository": "acme/shop", "commitId": "c" * 40}}, **more,
    }  # fmt: skip


def service_deployment(
    number: int, made: datetime, status: str = "SUCCESSFUL", *, service: str = "checkout", cluster: str = "prod", minutes: float = 5, **more: Any
) -> Row:  # fmt: skip
    """Give a deployment of a service of ECS that began half a minute after it was made, and took so many minutes."""
    begin, own = f"arn:aws:ecs:{REGION}:{ACCOUNT}", f"{cluster}/{service}"
    times = {
        "startedAt": seconds(made + timedelta(seconds=30)),
        "finishedAt": seconds(made + timedelta(minutes=minutes)),
    }
    lacking = {"PENDING": set(times), "IN_PROGRESS": {"finishedAt"}}.get(status, set())
    return {
        "serviceDeploymentArn": f"{begin}:service-deployment/{own}/{number:022d}", "serviceArn": f"{begin}:service/{own}",
        "clusterArn": f"{begin}:cluster/{cluster}", "createdAt": seconds(made), "status": status,
        **{name: at for name, at in times.items() if name not in lacking},
        "targetServiceRevision": {"arn": f"{begin}:service-revision/{own}/{1000 + number}", "requestedTaskCount": 4}, **more,
    }  # fmt: skip
