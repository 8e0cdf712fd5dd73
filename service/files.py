"""Files that are old or new, never torn; and the lock that one incident's build holds."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from timeline.errors import TimelineError, UsageError

LOCK = ".timeline.lock"
_TEMPORARY = ".new-"


class BusyError(TimelineError):
    """Another build holds this incident's lock."""


class UnwritableError(TimelineError):
    """A folder cannot be written: full, read-only, or not ours."""

    def __init__(self, folder: Path, err: OSError) -> None:
        super().__init__(f"{folder} cannot be written: {err.strerror or err}")


def write(path: Path, data: bytes) -> None:
    """Replace `path` by `data` in one step: a reader, or a crash, sees the old or the new file."""
    temporary = path.with_name(f"{_TEMPORARY}{os.getpid()}-{path.name}")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with temporary.open("wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        temporary.replace(path)
        sync_folder(path.parent)
    except OSError as err:
        temporary.unlink(missing_ok=True)
        raise UnwritableError(path, err) from err


def sync_folder(folder: Path) -> None:
    """Make renames in `folder` durable."""
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def sweep(folder: Path) -> None:
    """Remove what a killed build left half-written, in `folder` and those in it; call only under the lock."""
    for left in (*folder.glob(f"{_TEMPORARY}*"), *folder.glob(f"*/{_TEMPORARY}*")):
        left.unlink(missing_ok=True)


@contextmanager
def locked(folder: Path) -> Iterator[None]:
    """Hold the incident's lock; raise BusyError when another build has it.

    A folder that this call made, and that stays empty, is removed again.
    """
    from filelock import FileLock, Timeout

    made = [f for f in (folder, *folder.parents) if not f.exists()]
    lock = FileLock(folder / LOCK)
    try:
        folder.mkdir(parents=True, exist_ok=True)
        lock.acquire(timeout=0)
    except Timeout as err:  # an OSError too
        raise BusyError(f"{folder}: another build of this incident is running; wait for it to end") from err
    except OSError as err:
        raise UsageError(f"{folder} cannot be written: {err.strerror or err}; choose another --out") from err
    try:
        yield
    finally:
        lock.release()
        if made and {p.name for p in folder.iterdir()} <= {LOCK}:
            (folder / LOCK).unlink(missing_ok=True)
            with suppress(OSError):  # another build has begun there
                for one in made:
                    one.rmdir()
