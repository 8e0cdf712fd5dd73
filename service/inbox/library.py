"""The directory of built timelines: what is in it, and each one's facts, notes and evidence."""

from __future__ import annotations

import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from archive import builds
from service import names
from service.check.prose import Waiting, findings, waiting
from service.evidence.document import read
from service.evidence.kept import Kept, Loaded, stamp
from service.evidence.place import evidence_of
from service.inbox.worker import Database
from service.incident import incidents
from service.review.notes import NotesFile
from service.settings.config import Config
from timeline.assembly.coverage import of_incident
from timeline.checks.findings import Finding
from timeline.errors import TimelineError, UsageError
from timeline.instant import NS, format_instant
from timeline.model import Timeline


class UnknownIncidentError(TimelineError):
    """There is no built timeline of this id."""


class Library:
    """Built timelines below `out`; what a file says is read again when the file changes."""

    def __init__(self, out: Path, conf: Config, store: Database) -> None:
        self.out, self._conf, self._store = out, conf, store
        self._held = Kept()

    @property
    def config(self) -> Path | None:
        """The configuration that holds for every incident, where there is one."""
        return self._conf.path

    @property
    def ticket_url(self) -> str:
        """What makes links of the keys of tickets."""
        return self._conf.settings.ticket_url

    def ids(self) -> list[str]:
        """Return every incident that has a timeline, by id."""
        return [folder.name for folder in self._folders()]

    def directory(self, incident: str) -> Path:
        """Return the incident's folder; raise UnknownIncidentError."""
        try:
            folder = self.out / incidents.check_id(incident)
        except UsageError as err:
            raise UnknownIncidentError("there is no incident of this id") from err
        if not (folder / names.TIMELINE).is_file():
            raise UnknownIncidentError(f"there is no timeline of {incident}; build it first")
        return folder

    def serves(self, incident: str, folder: str) -> bool:
        """Tell whether a folder is that of an incident that is served here."""
        return Path(folder) == (self.out / incident).resolve()

    def load(self, incident: str) -> Loaded:
        """Return the incident's timeline; raise UnknownIncidentError or DocumentError."""
        return self._held.load(self.directory(incident) / names.TIMELINE)

    def notes(self, incident: str) -> NotesFile:
        """Return the incident's notes; raise UnknownIncidentError."""
        return NotesFile(self.directory(incident))

    def findings(self, incident: str) -> list[Finding]:
        """Return what is found in the prose of the incident's draft; of facts and regions `timeline check` is the judge."""
        now = time.time_ns()
        # How late a draft is would differ each second, and every page that follows would take it anew.
        return findings(
            self.directory(incident), self.load(incident).timeline, self._conf, now - now % (60 * NS)
        )

    def waiting(self, incident: str) -> list[Waiting]:
        """Return how many questions of the draft wait for an answer, by section, in its order."""
        return waiting(self.directory(incident), self.findings(incident))

    def stamp(self, incident: str) -> str:
        """Return what differs once the timeline was built again, and again once its page was written."""
        folder = self.directory(incident)
        page = folder / names.PAGE
        return f"{stamp(folder / names.TIMELINE)} {stamp(page) if page.is_file() else ''}"

    def draft_stamp(self, incident: str) -> str:
        """Return what differs once the draft was written: by a build, a refresh, or a person."""
        try:
            return stamp(self.directory(incident) / names.DRAFT)
        except FileNotFoundError:  # there is none, or an editor puts another file in its place
            return ""

    def payload(self, incident: str, digest: str) -> bytes:
        """Return a payload, checked against its digest; raise EvidenceError."""
        return evidence_of(self.directory(incident), self._conf).get(digest)

    def summaries(self) -> list[dict[str, Any]]:
        """Return every incident's summary, the newest first; what cannot be read says so."""
        found = [self.summary(folder) for folder in self._folders()]
        return sorted(found, key=lambda s: (s["start"] or "", s["id"]), reverse=True)

    def _folders(self) -> Iterator[Path]:
        if self.out.is_dir():
            for folder in sorted(self.out.iterdir()):
                if (folder / names.TIMELINE).is_file():
                    yield folder

    def summary(self, folder: Path) -> dict[str, Any]:
        """Return one incident's summary, remembered in the database until its timeline changes."""
        path = folder / names.TIMELINE
        changed, name = stamp(path), str(folder.resolve())
        with self._store.use() as connection:
            known = builds.summary(connection, name, changed)
        if known is None or "open" not in known:  # of a version that did not keep it
            known = self._read(folder)
            with self._store.use() as connection:
                builds.remember(connection, name, changed, known)
        found: dict[str, Any] = {**known, "built": path.stat().st_mtime_ns}
        return found

    def _read(self, folder: Path) -> dict[str, Any]:
        empty: dict[str, Any] = dict.fromkeys(
            ("title", "severity", "start", "end", "digest", "error", "latest")
        )
        try:
            made = read(folder / names.TIMELINE, f"{folder.name}/{names.TIMELINE}").timeline
        except (TimelineError, OSError) as err:
            return {
                **empty,
                "id": folder.name,
                "facts": 0,
                "gaps": 0,
                "services": [],
                "open": False,
                "error": str(err)[:300],
            }
        incident = made.incident
        start, end = incident.start or made.window.start, incident.end
        return {
            "id": folder.name, "title": incident.title, "severity": incident.severity, "services": list(incident.services),
            "start": format_instant(start), "end": format_instant(end) if end is not None else None,
            "facts": len(made.facts), "gaps": len(of_incident(made)), "digest": made.digest, "error": None,
            "open": incident.start is not None and end is None and not _is_resolved(made),
            "latest": format_instant(max((fact.latest for fact in made.facts), default=start)),
        }  # fmt: skip


def _is_resolved(made: Timeline) -> bool:
    """Tell whether a fact says that the incident ended, and none after it that it was declared anew."""
    said = [fact.kind for fact in made.facts if fact.kind in {"incident.declared", "incident.resolved"}]
    return said[-1:] == ["incident.resolved"]
