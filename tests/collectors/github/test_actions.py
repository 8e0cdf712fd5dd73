"""Runs of GitHub Actions: against the fake behind the proxy that checks both by the official description."""

from typing import Any

import pytest

from collectors.github.actions import GithubActionsCollector
from collectors.testing import FaultServer, Run, check, check_faults
from tests.collectors import clock_cases
from tests.collectors.fault_matrix import keep
from tests.collectors.github.test_collector import A, B, at, ns, of
from tests.collectors.github.test_collector import read as deployments
from tests.collectors.probing import probe
from tests.fakes.github import PAGE, TOKEN, AnswerError, FakeGithub
from tests.golden_files import Golden
from timeline.instant import MINUTE, NS
from timeline.linked.link import link
from timeline.model import Window

WINDOW = Window(start=ns(0), end=ns(60))
DEPLOY = {"pipeline": "deploy*.yml", "environment": "production", "service": "shop"}


def options(github: FakeGithub, *rules: dict[str, str], **more: Any) -> dict[str, Any]:
    asked = {"url": github.public_url, "repository": "acme/shop", "auth": {"bearer": "env:T"}}
    return {**asked, "deploy": list(rules), **more}


def read(
    github: FakeGithub, *rules: dict[str, str], grow: int = 10 * MINUTE, empty: bool = False, **more: Any
) -> Run:
    given = options(github, *rules, **more)
    result = check(GithubActionsCollector, given, WINDOW, grow=grow, empty=empty, secrets={"env:T": TOKEN})
    assert result.failure is None, result.failure
    return result


def test_a_run_ends_with_its_last_job_not_with_its_last_update(checked: FakeGithub) -> None:
    run = checked.actions.run(
        at(1), until=at(30), by="deployer[bot]", display_title="Limit retries, says @carol"
    )
    checked.actions.job(run, "build", at(2), at(5))
    last = checked.actions.job(run, "deploy", at(5), at(9))
    result = read(checked, DEPLOY)
    started, finished = (of(result, k)[0] for k in ("deploy.started", "deploy.finished"))
    assert len(result.facts) == 2
    assert not result.gaps
    assert (started.earliest, started.latest, started.time_means) == (ns(1), ns(1) + NS - 1, "run_started_at")
    assert (finished.earliest, finished.time_means) == (ns(9), "completed_at of the last job")
    assert finished.statement == f"Deploy `Deploy #1` finished to `production` of `shop` at `{A[:12]}`"
    assert finished.thread == started.thread
    assert started.actor == "github:deployer[bot]"
    assert [e.link for e in finished.evidence] == [
        f"{PAGE}/actions/runs/{run}",
        f"{PAGE}/actions/runs/{run}/job/{last}",
    ]
    assert {p.identity for p in result.people} == {"github:deployer[bot]", "github:carol"}


def test_what_no_rule_names_is_a_record_of_its_own(checked: FakeGithub) -> None:
    run = checked.actions.run(at(1), "CodeQL", until=at(9))
    checked.actions.job(run, "analyse", at(2), at(9))
    assert [f.statement for f in of(read(checked, DEPLOY), "custom")] == [
        "`CodeQL #1 started` was recorded by `acme/shop`", "`CodeQL #1 success` was recorded by `acme/shop`",
    ]  # fmt: skip
    assert not read(checked, DEPLOY, others=False, empty=True).facts


@pytest.mark.parametrize(
    ("rule", "kind"),
    [
        ({"pipeline": "Deploy"}, "deploy.finished"),
        ({"pipeline": ".github/workflows/dep*"}, "deploy.finished"),
        ({"pipeline": "deploy.yml", "branch": "main"}, "deploy.finished"),
        ({"pipeline": "deploy.yml", "branch": "release/*"}, "custom"),
        ({"pipeline": "depl"}, "custom"),
    ],
)
def test_a_rule_names_a_workflow_by_name_path_or_file_and_a_branch(
    github: FakeGithub, rule: dict[str, str], kind: str
) -> None:
    run = github.actions.run(at(1), until=at(9), path=".github/workflows/deploy.yml@refs/heads/main")
    github.actions.job(run, "deploy", at(5), at(9))
    assert of(read(github, rule), kind)[-1].earliest == ns(9)


