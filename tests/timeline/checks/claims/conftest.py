"""The example, built: what claims are looked up in."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from render.text.provenance import clock_errors
from service.build.demo import demo
from service.check.words import Words
from service.evidence.store import Evidence
from timeline.checks.claims.check import check
from timeline.checks.claims.claim import claims
from timeline.checks.claims.ground import Ground
from timeline.checks.draft import DraftSpan, blocks
from timeline.checks.findings import Finding
from timeline.document import load
from timeline.order import in_display_order

Checked = Callable[..., list[Finding]]


@pytest.fixture(scope="session")
def example(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of the bundled incident, built once."""
    home = tmp_path_factory.mktemp("claims")
    demo(home, stills=False)
    return home / "INC-42"


@pytest.fixture(scope="session")
def ground(example: Path) -> Ground:
    """The built incident, with its evidence."""
    timeline = load((example / "timeline.json").read_bytes())
    evidence = Evidence(example / "evidence")
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
        every = check(claims(blocks([DraftSpan("prose", "", text)])), ground)
        return [one for one in every if not rules or one.rule in rules]

    return run
