"""Written dates and times: the forms of ISO 8601, RFC 2822, databases, log files, languages, and people.

What can be read in two ways is refused, and so is a text that contradicts itself (a weekday that is not
that day's). The zone stays as it was written: `timeline.zones` knows what it means.
"""

from __future__ import annotations

import re
from datetime import date
from functools import lru_cache
from typing import NamedTuple

from timeline.errors import UndecodableTimeError
from timeline.instant import DAY, HOUR, MINUTE, NS

_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")


class Written(NamedTuple):
    """A written date and time: wall clock (ns, as if it were UTC), its precision, and its zone as written.

    `spread` (ns): how much earlier than `wall` the instant may lie; a second 60 has two readings.
    """

    wall: int
    precision: int
    zone: str
    spread: int = 0


_NAME = (
    r"(?P<name>jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|may|june?|july?|aug(?:ust)?|"
    r"sept?(?:ember)?|oct(?:ober)?|nov(?:ember)?|dec(?:ember)?)\.?"
)
_CLOCK = (
    r"(?P<hour>\d\d?)(?::(?P<minute>\d\d)(?::(?P<second>\d\d))?)?(?:[.,](?P<fraction>\d+))?"
    r"(?: ?(?P<half>[ap])\.?m\.?(?![a-z]))?"
)
_PACKED = r"(?P<hour>\d\d)(?:(?P<minute>\d\d)(?P<second>\d\d)?)?(?:[.,](?P<fraction>\d+))?"
_ZONE = r"(?P<zone> ?(?!t\d)[-+a-z(\[].*)?"


def _form(day: str, between: str, clock: str = _CLOCK) -> re.Pattern[str]:
    return re.compile(f"{day}(?:{between}{clock})?{_ZONE}", re.ASCII | re.IGNORECASE)


_FORMS = (
    # 2026-11-21T14:00:00.123+01:00, 2026/11/21 14:00 (Go, nginx), 2026-1-5 9:03
    _form(r"(?P<year>\d{4})(?P<sep>[-/.])(?P<month>\d\d?)(?P=sep)(?P<day>\d\d?)", r"(?:[t_:]|,? )"),
    # 2026-W47-6T14:00Z, 2026-325T14:00Z, and their basic forms
    _form(r"(?P<year>\d{4})-?w(?P<week>\d\d)-?(?P<number>[1-7])", "[t ]"),
    _form(r"(?P<year>\d{4})-?w(?P<week>\d\d)-?(?P<number>[1-7])", "[t ]", _PACKED),
    _form(r"(?P<year>\d{4})-?(?P<ordinal>\d{3})", "[t ]"),
    _form(r"(?P<year>\d{4})-?(?P<ordinal>\d{3})", "[t ]", _PACKED),
    # 20261121T140000Z, 20261121140000, 20261121 14:00:00
    _form(r"(?P<year>\d{4})(?P<month>\d\d)(?P<day>\d\d)", "[t_ -]?", _PACKED),
    _form(r"(?P<year>\d{4})(?P<month>\d\d)(?P<day>\d\d)", "[t_ -]"),
    # 21.11.2026 14:00: with dots the day is first
    _form(r"(?P<day>\d\d?)\.(?P<month>\d\d?)\.(?P<year>\d{4})", ",? "),
    # 11/21/2026 2:00:00 PM, 21-11-2026 14:00: only where one of the two can be no month
    _form(r"(?P<one>\d\d?)(?P<sep>[-/])(?P<other>\d\d?)(?P=sep)(?P<year>\d{4})", ",? "),
    # 21/Nov/2026:14:00:00 (Apache), 21 Nov 2026 (RFC 2822), 21-NOV-26 (Oracle, RFC 850)
    _form(rf"(?P<day>\d\d?)(?P<sep>[-/ .]){_NAME}(?P=sep)(?P<year>\d{{4}}|\d\d)", "(?:[:t]|,? (?:at |@ )?)"),
    # November 21, 2026 2:00 PM; Nov 21, 2026 @ 14:00:00.000 (Kibana)
    _form(rf"{_NAME} (?P<day>\d\d?),? (?P<year>\d{{4}})", ",? (?:at |@ )?"),
    # 2026-Nov-21 14:00:00
    _form(rf"(?P<year>\d{{4}})(?P<sep>[-/ ]){_NAME}(?P=sep)(?P<day>\d\d?)", "[t ]"),
)
# Nov 21 14:00:00 2026 (asctime, Apache), Nov 21 14:00:00 CET 2026 (date, Java), and without a year (syslog)
_ASCTIME = re.compile(
    rf"{_NAME} (?P<day>\d\d?) {_CLOCK}(?P<early> [-+a-z][-+:\w/]*)?(?: (?P<year>\d{{4}}))?{_ZONE}",
    re.ASCII | re.IGNORECASE,
)
_WEEKDAY = re.compile(
    r"(mon(?:day)?|tue(?:s(?:day)?)?|wed(?:nesday)?|thu(?:rs(?:day)?)?|fri(?:day)?|sat(?:urday)?|sun(?:day)?)"
    r"\.?,? ?(?=[a-z0-9])", re.ASCII | re.IGNORECASE,
)  # fmt: skip
_DOTTED = re.compile(r"(?<=\d)[- ](\d\d?)\.(\d\d)\.(\d\d)(?=[. ]|$)", re.ASCII)  # DB2, Oracle
_CIM = re.compile(r"(\d{14}\.\d{6}[-+])(\d{3})", re.ASCII)  # WMI: the offset is in minutes
_SINCE_START = re.compile(r" m=[-+][0-9.]+$")  # Go's monotonic clock
_LONGEST = 200  # characters; nothing that is longer is a time
_SPACE = re.compile(r"[\s\u00a0\u202f]+")


