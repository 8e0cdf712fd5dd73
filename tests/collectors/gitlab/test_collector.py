"""The GitLab collector against the fake, which python-gitlab drives as well (tests/fakes/test_gitlab_fake.py)."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from collectors.gitlab.collector import GitlabCollector
from collectors.gitlab.options import GitlabOptions
from collectors.testing import FaultServer, Run, check, check_faults
from tests.collectors import clock_cases
from tests.collectors.fault_matrix import keep
from tests.collectors.probing import probe
from tests.fakes.gitlab import FakeGitlab
from tests.fakes.gitlab_changes import PAGE, SHA
from tests.fakes.rest import RefusalError
from tests.golden_files import Golden
from timeline.instant import MINUTE, NS
from timeline.model import Fact, Window
from timeline.text import mention

T0 = datetime(2025, 11, 21, 14, 0, 0, 192_000, tzinfo=UTC)
MS = 10**6
SECRETS = {"env:T": "reader"}


def at(minutes: float) -> datetime:
    return T0 + timedelta(minutes=minutes)


def ns(minutes: float) -> int:
    return int(at(minutes).timestamp()) * NS + 192 * MS


WINDOW = Window(start=ns(0), end=ns(60))


@pytest.fixture
def gitlab() -> Iterator[FakeGitlab]:
    with FakeGitlab() as fake:
        yield fake


def options(gitlab: FakeGitlab, **more: Any) -> dict[str, Any]:
    url = gitlab.public_url.removesuffix("/api/v4")
    return {"url": url, "project": "acme/tools/shop", "auth": {"header": {"PRIVATE-TOKEN": "env:T"}}, **more}


def read(gitlab: FakeGitlab, grow: int = 10 * MINUTE, empty: bool = False, **more: Any) -> Run:
    given = options(gitlab, **more)
    result = check(
        GitlabCollector, given, WINDOW, grow=grow, empty=empty, secrets=SECRETS, now=ns(60 * 24 * 30)
    )
    assert result.failure is None, result.failure
    return result


def of(result: Run, kind: str) -> list[Fact]:
    return sorted((f for f in result.facts if f.kind == kind), key=lambda f: f.latest)


def test_a_deployment_is_at_the_times_of_its_job(gitlab: FakeGitlab) -> None:
    row = gitlab.changes.deployment(at(1), started=at(2), finished=at(9), updated=at(30))
    result = read(gitlab, service="shop")
    (started,), (finished,) = of(result, "deploy.started"), of(result, "deploy.finished")
    assert len(result.facts) == 2
    assert not result.gaps
    assert (started.earliest, started.latest) == (ns(2), ns(2) + MS - 1)
    assert (finished.earliest, finished.time_means) == (ns(9), "finished_at of the job")
    assert finished.statement == f"Deploy `{row['id']}` finished to `production` of `shop` at `{SHA[:8]}`"
    assert finished.quote
    assert finished.quote.text == f"Smaller pool, says {mention('gitlab:carol')}"
    assert finished.thread == started.thread
    assert finished.evidence[0].link == row["deployable"]["web_url"]
    assert {p.identity: p.names for p in result.people} == {
        "gitlab:ada": ("Ada", "ada"),
        "gitlab:carol": ("carol",),
    }


@pytest.mark.parametrize(
    ("status", "kinds"),
    [
        ("failed", ["deploy.started", "deploy.failed"]), ("canceled", ["deploy.started", "deploy.cancelled"]),
        ("running", ["deploy.started"]),
    ],
)  # fmt: skip
def test_what_a_deployment_came_to(gitlab: FakeGitlab, status: str, kinds: list[str]) -> None:
    gitlab.changes.deployment(at(1), status, started=at(2), finished=None if status == "running" else at(9))
    assert [f.kind for f in sorted(read(gitlab).facts, key=lambda f: f.latest)] == kinds


def test_one_that_waits_has_not_begun(gitlab: FakeGitlab) -> None:
    for status in ("blocked", "created"):
        gitlab.changes.deployment(at(1), status)
    result = read(gitlab)
    assert sorted(f.kind for f in result.facts) == ["custom", "deploy.waiting"]
    assert sorted(f.subject.environment or "" for f in result.facts) == ["production"] * 2
    assert {f.earliest for f in result.facts} == {ns(1)}


def test_a_deployment_by_the_api_ended_between_two_times(gitlab: FakeGitlab) -> None:
    gitlab.changes.deployment(at(1), has_job=False, updated=at(4))
    gitlab.changes.deployment(at(10), "running", has_job=False)
    result = read(gitlab)
    (finished,), (started,) = of(result, "deploy.finished"), of(result, "deploy.started")
    assert (finished.earliest, finished.latest) == (ns(1), ns(4) + MS - 1)
    assert finished.time_means == "between created_at and updated_at"
    assert (started.earliest, started.time_means) == (ns(10), "created_at")


def test_a_time_whose_fraction_is_zero_is_of_the_second(gitlab: FakeGitlab) -> None:
    whole = at(2).replace(microsecond=0)
    gitlab.changes.deployment(at(1), started=whole, finished=at(3))
    (started,) = of(read(gitlab), "deploy.started")
    assert started.earliest == int(whole.timestamp()) * NS
    assert started.latest == started.earliest + NS - 1


def test_a_deployment_from_before_that_ends_in_the_window_or_after_it_is_whole(gitlab: FakeGitlab) -> None:
    gitlab.changes.deployment(at(-600), started=at(-599), finished=at(5))
    gitlab.changes.deployment(at(50), started=at(51), finished=at(60 * 24))
    gitlab.changes.deployment(at(-600), started=at(-599), finished=at(-590))
    result = read(gitlab)
    assert [f.earliest for f in of(result, "deploy.finished")] == [ns(5), ns(60 * 24)]
    assert not result.gaps


def test_releases_and_merges(gitlab: FakeGitlab) -> None:
    gitlab.changes.release("v2", at(20), "Two, by @bob")
    gitlab.changes.release("v1", at(-600))
    gitlab.changes.merge(7, "Smaller pool", at(10), at(60 * 24 * 20))
    gitlab.changes.merge(8, "Older", at(-10), at(-10))
    gitlab.changes.merge(9, "Closed", None, at(10))
    gitlab.changes.merge(10, "Written down after its update", at(0.01), at(-0.01))
    assert [f.kind for f in read(gitlab).facts] == ["change.released"]
    result = read(gitlab, merge_requests=True)
    merged = of(result, "change.merged")
    assert [f.earliest for f in merged] == [ns(0) + 600 * MS, ns(10)]
    assert merged[1].statement == "Change `!7` was merged into `main` in `acme/tools/shop`"
    assert (merged[1].actor, merged[1].evidence[0].link) == ("gitlab:ada", f"{PAGE}/-/merge_requests/7")
    (released,) = of(result, "change.released")
    assert released.quote
    assert released.quote.text == f"Two, by {mention('gitlab:bob')}"


def test_pipelines_and_jobs_by_rules_retried_ones_too(gitlab: FakeGitlab) -> None:
    pipeline = gitlab.changes.pipeline(at(1), "success", started=at(2), finished=at(20), name="Ship")
    gitlab.changes.job(pipeline, "deploy eu", at(1), "failed", started=at(3), finished=at(5), retried=True)
    again = gitlab.changes.job(pipeline, "deploy eu", at(6), started=at(7), finished=at(9))
    gitlab.changes.job(pipeline, "lint", at(1), started=at(2), finished=at(3))
    gitlab.changes.pipeline(at(1), "success", started=at(2), finished=at(20), ref="topic")
    result = read(gitlab, deploy=[{"job": "deploy*", "branch": "main", "environment": "eu"}])
    assert [f.earliest for f in of(result, "deploy.started")] == [ns(3), ns(7)]
    assert [f.earliest for f in of(result, "deploy.failed")] == [ns(5)]
    (finished,) = of(result, "deploy.finished")
    assert finished.statement == f"Deploy `Ship #{pipeline}, deploy eu` finished to `eu` at `{SHA[:12]}`"
    assert finished.evidence[0].link == f"{PAGE}/-/jobs/{again}"
    assert len(result.facts) == 4
    whole = read(gitlab, deploy=[{"pipeline": "Ship"}], pipelines=True)
    assert [f.earliest for f in of(whole, "deploy.finished")] == [ns(20)]
    assert len(of(whole, "custom")) == 2, "the other pipeline's start and end"


def test_a_job_that_made_a_deployment_is_told_by_that(gitlab: FakeGitlab) -> None:
    row = gitlab.changes.deployment(at(1), started=at(2), finished=at(9))
    pipeline = gitlab.changes.pipeline(at(1), started=at(2), finished=at(9))
    gitlab.changes.job(pipeline, "deploy", at(1), started=at(2), finished=at(9))
    gitlab.changes.jobs[pipeline][0]["id"] = row["deployable"]["id"]
    result = read(gitlab, deploy=[{"job": "deploy"}])
    assert len(result.facts) == 2


def test_skipped_and_manual_pipelines_are_no_deploys(gitlab: FakeGitlab) -> None:
    for status in ("skipped", "canceled", "manual", "created"):
        gitlab.changes.pipeline(at(1), status, updated=at(3))
    result = read(gitlab, deploy=[{}])
    kinds = {f.subject.labels["state"]: f.kind for f in result.facts}
    assert (kinds["skipped"], kinds["canceled"], kinds["manual"]) == ("custom", "deploy.cancelled", "custom")
    assert {f.subject.labels["state"] for f in result.facts} == {"skipped", "canceled", "manual", "created"}


def test_offsets_that_end_are_read_in_smaller_spans(gitlab: FakeGitlab) -> None:
    gitlab.changes.largest_page, gitlab.changes.last_offset = 2, 6
    for minute in range(20):
        gitlab.changes.deployment(at(minute), started=at(minute), finished=at(minute))
    result = read(gitlab, grow=0)
    assert len(of(result, "deploy.finished")) == 20
    assert not result.gaps
    for _ in range(8):
        gitlab.changes.deployment(at(30), started=at(30), finished=at(30))
    (gap,) = read(gitlab, grow=0).gaps
    assert gap.reason == "truncated"
    assert "first 50,000 records" in gap.statement


def test_a_list_that_is_refused_is_a_gap_and_the_others_go_on(gitlab: FakeGitlab) -> None:
    gitlab.changes.release("v2", at(20))
    gitlab.always = {"/deployments": RefusalError(403, "403 Forbidden")}
    result = read(gitlab)
    assert [(g.reason, g.statement[:11]) for g in result.gaps] == [("unauthorised", "Deployments")]
    assert len(of(result, "change.released")) == 1


def test_a_pipeline_that_is_refused_is_a_counted_gap(gitlab: FakeGitlab) -> None:
    one, two = (gitlab.changes.pipeline(at(m), started=at(m), finished=at(m + 1)) for m in (1, 5))
    gitlab.always = {f"/pipelines/{one}": RefusalError(404, "404 Not found")}
    result = read(gitlab, deploy=[{}])
    assert [g.missing for g in result.gaps] == ["1 pipelines"]
    assert [f.subject.labels["pipeline"] for f in of(result, "deploy.finished")] == [str(two)]


def test_records_without_a_time_are_a_counted_gap(gitlab: FakeGitlab) -> None:
    gitlab.changes.deployment(at(1), started=at(2), finished=at(3))["deployable"]["finished_at"] = "soon"
    gitlab.changes.release("v1", at(3))["released_at"] = "soon"
    (gap,) = read(gitlab).gaps
    assert (gap.reason, gap.missing) == ("undecodable", "2 records")


def test_failures_say_what_next(gitlab: FakeGitlab) -> None:
    def failure(**more: Any) -> Any:
        secrets = more.pop("secrets", SECRETS)
        return check(GitlabCollector, options(gitlab, **more), WINDOW, secrets=secrets).failure

    assert failure(secrets={"env:T": "not-a-token"}).reason == "unauthorised"
    assert "no project `acme/nothing` can be seen" in str(failure(project="acme/nothing"))


@pytest.mark.parametrize("project", ["shop", "a b/c", "", "/a/b", 1.5])
def test_names_that_are_no_project(project: object) -> None:
    with pytest.raises(ValueError, match="project"):
        GitlabOptions.model_validate({"project": project})
    assert GitlabOptions.model_validate({"project": 5, "url": "https://h/api/v4"}).url == "https://h"


def test_doctor_says_what_it_sees(gitlab: FakeGitlab) -> None:
    shown = probe(GitlabCollector, options(gitlab), SECRETS)
    assert shown["authorised"].detail == PAGE
    assert shown["clock"].ok
    gitlab.always = {"/deployments": RefusalError(403, "403 Forbidden")}
    assert not probe(GitlabCollector, options(gitlab), SECRETS)["deployments"].ok
    assert not probe(GitlabCollector, options(gitlab), {"env:T": "wrong-token"})["authorised"].ok


def test_every_fault_is_named_or_changes_nothing(golden: Golden) -> None:
    with FakeGitlab() as gitlab:
        gitlab.changes.largest_page = 2
        for minute in (1, 5, 9):
            gitlab.changes.deployment(at(minute), started=at(minute + 1), finished=at(minute + 2))
            gitlab.changes.release(f"v{minute}", at(minute))
            gitlab.changes.merge(minute, "Change", at(minute), at(minute))
            pipeline = gitlab.changes.pipeline(at(minute), started=at(minute + 1), finished=at(minute + 2))
            gitlab.changes.job(pipeline, "deploy", at(minute), started=at(minute), finished=at(minute + 1))
        given = options(gitlab, merge_requests=True, deploy=[{}, {"job": "*"}])
        with FaultServer(given["url"]) as server:
            outcomes = check_faults(GitlabCollector, given, server, WINDOW, secrets=SECRETS)
        assert clock_cases.hold(GitlabCollector, given, given["url"], WINDOW, secrets=SECRETS) >= 15
    keep(golden, "gitlab", outcomes)
    assert {"repeated place", "endless pages"} <= {one.fault for one in outcomes}
