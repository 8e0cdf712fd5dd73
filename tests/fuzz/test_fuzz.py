"""Whatever a source sends: what once ended a build does not any more, nor does what a short fuzz finds."""

from __future__ import annotations

import pytest
from hypothesis import HealthCheck, given, settings

from service.settings import registry
from tests.fuzz import corpus, seeds
from tests.fuzz.harness import attempt
from tests.fuzz.mutations import Change, changes
from tests.fuzz.seeds import Seed

SEEDS = {seed.name: seed for seed in seeds.stored()}
KEPT = corpus.stored()


def test_every_collector_has_a_seed() -> None:
    assert {seed.collector.name for seed in SEEDS.values()} == set(registry.names())


@pytest.mark.parametrize("seed", SEEDS.values(), ids=SEEDS)
def test_a_seed_unchanged_gives_its_facts(seed: Seed) -> None:
    assert attempt(seed, []).facts


@pytest.mark.parametrize("name", KEPT)
def test_what_once_ended_a_build_does_not(name: str) -> None:
    seed, wanted = KEPT[name]
    attempt(SEEDS[seed], wanted)


@pytest.mark.parametrize("seed", SEEDS.values(), ids=SEEDS)
def test_no_answer_ends_a_build(seed: Seed) -> None:
    @settings(
        max_examples=25,
        deadline=None,
        derandomize=True,
        database=None,
        suppress_health_check=list(HealthCheck),
    )
    @given(changes())
    def holds(wanted: list[Change]) -> None:
        attempt(seed, wanted, sinks=len(wanted) > 2)

    holds()
