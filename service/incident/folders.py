"""The folders of incidents: where a build goes, and which incident a path belongs to."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path

from service import names
from service.incident import incidents
from service.settings.config import Config
from service.settings.written import shown as shown
from timeline.errors import UsageError


def output_directory(conf: Config, identity: str, out: Path | None) -> Path:
    """Return `<out>/<incident id>`, `out` from the flag or relative to the configuration."""
    return (out if out is not None else conf.folder / conf.settings.out) / incidents.check_id(identity)


def is_incident(directory: Path) -> bool:
    """Tell whether a folder holds a timeline or a draft."""
    return any((directory / name).is_file() for name in (names.TIMELINE, names.DRAFT))


def incidents_in(folder: Path) -> list[Path]:
    """Return the incidents' folders right inside a folder, in order."""
    return sorted(path for path in folder.iterdir() if is_incident(path))


def targets(paths: Iterable[Path]) -> list[Path]:
    """Return the incidents' folders (or single drafts) that paths mean, each once.

    A file of an incident stands for its folder, a folder of incidents for all of them; another
    Markdown file for itself. Raises UsageError for what is neither.
    """
    found: dict[Path, Path] = {}
    for path in paths:
        for target in _of(path):
            found.setdefault(target.resolve(), target)
    return list(found.values())


def _of(path: Path) -> Iterator[Path]:
    if not path.exists():
        raise UsageError(f"{path}: there is no such file or folder; give an incident folder")
    folder = path if path.is_dir() else path.parent
    if path.is_dir() or path.name in {names.TIMELINE, names.DRAFT, names.PAGE, names.NOTES}:
        inside = [folder] if is_incident(folder) else incidents_in(folder)
        if not inside:
            raise UsageError(f"{path} holds no incident; give the folder that `timeline build` made")
        yield from inside
    elif incident := next((f for f in (folder, folder.parent) if (f / names.TIMELINE).is_file()), None):
        yield incident  # a payload or a still, as a hook names what changed
    elif path.suffix.lower() in {".md", ".markdown"}:
        yield path
    else:
        raise UsageError(f"{path} belongs to no incident; give the folder that `timeline build` made")
