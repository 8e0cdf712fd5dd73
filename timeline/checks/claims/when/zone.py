"""Zones beside times in prose: an offset, a place, an abbreviation, a city's time; every clock that one may mean."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Final, NamedTuple

from timeline.checks.claims.phrases import english_time as english
from timeline.errors import UndecodableTimeError
from timeline.instant import MINUTE
from timeline.written.wallclock import WallClock, wall_clock, zone

Clocks = tuple[WallClock, ...]
UTC: Final[Clocks] = (WallClock(0),)
#: A clock that nobody can tell, such as `local time`.
UNKNOWN: Final[Clocks] = ()
_AREA = "|".join(english.AREAS)
_OFFSET = r"[+\-−±]\d{1,2}(?::?[0-5]\d)?"
_NAMED = (
    rf"(?P<utc>(?:UTC|GMT)(?:\s?{_OFFSET})?|Z|[Zz]ulu)(?![\w/])"
    rf"|(?P<offset>[+\-−](?:0\d|1[0-4]):?(?:00|15|30|45))(?![\w:])"
    rf"|(?P<place>(?:{_AREA})/[A-Z]\w{{1,30}}(?:/[A-Z]\w{{1,30}})?)"
    r"|(?P<short>[A-Z]{2,5})(?![\w/-]|\.\w)"
    r"|(?P<side>Pacific|Eastern|Central|Mountain)\b(?! (?:US|Europe|United|region))(?:\s(?:[Ss]tandard\s|[Dd]aylight\s)?[Tt]ime\b)?"
    r"|(?P<local>(?:server |our |their |office )?local(?: time)?\b|[Ll]ocal [Tt]ime\b)"
    r"|(?:in\s)?(?P<city>[A-Za-z][\w.]{1,20}(?:\s[A-Z][a-z]{1,20}){0,2})\s(?:[Ll]ocal\s|[Ss]tandard\s|[Dd]aylight\s|[Ss]ummer\s)?[Tt]ime\b"
)
_TOWN = r"[A-Z][\w.]{1,20}(?:\s[A-Z][a-z]{1,20}){0,2}"
_AFTER = re.compile(
    rf"\s{{0,3}},?\s{{0,2}}(?:in\s{_TOWN}\s{{1,2}}(?=[(\[]))?[(\[]?(?:in\s|local time in\s)?(?:{_NAMED})\)?"
)
_OF_DAY = re.compile(r"\s(?:in the (?:early |late )?(?:morning|afternoon|evening)|at night)(?=,?\s?[(A-Z])")
#: `local time, Australia/Sydney`
_LOCAL_OF = re.compile(rf"[\s,(]{{1,4}}((?:{_AREA})/[A-Z]\w{{1,30}})\)?")
#: A town alone may be where something stood, or whose clock it is.
_IN_TOWN = re.compile(rf"\s{{1,3}}in\s({_TOWN})(?![\w/])")
_TOWN_BEFORE = re.compile(rf"\b(?:[Ii]n|[Ff]rom|[Ff]or)\s({_TOWN})(?![\w/])")
#: `IST = UTC+5:30`.
_EXPLAINED = re.compile(
    r"(?P<short>[A-Z]{2,5})(?=\s?(?:=|is|means)\s?(?:UTC|GMT)\b)(?P<local>(?!))?(?P<side>(?!))?(?P<city>(?!))?"
)
_STATED = re.compile(rf"(?<![\w/+])(?:{_NAMED})")


class Zoned(NamedTuple):
    """The clocks that a zone may mean, and where its words end."""

    clocks: Clocks
    end: int


def after(text: str, place: int) -> Zoned | None:
    """Return the zone that stands right after a time."""
    if of_day := _OF_DAY.match(text, place):
        place = of_day.end()
    match = _AFTER.match(text, place)
    if match is not None and match["local"] and (named := _LOCAL_OF.match(text, match.end())):
        return Zoned(_read(named[1]) or UNKNOWN, named.end())
    clocks = None if match is None else _clocks(match)
    if match is not None and clocks is not None:
        return Zoned(clocks, match.end())
    town = _IN_TOWN.match(text, place)
    clocks = _city(town[1]) if town else None
    return Zoned((*clocks, *UTC), town.end()) if town and clocks else None


def stated(text: str) -> Clocks | None:
    """Return the first zone that a text names: of a heading, a column, or `All times in CET`."""
    for match in _STATED.finditer(text[:2_000]):
        if match[0] != "Z" and (clocks := _clocks(match)) is not None:
            return clocks
    return None


def near(text: str) -> Clocks:
    """Return the clocks of a town that stands before a time, `for people in Berlin (CET) it was 15:10`, none without."""
    made: list[WallClock] = []
    for match in _TOWN_BEFORE.finditer(text):
        made += _city(match[1]) or ()
        if (beside := _AFTER.match(text, match.end())) is not None:
            made += _clocks(beside) or ()
    for match in _EXPLAINED.finditer(text):
        made += _clocks(match) or ()
    return tuple(made)


def of_town(name: str) -> Clocks | None:
    """Return the clock of a town; None where nothing is known by that name."""
    return _city(name)


def _clocks(match: re.Match[str]) -> Clocks | None:
    if match["local"]:
        return UNKNOWN
    if match["side"]:
        return _city(match["side"])
    if match["city"]:
        return _city(match["city"])
    if short := match["short"]:
        return _short(short)
    return _read((match["utc"] or match["offset"] or match["place"]).replace("−", "-").replace("±", "+"))


@lru_cache(maxsize=256)
def _short(name: str) -> Clocks | None:
    if name in english.AMBIGUOUS:
        return tuple(WallClock(minutes * MINUTE) for minutes in english.AMBIGUOUS[name])
    return _read(english.CLOCKS.get(name, name))


@lru_cache(maxsize=256)
def _read(written: str) -> Clocks | None:
    try:
        clock = wall_clock(written, None)
    except UndecodableTimeError:
        return None
    return None if clock is None else (clock,)


@lru_cache(maxsize=256)
def _city(name: str) -> Clocks | None:
    """Return a city's clock: of the table, or of the zone that is called so."""
    words = [word for word in name.split() if word.casefold() not in english.OF_ZONES]
    for count in range(len(words), 0, -1):  # `says Berlin time`: the last words are the name
        short = " ".join(words[-count:])
        if short.casefold() == "local":
            return UNKNOWN
        if known := english.CITIES.get(short.casefold()):
            return _read(known)
        if short[:1].isupper():
            for area in english.AREAS:
                try:
                    return (WallClock(place=zone(f"{area}/{'_'.join(words[-count:])}").key),)
                except UndecodableTimeError:
                    continue
    return None
