"""The GitHub collector: against the fake behind the proxy that checks both by the official description."""

from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from collectors.github.collector import GithubCollector
from collectors.github.options import GithubOptions
from collectors.kit.changes.paths import CONFIGURES
from collectors.kit.tape import RecordingTape
from collectors.testing import Run, check
from tests.collectors.probing import probe
from tests.fakes.github import PAGE, TOKEN, AnswerError, FakeGithub, asked_too_fast, limit_used_up
from tests.fakes.github_openapi import cut_openapi
from tests.servers.proxies import Proxy
from timeline.instant import MINUTE, NS
from timeline.model import Fact, Window
from timeline.text import mention

T0 = datetime(2025, 11, 21, 14, 0, tzinfo=UTC)
A, B, C = "a" * 40, "b" * 40, "c" * 40


def at(minutes: float) -> datetime:
    return T0 + timedelta(minutes=minutes)


def ns(minutes: float) -> int:
    return int(at(minutes).timestamp()) * NS


WINDOW = Window(start=ns(0), end=ns(60))


@pytest.fixture
def github() -> Iterator[FakeGithub]:
    with FakeGithub(history=[A, B, C]) as fake:
        yield fake


@pytest.fixture
def checked(node_modules: Path, start_prism: Callable[..., Proxy]) -> Iterator[FakeGithub]:
    """The fake behind the proxy: a wrong request is 422, a wrong answer 500."""
    openapi = cut_openapi(node_modules)
    with FakeGithub(openapi, history=[A, B, C]) as fake:
        fake.public_url = start_prism(fake.url, openapi).url
        yield fake


def run(
    github: FakeGithub, window: Window = WINDOW, token: str = TOKEN, grow: int = 10 * MINUTE, *,
    empty: bool = False, **options: Any,
) -> Run:  # fmt: skip
    """Run the whole contract; once only where calls are counted."""
    given = {"url": github.public_url, "repository": "acme/shop", "auth": {"bearer": "env:T"}, **options}
    return check(GithubCollector, given, window, grow=grow, empty=empty, secrets={"env:T": token})


def read(github: FakeGithub, **options: Any) -> Run:
    result = run(github, **options)
    assert result.failure is None, result.failure
    return result


def of(result: Run, kind: str) -> list[Fact]:
    return sorted((f for f in result.facts if f.kind == kind), key=lambda f: f.latest)


def test_a_deployment_with_its_statuses(checked: FakeGithub) -> None:
    number = checked.deploy(at(1), A)
    checked.status(number, "queued", at(1.5))
    checked.status(number, "in_progress", at(2), log_url="https://git.example/run/1")
    checked.status(number, "success", at(4), by="deployer[bot]", description="done, says @carol")
    result = read(checked, service="shop")
    started, finished, queued = (of(result, k)[0] for k in ("deploy.started", "deploy.finished", "custom"))
    assert not result.gaps
    assert len(result.facts) == 3
    assert (started.earliest, started.latest) == (ns(2), ns(2) + NS - 1)
    assert started.time_means == "created_at of status in_progress"
    assert (started.evidence[0].query or "").startswith(f"GET repos/acme/shop/deployments/{number}/statuses")
    assert started.evidence[0].link == "https://git.example/run/1"
    assert finished.statement == f"Deploy `{number}` finished to `production` of `shop` at `{A[:12]}`"
    assert finished.thread == started.thread == queued.thread
    assert finished.actor == "github:deployer[bot]"
    assert finished.quote
    assert finished.quote.text == f"done, says {mention('github:carol')}"
    assert {p.identity: p.bot for p in result.people} == {
        "github:ada": False, "github:carol": False, "github:deployer[bot]": True,
    }  # fmt: skip
    assert queued.category == "change"


@pytest.mark.parametrize("given", ["", "javascript:alert(1)", None])
def test_a_status_without_a_page_links_to_its_environment(github: FakeGithub, given: str | None) -> None:
    """GitHub sends an empty `target_url`, which its own description refuses."""
    github.status(github.deploy(at(1), A, environment="eu/live"), "success", at(2), target_url=given)
    (fact,) = of(read(github), "deploy.finished")
    assert fact.evidence[0].link == f"{PAGE}/deployments/eu%2Flive"


