"""The incidents that an agent may ask about: folders that were given, by the ids they are named by."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Protocol

from service import names
from service.archive.following import Following
from service.draft.output import chart_url
from service.evidence.kept import Kept, Loaded
from service.evidence.place import evidence_of
from service.evidence.store import Evidence
from service.incident.folders import shown, targets
from service.settings.config import Config, of_incident
from timeline.errors import TimelineError, UsageError


class UnknownIncidentError(TimelineError):
    """There is no timeline of this id among those that are served."""

    def __init__(self) -> None:
        super().__init__("there is no incident of this id; list_incidents names those there are")


class Shelf(Protocol):
    """Built incidents by id; what a file says is read again when the file changes. All raise for an unknown id."""

    @property
    def config(self) -> Path | None:
        """The configuration that was given, or found."""

    @property
    def archive(self) -> Following | None:
        """All incidents of the folder that is served; None where single ones were given."""

    def ids(self) -> list[str]:
        """Return every id, in order."""

    def directory(self, incident: str) -> Path:
        """Return the incident's folder."""

    def load(self, incident: str) -> Loaded:
        """Return its timeline; raise DocumentError where it cannot be read."""

    def page(self, incident: str) -> str:
        """Return what the address of its page begins with."""


class Folders:
    """Incidents in given folders, or in folders of those: what is built there later is there, too."""

    def __init__(self, paths: Sequence[Path], config: Path | None, archive: Following | None = None) -> None:
        self.config, self.archive = config, archive
        self._paths, self._held = tuple(paths), Kept()
        self._folders()

    def _folders(self) -> dict[str, Path]:
        """Return the folders by id; raise UsageError where there is none, or an id is there twice."""
        found: dict[str, Path] = {}
        for folder in targets(self._paths):
            if not (folder / names.TIMELINE).is_file():
                continue
            other = found.setdefault(folder.resolve().name, folder)
            if other is not folder:
                raise UsageError(
                    f"{folder.resolve().name} is there twice: {shown(other)} and {shown(folder)}"
                )
        if not found:
            raise UsageError(f"there is no {names.TIMELINE}; give an incident folder")
        return found

    def ids(self) -> list[str]:
        """Return every id, in order."""
        return sorted(self._folders())

    def directory(self, incident: str) -> Path:
        """Return the incident's folder; no path is made of what was sent."""
        found = self._folders().get(incident)
        if found is None:
            raise UnknownIncidentError
        return found

    def load(self, incident: str) -> Loaded:
        """Return its timeline."""
        return self._held.load(self.directory(incident) / names.TIMELINE)

    def page(self, incident: str) -> str:
        """Return what the address of its page begins with, as in its draft."""
        return prefix(self, incident)


def evidence(shelf: Shelf, incident: str) -> Evidence:
    """Return the evidence of an incident."""
    return evidence_of(shelf.directory(incident), settings(shelf, incident))


def settings(shelf: Shelf, incident: str) -> Config:
    """Return the configuration that holds for an incident."""
    return of_incident(shelf.config, shelf.directory(incident))


def prefix(shelf: Shelf, incident: str) -> str:
    """Return what links of the draft to the page begin with."""
    try:
        newest = evidence(shelf, incident).manifest().newest
    except (TimelineError, OSError):
        newest = None
    return chart_url(settings(shelf, incident), newest)
