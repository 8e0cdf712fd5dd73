"""The contract suite that every collector passes; shipped for authors of plugins.

records = run(MyCollector, {"url": server.url}, window)          # against a real server
check(MyCollector, {"url": server.url}, window)                  # the whole contract
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import anyio

from collectors.base import AnyCollector, Context, Record, SourceError
from collectors.kit.redaction import Redactor
from collectors.kit.tape import MemoryStore, RecordingTape, ReplayTape
from timeline.assembly.belonging import meets
from timeline.canonical import canonical
from timeline.instant import MINUTE
from timeline.model import Fact, Gap, Incident, Panel, Person, Window
from timeline.pointers import Elements
from timeline.record import plain
from timeline.statements import JUDGING
from timeline.text import PERSON_CLOSE, PERSON_OPEN

_MARKED = re.compile(f"{PERSON_OPEN}[^{PERSON_CLOSE}]*{PERSON_CLOSE}")


@dataclass
class Run:
    """What one run of a collector brought, with its tape and store."""

    records: list[Record]
    failure: SourceError | None
    tape: RecordingTape | ReplayTape
    store: MemoryStore

    @property
    def facts(self) -> list[Fact]:
        """The facts, as yielded."""
        return [r for r in self.records if isinstance(r, Fact)]

    @property
    def gaps(self) -> list[Gap]:
        """The gaps, as yielded (a failure of the whole source is in `failure`)."""
        return [r for r in self.records if isinstance(r, Gap)]

    @property
    def people(self) -> list[Person]:
        """The people, as yielded."""
        return [r for r in self.records if isinstance(r, Person)]

    @property
    def panels(self) -> list[Panel]:
        """The panels, as yielded."""
        return [r for r in self.records if isinstance(r, Panel)]


def run(
    collector: type[AnyCollector], options: Mapping[str, Any], window: Window, *,
    source: str = "test", incident: Incident | None = None, secrets: Mapping[str, str] | None = None,
    now: int | None = None, replay: Run | None = None,
) -> Run:  # fmt: skip
    """Run a collector over `window`; with `replay`, from that run's tape alone."""
    redactor = Redactor()
    store = replay.store if replay else MemoryStore()
    tape: RecordingTape | ReplayTape
    if replay:
        assert isinstance(replay.tape, RecordingTape)
        tape = ReplayTape(source, collector.name, store, replay.tape.entries)
    else:
        tape = RecordingTape(source, collector.name, store, redactor)
    context = Context(
        source=source, incident=incident or Incident(id="INC-TEST"), now=window.end if now is None else now, tape=tape,
        secret=lambda reference: redactor.add((secrets or {})[reference]),
    )  # fmt: skip
    made = collector(collector.options_type.model_validate(dict(options)), context)
    result = Run([], None, tape, store)

    async def gather() -> None:
        try:
            async for record in made.collect(window):
                result.records.append(record)
        except SourceError as err:
            result.failure = err

    anyio.run(gather)
    return result


def check(
    collector: type[AnyCollector], options: Mapping[str, Any], window: Window, *, grow: int = 10 * MINUTE,
    **kw: Any,
) -> Run:  # fmt: skip
    """Run the whole contract over a collector; raise AssertionError with what does not hold.

    The source is read twice: over `window`, and over one that is `grow` ns longer on each side, as far as
    `now` lets it (0: not again, for what gives each answer once). Returns the first run.
    """
    first = run(collector, options, window, **kw)
    second = run(collector, options, window, replay=first, **kw)
    assert _bytes(first) == _bytes(second), "a replay from the evidence gives other records"
    check_declaration(collector)
    for fact in first.facts:
        check_fact(fact, first)
    for found in first.gaps:
        assert found.start < found.end, f"gap {found.id} has no width"
        assert found.statement, f"gap {found.id} says nothing"
    for panel in first.panels:
        assert panel.shown == len(panel.series) <= panel.of, f"panel {panel.id} miscounts its series"
        assert all(s.payload in first.store.payloads for s in panel.series), (
            f"panel {panel.id} lacks a payload"
        )
    check_pointers(first)
    check_secrets(first, (kw.get("secrets") or {}).values())
    if grow and first.failure is None:
        check_growing(first, window, run(collector, options, _grown(window, grow, kw.get("now")), **kw))
    return first


