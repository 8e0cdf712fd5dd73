"""Durations as prose has them, in digits and in words: the shortest and the longest that each may mean."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import NamedTuple

from timeline.checks.claims.phrases import english_time as english
from timeline.checks.claims.plain import Span

#: What a rough duration may be off by, of itself.
FIFTH = 0.2
_FOREVER = float("inf")
_ONES, _TEENS, _TENS = (
    "|".join(word for word, size in english.NUMBERS.items() if low <= size <= high)
    for low, high in ((0, 9), (10, 19), (20, 90))
)
_WORD = rf"(?:(?:{_TENS})(?:[\s-](?:{_ONES})\b)?|{_TEENS}|{_ONES})"
_SCALE = "|".join(english.SCALES)
_VAGUE = "|".join(sorted(english.VAGUE, key=len, reverse=True))
_LONG = r"(?:milliseconds?|seconds?|secs?|minutes?|mins?|hours?|hrs?|days?|weeks?)"
# A letter is a unit behind digits alone, and `503s` are answers: `ones` and `the 503s` last nothing. What takes
# milliseconds is no time between facts.
_UNIT = rf"(?:{_LONG}|(?<=\d)[smhd]|(?<=\d\s)[smhd]|(?<=\d-)[smhd])(?<!\b[3-5]\d\ds)"
_NUMBER = (
    r"(?:\d{1,3}(?:,\d{3}){1,3}(?:\.\d{1,6})?|\d{1,9}(?:\.\d{1,6})?"
    rf"|(?:{_WORD}|a(?=\s(?:{_SCALE})\b))(?:\s(?:{_SCALE})\b(?:(?:\sand)?\s{_WORD})?)?)"
)
_HALF = r"(?:\sand\s(?:a\s(?:half|quarter)|three\squarters?)|½|¼|¾|\s½)"
_PART = rf"(?:{_NUMBER}{_HALF}?[\s-]?{_UNIT}(?![\w%/]))"
_HEDGED = rf"(?:(?:{english.NEARLY}|{english.BARELY}|{english.ROUGH})\s)"
_DURATION = re.compile(
    r"(?<![\w.:/$-])(?:"
    r"(?P<compact>\d{1,6}\sh\s[0-5]\d(?=\s{0,2}(?:$|[,;.()]|from\b|after\b|before\b|to\b|between\b|until\b|later\b))"
    r"|\d{1,6}[dhm]\s?\d{1,2}(?:[hm]\s?\d{1,2}s|[ms]|\s?min)?(?!\w))"
    rf"|(?P<between>(?<=between\s))?(?P<low>{_NUMBER})(?P<lowhalf>{_HALF})?(?:(?<=\d)\s?[-–—]\s?(?=\d)|\sto\s|\sor\s|(?(between)\sand\s|(?!)))(?P<high>{_NUMBER})(?P<highhalf>{_HALF})?[\s-]?(?P<unit>{_UNIT})(?![\w/%])"
    rf"|(?P<lead>an?\s(?P<leadunit>hour|minute|day)(?:,?\sand\s|\s)(?=[\da-z]))?"
    rf"(?:(?P<parts>{_PART}(?:,?\s?(?:and\s{_HEDGED}?)?{_PART}){{0,3}}(?P<half>\sand\s(?:a\s)?(?P<share>half|three\squarters|quarter)\b(?!\san?\b))?"
    rf"(?:\sand\shalf\sa\s(?P<tail>minute|hour|second)\b(?!\s(?:later|earlier|after|before)\b))?)"
    rf"|(?P<halfof>half\san?|a\shalf|half|a\squarter\sof\san|three\squarters\sof\san)[\s-](?P<halfunit>hour|minute|second|day)\b)"
    rf"|(?P<one>an?|another)[\s-](?:(?:full|whole|good|solid|entire|mere)\s)?(?P<oneunit>hour|minute|day|second|week)(?P<onehalf>\sand\s(?:a\s)?(?P<oneshare>half|three\squarters|quarter))?\b"
    rf"|(?P<vague>{_VAGUE})\s(?P<vagueunit>{_LONG})\b"
    r"|(?P<clock>\d{1,2}:[0-5]\d:[0-5]\d|\d{1,2}:[0-5]\d(?=\s(?:hours|minutes)))"
    r")",
    re.IGNORECASE,
)
_SINGLE = re.compile(
    rf"(?P<number>{_NUMBER})(?P<half>\sand\s(?:a\s(?:half|quarter)|three\squarters?)|\s?[½¼¾])?[\s-]?(?P<unit>{_UNIT})",
    re.IGNORECASE,
)
_AND_ROUGHLY = re.compile(rf"and\s{_HEDGED}$", re.IGNORECASE)
_SHARES = {"half": 0.5, "quarter": 0.25, "quarters": 0.75, "½": 0.5, "¼": 0.25, "¾": 0.75}
_BEFORE = re.compile(
    rf"(?:(?<!\w)(?:(?P<nearly>{english.NEARLY})|(?P<barely>{english.BARELY})|(?P<more>{english.MORE})|(?P<less>{english.LESS})"
    rf"|(?P<least>{english.AT_LEAST})|(?P<most>{english.AT_MOST})|(?P<mostly>{english.MOSTLY})|(?P<rough>{english.ROUGH}))\s{{0,3}})?"
    r"(?:(?:the|a|an|total of|a total of)\s{1,3})?$",
    re.IGNORECASE,
)
#: `it fell over nine minutes later`: the verb's word, and no bound.
_FELL_OVER = re.compile(
    r"\b(?:f[ae]ll(?:s|en|ing)?|fail(?:s|ed|ing)?|tip(?:s|ped)?|roll(?:s|ed)?|went|switch(?:es|ed)?|t[ao]ken?|took|hand(?:s|ed)?|cut|turn(?:s|ed)?|flip(?:s|ped)?|was|is|were)"
    r"(?:\s(?:back|all|again))?\sover\s$",
    re.IGNORECASE,
)
_AFTER = re.compile(
    rf"\s{{0,2}},?\s?(?:(?P<rough>{english.ROUGHLY})|(?P<least>or (?:more|longer)|at (?:the )?(?:very |bare )?least|plus|and a bit|and change|and something|odd)|(?P<most>or (?:less|fewer)|at (?:the )?(?:very |absolute )?most|at the outside|tops))\b",
    re.IGNORECASE,
)
_UP_TO = re.compile(r"(?:up to|as much as|as long as)\b", re.IGNORECASE)  # a rounded most
_MARGINAL, _SHORT = re.compile(english.MARGIN, re.IGNORECASE), re.compile(english.SHORT, re.IGNORECASE)
_LEAD = re.compile(
    rf"\s{{1,3}}(?:(?:only|just|another|a further|{english.ROUGH}|{english.NEARLY}|{english.BARELY}|{english.MORE}|{english.LESS})\s{{0,2}})?",
    re.IGNORECASE,
)
_MARGIN = re.compile(
    r"\s{0,2}(?:±|\+/-)\s{0,2}(\d{1,6}(?:\.\d{1,3})?)\s?(s|sec(?:onds?)?|m|min(?:utes?)?)\b", re.IGNORECASE
)


class Typed(NamedTuple):
    """A duration in prose: `low` to `high` in seconds are what the words may mean; `at` is the value itself."""

    span: Span
    low: float
    high: float
    at: float


def typed(text: str, start: int, end: int) -> Iterator[Typed]:
    """Yield the durations of a span, widened by their hedges; bounds have an open end."""
    for match in _DURATION.finditer(text, start, end):
        if match["vague"] and text[: match.start()].endswith(" and "):
            continue  # `three minutes and some seconds`: the last figure is left open
        if _MARGINAL.search(text[max(start, match.start() - 40) : match.start()]) or _SHORT.match(
            text, match.end(), end
        ):
            continue
        if value := _value(match):
            lead = _seconds(match["leadunit"]) if match["lead"] else 0.0
            yield _hedged(text, start, end, Span(*match.span()), value[0] + lead, value[1])


def begins(text: str, place: int, end: int) -> bool:
    """Tell whether a duration begins at a place, hedges aside."""
    lead = _LEAD.match(text, place, end)
    return lead is not None and _DURATION.match(text, lead.end(), end) is not None


def _value(match: re.Match[str]) -> tuple[float, float] | None:
    """Return the value and half of what the digits leave open, in seconds."""
    if match["compact"]:
        return _compact(match["compact"])
    if match["low"]:
        low, high, unit = number(match["low"]), number(match["high"]), _seconds(match["unit"])
        if low is None or high is None:
            return None
        low, high = low + _share_of(match["lowhalf"]), high + _share_of(match["highhalf"])
        if high < low:
            return None
        return (low + high) / 2 * unit, (high - low) / 2 * unit + _half(match["high"]) * unit
    if match["parts"]:
        return _parts(match)
    if match["halfof"]:
        unit = _seconds(match["halfunit"])
        share = (
            0.75
            if "three" in match["halfof"].lower()
            else 0.25
            if "quarter" in match["halfof"].lower()
            else 0.5
        )
        return share * unit, share * unit * FIFTH
    if match["one"]:
        unit = _seconds(match["oneunit"])
        if match["oneunit"].lower() == "second" and not match["onehalf"]:
            return None  # the second thing
        share = _share(match["oneshare"]) if match["onehalf"] else 0
        if match["oneunit"].lower() == "hour" and not share:
            return 1.075 * unit, 0.425 * unit  # forty minutes to an hour and a half
        return (1 + share) * unit, 0.25 * unit if share else 0.5 * unit
    if match["vague"]:
        low, high = english.VAGUE[" ".join(match["vague"].lower().split())]
        unit = _seconds(match["vagueunit"])
        return (low + high) / 2 * unit, (high - low) / 2 * unit
    parts = [int(part) for part in match["clock"].split(":")]
    if len(parts) == 3:
        return parts[0] * 3_600.0 + parts[1] * 60 + parts[2], 0.5
    unit = 3_600 if match.string[match.end() :].lstrip()[:1].lower() == "h" else 60
    return parts[0] * unit + parts[1] * unit / 60, unit / 120


def _compact(text: str) -> tuple[float, float]:
    found = re.findall(r"(\d{1,6})\s?(min|[dhms]|$)", text)
    total, unit = 0.0, 60.0
    for digits, name in found:
        unit = _seconds(name) if name else unit / 60
        total += int(digits) * unit
    return total, unit / 2


def _parts(match: re.Match[str]) -> tuple[float, float] | None:
    total, half, unit = 0.0, 0.0, 0.0
    for part in _SINGLE.finditer(match["parts"]):
        value = number(part["number"])
        if value is None:
            return None
        if total and value * _seconds(part["unit"]) >= unit:
            break  # `two hours, 114 minutes to be precise` is no sum
        unit = _seconds(part["unit"])
        half = _half(part["number"]) * unit
        if total and _AND_ROUGHLY.search(match["parts"][: part.start()]):
            half = max(half, value * unit * FIFTH)  # `two days and nearly five hours`
        total += value * unit
        if part["half"]:
            share = _share_of(part["half"])
            total, half = total + share * unit, 0.25 * unit
    if match["half"]:
        total, half = total + _share(match["share"]) * unit, 0.25 * unit
    if match["tail"]:
        unit = _seconds(match["tail"])
        total, half = total + 0.5 * unit, 0.5 * unit
    return (total, half) if unit else None


def number(text: str) -> float | None:
    """Return the number that digits or words say; None where they say none."""
    plain = text.replace(",", "")
    if plain[:1].isdigit():
        return float(plain)
    total = 0
    for word in re.findall("[a-z]+", plain.lower()):
        if word in english.SCALES:
            total = (total or 1) * english.SCALES[word]
        elif word in english.NUMBERS:
            total += english.NUMBERS[word]
    return float(total)


def _share_of(words: str | None) -> float:
    return _share(words.removeprefix(" and ")) if words else 0.0


def _share(words: str) -> float:
    name = words.strip().lower()
    return 0.75 if name.startswith("three") else _SHARES[name.split()[-1]]


def _half(text: str) -> float:
    """Return half of the last digit typed."""
    _, _, digits = text.partition(".")
    return 0.5 / 10.0 ** len(digits)


def _seconds(unit: str) -> float:
    return english.UNITS[unit.lower()]


def _hedged(text: str, start: int, end: int, span: Span, value: float, half: float) -> Typed:
    before = _BEFORE.search(text[max(start, span.start - 40) : span.start])
    after = _AFTER.match(text, span.end, end)
    words = before.groupdict() if before else {}
    tail = after.groupdict() if after else {}
    if before and words.get("more") and _FELL_OVER.search(text[max(start, span.start - 60) : span.start]):
        before, words = None, {}
    low, high = value - half, value + half
    if margin := _MARGIN.match(text, span.end, end):
        wide = float(margin[1]) * _seconds(margin[2])
        low, high = low - wide, high + wide
    if words.get("rough") or tail.get("rough"):
        wide = max(half, value * FIFTH)
        low, high = value - wide, value + wide
    if words.get("mostly"):
        low, high = value / 2, value
    elif words.get("nearly"):
        low, high = value * (1 - FIFTH), value
    elif words.get("barely"):
        low, high = value, value * (1 + FIFTH) + half
    elif words.get("more") or words.get("least") or tail.get("least"):
        low, high = value, _FOREVER
    elif words.get("less") or words.get("most") or tail.get("most"):
        rounded = before is not None and _UP_TO.match(before[0].strip()) is not None
        low, high = 0.0, value + half if rounded else value
    begin = span.start - (len(before[0]) if before and any(words.values()) else 0)
    return Typed(Span(begin, span.end), max(low, 0.0), high, value)
