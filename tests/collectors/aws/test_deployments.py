"""Deployments of CodeDeploy and ECS against a fake that botocore's models check."""

from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import pytest
from botocore.parsers import create_parser
from botocore.validate import ParamValidator

from collectors.aws.deployments import CodedeployCollector, EcsCollector
from collectors.base import AnyCollector
from collectors.testing import FaultServer, Run, check, check_faults
from collectors.testing.running import run
from tests.collectors import clock_cases
from tests.collectors.fault_matrix import keep
from tests.collectors.probing import probe
from tests.fakes.aws import (
    REGION,
    SECRETS,
    FakeAws,
    RefusalError,
    deployment,
    seconds,
    service_deployment,
    shape,
)
from tests.golden_files import Golden
from timeline.instant import DAY, MINUTE, NS
from timeline.model import Fact, Window

T0 = datetime(2026, 11, 21, 14, 0, 0, 161_000, tzinfo=UTC)
MS = NS // 1000


def at(minutes: float) -> datetime:
    return T0 + timedelta(minutes=minutes)


def ns(minutes: float) -> int:
    return int(T0.timestamp()) * NS + 161 * MS + int(minutes * MINUTE)


WINDOW = Window(start=ns(0), end=ns(60))


def options(aws: FakeAws, **more: Any) -> dict[str, Any]:
    return {"url": aws.url, "region": REGION, "environment": "production", **more}


def read(
    aws: FakeAws, collector: type[AnyCollector], *, empty: bool = False, now: int = WINDOW.end, **more: Any
) -> Run:
    result = check(
        collector, options(aws, **more), WINDOW, now=now, grow=10 * MINUTE, empty=empty, secrets=SECRETS
    )
    assert result.failure is None, result.failure
    return result


def ordered(result: Run) -> list[Fact]:
    return sorted(result.facts, key=lambda fact: (fact.latest, fact.id))


def kinds(result: Run) -> list[str]:
    return [fact.kind for fact in ordered(result)]


def test_a_deployment_begins_and_ends_at_its_milliseconds(aws: FakeAws) -> None:
    aws.deployments = [deployment(1, at(2))]
    result = read(aws, CodedeployCollector)
    started, finished = ordered(result)
    assert (started.earliest, started.latest) == (ns(2.5), ns(2.5) + MS - 1)
    assert finished.earliest == ns(7)
    assert [fact.statement for fact in (started, finished)] == [
        f"Deploy `d-000000001` {how} to `production` of `shop` at `cccccccccccc`"
        for how in ("started", "finished")
    ]
    assert started.thread == finished.thread
    assert started.evidence[0].link == (
        f"https://{REGION}.console.aws.amazon.com/codesuite/codedeploy/deployments/d-000000001?region={REGION}"
    )
    assert not result.gaps


@pytest.mark.parametrize(
    ("status", "told"),
    [("Failed", ["deploy.started", "deploy.failed"]), ("Stopped", ["deploy.started", "deploy.cancelled"]),
     ("InProgress", ["deploy.started"]), ("Created", ["custom"])],
)  # fmt: skip
def test_what_a_deployment_came_to(aws: FakeAws, status: str, told: list[str]) -> None:
    aws.deployments = [
        deployment(1, at(2), status, errorInformation={"code": "TIMEOUT", "message": "No host succeeded."})
    ]
    result = read(aws, CodedeployCollector)
    assert kinds(result) == told
    if status == "Failed":
        quote = ordered(result)[1].quote
        assert quote is not None
        assert quote.text == "No host succeeded."


