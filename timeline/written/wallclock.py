"""Wall clocks: what a zone means that is written beside a time, as an offset, a place, or an abbreviation.

Zone data come from the `tzdata` package first, so every machine reads alike. An abbreviation is read where it
has one meaning. Where it is not in force at its place (`CET` in July), who wrote it may have meant that
place's clock: it is either.
"""

from __future__ import annotations

import re
from datetime import UTC, datetime
from functools import lru_cache
from importlib import resources
from typing import NamedTuple
from zoneinfo import ZoneInfo

from timeline.errors import UndecodableTimeError
from timeline.instant import MINUTE, NS

_UTC = frozenset({"UTC", "GMT", "UT", "Z", "ZULU", "UCT"})
#: Abbreviations with one meaning, and a place whose clock they name. Those that two places use are not
#: among them (IST, CST, EST, PST, MST, BST, AST, GST, SST, AMT, WST): an offset, or `zone`, tells them.
_PLACES = {
    "WET": "Europe/Lisbon", "WEST": "Europe/Lisbon", "CET": "Europe/Paris", "CEST": "Europe/Paris",
    "MEZ": "Europe/Berlin", "MESZ": "Europe/Berlin", "EET": "Europe/Helsinki", "EEST": "Europe/Helsinki",
    "MSK": "Europe/Moscow", "TRT": "Europe/Istanbul", "IDT": "Asia/Jerusalem", "PKT": "Asia/Karachi",
    "NPT": "Asia/Kathmandu", "ICT": "Asia/Bangkok", "WIB": "Asia/Jakarta", "WITA": "Asia/Makassar",
    "WIT": "Asia/Jayapura", "SGT": "Asia/Singapore", "MYT": "Asia/Kuala_Lumpur", "HKT": "Asia/Hong_Kong",
    "PHT": "Asia/Manila", "JST": "Asia/Tokyo", "KST": "Asia/Seoul", "AWST": "Australia/Perth",
    "ACST": "Australia/Adelaide", "ACDT": "Australia/Adelaide", "AEST": "Australia/Sydney",
    "AEDT": "Australia/Sydney", "NZST": "Pacific/Auckland", "NZDT": "Pacific/Auckland",
    "HST": "Pacific/Honolulu", "AKST": "America/Anchorage", "AKDT": "America/Anchorage",
    "PDT": "America/Los_Angeles", "MDT": "America/Denver", "EDT": "America/New_York",
    "NST": "America/St_Johns", "NDT": "America/St_Johns", "BRT": "America/Sao_Paulo",
    "EAT": "Africa/Nairobi", "CAT": "Africa/Maputo", "WAT": "Africa/Lagos", "SAST": "Africa/Johannesburg",
}  # fmt: skip
_SAME = {"MEZ": "CET", "MESZ": "CEST"}
_OFFSET = r"[-+](?:\d\d?(?::\d\d(?::\d\d)?)?|\d{4}(?:\d\d)?)"
_WRITTEN_ZONE = re.compile(
    rf"(?P<utc>(?:utc|gmt|ut|z|zulu|uct)(?![a-z/_]))? ?(?P<offset>{_OFFSET}(?![\d:]))?"
    r" ?(?P<name>[a-z][\w+-]*(?:/[\w+-]+)*|[-+]\d\d(?:\d\d)?)?(?:\[!?(?P<placed>[^\]=]+)\])?(?:\[!?[-\w]+=[^\]]*\])*(?: ?\([^)]*\))?",
    re.ASCII | re.IGNORECASE,
)


@lru_cache(maxsize=64)
def zone(name: str) -> ZoneInfo:
    """Return the IANA zone `name`; raise UndecodableTimeError for abbreviations and unknown names."""
    if not re.fullmatch(r"[A-Za-z0-9_+-]+(/[A-Za-z0-9_+-]+)*", name) or (
        name.isupper() and "/" not in name and name not in {"UTC", "GMT"}
    ):
        raise UndecodableTimeError(
            f"zone {name!r}: use an IANA name such as Europe/Berlin, not an abbreviation"
        )
    if "/" in name and (name.isupper() or name.islower()):
        name = name.title()  # Oracle prints them in capitals
    path = resources.files("tzdata").joinpath("zoneinfo", *name.split("/"))
    if not path.is_file():
        raise UndecodableTimeError(f"zone {name!r} is unknown; use an IANA name such as Europe/Berlin")
    with path.open("rb") as file:
        return ZoneInfo.from_file(file, key=name)