def test_a_job_may_be_the_deploy_in_place_of_its_run(checked: FakeGithub) -> None:
    run = checked.actions.run(at(1), "CI", until=at(20), conclusion="failure")
    checked.actions.job(run, "build", at(2), at(5))
    checked.actions.job(run, "deploy (staging)", at(6), at(9))
    job = checked.actions.job(run, "deploy (production)", at(10), at(15), "failure")
    rules = [{"job": f"deploy ({place})", "environment": place} for place in ("staging", "production")]
    result = read(checked, *rules)
    (failed,) = of(result, "deploy.failed")
    assert failed.statement == f"Deploy `CI #1, deploy (production)` failed in `production` at `{A[:12]}`"
    assert (failed.earliest, failed.evidence[0].link) == (ns(15), f"{PAGE}/actions/runs/{run}/job/{job}")
    assert [f.earliest for f in of(result, "deploy.started")] == [ns(6), ns(10)]
    assert [f.subject.environment for f in of(result, "deploy.finished")] == ["staging"]
    assert len(of(result, "custom")) == 2, "the run itself is none"


@pytest.mark.parametrize(
    ("conclusion", "ran"), [("skipped", False), ("cancelled", True), ("cancelled", False), ("neutral", True)]
)
def test_skipped_and_cancelled_are_neither_failure_nor_deploy(
    checked: FakeGithub, conclusion: str, *, ran: bool
) -> None:
    run = checked.actions.run(at(1), until=at(9), conclusion=conclusion)
    checked.actions.job(run, "deploy", at(2), at(9), conclusion if ran else "skipped", steps=[{
        "name": "Set up job", "status": "completed", "conclusion": "success", "number": 1}] if ran else [])  # fmt: skip
    result = read(checked, DEPLOY)
    assert not of(result, "deploy.finished") + of(result, "deploy.failed")
    ends = [f for f in result.facts if f.subject.labels["state"] == conclusion and f.kind != "deploy.started"]
    assert [f.kind for f in ends] == ["deploy.cancelled" if conclusion == "cancelled" else "custom"]
    assert (ends[0].actor is None) == (conclusion == "cancelled"), "who set it off is not who cancelled it"
    assert len(of(result, "deploy.started")) == ran


def test_a_run_made_before_the_window_that_runs_again_in_it(checked: FakeGithub) -> None:
    run = checked.actions.run(at(-60 * 24 * 2), until=at(-60 * 24 * 2 + 5), conclusion="failure")
    checked.actions.job(run, "deploy", at(-60 * 24 * 2), at(-60 * 24 * 2 + 5), "failure")
    for minute, conclusion in ((5, "failure"), (20, "success")):
        checked.actions.again(run, at(minute), until=at(minute + 4), conclusion=conclusion)
        checked.actions.job(run, "deploy", at(minute + 1), at(minute + 4), conclusion)
    # A job that a later attempt took over from the first.
    checked.actions.job(run, "build", at(-60 * 24 * 2), at(-60 * 24 * 2 + 1))
    result = read(checked, DEPLOY, {"pipeline": "Deploy", "job": "*"})
    whole = [f for f in result.facts if "," not in str(f.names["deploy"]).replace(", attempt", "")]
    assert sorted((f.kind, f.earliest, f.names["deploy"]) for f in whole) == [
        ("deploy.failed", ns(9), "Deploy #1, attempt 2"),
        ("deploy.finished", ns(24), "Deploy #1, attempt 3"),
        ("deploy.started", ns(5), "Deploy #1, attempt 2"),
        ("deploy.started", ns(20), "Deploy #1, attempt 3"),
    ]  # fmt: skip
    assert not [f for f in result.facts if "build" in f.statement]
    assert {f.actor for f in whole} == {"github:bob"}
    assert sum("/attempts/" in call for call in checked.calls) % 2 == 0
    assert not [
        call for call in checked.calls if call.endswith(f"/runs/{run}/attempts/1") and "prism" in call
    ]


def test_a_run_that_is_under_way_has_begun(checked: FakeGithub) -> None:
    run = checked.actions.run(at(-30), status="in_progress", until=at(-29))
    checked.actions.job(run, "deploy", at(-29), None, None, "in_progress")
    waiting = checked.actions.run(at(10), "Deploy2", status="waiting")
    checked.actions.job(waiting, "deploy", at(10), None, None, "waiting")
    result = read(checked, DEPLOY)
    assert [(f.kind, f.earliest) for f in of(result, "deploy.started")] == [("deploy.started", ns(-30))]
    (held,) = of(result, "deploy.waiting")
    assert held.earliest == ns(10)
    assert (
        held.statement
        == f"Deploy `Deploy2 #2` began to wait for approval in `production` of `shop` at `{A[:12]}`"
    )


def test_a_run_without_jobs_ended_between_its_start_and_its_last_update(checked: FakeGithub) -> None:
    checked.actions.run(at(1), until=at(2), conclusion="startup_failure")
    (failed,) = of(read(checked, DEPLOY), "deploy.failed")
    assert (failed.earliest, failed.latest) == (ns(1), ns(2) + NS - 1)
    assert failed.time_means == "between run_started_at and updated_at"


