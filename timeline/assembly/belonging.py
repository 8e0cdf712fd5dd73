"""Which facts belong to a window, and which a later collection looked for without finding."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence

from timeline import relative
from timeline.alerts.silences import KINDS as SILENCES
from timeline.alerts.states import begins_breach
from timeline.assembly.reading import SourceReading
from timeline.model import Fact, Gap, GapReason, Window


def in_window(facts: Sequence[Fact], window: Window) -> list[Fact]:
    """Keep facts whose interval meets the window or whose thread was alive in it."""
    inside = {f.id for f in facts if meets(f, window)}
    alive = {f.thread for f in facts if f.id in inside and f.thread}
    threads: dict[str, list[Fact]] = defaultdict(list)
    for fact in facts:
        if fact.thread:
            threads[fact.thread].append(fact)
    alive |= {name for name, life in threads.items() if name not in alive and _spans(life, window)}
    return [f for f in facts if f.id in inside or f.thread in alive]


def meets(fact: Fact, window: Window) -> bool:
    """Tell whether the fact's interval meets the window; what was so before counts by when it was read."""
    return relative.meets(relative.first_instant(fact), fact.latest, window.start, window.end)


_BEGINS = ("alert.pending", "alert.firing", "alert.no_data", "deploy.waiting", "deploy.started")
#: What is done about an alert neither begins nor ends its life; a silence has one of its own.
_BESIDE = (
    "alert.acknowledged", "alert.unacknowledged", "alert.escalated", "alert.reassigned", "alert.notified",
    "alert.silenced", "alert.unsilenced",
)  # fmt: skip


def _spans(life: Sequence[Fact], window: Window) -> bool:
    """Tell whether a life began before the window and did not end before it."""
    before = [f for f in life if f.latest < window.start]
    if before and all(f.kind in SILENCES for f in life):
        return before[-1].kind == "alert.silenced"
    before = [f for f in before if f.kind not in _BESIDE]
    return bool(before) and (before[-1].kind in _BEGINS or begins_breach(before[-1]))


def _readers(readings: Sequence[SourceReading], facts: set[str]) -> dict[str, set[tuple[str, str]]]:
    """Return, by fact, who read it: two collectors may share a source's name, and only one have failed."""
    readers: dict[str, set[tuple[str, str]]] = defaultdict(set)
    for reading in readings if facts else ():
        for record in reading.records:
            if isinstance(record, Fact) and record.id in facts:
                readers[record.id].add(reading.key)
    return readers


#: Where a source could not be read, a record that is not among its answers may still be there.
_UNREAD: frozenset[GapReason] = frozenset(
    {"unreachable", "unauthorised", "rate_limited", "timed_out", "truncated", "partial", "restricted"}
)


def mark_gone(
    facts: Sequence[Fact], numbers: Mapping[str, int], readings: Sequence[SourceReading],
    newest: Mapping[tuple[str, str], SourceReading],
) -> list[Fact]:  # fmt: skip
    """Mark each fact that a reader of it looked for again, in a later collection, without finding it."""
    last = max((r.collection for r in newest.values()), default=0)
    older = {f.id for f in facts if numbers[f.id] < last}
    readers = _readers(readings, older)
    unread = {
        key: [Window(start=g.start, end=g.end) for g in reading.of(Gap) if g.reason in _UNREAD]
        for key, reading in (newest.items() if older else ())
    }

    def looked_for(fact: Fact, key: tuple[str, str]) -> bool:
        reading = newest[key]
        reached = meets(fact, reading.window) and not any(meets(fact, span) for span in unread[key])
        return reached and reading.collection > numbers[fact.id]

    return [
        f.replace(last_seen=numbers[f.id])
        if f.id in older and any(looked_for(f, key) for key in readers[f.id] & newest.keys())
        else f
        for f in facts
    ]
