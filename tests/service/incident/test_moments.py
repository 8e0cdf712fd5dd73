"""Times as people type them at a terminal."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from service.incident.moments import Moments
from timeline.errors import UsageError
from timeline.instant import DAY, HOUR, MINUTE, NS, format_instant, parse_instant

NOW = parse_instant("2026-11-12T02:10:00Z")


def typed(text: str, zone: str | None = "UTC", after: str | None = None) -> str:
    told = parse_instant(after) if after else None
    return format_instant(Moments(NOW, zone).read(text, "--start", after=told))


@pytest.mark.parametrize(
    ("text", "zone", "after", "instant"),
    [
        ("now", None, None, "2026-11-12T02:10:00Z"),
        ("-30m", None, None, "2026-11-12T01:40:00Z"),
        ("-1h30m", None, None, "2026-11-12T00:40:00Z"),
        ("14:00", "UTC", None, "2026-11-11T14:00:00Z"),  # yesterday's: today's is ahead
        ("1:59:30", "UTC", None, "2026-11-12T01:59:30Z"),
        ("01:30", "UTC", "2026-11-11T23:00:00Z", "2026-11-12T01:30:00Z"),  # an end behind its start
        ("03:05", "Europe/Berlin", None, "2026-11-12T02:05:00Z"),
        ("21:00", "America/New_York", None, "2026-11-12T02:00:00Z"),  # its yesterday is our today
        ("2026-07-01 14:00", "Europe/Berlin", None, "2026-07-01T12:00:00Z"),
        ("2026-07-01T14:00", "+05:30", None, "2026-07-01T08:30:00Z"),
        ("2026-07-01T14:00:00+02:00", "UTC", None, "2026-07-01T12:00:00Z"),
    ],
)
def test_what_is_typed_is_read_as_people_mean_it(
    text: str, zone: str | None, after: str | None, instant: str
) -> None:
    assert typed(text, zone, after) == instant


def test_without_a_zone_it_is_the_machines_and_said() -> None:
    moments = Moments(NOW)
    found = moments.read("2026-07-01 14:00", "--start")
    assert found == int(datetime.fromisoformat("2026-07-01 14:00").astimezone(UTC).timestamp()) * NS
    assert moments.messages == [
        f"--start 2026-07-01 14:00 is {format_instant(found)} (this machine's zone; --zone NAME for another)"
    ]


@pytest.mark.parametrize("text", ["", "24:00", "14", "2026-02-30 10:00", "tomorrow", "-soon", "--5m"])
def test_what_is_no_time_is_named(text: str) -> None:
    with pytest.raises(UsageError, match="--start"):
        typed(text)


@given(st.integers(0, 23), st.integers(0, 59), st.integers(0, 400 * 24 * 60))
def test_a_time_of_day_is_the_last_one_that_has_been(hour: int, minute: int, back: int) -> None:
    now = NOW - back * MINUTE
    found = Moments(now, "Europe/Berlin").read(f"{hour}:{minute:02d}", "--start")
    assert now - DAY - HOUR <= found <= now
