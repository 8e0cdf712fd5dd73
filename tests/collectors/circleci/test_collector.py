"""The CircleCI collector against a fake in the form of recorded answers."""

from collections.abc import Iterator
from typing import Any

import pytest

from collectors.circleci.collector import CircleciCollector, CircleciOptions
from collectors.testing import FaultServer, Run, check, check_faults
from tests.collectors import clock_cases
from tests.collectors.fault_matrix import keep
from tests.collectors.github.test_collector import at, ns, of
from tests.collectors.probing import probe
from tests.fakes.circleci import SLUG, TOKEN, FakeCircleci
from tests.fakes.rest import RefusalError
from tests.golden_files import Golden
from timeline.instant import MINUTE, NS
from timeline.model import Window

WINDOW = Window(start=ns(0), end=ns(60))
SECRETS = {"env:T": TOKEN}
DEPLOY = {"pipeline": "deploy", "environment": "production"}


@pytest.fixture
def circleci() -> Iterator[FakeCircleci]:
    with FakeCircleci() as fake:
        yield fake


def options(circleci: FakeCircleci, *rules: dict[str, str], **more: Any) -> dict[str, Any]:
    url = circleci.url.removesuffix("/api/v2")
    return {
        "url": url,
        "project": SLUG,
        "auth": {"header": {"Circle-Token": "env:T"}},
        "deploy": list(rules),
        **more,
    }


def read(
    circleci: FakeCircleci, *rules: dict[str, str], empty: bool = False, grow: int = 10 * MINUTE, **more: Any
) -> Run:
    given = options(circleci, *rules, **more)
    result = check(CircleciCollector, given, WINDOW, grow=grow, empty=empty, secrets=SECRETS)
    assert result.failure is None, result.failure
    return result


def test_workflows_begin_and_end_to_the_second(circleci: FakeCircleci) -> None:
    pipeline = circleci.pipeline(at(1))
    identity = circleci.workflow(pipeline, "deploy", at(2), at(9))
    circleci.workflow(pipeline, "test", at(1), at(2), "failed")
    result = read(circleci, DEPLOY, service="shop")
    (started,), (finished,) = of(result, "deploy.started"), of(result, "deploy.finished")
    assert (started.earliest, started.latest) == (ns(2), ns(2) + NS - 1)
    assert finished.statement == "Deploy `deploy #1` finished to `production` of `shop` at `cccccccccccc`"
    assert finished.evidence[0].link == f"https://app.circleci.com/pipelines/{SLUG}/1/workflows/{identity}"
    assert started.actor == "circleci:ada"
    assert [f.statement for f in of(result, "custom")][-1] == f"`test #1 failed` was recorded by `{SLUG}`"
    assert len(read(circleci, DEPLOY, others=False).facts) == 2


@pytest.mark.parametrize(
    ("status", "kinds"),
    [
        ("failed", ["deploy.started", "deploy.failed"]), ("canceled", ["deploy.started", "deploy.cancelled"]),
        ("error", ["deploy.failed"]), ("not_run", ["custom"]), ("running", ["deploy.started"]),
        ("on_hold", ["deploy.started"]), ("failing", ["deploy.started"]), ("queued", ["custom"]),
    ],
)  # fmt: skip
def test_what_a_workflow_came_to(circleci: FakeCircleci, status: str, kinds: list[str]) -> None:
    over = status in {"failed", "canceled", "error", "not_run"}
    circleci.workflow(circleci.pipeline(at(1)), "deploy", at(2), at(9) if over else None, status)
    assert [f.kind for f in sorted(read(circleci, DEPLOY).facts, key=lambda f: f.latest)] == kinds


def test_pipelines_are_paged_until_older_and_a_later_run_again_is_found(circleci: FakeCircleci) -> None:
    circleci.size = 3
    for hour in range(-100, 1):
        last = circleci.pipeline(at(hour * 60))
        circleci.workflow(last, "deploy", at(hour * 60), at(hour * 60 + 1), "failed")
    again = circleci.pipelines[5]["id"]
    circleci.workflow(again, "deploy", at(30), at(31))
    result = read(circleci, DEPLOY, grow=0)
    assert [f.earliest for f in of(result, "deploy.finished")] == [ns(31)]
    assert [f.earliest for f in of(result, "deploy.failed")] == [ns(1)]
    assert sum(call.path.endswith("/pipeline") for call in circleci.calls) < 15
    assert not result.gaps


def test_a_job_may_be_the_deploy_or_wait(circleci: FakeCircleci) -> None:
    workflow = circleci.workflow(circleci.pipeline(at(1)), "build", at(1), None, "on_hold")
    circleci.job(workflow, "deploy eu", at(3), at(5))
    circleci.job(workflow, "deploy us?", None, None, "on_hold", "approval")
    circleci.job(workflow, "deploy us", None, None, "blocked")
    circleci.job(workflow, "lint", at(3), at(5))
    result = read(circleci, {"pipeline": "build", "job": "deploy *", "environment": "production"})
    assert [f.earliest for f in of(result, "deploy.finished")] == [ns(5)]
    (held,) = of(result, "deploy.waiting")
    assert held.statement.startswith("Deploy `build #1, deploy us?` began to wait for approval")


def test_a_pipeline_whose_workflows_are_refused_is_a_gap(circleci: FakeCircleci) -> None:
    one, two = (circleci.pipeline(at(minute)) for minute in (1, 2))
    for pipeline in (one, two):
        circleci.workflow(pipeline, "deploy", at(3), at(4))
    circleci.refused = {f"/pipeline/{one}/workflow": RefusalError(403, "no")}
    result = read(circleci, DEPLOY)
    assert [gap.missing for gap in result.gaps] == ["workflows of 1 pipelines"]
    assert len(of(result, "deploy.finished")) == 1


@pytest.mark.parametrize("slug", ["shop", "gh/shop", "gh/a/b/c", "https://circleci.com/gh/a/b"])
def test_names_that_are_no_slug(slug: str) -> None:
    with pytest.raises(ValueError, match="gh/OWNER/NAME"):
        CircleciOptions.model_validate({"project": slug})


def test_doctor_says_what_it_sees(circleci: FakeCircleci) -> None:
    shown = probe(CircleciCollector, options(circleci), SECRETS)
    assert shown["authorised"].detail == "shop"
    assert shown["clock"].ok


def test_every_fault_is_named_or_changes_nothing(golden: Golden) -> None:
    with FakeCircleci() as circleci:
        circleci.size = 2
        for minute in (1, 5, 9, 20):
            workflow = circleci.workflow(circleci.pipeline(at(minute)), "deploy", at(minute), at(minute + 3))
            for name in ("one", "two", "three"):
                circleci.job(workflow, name, at(minute), at(minute + 1))
        given = options(circleci, DEPLOY, {"job": "t*"})
        with FaultServer(given["url"]) as server:
            outcomes = check_faults(CircleciCollector, given, server, WINDOW, secrets=SECRETS)
        assert clock_cases.hold(CircleciCollector, given, given["url"], WINDOW, secrets=SECRETS) >= 20
    keep(golden, "circleci", outcomes)
    assert {"repeated place", "endless pages"} <= {one.fault for one in outcomes}
