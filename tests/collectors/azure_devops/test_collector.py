"""The Azure DevOps collector against a fake in the form of recorded answers."""

from collections.abc import Iterator
from datetime import datetime
from typing import Any

import pytest

from collectors.azure_devops.collector import AzureDevopsCollector, AzureDevopsOptions
from collectors.testing import FaultServer, Run, check, check_faults
from tests.collectors import clock_cases
from tests.collectors.fault_matrix import keep
from tests.collectors.github.test_collector import at as minute_at
from tests.collectors.github.test_collector import ns, of
from tests.collectors.probing import probe
from tests.fakes.azure_devops import NEVER, TOKEN, FakeAzureDevops
from tests.fakes.rest import RefusalError
from tests.golden_files import Golden
from timeline.instant import MINUTE
from timeline.model import Window

WINDOW = Window(start=ns(0), end=ns(60))
SECRETS = {"env:T": TOKEN}
DEPLOY = {"pipeline": "deploy_*", "environment": "production"}
PRINTED = 700  # ns: the seventh digit


def at(minutes: float) -> datetime:
    return minute_at(minutes)


@pytest.fixture
def azure() -> Iterator[FakeAzureDevops]:
    with FakeAzureDevops() as fake:
        yield fake


def options(azure: FakeAzureDevops, *rules: dict[str, str], **more: Any) -> dict[str, Any]:
    return {"url": azure.url, "project": "acme/shop", "token": "env:T", "deploy": list(rules), **more}


def read(azure: FakeAzureDevops, *rules: dict[str, str], grow: int = 10 * MINUTE, **more: Any) -> Run:
    given = options(azure, *rules, **more)
    result = check(AzureDevopsCollector, given, WINDOW, grow=grow, secrets=SECRETS)
    assert result.failure is None, result.failure
    return result


def test_builds_begin_and_end(azure: FakeAzureDevops) -> None:
    number = azure.build(at(1), started=at(2), finished=at(9))
    azure.build(at(1), result="partiallySucceeded", started=at(2), finished=at(3), name="test")
    result = read(azure, DEPLOY, service="shop")
    (started,), (finished,) = of(result, "deploy.started"), of(result, "deploy.finished")
    assert (started.earliest, started.latest) == (ns(2) + PRINTED, ns(2) + PRINTED + 99)
    called = f"deploy_to_prod #20251121.{number}"
    assert finished.statement == f"Deploy `{called}` finished to `production` of `shop` at `cccccccccccc`"
    assert finished.evidence[0].link == f"https://dev.azure.com/acme/shop/_build/results?buildId={number}"
    assert {p.identity: p.names for p in result.people} == {
        "azure:bc538feb": ("Ada Example", "ada@example.org")
    }
    assert [f.subject.labels["state"] for f in of(result, "custom")] == ["partiallySucceeded"] * 2
    assert len(read(azure, {"pipeline": "shop/deploy*"}, others=False).facts) == 2


@pytest.mark.parametrize(
    ("status", "result", "kinds"),
    [
        ("completed", "failed", ["deploy.started", "deploy.failed"]),
        ("completed", "canceled", ["deploy.started", "deploy.cancelled"]),
        ("inProgress", None, ["deploy.started"]),
        ("notStarted", None, ["custom"]),
    ],
)
@pytest.mark.parametrize("never", [None, NEVER, f"{NEVER}Z"])
def test_what_a_build_came_to(
    azure: FakeAzureDevops, status: str, result: str | None, kinds: list[str], never: str | None
) -> None:
    begun, over = status != "notStarted", status == "completed"
    azure.build(
        at(1), status, result, started=at(2) if begun else None, finished=at(9) if over else None, never=never
    )
    assert [f.kind for f in sorted(read(azure, DEPLOY).facts, key=lambda f: f.latest)] == kinds


def test_the_next_page_is_named_by_a_header_alone(azure: FakeAzureDevops) -> None:
    azure.largest_page = 2
    for minute in range(-3, 8):
        azure.build(at(minute), started=at(minute), finished=at(minute + 0.5))
    result = read(azure, DEPLOY)
    assert len(of(result, "deploy.finished")) == 8
    assert not result.gaps


def test_an_answer_that_asks_for_a_pause_is_read_and_the_pause_kept(azure: FakeAzureDevops) -> None:
    azure.largest_page, azure.retry_after = 2, 2
    for minute in range(4):
        azure.build(at(minute), started=at(minute), finished=at(minute))
    result = read(azure, DEPLOY, grow=0)
    assert len(of(result, "deploy.finished")) == 4
    assert not result.gaps
    assert any(said.startswith("waiting") for said in result.progress)


def test_a_stage_or_a_job_may_be_the_deploy(azure: FakeAzureDevops) -> None:
    build = azure.build(at(1), started=at(1), finished=at(20), result="failed", name="web")
    azure.step(build, "deploy eu", at(2), at(5))
    azure.step(build, "deploy us", at(6), at(9), kind="Job", result="failed", attempt=2)
    azure.step(build, "deploy jp", None, None, result="skipped")
    azure.step(build, "deploy au", None, None, state="pending", result=None)
    azure.step(build, "deploy", at(2), at(5), kind="Task")
    result = read(azure, {"pipeline": "web", "job": "deploy *", "environment": "production"})
    assert [f.earliest for f in of(result, "deploy.finished")] == [ns(5) + PRINTED]
    (failed,) = of(result, "deploy.failed")
    assert failed.statement.startswith(f"Deploy `web #20251121.{build}, deploy us, attempt 2` failed")
    azure.refused = {f"/acme/shop/_apis/build/builds/{build}/timeline": RefusalError(403, "no")}
    (gap,) = read(azure, {"job": "*"}).gaps
    assert gap.missing == "stages of 1 builds"


def test_a_build_without_a_time_is_a_counted_gap(azure: FakeAzureDevops) -> None:
    azure.build(at(1), started=at(2), finished=at(3))
    azure.builds[0]["finishTime"] = "soon"
    (gap,) = read(azure, DEPLOY).gaps
    assert (gap.reason, gap.missing) == ("undecodable", "1 build")


def test_names_that_are_no_project() -> None:
    for name in ("shop", "a/b/c", "/b"):
        with pytest.raises(ValueError, match="ORGANIZATION/PROJECT"):
            AzureDevopsOptions.model_validate({"project": name})


def test_doctor_says_what_it_sees(azure: FakeAzureDevops) -> None:
    assert probe(AzureDevopsCollector, options(azure), SECRETS)["authorised"].ok
    assert not probe(AzureDevopsCollector, options(azure), {"env:T": "wrong-token"})["authorised"].ok


def test_every_fault_is_named_or_changes_nothing(golden: Golden) -> None:
    with FakeAzureDevops() as azure:
        azure.largest_page = 2
        for minute in (1, 5, 9, 20, 25):
            build = azure.build(at(minute), started=at(minute), finished=at(minute + 3))
            azure.step(build, "deploy", at(minute), at(minute + 1))
        given = options(azure, DEPLOY, {"job": "*"})
        with FaultServer(azure.url) as server:
            outcomes = check_faults(AzureDevopsCollector, given, server, WINDOW, secrets=SECRETS)
        assert clock_cases.hold(AzureDevopsCollector, given, azure.url, WINDOW, secrets=SECRETS) >= 15
    keep(golden, "azure_devops", outcomes)
    assert {"repeated place", "endless pages"} <= {one.fault for one in outcomes}
