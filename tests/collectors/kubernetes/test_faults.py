"""Kubernetes under every fault: complete data, or a gap that says what is missing."""

from __future__ import annotations

import json

from collectors.kubernetes.collector import KubernetesCollector
from collectors.testing import FaultServer, Reply, check_faults
from tests.collectors import clock_cases
from tests.collectors.fault_matrix import keep
from tests.collectors.kubernetes.test_collector import LISTS, WINDOW
from tests.fakes.kubernetes import TOKEN, FakeKubernetes
from tests.golden_files import Golden

SECRETS = {"env:T": TOKEN}
OPTIONS = {"auth": {"bearer": "env:T"}}
_EXPIRED = json.dumps({"kind": "Status", "status": "Failure", "reason": "Expired", "code": 410}).encode()
#: Without the newer form of events, which would be read where the other may not be, and say by which it was.
SERVED = {path: listed for path, listed in LISTS.items() if "events.k8s.io" not in path}


def test_every_fault_is_named_or_changes_nothing(golden: Golden) -> None:
    with FakeKubernetes(SERVED, page=10) as api:
        with FaultServer(api.url) as server:
            outcomes = check_faults(
                KubernetesCollector, OPTIONS, server, WINDOW, secrets=SECRETS, expired=Reply(410, _EXPIRED)
            )
        assert clock_cases.hold(KubernetesCollector, OPTIONS, api.url, WINDOW, secrets=SECRETS) >= 30
    keep(golden, "kubernetes", outcomes)
    assert {"repeated place", "endless pages"} <= {one.fault for one in outcomes}
