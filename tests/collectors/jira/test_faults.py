"""Jira under every fault: complete data, or a gap that says what is missing."""

from __future__ import annotations

from collectors.jira.collector import JiraCollector
from collectors.testing import FaultServer, Reply, check_faults
from tests.collectors import clock_cases
from tests.collectors.fault_matrix import keep
from tests.collectors.jira.test_collector import SECRETS, WINDOW, lived, options
from tests.fakes.jira import FakeJira
from tests.golden_files import Golden

_EXPIRED = Reply(400, b'{"errorMessages": ["The nextPageToken is not valid"], "errors": {}}')
#: Say nothing where they are absent.
_OPTIONAL = ("priority", "assignee", "summary", "fieldId", "isLast")


def test_every_fault_is_named_or_changes_nothing(golden: Golden) -> None:
    with FakeJira() as site:
        site.size = 2
        lived(site)
        for number in range(2):
            site.issue(10 + number)
        given = options(site)
        del given["url"]
        with FaultServer(site.url) as server:
            outcomes = check_faults(
                JiraCollector, given, server, WINDOW, secrets=SECRETS, expired=_EXPIRED, optional=_OPTIONAL
            )
        site.size = 100
        assert clock_cases.hold(JiraCollector, given, site.url, WINDOW, secrets=SECRETS) >= 10
    keep(golden, "jira", outcomes)
    assert {"repeated place", "endless pages"} <= {one.fault for one in outcomes}
