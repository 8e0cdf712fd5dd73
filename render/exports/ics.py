"""iCalendar (RFC 5545): an event a fact and a gap; nothing in it makes anyone busy."""

from __future__ import annotations

import re
from collections.abc import Iterator

from render.exports.rows import Row, rows
from timeline.instant import NS, civil_from_days
from timeline.model import Timeline

_FOLD = 75  # octets a line, RFC 5545 §3.1
_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f]")
_NOT_UID = re.compile(r"[^A-Za-z0-9._-]")


def to_ics(timeline: Timeline) -> bytes:
    """Return a calendar in UTC; times are to the second, rounded outward, the exact ones described."""
    lines = [
        "BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:-//incident-timeline//timeline export//EN", "CALSCALE:GREGORIAN",
        f"X-WR-CALNAME:{_text(' '.join(filter(None, (timeline.incident.id, timeline.incident.title))))}",
    ]  # fmt: skip
    for row in rows(timeline):
        lines += _event(timeline, row)
    lines.append("END:VCALENDAR")
    return "".join(f"{part}\r\n" for line in lines for part in _folded(line)).encode("utf-8", "replace")


def _event(timeline: Timeline, row: Row) -> Iterator[str]:
    start = row["latest"] if row["earliest"] is None else row["earliest"]
    begin, end = start // NS, -(-(row["latest"] + 1) // NS)
    yield "BEGIN:VEVENT"
    yield f"UID:{row['id']}@{_NOT_UID.sub('-', timeline.incident.id)}.incident-timeline"
    # When it was made is not in the facts: the end of the window keeps the same timeline the same bytes.
    yield f"DTSTAMP:{_moment(timeline.window.end // NS)}"
    yield f"DTSTART:{_moment(begin)}"
    if end > begin + 1:
        yield f"DTEND:{_moment(end)}"
    yield f"SUMMARY:{_text(row['statement'].replace('`', ''))}"
    yield f"DESCRIPTION:{_text(_described(row))}"
    yield f"CATEGORIES:{_text(row['category'] or 'gap')},{_text(row['kind'])}"
    yield "TRANSP:TRANSPARENT"
    yield "END:VEVENT"


def _described(row: Row) -> str:
    words = [f"“{row['quote']}”"] if row["quote"] else []
    if row["earliest"] is None:
        words.append("It was already so; when it began is not known.")
    words += [f"{name}: {row[name]}" for name in ("source", "time_means", "link") if row[name]]
    return "\n".join(words)


def _moment(seconds: int) -> str:
    days, clock = divmod(seconds, 86_400)
    year, month, day = civil_from_days(days)
    return f"{year:04d}{month:02d}{day:02d}T{clock // 3600:02d}{clock // 60 % 60:02d}{clock % 60:02d}Z"


def _text(value: str) -> str:
    plain = _CONTROL.sub("", value.replace("\r\n", "\n").replace("\r", "\n"))
    return plain.replace("\\", "\\\\").replace(";", "\\;").replace(",", "\\,").replace("\n", "\\n")


def _folded(line: str) -> Iterator[str]:
    """Cut a line at 75 octets, never inside a character; the rest begins with a space."""
    part, size = "", 0
    for character in line:
        width = len(character.encode("utf-8", "replace"))
        if size + width > _FOLD:
            yield part
            part, size = " ", 1
        part, size = part + character, size + width
    yield part
