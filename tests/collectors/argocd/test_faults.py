"""Argo CD under every fault: complete data, or a gap that says what is missing."""

from __future__ import annotations

from collectors.argocd.collector import ArgoCDCollector
from collectors.testing import FaultServer, check_faults
from tests.collectors import clock_cases
from tests.collectors.argocd.test_collector import ANSWERS, WINDOW
from tests.collectors.fault_matrix import keep
from tests.fakes.argocd import TOKEN, FakeArgoCD
from tests.golden_files import Golden

SECRETS = {"env:T": TOKEN}
OPTIONS = {"auth": {"bearer": "env:T"}}


def test_every_fault_is_named_or_changes_nothing(golden: Golden) -> None:
    with FakeArgoCD(ANSWERS) as argocd:
        with FaultServer(argocd.url) as server:
            # Versions before 2.14 do not say since when the health is as it is.
            outcomes = check_faults(
                ArgoCDCollector, OPTIONS, server, WINDOW, secrets=SECRETS, optional=("lastTransitionTime",)
            )
        assert clock_cases.hold(ArgoCDCollector, OPTIONS, argocd.url, WINDOW, secrets=SECRETS) >= 30
    keep(golden, "argocd", outcomes)