def test_a_deployment_that_another_one_rolls_back(aws: FakeAws) -> None:
    back = {"rollbackTriggeringDeploymentId": "d-000000001", "rollbackMessage": "Rolled back by d-000000002."}
    aws.deployments = [
        deployment(1, at(2), "Failed", rollbackInfo={"rollbackDeploymentId": "d-000000002"}),
        deployment(2, at(8), creator="codeDeployRollback", rollbackInfo=back),
        deployment(3, at(20), "Failed", creator="codeDeployRollback", rollbackInfo=back),
    ]
    result = read(aws, CodedeployCollector)
    (rolled,) = [fact for fact in result.facts if fact.kind == "deploy.rolled_back"]
    assert rolled.statement == (
        "Deploy `d-000000001` was rolled back in `production` of `shop` to `cccccccccccc` by deploy `d-000000002`"
    )
    first = next(fact for fact in ordered(result) if fact.kind == "deploy.started")
    assert (rolled.thread, rolled.earliest) == (first.thread, ns(13))


def test_those_under_way_are_whole_and_all_are_asked_for_by_parts(aws: FakeAws) -> None:
    aws.deployments = [
        deployment(1, at(-50), minutes=70), deployment(2, at(-40)), deployment(3, at(-50), "InProgress"),
        *(deployment(n, at(n / 2)) for n in range(10, 70)),
    ]  # fmt: skip
    result = read(aws, CodedeployCollector)
    assert len(result.facts) == 2 + 1 + 2 * 60
    asked = [len(call.body["deploymentIds"]) for call in aws.calls if "deploymentIds" in call.body]
    assert sorted(asked[:3]) == [13, 25, 25], "side by side, in any order"
    aws.withheld = {"d-000000011"}
    (gap,) = read(aws, CodedeployCollector).gaps
    assert gap.statement == "Deployments of 1 of 25 were not all read: they were listed, and not given"


def test_services_of_all_clusters_are_found(aws: FakeAws) -> None:
    aws.service_deployments = [
        service_deployment(1, at(2)), service_deployment(2, at(20), service="cart"),
        service_deployment(3, at(30), cluster="test"),
    ]  # fmt: skip
    result = read(aws, EcsCollector)
    started, finished, *_ = ordered(result)
    assert started.statement == (
        "Deploy `prod/checkout/0000000000000000000001` started to `production` of `checkout` at `1001`"
    )
    assert (started.earliest, finished.earliest) == (ns(2.5), ns(7))
    assert started.evidence[0].link == (
        f"https://{REGION}.console.aws.amazon.com/ecs/v2/clusters/prod/services/checkout/deployments?region={REGION}"
    )
    assert {fact.subject.labels["cluster"] for fact in result.facts} == {"prod", "test"}
    assert len(result.facts) == 6
    assert len(read(aws, EcsCollector, services=["prod/cart"]).facts) == 2


def test_what_a_service_deployment_came_to(aws: FakeAws) -> None:
    reason = "Service deployment rolled back because the circuit breaker threshold was exceeded."
    back = {
        "startedAt": seconds(at(13)),
        "reason": reason,
        "serviceRevisionArn": "arn:aws:ecs:r:1:service-revision/prod/checkout/1000",
    }
    aws.service_deployments = [
        service_deployment(1, at(10), "ROLLBACK_SUCCESSFUL", rollback=back),
        service_deployment(2, at(20), "ROLLBACK_FAILED", rollback={**back, "startedAt": seconds(at(22))}),
        service_deployment(3, at(30), "STOPPED", stoppedAt=seconds(at(31))),
        service_deployment(4, at(40), "PENDING"),
        service_deployment(5, at(41), "IN_PROGRESS"),
    ]
    result = read(aws, EcsCollector)
    assert kinds(result) == [
        "deploy.started", "custom", "deploy.rolled_back", "deploy.started", "custom", "deploy.failed",
        "deploy.started", "deploy.cancelled", "deploy.waiting", "deploy.started",
    ]  # fmt: skip
    _, began, rolled, *_ = ordered(result)
    assert (began.earliest, rolled.earliest) == (ns(13), ns(15))
    assert began.quote is not None
    assert began.quote.text == reason
    assert rolled.statement.endswith("was rolled back in `production` of `checkout` to `1000`")


