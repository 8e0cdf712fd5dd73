"""One real stack - a control plane, Argo CD, Helm, a repository - whose deploys, read by all sources, stand at their true times."""

from __future__ import annotations

import time
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import pytest

from collectors.argocd.collector import ArgoCDCollector
from collectors.testing import Run, check
from service.settings.identify import identify
from tests.collectors.argocd.story import Stack, record
from tests.collectors.argocd.whole import CONFIG, GIT, built, stands_as_it_was, told
from tests.collectors.kubernetes.test_collector import of, took
from tests.collectors.probing import probe
from tests.servers.argocd import ArgoCD, start_argocd
from tests.servers.fixtures import Keeper, skip_or_fail
from tests.servers.kubernetes import ADMIN, start_kubernetes
from tests.servers.process import wait_until
from tests.servers.require import MissingError
from timeline.instant import NS
from timeline.model import Window

pytestmark = pytest.mark.needs_compiled


class Played(NamedTuple):
    """The stack after all was done, and when it was."""

    stack: Stack
    argocd: ArgoCD
    window: Window


@pytest.fixture(scope="module")
def played(
    module_keeper: Keeper, tmp_path_factory: pytest.TempPathFactory, request: pytest.FixtureRequest
) -> Iterator[Played]:
    # An autoscaler finds every pod of a cluster busy, or none: others' clusters are no place for it.
    kubernetes = module_keeper.start(start_kubernetes, "kubernetes")
    argocd = module_keeper.start(start_argocd, "argocd", kubernetes)
    stack = Stack(kubernetes, argocd, tmp_path_factory.mktemp("stack"))
    try:
        stack.deploys()
        stack.releases()
        stack.scale(tmp_path_factory.mktemp("metrics"))
    except MissingError as missing:
        skip_or_fail(missing)
    if request.config.getoption("--update-golden"):
        record(stack)
    end = time.time_ns() // NS * NS + NS
    # What is not over is not read: the scaling was in this very second.
    wait_until(lambda: time.time_ns() > end + NS, 10, "the clock stands still")
    yield Played(stack, argocd, Window(start=stack.did["1"].start - NS, end=end))
    stack.close()


def read(played: Played, **options: object) -> Run:
    given = {"url": played.argocd.url, "auth": {"bearer": "env:T"}, **options}
    return check(
        ArgoCDCollector, given, played.window, secrets={"env:T": played.argocd.reader}, now=played.window.end
    )


def test_syncs_stand_where_they_were_made(played: Played) -> None:
    run = read(played)
    assert run.failure is None
    assert not run.gaps
    did = played.stack.did
    took(of(run, "deploy.started"), "1", "broken", "refused", "back", "itself", did=did)
    took(of(run, "deploy.finished"), "1", "broken", "back", "itself", did=did)
    took(of(run, "deploy.failed"), "refused", did=did)
    took(of(run, "deploy.rolled_back"), "back", did=did)


def test_the_cluster_says_the_same_and_both_are_looked_at(played: Played) -> None:
    kubernetes = played.stack.kubernetes
    there = {
        "url": kubernetes.url,
        "auth": {"bearer": "env:T"},
        "tls": {"ca": str(kubernetes.ca)},
        "through": "cluster",
    }
    run = check(ArgoCDCollector, there, played.window, secrets={"env:T": ADMIN}, now=played.window.end)
    # Between both its controller may have looked again: events differ then, and no deploy.
    deploys, own = ({f.id for f in one.facts if f.kind != "custom"} for one in (run, read(played)))
    assert deploys == own
    for given, token in (
        (there, ADMIN),
        ({"url": played.argocd.url, "auth": {"bearer": "env:T"}}, played.argocd.reader),
    ):
        lines = probe(ArgoCDCollector, given, {"env:T": token})
        assert all(line.ok for line in lines.values()), lines
        assert lines["applications"].detail == "2 may be read"


def test_its_address_is_recognised_and_a_stranger_is_refused(played: Played) -> None:
    assert identify(played.argocd.url).collector == "argocd"
    given = {"url": played.argocd.url, "auth": {"bearer": "env:T"}}
    refused = check(ArgoCDCollector, given, played.window, secrets={"env:T": "a-token-of-nobody"}, empty=True)
    assert refused.failure
    assert refused.failure.reason == "unauthorised"


def test_the_deploys_of_a_whole_timeline_stand_at_their_true_times(
    played: Played, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    stack, kubernetes = played.stack, played.stack.kubernetes
    monkeypatch.setenv("ARGOCD_TOKEN", played.argocd.reader)
    monkeypatch.setenv("KUBERNETES_TOKEN", ADMIN)
    tls = f'tls = {{ ca = "{kubernetes.ca}" }}'
    repository = GIT.format(path=stack.repository.path)
    document = built(
        tmp_path,
        CONFIG.format(argocd=played.argocd.url, kubernetes=kubernetes.url, tls=tls) + repository,
        played.window,
    )
    stands_as_it_was(document, stack.did)
    made = {f.subject.labels["commit"]: f.id for f in told(document, "deployments", "change.merged")}
    for sync, step in zip(
        told(document, "argocd", "deploy.started"), ("1", "broken", "refused", "1", "itself"), strict=True
    ):
        assert [one.fact for one in sync.related if one.rule == "same commit"] == [made[stack.commits[step]]]
    text = (tmp_path / "postmortems" / "INC-1" / "timeline.json").read_text()
    for secret in (ADMIN, played.argocd.reader, "hush-hush", '"admin"'):
        assert secret not in text
