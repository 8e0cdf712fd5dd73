"""Sorted runs of facts as JSON lines, merged into one as a stream: memory does not grow with the facts.

A run is in display order, as the facts of a `timeline.json` are. Only what decides the order is
decoded; a line goes through as the bytes it came in. Equal lines are folded, and facts that are one
record with other evidence are folded by the merge that every build uses.
"""

from __future__ import annotations

import heapq
from collections.abc import Iterable, Iterator, Sequence

import msgspec

from timeline.assembly.merge import Seen, merge
from timeline.errors import TimelineError
from timeline.model import Related
from timeline.order import LINEAGE
from timeline.wire import decode_fact, encode


class RunError(TimelineError):
    """A run that is not in display order, or holds a line that is no fact."""


class _Key(msgspec.Struct):
    earliest: str | None
    latest: str
    kind: str
    id: str
    related: list[Related] = []


_DECODE = msgspec.json.Decoder(_Key).decode


def merge_runs(runs: Sequence[Iterable[bytes]]) -> Iterator[bytes]:
    """Yield the lines of all runs in display order, each ended by LF as they came.

    Raises RunError for a run out of order.
    """
    key, line, others = "", b"", list[bytes]()
    for next_key, next_line in heapq.merge(*(_keyed(n, run) for n, run in enumerate(runs))):
        if next_key == key:
            if next_line != line:
                others.append(next_line)
            continue
        if others:
            yield from _folded([line, *others])
            others = []
        elif line:
            yield line
        key, line = next_key, next_line
    yield from _folded([line, *others]) if others else [line] if line else []


def _keyed(number: int, lines: Iterable[bytes]) -> Iterator[tuple[str, bytes]]:
    """Yield each line with a text that sorts as `timeline.order.display_key` does.

    It is made of the times as written: without its `Z`, one with fewer digits is the beginning of the
    later ones of its second. Null is empty, and comes first.
    """
    last = base = ""
    for line in lines:
        try:
            found = _DECODE(line)
        except msgspec.DecodeError as err:
            raise RunError(f"run {number} holds a line that is no fact: {err}") from err
        key = f"{(found.earliest or 'Z')[:-1]}\0{found.latest[:-1]}\0{found.kind}\0{found.id}"
        if key >= last:
            base = key
        elif any(tie.rule == LINEAGE for tie in found.related):
            # It came after those before it, whatever their times say: behind the last that its time put there.
            under = f"{base}\0{key}"
            key = under if under > last else f"{last}\0{key}"
        if key < last:
            raise RunError(f"run {number} is not in display order: {found.id} comes late")
        last = key
        yield key, line


def _folded(lines: Sequence[bytes]) -> Iterator[bytes]:
    """Yield one record that was read with other evidence, or twice in the same words, once."""
    unique = list(dict.fromkeys(lines))
    if len(unique) == 1:
        yield unique[0]
        return
    facts = (decode_fact(line) for line in unique)
    yield from (encode(fact) + b"\n" for fact in merge(Seen(0, fact) for fact in facts).facts)
