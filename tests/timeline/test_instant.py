"""Instants and bounds: exact to the nanosecond, never a guess."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from timeline.errors import UndecodableTimeError
from timeline.instant import (
    MINUTE,
    NS,
    Bounds,
    between,
    format_instant,
    parse_instant,
    precise,
    read_civil,
    read_usual,
)
from timeline.zones import parse_duration, read_time

moments = st.integers(min_value=-62_135_596_800 * NS, max_value=253_402_300_799 * NS + NS - 1)


@given(moments)
def test_an_instant_written_and_read_is_the_same(instant: int) -> None:
    assert parse_instant(format_instant(instant)) == instant


@given(moments)
def test_digits_are_the_fewest_that_are_exact(instant: int) -> None:
    digits = len(format_instant(instant).rstrip("Z").partition(".")[2])
    assert digits in (0, 3, 6, 9)
    assert instant % 10 ** (9 - digits) == 0
    assert digits == 0 or instant % 10 ** (12 - digits) != 0


@given(st.datetimes(min_value=datetime(1970, 1, 1), max_value=datetime(2100, 1, 1)))  # noqa: DTZ001
def test_dates_agree_with_the_standard_library(moment: datetime) -> None:
    aware = moment.replace(tzinfo=UTC)
    expected = (int(aware.replace(microsecond=0).timestamp()) * 1_000_000 + aware.microsecond) * 1_000
    assert parse_instant(aware.isoformat()) == expected


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("2026-11-21T14:00:00", "has no zone"), ("2026-02-29T00:00:00Z", "no time that exists"),
        ("2026-13-01T00:00:00Z", "no time that exists"), ("2026-11-21T24:00:00Z", "no time that exists"),
        ("2026-11-21T14:00:00.0000000001Z", "finer than a nanosecond"), ("yesterday", "is not a date"),
        ("2026-11-21T14:00:00+25:00", "impossible offset"), ("", "is not a date"),
    ],
)  # fmt: skip
def test_what_cannot_be_read_says_why(text: str, reason: str) -> None:
    with pytest.raises(UndecodableTimeError, match=reason):
        parse_instant(text)


def test_a_cut_value_spans_its_precision() -> None:
    assert read_time("2026-11-21T14:07Z") == precise(parse_instant("2026-11-21T14:07:00Z"), MINUTE)
    assert read_time("2026-11-21T14:07:31Z", precision=MINUTE).latest == parse_instant(
        "2026-11-21T14:07:59.999999999Z"
    )
    assert read_time("2026-11-21T14:07:31.5Z") == precise(parse_instant("2026-11-21T14:07:31.500Z"), NS // 10)
    assert between(None, 5) == Bounds(None, 5)
    assert between(3, 5) == Bounds(4, 5)


def test_an_hour_that_comes_twice_spans_both_readings() -> None:
    found = read_time("2026-10-25 02:30:00", zone_name="Europe/Berlin")
    assert found.earliest == parse_instant("2026-10-25T00:30:00Z")
    assert found.latest == parse_instant("2026-10-25T01:30:00Z") + NS - 1


def test_an_hour_that_does_not_exist_is_refused() -> None:
    with pytest.raises(UndecodableTimeError, match="does not exist"):
        read_time("2026-03-29 02:30:00", zone_name="Europe/Berlin")


@pytest.mark.parametrize("zone", ["IST", "EST", "Europe/Nowhere", "../etc/passwd", "PST", "a zone"])
def test_abbreviations_and_unknown_zones_are_refused(zone: str) -> None:
    with pytest.raises(UndecodableTimeError, match="zone"):
        read_time("2026-11-21 14:00:00", zone_name=zone)


def test_a_zone_abbreviation_in_the_text_is_refused() -> None:
    with pytest.raises(UndecodableTimeError, match="ambiguous"):
        read_time("2026-11-21 14:00:00 CST")


@pytest.mark.parametrize(
    ("value", "unit", "bounds"),
    [
        (1_700_000_000, None, precise(1_700_000_000 * NS, NS)),
        (1_700_000_000_123, None, precise(1_700_000_000_123_000_000, 1_000_000)),
        ("1700000000123456", None, precise(1_700_000_000_123_456_000, 1_000)),
        ("1700000000123456789", None, precise(1_700_000_000_123_456_789, 1)),
        ("1700000000.123456", "s", precise(1_700_000_000_123_456_000, 1_000)),
        (42, "s", precise(42 * NS, NS)),
    ],
)  # fmt: skip
def test_numbers_are_read_by_their_digits_or_unit(value: int | str, unit: str | None, bounds: Bounds) -> None:
    assert read_time(value, unit=unit) == bounds


def test_a_number_of_other_length_needs_a_unit() -> None:
    with pytest.raises(UndecodableTimeError, match="unit"):
        read_time(12345)


def test_second_sixty_spans_what_machines_count_it_as() -> None:
    assert read_civil("2016-12-31T23:59:60Z").wall == parse_instant("2017-01-01T00:00:00Z")
    again, zero = parse_instant("2016-12-31T23:59:59.250Z"), parse_instant("2017-01-01T00:00:00.250Z")
    assert read_time("2016-12-31T23:59:60.250Z") == Bounds(again, zero + 999_999)
    assert read_time("2017-01-01T00:59:60.250", zone_name="Europe/Berlin") == Bounds(again, zero + 999_999)
    minutes = read_time("2016-12-31T23:59:60Z", precision=MINUTE)
    assert minutes == precise(parse_instant("2016-12-31T23:59:00Z"), 2 * MINUTE)


def test_a_cell_in_which_the_clock_is_put_back_is_longer_than_its_precision() -> None:
    day = read_time("2026-10-25 12:00:00", zone_name="Europe/Berlin", precision=24 * 60 * MINUTE)
    assert day == precise(parse_instant("2026-10-24T22:00:00Z"), 25 * 60 * MINUTE)
    # On Lord Howe the clock is put back by half an hour, inside the hour.
    hour = read_time("2026-04-05 01:10:00", zone_name="Australia/Lord_Howe", precision=60 * MINUTE)
    assert hour == precise(parse_instant("2026-04-04T14:00:00Z"), 90 * MINUTE)


def test_a_cell_that_begins_where_no_time_is_still_holds_what_exists() -> None:
    # Beirut puts its clock forward at midnight: that day begins at 01:00.
    day = read_time("2026-03-29 12:00:00", zone_name="Asia/Beirut", precision=24 * 60 * MINUTE)
    assert day.earliest is not None
    assert day.earliest <= parse_instant("2026-03-28T22:00:00Z")
    assert day.latest == parse_instant("2026-03-29T21:00:00Z") - 1


@pytest.mark.parametrize(
    ("text", "ns"), [("90s", 90 * NS), ("1h30m", 90 * MINUTE), ("250ms", NS // 4), ("7d", 7 * 1440 * MINUTE)]
)
def test_durations(text: str, ns: int) -> None:
    assert parse_duration(text) == ns


@pytest.mark.parametrize("text", ["", "5", "m5", "5 m", "1y", "-5m"])
def test_what_is_no_duration_is_refused(text: str) -> None:
    with pytest.raises(UndecodableTimeError):
        parse_duration(text)


@given(
    st.datetimes(),
    st.text("0123456789", max_size=9), st.sampled_from(["Z", "z", "+00:00", "+01:30", ""]), st.sampled_from("T "),
)  # fmt: skip
def test_the_short_way_of_reading_agrees_with_the_long_one(
    moment: datetime, digits: str, zone: str, between: str
) -> None:
    text = moment.replace(microsecond=0).isoformat(between) + (f".{digits}" if digits else "") + zone
    usual = read_usual(text)
    assert (usual is not None) == (zone == "Z" and between == "T")
    if usual is not None:
        civil = read_civil(text)
        assert usual == precise(civil.wall, civil.precision)
        assert parse_instant(format_instant(civil.wall)) == civil.wall
