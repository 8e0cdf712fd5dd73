"""Every registered collector declares itself as the contract says, and costs nothing to list."""

from __future__ import annotations

import inspect
from collections.abc import AsyncIterator
from typing import get_args

import pytest

from collectors.base import Collector, Options, Record, TestedAgainst
from collectors.kit.redaction import Redactor
from collectors.kit.tape import MemoryStore, RecordingTape
from collectors.testing import Run, check, check_declaration, check_fact, check_growing, check_pointers
from service.settings import registry
from tests.timeline.strategies import make
from timeline.model import Evidence, Fact, Gap, Person, Window, gap
from timeline.text import mention

FAMILIES = {"alerts", "metrics", "changes", "chat", "logs", "any"}


@pytest.mark.parametrize("name", registry.names())
def test_a_collector_declares_itself(name: str) -> None:
    collector = registry.load(name)
    check_declaration(collector)
    assert issubclass(collector, Collector)
    assert collector.name == name
    assert collector.family in FAMILIES
    assert collector.tested_against in get_args(TestedAgainst)
    assert inspect.isasyncgenfunction(collector.collect)
    assert collector.probe is not Collector.probe


@pytest.mark.parametrize("name", registry.names())
def test_a_collector_says_what_it_needs_and_cannot_give(name: str) -> None:
    collector = registry.load(name)
    manual = collector.manual
    assert manual is not None
    assert all((manual.reads, manual.rights, manual.precision, manual.limits))
    assert all("\n" not in text for text in (*manual.reads, *manual.limits, manual.precision))
    required = {n for n, f in collector.options_type.model_fields.items() if f.is_required()}
    assert required <= set(manual.example)
    collector.options_type.model_validate(dict(manual.example))


def test_the_card_is_served() -> None:
    wanted = "alertmanager prometheus_alerts prometheus_metrics git github slack_export slack matrix opensearch jsonl"
    assert set(wanted.split()) <= set(registry.names())


def test_the_contract_refuses_a_statement_that_names_somebody() -> None:
    person = Person(identity="phone:Ada", names=("Ada",))
    store = MemoryStore()
    run = Run([person], None, RecordingTape("s", "c", store, Redactor()), store)
    fact = make(1, actor="phone:Ada")
    named, marked = (
        {"statement": f"A call was taken by {who}"} for who in ("phone:Ada", mention("phone:Ada"))
    )
    check_fact(fact.replace(**marked), run)
    with pytest.raises(AssertionError, match="names phone:Ada"):
        check_fact(fact.replace(**named), run)


def run_of(*facts: Fact, gaps: tuple[Gap, ...] = (), payloads: dict[str, bytes] | None = None) -> Run:
    store = MemoryStore()
    store.payloads.update(payloads or {})
    return Run([*facts, *gaps], None, RecordingTape("s", "c", store, Redactor()), store)


def test_the_contract_refuses_an_id_that_a_longer_window_changes() -> None:
    window, fact = Window(start=0, end=100), make(1).replace(earliest=50, latest=60)
    check_growing(run_of(fact), window, run_of(fact, make(2)))
    other = fact.replace(id="f-other")
    with pytest.raises(AssertionError, match="has another id"):
        check_growing(run_of(fact), window, run_of(other))
    lost = gap("s", "truncated", 40, 70, "cut")
    check_growing(run_of(fact), window, run_of(other, gaps=(lost,)))
    with pytest.raises(AssertionError, match="has another id"):
        check_growing(run_of(fact, gaps=(lost,)), window, run_of(other, gaps=(lost,)))
    already = fact.replace(earliest=None)
    check_growing(run_of(already), window, run_of(other.replace(earliest=1, latest=5)))
    with pytest.raises(AssertionError, match="has another id"):
        check_growing(run_of(already), window, run_of())


@pytest.mark.parametrize(
    ("pointer", "there"),
    [("/a/0", True), ("", True), (None, True), ("/a/1", False), ("/b", False), ("bytes:0-9", False)],
)
def test_the_contract_refuses_a_pointer_that_leads_nowhere(pointer: str | None, there: bool) -> None:
    entry = Evidence(source="s", payload="p", pointer=pointer)
    found = run_of(make(1).replace(evidence=(entry,)), payloads={"p": b'{"a":[1]}'})
    if there:
        check_pointers(found)
        return
    with pytest.raises(AssertionError, match="where nothing is"):
        check_pointers(found)


def test_the_contract_refuses_a_payload_that_is_not_stored() -> None:
    entry = Evidence(source="s", payload="p", pointer="/a")
    with pytest.raises(AssertionError, match="not stored"):
        check_pointers(run_of(make(1).replace(evidence=(entry,))))


class _Silent(Collector[Options]):
    """A collector that yields nothing."""

    name, family, summary = "silent", "any", "says nothing"
    options_type = Options
    target = "origin"

    async def collect(self, window: Window) -> AsyncIterator[Record]:
        """Yield nothing."""
        return
        yield


def test_the_contract_refuses_a_collector_that_yields_nothing() -> None:
    window = Window(start=0, end=10)
    with pytest.raises(AssertionError, match="yields nothing"):
        check(_Silent, {}, window)
    assert check(_Silent, {}, window, empty=True).records == []
