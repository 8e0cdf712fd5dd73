"""Every registered collector declares itself as the contract says, and costs nothing to list."""

from __future__ import annotations

import inspect
from typing import get_args

import pytest

from collectors.base import Collector, TestedAgainst
from collectors.testing import check_declaration
from service import registry

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
