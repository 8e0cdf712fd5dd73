"""Instants and bounds: integers of nanoseconds since 1970 UTC, and closed intervals of them."""

from __future__ import annotations

import re
from calendar import timegm
from functools import lru_cache
from typing import Annotated, Any, NamedTuple

from pydantic import BeforeValidator, PlainSerializer, WithJsonSchema

from timeline.errors import UndecodableTimeError
from timeline.invalid.expected import Reads

NS = 1_000_000_000
MINUTE = 60 * NS
HOUR = 60 * MINUTE
DAY = 24 * HOUR
_RFC3339 = re.compile(
    r"(\d{4}-\d\d-\d\d[Tt ]\d\d:\d\d)(?::(\d\d)(?:[.,](\d+))?)?\s*(Z|z|[+-]\d\d:?\d\d)?", re.ASCII
)
_USUAL = re.compile(r"([0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}):([0-9]{2})(?:\.([0-9]{1,9}))?Z")
_DAYS = (31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31)


class Bounds(NamedTuple):
    """A closed interval `[earliest, latest]` of instants; `earliest` None: it was already so."""

    earliest: int | None
    latest: int


class Civil(NamedTuple):
    """A written date and time: UTC-like nanoseconds, its precision, its offset (ns) if it had one.

    `spread` (ns): how much earlier than `wall` the instant may lie; a second 60 has two readings.
    """

    wall: int
    precision: int
    offset: int | None
    spread: int = 0


def format_instant(instant: int) -> str:
    """Return RFC 3339 with `Z` and 0, 3, 6 or 9 digits, the fewest that are exact."""
    seconds, fraction = divmod(instant, NS)
    minutes, second = divmod(seconds, 60)
    text = f"{_format_minute(minutes)}:{second:02d}"
    if not fraction:
        return f"{text}Z"
    if fraction % 1_000:
        return f"{text}.{fraction:09d}Z"
    if fraction % 1_000_000:
        return f"{text}.{fraction // 1_000:06d}Z"
    return f"{text}.{fraction // 1_000_000:03d}Z"


@lru_cache(maxsize=4096)  # many facts lie in few minutes
def _format_minute(minutes: int) -> str:
    days, clock = divmod(minutes, 1_440)
    year, month, day = civil_from_days(days)
    return f"{year:04d}-{month:02d}-{day:02d}T{clock // 60:02d}:{clock % 60:02d}"


def civil_from_days(days: int) -> tuple[int, int, int]:
    """Return (year, month, day) of a day count since 1970, for any year (proleptic Gregorian)."""
    era, doe = divmod(days + 719_468, 146_097)
    yoe = (doe - doe // 1460 + doe // 36_524 - doe // 146_096) // 365
    doy = doe - (365 * yoe + yoe // 4 - yoe // 100)
    mp = (5 * doy + 2) // 153
    month = mp + 3 if mp < 10 else mp - 9
    return yoe + era * 400 + (month <= 2), month, doy - (153 * mp + 2) // 5 + 1


def read_usual(text: str) -> Bounds | None:
    """Return the bounds of a time in UTC as most sources write it; None for any other text."""
    match = _USUAL.fullmatch(text)
    if not match:
        return None
    written, seconds, digits = match.groups()
    minute, second = _minute(written), int(seconds)
    if minute is None or second > 59:
        return None
    start = minute + second * NS
    if digits is None or digits == "0":  # Java and Active Directory print `.0` of whole seconds
        return Bounds(start, start + NS - 1)
    width = 10 ** (9 - len(digits))
    start += int(digits) * width
    return Bounds(start, start + width - 1)


@lru_cache(maxsize=1024)  # a source often tells one time twice
def read_civil(text: str) -> Civil:
    """Read a written date-time; raise UndecodableTimeError when it is none, or an impossible one.

    Second 60 has no number of its own since 1970: machines count it as second 59 once more, as
    second 0 already, or slew across it. `wall` is the second 0, `spread` reaches back to the 59.
    """
    match = _RFC3339.fullmatch(text.strip())
    if not match:
        raise UndecodableTimeError(f"{text!r} is not a date and time such as 2026-11-21T14:00:00Z")
    written, seconds, digits, zone = match.groups()
    minute, second = _minute(written), int(seconds or 0)
    if minute is None or second > 60:
        raise UndecodableTimeError(f"{text!r} names no time that exists")
    digits = digits or ""
    if len(digits) > 9 and digits[9:].strip("0"):
        raise UndecodableTimeError(f"{text!r} is finer than a nanosecond")
    known = 0 if digits == "0" else min(len(digits), 9)  # see `read_usual`
    precision = MINUTE if seconds is None else 10 ** (9 - known)
    wall = minute + second * NS + int(digits[:9].ljust(9, "0"))
    return Civil(wall, precision, _offset(zone, text), NS if second == 60 else 0)


@lru_cache(maxsize=4096)  # many times lie in few minutes
def _minute(written: str) -> int | None:
    """Return the start of a written minute (`2026-11-21T14:00`) as if it were UTC; None where there is none."""
    year, month, day = int(written[:4]), int(written[5:7]), int(written[8:10])
    hour, minute = int(written[11:13]), int(written[14:16])
    leap = month != 2 or day < 29 or (year % 4 == 0 and (year % 100 != 0 or year % 400 == 0))
    possible = 1 <= month <= 12 and 1 <= day <= _DAYS[month - 1] and leap and hour < 24
    if not (possible and minute < 60 and year):
        return None
    return timegm((year, month, day, hour, minute, 0)) * NS


def _offset(zone: str | None, text: str) -> int | None:
    if zone is None:
        return None
    if zone in "Zz":
        return 0
    hours, minutes = int(zone[1:3]), int(zone[-2:])
    if hours > 23 or minutes > 59:
        raise UndecodableTimeError(f"{text!r} has an impossible offset {zone}")
    return (hours * 60 + minutes) * MINUTE * (-1 if zone[0] == "-" else 1)


def parse_instant(text: str) -> int:
    """Read RFC 3339 with a zone into an instant (the first of its precision)."""
    if usual := read_usual(text):
        return usual.earliest  # type: ignore[return-value]  # a time that is written has one
    civil = read_civil(text)
    if civil.offset is None:
        raise UndecodableTimeError(
            f"{text!r} has no zone; write it as {text.strip()}Z or with an offset like +02:00"
        )
    return civil.wall - civil.offset


def precise(instant: int, precision: int) -> Bounds:
    """Return the bounds of a value that was cut to `precision` nanoseconds."""
    return Bounds(instant, instant + precision - 1)


def between(previous: int | None, sample: int) -> Bounds:
    """Return the bounds of a change seen between two samples: `[previous + 1 ns, sample]`."""
    return Bounds(None if previous is None else previous + 1, sample)


def _validate(value: Any) -> Any:
    try:
        return parse_instant(value) if isinstance(value, str) else value
    except UndecodableTimeError as err:
        raise ValueError(str(err)) from err  # so that a model says which member it is


Instant = Annotated[
    int,
    BeforeValidator(_validate),
    Reads("a time with its zone, such as 2026-11-12T14:00:00Z"),
    PlainSerializer(format_instant, return_type=str, when_used="json"),
    WithJsonSchema({"type": "string", "format": "date-time"}),
]
