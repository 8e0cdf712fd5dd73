"""Loki under every fault: complete data, or a gap that says what is missing."""

from __future__ import annotations

from typing import Any

import pytest

from collectors.loki.collector import LokiCollector
from collectors.testing import FaultServer, check_faults
from tests.collectors import clock_cases
from tests.collectors.fault_matrix import keep
from tests.collectors.log_cases import NOW, WINDOW, Said, at
from tests.collectors.loki.test_collector import options, push
from tests.golden_files import Golden
from tests.servers.loki import Loki

pytestmark = pytest.mark.needs_compiled


def _warned(answer: Any) -> Any:
    return {**answer, "warnings": ["some shards were left out"]} if isinstance(answer, dict) else answer


def test_every_fault_is_named_or_changes_nothing(loki: Loki, golden: Golden) -> None:
    lines = [Said(at(60 + n / 10), {"level": "ERROR", "service": "checkout"}, f"m{n}") for n in range(60)]
    push(loki, lines, "faults")
    given = options(loki, "faults", mode="both", page=25, origin="logs")
    with FaultServer(loki.url) as server:
        outcomes = check_faults(LokiCollector, given, server, WINDOW, now=NOW, partial=_warned)
    keep(golden, "loki", outcomes)
    assert clock_cases.hold(LokiCollector, given, loki.url, WINDOW, NOW) >= 2
