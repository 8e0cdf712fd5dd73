"""Matrix under every fault: complete data, or a gap that says what is missing."""

from __future__ import annotations

from collectors.matrix.collector import MatrixCollector
from collectors.testing import FaultServer, check_faults
from tests.collectors.matrix.cases import WINDOW, at, named
from tests.servers.synapse import Synapse


def test_every_fault_is_named_or_changes_nothing(synapse: Synapse) -> None:
    room = named(synapse, "faults")
    for minute in range(12):
        synapse.send(room, "bob", f"message {minute}", at(minute))
    options = {"rooms": ["#faults"], "auth": {"bearer": "env:T"}}
    with FaultServer(synapse.url) as server:
        check_faults(MatrixCollector, options, server, WINDOW, secrets={"env:T": synapse.token})
