"""A post-mortem that somebody wrote elsewhere, as a case: all that it says is its own claim, and none of it a fact."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import NamedTuple

from timeline.cases.case import Case, Facet, Passage, Section
from timeline.cases.course import course_of_document
from timeline.cases.details import Details
from timeline.cases.features import features_of
from timeline.cases.plain_text import HEADS
from timeline.cases.prose import visible
from timeline.checks.actions import actions
from timeline.checks.draft import Block
from timeline.checks.sections import kind_of
from timeline.instant import Bounds
from timeline.notes.bodies import FACTOR_CATEGORIES

#: The tag by which cases of documents are chosen, and left out.
TAG = "imported"
MOST = 2_000  # passages
_SEVERITY = re.compile(
    r"\bseverity\b[\s:|*_-]{1,10}((?:SEV|P|S)[- ]?[0-5]|[0-5]|critical|major|minor|high|medium|low)\b",
    re.IGNORECASE,
)
_SECTIONS: dict[str, Section] = {
    "factors": "factor",
    "lessons": "lesson",
    "observations": "lesson",
    "actions": "action",
}


class Counts(NamedTuple):
    """How much of a document was made out."""

    sections: int
    factors: int
    lessons: int
    actions: int
    claims: int
    zoneless: int  # of the claims: their zone is not told, so they have no instant


def case_of_document(
    name: str, written: Sequence[Block], times: Mapping[int, Bounds | None], day: int | None
) -> Case:
    """Return the case of a document; `times` by line, None for one without a zone; `day` is its own (ns), where it says one.

    What the document says of its beginning and end are its first and last time.
    """
    title = next(filter(None, map(_title, written)), name)
    known = [at for at in times.values() if at]
    start = min(map(_begin, known), default=day)
    end = max((at.latest for at in known), default=None)
    passages = (Passage("title", f"{name} {title}"), *_passages(written, times))[:MOST]
    severity = next((_severity(match[1]) for block in written if (match := _SEVERITY.search(block.text))), "")
    facets = {Facet("tag", TAG), *_factors(written)} | ({Facet("severity", severity)} if severity else set())
    factors = (one.text for one in passages if one.section == "factor")
    details = Details(features_of((), factors=factors), course_of_document(written))
    return Case(name, title, severity, start, end, tuple(sorted(facets)), passages, details)


def counts(case: Case, written: Sequence[Block]) -> Counts:
    """Return how much of a document was made out."""
    there = [one.section for one in case.passages]
    headings = sum(block.form == "heading" for block in written)
    zoneless = sum(one.section == "claim" and one.at is None for one in case.passages)
    return Counts(
        headings,
        there.count("factor"),
        there.count("lesson"),
        len(actions(written)),
        there.count("claim"),
        zoneless,
    )


def _passages(written: Sequence[Block], times: Mapping[int, Bounds | None]) -> Iterator[Passage]:
    for block in written:
        is_claim = block.line in times
        # A template's questions that nobody answered are nothing written.
        if block.prompt or block.left_blank or (block.form == "heading" and not is_claim):
            continue
        if text := visible(block.text, block.codes):
            at = times.get(block.line)
            section: Section = "claim" if is_claim else _SECTIONS.get(block.kind, "draft")
            yield Passage(section, text, f"L{block.line}", _begin(at) if at else None)


def _begin(at: Bounds) -> int:
    return at.latest if at.earliest is None else at.earliest


def _title(block: Block) -> str:
    """Return the words of a heading that is not one of a section that every report has."""
    words = visible(block.text, block.codes) if block.form == "heading" else ""
    return "" if HEADS.fullmatch(words) or kind_of((words,)) != "prose" else words


def _factors(written: Sequence[Block]) -> Iterator[Facet]:
    for block in written:
        told = block.cells[0].text.strip().casefold() if block.kind == "factors" and block.cells else ""
        if told in FACTOR_CATEGORIES and any(cell.text.strip() for cell in block.cells[1:]):
            yield Facet("factor", told)


def _severity(word: str) -> str:
    return f"SEV{word}" if word.isdigit() else word.upper() if len(word) <= len("SEV-1") else word.lower()
