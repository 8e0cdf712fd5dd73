"""Builds are queued once, taken one at a time, and tried again with longer waits."""

from __future__ import annotations

import sqlite3
from itertools import pairwise
from pathlib import Path

import pytest

from archive import builds, database, events
from archive.builds import FIRST_WAIT, LONGEST_WAIT, MOST_FOLLOW_UPS, MOST_TRIES
from archive.events import Event
from timeline.instant import NS

NOW = 1_800_000_000 * NS
EARLY, LATE = "2026-11-21T14:00:00Z", "2026-11-21T15:00:00Z"


@pytest.fixture
def connection(tmp_path: Path) -> sqlite3.Connection:
    return database.connect(tmp_path / "t.db")


def test_what_waits_already_is_not_queued_twice_and_grows_to_the_later_end(
    connection: sqlite3.Connection,
) -> None:
    first = builds.queue(connection, "INC-1", "webhook am", 1, start_at=EARLY, end_at=EARLY)
    assert builds.queue(connection, "INC-1", "webhook am", 2, start_at=LATE, end_at=LATE) == first
    assert builds.queue(connection, "INC-2", "webhook am", 2) != first
    found = builds.get(connection, first)
    assert found is not None
    assert (found.start_at, found.end_at) == (EARLY, LATE)


def test_what_merely_waits_for_its_time_is_not_what_a_page_shows(connection: sqlite3.Connection) -> None:
    assert builds.shown(connection, "INC-1", NOW) is None
    number = builds.queue(connection, "INC-1", "by Ada", NOW)
    shown = builds.shown(connection, "INC-1", NOW)
    assert shown
    assert (shown.id, shown.state) == (number, "queued")
    build = builds.take(connection, NOW)
    assert build
    builds.done(connection, build.id, NOW, 3, 0)
    assert builds.follow_up(connection, build, NOW, NOW + 3600 * NS)
    shown = builds.shown(connection, "INC-1", NOW)
    assert shown
    assert (shown.id, shown.state) == (number, "done")
    # One that failed and is tried again is shown: its words are.
    builds.queue(connection, "INC-1", "by Ada", NOW)
    again = builds.take(connection, NOW)
    assert again
    builds.failed(connection, again, NOW, "no such host")
    shown = builds.shown(connection, "INC-1", NOW)
    assert shown
    assert (shown.state, shown.error) == ("queued", "no such host")


def test_a_build_that_runs_is_followed_by_another_when_asked_again(connection: sqlite3.Connection) -> None:
    first = builds.queue(connection, "INC-1", "a", 1)
    assert builds.take(connection, 1).id == first  # type: ignore[union-attr]
    assert builds.take(connection, 1) is None
    assert builds.queue(connection, "INC-1", "b", 2) != first


def test_failures_wait_longer_each_time_and_end_after_eight(connection: sqlite3.Connection) -> None:
    builds.queue(connection, "INC-1", "a", 0)
    now, waits = 0, []
    while (taken := builds.take(connection, now)) is not None:
        builds.failed(connection, taken, now, "down")
        after = builds.get(connection, taken.id)
        assert after is not None
        waits.append(after.next_at - now)
        now = after.next_at
    assert waits == [min(FIRST_WAIT * 2**n, LONGEST_WAIT) for n in range(MOST_TRIES)]
    assert [(b.state, b.error) for b in builds.latest(connection)] == [("failed", "down")]


def test_what_ran_when_the_server_was_killed_is_queued_again(connection: sqlite3.Connection) -> None:
    builds.queue(connection, "INC-1", "a", 0)
    builds.take(connection, 0)
    assert builds.recover(connection, 5) == 1
    assert builds.take(connection, 5) is not None


def test_a_build_that_kills_its_server_waits_longer_each_time_and_has_failed_at_last(
    connection: sqlite3.Connection,
) -> None:
    builds.queue(connection, "INC-1", "a", 0)
    now, starts = 0, []
    while (taken := builds.take(connection, now)) is not None:
        starts.append(now)
        builds.recover(connection, now)
        after = builds.get(connection, taken.id)
        assert after is not None
        now = after.next_at
    assert len(starts) == MOST_TRIES
    waits = [b - a for a, b in pairwise(starts)]
    assert waits == [0, *(min(FIRST_WAIT * 2**n, LONGEST_WAIT) for n in range(MOST_TRIES - 2))]
    assert [(b.state, b.error) for b in builds.latest(connection)] == [
        ("failed", f"the server ended while it was built, at try {MOST_TRIES}")
    ]


def test_what_an_orderly_end_cut_off_counts_no_try(connection: sqlite3.Connection) -> None:
    builds.queue(connection, "INC-1", "a", 0)
    for _ in range(MOST_TRIES + 2):
        taken = builds.take(connection, 1)
        assert taken is not None
        builds.give_back(connection, taken, 1)
    assert [(b.state, b.tries) for b in builds.latest(connection)] == [("queued", 0)]


def test_an_incident_without_an_end_is_not_followed_up_for_ever(connection: sqlite3.Connection) -> None:
    builds.queue(connection, "INC-1", "webhook am", 0)
    now, made = 0, 0
    while (taken := builds.take(connection, now)) is not None:
        made, now = made + 1, now + 100
        builds.done(connection, taken.id, now, 1, 1)
        builds.follow_up(connection, taken, now, now)
    assert made == 1 + MOST_FOLLOW_UPS
    builds.queue(connection, "INC-1", "webhook am", now)  # asked for again, it is followed up again
    taken = builds.take(connection, now)
    assert taken is not None
    builds.done(connection, taken.id, now, 1, 1)
    assert builds.follow_up(connection, taken, now, now)


def test_an_event_is_worked_together_with_its_build(connection: sqlite3.Connection) -> None:
    (stored,) = events.store(connection, [Event("am", "alertmanager", None, "resolved", 1, b"{}")])
    builds.work_event(connection, stored.id, "INC-1", "webhook am", 2, EARLY, LATE)
    assert events.waiting(connection, 10) == []
    assert [(b.incident, b.start_at, b.end_at) for b in builds.latest(connection)] == [("INC-1", EARLY, LATE)]
    assert builds.counts(connection) == {"queued": 1}


def test_a_summary_is_remembered_until_the_file_changes(connection: sqlite3.Connection) -> None:
    builds.remember(connection, "/a", "1", {"facts": 3})
    assert builds.summary(connection, "/a", "1") == {"facts": 3}
    assert builds.summary(connection, "/a", "2") is None
