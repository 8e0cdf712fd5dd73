"""Times that people typed: impossible ones, lists that run backwards, and times without a zone."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from timeline.checks.draft import Block
from timeline.checks.findings import Finding, finding
from timeline.errors import UndecodableTimeError
from timeline.instant import read_civil

_ZONE = (
    r"(?:Z\b|(?:UTC|GMT)(?:\s?[+-]\d{1,2}(?::?\d\d)?)?\b|[+-]\d\d:?\d\d\b"
    r"|(?:Africa|America|Antarctica|Asia|Atlantic|Australia|Europe|Indian|Pacific)/\w+)"
)
_ABBREVIATION = re.compile(
    r"(?<!AWS )(?<!Amazon )\b(?:CES?T|[PMEC][SD]T|BST|IST|JST|KST|AES?DT|AEST|EES?T|WES?T|MSK(?! (?:clusters?|brokers?|topics?|connect\w*|consumers?|clients?|serverless|upgrades?|versions?|partitions?|nodes?)\b)|SGT|HKT|NZ[SD]T|[PEMC]T)\b(?!\s?\(?(?:UTC|GMT|[+-]\d))"
)
_TIME = re.compile(
    r"(?<![\w:./-])(?:(?P<date>\d{4}-\d\d-\d\d)[ T,]*)?(?P<hour>\d{1,2}):(?P<minute>\d\d)"
    r"(?::(?P<second>\d\d)(?:[.,]\d{1,9})?)?(?P<half>\s?[ap]\.?m\b\.?)?"
    rf"(?P<zone>\s?\(?{_ZONE})?(?!\w|[:.]\d)",
    re.IGNORECASE,
)
_DATE = re.compile(r"(?<![\w./-])(\d{4}-\d\d-\d\d)(?![\w-])")
# What tells the zone of other times: not `Z`, which belongs to the time it follows, nor an offset alone.
_SAID = re.compile(
    r"\b(?:UTC|GMT)\b|\b(?:Africa|America|Asia|Atlantic|Australia|Europe|Indian|Pacific)/\w+|[+-]\d\d:\d\d\b"
)
_LEADING = re.compile(r"^[\W_]*(?:(?:at|around|about|approx\.?|circa|ca\.?|by|on)\s+)?", re.IGNORECASE)
#: An abbreviation is a zone's beside a time; elsewhere MSK is a product and PT a place.
_BESIDE = re.compile(rf"[\s,]*\(?{_ABBREVIATION.pattern}")
_BEFORE = re.compile(rf"{_ABBREVIATION.pattern}\W{{0,2}}$")
_CONTEXT = re.compile(
    r"(?:\b(?:at|around|about|until|till|from|by|since|between|before|after|and|to|UTC)|[-–—~])\s*$",
    re.IGNORECASE,
)
_MONTH = r"(?:jan|feb|mar|apr|may|june?|july?|aug|sept?|oct|nov|dec)[a-z]*\.?"
_IN_WORDS = re.compile(
    rf"^\W*(?:\w+day,?\s+)?(?:\d{{1,2}}(?:st|nd|rd|th|\.)?\s+(?:of\s+)?{_MONTH}|{_MONTH}\s+\d{{1,2}}\b)"
    r"|^\W*(?:mon|tues|wednes|thurs|fri|satur|sun|to|yester)day\b",
    re.IGNORECASE,
)
# `All times in UTC`, `Times (CET)`, `timezone: Europe/Berlin`; no response times of something.
_FOR_ALL = re.compile(
    r"(?:(?:^|[.(*_]|\ball|\bthe|\bthese|\bour)\s{0,9}|\btime)(?:times?(?:stamps?)?|zones?)\b"
    r"(?:\s{1,9}(?:are|is|below|here|given|shown|listed|stated|noted|reported|written|mentioned|used|this|report|in|as|for|the|document|timeline))*"
    rf"\s{{0,9}}[:=(]?\s{{0,9}}(?:in\s{{1,9}})?(?:[\w'’-]{{1,40}}\s{{1,9}}){{0,4}}?\(?(?:{_ZONE}|{_ABBREVIATION.pattern})",
    re.IGNORECASE,
)
_NOON, _HALF_DAY = 12, 720


@dataclass(frozen=True)
class _Moment:
    """A leading time: the day (ordinal text) where one is written, and minutes since midnight."""

    line: int
    text: str
    date: str | None
    minutes: float | None
    last: float | None = None  # the end of what it may mean: a minute without seconds is all of it
    other_day: bool = False  # a day written in words: nothing before it is compared with it


def check(blocks: Sequence[Block]) -> Iterator[Finding]:
    """Find impossible times, times out of order, and times without a zone."""
    own = [block for block in blocks if block.form != "code" and not block.kept]
    for block in own:
        yield from _impossible(block)
    yield from _out_of_order(own)
    yield from _zoneless(own)


def _impossible(block: Block) -> Iterator[Finding]:
    for line, text in block.words:
        for match in _DATE.finditer(text):
            if not _exists(f"{match[1]}T00:00Z"):
                yield finding("time-impossible", line, f"there is no day {match[1]}", mark=match[1])
        for match in _TIME.finditer(text):
            if not _possible(match) and _is_time(match, text):
                said = match[0].strip()
                yield finding("time-impossible", line, f"there is no time {said!r}", mark=said)


def _exists(text: str) -> bool:
    try:
        read_civil(text)
    except UndecodableTimeError:
        return False
    return True


def _possible(match: re.Match[str]) -> bool:
    hour, minute, second = int(match["hour"]), int(match["minute"]), int(match["second"] or 0)
    # "17:14pm" says one thing twice; "17:14am" contradicts itself.
    most = _NOON if match["half"] and "a" in match["half"].lower() else 24
    return hour <= most and minute < 60 and second <= 60 and not (hour == 24 and (minute or second))


def _is_time(match: re.Match[str], text: str) -> bool:
    """Tell a time from a ratio, a score or a pair of ports: by what stands around it."""
    if match["date"] or match["zone"] or match["half"]:
        return True
    leading = _LEADING.match(text, 0, match.start())
    is_alone = leading is not None and leading.end() == match.start()
    return is_alone or bool(_CONTEXT.search(_words_before(match, text)))


def _words_before(match: re.Match[str], text: str) -> str:
    """Return what stands right before a time: all that precedes it would be read anew for each of a long line."""
    return text[max(0, match.start() - 80) : match.start()]


def _out_of_order(blocks: Sequence[Block]) -> Iterator[Finding]:
    for entries in _lists(blocks):
        yield from _backwards(entries)


def _lists(blocks: Sequence[Block]) -> Iterable[list[_Moment]]:
    """Group leading times by the table, the list, or the level of headings that they stand in."""
    groups: dict[tuple[object, ...], list[_Moment]] = {}
    for block in blocks:
        key: tuple[object, ...]
        if block.form == "heading":
            key = ("heading", block.level, block.section[:-1])
        elif block.form == "item":
            key = ("item", block.heading)
        else:
            key = (block.form, block.group if block.form == "row" else block.heading)
        text = (
            next((c.text for c in block.cells if c.text.strip()), "") if block.cells else block.words[0].text
        )
        if moment := _leading(block.line, text):
            groups.setdefault(key, []).append(moment)
    return groups.values()


def _leading(line: int, text: str) -> _Moment | None:
    if match := _IN_WORDS.match(text):
        return _Moment(line, match[0].strip(), None, None, other_day=True)
    start = _LEADING.match(text)
    rest = text[start.end() :] if start else text
    if (match := _TIME.match(rest)) and _possible(match):
        hour = int(match["hour"])
        if match["half"]:
            hour = hour % _NOON + (_NOON if "p" in match["half"].lower() else 0)
        minutes = hour * 60 + int(match["minute"]) + int(match["second"] or 0) / 60
        last = minutes if match["second"] else minutes + 59 / 60
        return _Moment(line, match[0].strip(), match["date"], minutes, last)
    if (match := _DATE.match(rest)) and _exists(f"{match[1]}T00:00Z"):
        return _Moment(line, match[0], match[1], None)
    return None


def _backwards(entries: Sequence[_Moment]) -> Iterator[Finding]:
    day: str | None = None
    latest: _Moment | None = None
    for entry in entries:
        if entry.other_day:
            day, latest = None, None
            continue
        if entry.date and day and entry.date != day:
            if entry.date < day and latest:
                yield _order(entry, latest)
            latest = None
        day = entry.date or day
        if latest and _before(entry, latest):
            yield _order(entry, latest)
        # What follows is compared with this one: a misplaced entry is reported once.
        latest = latest if entry.minutes is None else entry


def _before(entry: _Moment, latest: _Moment) -> bool:
    if entry.minutes is None or latest.minutes is None or (entry.last or entry.minutes) >= latest.minutes:
        return False
    # More than half a day back, and no date written: the next day began.
    return entry.date is not None or latest.minutes - entry.minutes <= _HALF_DAY


def _order(entry: _Moment, latest: _Moment) -> Finding:
    return finding(
        "time-order", entry.line,
        f"{entry.text!r} stands after {latest.text!r} (line {latest.line}): put it in its place, or write its date",
        mark=entry.text,
    )  # fmt: skip


def _zoneless(blocks: Sequence[Block]) -> Iterator[Finding]:
    """Report once a section: a zone may be said by the time, the line, the table, the heading, the draft."""
    said = stated_for_all(blocks)
    if said is not None:
        if abbreviation := _ABBREVIATION.search(said[1]):
            yield _ambiguous(said[0], abbreviation[0])
        return
    sections: dict[tuple[str, ...], list[tuple[int, str]]] = {}
    told: set[str] = set()
    for block in blocks:
        if _SAID.search(" ".join((*block.header, *block.section))):
            continue
        for line, text in block.words:
            times = [m for m in _TIME.finditer(text) if _possible(m) and _is_time(m, text)]
            if name := _abbreviated(times, text):
                if name not in told:
                    yield _ambiguous(line, name)
                told.add(name)
            elif times and not any(m["zone"] for m in times) and not _SAID.search(text):
                sections.setdefault(block.section[:2], []).extend((line, m[0].strip()) for m in times)
    for times_here in sections.values():
        yield _without(times_here)


def _abbreviated(times: Sequence[re.Match[str]], text: str) -> str | None:
    """Return the abbreviation that stands beside one of the times as its zone."""
    for time in times:
        beside = _BESIDE.match(text, time.end()) or _BEFORE.search(_words_before(time, text))
        if beside:
            return beside[0].strip(" ,(:-–")
    return None


def stated_for_all(blocks: Sequence[Block]) -> tuple[int, str] | None:
    """Return the line that says the zone of all times: `All times in UTC`."""
    for block in blocks:
        for line, text in block.words:
            if block.form != "row" and not _TIME.search(text) and _FOR_ALL.search(text):
                return line, text
    return None


def _ambiguous(line: int, abbreviation: str) -> Finding:
    return finding(
        "time-zoneless", line,
        f"{abbreviation} is read in more than one way: write UTC, or an offset such as +02:00",
        mark=abbreviation,
    )  # fmt: skip


def _without(times: Sequence[tuple[int, str]]) -> Finding:
    line, first = times[0]
    more = f" (and {len(times) - 1} more in this section)" if len(times) > 1 else ""
    return finding(
        "time-zoneless", line,
        f"{first!r} has no zone{more}: write UTC after it, or once for all, such as `All times in UTC`",
        mark=first,
    )  # fmt: skip
