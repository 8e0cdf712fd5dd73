"""Rollbacks: what Argo CD calls so, and revisions that provably come again."""

from __future__ import annotations

from tests.collectors.argocd.test_collector import COMMITS, DID, ONE, read
from tests.collectors.kubernetes.test_collector import of, took
from tests.fakes.argocd import FakeArgoCD


def test_a_rollback_is_what_its_event_calls_so(argocd: FakeArgoCD) -> None:
    run = read(argocd, **ONE)
    (back,) = of(run, "deploy.rolled_back")
    took([back], "back", did=DID)
    old, new = COMMITS["broken"][:12], COMMITS["1"][:12]
    assert back.statement == (
        "Deploy `argocd/checkout #1` was rolled back in `production` of `checkout` "
        f"from `{old}` to `{new}` by deploy `argocd/checkout #2`"
    )
    started = of(run, "deploy.started")
    assert back.thread == started[1].thread, "it is what became of the deploy that it took the place of"
    assert {one.fact for one in back.related} == {started[1].id, started[3].id}
    assert back.quote
    assert "initiated rollback to 0" in back.quote.text


def test_a_revision_that_comes_again_is_a_rollback_without_its_event(argocd: FakeArgoCD) -> None:
    (known,) = of(read(argocd, **ONE), "deploy.rolled_back")
    argocd.events("checkout").clear()
    run = read(argocd, **ONE)
    (back,) = of(run, "deploy.rolled_back")
    assert (back.id, back.quote) == (known.id, None)
    assert [g.reason for g in run.gaps] == [], "the window is younger than events are kept"
    argocd.apps["checkout"]["status"]["history"][2]["revision"] = "f" * 40
    assert not of(read(argocd, **ONE), "deploy.rolled_back")


def test_a_version_that_comes_again_is_one_of_the_same_chart(argocd: FakeArgoCD) -> None:
    argocd.events("checkout").clear()
    history = argocd.apps["checkout"]["status"]["history"]
    for entry, version in zip(history, ("1.0.0", "1.1.0", "1.0.0"), strict=True):
        entry |= {"revision": version, "source": {"repoURL": "https://charts.example", "chart": "shop"}}
    (back,) = of(read(argocd, **ONE), "deploy.rolled_back")
    assert "from `1.1.0` to `1.0.0`" in back.statement
    assert "commit" not in back.subject.labels
    history[2]["source"]["chart"] = "shop-next"
    assert not of(read(argocd, **ONE), "deploy.rolled_back")


def test_several_sources_are_one_revision(argocd: FakeArgoCD) -> None:
    argocd.events("checkout").clear()
    app = argocd.apps["checkout"]
    for entry, letters in zip(app["status"]["history"], ("ab", "ac", "ab"), strict=True):
        del entry["revision"], entry["source"]
        entry |= {
            "revisions": [letter * 40 for letter in letters],
            "sources": [{"repoURL": "https://git.example/a"}, {"repoURL": "https://git.example/b"}],
        }
    (back,) = of(read(argocd, **ONE), "deploy.rolled_back")
    assert "from `aaaaaaaaaaaa, cccccccccccc` to `aaaaaaaaaaaa, bbbbbbbbbbbb`" in back.statement
