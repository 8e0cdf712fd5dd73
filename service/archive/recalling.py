"""What an on-call asks of an archive: earlier incidents with these alerts, services and log lines, and what was done in them."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

from archive.cases.store import Archive, Kept
from service.archive.asking import kept_answer
from service.archive.keeping import Update, opened, update
from service.settings.registry import nearest
from timeline.canonical import Json
from timeline.cases.course import Course
from timeline.cases.query import Query, terms
from timeline.cases.recollection import Asked, having, known_names, recalled
from timeline.cases.similarity import Aspect, Incidents
from timeline.errors import UsageError
from timeline.instant import format_instant


class Part(NamedTuple):
    """A part of the question, how many incidents have it, and the nearest name where none has."""

    text: str
    incidents: int
    nearest: str = ""


class Earlier(NamedTuple):
    """An incident, which parts of the question it has, and its course."""

    kept: Kept
    services: tuple[str, ...]
    has: tuple[str, ...]
    lacks: tuple[str, ...]
    course: Course


class Recollection(NamedTuple):
    """Those that have most of what was asked for first, of them the newest; `incidents` is how many the archive has."""

    earlier: tuple[Earlier, ...]
    parts: tuple[Part, ...]
    incidents: int


def recall(
    asked: Sequence[Asked], words: str = "", config: Path | None = None
) -> tuple[Recollection, Update]:
    """Bring the archive up to date and ask it. Raises UsageError, DatabaseError."""
    wanted = Query(terms(words))
    if not asked and not wanted.terms:
        raise UsageError("nothing is asked for: name an alert, a service, a signature or words")
    with opened(config) as (archive, conf):
        done = update(archive, conf)
        every = archive.details()
        worded = _worded(archive, wanted, every)
    known = Incidents([details.features for _, details in every])
    places: list[tuple[Aspect, set[int]]] = [(one.aspect, having(known, one)) for one in asked]
    names = [f"{one.aspect} {one.value}" for one in asked]
    if worded is not None:
        places.append(("signature", worded))
        names.append(f"words {words}")
    parts = tuple(
        Part(name, len(there), "" if there or number >= len(asked) else _nearest(known, asked[number]))
        for number, (name, (_, there)) in enumerate(zip(names, places, strict=True))
    )
    earlier = (
        Earlier(
            every[one.place][0], every[one.place][1].features.services,
            tuple(names[number] for number in one.has),
            tuple(name for number, name in enumerate(names) if number not in one.has),
            every[one.place][1].course,
        )
        for one in recalled(known, places)
    )  # fmt: skip
    return Recollection(tuple(earlier), parts, len(every)), done


def _worded(archive: Archive, wanted: Query, every: Sequence[tuple[Kept, object]]) -> set[int] | None:
    """Return the places of the incidents that have all words; None where there are no words."""
    if not wanted.terms:
        return None
    folders = archive.chosen(wanted)
    return {place for place, (kept, _) in enumerate(every) if kept.folder in folders}


def _nearest(known: Incidents, asked: Asked) -> str:
    return nearest(asked.value, known_names(known, asked.aspect)) if asked.aspect != "signature" else ""


def answer(found: Recollection, most: int) -> dict[str, Json]:
    """Return what `recall --json` prints."""
    return {
        "incidents": found.incidents, "total": len(found.earlier),
        "asked": [{"text": part.text, "incidents": part.incidents} for part in found.parts],
        "hits": [_one(one) for one in found.earlier[:most]],
    }  # fmt: skip


def _one(one: Earlier) -> dict[str, Json]:
    course = one.course
    return {
        **kept_answer(one.kept), "services": list(one.services), "has": list(one.has), "lacks": list(one.lacks),
        "measures": [{"name": span.name, "min_s": span.min_s, "max_s": span.max_s} for span in course.measures],
        "done": [
            {
                "what": act.what, "text": act.text, "reference": act.reference,
                "at": None if act.at is None else format_instant(act.at),
            }
            for act in course.done
        ],
        "runbooks": list(course.runbooks),
    }  # fmt: skip