def check_pointers(run_: Run) -> None:
    """Check that what facts, gaps and panels point to is in their payloads."""
    elements: dict[str, Elements] = {}
    records: list[Fact | Gap] = [*run_.facts, *run_.gaps]
    wanted = [(r.id, e.payload, e.pointer) for r in records for e in r.evidence]
    wanted += [
        (p.id, s.payload, pointer) for p in run_.panels for s in p.series for pointer in (s.high, s.low)
    ]
    for owner, payload, pointer in wanted:
        if payload is None:
            assert pointer is None, f"{owner} points to {pointer!r} of no payload"
            continue
        assert payload in run_.store.payloads, f"{owner}: payload is not stored"
        if payload not in elements:
            elements[payload] = Elements(run_.store.payloads[payload])
        assert elements[payload].has(pointer), f"{owner} points to {pointer!r}, where nothing is"


def check_growing(small: Run, window: Window, grown: Run) -> None:
    """Check that a longer window changes no id: what the shorter one has, it has too, or names a gap.

    What was already so when the shorter one began may be told by its beginning instead.
    """
    if grown.failure:
        return  # it could not be read again, and says so
    known, told = {fact.id for fact in grown.facts}, {(g.reason, g.statement) for g in small.gaps}
    new = [Window(start=g.start, end=g.end) for g in grown.gaps if (g.reason, g.statement) not in told]
    for fact in small.facts:
        excused = any(meets(fact, span) for span in new) or (
            fact.earliest is None
            and any(f.thread == fact.thread and f.latest <= fact.latest for f in grown.facts)
        )
        assert fact.id in known or not meets(fact, window) or excused, (
            f"{fact.id} ({fact.statement}) has another id, or none, in a longer window"
        )


def _grown(window: Window, by: int, now: int | None) -> Window:
    """Return a longer window; it ends by `now`, which is a run's end where nothing else is given."""
    end = window.end + by if now is None else max(window.end, min(window.end + by, now))
    return Window(start=window.start - by, end=end)


def check_declaration(collector: type[AnyCollector]) -> None:
    """Check name, summary and that every option has a place in the JSON Schema."""
    assert collector.name.isidentifier(), "the name is no identifier"
    assert collector.summary, "the summary is empty"
    assert "\n" not in collector.summary, "the summary is one line"
    assert collector.target in collector.options_type.model_fields, "`target` names no option"
    collector.options_type.model_json_schema()


def check_fact(fact: Fact, run_: Run) -> None:
    """Check one fact: bounds, evidence that opens, no judging word, no raw identity in the statement."""
    assert fact.earliest is None or fact.earliest <= fact.latest, f"{fact.id}: bounds are reversed"
    assert fact.evidence, f"{fact.id} has no evidence"
    assert fact.time_means, f"{fact.id} does not say what its time means"
    assert fact.clock, f"{fact.id} names no clock"
    for entry in fact.evidence:
        assert entry.payload is None or entry.payload in run_.store.payloads, (
            f"{fact.id}: payload is not stored"
        )
    outside = " ".join(_MARKED.sub("", fact.statement).split("`")[::2]).lower()
    for identity in {fact.actor, *(person.identity for person in run_.people)} - {None}:
        assert str(identity).lower() not in outside, f"{fact.id}: the statement names {identity}, unmarked"
    for word in JUDGING:
        assert f" {word} " not in f" {outside} ", f"{fact.id}: the statement judges ({word!r})"


def check_secrets(run_: Run, secrets: Any) -> None:
    """Check that no secret is in a payload, an entry or a record."""
    haystack = (
        b"".join(run_.store.payloads.values())
        + _bytes(run_)
        + repr(getattr(run_.tape, "entries", "")).encode()
    )
    for secret in secrets:
        assert secret.encode() not in haystack, "a secret reached the evidence"


def _bytes(run_: Run) -> bytes:
    rows = sorted(canonical([type(r).__name__, plain(r)]) for r in run_.records)
    failure = [run_.failure.reason, str(run_.failure)] if run_.failure else None
    return canonical([[row.decode() for row in rows], failure])
