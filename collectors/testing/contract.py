"""What holds of every collector's records, whatever it reads: checked after a run."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from collectors.base import AnyCollector
from collectors.testing.running import Run, in_bytes, run
from timeline.assembly.belonging import meets
from timeline.instant import MINUTE
from timeline.model import Fact, Gap, Window
from timeline.pointers import Elements
from timeline.statements import BARRED_WORDS
from timeline.text import MENTION


def check(
    collector: type[AnyCollector], options: Mapping[str, Any], window: Window, *, grow: int = 10 * MINUTE,
    empty: bool = False, **kw: Any,
) -> Run:  # fmt: skip
    """Run the whole contract over a collector; raise AssertionError with what does not hold.

    The source is read twice: over `window`, and over one that is `grow` ns longer on each side, as far as
    `now` lets it (0: not again, for what gives each answer once). One that yields nothing fails, unless it
    is to be `empty`: of no record, everything holds. Returns the first run.
    """
    first = run(collector, options, window, **kw)
    assert empty or first.records or first.failure, "it yields nothing: no fact, no gap, no failure"
    second = run(collector, options, window, replay=first, **kw)
    assert in_bytes(first) == in_bytes(second), "a replay from the evidence gives other records"
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
    outside = " ".join(MENTION.sub("", fact.statement).split("`")[::2]).lower()
    for identity in {fact.actor, *(person.identity for person in run_.people)} - {None}:
        assert str(identity).lower() not in outside, f"{fact.id}: the statement names {identity}, unmarked"
    for word in BARRED_WORDS:
        assert f" {word} " not in f" {outside} ", f"{fact.id}: the statement judges ({word!r})"


def check_secrets(run_: Run, secrets: Any) -> None:
    """Check that no secret is in a payload, an entry or a record."""
    haystack = (
        b"".join(run_.store.payloads.values())
        + in_bytes(run_)
        + repr(getattr(run_.tape, "entries", "")).encode()
    )
    for secret in secrets:
        assert secret.encode() not in haystack, "a secret reached the evidence"
