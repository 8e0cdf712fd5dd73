"""An incident that goes on under `serve`: what it was built of since, an agent is answered, as a person is shown it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from service import names
from service.evidence.document import load
from tests.servers.process import wait_until
from tests.service.agent.clients import over_http, run
from tests.service.web.ongoing import INCIDENT, Ongoing
from tests.service.web.running import Start
from timeline.instant import format_instant


def answers(ongoing: Ongoing) -> dict[str, dict[str, Any]]:
    """Ask what is known now, of a connection of its own."""

    async def work() -> dict[str, dict[str, Any]]:
        async with over_http(ongoing.server.url) as one:
            return {
                "get_incident": await one.call("get_incident", incident=INCIDENT),
                "coverage": await one.call("coverage", incident=INCIDENT, limit=200),
                "known_at": await one.call(
                    "known_at", incident=INCIDENT, time=format_instant(ongoing.last), limit=200
                ),
            }

    return run(work)


def reasons(found: dict[str, dict[str, Any]]) -> set[tuple[str, str]]:
    """Return the sources that say what is not known, and why."""
    return {(row["source"], gap["reason"]) for row in found["coverage"]["stretches"] for gap in row["gaps"]}


def test_an_agent_is_answered_from_what_a_delivery_had_built(tmp_path: Path, start: Start) -> None:
    ongoing = Ongoing(tmp_path, start, "1h", rows=3)
    first = answers(ongoing)
    assert first["get_incident"]["open"]
    assert reasons(first) == {("incident", "not_yet")}
    ongoing.say("p99 is 1.4 s")
    ongoing.deliver()
    wait_until(lambda: ongoing.facts() == 4, 240, "a delivery did not build it", ongoing.server.log)
    second = answers(ongoing)
    assert second["get_incident"]["open"]
    assert second["get_incident"]["digest"] == load(ongoing.out / names.TIMELINE).digest
    assert second["get_incident"]["digest"] != first["get_incident"]["digest"]
    assert reasons(second) == {("incident", "not_yet")}
    states = [row["state"] for row in second["coverage"]["stretches"] if row["source"] == "desk"]
    assert states == ["collected", "outside"], "what is ahead was asked of nobody"
    known = {fact["id"] for fact in second["known_at"]["facts"]}
    assert len(known) == 4
    assert {fact["id"] for fact in first["known_at"]["facts"]} < known
    ongoing.end()
    ongoing.deliver()
    wait_until(
        lambda: load(ongoing.out / names.TIMELINE).incident.end is not None,
        120,
        "the end was not read",
        ongoing.server.log,
    )
    assert not answers(ongoing)["get_incident"]["open"]
