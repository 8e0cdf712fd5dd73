"""VictoriaLogs under every fault: complete data, or a gap that says what is missing."""

from __future__ import annotations

import pytest

from collectors.testing import FaultServer, check_faults
from collectors.victorialogs.collector import VictorialogsCollector
from tests.collectors import clock_cases
from tests.collectors.fault_matrix import keep
from tests.collectors.log_cases import NOW, WINDOW, Said, at
from tests.collectors.victorialogs.test_collector import options, push
from tests.golden_files import Golden
from tests.servers.victorialogs import VictoriaLogs

pytestmark = pytest.mark.needs_compiled


def test_every_fault_is_named_or_changes_nothing(victorialogs: VictoriaLogs, golden: Golden) -> None:
    lines = [Said(at(60 + n / 10), {"level": "ERROR", "service": "checkout"}, f"m{n}") for n in range(60)]
    push(victorialogs, lines, "faults")
    given = options(victorialogs, "faults", mode="both", page=25, origin="logs")
    with FaultServer(victorialogs.url) as server:
        outcomes = check_faults(VictorialogsCollector, given, server, WINDOW, now=NOW)
    keep(golden, "victorialogs", outcomes)
    assert clock_cases.hold(VictorialogsCollector, given, victorialogs.url, WINDOW, NOW) >= 2
