"""Real products by configuration alone: Alertmanager's silences, and a forge's pull requests."""

from __future__ import annotations

import time

from collectors.http_json.collector import HttpJsonCollector
from collectors.testing import check
from tests.collectors.alertmanager.test_silences import Start
from tests.servers.gitea import Gitea
from timeline.instant import MINUTE
from timeline.model import Window


def around_now() -> Window:
    now = time.time_ns()
    return Window(start=now - 60 * MINUTE, end=now + 10 * MINUTE)


def test_silences_of_an_alertmanager(start_alertmanager: Start) -> None:
    server = start_alertmanager(version="0.25")
    server.silence({"service": "checkout"}, by="Ada", comment="deploying")
    options = {
        "url": server.url, "path": "api/v2/silences",
        "map": {
            "time": "startsAt", "key": ["id"], "kind": "alert.silenced", "names": {"alert": "matchers.0.value"}, "thread": ["id"],
            "quote": "comment", "actor": "createdBy",
        },
    }  # fmt: skip
    found = check(HttpJsonCollector, options, around_now())
    assert found.failure is None
    assert [(fact.kind, fact.quote.text if fact.quote else "") for fact in found.facts] == [
        ("alert.silenced", "deploying")
    ]
    assert found.gaps == []


def test_merged_pull_requests_of_a_forge_page_by_page(gitea: Gitea) -> None:
    ada = gitea.user_token("ada")
    name = gitea.repository("ada", "shop", ada)
    for branch in ("one", "two", "three"):
        gitea.merge(name, gitea.pull(name, branch, ada), ada)
    options = {
        "url": gitea.url, "path": f"api/v1/repos/{name}/pulls", "params": {"state": "closed"}, "auth": {"header": {"Authorization": "env:T"}},
        "paging": {"by": "link", "size_parameter": "limit", "size": 2},
        "map": {
            "time": "merged_at", "key": ["id"], "kind": "change.merged", "names": {"change": "number", "branch": "base.ref"},
            "subject": {"commit": "merge_commit_sha"}, "actor": "merged_by.login", "link": "html_url",
        },
    }  # fmt: skip
    found = check(HttpJsonCollector, options, around_now(), secrets={"env:T": f"token {ada}"})
    assert found.failure is None
    assert found.gaps == []
    assert sorted(fact.statement for fact in found.facts) == [
        f"Change `{n}` was merged into `main`" for n in (1, 2, 3)
    ]
    assert all(len(fact.subject.labels["commit"]) == 40 for fact in found.facts)
