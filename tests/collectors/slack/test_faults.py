"""Slack under every fault: complete data, or a gap that says what is missing."""

from __future__ import annotations

from typing import Any

from collectors.slack.collector import SlackCollector
from collectors.testing import FaultServer, Reply, check_faults
from tests.collectors import clock_cases
from tests.collectors.fault_matrix import keep
from tests.collectors.slack.slack_incident import WINDOW, workspace
from tests.fakes.slack import FakeSlack
from tests.golden_files import Golden


def _withheld(answer: Any) -> Any:
    """Say that there is more, but not where, as Slack does of what it withholds."""
    if isinstance(answer, dict) and "messages" in answer:
        return {**answer, "has_more": True, "response_metadata": {}}
    return answer


def test_every_fault_is_named_or_changes_nothing(golden: Golden) -> None:
    with FakeSlack(workspace(), page=4) as slack, FaultServer(slack.url) as server:
        outcomes = check_faults(
            SlackCollector, {"channels": ["inc-42"]}, server, WINDOW, partial=_withheld, expired=Reply(200, b'{"ok": false, "error": "invalid_cursor"}'), optional=["edited", "thread_ts"],
            secrets={"env:SLACK_TOKEN": slack.token},
        )  # fmt: skip
        options, secrets = {"channels": ["inc-42"]}, {"env:SLACK_TOKEN": slack.token}
        assert clock_cases.hold(SlackCollector, options, slack.url, WINDOW, secrets=secrets) >= 4
    keep(golden, "slack", outcomes)
    assert {"repeated place", "endless pages", "partial answer"} <= {one.fault for one in outcomes}
