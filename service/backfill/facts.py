"""The facts of many built incidents as one file in order, whatever their number: `backfill --facts`."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from pathlib import Path

from service import files
from service.evidence.document import fact_lines
from timeline.assembly.runs import merge_runs

#: Files held open at once; more are merged in turns, by way of files beside the output.
_OPEN = 200


def write_facts(timelines: Sequence[Path], out: Path) -> int:
    """Merge the facts of `timeline.json` files into `out` (JSON lines); return how many there are."""
    out.parent.mkdir(parents=True, exist_ok=True)
    made: list[Path] = []

    def temporary() -> Path:
        made.append(out.with_name(f".new-{os.getpid()}-{len(made)}-{out.name}"))
        return made[-1]

    try:
        runs = [fact_lines(path) for path in timelines]
        while len(runs) > _OPEN:
            target = temporary()
            _write(runs[:_OPEN], target)
            runs = [*runs[_OPEN:], _lines(target)]
        count = _write(runs, last := temporary())
        last.replace(out)
        files.sync_folder(out.parent)
    finally:
        for path in made:
            path.unlink(missing_ok=True)
    return count


def _write(runs: Sequence[Iterator[bytes]], path: Path) -> int:
    count = 0
    with path.open("wb") as file:
        for count, line in enumerate(merge_runs(runs), 1):  # noqa: B007 - the number of the last one
            file.write(line)
        file.flush()
        os.fsync(file.fileno())
    return count


def _lines(path: Path) -> Iterator[bytes]:
    with path.open("rb") as file:
        yield from file
