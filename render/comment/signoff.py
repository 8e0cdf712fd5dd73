"""Ticks in the comment: a person signs a changed fact off, and the tick stands until it changes again."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple

from render.text import markdown
from timeline import present
from timeline.model import Fact

_SHORT = 16
_TICK = re.compile(r"^- \[([ xX])\] <!-- sign-off (f-[0-9a-f]{16}) ([0-9a-f]{16}) -->", re.MULTILINE)


class SignOff(NamedTuple):
    """A changed fact, and whether a person signed off what it says now."""

    fact: Fact
    ticked: bool

    def line(self) -> str:
        """Return the item of a task list, ended by LF."""
        fact = self.fact
        box, when = "x" if self.ticked else " ", present.bounds(fact.earliest, fact.latest)
        return f"- [{box}] <!-- sign-off {fact.id} {_digest(fact)} --> {when} {markdown.statement(fact.statement)}\n"


def signoffs(
    changed: Iterable[Fact], facts: Mapping[str, Fact], body: str, signed: Mapping[str, str]
) -> Sequence[SignOff]:
    """Return what is to be signed off: what changed, and what was already asked for in `body`.

    Ticks of facts that say the same as then are kept, and what reviews signed off (`signed`: id to content
    digest) is ticked; an item whose fact changed again or is gone falls away.
    """
    asked = {(match[2], match[3]): match[1] != " " for match in _TICK.finditer(body)}
    standing = [facts[i] for i, digest in asked if i in facts and _digest(facts[i]) == digest]
    listed = {fact.id: fact for fact in (*standing, *changed)}
    ordered = sorted(listed.values(), key=lambda f: (f.latest, f.id))
    return [
        SignOff(
            fact, asked.get((fact.id, _digest(fact)), False) or signed.get(fact.id) == fact.content_digest()
        )
        for fact in ordered
    ]


def _digest(fact: Fact) -> str:
    return fact.content_digest()[:_SHORT]
