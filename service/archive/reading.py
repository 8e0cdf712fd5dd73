"""An incident's folder, or a document, as a case of the archive; what it was made of is told by size and time of change."""

from __future__ import annotations

import os
from pathlib import Path

from service import names
from service.archive.documents import parse
from service.check import draft as check_draft
from service.evidence.document import load
from service.review.notes import NotesFile
from timeline.cases.case import Case, case_of

FILES = (names.TIMELINE, names.DRAFT, names.NOTES)


def stamp(place: Path | str) -> str:
    """Return what changes when timeline, draft or notes of an incident do, or a document; empty where it is not there."""
    told, where = [], os.fspath(place)
    for name in FILES:
        try:
            found = os.stat(f"{where}/{name}")  # noqa: PTH116 - asked of ten thousand incidents before a search answers
        except OSError:
            if name == names.TIMELINE:
                return _document(Path(where))
            continue
        told.append(f"{name}:{found.st_size}:{found.st_mtime_ns}")
    return " ".join(told)


def _document(path: Path) -> str:
    if not path.is_file():
        return ""
    found = path.stat()
    return f"{found.st_size}:{found.st_mtime_ns}"


def read(directory: Path) -> Case:
    """Return the case of a built incident, or of a document. Raises DocumentError, DocumentUnreadError, OSError."""
    if directory.is_file():
        return parse(directory).case
    draft = directory / names.DRAFT
    drafted = draft.stat().st_mtime_ns if draft.is_file() else None
    return case_of(load(directory), check_draft.prose_of(draft), NotesFile(directory).read().notes, drafted)
