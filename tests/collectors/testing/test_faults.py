"""The suite of faults: a collector that keeps to the contract passes, and each way to break it is told."""

from __future__ import annotations

from typing import Any

import pytest
from pytest_httpserver import HTTPServer

from collectors.base import AnyCollector
from collectors.testing import FaultServer, Outcome, check_faults, run
from collectors.testing.drift import CLOCKS, FORMS, LOSSY
from collectors.testing.spoils import EVERY, ONCE, SILENT, SLOW
from tests.collectors.testing.paged import (
    COUNT,
    SECRETS,
    WINDOW,
    Calls,
    Looping,
    Quiet,
    Talkative,
    Trusting,
    serve,
)


def _incomplete(answer: Any) -> Any:
    return {**answer, "complete": False} if isinstance(answer, dict) else answer


def checked(collector: type[AnyCollector], url: str, **more: Any) -> list[Outcome]:
    with FaultServer(url) as server:
        return check_faults(collector, {}, server, WINDOW, secrets=SECRETS, partial=_incomplete, **more)


def test_one_that_keeps_to_the_contract_passes_under_every_fault(httpserver: HTTPServer) -> None:
    outcomes = checked(Calls, serve(httpserver))
    tried = {one.fault for one in outcomes}
    known = {name for name, _ in (*EVERY, *SLOW, *ONCE, *SILENT, *FORMS, *LOSSY, *CLOCKS)}
    paged = {"repeated place", "endless pages", "expired place, 400", "expired place, 410"}
    names = {f"{name} renamed" for name in ("calls", "id", "at", "next", "complete")}
    midway = {"401 after 1 answers", "401 after 2 answers"}
    assert tried == known | paged | names | midway | {"none", "no connection", "partial answer"}
    by_name = {one.fault: one for one in outcomes}
    assert by_name["401"].requests == 1
    assert by_name["503 once"].complete
    assert by_name["repeated place"].requests == 2
    assert any("same place twice" in text for text in by_name["repeated place"].named)
    assert by_name["endless pages"].requests > 3
    assert any(text.startswith("timed_out") for text in by_name["drip"].named)


def test_recorded_answers_do_where_no_server_is_at_hand(httpserver: HTTPServer) -> None:
    whole = run(Calls, {"url": serve(httpserver)}, WINDOW, secrets=SECRETS)
    assert len(whole.facts) == COUNT
    asked = len(httpserver.log)
    with FaultServer(whole) as server:
        outcomes = check_faults(Calls, {}, server, WINDOW, secrets=SECRETS)
    assert len(httpserver.log) == asked
    assert {"repeated place", "endless pages"} <= {one.fault for one in outcomes}


@pytest.mark.parametrize(("collector", "why"), [
    (Quiet, "facts are missing or others, and nothing says so"), (Trusting, "it broke with TypeError"),
    (Talkative, "a secret is in what it says"), (Looping, "facts are missing or others, and nothing says so"),
])  # fmt: skip
def test_each_way_to_break_the_contract_is_told(
    httpserver: HTTPServer, collector: type[AnyCollector], why: str
) -> None:
    with pytest.raises(AssertionError, match=why):
        checked(collector, serve(httpserver))


def test_a_source_without_facts_proves_nothing(httpserver: HTTPServer) -> None:
    httpserver.expect_request("/calls").respond_with_json({"calls": [], "next": None, "complete": True})
    with pytest.raises(AssertionError, match="yields no fact"):
        checked(Calls, httpserver.url_for(""))


def test_faults_can_be_left_out(httpserver: HTTPServer) -> None:
    outcomes = checked(Calls, serve(httpserver), skip=[name for name, _ in (*SLOW, *EVERY)])
    assert not {one.fault for one in outcomes} & {name for name, _ in (*SLOW, *EVERY)}
