"""GitHub under every fault: complete data, or a gap that says what is missing."""

from __future__ import annotations

from collectors.github.collector import GithubCollector
from collectors.testing import FaultServer, check_faults
from tests.collectors import clock_cases
from tests.collectors.fault_matrix import keep
from tests.collectors.github.test_collector import WINDOW, A, B, at
from tests.fakes.github import TOKEN, FakeGithub
from tests.golden_files import Golden


def test_every_fault_is_named_or_changes_nothing(golden: Golden) -> None:
    with FakeGithub(largest_page=2, history=[A, B]) as github:
        for minute, sha in ((1, A), (5, B), (9, B), (20, A)):
            number = github.deploy(at(minute), sha)
            github.status(number, "in_progress", at(minute + 1))
            github.status(number, "success", at(minute + 2))
            github.release(f"v{minute}", at(minute), at(minute))
            github.pull(minute, "Change", at(minute), at(minute))
        with FaultServer(github.url) as server:
            options = {"repository": "acme/shop", "auth": {"bearer": "env:T"}, "pull_requests": True}
            outcomes = check_faults(GithubCollector, options, server, WINDOW, secrets={"env:T": TOKEN})
        secrets = {"env:T": TOKEN}
        assert clock_cases.hold(GithubCollector, options, github.url, WINDOW, secrets=secrets) >= 8
    keep(golden, "github", outcomes)
    assert {"repeated place", "endless pages"} <= {one.fault for one in outcomes}
