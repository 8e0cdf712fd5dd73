"""Documents taken into the archive, and what was made out of each."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import NamedTuple

from archive.cases.store import Archive
from service.archive.documents import SUFFIXES, DocumentUnreadError, Parsed, documents_in, is_document, parse
from service.archive.keeping import changes_of
from service.incident.folders import is_incident
from timeline.canonical import Json
from timeline.errors import MissingExtraError, UsageError

_AT_ONCE = 50


class Imported(NamedTuple):
    """What was taken in, and why some documents were not."""

    documents: Sequence[Parsed]
    unread: Sequence[str]


def documents(paths: Iterable[Path]) -> list[Path]:
    """Return the documents that paths mean: files, and folders with what is below them, each once. Raises UsageError."""
    wanted = dict[Path, None]()
    for path in paths:
        if is_incident(path):
            raise UsageError(f"{path} is an incident that was built; `timeline archive add` takes it")
        if not path.exists():
            raise UsageError(f"{path}: there is no such file or folder")
        inside = documents_in(path) if path.is_dir() else [path] if is_document(path) else []
        if not inside:
            forms = ", ".join(sorted(SUFFIXES))
            raise UsageError(f"{path}: there is no document in a form that is read ({forms})")
        wanted |= dict.fromkeys(one.resolve() for one in inside)
    return list(wanted)


def take_in(archive: Archive, paths: Sequence[Path]) -> Imported:
    """Read documents and keep them; what cannot be read is told. Raises MissingExtraError."""
    read, unread, changes = list[Parsed](), list[str](), changes_of(archive)
    for at in range(0, len(paths), _AT_ONCE):
        made = list[tuple[str, str, Parsed]]()
        for path in paths[at : at + _AT_ONCE]:
            try:
                made.append((str(path), changes.stamp(str(path)), parse(path)))
            except MissingExtraError:
                raise
            except (DocumentUnreadError, OSError) as err:
                unread.append(str(err))
        archive.put([(folder, now, parsed.case) for folder, now, parsed in made])
        read += [parsed for *_, parsed in made]
    return Imported(read, unread)


def totals(done: Imported) -> dict[str, int]:
    """Return how much was made out of all documents."""
    there = done.documents
    return {
        "documents": len(there),
        "with_a_day": sum(one.case.start is not None for one in there),
        "with_times": sum(one.counts.claims > 0 for one in there),
        "times": sum(one.counts.claims for one in there),
        "times_without_a_zone": sum(one.counts.zoneless for one in there),
        "times_not_made_out": sum(len(one.unread) for one in there),
        "factors": sum(one.counts.factors for one in there),
        "lessons": sum(one.counts.lessons for one in there),
        "actions": sum(one.counts.actions for one in there),
    }


def answer(done: Imported) -> dict[str, Json]:
    """Return what `archive import --json` prints."""
    rows: list[Json] = [
        {
            "path": str(one.path), "id": one.case.id, "title": one.case.title, **one.counts._asdict(),
            "not_made_out": [{"line": line, "why": why} for line, why in one.unread],
        }
        for one in done.documents
    ]  # fmt: skip
    return {"totals": dict(totals(done)), "documents": rows, "unread": list(done.unread)}
