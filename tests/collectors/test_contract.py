"""Every registered collector declares itself as the contract says, and costs nothing to list."""

from __future__ import annotations

import inspect
from typing import get_args

import pytest

from collectors.base import Collector, TestedAgainst
from collectors.redaction import Redactor
from collectors.tape import MemoryStore, RecordingTape
from collectors.testing import Run, check_declaration, check_fact
from service import registry
from tests.timeline.strategies import make
from timeline.model import Person
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


def test_the_card_is_served() -> None:
    wanted = "prometheus_alerts prometheus_metrics git github slack_export slack matrix opensearch jsonl"
    assert set(wanted.split()) <= set(registry.names())


def test_the_contract_refuses_a_statement_that_names_somebody() -> None:
    person = Person(identity="phone:Ada", names=("Ada",))
    store = MemoryStore()
    run = Run([person], None, RecordingTape("s", "c", store, Redactor()), store)
    fact = make(1, actor="phone:Ada")
    named, marked = (
        {"statement": f"A call was taken by {who}"} for who in ("phone:Ada", mention("phone:Ada"))
    )
    check_fact(fact.model_copy(update=marked), run)
    with pytest.raises(AssertionError, match="names phone:Ada"):
        check_fact(fact.model_copy(update=named), run)