@lru_cache(maxsize=4096)  # a source often tells one time twice
def read_written(text: str, year: int | None = None) -> Written:
    """Read a date and time, or a day; raise UndecodableTimeError where there is none, or more than one.

    `year` is that of a text which names none.
    """
    plain, weekday = _plain(text) if len(text) <= _LONGEST else ("", "")
    for form in _FORMS:
        match = form.fullmatch(plain)
        # 2026-11-21-05:00 is a day with an offset to some, a day and a time to others.
        if match and (match["hour"] or not (match["zone"] or "").startswith("-")):
            return _of(match.groupdict(), match["zone"] or "", weekday, text)
    if match := _ASCTIME.fullmatch(plain):
        parts = match.groupdict()
        if not parts["year"]:
            if year is None:
                raise UndecodableTimeError(
                    f"{_cut(text)!r} names no year; configure it with the mapping's `year`"
                )
            parts["year"] = f"{year:04d}"
        return _of(parts, f"{parts['early'] or ''} {parts['zone'] or ''}", weekday, text)
    raise UndecodableTimeError(f"{_cut(text)!r} is not a date and time such as 2026-11-21T14:00:00Z")


def _cut(text: str) -> str:
    return text if len(text) <= 80 else f"{text[:79]}…"


def _plain(text: str) -> tuple[str, str]:
    """Return a text without what stands around date, time and zone, and the weekday that it names."""
    plain = _SPACE.sub(" ", text.replace("\u2212", "-")).strip()
    if plain.startswith("[") and plain.endswith("]") and "[" not in plain[1:]:
        plain = plain[1:-1].strip()
    plain = _DOTTED.sub(r" \1:\2:\3", _SINCE_START.sub("", plain))
    if cim := _CIM.fullmatch(plain):
        hours, minutes = divmod(int(cim[2]), 60)
        return f"{cim[1]}{hours:02d}{minutes:02d}", ""
    if found := _WEEKDAY.match(plain):
        return plain[found.end() :], found[1][:3].lower()
    return plain, ""


