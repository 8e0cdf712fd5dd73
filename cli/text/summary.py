"""The one summary that ends a build: the incident's own window, what each source gave, and what to open."""

from __future__ import annotations

import json
import shlex
from collections import Counter
from datetime import UTC, datetime, tzinfo
from pathlib import Path
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from rich.console import Console

from cli.text.show import messages
from service import names
from service.build.result import Result
from service.build.resume import LASTING
from timeline import terms
from timeline.instant import NS
from timeline.model import Gap, Incident, Window
from timeline.present import count, duration, listed

_OPENED = ((names.PAGE, "the page"), (names.DRAFT, "the draft"), (names.TIMELINE, "the facts"))


def result(made: Result, *, as_json: bool, zone: str | None = None, seconds: float | None = None) -> None:
    """Print the summary on stderr and what may be opened on stdout, or the JSON answer; times in `zone` as well."""
    messages(made.messages)
    if as_json:
        print(json.dumps(made.answer(), indent=2))  # noqa: T201 - data goes to stdout
        return
    console = Console(stderr=True)
    _table(made, console)
    for line in lines(made, _zone(zone), seconds):
        console.print(line, highlight=False, markup=False, soft_wrap=True)
    for name, what in _OPENED:
        print(f"{(made.directory / name).resolve().as_uri()}  {what}")  # noqa: T201 - data goes to stdout


def lines(made: Result, zone: tzinfo, seconds: float | None = None) -> list[str]:
    """Return the summary below the table: which incident, how much, what is missing."""
    incident, read = made.timeline.incident, made.timeline.window
    title = f" {incident.title}" if incident.title else ""
    start = read.start if incident.start is None else incident.start
    own = span(Window(start=start, end=read.end if incident.end is None else incident.end), zone)
    gaps, notes = made.gaps, made.notes
    counted = [
        count(len(made.timeline.facts), "fact"),
        count(len(gaps), "gap"),
        *([count(len(notes), "note")] if notes else []),
    ]
    lasting = any(gap.reason in LASTING for gap in gaps)
    took = f" in {duration(seconds, up=True)}" if seconds is not None else ""
    return [
        f"{incident.id}{title}: {own}",
        f"{', '.join(counted)}{took}, read from {_moment(read.start)} to {_moment(read.end, read.start)} UTC",
        *([f"taken out of the evidence: {_redacted(made)}"] if _redacted(made) else []),
        *(f"  gap  {_said(one)}" for one in gaps),
        *(f"  note {_said(one)}{_beside(one, incident)}" for one in notes),
        *(
            [f"`timeline build {shlex.quote(incident.id)} --resume` asks again for what did not come"]
            if lasting
            else []
        ),
    ]


def _beside(note: Gap, incident: Incident) -> str:
    """Return on which side of a note the incident lies; nothing where it meets what was never recorded."""
    if incident.start is not None and note.end <= incident.start:
        return "; the incident began later"
    return "; the incident had ended" if incident.end is not None and note.start >= incident.end else ""


def span(window: Window, zone: tzinfo = UTC) -> str:
    """Return a window in seconds and a zone, and in UTC where that is another: `14:02:00 to 15:10:00 CET (...)`."""
    length = duration((window.end - window.start) / NS, up=True)
    there = f"{_moment(window.start)} to {_moment(window.end, window.start)} UTC"
    offset = _local(window.start, zone).utcoffset()
    if not offset and not _local(window.end, zone).utcoffset():
        return f"{there} ({length})"
    here = f"{_moment(window.start, zone=zone)} to {_moment(window.end, window.start, zone)}"
    return f"{here} {_local(window.start, zone):%Z} ({there}; {length})"


def _moment(instant: int, beside: int | None = None, zone: tzinfo = UTC) -> str:
    """Return day and time of day; the time alone where `beside` is of the same day."""
    told = _local(instant, zone)
    same = beside is not None and _local(beside, zone).date() == told.date()
    return f"{told:%H:%M:%S}" if same else f"{told:%Y-%m-%d %H:%M:%S}"


def _local(instant: int, zone: tzinfo) -> datetime:
    return datetime.fromtimestamp(instant // NS, zone)


def _zone(name: str | None) -> tzinfo:
    """Return the zone that times were typed in; without one, this machine's."""
    try:
        return ZoneInfo(name) if name else datetime.now().astimezone().tzinfo or UTC
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return UTC  # an offset or an abbreviation: times as typed were read, and are shown in UTC


def _said(gap: Gap) -> str:
    return f"{gap.source}: {terms.reason(gap.reason)}: {gap.statement}"


def _redacted(made: Result) -> str:
    """Return how many secrets were taken out, by kind."""
    counts = Counter[str]()
    for run in made.collection.sources:
        counts.update(run.redacted)
    return listed([f"{number} {kind}" for kind, number in sorted(counts.items())]) if counts else ""


def _table(made: Result, console: Console) -> None:
    from rich.markup import escape
    from rich.table import Table

    table = Table(box=None, pad_edge=False, header_style="bold")
    for title in ("source", "collector"):
        table.add_column(title)
    for title in ("facts", "gaps", "seconds"):
        table.add_column(title, justify="right")
    for row in made.answer()["sources"]:
        number = (str(row["facts"]), str(row["gaps"]), f"{row['seconds']:.1f}")
        table.add_row(escape(row["name"]), row["collector"], *number)
    console.print(table)
    console.print()


def opened(directory: Path) -> str:
    """Return the address of a built page."""
    return (directory / names.PAGE).resolve().as_uri()
