"""What Unleash 7.5.1 answered, read where there is none; every fault, and what it answers where its database fails."""

from __future__ import annotations

from typing import Any

import pytest

from collectors.testing import Fault, FaultServer, check_faults, compare, run, stored
from collectors.testing.spoils import in_json
from collectors.unleash.collector import UnleashCollector
from tests.collectors import record_logs
from tests.collectors.fault_matrix import keep
from tests.collectors.github.test_collector import of
from tests.golden_files import Golden
from timeline.instant import HOUR, parse_instant
from timeline.model import Window

FOLDER = record_logs.FOLDER / "unleash-7.5.1"
PAGE = 5  # so that there are two
_START = parse_instant("2026-09-03T09:00:00Z")
WINDOW = Window(start=_START, end=_START + 2 * HOUR)
GIVEN = {"auth": {"header": {"Authorization": "env:T"}}, "origin": "flags"}
SECRETS = {"env:T": "user:of-a-test-alone"}


@pytest.fixture(autouse=True)
def _pages(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("collectors.unleash.collector.PAGE", PAGE)


def test_recorded_answers_are_read_alike() -> None:
    made = compare(FOLDER)
    values = {fact.names.get("value") for fact in of(made, "change.flag")}
    assert values == {
        None, "on", "off", "archived", "revived", "strategy flexibleRollout, rollout 50", "strategy flexibleRollout, rollout 100",
    }  # fmt: skip
    assert made.gaps == []


@pytest.mark.parametrize("after", [1, 2])
def test_events_that_are_counted_and_not_given_are_a_gap(after: int) -> None:
    def emptied(answer: Any) -> Any:
        return {**answer, "events": []} if "events" in answer else answer

    with FaultServer(stored(FOLDER)) as server:
        server.start(Fault("emptied", in_json(emptied), after=after))
        made = run(UnleashCollector, {**GIVEN, "url": server.url}, WINDOW, secrets=SECRETS)
    told = str(made.failure) if made.failure else made.gaps[0].statement
    assert f"of 8 events the server gave {0 if after == 1 else 5}, and then none" in told
    assert len(made.facts) == (0 if after == 1 else 5)


def test_every_fault_is_named_or_changes_nothing(golden: Golden) -> None:
    with FaultServer(stored(FOLDER)) as server:
        outcomes = check_faults(UnleashCollector, GIVEN, server, WINDOW, secrets=SECRETS)
    keep(golden, "unleash", outcomes)
    assert {"repeated place", "endless pages"} <= {one.fault for one in outcomes}
