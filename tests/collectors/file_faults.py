"""What befalls files: faults of those that a collector reads, and what it has to do under each."""

from __future__ import annotations

import os
import shutil
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from collectors.base import AnyCollector
from collectors.testing import Run, run
from collectors.testing.faults import named, told
from collectors.testing.running import in_bytes
from timeline.model import Window

#: Damages a file at a path.
Damage = Callable[[Path], object]
_NOBODY = 65534
UNREADABLE = "not allowed to be read"


def _removed(path: Path) -> None:
    shutil.rmtree(path) if path.is_dir() else path.unlink()


def _instead(make: Damage) -> Damage:
    def damage(path: Path) -> None:
        _removed(path)
        make(path)

    return damage


def cut_off(path: Path) -> None:
    """Leave the first half of a file."""
    os.truncate(path, path.stat().st_size // 2)


#: What befalls one file that is read.
FILE: Mapping[str, Damage] = {
    "missing": _removed,
    UNREADABLE: lambda path: path.chmod(0),
    "cut off": cut_off,
    "a directory instead": _instead(Path.mkdir),
    "a FIFO instead": _instead(os.mkfifo),
    "a symlink to itself": _instead(lambda path: path.symlink_to(path)),
    "an error of the disk": _instead(lambda path: path.symlink_to("/proc/self/mem")),  # EIO where nothing is mapped
    "bytes of something else": lambda path: path.write_bytes(bytes(range(256)) * 64),
}  # fmt: skip


def outcomes(
    collector: type[AnyCollector], make: Callable[[Path], tuple[Path, Mapping[str, Any]]], window: Window, home: Path,
    damages: Mapping[str, Damage], **kw: Any,
) -> dict[str, str]:  # fmt: skip
    """Run a collector on what `make` makes in a folder, damaged in each way; return how each ended.

    Raises AssertionError where something is missing and nothing says so, it does not end, or a replay differs.
    """
    cells = {}
    for number, (name, damage) in enumerate(damages.items()):
        folder = home / str(number)
        folder.mkdir()
        target, options = make(folder)
        whole = run(collector, options, window, **kw)
        assert whole.failure is None, whole.failure
        assert whole.facts
        damage(target)
        with _without_rights() if name == UNREADABLE else _as_we_are():
            made = run(collector, {**options, "time_cap": "3s"}, window, within=20, **kw)
        cells[name] = _cell(made, whole, name)
        assert in_bytes(run(collector, options, window, replay=made, **kw)) == in_bytes(made), name
    return cells


def while_growing(
    collector: type[AnyCollector],
    options: Mapping[str, Any],
    window: Window,
    grow: Callable[[int], None],
    **kw: Any,
) -> str:
    """Run a collector three times while `grow` changes what it reads; return how it ended."""
    whole = run(collector, options, window, **kw)
    over = threading.Event()

    def growing() -> None:
        number = 0
        while not over.wait(0.0005):
            number += 1
            grow(number)

    thread = threading.Thread(target=growing)
    thread.start()
    try:
        for _ in range(3):
            made = run(collector, options, window, within=20, **kw)
            lost = set(told(whole)) - set(told(made))
            assert not lost or named(made, whole), (
                "facts that stood there before are missing, and nothing says so"
            )
            assert in_bytes(run(collector, options, window, replay=made, **kw)) == in_bytes(made)
    finally:
        over.set()
        thread.join()
    return "complete"


def _cell(made: Run, whole: Run, name: str) -> str:
    missing = named(made, whole)
    assert missing or told(made) == told(whole), f"{name}: facts are missing or others, and nothing says so"
    return "; ".join(sorted({text.partition(":")[0] for text in missing})) or "complete"


@contextmanager
def _as_we_are() -> Iterator[None]:
    yield


@contextmanager
def _without_rights() -> Iterator[None]:
    """Be nobody for a while, where we are root: root may read everything."""
    if os.geteuid():
        yield
        return
    os.seteuid(_NOBODY)
    try:
        yield
    finally:
        os.seteuid(0)
