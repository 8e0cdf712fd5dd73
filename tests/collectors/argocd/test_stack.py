"""The whole stack, as its real servers answered once: its deploys stand at their true times."""

from __future__ import annotations

import copy
from pathlib import Path

import pytest

from tests.collectors.argocd.story import recorded
from tests.collectors.argocd.whole import CONFIG, built, stands_as_it_was
from tests.fakes.argocd import TOKEN, FakeArgoCD
from tests.fakes.kubernetes import TOKEN as CLUSTER_TOKEN
from tests.fakes.kubernetes import FakeKubernetes
from timeline.instant import NS
from timeline.model import Window


def test_what_was_recorded_of_a_stack_stands_where_it_was_done(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    answers, did, _ = recorded()
    monkeypatch.setenv("ARGOCD_TOKEN", TOKEN)
    monkeypatch.setenv("KUBERNETES_TOKEN", CLUSTER_TOKEN)
    window = Window(start=did["1"].start - NS, end=did["scaled"].end // NS * NS + 2 * NS)
    with FakeArgoCD(answers) as argocd, FakeKubernetes(copy.deepcopy(answers)) as cluster:
        config = CONFIG.format(argocd=argocd.url, kubernetes=cluster.url, tls="")
        stands_as_it_was(built(tmp_path, config, window), did)
