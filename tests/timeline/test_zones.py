"""Times as sources write them: one reader for all of them, and no guess in it."""

from __future__ import annotations

from datetime import datetime, timedelta, timezone
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from timeline.errors import UndecodableTimeError
from timeline.instant import MINUTE, NS, Bounds, format_instant, parse_instant, precise
from timeline.zones import check_zone, read_time

TWO = parse_instant("2026-11-21T14:00:00Z")
SECOND, IN_MINUTE = precise(TWO, NS), precise(TWO, MINUTE)


def of_digits(fraction: str) -> Bounds:
    return precise(parse_instant(f"2026-11-21T14:00:00.{fraction}Z"), 10 ** (9 - len(fraction)))


@pytest.mark.parametrize(
    ("text", "bounds"),
    [
        # ISO 8601 and RFC 3339
        ("2026-11-21t14:00:00z", SECOND), ("2026-11-21T14:00:00 Z", SECOND), ("2026-11-21 15:00:00+01", SECOND),
        ("2026-11-21T19:30:00+0530", SECOND), ("2026-11-21T19:30:00 +05:30", SECOND), ("2026-11-21T09:00:00−05:00", SECOND),
        ("20261121T140000Z", SECOND), ("20261121T1500+01", IN_MINUTE), ("20261121 140000.123Z", of_digits("123")),
        ("2026-W47-6T14:00:00Z", SECOND), ("2026W476T140000Z", SECOND),
        ("2026-325T14:00:00Z", SECOND), ("2026325T140000Z", SECOND), ("2026-11-21T14:00:00,5Z", of_digits("5")),
        ("2026-11-21T14Z", precise(TWO, 60 * MINUTE)), ("2026-11-21T13:59.5Z", precise(TWO - 30 * NS, 6 * NS)),
        ("2026-11-20T24:00:00Z", precise(parse_instant("2026-11-21T00:00:00Z"), NS)),
        ("2026-11-21T15:00+01:00[Europe/Berlin]", IN_MINUTE), ("2026-11-21T14:00Z[Europe/Berlin]", IN_MINUTE),
        ("2026-11-21T15:00:00+01:00[Europe/Berlin][u-ca=gregory]", SECOND), ("2026-11-21T15:00[Europe/Berlin]", IN_MINUTE),
        ("2026-11-21T14:00:00.123456789012Z", of_digits("123456789")),
        # RFC 2822, HTTP, RFC 850, asctime, `date`, JavaScript
        ("Sat, 21 Nov 2026 15:00:00 +0100", SECOND), ("Sat, 21 Nov 2026 15:00:00 +0100 (CET)", SECOND),
        ("21 Nov 2026 14:00 UT", IN_MINUTE), ("Sat, 21 Nov 2026 14:00:00 GMT", SECOND), ("Saturday, 21-Nov-26 14:00:00 GMT", SECOND),
        ("Sat Nov 21 14:00:00 UTC 2026", SECOND), ("Sat Nov 21 15:00:00 2026 +0100", SECOND), ("Sat Nov 21 02:00:00 PM UTC 2026", SECOND),
        ("Sat Nov 21 2026 15:00:00 GMT+0100 (Central European Standard Time)", SECOND),
        # servers: Apache, nginx, systemd, Kibana
        ("[21/Nov/2026:14:00:00 +0000]", SECOND), ("21/Nov/2026:14:00:00.123 +0000", of_digits("123")), ("Sat 2026-11-21 15:00:00 CET", SECOND),
        ("Nov 21, 2026 @ 14:00:00.000 UTC", of_digits("000")),
        # databases
        ("2026-11-21 14:00:00.5+00", of_digits("5")), ("2026-11-21 14:00:00.123 UTC", of_digits("123")), ("Sat Nov 21 15:00:00 2026 CET", SECOND),
        ("21.11.2026 15:00:00 CET", SECOND), ("21-NOV-26 02.00.00.000000 PM +00:00", of_digits("000000")), ("2026-11-21-14.00.00.123456 UTC", of_digits("123456")),
        # languages: Go, Ruby, Java, .NET
        ("2026-11-21 15:00:00.123456789 +0100 CET m=+0.0012", of_digits("123456789")), ("2026-11-21 17:00:00 +0300 +03", SECOND),
        ("2026-11-21 19:30:00 +0530 IST", SECOND), ("Sat Nov 21 15:00:00 CET 2026", SECOND), ("/Date(1795269600000+0100)/", of_digits("000")),
        ("Saturday, November 21, 2026 2:00:00 PM UTC", SECOND), ("11/21/2026 2:00:00\u202fPM GMT", SECOND),
        ("20261121150000.000000+060", of_digits("000000")), ("21 Nov 26 14:00 UTC", IN_MINUTE), ("Sat Nov 21 15:00:00 +0100 2026", SECOND),
        ("21-NOV-26 03.00.00.500 PM EUROPE/BERLIN", of_digits("500")), ("2026-11-21 14:00:00.0 UTC", SECOND), ("2026-11-21T14:00:00.0Z", SECOND),
        ("20261121140000.0Z", SECOND), ("[2026-11-21 14:00:00 +0000]", SECOND), ("21 Nov 2026 14:00:00,123 UTC", of_digits("123")),
        ("Nov. 21, 2026, 2 p.m. UTC", precise(TWO, 60 * MINUTE)),
        # zones by name
        ("2026-11-21 15:00:00 Europe/Berlin", SECOND), ("2026-11-21 16:00:00 GMT+2", SECOND), ("2026-11-21 23:00:00 JST", SECOND),
    ],
)  # fmt: skip
def test_forms_that_say_one_thing_are_read(text: str, bounds: Bounds) -> None:
    assert read_time(text) == bounds


