"""Times as people write them at the begin of an entry: with or without a day, a zone, an end; pure."""

from __future__ import annotations

import re
from typing import NamedTuple

from timeline.errors import UndecodableTimeError
from timeline.instant import DAY, Bounds, format_instant
from timeline.zones import read_time

MONTH = r"(?:Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sept?|Oct|Nov|Dec)[a-z]{0,6}\.?"
_WEEKDAY = r"(?:(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun)[a-z]{0,6}\.?,? )?"
_DATE = (
    rf"{_WEEKDAY}(?:[0-9]{{4}}-[0-9]{{1,2}}-[0-9]{{1,2}}|[0-9]{{4}}/[0-9]{{1,2}}/[0-9]{{1,2}}|[0-9]{{1,2}}\.[0-9]{{1,2}}\.[0-9]{{4}}|[0-9]{{1,2}}/[0-9]{{1,2}}/[0-9]{{4}}|"
    rf"{MONTH} [0-9]{{1,2}}(?:st|nd|rd|th)?(?:,? [0-9]{{4}})?(?![0-9:])|[0-9]{{1,2}}(?:st|nd|rd|th|\.)? {MONTH},?(?: [0-9]{{4}})?(?![0-9:]))"
)
_CLOCK = r"[0-9]{1,2}:[0-9]{2}(?::[0-9]{2}(?:\.[0-9]{1,9})?)?(?![0-9]|:[0-9])(?: ?[AaPp]\.?[Mm]\b\.?)?|[0-9]{1,2} ?[AaPp]\.?[Mm]\b\.?"
_ZONE = (
    r"(?:UTC|GMT|Z|CES?T|WES?T|EES?T|MESZ|MEZ|MSK|BST|IST|JST|SGT|[PMCE][SD]T|AE[SD]T|NZ[SD]T)(?![A-Za-z0-9])(?:[+-][0-9]{1,2}(?::?[0-9]{2})?)?|"
    r"\+[0-9]{2}:?[0-9]{2}(?![0-9:])|-[0-9]{4}(?![0-9:])"
)
_ABOUT = r"(?:~|≈|c\. ?|ca\.? |circa |about |around |approx(?:\.|imately)? )"
_STAMP = re.compile(
    rf"(?:[Aa]t |[Oo]n |[Ff]rom )?[*_`\[(]{{0,4}}(?P<about>{_ABOUT})?(?:(?P<date>{_DATE})(?:[ T]| ?, ?| [-–—] | at | @ ){{1,2}})?"
    rf"(?P<again>{_ABOUT})?(?P<clock>{_CLOCK})(?: ?\(?(?P<zone>{_ZONE})\)?)?"
    rf"(?:[ ]?(?:-|–|—|to|until|till)[ ]?(?:(?P<until>{_DATE})[ T])?(?P<end>{_CLOCK})(?: ?\(?(?P<last>{_ZONE})\)?)?)?[*_`\])]{{0,4}}"
)
#: Behind a clock `-05:00` is an end, but in the form of ISO 8601 an offset.
_ISO = re.compile(
    r"([0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}(?::[0-9]{2}(?:\.[0-9]{1,9})?)?-[0-9]{2}):([0-9]{2})(?![0-9:])"
)
_AFTER = re.compile(r"[ \t]{0,9}(?:[-–—:|>,]{1,2}[ \t*_]{0,9})?")
DATE, ZONE, CLOCK = (
    re.compile(rf"(?<![0-9/.-]){_DATE}(?![0-9/-])"),
    re.compile(rf"(?<![A-Za-z0-9]){_ZONE}"),
    re.compile(r"(?<![0-9:.])[0-9]{1,2}:[0-9]{2}(?![0-9])"),
)
_YEAR = re.compile(r"[0-9]{4}")
_ORDINAL = re.compile(r"(?<=[0-9])(?:(?:st|nd|rd|th)\b|\.(?= ))")
_HALF = re.compile(r"[AaPp]\.?[Mm]")


class Stamp(NamedTuple):
    """A time as written: date, clock and zone, those of its end, and whether it is only about then."""

    date: str
    clock: str
    zone: str
    until: str
    end: str
    is_about: bool

    @property
    def is_halved(self) -> bool:
        """Whether it says which half of the day."""
        return bool(_HALF.search(self.clock) or _HALF.search(self.end))

    @property
    def is_open(self) -> bool:
        """Whether a clock of it could be of either half of the day, where others say which."""
        return any(
            not _HALF.search(one) and 1 <= int(one.split(":")[0]) <= 12
            for one in (self.clock, self.end)
            if one
        )


def stamp(text: str) -> tuple[Stamp, str] | None:
    """Return the time that a text begins with, and what stands behind it; None where it begins with none."""
    text = _ISO.sub(r"\1\2", text, count=1)
    match = _STAMP.match(text)
    if not match:
        return None
    rest = text[match.end() :]
    if rest[:1].isalnum() or rest[:1] in {"%", "/"}:
        return None
    found = {name: value or "" for name, value in match.groupdict().items()}
    clock, end = found["clock"], found["end"]
    halves = [_HALF.search(one) for one in (clock, end)]
    if end and _hour(clock) <= _hour(end):  # one of the two says it for both
        clock += halves[1][0] if halves[1] and not halves[0] else ""
        end += halves[0][0] if halves[0] and not halves[1] else ""
    is_about = bool(found["about"] or found["again"])
    made = Stamp(found["date"], clock, found["zone"] or found["last"], found["until"], end, is_about)
    return made, rest[(_AFTER.match(rest) or match).end() :] if _AFTER.match(rest) else rest


def _hour(clock: str) -> int:
    return int(re.split("[: aApP]", clock)[0]) % 12


def day_in(text: str, year: str) -> str:
    """Return the one day that a text names, as `2026-11-21`; empty where it names none, or several.

    `year` is that of a day without one. Raises UndecodableTimeError for a day that can be read in two ways.
    """
    found = {match[0] for match in DATE.finditer(text)}
    return day_of(found.pop(), year) if len(found) == 1 else ""


def day_of(written: str, year: str) -> str:
    """Return a written day as `2026-11-21`; raise UndecodableTimeError where it is none, or has no year."""
    plain = _ORDINAL.sub("", written).replace(",", " ")
    if not _YEAR.search(plain):
        if not year:
            raise UndecodableTimeError("its day has no year (set `day`)")
        plain = f"{plain} {year}"
    at = read_time(" ".join(plain.split()), zone_name="UTC")
    return format_instant(at.latest)[:10]


def bounds(made: Stamp, day: str, until: str, zone: str, configured: str | None) -> Bounds:
    """Return the bounds of a time on a day, through to its end where it has one; raise UndecodableTimeError."""
    begin = read_time(f"{day} {_plain(made.clock)} {zone}".strip(), zone_name=configured)
    if not made.end:
        return begin
    end = read_time(f"{until} {_plain(made.end)} {zone}".strip(), zone_name=configured)
    if end.latest < begin.latest and not made.until:  # past midnight
        end = Bounds(None if end.earliest is None else end.earliest + DAY, end.latest + DAY)
    if end.latest < begin.latest:
        raise UndecodableTimeError("it ends before it begins")
    return Bounds(begin.earliest, end.latest)


def _plain(clock: str) -> str:
    return clock.replace(".m", "m").replace(".M", "M").rstrip(".")
