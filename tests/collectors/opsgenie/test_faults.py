"""Opsgenie and Jira Service Management under every fault: complete data, or a gap that says what is missing."""

from __future__ import annotations

import pytest

from collectors.opsgenie.collector import JsmCollector, OpsgenieCollector
from collectors.testing import FaultServer, Reply, check_faults
from tests.collectors import clock_cases
from tests.collectors.fault_matrix import keep
from tests.collectors.opsgenie.test_collector import SECRETS, WINDOW, lived
from tests.fakes.opsgenie import FakeOpsgenie
from tests.golden_files import Golden

_EXPIRED = Reply(422, b'{"message": "Offset is not valid", "took": 0.0, "requestId": "r"}')
#: Say nothing where they are absent.
_OPTIONAL = ("next", "message", "priority", "owner", "impactEndDate", "web")


@pytest.mark.parametrize("as_jsm", [False, True])
def test_every_fault_is_named_or_changes_nothing(
    golden: Golden, as_jsm: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    # Several pages of few alerts: each has its log asked for under every fault.
    monkeypatch.setattr("collectors.opsgenie.alerts.PAGE", 10)
    kind = JsmCollector if as_jsm else OpsgenieCollector
    options = {"auth": {"basic": "env:LOGIN"}} if as_jsm else {}
    with FakeOpsgenie(as_jsm=as_jsm) as account:
        lived(account)
        for number in range(12):
            account.alert(60 + number)
        incident = account.incident(60, 600)
        account.entry(incident, 590, "IncidentResolved", "done")
        with FaultServer(account.url) as server:
            outcomes = check_faults(
                kind, options, server, WINDOW, secrets=SECRETS, expired=_EXPIRED, optional=_OPTIONAL
            )
        monkeypatch.undo()
        for number in range(12, 105):
            account.alert(60 + number)
        assert clock_cases.hold(kind, options, account.url, WINDOW, secrets=SECRETS) >= 100
    keep(golden, kind.name, outcomes)
    assert {"repeated place", "endless pages"} <= {one.fault for one in outcomes}