@pytest.mark.parametrize(
    "text",
    [
        "2026/11/21 15:00:00", "Sat Nov 21 15:00:00 2026", "2026-11-21 15:00:00", "21.11.2026 15:00:00", "20261121150000", "20261121-15:00:00",
        "Nov 21, 2026 3:00:00 PM", "11/21/2026 3:00:00 PM", "21-11-2026 15:00:00", "2026-Nov-21 15:00:00", "Nov 21 2026  3:00:00PM",
        "2026-11-21 3:00:00 p.m.", "21-NOV-26 03.00.00 PM",
    ],
)  # fmt: skip
def test_forms_without_a_zone_are_read_by_the_configured_one_and_refused_without(text: str) -> None:
    for zone in ("Europe/Berlin", "CET", "+01:00", "+0100"):
        assert read_time(text, zone_name=check_zone(zone)) == SECOND
    with pytest.raises(UndecodableTimeError, match="has no zone; configure"):
        read_time(text)


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("2026-11-21 14:00:00 IST", "IST is ambiguous"), ("Sat Nov 21 14:00:00 CST 2026", "CST is ambiguous"), ("2026-07-21 14:00 BST", "BST is ambiguous"),
        ("11/10/2026 14:00Z", "day and month are ambiguous"), ("10-11-2026", "day and month are ambiguous"), ("Nov 21 14:00:00", "names no year"),
        ("21-NOV-26", "two digits"), ("Sun, 21 Nov 2026 14:00:00 GMT", "no Sun"), ("2026-11-21T15:00+02:00[Europe/Berlin]", "not that of the zone"),
        ("2026-11-21 14:00:00 +0100 UTC", "not that of the zone"), ("2026-11-21T24:00:01Z", "no time that exists"), ("2026-11-21 13:00 PM UTC", "no time that exists"),
        ("2026-366T00:00Z", "no time that exists"), ("2026-W54-1T00:00Z", "no time that exists"), ("2026-11-21-05:00", "is not a date and time"),
        ("14:00:00", "is not a date and time"), ("2026-11-21 14:00:00 ERROR it broke", "zone"), ("2026-11-21T14:00:00+24:00", "impossible"), ("9999-12-31T23:59:59-01:00", "years"),
        ("9" * 5000, "is not a date"), ("1e300", "unit"),
    ],
)  # fmt: skip
def test_what_could_be_read_in_two_ways_or_none_is_refused(text: str, why: str) -> None:
    with pytest.raises(UndecodableTimeError, match=why):
        read_time(text)


def test_a_day_is_all_of_it_where_the_clock_is_put_back_too() -> None:
    assert read_time("2026-11-21Z") == precise(parse_instant("2026-11-21T00:00:00Z"), 1440 * MINUTE)
    long = read_time("25.10.2026", zone_name="Europe/Berlin")
    assert long == precise(parse_instant("2026-10-24T22:00:00Z"), 25 * 60 * MINUTE)
    assert read_time(20261121, zone_name="UTC") == read_time("2026-11-21Z")


