"""An archive that several machines share: their folders by one name, and each machine's changes once.

An incident is called after the archive's name and where its folder lies seen from the configuration, so that it is the
same on each machine that has the configuration. What changed is told by the contents, since times of change differ from
machine to machine; what this machine saw last of each is kept in a file beside the incidents.
"""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Iterable, Sequence
from pathlib import Path
from typing import NamedTuple

import orjson

from archive.cases.opensearch.archive import OpenSearchArchive
from archive.cases.sqlite import VERSION
from archive.cases.store import Found, Kept
from service.archive.reading import FILES, stamp
from service.files import write
from timeline.cases.case import Case
from timeline.cases.details import Details
from timeline.cases.query import Query

SEEN = ".archive-seen.json"


class Seen(NamedTuple):
    """An incident of this machine as it was when the archive had it: size and time of change, and a digest of its contents."""

    quick: str
    digest: str


class SharedArchive:
    """An archive under names that machines share, which is spoken to by this machine's folders.

    `home` is the configuration's folder; what does not lie in it is called by its whole path. `seen` is the file of what
    this machine saw.
    """

    def __init__(self, archive: OpenSearchArchive, name: str, home: Path, seen: Path) -> None:
        self._archive, self._name, self._home, self._path = archive, name, home.resolve(), seen
        self._seen = _read(seen)
        self._before = dict(self._seen)

    def close(self) -> None:
        """Keep what this machine saw."""
        if self._seen != self._before:
            told = {folder: list(one) for folder, one in self._seen.items()}
            write(self._path, orjson.dumps(told))
            self._before = dict(self._seen)

    def stamp(self, folder: str) -> str:
        """Return the digest of an incident's contents; empty where there is none."""
        quick = _quick(folder)
        if not quick:
            return ""
        known = self._seen.get(folder)
        return known.digest if known and known.quick == quick else _digest(Path(folder))

    def is_current(self, folder: str, now: str, there: str | None) -> bool:
        """Tell whether nothing of this machine is to be put: the archive has it, or a later change of another machine."""
        known = self._seen.get(folder)
        if there == now:
            self._saw(folder, now)
        return there == now or (bool(there) and known is not None and known.digest == now)

    def has_gone(self, folder: str, there: str) -> bool:
        """Tell whether an incident was deleted here; one that this machine never had is another's."""
        known = self._seen.pop(folder, None)
        return known is not None and known.digest == there

    def follows(self, folder: str) -> bool:
        """Tell whether this machine had an incident: what others name may be any folder of it, and is not looked at."""
        return folder in self._seen

    def _saw(self, folder: str, digest: str) -> None:
        self._seen[folder] = Seen(_quick(folder), digest)

    def put(self, cases: Iterable[tuple[str, str, Case]]) -> None:
        """Keep cases; what was put, this machine saw."""
        told = list(cases)
        self._archive.put((self._key(folder), now, case) for folder, now, case in told)
        for folder, now, _ in told:
            self._saw(folder, now)

    def remove(self, folders: Collection[str]) -> None:
        """Forget cases."""
        self._archive.remove([self._key(one) for one in folders])

    def exclude(self, folders: Collection[str]) -> None:
        """Forget cases, for all machines."""
        self._archive.exclude([self._key(one) for one in folders])

    def excluded(self) -> frozenset[str]:
        """Return the folders that were taken out."""
        return frozenset(map(self._folder, self._archive.excluded()))

    def kept(self) -> Sequence[Kept]:
        """Return all cases of the configuration, those that only other machines have too."""
        return [self._here(one) for one in self._archive.kept()]

    def details(self) -> Sequence[tuple[Kept, Details]]:
        """Return what all cases are computed with."""
        return [(self._here(kept), details) for kept, details in self._archive.details()]

    def search(self, query: Query, most: int = 10, *, counted: bool = False, everyone: bool = False) -> Found:
        """Search the configuration's incidents; of `everyone`: others' too, which are called `NAME:FOLDER`."""
        found = self._archive.search(query, most, counted=counted, everyone=everyone)
        return found._replace(hits=tuple(one._replace(kept=self._here(one.kept)) for one in found.hits))

    def chosen(self, query: Query) -> frozenset[str]:
        """Return the folders of the configuration's incidents that a query chooses."""
        return frozenset(map(self._folder, self._archive.chosen(query)))

    def _key(self, folder: str) -> str:
        path = Path(folder)
        inner = path.relative_to(self._home) if path.is_relative_to(self._home) else path
        return f"{self._name}:{inner.as_posix()}"

    def _folder(self, key: str) -> str:
        name, _, inner = key.partition(":")
        return str(self._home / inner) if name == self._name else key

    def _here(self, kept: Kept) -> Kept:
        return kept._replace(folder=self._folder(kept.folder))


def _quick(folder: str) -> str:
    now = stamp(folder)
    return now and f"{VERSION} {now}"


def _digest(folder: Path) -> str:
    """Return the SHA-256 of what a case is made of: an incident's files or a document, and what is made of them now."""
    made = hashlib.sha256(f"{VERSION}\n".encode())
    if folder.is_file():
        return hashlib.sha256(made.digest() + folder.read_bytes()).hexdigest()
    for name in FILES:
        try:
            data = (folder / name).read_bytes()
        except OSError:
            continue
        made.update(f"{name}:{len(data)}\n".encode() + data)
    return made.hexdigest()


def _read(path: Path) -> dict[str, Seen]:
    """Return what this machine saw; nothing of a file that is broken, which costs a reading."""
    try:
        return {folder: Seen(*told) for folder, told in orjson.loads(path.read_bytes()).items()}
    except (OSError, ValueError, TypeError, AttributeError):
        return {}