def _of(parts: dict[str, str | None], zone: str, weekday: str, text: str) -> Written:
    try:
        day = _day(parts, weekday, text)
    except ValueError as err:
        raise UndecodableTimeError(f"{_cut(text)!r} names no time that exists") from err
    if weekday and day.weekday() != _WEEKDAYS.index(weekday):
        raise UndecodableTimeError(
            f"{_cut(text)!r} names no time that exists: that day is no {weekday.title()}"
        )
    start = (day.toordinal() - _EPOCH) * DAY
    if not parts["hour"]:
        return Written(start, DAY, zone.strip())
    clock, precision, spread = _clock(parts, text)
    return Written(start + clock, precision, zone.strip(), spread)


_EPOCH = date(1970, 1, 1).toordinal()


def _day(parts: dict[str, str | None], weekday: str, text: str) -> date:
    """Return the day; raise ValueError where there is none."""
    year, day = int(parts["year"] or 0), int(parts.get("day") or 0)
    if len(parts["year"] or "") == 2:
        # 21-NOV-26 could be a day of 2021, but with a time it is RFC 822 or 850, or Oracle's `DD-MON-RR`.
        year += 2000 if year < 50 else 1900
        if parts["sep"] not in {"-", " "} or not parts["hour"]:
            raise UndecodableTimeError(f"{_cut(text)!r}: the year has two digits")
    if parts.get("week"):
        return date.fromisocalendar(year, int(parts["week"] or 0), int(parts["number"] or 0))
    if parts.get("ordinal"):
        found = date.fromordinal(date(year, 1, 1).toordinal() + int(parts["ordinal"] or 0) - 1)
        if found.year != year:
            raise ValueError("there is no such day of the year")
        return found
    if name := parts.get("name"):
        return date(year, _MONTHS.index(name[:3].lower()) + 1, day)
    if parts.get("one"):
        return _either(year, int(parts["one"] or 0), int(parts["other"] or 0), weekday, text)
    return date(year, int(parts["month"] or 0), day)


def _either(year: int, one: int, other: int, weekday: str, text: str) -> date:
    """Return the day of two numbers, either of which may be the month, where only one reading exists."""
    days = set()
    for month, day in ((one, other), (other, one)):
        try:
            days.add(date(year, month, day))
        except ValueError:
            continue
    if weekday and len(days) == 2:
        days = {day for day in days if day.weekday() == _WEEKDAYS.index(weekday)}
    if len(days) > 1:
        raise UndecodableTimeError(f"{_cut(text)!r}: day and month are ambiguous; write 2026-11-21")
    if not days:
        raise ValueError("there is no such day")
    return days.pop()


def _clock(parts: dict[str, str | None], text: str) -> tuple[int, int, int]:
    """Return the time of day, its precision and spread (ns)."""
    hour, minute, second = (int(parts[name] or 0) for name in ("hour", "minute", "second"))
    if half := parts.get("half"):
        if not 1 <= hour <= 12:
            raise UndecodableTimeError(f"{_cut(text)!r} names no time that exists")
        hour = hour % 12 + (12 if half in "pP" else 0)
    unit = NS if parts["second"] else MINUTE if parts["minute"] else HOUR
    if unit == HOUR and not half and len(parts["hour"] or "") < 2:
        raise UndecodableTimeError(f"{_cut(text)!r} is not a date and time such as 2026-11-21T14:00:00Z")
    digits = (parts["fraction"] or "")[:12]  # finer than a nanosecond: the one that it lies in
    digits = "" if digits == "0" else digits  # see `timeline.instant.read_usual`
    past = int(digits or 0) * unit // 10 ** len(digits)
    is_midnight = hour == 24 and not (minute or second or int(parts["fraction"] or 0))
    if minute > 59 or second > 60 or (hour > 23 and not is_midnight):
        raise UndecodableTimeError(f"{_cut(text)!r} names no time that exists")
    clock = hour * HOUR + minute * MINUTE + second * NS + past
    # Second 60 has no number of its own since 1970: see `timeline.instant.read_civil`.
    return clock, max(unit // 10 ** len(digits), 1), NS if second == 60 else 0
