"""Chrome trace JSON, as Perfetto opens it: a process a source, its facts, and the lives they belong to."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

from timeline.alerts.states import begins_breach, ends_breach
from timeline.instant import format_instant
from timeline.model import Fact, Gap, Timeline
from timeline.order import in_display_order

Event = dict[str, Any]
#: What begins and what ends a life that is drawn as a bar.
_BEGINS = {"alert.pending", "alert.firing", "deploy.started", "alert.silenced"}
_ENDS = {
    "alert.pending_ended", "alert.resolved", "deploy.finished", "deploy.failed", "alert.unsilenced",
}  # fmt: skip
_FACTS, _LIVES = 1, 2


def to_perfetto(timeline: Timeline) -> bytes:
    """Return a trace: times in microseconds since 1970, the exact bounds among the arguments."""
    sources = sorted({f.source for f in timeline.facts} | {g.source for g in timeline.gaps})
    processes = {source: number for number, source in enumerate(sources, 1)}
    events = [event for source, number in processes.items() for event in _names(source, number)]
    events += [_fact(fact, processes[fact.source]) for fact in timeline.facts]
    events += [e for gap in timeline.gaps for e in _gap(gap, processes[gap.source])]
    events += list(_lives(timeline, processes))
    trace = {
        "displayTimeUnit": "ms", "traceEvents": events,
        "otherData": {"incident": timeline.incident.id, "timeline_sha256": timeline.digest},
    }  # fmt: skip
    return json.dumps(trace, ensure_ascii=False, separators=(",", ":")).encode("utf-8", "replace") + b"\n"


def _names(source: str, number: int) -> Iterator[Event]:
    yield {"ph": "M", "name": "process_name", "pid": number, "args": {"name": source}}
    for thread, name in ((_FACTS, "facts"), (_LIVES, "lives")):
        yield {"ph": "M", "name": "thread_name", "pid": number, "tid": thread, "args": {"name": name}}


def _micro(instant: int) -> float:
    whole, rest = divmod(instant, 1_000)
    return whole + rest / 1_000 if rest else whole


def _at(fact: Fact) -> int:
    return fact.latest if fact.earliest is None else fact.earliest


def _fact(fact: Fact, process: int) -> Event:
    """Return an instant at the earliest possible time: facts of one source may overlap without nesting."""
    args = {
        "id": fact.id, "statement": fact.statement, "quote": fact.quote.text if fact.quote else None,
        "earliest": None if fact.earliest is None else format_instant(fact.earliest),
        "latest": format_instant(fact.latest), "link": next((e.link for e in fact.evidence if e.link), None),
    }  # fmt: skip
    return {
        "ph": "i", "s": "t", "name": fact.statement.replace("`", ""), "cat": fact.kind, "ts": _micro(_at(fact)),
        "pid": process, "tid": _FACTS, "args": {name: value for name, value in args.items() if value is not None},
    }  # fmt: skip


def _gap(gap: Gap, process: int) -> Iterator[Event]:
    name = f"gap: {gap.reason.replace('_', ' ')}"
    args = {"id": gap.id, "statement": gap.statement}
    yield from _bar(name, "gap", gap.id, (gap.start, gap.end), process, args)


def _bar(
    name: str, category: str, identity: str, span: tuple[int, int], process: int, args: dict[str, Any]
) -> Iterator[Event]:
    common = {"cat": category, "id": identity, "name": name, "pid": process, "tid": _LIVES}
    yield {**common, "ph": "b", "ts": _micro(span[0]), "args": args}
    yield {**common, "ph": "e", "ts": _micro(max(span))}


def _begins(fact: Fact) -> bool:
    return fact.kind in _BEGINS or begins_breach(fact)


def _ends(fact: Fact) -> bool:
    return fact.kind in _ENDS or ends_breach(fact)


def _lives(timeline: Timeline, processes: dict[str, int]) -> Iterator[Event]:
    """Return a bar from each beginning to the end that follows in its thread; open ones end with the window."""
    threads: dict[str, list[Fact]] = {}
    for fact in in_display_order(timeline.facts):
        if fact.thread and (_begins(fact) or _ends(fact)):
            threads.setdefault(f"{fact.thread} {fact.kind.split('.')[0]}", []).append(fact)
    for facts in threads.values():
        for place, fact in enumerate(facts):
            if _begins(fact):
                following = facts[place + 1] if place + 1 < len(facts) else None
                end = _at(following) if following else max(timeline.window.end, fact.latest)
                args = {"id": fact.id, "until": following.id if following else "the end of the window"}
                name = fact.statement.replace("`", "")
                yield from _bar(name, fact.kind, fact.id, (_at(fact), end), processes[fact.source], args)
