"""When a clone last heard of its remote, and of which branches; pure."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import NamedTuple

from collectors.git.records import Branch
from timeline.instant import NS

_BRANCH = re.compile(r"[0-9a-f]{40,64}\t[^\t]*\tbranch '([^'\n]+)' of ")


class Fetched(NamedTuple):
    """When all branches were last heard of, and which ones later (seconds)."""

    everything: int
    last: int
    branches: frozenset[str]

    def of(self, branches: Iterable[Branch]) -> int:
        """Return the time (ns) up to which the clone knows these branches."""
        known = all(branch.name in self.branches for branch in branches)
        return (max(self.everything, self.last) if known else self.everything) * NS


def cut_fetch_head(cloned: int, fetched: int, head: bytes) -> bytes:
    """Return `CLONED FETCHED`, and the names of the branches that the last fetch asked for, a line each."""
    names = sorted(set(_BRANCH.findall(head.decode("utf-8", "replace"))))
    return "\n".join([f"{cloned} {fetched}", *names, ""]).encode()


def parse_fetch(data: bytes) -> Fetched | None:
    """Read what `cut_fetch_head` kept; None where nothing tells a time."""
    times, *names = data.decode("utf-8", "replace").split("\n")
    cloned, fetched = map(int, times.split())
    return Fetched(cloned, fetched, frozenset(filter(None, names))) if cloned or fetched else None
