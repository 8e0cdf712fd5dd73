"""The example, built: what claims are looked up in."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from service.check.words import Words
from service.evidence.store import Evidence
from tests.example import example_folder
from tests.timeline.checks.claims.judged import read
from timeline.checks.claims.ground import Ground
from timeline.checks.findings import Finding
from timeline.document import load
from timeline.order import clock_errors, in_display_order

Checked = Callable[..., list[Finding]]


@pytest.fixture(scope="session")
def ground() -> Ground:
    """The built incident, with its evidence."""
    timeline = load((example_folder() / "timeline.json").read_bytes())
    evidence = Evidence(example_folder() / "evidence")
    return Ground(timeline, clock_errors(timeline), evidence.people().names, Words(evidence))


@pytest.fixture(scope="session")
def checked(ground: Ground) -> Checked:
    """Give the findings of a text; `{alert.firing:0}` in it is the id of the first fact of that kind in order of display."""

    def run(text: str, *rules: str) -> list[Finding]:
        ids: dict[str, list[str]] = {}
        for fact in in_display_order(ground.timeline.facts):
            ids.setdefault(fact.kind, []).append(fact.id)
        for kind, of_kind in ids.items():
            for place, identity in enumerate(of_kind):
                text = text.replace(f"{{{kind}:{place}}}", identity)
        every = read(text, ground)
        return [one for one in every if not rules or one.rule in rules]

    return run
