"""The Buildkite collector against a fake in the form of its documentation."""

from collections.abc import Iterator
from typing import Any

import pytest

from collectors.buildkite.collector import BuildkiteCollector, BuildkiteOptions
from collectors.testing import FaultServer, Run, check, check_faults
from tests.collectors import clock_cases
from tests.collectors.fault_matrix import keep
from tests.collectors.github.test_collector import at, ns, of
from tests.collectors.probing import probe
from tests.fakes.buildkite import TOKEN, FakeBuildkite
from tests.golden_files import Golden
from timeline.instant import MINUTE, NS
from timeline.model import Window

WINDOW = Window(start=ns(0), end=ns(60))
SECRETS = {"env:T": TOKEN}
DEPLOY = {"pipeline": "deploy-*", "environment": "production"}


@pytest.fixture
def buildkite() -> Iterator[FakeBuildkite]:
    with FakeBuildkite() as fake:
        yield fake


def options(buildkite: FakeBuildkite, *rules: dict[str, str], **more: Any) -> dict[str, Any]:
    url = buildkite.url.removesuffix("/v2")
    return {"url": url, "organization": "shop", "auth": {"bearer": "env:T"}, "deploy": list(rules), **more}


def read(buildkite: FakeBuildkite, *rules: dict[str, str], grow: int = 10 * MINUTE, **more: Any) -> Run:
    given = options(buildkite, *rules, **more)
    result = check(BuildkiteCollector, given, WINDOW, grow=grow, secrets=SECRETS)
    assert result.failure is None, result.failure
    return result


def test_builds_begin_and_end(buildkite: FakeBuildkite) -> None:
    row = buildkite.build(at(1), started=at(2), finished=at(9))
    buildkite.build(at(1), "failed", started=at(2), finished=at(3), pipeline="test")
    result = read(buildkite, DEPLOY, service="shop")
    (started,), (finished,) = of(result, "deploy.started"), of(result, "deploy.finished")
    assert (started.earliest, started.latest) == (ns(2), ns(2) + NS // 1000 - 1)
    assert finished.statement == "Deploy `Deploy-Web #1` finished to `production` of `shop` at `cccccccccccc`"
    assert finished.evidence[0].link == row["web_url"]
    assert finished.quote
    assert finished.quote.text == "Smaller pool"
    assert {p.identity: p.names for p in result.people} == {
        "buildkite:u-1": ("Ada Example", "ada@example.org")
    }
    assert [f.statement for f in of(result, "custom")][-1] == "`Test #2 failed` was recorded by `shop`"
    assert len(read(buildkite, DEPLOY, others=False).facts) == 2


@pytest.mark.parametrize(
    ("state", "kinds"),
    [
        ("failed", ["deploy.started", "deploy.failed"]), ("canceled", ["deploy.started", "deploy.cancelled"]),
        ("running", ["deploy.started"]), ("blocked", ["deploy.started"]), ("skipped", ["custom"]), ("scheduled", ["custom"]),
    ],
)  # fmt: skip
def test_what_a_build_came_to(buildkite: FakeBuildkite, state: str, kinds: list[str]) -> None:
    over = state in {"failed", "canceled", "skipped"}
    begun = state not in {"skipped", "scheduled"}
    buildkite.build(at(1), state, started=at(2) if begun else None, finished=at(9) if over else None)
    assert [f.kind for f in sorted(read(buildkite, DEPLOY).facts, key=lambda f: f.latest)] == kinds


def test_a_build_from_before_that_ends_in_the_window_is_whole_over_pages(buildkite: FakeBuildkite) -> None:
    buildkite.largest_page = 2
    for hour in range(-30, 1):
        buildkite.build(at(hour * 60), started=at(hour * 60), finished=at(hour * 60 + 1))
    buildkite.build(at(-300), started=at(-299), finished=at(30))
    result = read(buildkite, DEPLOY)
    assert [f.earliest for f in of(result, "deploy.finished")] == [ns(1), ns(30)]
    assert not result.gaps


def test_a_job_may_be_the_deploy_each_try_of_it_or_wait(buildkite: FakeBuildkite) -> None:
    build = buildkite.build(at(1), "blocked", started=at(1), pipeline="web")
    buildkite.job(build, "deploy eu", at(1), "failed", started=at(2), finished=at(3), retried=True)
    buildkite.job(build, "deploy eu", at(4), started=at(5), finished=at(6))
    buildkite.job(build, "deploy us?", at(7), "blocked", kind="manual")
    buildkite.job(build, None, at(7), "waiting", kind="waiter")
    result = read(buildkite, {"pipeline": "web", "job": "deploy *", "environment": "production"})
    assert [f.earliest for f in of(result, "deploy.failed")] == [ns(3)]
    assert [f.earliest for f in of(result, "deploy.finished")] == [ns(6)]
    (held,) = of(result, "deploy.waiting")
    assert (held.earliest, held.statement[:46]) == (ns(7), "Deploy `Web #1, deploy us?` began to wait for ")


def test_what_was_not_looked_up_yet_is_no_revision(buildkite: FakeBuildkite) -> None:
    buildkite.build(at(1), "running", started=at(2), commit="HEAD")
    (started,) = of(read(buildkite, DEPLOY), "deploy.started")
    assert started.statement == "Deploy `Deploy-Web #1` started to `production`"


def test_a_build_without_a_time_is_a_counted_gap(buildkite: FakeBuildkite) -> None:
    buildkite.build(at(1), started=at(2), finished=at(3))["finished_at"] = "soon"
    (gap,) = read(buildkite, DEPLOY).gaps
    assert (gap.reason, gap.missing) == ("undecodable", "1 build")


def test_names_that_are_no_slug() -> None:
    with pytest.raises(ValueError, match="organization"):
        BuildkiteOptions.model_validate({"organization": "a/b"})


def test_doctor_says_what_it_sees(buildkite: FakeBuildkite) -> None:
    assert probe(BuildkiteCollector, options(buildkite), SECRETS)["authorised"].ok
    assert not probe(BuildkiteCollector, options(buildkite), {"env:T": "wrong-token"})["authorised"].ok


def test_every_fault_is_named_or_changes_nothing(golden: Golden) -> None:
    with FakeBuildkite() as buildkite:
        buildkite.largest_page = 2
        for minute in (1, 5, 9, 20, 25):
            build = buildkite.build(at(minute), started=at(minute), finished=at(minute + 3))
            buildkite.job(build, "deploy", at(minute), started=at(minute), finished=at(minute + 1))
        given = options(buildkite, DEPLOY, {"job": "*"})
        with FaultServer(given["url"]) as server:
            outcomes = check_faults(BuildkiteCollector, given, server, WINDOW, secrets=SECRETS)
        assert clock_cases.hold(BuildkiteCollector, given, given["url"], WINDOW, secrets=SECRETS) >= 20
    keep(golden, "buildkite", outcomes)
    assert {"repeated place", "endless pages"} <= {one.fault for one in outcomes}
