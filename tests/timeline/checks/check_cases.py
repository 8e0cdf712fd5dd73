"""The corpus of drafts, and how they are checked without files around them."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from pathlib import Path

from tests.render.timeline_fixture import rich
from timeline.checks import fences
from timeline.checks.draft import Block, DraftSpan, blocks
from timeline.checks.findings import Finding, in_order
from timeline.checks.prose import Grounds, check
from timeline.model import Person
from timeline.people.names import Names

CORPUS = Path(__file__).parents[2] / "corpus"
NAMES = {"Alice Adams": "commander", "Bob Berg": "responder-1"}
_PLACE = re.compile(r"\{([a-z]+\.[a-z_]+):(\d+)\}")


def identity(kind: str, place: int = 0) -> str:
    """Return the id of the n-th fact of a kind in the rich timeline."""
    return [fact.id for fact in rich().timeline.facts if fact.kind == kind][place]


def filled(text: str) -> str:
    """Put the ids of facts into a draft of the corpus."""
    return _PLACE.sub(lambda match: identity(match[1], int(match[2])), text)


def draft(path: Path) -> str:
    """Return a draft of the corpus with ids, its line endings kept."""
    return filled(path.read_bytes().decode())


def prose(text: str) -> list[Block]:
    """Return the blocks of a draft."""
    return blocks([DraftSpan(piece.form, piece.name, piece.text) for piece in fences.parse(text)])


def known(now: int = 0) -> Grounds:
    """Return what prose is checked against: the rich timeline and its people."""
    return Grounds(rich().timeline, named(NAMES), {}, now)


def named(pseudonyms: Mapping[str, str]) -> Names:
    """Return people by the one name each has, with their pseudonyms."""
    people = [Person(identity=f"chat:{name}", names=(name,)) for name in pseudonyms]
    return Names(people, {f"chat:{name}": pseudonym for name, pseudonym in pseudonyms.items()})


def found(text: str, *rules: str) -> list[Finding]:
    """Return what is found in a draft, of the given rules or all."""
    return [f for f in in_order(check(prose(filled(text)), known())) if not rules or f.rule in rules]


def listed(findings: Iterable[Finding]) -> str:
    """Return findings as the golden files hold them."""
    return "".join(f"{f.line} {f.severity} {f.rule}: {f.message}\n" for f in findings)
