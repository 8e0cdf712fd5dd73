"""Times and dates as prose has them, each with what precision it was typed and every instant that it may be."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from timeline.checks.claims.phrases import english_time as english
from timeline.checks.claims.plain import Span
from timeline.checks.claims.when import zone
from timeline.errors import UndecodableTimeError
from timeline.instant import DAY, HOUR, MINUTE, NS
from timeline.written.wallclock import WallClock

_HOURS = "|".join(word for word, number in english.NUMBERS.items() if 0 < number <= 12)
_ONES = "|".join(word for word, number in english.NUMBERS.items() if 0 < number < 10)
_MINUTES = rf"(?:twenty|thirty|forty|fifty)[\s-](?:{_ONES})|forty|fifty|" + "|".join(
    word for word, number in english.NUMBERS.items() if 0 < number <= 30
)
# `seven to eight minutes`, `five to seven errors`: a range of what is counted.
_COUNTED = r"\s{1,3}(?:per\b|%|percent|(?:more\s)?(?:sec|min|second|minute|hour|day|week|\w{3,30}s)\b)"
_OF_DAY = r"\s(?P<{0}>in\sthe\s(?:early\s)?(?:morning|afternoon|evening)|at\snight)\b"
_HALF = r"\s?(?P<{0}>[ap])\.?\s?m\b\.?"
_CLOCK = re.compile(
    r"(?:(?<=\d\dT)|(?<![\w:./+])(?<!UTC-)(?<!GMT-))(?:"
    r"(?P<hour>[01]?\d|2[0-4])(?::|h(?=\d\d\b))(?P<minute>[0-5]\d)(?:(?::|m(?=\d\d))(?P<second>[0-5]\d|60)(?:[.,](?P<part>\d{1,9}))?)?"
    rf"(?:{_HALF.format('half')})?(?!\d|[:.]\d|\s?%|(?!Z|UTC|GMT|h\b|hrs\b|ish\b)[A-Za-z_])(?:{_OF_DAY.format('day1')})?"
    rf"|(?P<hour12>1[0-2]|0?[1-9])(?:{_HALF.format('half12')}|\s?o['’]clock\b|(?={_OF_DAY.format('ahead')}))(?!\w)(?:{_OF_DAY.format('day2')})?"
    r"|(?P<military>(?:[01]\d|2[0-3])[0-5]\d)(?:\s?hrs\b)?(?=\s?(?:Z\b|UTC\b|GMT\b))"
    # `half to five` is no time: it ends `two and a half`.
    rf")|(?<!\bin\s)\b(?P<side>half(?=\spast)|quarter|{_MINUTES}|\d{{1,2}}(?=\smin))(?:\smin(?:ute)?s?)?\s(?P<way>past|to)\s(?P<of>{_HOURS}|noon|midday|midnight)\b(?!{_COUNTED})(?:{_OF_DAY.format('day3')})?"
    rf"|\b(?P<oclock>{_HOURS})\so['’]clock\b(?:{_OF_DAY.format('day4')})?"
    rf"|(?<=\s)(?P<of_day>{_HOURS})(?=\sin\sthe\s(?:(?:early|late)\s)?(?P<part_of>morning|afternoon|evening)\b|\sat\s(?P<night>night)\b)"
    r"|\b(?P<named>noon|midday|midnight)\b",
    re.IGNORECASE,
)
_DATE = re.compile(
    r"(?<![\w./:-])(?:(?P<iso>\d{4}-\d\d-\d\d)(?![\d-])"
    rf"|(?P<day>\d{{1,2}})(?:st|nd|rd|th|\.)?\s(?:of\s)?(?P<month>{english.MONTH})(?:,?\s(?P<year>\d{{4}})\b)?"
    rf"|(?P<month2>{english.MONTH})\s(?P<day2>\d{{1,2}})(?:st|nd|rd|th)?(?![\w:])(?:,?\s(?P<year2>\d{{4}})\b(?!:))?"
    r"|(?P<eu>\d{2}\.\d{2}\.\d{4})(?!\w))"
    r"|\b(?P<weekday>(?:mon|tues|wednes|thurs|fri|satur|sun)day)\b(?!s\b)",
    re.IGNORECASE,
)
_PARTS_OF_DAY = ("day1", "day2", "day3", "day4")
_HOUR_CELL = 3 * HOUR // 2
_SIDES = {"half": 30, "quarter": 15}
_NAMED = {"midnight": 0, "noon": 12, "midday": 12}
_ONWARD = re.compile(r"[-−](\d\d):([0-5]\d)(:[0-5]\d)?")
_WHOLE = ((0, DAY),)


@dataclass(frozen=True)
class Written:
    """A time of day or a day, as it was typed: one of `cells`, (start, width) in ns of a day, by one of `clocks`.

    `clocks` is None where no zone stands beside it, empty where nobody can tell which; `days` are the only days
    it may be (days since 1970), None for any; a weekday is `weekday`.
    """

    span: Span
    cells: tuple[tuple[int, int], ...]
    clocks: zone.Clocks | None
    days: tuple[int, ...] | None = None
    weekday: int | None = None
    is_day: bool = False

    @property
    def is_hour(self) -> bool:
        """Whether an hour is all that was typed: `2 pm`."""
        return self.cells[0][1] == _HOUR_CELL

    def near(self, first: int, last: int) -> list[tuple[int, int]]:
        """Return the intervals of instants (ns) that it may be, those around `[first, last]` where no date is written."""
        every = (
            _instants(clock, day * DAY + start, day * DAY + start + width - 1)
            for clock in self.clocks or ()
            for day in self._days(first, last)
            for start, width in self.cells
        )
        return [interval for interval in every if interval is not None]

    def _days(self, first: int, last: int) -> Iterator[int]:
        if self.days is not None:
            yield from self.days
            return
        around = 1 if self.weekday is None else 4
        for day in range(first // DAY - around, min(last // DAY, first // DAY + 60) + around + 1):
            if self.weekday is None or (day + 3) % 7 == self.weekday:
                yield day


def _instants(clock: WallClock, first: int, last: int) -> tuple[int, int] | None:
    try:
        return min(clock.instants(first)), max(clock.instants(last))
    except (UndecodableTimeError, OverflowError, ValueError, OSError):
        return None


def times(text: str, start: int, end: int) -> Iterator[Written]:
    """Yield the times of day that are written in a span; those with no zone have no `clocks`."""
    reached = start
    for match in _CLOCK.finditer(text, start, end):
        cells = _cells(match) if match.start() >= reached else []
        if not cells:
            continue
        zoned = zone.after(text[:end], match.end()) if not _is_range(match) else None
        reached = zoned.end if zoned else match.end()
        shown = text[match.start() : reached].rstrip(" ,(")
        if shown.endswith(")") and "(" not in shown:
            shown = shown[:-1]
        span = Span(match.start(), match.start() + len(shown))
        yield Written(span, tuple(cells), zoned.clocks if zoned else None)


def _is_range(match: re.Match[str]) -> bool:
    """Tell `10:00-11:00` from an offset: it goes forward, as finely, and no date stands before it."""
    other = _ONWARD.match(match.string, match.end())
    dated = re.search(r"\d-\d\d[T ]$", match.string[max(match.start() - 6, 0) : match.start()], re.IGNORECASE)
    if other is None or not match["hour"] or dated or bool(match["second"]) != bool(other[3]):
        return False
    return int(other[1]) * 60 + int(other[2]) > int(match["hour"]) * 60 + int(match["minute"])


def _cells(match: re.Match[str]) -> list[tuple[int, int]]:
    """Return the readings of a time: nanoseconds since midnight, and how much time the words leave open."""
    half = (match["half"] or match["half12"] or _half_of(match)).lower()
    if match["named"]:
        return [(_NAMED[match["named"].lower()] * HOUR - 5 * MINUTE, 10 * MINUTE)]
    if match["military"]:
        return [(int(match["military"][:2]) * HOUR + int(match["military"][2:]) * MINUTE, MINUTE)]
    if match["hour"]:
        hour = _of_day(int(match["hour"]), half)
        if hour is None or (hour == 24 and int(match["minute"])):
            return []
        start = hour * HOUR + int(match["minute"]) * MINUTE
        if match["second"] is None:
            # `2:38` without a zero may be of the afternoon.
            later = [(start + 12 * HOUR, MINUTE)] if len(match["hour"]) == 1 and not half and hour else []
            return [(start, MINUTE), *later]
        start += int(match["second"]) * NS
        if not match["part"]:
            return [(start - NS + 1, 2 * NS - 1)]  # cut to the second, or rounded up
        part = match["part"]
        return [(start + int(part.ljust(9, "0") or 0), 10 ** (9 - len(part)))]
    if match["hour12"]:
        hours = _hours(int(match["hour12"]), half)
        return [(hour * HOUR - HOUR // 2, _HOUR_CELL) for hour in hours if hour is not None]
    if match["of_day"]:
        begun = english.NUMBERS[match["of_day"].lower()] % 12
        late = (match["part_of"] or "").lower() in {"afternoon", "evening"} or (match["night"] and begun > 5)
        return [((begun + (12 if late else 0)) * HOUR - 10 * MINUTE, 20 * MINUTE)]
    word = (match["of"] or match["oclock"]).lower()
    hours = [_NAMED[word]] if word in _NAMED else _hours(english.NUMBERS[word], half)
    if match["oclock"]:
        return [(hour * HOUR - 5 * MINUTE, 10 * MINUTE) for hour in hours if hour is not None]
    side = match["side"].lower()
    size = (
        int(side)
        if side.isdigit()
        else _SIDES.get(side) or sum(english.NUMBERS[word] for word in re.split(r"[\s-]", side))
    )
    minutes = size * (1 if match["way"].lower() == "past" else -1)
    return [(hour * HOUR + minutes * MINUTE - 2 * MINUTE, 5 * MINUTE) for hour in hours if hour is not None]


def _half_of(match: re.Match[str]) -> str:
    """Return `a` or `p` for `in the morning` and kin; empty where nothing tells."""
    part = next((match[name] for name in _PARTS_OF_DAY if match[name]), "")
    if not part or part.lower().endswith("night"):
        return ""  # of the evening, or of the small hours
    return "a" if part.lower().endswith("morning") else "p"


def _hours(hour: int, half: str) -> list[int | None]:
    return [_of_day(hour, half)] if half else [hour % 12, hour % 12 + 12]


def _of_day(hour: int, half: str) -> int | None:
    if not half:
        return hour
    if hour > 12:
        return hour if half == "p" else None  # "17:14 pm" says one thing twice
    return hour % 12 + (12 if half == "p" else 0)


def dates(text: str, start: int, end: int) -> Iterator[Written]:
    """Yield the days that are written in a span, by no clock yet."""
    for match in _DATE.finditer(text, start, end):
        span = Span(*match.span())
        if match["weekday"]:
            number = english.WEEKDAYS.index(match["weekday"].lower())
            yield Written(span, _WHOLE, None, weekday=number, is_day=True)
        elif days := _days(match):
            yield Written(span, _WHOLE, None, days=days, is_day=True)


def _days(match: re.Match[str]) -> tuple[int, ...] | None:
    if match["iso"]:
        year, month, day = (int(part) for part in match["iso"].split("-"))
    elif match["eu"]:
        day, month, year = (int(part) for part in match["eu"].split("."))
    else:
        written = match["month"] or match["month2"]
        if not written[0].isupper():  # `may 5` of something
            return None
        name = written[:3].lower()
        month, day = english.MONTHS.index(name) + 1, int(match["day"] or match["day2"])
        year = int(match["year"] or match["year2"] or 0)
    years = [year] if year else range(2015, 2061)
    made = [_ordinal(one, month, day) for one in years]
    return tuple(one for one in made if one is not None) or None


def _ordinal(year: int, month: int, day: int) -> int | None:
    try:
        return date(year, month, day).toordinal() - date(1970, 1, 1).toordinal()
    except ValueError:
        return None
