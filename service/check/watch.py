"""Check again whenever a draft, its notes, its timeline or the settings of the check change.

The few files are looked at a few times a second: that also sees what network drives and containers notify nobody
of, and editors that put a new file in the old one's place.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from pathlib import Path

from service import names
from service.check.report import Report
from service.incident.folders import targets
from service.settings import check, config
from timeline.errors import TimelineError

#: What a check reads of an incident that people or a build write; evidence changes only together with them.
WATCHED = (names.TIMELINE, names.DRAFT, names.PAGE, names.NOTES, names.REVIEWS, names.SIGNATURE)
SETTINGS = (check.FILE_NAME, config.FILE_NAME)
EVERY = 0.25  # seconds

State = frozenset[tuple[Path, int, int, int]]


def watched(
    paths: Sequence[Path], run: Callable[[], Report], *, config_file: Path | None = None, every: float = EVERY
) -> Iterator[Report | TimelineError]:
    """Yield what `run` reports of the incidents below `paths`, first at once, then after each change; without end.

    A check that a change makes impossible (a folder that is gone, settings that cannot be read) yields its error.
    """
    while True:
        before = state(paths, config_file)  # what changes during the check is seen after it
        try:
            yield run()
        except TimelineError as err:
            yield err
        while state(paths, config_file) == before:
            time.sleep(every)


def state(paths: Sequence[Path], config_file: Path | None = None) -> State:
    """Return path, inode, size and time of change of each file that the check reads and people write."""
    return frozenset(_stats({*_files(paths), *([config_file] if config_file else [])}))


def _files(paths: Sequence[Path]) -> Iterator[Path]:
    try:
        chosen = targets(paths)
    except (TimelineError, OSError):
        chosen = list(paths)
    for target in chosen:
        folder = target if target.is_dir() else target.parent
        yield from (folder / name for name in WATCHED)
        yield from (above / name for above in _upward(folder.resolve()) for name in SETTINGS)
        yield target


def _upward(folder: Path) -> tuple[Path, ...]:
    return (folder, *folder.parents)


def _stats(files: Iterable[Path]) -> Iterator[tuple[Path, int, int, int]]:
    for file in files:
        try:
            told = file.stat()
        except OSError:
            continue
        if not file.is_dir():
            yield file, told.st_ino, told.st_size, told.st_mtime_ns