def test_more_runs_than_are_listed_are_read_in_parts(github: FakeGithub) -> None:
    for number in range(1_100):
        github.actions.run(at(number / 30), "CI", until=at(number / 30), conclusion="skipped")
    result = read(github, others=False, grow=0, empty=True)
    assert not result.gaps
    listed = [c for c in github.calls if "/actions/runs?" in c]
    assert len({c.partition("created=")[2].partition("&")[0] for c in listed}) > 2
    github.actions.attempts.clear()
    for _ in range(1_001):
        github.actions.run(at(5), "CI", until=at(5), conclusion="skipped")
    (gap,) = read(github, grow=0, others=False).gaps
    assert (gap.reason, gap.start, gap.end) == ("truncated", ns(5), WINDOW.end)
    assert "no more than 1000 runs" in gap.statement


def test_jobs_that_are_not_given_leave_the_end_open_by_name(github: FakeGithub) -> None:
    runs = [github.actions.run(at(minute), until=at(minute + 3)) for minute in (1, 5)]
    for run in runs:
        github.actions.job(run, "deploy", at(2), at(4))
    github.always = {f"/runs/{runs[0]}/jobs": AnswerError(403, "Resource not accessible")}
    result = read(github, DEPLOY)
    assert len(of(result, "deploy.started")) == 2
    assert len(of(result, "deploy.finished")) == 1
    assert [(g.reason, g.missing) for g in result.gaps] == [("unauthorised", "ends of 1 runs")]


def test_a_run_without_a_time_is_a_counted_gap(github: FakeGithub) -> None:
    run = github.actions.run(at(1), until=at(2), run_started_at="soon")
    github.actions.attempts[run][-1]["run_started_at"] = "soon"
    (gap,) = read(github, DEPLOY).gaps
    assert (gap.reason, gap.missing) == ("undecodable", "1 run")


def test_a_run_and_the_deployment_that_it_made_are_linked_by_the_page_that_the_deployment_names(
    checked: FakeGithub,
) -> None:
    run = checked.actions.run(at(1), until=at(9))
    job = checked.actions.job(run, "deploy", at(5), at(9))
    for environment, page in (
        ("production", f"{PAGE}/actions/runs/{run}/job/{job}"),
        ("staging", f"{PAGE}/actions/runs/{run}"),
        ("production", f"{PAGE}/actions/runs/{run}9/job/{job}"),
        ("production", f"https://ci.example/?page={PAGE}/actions/runs/{run}"),
    ):
        checked.status(checked.deploy(at(5), B, environment=environment), "success", at(8), log_url=page)
    (ended,) = of(read(checked, DEPLOY), "deploy.finished")
    made = of(deployments(checked), "deploy.finished")
    assert ended.subject.labels["run"] == f"{PAGE}/actions/runs/{run}"
    tied = {fact.id: [tie.fact for tie in fact.related] for fact in link([ended, *made])}
    assert tied[ended.id] == [
        f.id
        for f in made
        if f.subject.labels.get("run") == ended.subject.labels["run"]
        and f.subject.environment == "production"
    ]
    assert len(tied[ended.id]) == 1


def test_doctor_says_what_it_sees(github: FakeGithub) -> None:
    github.actions.run(at(1))
    shown = probe(GithubActionsCollector, options(github), {"env:T": TOKEN})
    assert shown["authorised"].detail == f"{PAGE}, 1 runs"
    assert shown["clock"].ok
    assert not probe(GithubActionsCollector, options(github), {"env:T": "wrong-token"})["authorised"].ok


def test_every_fault_is_named_or_changes_nothing(golden: Golden) -> None:
    with FakeGithub(largest_page=2) as github:
        for minute in (1, 5, 9, 20):
            run = github.actions.run(at(minute), until=at(minute + 3))
            for number in range(3):
                github.actions.job(run, f"job {number}", at(minute), at(minute + number))
        github.actions.again(run, at(30), until=at(31))
        github.actions.job(run, "job 0", at(30), at(31))
        given = options(github, DEPLOY)
        with FaultServer(github.url) as server:
            outcomes = check_faults(GithubActionsCollector, given, server, WINDOW, secrets={"env:T": TOKEN})
        assert (
            clock_cases.hold(GithubActionsCollector, given, github.url, WINDOW, secrets={"env:T": TOKEN}) >= 8
        )
    keep(golden, "github_actions", outcomes)
    assert {"repeated place", "endless pages"} <= {one.fault for one in outcomes}
