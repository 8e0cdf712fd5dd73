"""What a check is told to look at: which incidents, by which settings, against which base."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from service.check import history
from service.check.base import Base
from service.evidence.place import apart
from service.incident.folders import is_incident, targets
from service.settings.check import CheckSettings
from service.settings.check import settings as check_settings
from service.settings.config import Config, of_incident
from service.settings.reading import Reader, on_disk
from service.signing.keys import PublicKey
from timeline.checks.findings import Finding
from timeline.errors import UsageError


@dataclass(frozen=True)
class Gate:
    """How a check is done: all but `now` (ns) is the command line's; `lower` makes absent evidence a warning."""

    config: Path | None
    base: Base | None
    now: int
    lower: bool = False
    keys: Sequence[PublicKey] = ()  # of which one must have signed

    @property
    def _read(self) -> Reader:
        return self.base.read if self.base else on_disk

    def changed(self, path: Path) -> bool:
        """Tell whether a request changes a file: then another version's word is none for it."""
        return self.base is not None and self.base.inside(path) in self.base.changed

    def configured(self, directory: Path) -> Config:
        """Return the configuration for an incident's folder; raise UsageError."""
        if self.config and self._read(self.config) is None:
            where = f"{self.base.name} has" if self.base else "there is"
            raise UsageError(f"{self.config}: {where} no such configuration file")
        return of_incident(self.config, directory, self._read)

    def settings(self, target: Path) -> CheckSettings:
        """Return the settings of the check for a folder, or a file; raise UsageError."""
        directory = target if target.is_dir() else target.parent
        return check_settings(directory, self.configured(directory).settings.check, self._read)


def among(asked: Sequence[Path], gate: Gate) -> list[Path]:
    """Return what is to be checked of a request: what the paths mean, else the incidents that it changes."""
    assert gate.base is not None
    if asked:
        there = [path for path in asked if path.exists() and not _only_removed(path, gate)]
        return targets(there) if there else []
    root = gate.base.root
    return targets(path for one in _touched(gate) if is_incident(path := root / one))


def _only_removed(path: Path, gate: Gate) -> bool:
    """Tell whether a folder holds no incident any more, and did."""
    return path.is_dir() and not _holds(path) and any(True for _ in removed(gate, (path,)))


def _holds(path: Path) -> bool:
    return is_incident(path) or any(is_incident(one) for one in path.iterdir() if one.is_dir())


def removed(gate: Gate, asked: Sequence[Path]) -> Iterator[Finding]:
    """Find timelines that a request removes, in the folders of the paths where there are any."""
    assert gate.base is not None
    within = [gate.base.inside(path) for path in asked]
    folders = [
        one
        for one in _touched(gate)
        if not asked or any(_within(one, folder) for folder in within if folder is not None)
    ]
    yield from history.removed(gate.base, folders)
    missing = [path for path in asked if not path.exists()]
    if missing and not any(
        _within(one, gate.base.inside(path) or ".") for path in missing for one in folders
    ):
        raise UsageError(f"{missing[0]}: there is no such file or folder; give an incident folder")


def _within(folder: str, above: str) -> bool:
    return not above or folder == above or folder.startswith(f"{above}/") or above.startswith(f"{folder}/")


def _touched(gate: Gate) -> list[str]:
    assert gate.base is not None
    return history.touched(gate.base, apart(gate.configured(gate.base.root)))
