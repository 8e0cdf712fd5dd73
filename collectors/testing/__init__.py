"""The contract suite that every collector passes; shipped for authors of plugins.

records = run(MyCollector, {"url": server.url}, window)          # against a real server
check(MyCollector, {"url": server.url}, window)                  # the whole contract
with FaultServer(server.url) as faulty:                          # and what it does when the source fails
    check_faults(MyCollector, {}, faulty, window)
"""

from collectors.testing.contract import (
    check,
    check_declaration,
    check_fact,
    check_growing,
    check_pointers,
    check_secrets,
)
from collectors.testing.faults import Outcome, check_faults
from collectors.testing.golden import compare, generate, stored
from collectors.testing.running import Run, run
from collectors.testing.server import Fault, FaultServer, ReceivedRequest, Reply

__all__ = [
    "Fault", "FaultServer", "Outcome", "ReceivedRequest", "Reply", "Run", "check", "check_declaration", "check_fact",
    "check_faults", "check_growing", "check_pointers", "check_secrets", "compare", "generate", "run",
    "stored",
]  # fmt: skip
