"""Where settings are read from: files on the disk, or those of a commit."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

#: Gives a file's bytes; None where there is no such file.
Reader = Callable[[Path], bytes | None]


def on_disk(path: Path) -> bytes | None:
    """Return a file's bytes, None where there is none; raise OSError where it cannot be read."""
    return path.read_bytes() if path.is_file() else None
