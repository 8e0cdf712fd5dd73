"""The facts of many built incidents as one file in order, whatever their number: `backfill --facts`."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

from service import files
from timeline.runs import merge_runs

_MEMORY = 32 * 2**20  # bytes of lines held at once, over all files
_LEAST = 64 * 2**10


def write_facts(timelines: Sequence[Path], out: Path) -> int:
    """Merge the facts of `timeline.json` files into `out` (JSON lines); return how many there are."""
    size = max(_MEMORY // max(len(timelines), 1), _LEAST)
    temporary = out.with_name(f".new-{os.getpid()}-{out.name}")
    count = 0
    try:
        out.parent.mkdir(parents=True, exist_ok=True)
        with temporary.open("wb") as file:
            for lines in merge_runs([blocks(path, size) for path in timelines]):
                file.write(b"\n".join([*lines, b""]))
                count += len(lines)
            file.flush()
            os.fsync(file.fileno())
        temporary.replace(out)
        files.sync_folder(out.parent)
    finally:
        temporary.unlink(missing_ok=True)
    return count


def blocks(path: Path, size: int) -> Iterator[bytes]:
    """Yield the lines of a timeline's facts, without commas, in blocks of about `size` bytes."""
    with path.open("rb") as file:
        yield from _gathered(_facts(file), size)


def _facts(file: Iterable[bytes]) -> Iterator[bytes]:
    lines = iter(file)
    for line in lines:
        if line == b'"facts":[\n':
            break
    for line in lines:
        if line.startswith(b"]"):
            return
        yield line.rstrip(b",\n") + b"\n"


def _gathered(lines: Iterable[bytes], size: int) -> Iterator[bytes]:
    held: list[bytes] = []
    bytes_held = 0
    for line in lines:
        held.append(line)
        bytes_held += len(line)
        if bytes_held >= size:
            yield b"".join(held)
            held, bytes_held = [], 0
    if held:
        yield b"".join(held)