def test_a_service_that_is_not_there_is_a_gap_and_the_others_are_read(aws: FakeAws) -> None:
    aws.service_deployments = [service_deployment(1, at(2))]
    result = read(aws, EcsCollector, services=["prod/checkout", "prod/none", "prod/nothing"])
    assert len(result.facts) == 2
    (gap,) = result.gaps
    assert gap.statement.startswith("Deployments of `prod/none` and 1 others were not all read: ")
    assert "Service not found" in gap.statement


def test_nothing_that_could_be_read_is_a_failure(aws: FakeAws) -> None:
    aws.service_deployments = [service_deployment(1, at(2))]
    aws.deployments = [deployment(1, at(2))]
    aws.withheld = {"d-000000001"}
    none = run(EcsCollector, options(aws, services=["prod/none", "prod/nothing"]), WINDOW, secrets=SECRETS)
    lost = run(CodedeployCollector, options(aws), WINDOW, secrets=SECRETS)
    assert "Service not found" in str(none.failure)
    assert str(lost.failure) == "they were listed, and not given"


def test_what_is_past_retention_is_a_gap(aws: FakeAws) -> None:
    aws.service_deployments = [service_deployment(1, at(40))]
    (gap,) = read(aws, EcsCollector, now=ns(20) + 90 * DAY).gaps
    assert (gap.reason, gap.end) == ("past_retention", ns(20))


@pytest.mark.parametrize("collector", [CodedeployCollector, EcsCollector])
def test_doctor_says_what_it_sees(aws: FakeAws, collector: type[AnyCollector]) -> None:
    assert [check.ok for check in probe(collector, options(aws), SECRETS).values()] == [True] * 3
    aws.refusals = [RefusalError("AccessDeniedException", "not authorized")]
    assert not probe(collector, options(aws), SECRETS)["authorised"].ok


def test_answers_are_as_botocore_has_them(aws: FakeAws) -> None:
    aws.deployments = [deployment(1, at(2))]
    aws.service_deployments = [service_deployment(1, at(2))]
    read(aws, CodedeployCollector)
    read(aws, EcsCollector)
    asked = {call.operation: call for call in aws.calls}
    assert len(asked) == 6
    for operation, call in asked.items():
        answer = httpx.post(
            aws.url, json=call.body, headers={k: v for k, v in call.headers.items() if k != "content-length"}
        )
        wanted = shape(call.service, operation).output_shape
        parsed = create_parser("json").parse(
            {"status_code": 200, "headers": {}, "body": answer.content}, wanted
        )
        parsed.pop("ResponseMetadata")
        assert not ParamValidator().validate(answer.json(), wanted).has_errors(), operation
        assert parsed.keys() == answer.json().keys()


def test_every_fault_of_codedeploy_is_named_or_changes_nothing(golden: Golden) -> None:
    with FakeAws() as aws:
        aws.deployments = [
            deployment(n, at(n)) for n in range(1, 46)
        ]  # two pages, two calls for their details
        with FaultServer(aws.url) as server:
            outcomes = check_faults(
                CodedeployCollector,
                options(aws),
                server,
                WINDOW,
                secrets=SECRETS,
                optional=["nextToken", "startTime"],
            )
        assert clock_cases.hold(CodedeployCollector, options(aws), aws.url, WINDOW, secrets=SECRETS) >= 80
    keep(golden, "codedeploy", outcomes)


def test_every_fault_of_ecs_is_named_or_changes_nothing(golden: Golden) -> None:
    with FakeAws() as aws:
        aws.service_deployments = [service_deployment(n, at(n)) for n in range(1, 5)]
        with FaultServer(aws.url) as server:
            outcomes = check_faults(
                EcsCollector,
                options(aws),
                server,
                WINDOW,
                secrets=SECRETS,
                optional=["nextToken", "startedAt"],
            )
        assert clock_cases.hold(EcsCollector, options(aws), aws.url, WINDOW, secrets=SECRETS) >= 8
    keep(golden, "ecs", outcomes)
