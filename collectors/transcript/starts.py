"""When a recording began, as the name of its transcript or the head of it says; pure."""

from __future__ import annotations

import re
from collections.abc import Iterable

from timeline.errors import UndecodableTimeError
from timeline.instant import MINUTE, Bounds
from timeline.zones import read_time

#: GMT20261121-140203_Recording.transcript.vtt, as Zoom names it.
_ZOOM = re.compile(r"GMT([0-9]{8})-([0-9]{6})(?![0-9])")
#: `Standup (2026-11-21 14:02 GMT+1)` of Meet; other marks between the numbers, for a file's name has no colon.
_DATED = re.compile(
    r"(?<![0-9])([0-9]{4})[-_/. ]([0-9]{2})[-_/. ]([0-9]{2})[ T_-]{1,3}(?:at )?([0-9]{2})[:._h-]([0-9]{2})(?:[:._-]([0-9]{2}))?(?![0-9])"
    r"(?: ?(Z(?![A-Za-z])|[A-Z]{3,4}(?:[+-][0-9]{1,2}(?::?[0-9]{2})?)?(?![A-Za-z])|[+-][0-9]{2}:?[0-9]{2}))?"
)
#: `Incident-20261121_140203-Meeting Recording.vtt`, as Teams names it: by a clock that the name does not tell.
_PACKED = re.compile(r"(?<![0-9])([0-9]{8})[_T-]([0-9]{6})(UTC|Z)?(?![0-9A-Za-z])")
#: `NOTE Recording started: 2026-11-21T14:02:03Z`.
_SAID = re.compile(
    r"(?:NOTE[ \t]{1,9})?(?:(?:recording|call|meeting)[ _-]?)?(?:start(?:ed)?|began|begin|recorded|date)(?:[ _-]?(?:time|at|on))?"
    r"[ \t]{0,9}[:= \t][ \t]{0,9}\"?([0-9A-Za-z][^\"\n]{9,60})\"?", re.IGNORECASE,
)  # fmt: skip


def start_of(name: str, heads: Iterable[str], zone: str | None) -> Bounds | None:
    """Return when a recording began, by the head of its transcript, else by the file's name; None where neither says.

    Raises UndecodableTimeError where one says a time without its zone, and `zone` is not given.
    """
    for line in heads:
        if (match := _SAID.fullmatch(line.strip())) and (found := _read(match[1], zone)):
            return found
    if match := _ZOOM.search(name):
        return read_time(f"{match[1]}T{match[2]}Z")
    if match := _DATED.search(name):
        year, month, day, hour, minute, second, written = match.groups()
        clock = f"{hour}:{minute}:{second}" if second else f"{hour}:{minute}"
        return read_time(f"{year}-{month}-{day} {clock} {written or ''}".strip(), zone_name=zone)
    if match := _PACKED.search(name):
        return read_time(f"{match[1]}T{match[2]}{'Z' if match[3] else ''}", zone_name=zone)
    return None


def _read(text: str, zone: str | None) -> Bounds | None:
    """Return a written time; None where it is a day, or no time at all. Raises UndecodableTimeError without a zone."""
    try:
        found = read_time(text, zone_name=zone)
    except UndecodableTimeError:
        if zone is None and _read(text, "UTC"):
            raise
        return None
    return found if found.earliest is not None and found.latest - found.earliest < MINUTE else None