def test_paging_follows_the_link_alone(checked: FakeGithub) -> None:
    checked.largest_page = 2
    for minute in range(-6, 10):
        number = checked.deploy(at(minute), A, environment=f"e{minute}")
        for state in ("queued", "pending", "in_progress"):
            checked.status(number, state, at(minute))
    for minute in range(5):
        checked.release(f"v{minute}", at(minute), at(minute))
    result = read(checked)
    assert len(of(result, "deploy.started")) == 10
    assert len(of(result, "change.released")) == 5
    assert any("page=8" in call for call in checked.calls)


def test_an_older_deployment_that_changes_in_the_window_is_found(checked: FakeGithub) -> None:
    recent = checked.deploy(at(-60 * 24 * 2), A)
    ancient = checked.deploy(at(-60 * 24 * 30), B)
    for number in (recent, ancient):
        checked.status(number, "in_progress", at(-60 * 24 * 2 + 1))
        checked.status(number, "failure", at(10))
    result = read(checked)
    assert len(of(result, "deploy.failed")) == 2
    assert len(of(result, "deploy.started")) == 2, "a life that ended in the window comes whole"


def test_paging_ends_past_the_look_back(github: FakeGithub) -> None:
    github.largest_page = 10
    for day in range(200):
        github.deploy(at(-60 * 24 * day), A)
        github.release(f"v{day}", at(-60 * 24 * day), at(-60 * 24 * day))
    read(github, grow=0)
    assert sum("deployments?" in call for call in github.calls) == 2
    assert sum("releases?" in call for call in github.calls) == 2


def test_inactive_is_neither_failure_nor_roll_back(checked: FakeGithub) -> None:
    number = checked.deploy(at(-30), A)
    checked.status(number, "success", at(-20))
    checked.status(number, "inactive", at(10))
    result = read(checked)
    assert not of(result, "deploy.failed") + of(result, "deploy.rolled_back")
    assert [f.statement for f in of(result, "custom")] == [f"`deployment {number} inactive` was recorded"]


def test_error_and_failure_are_failures(checked: FakeGithub) -> None:
    for minute, state in ((1, "error"), (2, "failure")):
        checked.status(checked.deploy(at(minute), A), state, at(minute + 5))
    result = read(checked)
    assert [f.time_means for f in of(result, "deploy.failed")] == [
        "created_at of status error",
        "created_at of status failure",
    ]
    assert [f.time_means for f in of(result, "deploy.started")] == ["created_at of the deployment"] * 2


def test_a_deployment_that_only_waits_has_not_started(checked: FakeGithub) -> None:
    checked.status(checked.deploy(at(1), A), "queued", at(1))
    alone = checked.deploy(at(2), A)
    started = of(read(checked), "deploy.started")
    assert [dict(f.subject.labels)["deployment"] for f in started] == [str(alone)]


def test_deploying_an_ancestor_is_a_roll_back_by_its_named_rule(checked: FakeGithub) -> None:
    numbers = []
    for minute, sha, place in (
        (-20, A, "production"),
        (-10, B, "production"),
        (5, B, "staging"),
        (20, A, "production"),
        (30, C, "production"),
    ):
        numbers.append(checked.deploy(at(minute), sha, environment=place))
        checked.status(numbers[-1], "success", at(minute + 1))
    result = read(checked)
    (back,) = of(result, "deploy.rolled_back")
    assert back.earliest == ns(21)
    assert back.statement.startswith(f"Deploy `{numbers[1]}` was rolled back in `production` to `{A[:12]}`")
    finished = {dict(f.subject.labels)["deployment"]: f for f in of(result, "deploy.finished")}
    old, new = finished[str(numbers[1])], finished[str(numbers[3])]
    assert {r.fact for r in back.related} == {old.id, new.id}
    assert back.thread == old.thread
    assert not of(read(checked, roll_backs=False), "deploy.rolled_back")


def test_an_order_or_history_that_is_not_known_proves_nothing(checked: FakeGithub) -> None:
    for minute, sha in ((1, B), (1, A), (10, "d" * 40), (20, A)):
        checked.status(checked.deploy(at(minute), sha), "success", at(minute + 1))
    assert not of(read(checked), "deploy.rolled_back")


