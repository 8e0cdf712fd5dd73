"""The Jenkins collector against a fake in the form of recorded answers."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from collectors.jenkins.collector import JenkinsCollector
from collectors.testing import FaultServer, Run, check, check_faults
from tests.collectors import clock_cases
from tests.collectors.fault_matrix import keep
from tests.collectors.probing import probe
from tests.fakes.jenkins import LOGIN, URL, FakeJenkins
from tests.fakes.rest import RefusalError
from tests.golden_files import Golden
from timeline.instant import MINUTE, NS
from timeline.model import Fact, Window

T0 = datetime(2025, 11, 21, 14, 0, 0, 161_000, tzinfo=UTC)
MS = NS // 1000
SECRETS = {"env:T": LOGIN}
DEPLOY = {"pipeline": "shop/deploy", "environment": "production"}


def at(minutes: float) -> datetime:
    return T0 + timedelta(minutes=minutes)


def ns(minutes: float) -> int:
    return int(T0.timestamp()) * NS + 161 * MS + int(minutes * MINUTE)


WINDOW = Window(start=ns(0), end=ns(60))


@pytest.fixture
def jenkins() -> Iterator[FakeJenkins]:
    with FakeJenkins() as fake:
        yield fake


def options(jenkins: FakeJenkins, *rules: dict[str, str], **more: Any) -> dict[str, Any]:
    return {"url": jenkins.url, "auth": {"basic": "env:T"}, "deploy": list(rules), **more}


def read(
    jenkins: FakeJenkins, *rules: dict[str, str], empty: bool = False, grow: int = 10 * MINUTE, **more: Any
) -> Run:
    result = check(
        JenkinsCollector, options(jenkins, *rules, **more), WINDOW, grow=grow, empty=empty, secrets=SECRETS
    )
    assert result.failure is None, result.failure
    return result


def of(result: Run, kind: str) -> list[Fact]:
    return sorted((f for f in result.facts if f.kind == kind), key=lambda f: f.latest)


def test_a_build_ends_its_duration_after_its_timestamp(jenkins: FakeJenkins) -> None:
    jenkins.build("shop/deploy", at(1), 90_500, by="ada")
    jenkins.build("shop/test", at(2), 1_000)
    result = read(jenkins, DEPLOY, service="shop")
    (started,), (finished,) = of(result, "deploy.started"), of(result, "deploy.finished")
    assert (started.earliest, started.latest) == (ns(1), ns(1) + MS - 1)
    assert finished.earliest == ns(1) + 90_500 * MS
    assert (
        finished.statement == "Deploy `shop/deploy #1` finished to `production` of `shop` at `cccccccccccc`"
    )
    assert finished.evidence[0].link == f"{URL}job/shop/job/deploy/1/"
    assert started.actor == "jenkins:ada"
    assert [f.statement for f in of(result, "custom")] == [
        "`shop/test #1 started` was recorded by `test`", "`shop/test #1 success` was recorded by `test`",
    ]  # fmt: skip
    assert len(read(jenkins, DEPLOY, others=False).facts) == 2
    assert not result.gaps


@pytest.mark.parametrize(
    ("result", "kind"),
    [("FAILURE", "deploy.failed"), ("ABORTED", "deploy.cancelled"), ("UNSTABLE", "custom"), (None, None)],
)
def test_what_a_build_came_to(jenkins: FakeJenkins, result: str | None, kind: str | None) -> None:
    jenkins.build("shop/deploy", at(1), 1_000, result)
    kinds = [f.kind for f in sorted(read(jenkins, DEPLOY).facts, key=lambda f: f.latest)]
    assert kinds == ["deploy.started", *([kind] if kind else [])]


def test_folders_and_branches_are_walked_and_chosen(jenkins: FakeJenkins) -> None:
    for job in ("deploy", "a/b/c/deploy", "shop/pipeline/feature%2Fx"):
        jenkins.build(job, at(1), 1_000)
    assert len(read(jenkins).facts) == 6
    (fact,) = of(read(jenkins, {"pipeline": "shop/pipeline", "branch": "main"}), "deploy.finished")
    assert fact.subject.labels["ref"] == "main"
    assert len(read(jenkins, jobs=["a/*"]).facts) == 2


def test_all_builds_are_read_in_ranges_until_they_are_older(jenkins: FakeJenkins) -> None:
    for minute in range(-4000, 60, 10):
        jenkins.build("shop/test", at(minute), 1_000)
    result = read(jenkins, grow=0)
    assert len(result.facts) == 12
    assert 3 <= sum("allBuilds" in call.query.get("tree", "") for call in jenkins.calls) < 10
    assert not result.gaps


def test_builds_that_were_discarded_are_a_gap(jenkins: FakeJenkins) -> None:
    jenkins.build("shop/test", at(20), 1_000, number=31)
    (gap,) = read(jenkins).gaps
    assert (gap.reason, gap.start, gap.end // NS) == ("past_retention", WINDOW.start, ns(20) // NS)


def test_a_long_build_from_before_is_whole(jenkins: FakeJenkins) -> None:
    jenkins.build("shop/deploy", at(-50), 60_000 * 60)
    jenkins.build("shop/deploy", at(-40), 1_000)
    result = read(jenkins, DEPLOY)
    assert [f.earliest for f in of(result, "deploy.started")] == [ns(-50)]
    assert [f.earliest for f in of(result, "deploy.finished")] == [ns(10)]


def test_a_stage_may_be_the_deploy(jenkins: FakeJenkins) -> None:
    number = jenkins.build("shop/main", at(1), 600_000, "FAILURE")
    for name, minute, status in (
        ("build", 1, "SUCCESS"),
        ("deploy eu", 2, "FAILED"),
        ("deploy us", 3, "PAUSED_PENDING_INPUT"),
    ):
        jenkins.stage("shop/main", number, name, at(minute), 30_000, status)
    result = read(jenkins, {"pipeline": "shop/*", "job": "deploy *", "environment": "production"})
    assert [f.earliest for f in of(result, "deploy.started")] == [ns(2)]
    assert [f.earliest for f in of(result, "deploy.failed")] == [ns(2.5)]
    (held,) = of(result, "deploy.waiting")
    assert held.statement.startswith("Deploy `shop/main #1, deploy us` began to wait for approval")
    jenkins.stages.clear()
    (gap,) = read(jenkins, {"job": "*"}).gaps
    assert gap.missing == "stages of 1 builds"


def test_a_job_or_folder_that_is_refused_is_a_gap(jenkins: FakeJenkins) -> None:
    for job in ("a/one", "b/two"):
        jenkins.build(job, at(1), 1_000)
    jenkins.refused = {
        "/job/a/job/one/api/json": RefusalError(403, "no"),
        "/job/b/api/json": RefusalError(403, "no"),
    }
    result = read(jenkins, empty=True)
    assert sorted(g.statement.partition(" were")[0] for g in result.gaps) == [
        "Builds of `a/one`",
        "Jobs in `b`",
    ]


def test_doctor_says_what_it_sees(jenkins: FakeJenkins) -> None:
    jenkins.build("a/one", at(1), 1_000)
    shown = probe(JenkinsCollector, options(jenkins), SECRETS)
    assert shown["authorised"].detail == "1 jobs and folders"
    assert shown["clock"].ok


def test_every_fault_is_named_or_changes_nothing(golden: Golden) -> None:
    with FakeJenkins() as jenkins:
        for minute in range(-200, 40, 2):  # two ranges
            jenkins.build("shop/deploy", at(minute), 1_000, by="ada")
        given = options(jenkins, DEPLOY)
        with FaultServer(jenkins.url) as server:
            outcomes = check_faults(JenkinsCollector, given, server, WINDOW, secrets=SECRETS)
        assert clock_cases.hold(JenkinsCollector, given, jenkins.url, WINDOW, secrets=SECRETS) >= 30
    keep(golden, "jenkins", outcomes)
