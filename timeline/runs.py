"""Sorted runs of facts as JSON lines merged into one, in blocks: memory does not grow with the facts.

A run is in display order, as the facts of a `timeline.json` are. Only what decides the order is
decoded; a line goes through as the bytes it came in. Equal lines are folded, and facts that are one
record with other evidence are folded by the merge that every build uses.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Iterator, Sequence
from itertools import groupby, pairwise
from operator import itemgetter

import msgspec

from timeline.document import record_bytes
from timeline.errors import TimelineError
from timeline.merge import Seen, merge
from timeline.model import Fact

#: What is sorted: the text of the order, and the line.
_Item = tuple[str, bytes]


class RunError(TimelineError):
    """A run that is not in display order, or holds a line that is no fact."""


class _Key(msgspec.Struct):
    earliest: str | None
    latest: str
    kind: str
    id: str


_DECODER = msgspec.json.Decoder(_Key)


def merge_runs(runs: Sequence[Iterable[bytes]]) -> Iterator[list[bytes]]:
    """Yield the lines of all runs in display order, without line ends, some at a time.

    Each run is blocks of whole lines, each ended by LF. Raises RunError for a run out of order.
    """
    readers = [_Run(number, blocks) for number, blocks in enumerate(runs)]
    live = [reader for reader in readers if reader.fill()]
    held: list[_Item] = []
    while live:
        # Whatever is still unread comes at the smallest of the last keys read, or after it.
        horizon = min(reader.items[-1][0] for reader in live)
        ready = [*held, *(item for reader in live for item in reader.take(horizon))]
        ready.sort()  # finds the runs in it and merges them
        whole = bisect_left(ready, horizon, key=itemgetter(0))
        held = ready[whole:]  # the next block may begin with the same record
        yield _folded(ready[:whole])
        live = [reader for reader in live if reader.items or reader.fill()]
    yield _folded(held)


class _Run:
    """One run: the items of the block that is being merged, in order."""

    def __init__(self, number: int, blocks: Iterable[bytes]) -> None:
        self._number = number
        self._blocks = iter(blocks)
        self._last = ""
        self.items: list[_Item] = []

    def fill(self) -> bool:
        """Read the next block that is not empty; return False at the end."""
        for block in self._blocks:
            if not block:
                continue
            try:
                decoded = _DECODER.decode_lines(block)
            except msgspec.DecodeError as err:
                raise RunError(f"run {self._number} holds a line that is no fact: {err}") from err
            # As `order_text`, written out: this is most of what a line costs.
            keys = [f"{(k.earliest or 'Z')[:-1]}\0{k.latest[:-1]}\0{k.kind}\0{k.id}" for k in decoded]
            self._check(keys)
            self.items = list(zip(keys, block.split(b"\n"), strict=False))  # after the last LF: nothing
            return True
        return False

    def take(self, horizon: str) -> list[_Item]:
        """Remove and return the items up to `horizon`, included."""
        if self.items[-1][0] <= horizon:
            taken, self.items = self.items, []
            return taken
        count = bisect_right(self.items, horizon, key=itemgetter(0))
        taken, self.items = self.items[:count], self.items[count:]
        return taken

    def _check(self, keys: list[str]) -> None:
        ordered = sorted(keys)
        if keys != ordered or keys[0] < self._last:
            late = next(b for a, b in pairwise([self._last, *keys]) if b < a)
            raise RunError(f"run {self._number} is not in display order: {late.split(chr(0))[-1]} comes late")
        self._last = keys[-1]


def order_text(earliest: str | None, latest: str, kind: str, identity: str) -> str:
    """Return a text that sorts as `timeline.order.display_key` does, from the times as written.

    Without its `Z`, a time with fewer digits is the beginning of the later ones of its second.
    """
    begin = "" if earliest is None else earliest[:-1]
    return f"{begin}\0{latest[:-1]}\0{kind}\0{identity}"


def _folded(items: list[_Item]) -> list[bytes]:
    """Return the lines, each record once."""
    if not items:
        return []
    keys, lines = zip(*items, strict=True)
    unique = dict.fromkeys(lines)  # an exact duplicate has the same key: the order is kept
    if len(set(keys)) == len(unique):
        return list(unique)
    folded: list[bytes] = []
    for _, group in groupby(items, key=itemgetter(0)):
        same = list(dict.fromkeys(line for _, line in group))
        folded += same if len(same) == 1 else _one(same)
    return folded


def _one(lines: Iterable[bytes]) -> list[bytes]:
    facts = [Fact.model_validate_json(line) for line in lines]
    return [record_bytes(fact) for fact in merge(Seen(0, fact) for fact in facts).facts]
