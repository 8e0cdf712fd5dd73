"""The archive of a configuration: brought up to date from the incidents' folders whenever it is asked."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple, Protocol

from archive.cases.sqlite import SqliteArchive
from archive.cases.store import Archive
from archive.cases.store import Excerpt as Excerpt
from archive.cases.store import Found as Found
from archive.cases.store import Hit as Hit
from archive.cases.store import Kept as Kept
from service.archive import reading
from service.archive.reading import read
from service.archive.shared import SEEN, SharedArchive
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


class Changes(Protocol):
    """How a change of a folder is told."""

    def stamp(self, folder: str) -> str:
        """Return what differs when an incident changed; empty where there is none."""

    def is_current(self, folder: str, now: str, there: str | None) -> bool:
        """Tell whether what the archive has (a stamp of `there`) needs nothing of this machine."""

    def has_gone(self, folder: str, there: str) -> bool:
        """Tell whether a folder that is not here is to leave the archive."""

    def follows(self, folder: str) -> bool:
        """Tell whether a folder of the archive is looked at that does not lie in the output folder."""


class _Alone:
    """An archive of this machine alone: size and time of change of the files tell all."""

    def stamp(self, folder: str) -> str:
        return reading.stamp(folder)

    def is_current(self, folder: str, now: str, there: str | None) -> bool:  # noqa: ARG002 - the protocol's
        return there == now

    def has_gone(self, folder: str, there: str) -> bool:  # noqa: ARG002 - as above
        return True

    def follows(self, folder: str) -> bool:  # noqa: ARG002 - as above
        return True


def changes_of(archive: Archive) -> Changes:
    """Return how changes of an archive's folders are told."""
    return archive if isinstance(archive, SharedArchive) else _Alone()


def everywhere(archive: Archive, query: Query, most: int, *, counted: bool) -> Found:
    """Search an archive, and of one that teams share what others put there too."""
    if isinstance(archive, SharedArchive):
        return archive.search(query, most, counted=counted, everyone=True)
    return archive.search(query, most, counted=counted)


@contextmanager
def opened(config: Path | None = None) -> Iterator[tuple[Archive, Config]]:
    """Open the archive of a configuration, found or given. Raises DatabaseError, UsageError."""
    conf = settings_only(config)
    with archive_of(conf) as store:
        yield store, conf


@contextmanager
def archive_of(conf: Config) -> Iterator[Archive]:
    """Open the archive of a configuration: its server, or the file beside the incidents. Raises DatabaseError, UsageError."""
    out = conf.folder / conf.settings.out
    if conf.settings.archive.url:
        with _server(conf, out / SEEN) as shared:
            yield shared
        return
    if not out.is_dir():
        raise UsageError(
            f"{out} holds no incident yet; `timeline build` one, or name a configuration by --config"
        )
    store = SqliteArchive(out / FILE)
    try:
        yield store
    finally:
        store.close()


@contextmanager
def _server(conf: Config, seen: Path) -> Iterator[SharedArchive]:
    from service.archive.server import connected

    settings = conf.settings.archive
    with connected(settings, conf.folder) as archive:
        shared = SharedArchive(archive, settings.name, conf.folder, seen)
        try:
            yield shared
        finally:
            shared.close()


def update(archive: Archive, conf: Config, also: Iterable[Path] = (), *, anew: bool = False) -> Update:
    """Read what is new or changed in the output folder and in folders that were added; forget what is gone.

    `also` are folders to add; with `anew` everything is read again.
    """
    changes = changes_of(archive)
    there = {one.folder: one.stamp for one in archive.kept()}
    excluded = archive.excluded()
    out = conf.folder / conf.settings.out
    wanted = (set(_folders(out)) - excluded) | {str(path.resolve()) for path in also}
    gone, changed = list[str](), list[tuple[str, str]]()
    for folder in sorted(wanted | set(filter(changes.follows, there))):
        now = changes.stamp(folder)
        if not now:
            gone += [folder] * (folder in there and changes.has_gone(folder, there[folder]))
        elif anew or not changes.is_current(folder, now, there.get(folder)):
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
        return everywhere(archive, query, most, counted=counted), done
