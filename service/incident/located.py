"""What a command is about: incidents by id, by a path, or all that the configuration's folder holds."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from service.incident.folders import incidents_in, is_incident
from service.incident.incidents import is_id
from service.settings.config import settings_only
from service.settings.registry import nearest
from timeline.errors import UsageError


def located(named: Iterable[Path], config: Path | None = None, *, gone: bool = False) -> list[Path]:
    """Return the paths that are meant: a path that exists as it is, an id as the folder of its incident.

    Nothing named means every incident in the folder that builds write to. Raises UsageError for a name that is
    neither, unless what is `gone` may be named, and where there is no incident.
    """
    given = list(named)
    if not given:
        return _all(config)
    return [one if one.exists() else _of_id(str(one), config, gone=gone) for one in given]


def located_one(named: Path | None, config: Path | None = None) -> Path:
    """Return the one path that is meant; raise UsageError where nothing is named and there are several incidents."""
    if named is not None:
        return located([named], config)[0]
    every = _all(config)
    if len(every) > 1:
        raise UsageError(f"name one of {len(every)} incidents: {_listed(every)}")
    return every[0]


def _folder(config: Path | None) -> Path:
    conf = settings_only(config)
    return conf.folder / conf.settings.out


def _incidents(folder: Path) -> list[Path]:
    return incidents_in(folder) if folder.is_dir() else []


def _all(config: Path | None) -> list[Path]:
    folder = _folder(config)
    if not (every := _incidents(folder)):
        raise UsageError(
            f"{folder} holds no incident yet; name one by its id or folder, or `timeline build` it"
        )
    return every


def _of_id(text: str, config: Path | None, *, gone: bool = False) -> Path:
    folder = _folder(config)
    if is_id(text) and is_incident(folder / text):
        return folder / text
    if gone:
        return Path(text)
    known = [path.name for path in _incidents(folder)]
    where = f" and no incident of that id in {folder}" if is_id(text) else ""
    raise UsageError(f"{text}: there is no such file or folder{where}{nearest(text, known)}")


def _listed(paths: list[Path], most: int = 10) -> str:
    names = [path.name for path in paths]
    return ", ".join(names[:most]) + (f" and {len(names) - most} more" if len(names) > most else "")
