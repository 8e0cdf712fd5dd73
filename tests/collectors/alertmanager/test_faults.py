"""Alertmanager under every fault: complete data, or a gap that says what is missing."""

from __future__ import annotations

from typing import Any

from collectors.alertmanager.silences import AlertmanagerCollector
from collectors.testing import FaultServer, check_faults
from tests.collectors import clock_cases
from tests.collectors.alertmanager.test_silences import CHECKOUT, Start, fire, window
from tests.collectors.fault_matrix import keep
from tests.golden_files import Golden
from timeline.instant import NS


def _settling(answer: Any) -> Any:
    """Say that the member has not joined its cluster yet."""
    return {**answer, "cluster": {"status": "settling", "peers": []}} if "cluster" in answer else answer


def test_every_fault_is_named_or_changes_nothing(start_alertmanager: Start, golden: Golden) -> None:
    server = start_alertmanager(version="0.25")
    fire(server, CHECKOUT)
    server.silence({"service": "checkout"}, by="Ada", comment="deploying")
    server.expire(server.silence({"service": "search"}, by="Ada", comment="testing"))
    seen = window()
    with FaultServer(server.url) as faulty:
        outcomes = check_faults(AlertmanagerCollector, {}, faulty, seen, partial=_settling, now=seen.end + NS)
    keep(golden, "alertmanager", outcomes)
    assert clock_cases.hold(AlertmanagerCollector, {}, server.url, seen, seen.end + NS) >= 2
