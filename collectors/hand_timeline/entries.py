"""The entries of a timeline that people keep in Markdown or text: lists, tables, headings, lines; pure."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import date, timedelta
from typing import NamedTuple

from collectors.hand_timeline.stamps import CLOCK, DATE, MONTH, ZONE, Stamp, bounds, day_in, day_of, stamp
from timeline.errors import UndecodableTimeError
from timeline.instant import Bounds

#: What makes a line an item of a list; `22. November, 09:05` is none.
_MARK = re.compile(
    rf"[ \t]{{0,20}}(?:[-*+•][ \t]{{1,4}}|[0-9]{{1,3}}[.)][ \t]{{1,4}}(?!{MONTH}(?:,| [0-9]{{4}})))?(?:\[[ xX]\] )?"
)
_HEADING = re.compile(r"[ \t]{0,3}#{1,6}[ \t]{1,4}")
_CELLS = re.compile(r"(?<!\\)\|")
_RULE = re.compile(r"[|:\- \t]+")
_FENCE = re.compile(r"[ \t]{0,20}(?:```|~~~)")
_TIMES = re.compile(r"\btimes?\b|\btime ?zone\b|\bclock\b", re.IGNORECASE)
_WHO = frozenset(
    {"who", "person", "people", "by", "actor", "author", "name", "owner", "responder", "operator"}
)
_LONGEST = 8_000  # characters of an entry; a quote has fewer
_BACK = 720  # minutes: a clock that goes back by more has passed midnight


class Entry(NamedTuple):
    """An entry: index of its line, when, the time as it was written, who is named for it, the words, and whether it is only about then.

    `has_zone`: it, or what stands before it, tells its zone; else the configured one was taken.
    """

    line: int
    at: Bounds
    written: str
    who: str
    text: str
    is_about: bool
    has_zone: bool


class Unread(NamedTuple):
    """A line that has a time and is no entry, why, and its index."""

    line: int
    why: str


class _Open(NamedTuple):
    """An entry whose words may go on."""

    line: int
    at: Bounds
    written: str
    who: str
    words: list[str]
    is_about: bool
    has_zone: bool
    is_heading: bool


class Document:
    """Reads a whole document; `day` and `zone` are those of entries where it says none itself."""

    def __init__(self, day: str | None, zone: str | None) -> None:
        self._day, self._configured = day or "", zone
        self._zone = ""
        self._last = 0
        self._is_halved = False
        self._columns: list[str] = []
        self._open: _Open | None = None
        self.entries: list[Entry] = []
        self.unread: list[Unread] = []

    def read(self, lines: Sequence[str]) -> None:
        """Read all lines."""
        begun = (stamp(_MARK.sub("", _HEADING.sub("", line), count=1).lstrip("| ")) for line in lines)
        self._is_halved = any(found[0].is_halved for found in begun if found)
        is_code = False
        for index, line in enumerate(lines):
            if _FENCE.match(line):
                is_code = not is_code
            if is_code or _FENCE.match(line):
                self._go_on(line)
            else:
                self._line(index, line)
        self._close()

    def _line(self, index: int, line: str) -> None:
        heading = _HEADING.match(line)
        if not line.strip():
            if self._open and not self._open.is_heading:
                self._close()
            self._columns = []
        elif line.lstrip().startswith("|"):
            self._row(index, line.strip())
        elif found := stamp(line[heading.end() :] if heading else _MARK.sub("", line, count=1)):
            self._begin(index, *found, is_heading=bool(heading))
        elif heading or not self._context(line):
            if heading:
                self._close()
                self._context(line, is_heading=True)
            if self._open:
                self._go_on(line)
            elif CLOCK.search(line):
                self.unread.append(Unread(index, "a time stands within its words"))

    def _row(self, index: int, line: str) -> None:
        """Read a row of a table: its time, perhaps behind its day, who, and the words."""
        self._close()
        cells = [cell.replace("\\|", "|").strip() for cell in _CELLS.split(line.strip("|"))]
        if _RULE.fullmatch(line):
            return
        day = ""
        for number, cell in enumerate(cells[:3]):
            found = stamp(" ".join(cell.split()))
            if found and not found[1].strip():
                who = next(
                    (
                        cells[n]
                        for n, name in enumerate(self._columns[: len(cells)])
                        if name in _WHO and n != number
                    ),
                    "",
                )
                left = [
                    c
                    for n, c in enumerate(cells)
                    if n > number
                    and c
                    and not (c == who and self._columns[n : n + 1] and self._columns[n] in _WHO)
                ]
                made = found[0]._replace(date=found[0].date or day)
                self._begin(index, made, " | ".join(left), who=who, is_heading=False)
                self._close()
                return
            if match := DATE.fullmatch(cell):
                day = match[0]
        if not self._columns:
            self._columns = [cell.casefold() for cell in cells]
            self._context(line)
        elif CLOCK.search(line):
            self.unread.append(Unread(index, "a time stands within its words"))

    def _context(self, line: str, *, is_heading: bool = False) -> bool:
        """Take the day and the zone that a line says of those after it; tell whether it says any."""
        bare = line.strip().strip("*_:#()[] ")
        dates, told = list(DATE.finditer(line)), False
        is_day = bool(dates) and len(dates[0][0]) >= len(ZONE.sub("", bare).strip(" ()-,:")) - 1
        is_about_times = bool(_TIMES.search(line))
        if (is_heading or is_day or is_about_times) and len(dates) == 1:
            try:
                if day := day_in(line, self._day[:4]):
                    self._day, self._last, told = day, 0, True
            except UndecodableTimeError:
                told = False
        zones = {match[0] for match in ZONE.finditer(DATE.sub("", line))}
        if (is_heading or is_day or is_about_times) and len(zones) == 1:
            self._zone, told = zones.pop(), True
        return told

    def _begin(self, index: int, made: Stamp, text: str, *, who: str = "", is_heading: bool) -> None:
        self._close()
        try:
            at, written, zone = self._placed(made)
        except UndecodableTimeError as err:
            self.unread.append(Unread(index, str(err)))
            return
        self._open = _Open(index, at, written, who, [text], made.is_about, bool(zone), is_heading)

    def _placed(self, made: Stamp) -> tuple[Bounds, str, str]:
        """Return when a time is, how it was written, with the day, and the zone that is told; raise UndecodableTimeError."""
        if self._is_halved and made.is_open:
            raise UndecodableTimeError("it may be before noon or after it")
        if made.date:
            self._day, self._last = day_of(made.date, self._day[:4]), 0
        if not self._day:
            raise UndecodableTimeError("no day is told (set `day`)")
        zone = made.zone or self._zone
        at = bounds(
            made,
            self._day,
            day_of(made.until, self._day[:4]) if made.until else self._day,
            zone,
            self._configured,
        )
        minutes = _minutes(made)
        if minutes + _BACK < self._last:
            self._day = (date.fromisoformat(self._day) + timedelta(days=1)).isoformat()
            at = bounds(made, self._day, self._day, zone, self._configured)
        self._last = minutes
        return at, f"{self._day} {made.clock} {zone}".strip(), zone

    def _go_on(self, line: str) -> None:
        if self._open and sum(map(len, self._open.words)) < _LONGEST:
            self._open.words.append(line.strip())

    def _close(self) -> None:
        if made := self._open:
            text = "\n".join(word for word in made.words if word)
            self.entries.append(
                Entry(made.line, made.at, made.written, made.who, text, made.is_about, made.has_zone)
            )
        self._open = None


def _minutes(made: Stamp) -> int:
    """Return the minutes since midnight of a clock."""
    numbers = [int(part) for part in re.findall("[0-9]+", made.clock)[:2]]
    half = re.search("[AaPp]", made.clock)
    hour = numbers[0] % 12 + 12 * (half[0] in "Pp") if half else numbers[0]
    return hour * 60 + (numbers[1] if len(numbers) > 1 else 0)