def test_a_release_is_dated_by_its_publication_and_is_no_deploy(checked: FakeGithub) -> None:
    number = checked.release(
        "v2", at(-60 * 24), at(20), name="Two", body="by @bob in #3; @types/node updated"
    )
    checked.release("v1", at(10), at(-60 * 20))
    checked.release("v3", at(30), None)
    result = read(checked)
    (fact,) = of(result, "change.released")
    assert fact.earliest == ns(20)
    assert fact.time_means == "published_at"
    assert fact.statement == "Release `v2` was published in `acme/shop`"
    assert fact.quote
    assert fact.quote.text == f"Two\nby {mention('github:bob')} in #3; @types/node updated"
    assert fact.evidence[0].link == f"{PAGE}/releases/tag/v2"
    assert number
    assert [f.kind for f in result.facts] == ["change.released"]


def test_pull_requests_on_wish(checked: FakeGithub) -> None:
    checked.pull(7, "Limit retries", at(50), at(10))
    checked.pull(8, "Closed", at(20), None)
    checked.pull(9, "Older", at(-10), at(-10))
    assert not read(checked, empty=True).facts
    (fact,) = of(read(checked, pull_requests=True), "change.merged")
    assert fact.statement == "Change `#7` was merged into `main` in `acme/shop`"
    assert fact.earliest == ns(10)
    assert fact.actor is None, "the list does not say who merged"


def test_a_merged_pull_request_that_changes_configuration_tells_both(checked: FakeGithub) -> None:
    for number, names in ((7, ["helm/shop/values.yaml", "a.py", "main.tf"]), (8, ["a.py"]), (9, ["b.py"])):
        checked.pull(number, "Smaller pool", at(50), at(number))
        checked.files[number] = [{"filename": name, "status": "modified"} for name in names]
    checked.files[9][0] |= {"status": "renamed", "previous_filename": "config/b.py"}
    checked.largest_page = 2
    result = read(checked, config_paths=["helm/", "*.tf", "config/**"])
    merged = {fact.names["change"]: fact.id for fact in of(result, "change.merged")}
    configs = of(result, "change.config")
    assert [fact.statement for fact in configs] == [
        "Configuration `helm/shop/values.yaml and 1 more` was changed in `acme/shop`",
        "Configuration `config/b.py` was changed in `acme/shop`",
    ]
    assert [[(tie.fact, tie.rule) for tie in fact.related] for fact in configs] == [
        [(merged[number], CONFIGURES)] for number in ("#7", "#9")
    ]
    checked.always = {"/pulls/8/files": AnswerError(500, "Server Error")}
    (gap,) = read(checked, pull_requests=True, config_paths=["helm/"]).gaps
    assert "#8" in gap.statement


def test_ids_stay_when_the_window_grows(github: FakeGithub) -> None:
    for minute, sha in ((-300, A), (5, B), (20, A), (200, C)):
        github.status(github.deploy(at(minute), sha), "success", at(minute + 1))
    small = {f.id for f in read(github).facts}
    large = {f.id for f in run(github, Window(start=ns(-600), end=ns(600))).facts}
    assert small < large


def test_an_enterprise_server_below_a_path(node_modules: Path) -> None:
    with FakeGithub(cut_openapi(node_modules), prefix="/api/v3", largest_page=1) as fake:
        for minute in (1, 2, 3):
            fake.deploy(at(minute), A)
        result = read(fake)
        assert len(of(result, "deploy.started")) == 3
        assert all(call.startswith("/api/v3/repos/acme/shop") for call in fake.calls)
        assert {f.clock for f in result.facts} == {"github:git.example"}


@pytest.mark.parametrize("answer", [limit_used_up(2), asked_too_fast(1)], ids=["403", "429"])
def test_limits_are_waited_for(github: FakeGithub, answer: AnswerError) -> None:
    if "X-RateLimit-Reset" in answer.headers:
        answer = limit_used_up(2)  # counted from now, not from when the tests were collected
    github.deploy(at(1), A)
    github.limited = {"/deployments?": answer}
    result = read(github)
    assert len(of(result, "deploy.started")) == 1
    assert not result.gaps
    assert isinstance(result.tape, RecordingTape)
    assert [e["attempt"] for e in result.tape.entries if e["request"]["url"].endswith("/deployments")] == [
        1,
        2,
    ]


def test_a_limit_beyond_our_time_is_a_gap_and_the_rest_goes_on(github: FakeGithub) -> None:
    number = github.deploy(at(1), A)
    github.deploy(at(2), A)
    github.release("v1", at(3), at(3))
    github.always = {f"/deployments/{number}/statuses": limit_used_up(3600)}
    result = read(github)
    (gap,) = result.gaps
    assert (gap.reason, gap.missing) == ("rate_limited", "1 deployments")
    assert len(of(result, "deploy.started")) == 1
    assert len(of(result, "change.released")) == 1