def test_an_abbreviation_tells_which_of_the_two_hours_it_was() -> None:
    assert read_time("2026-10-25 02:30 CEST") == read_time("2026-10-25T00:30Z")
    assert read_time("2026-10-25 02:30 CET") == read_time("2026-10-25T01:30Z")


def test_an_abbreviation_of_the_other_half_of_the_year_may_mean_either() -> None:
    summer = read_time("2026-07-01 14:00:00 CET")
    assert summer == Bounds(
        parse_instant("2026-07-01T12:00:00Z"), parse_instant("2026-07-01T13:00:00Z") + NS - 1
    )


def test_an_ambiguous_abbreviation_is_what_it_is_at_the_configured_place() -> None:
    assert read_time("2026-11-21 08:00:00 CST", zone_name="America/Chicago") == SECOND
    assert read_time("2026-11-21 22:00:00 CST", zone_name="Asia/Shanghai") == SECOND
    for place in ("Europe/Berlin", "CET", "+01:00"):
        with pytest.raises(UndecodableTimeError, match="CST is ambiguous"):
            read_time("2026-11-21 08:00:00 CST", zone_name=place)


EPOCH = 1_795_269_785


@pytest.mark.parametrize(
    ("value", "bounds"),
    [
        (float(EPOCH), precise(EPOCH * NS, NS)), (f"{EPOCH}.000", precise(EPOCH * NS, NS)), (f"@{EPOCH}", precise(EPOCH * NS, NS)),
        (EPOCH + 0.5, precise(EPOCH * NS + NS // 2, NS // 10)), (EPOCH * 1e3, precise(EPOCH * NS, NS // 1000)), ("1.795269785e9", precise(EPOCH * NS, NS)),
        # digits that are not written were rounded, or cut: the bounds hold either
        ("1.7952e9", Bounds(1_795_200_000 * NS - 50_000 * NS, 1_795_350_000 * NS - 1)),
    ],
)  # fmt: skip
def test_zeros_behind_the_point_of_a_number_say_nothing(value: float | str, bounds: Bounds) -> None:
    assert read_time(value) == bounds


@given(st.integers(10**18, 2 * 10**18), st.sampled_from(["s", "ms", "us", "ns"]))
def test_a_number_that_became_a_double_lies_in_its_bounds(instant: int, unit: str) -> None:
    scale = {"s": NS, "ms": 1_000_000, "us": 1_000, "ns": 1}[unit]
    value = instant / scale
    at = read_time(value, unit=unit)
    digits = Decimal(repr(value)).normalize().as_tuple().digits
    assert at.earliest is not None
    assert at.earliest <= int(Decimal(repr(value)) * scale) <= at.latest
    assert len(digits) <= 15 or at.earliest <= instant <= at.latest  # fewer are what was written, exactly


@given(
    st.datetimes(datetime(1970, 1, 2), datetime(9000, 1, 1)), st.integers(-14 * 60, 14 * 60),  # noqa: DTZ001
    st.sampled_from(["%Y-%m-%dT%H:%M:%S%z", "%a, %d %b %Y %H:%M:%S %z", "%d/%b/%Y:%H:%M:%S %z", "%Y%m%dT%H%M%S%z", "%G-W%V-%uT%H:%M:%S%z", "%Y-%jT%H:%M:%S%z", "%a %b %d %H:%M:%S %Y %z", "%d.%m.%Y %I:%M:%S %p %z"]),
)  # fmt: skip
def test_whatever_the_form_it_is_the_same_second(moment: datetime, offset: int, form: str) -> None:
    aware = moment.replace(microsecond=0, tzinfo=timezone(timedelta(minutes=offset)))
    assert read_time(aware.strftime(form)) == precise(int(aware.timestamp()) * NS, NS)
    assert format_instant(int(aware.timestamp()) * NS) == format_instant(
        read_time(aware.isoformat()).earliest or 0
    )


@given(
    st.text(max_size=40) | st.from_regex(r"[0-9TZ:.,+\-/ ]{1,30}", fullmatch=True),
    st.sampled_from([None, "Europe/Berlin", "CET", "America/Chicago"]),
)
def test_any_text_is_a_time_or_refused(text: str, zone: str | None) -> None:
    try:
        at = read_time(text, zone_name=zone)
    except UndecodableTimeError:
        return
    assert at.earliest is not None
    assert at.earliest <= at.latest
    assert parse_instant(format_instant(at.latest)) == at.latest
