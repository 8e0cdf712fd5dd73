"""What people wrote in a draft, against what is known: the part of a check that reads no payload again."""

from __future__ import annotations

import time
from collections.abc import Iterable
from pathlib import Path
from typing import NamedTuple

from service import names
from service.check import draft as check_draft
from service.check import notes as check_notes
from service.check.words import Words
from service.evidence.place import evidence_of
from service.evidence.store import Evidence
from service.review import reviews
from service.settings.check import CheckSettings, settings
from service.settings.config import Config
from timeline.checks.claims.check import check as check_claims
from timeline.checks.claims.check import refuted
from timeline.checks.claims.ground import Ground
from timeline.checks.draft import blocks
from timeline.checks.fences import FenceError
from timeline.checks.findings import Finding, finding, in_order, placed
from timeline.checks.located import located
from timeline.checks.prose import Grounds
from timeline.checks.prose import check as check_prose
from timeline.errors import TimelineError
from timeline.model import Timeline
from timeline.order import clock_errors
from timeline.people.names import Names
from timeline.text import line


def grounds(
    directory: Path, timeline: Timeline | None, evidence: Evidence | None, chosen: CheckSettings, now: int
) -> Grounds:
    """Return what the prose of a built incident is checked against; `now` in ns."""
    notes = check_notes.placed(directory)
    if timeline is None or evidence is None:
        return Grounds(now=now, hours=chosen.hours, noted=check_notes.noted(notes))
    known = _names(evidence)
    ground = Ground(timeline, clock_errors(timeline), known, Words(evidence))
    signed = reviews.signed(reviews.readable(directory))
    off = frozenset(rule for rule, switch in chosen.rules.items() if switch == "off")
    claimed = tuple(check_claims(check_notes.written(notes), ground, off))
    beside = check_notes.noted(notes, refuted(claimed, chosen.rules), claimed)
    return Grounds(timeline, known, signed, now, chosen.hours, beside, ground, chosen.rules)


def _names(evidence: Evidence) -> Names:
    try:
        return evidence.people().names
    except TimelineError:
        return Names([])  # broken people.json also breaks the rebuild, which is reported


def findings(
    directory: Path, timeline: Timeline, conf: Config, now: int | None = None, known: Grounds | None = None
) -> list[Finding]:
    """Return what is found in the prose of an incident's draft, in order, its regions and facts taken as they are.

    `known` spares making anew what it is checked against.
    """
    chosen = settings(directory, conf.settings.check)
    draft = directory / names.DRAFT
    if not draft.is_file():
        return []
    text = draft.read_bytes().decode("utf-8", "replace")
    try:
        prose = blocks(check_draft.spans(check_draft.pieces(text)))
        known = known or grounds(
            directory, timeline, evidence_of(directory, conf), chosen, time.time_ns() if now is None else now
        )
        found = list(check_prose(prose, known))
    except FenceError as err:
        found = [check_draft.broken(err)]
    except Exception as err:  # noqa: BLE001 - any defect: whatever a draft holds, that is no pass
        found = [
            finding(
                "check-failed", 1, line(f"the check of this draft ended with {type(err).__name__}: {err}")
            )
        ]
    return in_order(placed(located(found, text), names.DRAFT, chosen.rules))


class Waiting(NamedTuple):
    """A section of a draft with questions that nobody answered: how many, and the line of the first."""

    section: str
    questions: int
    line: int


def waiting(directory: Path, found: Iterable[Finding]) -> list[Waiting]:
    """Return how many questions wait in each section of an incident's draft, by what was found in its prose."""
    lines = [one.line for one in found if one.rule == "prompt-empty"]
    if not lines:
        return []
    text = (directory / names.DRAFT).read_bytes().decode("utf-8", "replace")
    headings = [b for b in blocks(check_draft.spans(check_draft.pieces(text))) if b.form == "heading"]
    sections: dict[int, Waiting] = {}
    for at in lines:
        above = next((b for b in reversed(headings) if b.line <= at), None)
        before = sections.get(above.line if above else 0)
        title = above.text if above else "before the first heading"
        sections[above.line if above else 0] = Waiting(
            title, before.questions + 1 if before else 1, before.line if before else at
        )
    return list(sections.values())
