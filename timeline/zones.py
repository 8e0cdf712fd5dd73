"""Times as sources write them, in bounds; and durations."""

from __future__ import annotations

import re
from datetime import date
from typing import Annotated

from pydantic import AfterValidator

from timeline.errors import UndecodableTimeError
from timeline.instant import DAY, HOUR, MINUTE, Bounds, read_usual
from timeline.invalid.expected import Reads
from timeline.written.epoch import UNITS, read_epoch
from timeline.written.forms import Written, read_written
from timeline.written.wallclock import WallClock, wall_clock

# A day less at either end: whatever the offset, the instant has a year of four digits.
_FIRST, _LAST = ((day - date(1970, 1, 1)).days * DAY for day in (date(1, 1, 2), date(9999, 12, 31)))


def check_zone(text: str) -> str:
    """Return what `zone` of `read_time` may be as it is; raise UndecodableTimeError for what it may not be."""
    if wall_clock(text, None) is None:
        raise UndecodableTimeError(f"zone {text!r} is empty; use an IANA name such as Europe/Berlin")
    return text


def _named(text: str) -> str:
    try:
        return check_zone(text)
    except UndecodableTimeError as err:
        raise ValueError(str(err)) from err


#: An option that `read_time` takes as `zone_name`; it is kept as it was written.
ZoneName = Annotated[str, AfterValidator(_named)]


def read_time(
    value: str | int | float,
    *,
    zone_name: str | None = None,
    unit: str | None = None,
    precision: int | None = None,
    year: int | None = None,
) -> Bounds:
    """Read a source's time into bounds; `precision` in ns widens what the text itself shows.

    Numbers need `unit` (s, ms, us, ns) unless they have 10, 13, 16 or 19 digits. A text without
    a zone needs `zone_name`: an IANA name, an offset, or an abbreviation with one meaning; one without a
    year (syslog) needs `year`. A day is read as all of it. Raises UndecodableTimeError.
    """
    if type(value) is str and precision is None and (usual := read_usual(value)):
        return usual
    text = str(value).strip()
    if isinstance(value, float) or unit or not _is_calendar(text):
        found = read_epoch(value, unit)
        if found is not None:
            return _within(widened(found, precision), text)
    written = read_written(text, year)
    try:
        clock = wall_clock(written.zone, zone_name)
        if clock is not None:
            return _placed(written, clock, precision)
    except UndecodableTimeError as err:
        raise UndecodableTimeError(f"{text[:80]!r}: {err}") from err
    raise UndecodableTimeError(f"{text[:80]!r} has no zone; configure `zone` for this source")


def _is_calendar(text: str) -> bool:
    """Tell whether digits alone are `YYYYMMDD`, `YYYYMMDDhhmm` or `YYYYMMDDhhmmss`: no epoch has so many."""
    return len(text) in {8, 12, 14} and text.isdecimal() and text[:2] in {"19", "20"}


def _within(found: Bounds, text: str) -> Bounds:
    if found.earliest is None or found.earliest < _FIRST or found.latest >= _LAST:
        raise UndecodableTimeError(f"{text[:80]!r} is no time between the years 1 and 9999")
    return found


def widened(found: Bounds, precision: int | None) -> Bounds:
    """Return the cells of `precision` ns that bounds lie in; the bounds where there is none."""
    if not precision or found.earliest is None:
        return found
    start = found.earliest // precision * precision
    return Bounds(start, -(-(found.latest + 1) // precision) * precision - 1)


def _placed(written: Written, clock: WallClock, precision: int | None) -> Bounds:
    wall, end = written.wall - written.spread, written.wall + written.precision
    if wall < _FIRST or end > _LAST:
        raise UndecodableTimeError("it is no time between the years 1 and 9999")
    if clock.contradicts(written.wall):
        raise UndecodableTimeError("the offset is not that of the zone beside it")
    # The clock may be put back or forward inside the cell: each end is placed by itself, outward.
    if not (clock.shows(wall) or clock.shows(end - 1)):
        raise UndecodableTimeError(f"it does not exist in {clock.place} (the clock was put forward)")
    if precision:  # outward: a spread may begin in the cell before
        width = max(written.precision, precision)
        wall, end = wall - wall % width, written.wall - written.wall % width + width
    return Bounds(min(clock.instants(wall)), max(clock.instants(end - 1)))


def parse_duration(text: str) -> int:
    """Read `90s`, `5m`, `1h30m`, `250ms`, `7d` into nanoseconds; raise UndecodableTimeError."""
    parts = re.findall(r"(?<!\d)(\d{1,30})(ns|us|ms|s|m|h|d|w)", text)
    if not parts or "".join(n + u for n, u in parts) != text.strip():
        raise UndecodableTimeError(f"{text!r} is not a duration such as 30s, 5m or 1h30m")
    units = UNITS | {"m": MINUTE, "h": HOUR, "d": DAY, "w": 7 * DAY}
    return sum(int(number) * units[unit] for number, unit in parts)


def _readable(text: str) -> str:
    try:
        parse_duration(text)
    except UndecodableTimeError as err:
        raise ValueError(str(err)) from err
    return text


#: An option that `parse_duration` reads; it is kept as it was written.
Duration = Annotated[str, AfterValidator(_readable), Reads("a duration such as '30s', '5m' or '1h30m'")]


def parse_offset(text: str) -> int:
    """Read `40s`, `+1m30s`, `-250ms` into nanoseconds; raise UndecodableTimeError."""
    plain = text.strip()
    size = plain[1:] if plain[:1] in {"+", "-"} else plain
    try:
        return parse_duration(size) * (-1 if plain.startswith("-") else 1)
    except UndecodableTimeError as err:
        raise UndecodableTimeError(f"{text!r} is not an offset such as 40s, -1m30s or +250ms") from err


def _readable_offset(text: str) -> str:
    try:
        parse_offset(text)
    except UndecodableTimeError as err:
        raise ValueError(str(err)) from err
    return text


#: An option that `parse_offset` reads: what a clock shows minus what is so; it is kept as it was written.
ClockOffset = Annotated[
    str, AfterValidator(_readable_offset), Reads("an offset such as '40s', '-1m30s' or '+250ms'")
]
