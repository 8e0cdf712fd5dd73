"""Chrome trace JSON, as Perfetto opens it: a process a source, its facts, and the lives they belong to."""

from __future__ import annotations

import json
from collections.abc import Iterator
from operator import attrgetter
from typing import Any

from timeline import terms
from timeline.alerts.lives import spans
from timeline.apart import apart
from timeline.instant import format_instant
from timeline.model import Fact, Gap, Timeline

Event = dict[str, Any]
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
    name = f"gap: {terms.reason(gap.reason)}"
    args = {"id": gap.id, "statement": gap.statement}
    yield from _bar(name, "gap", gap.id, (gap.start, gap.end), process, args)


def _bar(
    name: str, category: str, identity: str, span: tuple[int, int], process: int, args: dict[str, Any]
) -> Iterator[Event]:
    common = {"cat": category, "id": identity, "name": name, "pid": process, "tid": _LIVES}
    yield {**common, "ph": "b", "ts": _micro(span[0]), "args": args}
    yield {**common, "ph": "e", "ts": _micro(max(span))}


def _lives(timeline: Timeline, processes: dict[str, int]) -> Iterator[Event]:
    """Return a bar for each state of each life, over the time that it is known to have been so."""
    told = apart(timeline.facts, attrgetter("statement"))
    for life in spans(timeline.facts, timeline.window, timeline.gaps).values():
        for one in life:
            fact = one.begin
            until = one.end.id if one.end else "its end is not recorded"
            args = {"id": fact.id, "until": until, "open": one.open}
            differs = told[fact.id].words if fact.id in told else ""
            name = (fact.statement + differs).replace("`", "")
            yield from _bar(name, fact.kind, fact.id, (one.start, one.until), processes[fact.source], args)
