"""Local times: zone data comes from the `tzdata` package first, so every machine reads alike."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from functools import lru_cache
from importlib import resources
from typing import Annotated
from zoneinfo import ZoneInfo

from pydantic import AfterValidator

from timeline.errors import UndecodableTimeError
from timeline.instant import MINUTE, NS, Bounds, precise, read_civil, read_usual

_UNITS = {"s": NS, "ms": 1_000_000, "us": 1_000, "ns": 1}
_BY_DIGITS = {10: "s", 13: "ms", 16: "us", 19: "ns"}
_ABBREVIATION = re.compile(r"\s([A-Z]{2,5})$")
_NUMBER = re.compile(r"(-?)(\d+)(?:\.(\d+))?")


@lru_cache(maxsize=64)
def zone(name: str) -> ZoneInfo:
    """Return the IANA zone `name`; raise UndecodableTimeError for abbreviations and unknown names."""
    if not re.fullmatch(r"[A-Za-z0-9_+-]+(/[A-Za-z0-9_+-]+)*", name) or (
        name.isupper() and "/" not in name and name not in {"UTC", "GMT"}
    ):
        raise UndecodableTimeError(
            f"zone {name!r}: use an IANA name such as Europe/Berlin, not an abbreviation"
        )
    path = resources.files("tzdata").joinpath("zoneinfo", *name.split("/"))
    if not path.is_file():
        raise UndecodableTimeError(f"zone {name!r} is unknown; use an IANA name such as Europe/Berlin")
    with path.open("rb") as file:
        return ZoneInfo.from_file(file, key=name)


def local_bounds(wall: int, precision: int, zone_name: str) -> Bounds:
    """Place `[wall, wall + precision)` of a zone's wall clock; an hour that comes twice spans both readings.

    Raises UndecodableTimeError where `wall` does not exist: the clock was put forward across it.
    """
    if not any(_shows(instant, wall, zone_name) for instant in _instants(wall, zone_name)):
        shown = _naive(wall).isoformat()
        raise UndecodableTimeError(f"{shown} does not exist in {zone_name} (the clock was put forward)")
    return _cell(wall, precision, zone_name)


def _cell(wall: int, width: int, zone_name: str) -> Bounds:
    # The clock may be put back or forward inside the cell: each end is placed by itself, outward.
    return Bounds(min(_instants(wall, zone_name)), max(_instants(wall + width - 1, zone_name)))


def _instants(wall: int, zone_name: str) -> list[int]:
    """Return both readings of a wall-clock time (ns); they differ where it comes twice or never."""
    naive = _naive(wall)
    readings = (naive.replace(tzinfo=zone(zone_name), fold=fold) for fold in (0, 1))
    return [int(reading.timestamp()) * NS + wall % NS for reading in readings]


def _shows(instant: int, wall: int, zone_name: str) -> bool:
    moment = datetime.fromtimestamp(instant // NS, UTC).astimezone(zone(zone_name))
    return moment.replace(tzinfo=None) == _naive(wall)


def _naive(wall: int) -> datetime:
    return datetime.fromtimestamp(wall // NS, UTC).replace(tzinfo=None)


def read_time(
    value: str | int | float,
    *,
    zone_name: str | None = None,
    unit: str | None = None,
    precision: int | None = None,
) -> Bounds:
    """Read a source's time into bounds; `precision` in ns widens what the text itself shows.

    Numbers need `unit` (s, ms, us, ns) unless they have 10, 13, 16 or 19 digits. A text without
    a zone needs `zone_name`. Raises UndecodableTimeError.
    """
    if type(value) is str and precision is None and (usual := read_usual(value)):
        return usual
    text = repr(value) if isinstance(value, float) else str(value).strip()
    number = _NUMBER.fullmatch(text)
    if number:
        return _number(number, text, unit, precision)
    if found := _ABBREVIATION.search(text):
        raise UndecodableTimeError(
            f"{text!r}: the abbreviation {found[1]} is ambiguous; use an offset such as +01:00"
        )
    civil = read_civil(text)
    width = max(civil.precision, precision or 1)
    wall = civil.wall - civil.spread
    end = civil.wall - civil.wall % width + width if precision else civil.wall + width
    start = wall - wall % width if precision else wall  # outward: a spread may begin in the cell before
    if civil.offset is not None:
        return precise(start - civil.offset, end - start)
    if zone_name is None:
        raise UndecodableTimeError(f"{text!r} has no zone; configure `zone` for this source")
    own = local_bounds(wall, civil.spread + civil.precision, zone_name)
    return _cell(start, end - start, zone_name) if precision else own


def _number(match: re.Match[str], text: str, unit: str | None, precision: int | None) -> Bounds:
    name = unit or _BY_DIGITS.get(len(match[2]))
    if name not in _UNITS:
        raise UndecodableTimeError(f"{text!r}: say the `unit` of this number (s, ms, us or ns)")
    scale = _UNITS[name]
    digits = match[3] or ""
    fraction = int((digits + "0" * 9)[:9]) * scale // NS
    instant = int(match[2]) * scale + fraction
    instant = -instant if match[1] else instant
    width = max(precision or 1, scale // 10 ** min(len(digits), len(str(scale)) - 1), 1)
    start = instant - instant % width if precision else instant
    return precise(start, width)


def parse_duration(text: str) -> int:
    """Read `90s`, `5m`, `1h30m`, `250ms`, `7d` into nanoseconds; raise UndecodableTimeError."""
    parts = re.findall(r"(\d+)(ns|us|ms|s|m|h|d|w)", text)
    if not parts or "".join(n + u for n, u in parts) != text.strip():
        raise UndecodableTimeError(f"{text!r} is not a duration such as 30s, 5m or 1h30m")
    units = _UNITS | {"m": MINUTE, "h": 60 * MINUTE, "d": 1440 * MINUTE, "w": 7 * 1440 * MINUTE}
    return sum(int(number) * units[unit] for number, unit in parts)


def _readable(text: str) -> str:
    try:
        parse_duration(text)
    except UndecodableTimeError as err:
        raise ValueError(str(err)) from err
    return text


#: An option that `parse_duration` reads; it is kept as it was written.
Duration = Annotated[str, AfterValidator(_readable)]


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
ClockOffset = Annotated[str, AfterValidator(_readable_offset)]
