"""The patterns of the incidents of an archive, and the folder of each."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from pathlib import Path
from typing import Any, NamedTuple

import msgspec

from archive.cases.store import Archive
from service.archive.keeping import Hit, Update, opened, update
from service.incident.folders import shown
from timeline.cases.details import Details
from timeline.cases.query import Query
from timeline.errors import TimelineError, UsageError
from timeline.patterns.numbers import Estimate as Estimate
from timeline.patterns.patterns import patterns
from timeline.patterns.report import Patterns as Patterns
from timeline.patterns.report import Tallies as Tallies
from timeline.patterns.rows import MAIN as MAIN
from timeline.patterns.rows import Row
from timeline.written.wallclock import zone as known_zone


class Answer(NamedTuple):
    """The patterns, the folder of each incident by its name in them, and what bringing the archive up to date did."""

    patterns: Patterns
    folders: dict[str, Path]
    update: Update


def of_query(query: Query, zone: str = "UTC", config: Path | None = None) -> Answer:
    """Bring the archive up to date, and return the patterns of what a query chooses. Raises UsageError."""
    with opened(config) as (archive, conf):
        done = update(archive, conf)
        return of_archive(archive, query, zone, done)


def of_archive(archive: Archive, query: Query, zone: str, done: Update) -> Answer:
    """Return the patterns of the incidents of an archive that a query chooses. Raises UsageError."""
    try:
        where = known_zone(zone)
    except TimelineError as err:
        raise UsageError(f"--zone {zone}: {err}") from err
    details = {kept.folder: one for kept, one in archive.details()}
    hits = [hit for hit in archive.search(query, max(len(details), 1)).hits if hit.kept.folder in details]
    called = _called(hits)
    rows = [_row(hit, called[hit.kept.folder], details[hit.kept.folder]) for hit in hits]
    folders = {called[hit.kept.folder]: Path(hit.kept.folder) for hit in hits}
    return Answer(patterns(rows, where, zone), folders, done)


def _called(hits: Iterable[Hit]) -> dict[str, str]:
    """Return what each incident is called, by its folder: its id; the folder where two have one."""
    folders = {hit.kept.folder: hit.kept.id for hit in hits}
    twice = {name for name, count in Counter(folders.values()).items() if count > 1}
    return {folder: shown(Path(folder)) if name in twice else name for folder, name in folders.items()}


def _row(hit: Hit, called: str, details: Details) -> Row:
    facets: dict[str, list[str]] = {}
    for name, value in hit.facets:
        facets.setdefault(name, []).append(value)
    return Row(called, hit.kept.title, hit.kept.severity, facets, details.figures, hit.kept.start)


def answer(found: Patterns) -> dict[str, Any]:
    """Return what `patterns --json` prints."""
    made: dict[str, Any] = msgspec.to_builtins(found)
    return made
