"""What a request may only add to: incidents, collections, payloads, pseudonyms, notes and sign-offs of its base."""

from __future__ import annotations

import tomllib
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

import orjson

from service import names
from service.check.base import Base, folder_of, incidents
from service.check.evidence import capped
from service.settings import check as gate
from service.settings import config
from timeline.checks.findings import Finding, finding

_RESTORE = "restore it from the base branch"
_JOURNALS = (names.NOTES, names.REVIEWS)
_FILES = (names.DRAFT, names.PAGE, *_JOURNALS)
#: What of timeline.toml decides what a check sees.
_DECIDES = ("check", "evidence_dir", "chart_url", "ticket_url")


def touched(base: Base, evidence_dir: Path | None) -> list[str]:
    """Return the folders of the incidents that the work changes or removes, below the repository's root.

    `evidence_dir` is where their evidence lies by name, where that is not inside them.
    """
    folders = frozenset[str]().union(incidents(base.now), *map(incidents, base.forks))
    apart = base.inside(evidence_dir) if evidence_dir else None
    found: set[str] = set()
    for name in base.changed:
        if (inside := folder_of(name, folders)) is not None:
            found.add(inside)
        if apart is not None and name.startswith(f"{apart}/"):
            owner = name[len(apart) + 1 :].partition("/")[0]
            found |= {one for one in folders if one.rpartition("/")[2] == owner}
    return sorted(found)


def removed(base: Base, folders: Iterable[str]) -> Iterator[Finding]:
    """Find the timelines, among those of the folders, that the base branch has and the work has not."""
    for folder in folders:
        name = _in(folder, names.TIMELINE)
        if not base.had(name) or name in base.now:
            continue
        blobs = {fork[name] for fork in base.forks if name in fork}
        place = next((n for n, blob in sorted(base.now.items()) if blob in blobs), "")
        how = f"was moved to {place}" if place else "was deleted"
        message = (
            f"the base branch has this timeline, and it {how}: an incident stays where it is; {_RESTORE}"
        )
        yield finding("timeline-removed", 1, message)._replace(file=str(base.root / name))


def kept(base: Base, directory: Path, evidence: Path) -> Iterator[Finding]:
    """Find what the work took from, or changed in, an incident that the base branch has."""
    folder, store = base.inside(directory), base.inside(evidence)
    if folder is None:
        return
    for name in _FILES:
        path = _in(folder, name)
        if base.had(path) and path not in base.now:
            message = f"the base branch has {name}, and it was deleted; {_RESTORE}"
            yield finding("file-removed", 1, message)._replace(file=str(base.root / path))
        elif name in _JOURNALS and path in base.now:
            yield from _lines(base, path)
    if store is not None:
        yield from _evidence(base, store)


def _evidence(base: Base, store: str) -> Iterator[Finding]:
    message = f"the base branch has this file of the evidence, and it was deleted; {_RESTORE}"
    gone = (
        finding("evidence-removed", 1, message)._replace(file=str(base.root / name))
        for name in sorted(frozenset[str]().union(*base.forks))
        if name.startswith(f"{store}/") and name not in base.now and base.had(name)
    )
    yield from capped(gone, "evidence-removed")
    yield from _collections(base, _in(store, names.MANIFEST))
    yield from _people(base, _in(store, names.PEOPLE))


def _collections(base: Base, name: str) -> Iterator[Finding]:
    """A build appends a collection; those that are there stay what they were, in their order."""
    now = _read(base.root / name) if name in base.now else None
    for data in base.before(name):
        before = _parsed(data)
        if before is None or now is None:
            continue  # broken, or gone: each is a finding of its own
        told, held = now.get("collections"), before.get("collections")
        if not isinstance(told, list) or not isinstance(held, list):
            continue
        for number, one in enumerate(held):
            if number >= len(told) or told[number] != one:
                what = "is gone" if number >= len(told) else "was changed"
                message = (
                    f"collection {number + 1} of the base branch {what}: what was collected stays; {_RESTORE}"
                )
                yield finding("evidence-removed", number + 1, message)._replace(file=str(base.root / name))
                break


def _people(base: Base, name: str) -> Iterator[Finding]:
    now = _read(base.root / name) if name in base.now else None
    told = now.get("people") if now else None
    if not isinstance(told, dict):
        return
    for data in base.before(name):
        held = (_parsed(data) or {}).get("people")
        for identity, one in sorted(held.items()) if isinstance(held, dict) else ():
            if _pseudonym(told.get(identity)) != _pseudonym(one):
                message = f"{_pseudonym(one)} of the base branch is called otherwise: a pseudonym, once assigned, stays; {_RESTORE}"
                yield finding("people-differs", 1, message)._replace(file=str(base.root / name))


def _pseudonym(known: Any) -> Any:
    return known.get("pseudonym") if isinstance(known, dict) else None


def _lines(base: Base, name: str) -> Iterator[Finding]:
    path = base.root / name
    now = set(path.read_bytes().split(b"\n")) if path.is_file() else set[bytes]()
    for data in base.before(name):
        for number, line in enumerate(data.split(b"\n"), 1):
            if line.strip() and line not in now:
                message = f"line {number} of the base branch is gone or was changed: this file is only added to; {_RESTORE}"
                yield finding("notes-removed", 1, message)._replace(file=str(path))


def settings_changed(base: Base) -> Iterator[Finding]:
    """Name the files with settings of the check that the work changes: they hold once they are merged."""
    for name in sorted(base.changed):
        last = name.rpartition("/")[2]
        if last not in {gate.FILE_NAME, config.FILE_NAME}:
            continue
        before, now = base.tip.get(name), base.root / name
        held = base.blob(before) if before else b""
        told = now.read_bytes() if name in base.now and now.is_file() else b""
        if last == gate.FILE_NAME or _decides(held) != _decides(told):
            message = "this configures the check: what is written here now holds from when it is merged, and was not used"
            yield finding("settings-changed", 1, message)._replace(file=str(now))


def _decides(data: bytes) -> Any:
    try:
        read = tomllib.loads(data.decode("utf-8"))
    except (ValueError, RecursionError):
        return data
    return [read.get(name) for name in _DECIDES]


def _read(path: Path) -> dict[str, Any] | None:
    return _parsed(path.read_bytes()) if path.is_file() else None


def _parsed(data: bytes) -> dict[str, Any] | None:
    try:
        read = orjson.loads(data)
    except orjson.JSONDecodeError:
        return None
    return read if isinstance(read, dict) else None


def _in(folder: str, name: str) -> str:
    return f"{folder}/{name}" if folder else name
