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
from collectors.redaction import Redactor
from collectors.tape import MemoryStore, RecordingTape, ReplayTape
from timeline.canonical import canonical
from timeline.model import Fact, Gap, Incident, Panel, Person, Window
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


def check(collector: type[AnyCollector], options: Mapping[str, Any], window: Window, **kw: Any) -> Run:
    """Run the whole contract over a collector; raise AssertionError with what does not hold."""
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
    check_secrets(first, (kw.get("secrets") or {}).values())
    return first


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
    rows = sorted(
        canonical([type(r).__name__, r.model_dump(mode="json", by_alias=True)]) for r in run_.records
    )
    failure = [run_.failure.reason, str(run_.failure)] if run_.failure else None
    return canonical([[row.decode() for row in rows], failure])
