"""Matrix under every fault: complete data, or a gap that says what is missing."""

from __future__ import annotations

from typing import Any

from collectors.matrix.collector import MatrixCollector
from collectors.testing import FaultServer, Reply, check_faults
from tests.collectors import clock_cases
from tests.collectors.fault_matrix import keep
from tests.collectors.matrix.cases import WINDOW, at, named
from tests.golden_files import Golden
from tests.servers.synapse import Synapse

_EXPIRED = b'{"errcode": "M_INVALID_PARAM", "error": "Invalid from parameter"}'


def _none_of_it(answer: Any) -> Any:
    """Give none of the messages but where they go on: at the same place, for ever."""
    return {**answer, "chunk": answer["chunk"][:1], "end": "s1"} if "chunk" in answer else answer


def test_every_fault_is_named_or_changes_nothing(synapse: Synapse, golden: Golden) -> None:
    room = named(synapse, "faults")
    for minute in range(12):
        synapse.send(room, "bob", f"message {minute}", at(minute))
    options = {"rooms": ["#faults"], "auth": {"bearer": "env:T"}}
    with FaultServer(synapse.url) as server:
        outcomes = check_faults(
            MatrixCollector, options, server, WINDOW, partial=_none_of_it, expired=Reply(400, _EXPIRED),
            secrets={"env:T": synapse.token},
        )  # fmt: skip
    keep(golden, "matrix", outcomes)
    secrets = {"env:T": synapse.token}
    assert clock_cases.hold(MatrixCollector, options, synapse.url, WINDOW, secrets=secrets) >= 12
