"""What of an incident that is being built was in earlier ones, as the archive of its configuration says."""

from __future__ import annotations

from pathlib import Path

from archive.cases.store import Kept
from service import names
from service.archive.keeping import archive_of, update
from service.archive.recurring import is_used
from service.check import draft as check_draft
from service.review.notes import NotesFile
from service.settings.config import Config
from timeline.cases.case import case_of
from timeline.cases.former import CameBack, Known, came_back
from timeline.model import Timeline


def look_back(conf: Config, directory: Path, timeline: Timeline) -> CameBack | None:
    """Bring the archive up to date and compare; None where none is in use, and none is made. Raises DatabaseError, UsageError, ServerError, OSError, sqlite3.Error."""
    if not is_used(conf):
        return None
    own = directory.resolve()
    with archive_of(conf) as archive:
        update(archive, conf)
        others = [
            Known(kept.id, kept.title, kept.start, details.features, _draft(kept, own))
            for kept, details in archive.details()
            if kept.folder != str(own)
        ]
    case = case_of(timeline, check_draft.prose_of(directory / names.DRAFT), NotesFile(directory).read().notes)
    return came_back(case.start, case.details.features, others)


def _draft(kept: Kept, own: Path) -> str:
    """Return where the draft of an incident beside this one is, seen from its folder; nothing of others."""
    folder = Path(kept.folder)
    is_beside = folder.parent == own.parent and (folder / names.DRAFT).is_file()
    return f"../{folder.name}/{names.DRAFT}" if is_beside else ""
