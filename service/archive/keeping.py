"""The archive of a configuration: brought up to date from the incidents' folders whenever it is asked."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple

from archive.cases.sqlite import SqliteArchive
from archive.cases.store import Archive
from archive.cases.store import Excerpt as Excerpt
from archive.cases.store import Found as Found
from archive.cases.store import Hit as Hit
from archive.cases.store import Kept as Kept
from service.archive.reading import read, stamp
from service.settings.config import Config, settings_only
from service.settings.registry import nearest
from timeline.cases.case import Case
from timeline.cases.query import Query
from timeline.errors import TimelineError, UsageError

FILE = "archive.db"
_AT_ONCE = 50  # cases that are written together: a kill loses no more, and they are read again


class Update(NamedTuple):
    """What bringing an archive up to date did, and which folders could not be read, with the reason."""

    read: int
    gone: int
    unread: tuple[str, ...]


@contextmanager
def opened(config: Path | None = None) -> Iterator[tuple[Archive, Config]]:
    """Open the archive of a configuration, found or given. Raises DatabaseError, UsageError."""
    conf = settings_only(config)
    with archive_of(conf) as store:
        yield store, conf


@contextmanager
def archive_of(conf: Config) -> Iterator[Archive]:
    """Open the archive beside the incidents of a configuration. Raises DatabaseError, UsageError."""
    out = conf.folder / conf.settings.out
    if not out.is_dir():
        raise UsageError(
            f"{out} holds no incident yet; `timeline build` one, or name a configuration by --config"
        )
    store = SqliteArchive(out / FILE)
    try:
        yield store
    finally:
        store.close()


def update(archive: Archive, conf: Config, also: Iterable[Path] = (), *, anew: bool = False) -> Update:
    """Read what is new or changed in the output folder and in folders that were added; forget what is gone.

    `also` are folders to add; with `anew` everything is read again.
    """
    there = {one.folder: one.stamp for one in archive.kept()}
    excluded = archive.excluded()
    out = conf.folder / conf.settings.out
    wanted = (set(_folders(out)) - excluded) | {str(path.resolve()) for path in also} | there.keys()
    gone, changed = list[str](), list[tuple[str, str]]()
    for folder in sorted(wanted):
        now = stamp(folder)
        if not now:
            gone += [folder] * (folder in there)
        elif anew or there.get(folder) != now:
            changed.append((folder, now))
    unread = list[str]()
    for at in range(0, len(changed), _AT_ONCE):
        # Read before anything is written: who else writes waits for no file.
        archive.put(list(_cases(changed[at : at + _AT_ONCE], unread)))
    if gone:
        archive.remove(gone)
    return Update(len(changed) - len(unread), len(gone), tuple(unread))


def _folders(out: Path) -> Iterator[str]:
    """Yield the folders right inside one, by where they really are; links are followed, the rest is not looked at."""
    if not out.is_dir():
        return
    home = str(out.resolve())
    with os.scandir(home) as entries:
        for entry in entries:
            if entry.is_dir():
                yield str(Path(entry.path).resolve()) if entry.is_symlink() else entry.path


def _cases(folders: Iterable[tuple[str, str]], unread: list[str]) -> Iterator[tuple[str, str, Case]]:
    for folder, now in folders:
        try:
            yield folder, now, read(Path(folder))
        except (TimelineError, OSError) as err:
            unread.append(str(err))


def removed(archive: Archive, named: Iterable[Path]) -> list[str]:
    """Take incidents out, named by id or by folder, and keep them out; return their folders. Raises UsageError."""
    kept, found = archive.kept(), list[str]()
    for name in named:
        those = [one.folder for one in kept if one.id == str(name) or one.folder == str(name.resolve())]
        if not those:
            known = nearest(str(name), [one.id for one in kept])
            raise UsageError(f"{name} is not in the archive{known}; `timeline archive list` shows what is")
        found += those
    archive.exclude(found)
    return found


def search(
    query: Query, config: Path | None = None, most: int = 10, *, counted: bool = False
) -> tuple[Found, Update]:
    """Bring the archive up to date and search it."""
    with opened(config) as (archive, conf):
        done = update(archive, conf)
        return archive.search(query, most, counted=counted), done
