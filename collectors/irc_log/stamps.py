"""The times of an IRC log's lines: a clock on each, the day there too, in a line of its own, or in the file's name."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator
from datetime import date, timedelta
from typing import NamedTuple

from collectors.kit.texts.parts import RawLine
from timeline.errors import UndecodableTimeError
from timeline.instant import HOUR, Bounds, civil_from_days
from timeline.model import Window
from timeline.relative import meets
from timeline.zones import read_time

#: `14:05 `, `[14:05:12] `, `2026-11-21 14:05:12<tab>`, `[2026-11-21T14:05:12.123Z] `.
_STAMP = re.compile(
    r"(\[)?(?:([0-9]{4}-[0-9]{2}-[0-9]{2})[ T])?([0-9]{2}:[0-9]{2}(?::[0-9]{2}(?:[.,][0-9]{1,9})?)?)(Z|[+-][0-9]{2}:?[0-9]{2})?(?(1)\])(?: |(?=\t)|$)"
)
_DAY = re.compile(
    r"(?:--- (?:Log opened|Log closed|Day changed)|\*{4} (?:BEGIN|ENDING) LOGGING AT) (?:[A-Z][a-z]{2} )?([A-Z][a-z]{2}) ([ 0-9][0-9]) (?:[0-9:]{8} )?([0-9]{4})"
)
_NAMED = re.compile(r"(?<![0-9])([0-9]{4})-?([0-9]{2})-?([0-9]{2})(?![0-9])")
_MONTHS = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"]
_KEPT = 100  # lines that cannot be read that are kept; more are counted
_BACK = 12 * HOUR  # a clock that goes back by more has passed midnight
NO_DAY = "it has no day: neither the line nor the file's name says one (set `day`)"


class Stamped(NamedTuple):
    """A line's day and clock as text, when that is, and what stands behind it."""

    day: str
    clock: str
    at: Bounds
    rest: str


class Days:
    """Reads line after line of one file; `day` is that of lines which have none, until a line says another."""

    def __init__(self, day: str | None, zone: str) -> None:
        self._day, self._zone = day, zone
        self._is_assumed = True
        self._last = 0

    def read(self, text: str) -> Stamped | str | None:
        """Return a line with its time; why it has none; or None for a line that only says the day, or nothing."""
        if match := _DAY.match(text):
            month = _MONTHS.index(match[1]) + 1 if match[1] in _MONTHS else 0
            self._day, self._is_assumed = f"{match[3]}-{month:02d}-{int(match[2]):02d}", False
            return None
        if not text.strip():
            return None
        match = _STAMP.match(text)
        if not match:
            return "it begins with no time"
        day = match[2] or self._on(match[3])
        if day is None:
            return NO_DAY
        return stamped(day, match[3] + (match[4] or ""), text[match.end() :], self._zone)

    def _on(self, clock: str) -> str | None:
        """Return the day of a clock; one that goes back by half a day has passed midnight."""
        if self._day is None or not self._is_assumed:
            return self._day
        now = (int(clock[:2]) * 60 + int(clock[3:5])) * (HOUR // 60)
        if now + _BACK < self._last:
            self._day = (date.fromisoformat(self._day) + timedelta(days=1)).isoformat()
        self._last = now
        return self._day


def stamped(day: str, clock: str, rest: str, zone: str) -> Stamped | str:
    """Return a line of a day and a clock; why there is no such time."""
    try:
        return Stamped(day, clock, read_time(f"{day}T{clock}", zone_name=zone), rest)
    except UndecodableTimeError as err:
        return str(err)


def day_named(name: str) -> str | None:
    """Return the day that a file's name says (`2026-11-21.log`, `#ops_20261121.log`); None where it says none."""
    for match in _NAMED.finditer(name):
        try:
            return date(*map(int, match.groups())).isoformat()
        except ValueError:
            continue
    return None


def day_of(instant: int) -> str:
    """Return the day (UTC) of an instant."""
    year, month, day = civil_from_days(instant // (24 * HOUR))
    return f"{year:04d}-{month:02d}-{day:02d}"


def of_window(days: Days, window: Window) -> Callable[[Iterator[RawLine]], Iterator[bytes]]:
    """Return what keeps the lines of a window as JSON: `line`, `day`, `clock` and `text`, or `broken`.

    The last entry says how many `lines` the file has, of which time (ns) the `first` and the `last` of them are, and
    how many broken ones were not kept.
    """

    def keep(lines: Iterator[RawLine]) -> Iterator[bytes]:
        first, last, broken, number = None, None, 0, 0
        for number, raw in lines:
            text = None if raw is None else raw.decode("utf-8", "replace")
            found = "it is longer than a line may be" if text is None else days.read(text)
            if isinstance(found, str):
                broken += 1
                if broken <= _KEPT:
                    yield _entry(line=number, broken=found, text=(text or "")[:1000])
            elif found:
                first = found.at.earliest if first is None else first
                last = found.at.latest
                if meets(*found.at, window.start, window.end):
                    yield _entry(line=number, day=found.day, clock=found.clock, text=found.rest)
        yield _entry(lines=number, first=first, last=last, dropped=max(0, broken - _KEPT))

    return keep


def _entry(**members: object) -> bytes:
    return json.dumps(members, ensure_ascii=False).encode("utf-8", "replace")
