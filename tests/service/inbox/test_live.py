"""Which open incidents are built again, and when they are no more: real queue, a clock of the test's own."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from archive import builds
from service.inbox.live import Live, Pace
from service.inbox.worker import Database
from timeline.instant import MINUTE, NS, format_instant

START = 1_800_000_000 * NS
HOUR = 60 * MINUTE


class Table:
    """One incident's summary, and a queue whose builds are ended by hand."""

    def __init__(self, path: Path, every: int = MINUTE) -> None:
        self.store = Database(path / "t.db")
        self.row: dict[str, Any] = {
            "id": "INC-1", "open": True, "start": format_instant(START), "facts": 3,
            "latest": format_instant(START), "built": START,
        }  # fmt: skip
        self.live = Live(self.store, lambda: [self.row], Pace(every, 2 * HOUR))

    def build(self, now: int, took: int = NS, *, facts: int = 0) -> builds.Build:
        """Run what is queued, as a worker does."""
        with self.store.use() as connection:
            taken = builds.take(connection, now)
            assert taken is not None
            builds.done(connection, taken.id, now + took, 1, 0)
        self.row |= {"facts": self.row["facts"] + facts, "built": now + took}
        return taken


@pytest.fixture
def table(tmp_path: Path) -> Table:
    return Table(tmp_path)


def test_an_open_incident_is_built_each_minute_and_by_its_start(table: Table) -> None:
    assert table.live.queue(START + MINUTE - 1) == []
    assert table.live.queue(START + MINUTE) == ["INC-1"]
    made = table.build(START + MINUTE)
    assert (made.cause, made.start_at, made.end_at) == ("live", format_instant(START), None)
    assert table.live.queue(START + MINUTE + 60 * NS) == []
    assert table.live.queue(START + MINUTE + 61 * NS) == ["INC-1"]


def test_a_delivery_has_it_built_soon_and_once(table: Table) -> None:
    table.live.queue(START + MINUTE)
    table.build(START + MINUTE)
    table.live.hurry(START + 70 * NS)
    assert table.live.queue(START + 70 * NS) == ["INC-1"]
    assert table.live.queue(START + 71 * NS) == [], "it waits for its turn already"
    table.build(START + 71 * NS)
    assert table.live.queue(START + 80 * NS) == []


def test_it_ends_with_the_incident(table: Table) -> None:
    table.row["open"] = False
    assert table.live.queue(START + HOUR) == []
    table.live.hurry(START + HOUR)
    assert table.live.queue(START + HOUR) == []


def test_without_a_new_fact_it_stops_and_a_new_one_takes_it_up(table: Table) -> None:
    now, count = START, 0
    while now < START + 4 * HOUR:
        now += 10 * NS
        if table.live.queue(now):
            table.build(now)
            count += 1
            assert now <= START + 2 * HOUR + MINUTE, "nothing new for two hours"
    assert 90 <= count <= 120
    table.live.hurry(now)
    assert table.live.queue(now + NS) == [], "deliveries do not wake what was left alone"
    table.row |= {"facts": 4, "built": now}  # somebody built it by hand
    assert table.live.queue(now + 2 * MINUTE) == ["INC-1"]


def test_a_slow_build_waits_longer(table: Table) -> None:
    table.live.queue(START + MINUTE)
    table.build(START + MINUTE, took=30 * NS)
    ended = START + MINUTE + 30 * NS
    assert table.live.queue(ended + 89 * NS) == []
    assert table.live.queue(ended + 90 * NS) == ["INC-1"]


def test_what_waits_to_be_tried_again_keeps_its_wait_and_a_list_has_one_line(table: Table) -> None:
    table.live.queue(START + MINUTE)
    with table.store.use() as connection:
        taken = builds.take(connection, START + MINUTE)
        assert taken is not None
        builds.failed(connection, taken, START + 61 * NS, "no")
    assert table.live.queue(START + 85 * NS) == []
    for minute in range(5):
        now = START + (2 + 2 * minute) * MINUTE
        table.live.queue(now)
        table.build(now)
    with table.store.use() as connection:
        assert len(builds.latest(connection)) == 1


def test_nothing_is_built_where_it_is_off(tmp_path: Path) -> None:
    assert Table(tmp_path, every=0).live.queue(START + HOUR) == []
