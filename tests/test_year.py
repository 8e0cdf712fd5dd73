"""A year of a team's life, played by the commands on a real forge: nothing is lost or doubled, and pages show what it made."""

from __future__ import annotations

import json
import os
import re
import signal
import sqlite3
import sys
import time
from collections import Counter
from collections.abc import Iterator
from itertools import chain
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from tests.servers.gitea import Gitea

HOME = Path(__file__).resolve().parent.parent
PAGE = HOME / "docs/year.md"
sys.path.insert(0, str(HOME / "tools/year"))

import play  # type: ignore[import-not-found]  # noqa: E402 - no package: a tool
import scenario  # type: ignore[import-not-found]  # noqa: E402

# The whole year is played before the first of them.
pytestmark = pytest.mark.timeout(1200)

#: The first run after this one is killed while it makes tickets.
KILLED = scenario.FIRST + 150 * scenario.DAY


class Forge:
    """The team's repository on a forge whose clock is moved to the year's."""

    def __init__(self, gitea: Gitea) -> None:
        owner = gitea.user_token("team")
        self.gitea, self.url, self.repository = gitea, gitea.url, gitea.repository("team", "year", owner)
        self.token = gitea.user_token("team", "write:repository,write:issue,read:user")
        self._dated = 0

    def issues(self) -> list[dict[str, Any]]:
        """Return all issues."""
        rows: list[dict[str, Any]] = []
        while len(rows) % 50 == 0:
            query = f"state=all&type=issues&limit=50&page={len(rows) // 50 + 1}"
            more = self.gitea.request("GET", f"repos/{self.repository}/issues?{query}", token=self.token)
            if not more:
                break
            rows += more
        return rows

    def close(self, title: str, incident: str, at: int) -> None:
        """Close the ticket of an incident's action."""
        own = f"Of incident: {incident} "
        (number,) = [one["number"] for one in self.issues() if one["title"] == title and own in one["body"]]
        self.gitea.request(
            "PATCH", f"repos/{self.repository}/issues/{number}", {"state": "closed"}, self.token
        )
        self._date("closed_unix = ?1, updated_unix = ?1", at, "`index` = ?2", number)

    def date(self, at: int) -> None:
        """Date the issues that were made since to an instant of the year."""
        self._date("created_unix = ?1, updated_unix = ?1", at, "`index` > ?2", self._dated)
        self._dated = len(self.issues())

    def _date(self, what: str, at: int, which: str, number: int) -> None:
        database = sqlite3.connect(self.gitea.folder / "gitea.db", timeout=60)
        with database:
            database.execute(f"UPDATE issue SET {what} WHERE {which}", (at // scenario.NS, number))
        database.close()


class Played(NamedTuple):
    """The team's folder after the year, and its forge."""

    team: play.Year
    forge: Forge
    killed: list[int]

    def json(self, *arguments: str) -> Any:
        """Return the answer of a command at the end of the year."""
        return json.loads(self.team.run(scenario.LAST, *arguments, "--json").out)

    def timelines(self) -> list[Any]:
        """Return what builds left, file by file."""
        return [
            json.loads(one.read_bytes())
            for one in sorted((self.team.home / "postmortems").glob("*/timeline.json"))
        ]


@pytest.fixture(scope="module")
def played(gitea: Gitea, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Played]:
    with pytest.MonkeyPatch.context() as patched:
        forge, killed = Forge(gitea), list[int]()
        patched.setenv("DESK_TOKEN", forge.token)
        patched.setenv("TIMELINE_TRUSTED_HOSTS", "127.0.0.1")
        team = play.Year(tmp_path_factory.mktemp("team") / "year", scenario.year(), forge)

        def sync(team: play.Year, at: int) -> None:
            if at > KILLED and not killed:
                killed.append(kill(team, forge, at))
            play.make_tickets(team, at)
            forge.date(at)

        team.play(sync)
        yield Played(team, forge, killed)


def kill(team: play.Year, forge: Forge, at: int) -> int:
    """Kill a run that makes tickets once it made one; return how many it had made."""
    before = len(forge.issues())
    pid, out, err = play.begin(at, team.home, "actions", "sync", "--create", "--yes", "--config", "desk.toml")
    with out, err:
        end = time.monotonic() + 60
        while len(forge.issues()) == before and time.monotonic() < end:
            pass
        os.kill(pid, signal.SIGKILL)
        assert os.WIFSIGNALED(os.waitpid(pid, 0)[1])  # it was still at it
    return len(forge.issues()) - before


@pytest.mark.needs_compiled
def test_nothing_is_lost_and_nothing_is_doubled(played: Played) -> None:
    assert len(played.timelines()) == 60
    issues = played.forge.issues()
    marks = [re.findall(r"timeline:action ([na]-[0-9a-f]{16})", str(one["body"])) for one in issues]
    assert played.killed[0] > 0
    ids = {play.Year.named(event, act) for event in played.team.events for act in event.actions}
    assert sorted(marks) == sorted([one] for one in ids)
    assert len(ids) == 150
    actions = played.json("actions")["actions"]
    assert {one["id"] for one in actions} == ids
    made = {one["html_url"] for one in issues}
    assert {one["ticket"] for one in actions} == made
    closed = {one["html_url"] for one in issues if one["state"] == "closed"}
    assert {one["ticket"] for one in actions if not one["ticket_read"]["open"]} == closed


@pytest.mark.needs_compiled
def test_states_of_actions_are_those_of_a_plain_pass_over_what_people_did(played: Played) -> None:
    answer = played.json("actions")
    states = {one["id"]: one for one in answer["actions"]}
    today, told = scenario.day(scenario.LAST), Counter[str]()
    in_time = due = 0
    for event in played.team.events:
        later = [one for one in played.team.events if one.start > event.start and one.family is event.family][
            :1
        ]
        again = [one for one in later if one.start - event.start <= 20 * scenario.DAY]
        for act in event.actions:
            one = states[played.team.named(event, act)]
            if act.verified:
                expected = "reopened" if any(back.start > act.verified for back in again) else "done"
            elif act.closed:
                expected = (
                    "reopened"
                    if any(scenario.day(back.start) > scenario.day(act.closed) for back in again)
                    else "unverified"
                )
            else:
                expected = "overdue" if act.due < today else one["state"]
                assert one["state"] in {expected, "stalled", "open"}
            assert one["state"] == expected, (one, act)
            assert one["done"] == (scenario.day(act.closed) if act.closed else None)
            told[expected] += 1
            if act.due < today or expected == "done":
                due += 1
                in_time += expected == "done" and scenario.day(act.closed or 0) <= act.due
    assert answer["counts"] == dict(told)
    assert {"done", "reopened", "unverified", "overdue"} <= set(told)
    assert (answer["completion"]["in_time"], answer["completion"]["due"]) == (in_time, due)


@pytest.mark.needs_compiled
def test_patterns_and_search_count_what_a_pass_over_the_files_counts(played: Played) -> None:
    answer, files = played.json("patterns"), played.timelines()
    assert [one["id"] for one in answer["incidents"]] == [one["incident"]["id"] for one in files]
    told = [one["incident"] for one in files]
    for name, values in (
        ("severity", [one["severity"] for one in told]),
        ("service", [one["services"][0] for one in told]),
    ):
        counted = Counter(values)
        groups = answer["groups"][name]["groups"]
        assert {one["value"]: len(one["incidents"]) for one in groups} == dict(counted)
    silent = [one for one in files if not any(fact["kind"] == "alert.firing" for fact in one["facts"])]
    unknown = answer["durations"]["time to detect"]["unknown"]
    assert sorted(chain.from_iterable(unknown.values())) == sorted(one["incident"]["id"] for one in silent)
    kinds = Counter(event.family.mode for event in played.team.events)
    for mode in kinds:
        found = played.json("search", "--failure-mode", mode)
        assert found["total"] == kinds[mode], mode
    recalled = played.team.run(scenario.LAST, "recall", "--alert", "CheckoutLatencyHigh").out
    assert "was rolled back" in recalled


@pytest.mark.needs_compiled
def test_digests_of_all_months_tell_each_incident_once(played: Played) -> None:
    told = Counter[str]()
    for month in range(1, 13):
        text = played.team.run(scenario.LAST, "digest", "--month", f"2026-{month:02}").out
        told.update(re.findall(r"^## (INC-\d+):", text, re.MULTILINE))
        own = [one for one in played.team.events if scenario.day(one.start)[:7] == f"2026-{month:02}"]
        assert (
            f"- Reviews held: {sum(one.meeting is not None for one in own)} of {len(own)} incidents." in text
        )
        pairs = re.findall(r"(INC-\d+) has the [a-z ]+ `[^`]+` of (INC-\d+)", text)
        assert pairs == sorted(pairs)
    assert told == Counter({one.id: 1 for one in played.team.events})


@pytest.mark.needs_compiled
def test_the_page_shows_what_it_made(played: Played, request: pytest.FixtureRequest) -> None:
    at = scenario.LAST
    lines = played.team.run(at, "patterns").out.split("\n\nby service")[0]
    actions = played.team.run(at, "actions", "--state", "reopened")
    shown = {
        "digest": played.team.run(at, "digest", "--month", "2026-11").out.strip(),
        "actions": f"{actions.out}{actions.err}".strip(),
        "patterns": lines.strip(),
    }
    text = PAGE.read_text()
    for name, told in shown.items():
        made = told.replace(played.forge.url, "https://git.example")
        pattern = re.compile(rf"(<!-- {name} -->\n```\w+\n).*?(\n```)", re.DOTALL)
        assert pattern.search(text), name
        new = pattern.sub(lambda found, made=made: f"{found[1]}{made}{found[2]}", text)  # type: ignore[misc]
        if request.config.getoption("--update-golden"):
            PAGE.write_text(new)
        else:
            assert new == text, f"docs/year.md shows another {name}: --update-golden writes it anew"
        text = new
