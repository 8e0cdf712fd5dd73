"""PagerDuty under every fault: complete data, or a gap that says what is missing."""

from __future__ import annotations

from collectors.pagerduty.collector import PagerdutyCollector
from collectors.testing import FaultServer, Reply, check_faults
from tests.collectors import clock_cases
from tests.collectors.fault_matrix import keep
from tests.collectors.pagerduty.test_collector import LINKED, SECRETS, WINDOW
from tests.fakes.pagerduty import ADA, FakePagerduty
from tests.golden_files import Golden

#: As it answers to an offset that it does not give.
_EXPIRED = (
    b'{"error": {"message": "Invalid Input Provided", "code": 2001, "errors": ["Offset is too high."]}}'
)


def test_every_fault_is_named_or_changes_nothing(golden: Golden) -> None:
    with FakePagerduty() as account:
        for number in range(120):  # two pages
            account.log("acknowledge", number, ADA, incident=number)
        account.change(30, "Deployed checkout")
        account.alert(58, "resolved")
        account.note(140, ADA, "the pool is full")
        with FaultServer(account.url) as server:
            outcomes = check_faults(
                PagerdutyCollector,
                {},
                server,
                WINDOW,
                secrets=SECRETS,
                expired=Reply(400, _EXPIRED),
                incident=LINKED,
            )
        assert clock_cases.hold(PagerdutyCollector, {}, account.url, WINDOW, secrets=SECRETS) >= 100
    keep(golden, "pagerduty", outcomes)
    assert {"repeated place", "endless pages"} <= {one.fault for one in outcomes}
