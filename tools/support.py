"""The figures of the support table: what a collector costs to keep, and on how much it was tried."""

from __future__ import annotations

import sys
from collections.abc import Mapping
from functools import cache
from pathlib import Path

from collectors.base import AnyCollector

_HOME = Path(__file__).parents[1]
_FAULTS = _HOME / "docs/reference/faults.md"
_SEEDS = _HOME / "tests/fuzz/seeds"
_ROUND = 50


def lines(made: type[AnyCollector]) -> str:
    """Return about how many lines the modules of its folder have, which collectors of one system share."""
    folder = Path(str(sys.modules[made.__module__].__file__)).parent
    count = sum(len(path.read_text().splitlines()) for path in folder.glob("*.py"))
    return f"{max(_ROUND, round(count / _ROUND) * _ROUND):,}"


def payloads(name: str) -> str:
    """Return how many forms of its answers are kept for the fuzzing of its reader."""
    return str(len([path for path in _SEEDS.iterdir() if path.name.rpartition("-")[0] == name]))


def faults(name: str) -> str:
    """Return under how many faults it was run, by the page of faults."""
    return str(_faults().get(name, 0))


@cache
def _faults() -> Mapping[str, int]:
    counted: dict[str, int] = {}
    names = list[str]()
    for line in _FAULTS.read_text().splitlines():
        if not line.startswith("|") or line.startswith("|---"):
            continue
        first, *cells = (cell.strip() for cell in line.strip("|").split("|"))
        if not first:
            names = [cell.strip("`") for cell in cells]
        else:
            for name, cell in zip(names, cells, strict=True):
                counted[name] = counted.get(name, 0) + (cell != "-")
    return counted
