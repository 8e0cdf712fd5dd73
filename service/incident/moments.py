"""Times as people type them at a terminal: `14:00`, `-30m`, `now`, `2026-11-12 14:00`, or with a zone of their own."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from timeline.errors import TimelineError, UndecodableTimeError, UsageError
from timeline.instant import DAY, NS, format_instant, parse_instant
from timeline.zones import check_zone, parse_duration, read_time

_CLOCK = re.compile(r"([01]?\d|2[0-3]):([0-5]\d)(?::([0-5]\d))?")
_DATED = re.compile(r"(\d{4}-\d\d-\d\d)[T ]([01]?\d|2[0-3]):([0-5]\d)(?::([0-5]\d))?")
HOW = "write 14:00, -30m, now, 2026-11-12 14:00, or RFC 3339 such as 2026-11-12T14:00:00Z"


class Moments:
    """Reads times that were typed at `now` (ns); what has no zone is in `zone`, else in the machine's own."""

    def __init__(self, now: int, zone: str | None = None) -> None:
        self._now = now
        if zone is not None:
            try:
                check_zone(zone)
                read_time("2026-01-01 00:00", zone_name=zone)
            except TimelineError as err:
                raise UsageError(f"--zone {zone}: {err}") from err
        self._zone = zone
        self.messages: list[str] = []  # how times without a zone were read

    def read(self, text: str, what: str, *, after: int | None = None) -> int:
        """Return the instant; a time of day is the last one that has been, or the first one behind `after`.

        Raises UsageError that names `what`.
        """
        typed = text.strip()
        if typed == "now":
            return self._now
        if typed.startswith("-") and typed[1:2].isdigit():
            return self._now - self.span(typed[1:], what)
        try:
            if match := _DATED.fullmatch(typed):
                return self._noted(text, what, self._wall(match[1], match[2], match[3], match[4] or "00"))
            if match := _CLOCK.fullmatch(typed):
                return self._noted(text, what, self._clock((match[1], match[2], match[3] or "00"), after))
            return parse_instant(typed)
        except UndecodableTimeError as err:
            raise UsageError(f"{what} {text}: {err}; {HOW}") from err

    def span(self, text: str, what: str) -> int:
        """Return a duration such as `30m` in ns; raise UsageError that names `what`."""
        try:
            return parse_duration(text)
        except TimelineError as err:
            raise UsageError(f"{what} {text}: {err}") from err

    def _noted(self, text: str, what: str, instant: int) -> int:
        zone = self._zone or "this machine's zone; --zone NAME for another"
        self.messages.append(f"{what} {text} is {format_instant(instant)} ({zone})")
        return instant

    def _clock(self, parts: tuple[str, str, str], after: int | None) -> int:
        near = self._now if after is None else after
        days = [self._day(near + step * DAY) for step in (-1, 0, 1)]
        every = [self._wall(day, *parts) for day in days]
        if after is None:
            return max(one for one in every if one <= near)
        return min(one for one in every if one > near)

    def _day(self, instant: int) -> str:
        moment = datetime.fromtimestamp(instant // NS, UTC)
        zone = self._known()
        return (moment.astimezone(zone) if zone else moment.astimezone()).date().isoformat()

    def _known(self) -> ZoneInfo | None:
        try:
            return ZoneInfo(self._zone) if self._zone else None
        except (KeyError, ValueError, OSError):
            return None  # an offset or an abbreviation: its day is the machine's, or a day beside it

    def _wall(self, day: str, hour: str, minute: str, second: str) -> int:
        wall = f"{day} {int(hour):02d}:{minute}:{second}"
        if self._zone is not None:
            found = read_time(wall, zone_name=self._zone)
            return found.latest if found.earliest is None else found.earliest
        try:
            local = datetime.fromisoformat(wall)
        except ValueError as err:
            raise UndecodableTimeError(f"there is no day {day}") from err
        return int((local.astimezone() - datetime(1970, 1, 1, tzinfo=UTC)) // timedelta(seconds=1)) * NS