def test_a_token_that_may_not_see_deployments_still_gives_releases(github: FakeGithub) -> None:
    github.release("v1", at(3), at(3))
    github.always = {"/deployments": AnswerError(403, "Resource not accessible by personal access token")}
    result = read(github)
    assert [g.reason for g in result.gaps] == ["unauthorised"]
    assert result.gaps[0].statement.startswith("Deployments of `acme/shop` were not all read")
    assert len(of(result, "change.released")) == 1


def test_a_page_that_fails_keeps_the_pages_before_it(github: FakeGithub) -> None:
    github.largest_page = 2
    for minute in range(6):
        github.deploy(at(minute), A)
    github.always = {"page=2": AnswerError(500, "Server Error")}
    result = read(github)
    assert len(of(result, "deploy.started")) == 2
    assert [g.reason for g in result.gaps] == ["partial"]


def test_a_page_in_the_place_of_another_is_a_gap_and_the_others_are_read(
    github: FakeGithub, monkeypatch: pytest.MonkeyPatch
) -> None:
    github.largest_page = 2
    for minute in range(6):
        github.deploy(at(minute), A)
    page = github._page

    def again(rows: list[Any], path: str, query: dict[str, list[str]]) -> Any:
        kept, link = page(rows, path, query)
        if path.endswith("/deployments") and query.get("page") == ["2"]:
            kept = page(rows, path, query | {"page": ["1"]})[0]
        return kept, link

    monkeypatch.setattr(github, "_page", again)
    result = read(github, grow=0)
    assert len({f.id for f in of(result, "deploy.started")}) == 4
    (gap,) = result.gaps
    assert gap.reason == "truncated"
    assert "the same page twice" in gap.statement


def test_failures_say_what_next(github: FakeGithub) -> None:
    def failure(**options: Any) -> Any:
        found = run(github, **options).failure
        assert found
        return found

    wrong = failure(token="github_pat_wrongwrongwrongwrong")
    assert (wrong.reason, "check the token" in str(wrong)) == ("unauthorised", True)
    unknown = failure(repository="acme/nothing")
    assert "no repository `acme/nothing` can be seen" in str(unknown)
    assert failure(url="http://127.0.0.1:9", time_cap="3s").reason == "unreachable"
    github.always = {
        "/repos/acme/shop": AnswerError(
            301, "Moved Permanently", {"Location": f"{github.url}/repositories/1"}
        )
    }
    assert "moved or renamed" in str(failure())


def test_records_without_a_time_are_a_counted_gap(github: FakeGithub) -> None:
    github.deploy(at(1), A)
    github.deploy(at(2), A, created_at="yesterday")
    github.release("v1", at(3), at(3), published_at="soon")
    result = read(github)
    (gap,) = result.gaps
    assert gap.reason == "undecodable"
    assert gap.missing == "2 records"
    assert "its created_at is no time" in gap.statement
    assert "its published_at is no time" in gap.statement
    assert len(of(result, "deploy.started")) == 1


def test_a_link_to_another_host_is_not_followed(github: FakeGithub) -> None:
    github.largest_page = 1
    github.public_url, public = "http://127.0.0.1:9", github.public_url
    for minute in (1, 2):
        github.deploy(at(minute), A)
    result = run(github, url=public)
    assert "points to another host" in result.gaps[0].statement


@pytest.mark.parametrize("name", ["shop", "acme/shop/x", "acme/..", "https://h/a/b", "acme/sh op", ""])
def test_names_that_are_no_repository(name: str) -> None:
    with pytest.raises(ValueError, match="owner/name"):
        GithubOptions.model_validate({"repository": name})


def test_doctor_says_what_it_sees(github: FakeGithub) -> None:
    options = {"url": github.url, "repository": "acme/shop", "auth": {"bearer": "env:T"}}
    shown = probe(GithubCollector, options, {"env:T": TOKEN})
    assert shown["authorised"].detail == PAGE
    assert shown["rate limit"].detail == "4999 requests left"
    assert shown["clock"].ok
    assert not probe(GithubCollector, options, {"env:T": "wrong-token"})["authorised"].ok
