"""The year of times that name none (syslog): by the file's own order, the window, and when it was last written."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import NamedTuple

from collectors.base import SourceError
from timeline.instant import DAY, civil_from_days
from timeline.model import Window

_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_YEARLESS = re.compile(r"([a-z]{3})[a-z]* +(\d\d?) (?!\d{4}\b)", re.IGNORECASE)
_NEAR = 31 * DAY  # between a file's last line and its last writing: of several years the one of that line
_HALF = 183  # days; who goes back by more has begun another year


class Day(NamedTuple):
    """A month and a day."""

    month: int
    day: int

    @property
    def number(self) -> int:
        """Days since 1 January, of months that all have 31."""
        return (self.month - 1) * 31 + self.day


def day_of(when: str | int) -> Day | None:
    """Return the day of a written time that names no year; None for any other."""
    found = _YEARLESS.match(when) if isinstance(when, str) else None
    if found is None or found[1].lower() not in _MONTHS:
        return None
    return Day(_MONTHS.index(found[1].lower()) + 1, int(found[2]))


class RollOver:
    """Follows a file's days: each is told how many years after the first one it lies."""

    def __init__(self) -> None:
        self._last: Day | None = None
        self._years = 0

    def years(self, day: Day) -> int:
        """Return the years since the file's first line."""
        last = self._last
        if last and last.number <= 3 and day.number > 12 * 31 - 3:
            return self._years - 1  # a line of New Year's Eve that came late
        if last and last.number - day.number > _HALF:
            self._years += 1
        self._last = day
        return self._years


class Choice(NamedTuple):
    """The year of a file's first line; `why_none`: no year lets lines of it lie in the window, though the days fit."""

    year: int
    why_none: str = ""


def choose(days: Iterable[Day], window: Window, written: int) -> Choice:
    """Return the year in which a file begins whose lines name none; raise SourceError where several may be it.

    `written` (ns) is when the file was last written: no line of it is from after that.
    """
    spans = list(_spans(days))
    if not spans:
        return Choice(_year(window.start))
    last = spans[-1]
    end = _year(window.end) + 1
    known = [y for y in range(end - len(spans) - 2, end + 1) if y > 0]
    possible = [y for y in known if _instant(y + len(spans) - 1, last[1]) <= written + DAY]
    fits = [y for y in known if any(_meets(y + n, span, window) for n, span in enumerate(spans))]
    both = [y for y in fits if y in possible]
    if len(both) > 1 and written - _instant(both[-1] + len(spans) - 1, last[1]) > _NEAR:
        raise SourceError(
            "undecodable",
            f"its times name no year, and {both[0]} and {both[1]} fit; set `year` of its first line",
        )
    if both:
        return Choice(both[-1])
    latest = possible[-1] if possible else known[0]
    if not fits:
        return Choice(latest)
    when = "-".join(f"{part:02d}" for part in civil_from_days(written // DAY))
    why = f"its times name no year, and it was last written on {when}, before the window's; set `year` if it is of the window"
    return Choice(latest, why)


def _spans(days: Iterable[Day]) -> Iterator[tuple[Day, Day]]:
    """Yield first and last day of each year that a file goes through."""
    follow = RollOver()
    found: dict[int, tuple[Day, Day]] = {}
    for day in days:
        year = follow.years(day)
        low, high = found.get(year, (day, day))
        found[year] = (min(low, day), max(high, day))
    yield from (found[year] for year in sorted(found))


def _meets(year: int, span: tuple[Day, Day], window: Window) -> bool:
    low, high = (_instant(year, day) for day in span)
    return low - DAY < window.end and window.start < high + 2 * DAY


def _instant(year: int, day: Day) -> int:
    """Return about when a day began (ns); a day that the month does not have is one of the next."""
    shifted = year - (day.month <= 2)
    month = (day.month + 9) % 12
    days = (
        365 * shifted
        + shifted // 4
        - shifted // 100
        + shifted // 400
        + (153 * month + 2) // 5
        + day.day
        - 719_469
    )
    return days * DAY


def _year(instant: int) -> int:
    return civil_from_days(instant // DAY)[0]
