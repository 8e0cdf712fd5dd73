"""The Gitea collector against a real forge: what happens there happens now."""

import time
from typing import Any

import pytest

from collectors.gitea.collector import GiteaCollector, GiteaOptions
from collectors.testing import FaultServer, Run, check, check_faults
from tests.collectors.fault_matrix import keep
from tests.collectors.probing import probe
from tests.golden_files import Golden
from tests.servers.gitea import Gitea
from timeline.instant import MINUTE, NS
from timeline.model import Fact, Window


@pytest.fixture(scope="module")
def repository(gitea: Gitea) -> str:
    """A repository with a merge, a closed pull request, a release, a draft, a light and an annotated tag."""
    token = gitea.user_token("writer")
    made = gitea.repository("writer", "shop", token)
    one, two = gitea.pull(made, "pool", token), gitea.pull(made, "other", token)
    gitea.merge(made, one, token)
    gitea.request("PATCH", f"repos/{made}/pulls/{two}", {"state": "closed"}, token)
    gitea.request(
        "POST",
        f"repos/{made}/releases",
        {"tag_name": "v1", "name": "One, says @writer", "target_commitish": "main"},
        token,
    )
    gitea.request(
        "POST", f"repos/{made}/releases", {"tag_name": "v2", "draft": True, "target_commitish": "main"}, token
    )
    gitea.request(
        "POST",
        f"repos/{made}/tags",
        {"tag_name": "deploy-1", "message": "to production", "target": "main"},
        token,
    )
    gitea.request("POST", f"repos/{made}/tags", {"tag_name": "light", "target": "main"}, token)
    return made


def window() -> Window:
    now = time.time_ns() // NS * NS
    return Window(start=now - 30 * MINUTE, end=now + NS)


def options(gitea: Gitea, repository: str, **more: Any) -> dict[str, Any]:
    return {"url": gitea.url, "repository": repository, "auth": {"bearer": "env:T"}, **more}


def read(
    gitea: Gitea, repository: str, span: Window | None = None, *, empty: bool = False, **more: Any
) -> Run:
    secrets = {"env:T": gitea.user_token("writer")}
    given = options(gitea, repository, **more)
    result = check(GiteaCollector, given, span or window(), empty=empty, secrets=secrets)
    assert result.failure is None, result.failure
    return result


def of(result: Run, kind: str) -> list[Fact]:
    return [fact for fact in result.facts if fact.kind == kind]


def test_a_merge_a_release_and_an_annotated_tag(gitea: Gitea, repository: str) -> None:
    result = read(gitea, repository, tags=True, service="shop")
    (merged,), (released,), (tagged,) = (of(result, f"change.{k}") for k in ("merged", "released", "tagged"))
    assert merged.statement == "Change `#1` was merged into `main` in `writer/shop`"
    assert (merged.actor, merged.subject.service) == (None, "shop"), "the list does not say who merged"
    assert released.actor == "gitea:writer"
    assert merged.evidence[0].link == f"{gitea.url}/writer/shop/pulls/1"
    assert released.statement == "Release `v1` was published in `writer/shop`"
    assert tagged.statement.startswith("Tag `deploy-1` was made at `")
    assert tagged.quote
    assert tagged.quote.text == "to production"
    assert len(result.facts) == 3, "no draft, no light tag, nothing that was closed without a merge"
    assert not result.gaps
    assert {fact.clock for fact in result.facts} == {"127.0.0.1"}


def test_what_is_not_asked_for_or_not_of_the_window_is_not_told(gitea: Gitea, repository: str) -> None:
    assert [f.kind for f in read(gitea, repository, pull_requests=False).facts] == ["change.released"]
    early = window()
    assert not read(
        gitea, repository, Window(start=early.start - 60 * MINUTE, end=early.start), empty=True, tags=True
    ).facts


def test_releases_are_paged(gitea: Gitea) -> None:
    token = gitea.user_token("writer")
    made = gitea.repository("writer", "many", token)
    for number in range(55):
        gitea.request(
            "POST", f"repos/{made}/releases", {"tag_name": f"v{number}", "target_commitish": "main"}, token
        )
    assert len(of(read(gitea, made), "change.released")) == 55


def test_a_repository_that_cannot_be_seen_says_so(gitea: Gitea) -> None:
    given = options(gitea, "writer/nothing")
    result = check(GiteaCollector, given, window(), secrets={"env:T": gitea.user_token("writer")})
    assert result.failure
    assert "no repository `writer/nothing` can be seen" in str(result.failure)
    with pytest.raises(ValueError, match="owner/name"):
        GiteaOptions.model_validate({"repository": "shop"})


def test_doctor_says_what_it_sees(gitea: Gitea, repository: str) -> None:
    shown = probe(GiteaCollector, options(gitea, repository), {"env:T": gitea.user_token("writer")})
    assert shown["authorised"].detail == f"{gitea.url}/writer/shop"
    assert shown["clock"].ok
    assert not probe(GiteaCollector, options(gitea, repository), {"env:T": "wrong-token"})["authorised"].ok


def test_every_fault_is_named_or_changes_nothing(gitea: Gitea, golden: Golden) -> None:
    token = gitea.user_token("writer")
    made = gitea.repository("writer", "faults", token)
    for number in range(51):  # two pages
        gitea.request(
            "POST", f"repos/{made}/releases", {"tag_name": f"v{number}", "target_commitish": "main"}, token
        )
    span = window()
    with FaultServer(gitea.url) as server:
        given = options(gitea, made, origin="forge")  # its page has the address that it is asked by here
        outcomes = check_faults(GiteaCollector, given, server, span, secrets={"env:T": token})
    keep(golden, "gitea", outcomes)
    assert {"repeated place", "endless pages"} <= {one.fault for one in outcomes}
