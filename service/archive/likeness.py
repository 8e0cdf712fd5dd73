"""Incidents of the archive that are like one, with the reasons."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

from archive.cases.store import Archive, Kept
from service.archive.asking import kept_answer
from service.archive.keeping import Update, opened, update
from service.archive.reading import read
from service.incident.folders import targets
from service.incident.located import located_one
from timeline.canonical import Json
from timeline.cases.case import Case
from timeline.cases.details import Details
from timeline.cases.query import Query
from timeline.cases.recurrence import ASPECTS, WITHIN
from timeline.cases.similarity import ALIKE, Incidents, Reason
from timeline.cases.wording import words
from timeline.errors import UsageError
from timeline.instant import NS


class Alike(NamedTuple):
    """An incident that is like the one that was asked for: score (0 to 1) and reasons, what says most first."""

    kept: Kept
    services: tuple[str, ...]
    score: float
    reasons: tuple[Reason, ...]
    before: int | None = None  # ns that it began before the one that was asked for; negative after it

    @property
    def came_back(self) -> bool:
        """Whether something of it was there within 20 days: an alert, a signature, a factor or a failure mode."""
        near = self.before is not None and abs(self.before) <= WITHIN
        return near and any(reason.aspect in ASPECTS for reason in self.reasons)


class Likeness(NamedTuple):
    """The incident that was asked for, those like it, and among how many it was compared, itself counted."""

    id: str
    alike: tuple[Alike, ...]
    incidents: int


def similar(
    named: Path, query: Query | None = None, config: Path | None = None, *, at_least: float = ALIKE
) -> tuple[Likeness, Update]:
    """Compare an incident (by id or folder, in the archive or not) with those of the archive that are as a query says.

    The most alike come first, of those as alike the newest. Raises UsageError, DocumentError, DatabaseError.
    """
    with opened(config) as (archive, conf):
        done = update(archive, conf)
        return compared(archive, named, query, config, at_least), done


def compared(
    archive: Archive, named: Path, query: Query | None, config: Path | None, at_least: float = ALIKE
) -> Likeness:
    """Compare an incident with those of an archive as it is. Raises UsageError, DocumentError, DatabaseError."""
    every = archive.details()
    place, identity, own = _wanted(named, every, config)
    starts = [kept.start for kept, _ in every] + ([own.start] if own else [])
    features = [details.features for _, details in every] + ([own.details.features] if own else [])
    place = len(every) if place is None else place
    found = Incidents(features).alike(place, at_least)
    chosen = archive.chosen(query) if found and query and query != Query() else None
    alike = (
        Alike(
            every[match.place][0],
            every[match.place][1].features.services,
            match.score,
            match.reasons,
            _between(starts[match.place], starts[place]),
        )
        for match in found
        if chosen is None or every[match.place][0].folder in chosen
    )
    return Likeness(identity, tuple(alike), len(features))


def _between(start: int | None, later: int | None) -> int | None:
    return None if start is None or later is None else later - start


def _wanted(
    named: Path, every: Sequence[tuple[Kept, Details]], config: Path | None
) -> tuple[int | None, str, Case | None]:
    """Return the place of an incident in the archive and its id; where it is not there its id and case."""
    folder = str(named.resolve())
    # A folder goes before an id that is written the same.
    places = [n for n, (kept, _) in enumerate(every) if kept.folder == folder]
    places = places or [n for n, (kept, _) in enumerate(every) if kept.id == str(named)]
    if len(places) > 1:
        folders = ", ".join(every[place][0].folder for place in places)
        raise UsageError(f"{named} is the id of {len(places)} incidents; name one by its folder: {folders}")
    if places:
        return places[0], every[places[0]][0].id, None
    paths = targets([located_one(named, config)])
    if len(paths) > 1:
        raise UsageError(f"{named} holds {len(paths)} incidents; name one")
    case = read(paths[0])
    return None, case.id, case


def answer(likeness: Likeness, most: int) -> dict[str, Json]:
    """Return what `search --similar --json` prints; `share` is what each reason adds to the score."""
    return {
        "id": likeness.id, "incidents": likeness.incidents, "total": len(likeness.alike), "at_least": ALIKE,
        "hits": [_one(one, likeness.incidents) for one in likeness.alike[:most]],
    }  # fmt: skip


def _one(one: Alike, incidents: int) -> dict[str, Json]:
    reasons: list[Json] = [
        {
            "aspect": reason.aspect, "value": reason.value, "other": reason.other or None, "incidents": reason.of,
            "share": reason.share, "text": words(reason, incidents),
        }
        for reason in one.reasons
    ]  # fmt: skip
    before = None if one.before is None else one.before // NS
    return {
        **kept_answer(one.kept),
        "score": one.score,
        "before_s": before,
        "came_back": one.came_back,
        "reasons": reasons,
    }