class WallClock(NamedTuple):
    """What a written zone means: an offset (ns), or a place's clock and which of its two times."""

    offset: int | None = None
    place: str = ""
    abbreviation: str = ""
    is_configured: bool = False  # it is the configured place that gives the abbreviation its meaning
    beside: WallClock | None = None  # of a zone that stands beside the offset

    def instants(self, wall: int) -> list[int]:
        """Return the instants that a wall-clock time (ns) may be."""
        if self.offset is not None:
            return [wall - self.offset]
        readings = _readings(wall, self.place)
        every = [instant for instant, _ in readings]
        if not self.abbreviation:
            return every
        if named := [instant for instant, name in readings if name == self.abbreviation]:
            return named
        usual = _usual_offset(self.abbreviation, self.place, _naive(wall).year)
        if usual is None and self.is_configured:
            raise _ambiguous(self.abbreviation)
        return every if usual is None else [*every, wall - usual]

    def shows(self, wall: int) -> bool:
        """Tell whether a clock there ever showed this time; an abbreviation stands for an offset."""
        if self.offset is not None or self.abbreviation:
            return True
        return any(_shown(instant, self.place) == _naive(wall) for instant, _ in _readings(wall, self.place))

    def contradicts(self, wall: int) -> bool:
        """Tell whether a zone stands beside the offset whose offset then is another."""
        if self.offset is None or self.beside is None:
            return False
        return wall - self.offset not in self.beside.instants(wall)


@lru_cache(maxsize=256)
def wall_clock(written: str, zone_name: str | None) -> WallClock | None:
    """Return the clock that a written zone names, else the configured one; None where there is neither."""
    if not written.strip():
        return wall_clock(zone_name, None) if zone_name else None
    match = _WRITTEN_ZONE.fullmatch(written.strip())
    name = (match["placed"] or match["name"]) if match else None
    if match and match["offset"]:
        return WallClock(_offset(match["offset"]), beside=_beside(name))
    if match and match["utc"] and match["name"] is None:
        return WallClock(0)
    if not match or match["utc"] or name is None:
        raise UndecodableTimeError(f"zone {written.strip()[:80]!r}: use an IANA name such as Europe/Berlin")
    short = name.upper()
    if place := _PLACES.get(short):
        return WallClock(place=place, abbreviation=_SAME.get(short, short))
    if not re.fullmatch("[A-Z]{2,5}", name):
        return WallClock(place=zone(name).key)
    configured = wall_clock(zone_name, None) if zone_name else None
    if configured and configured.place and not configured.abbreviation:
        return WallClock(place=configured.place, abbreviation=name, is_configured=True)
    raise _ambiguous(name)


def _beside(name: str | None) -> WallClock | None:
    """Return the clock of a zone that stands beside an offset; None where the offset alone has a meaning."""
    if name is None:
        return None
    if name[0] in "+-":
        return WallClock(_offset(name))
    place = _PLACES.get(name.upper())
    if place is None and re.fullmatch("[A-Z]{2,5}", name):
        return WallClock(0) if name in _UTC else None
    return WallClock(place=place or zone(name).key)


def _offset(text: str) -> int:
    digits = [int(part) for part in re.findall(r"\d\d?", text)]
    hours, minutes, seconds = (*digits, 0, 0)[:3]
    if hours > 23 or minutes > 59 or seconds > 59:
        raise UndecodableTimeError(f"the offset {text} is impossible")
    return ((hours * 60 + minutes) * MINUTE + seconds * NS) * (-1 if text[0] == "-" else 1)


def _readings(wall: int, place: str) -> list[tuple[int, str | None]]:
    """Return both readings of a wall-clock time (ns) with their names; they differ where it comes twice or never."""
    past = wall % NS
    return [(instant + past, name) for instant, name in _readings_of(wall - past, place)]


@lru_cache(maxsize=4096)  # both ends of a cell are looked at, and many lie in one second
def _readings_of(second: int, place: str) -> list[tuple[int, str | None]]:
    naive = _naive(second)
    both = (naive.replace(tzinfo=zone(place), fold=fold) for fold in (0, 1))
    return [(int(reading.timestamp()) * NS, reading.tzname()) for reading in both]


def _shown(instant: int, place: str) -> datetime:
    return datetime.fromtimestamp(instant // NS, UTC).astimezone(zone(place)).replace(tzinfo=None)


def _naive(wall: int) -> datetime:
    return datetime.fromtimestamp(wall // NS, UTC).replace(tzinfo=None)


@lru_cache(maxsize=1024)
def _usual_offset(abbreviation: str, place: str, year: int) -> int | None:
    """Return the offset (ns) that an abbreviation has at a place some time in a year; None where it has none."""
    for month in range(1, 13):
        moment = datetime(year, month, 15, tzinfo=zone(place))
        offset = moment.utcoffset()
        if moment.tzname() == abbreviation and offset is not None:
            return int(offset.total_seconds()) * NS
    return None


def _ambiguous(name: str) -> UndecodableTimeError:
    return UndecodableTimeError(
        f"the abbreviation {name} is ambiguous; use an offset such as +01:00, or set `zone` to the place's"
        " IANA name, such as Europe/Berlin"
    )
