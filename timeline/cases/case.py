"""A case: what an archive keeps of one incident, gathered from its facts, what people wrote of it and their notes."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Literal, NamedTuple, get_args

import msgspec

from timeline.cases.course import course_of
from timeline.cases.details import Details
from timeline.cases.features import features_of
from timeline.cases.figures import figures_of
from timeline.cases.followups import followups
from timeline.cases.prose import told, visible
from timeline.cases.reviews import reviews_of
from timeline.checks.actions import actions
from timeline.checks.draft import Block
from timeline.kinds import Kind
from timeline.model import Fact, Timeline
from timeline.notes.bodies import FACTOR_CATEGORIES, Factor
from timeline.notes.journal import Note, current
from timeline.order import in_display_order

#: Where a passage stands in the incident; what people concluded stands before what was recorded. A claim is a document's, of a time.
Section = Literal["title", "factor", "lesson", "action", "draft", "note", "claim", "alert", "change", "status", "log", "chat", "other"]  # fmt: skip
SECTIONS: tuple[Section, ...] = get_args(Section)
#: Passages of facts that are kept of one incident, those of the first sections first.
MOST = 2_000
#: By what cases are chosen and counted.
FACETS = ("service", "kind", "severity", "factor", "failure_mode", "team", "tag", "alert")
#: Labels of an incident file that name a facet; several values stand between commas.
_LABELS = {
    "team": "team", "teams": "team", "tag": "tag", "tags": "tag", "failure_mode": "failure_mode",
    "failure mode": "failure_mode", "failure-mode": "failure_mode",
}  # fmt: skip
_OF_KIND: dict[str, Section] = {
    "alert": "alert", "metric": "alert", "deploy": "change", "change": "change", "status": "status", "log": "log",
    "trace": "log", "chat": "chat",
}  # fmt: skip


class Passage(NamedTuple):
    """A piece of text that is searched; `reference` is the id of a fact or note, or the line of the draft (`L12`)."""

    section: Section
    text: str
    reference: str = ""
    at: int | None = None  # ns


class Facet(NamedTuple):
    """A property of a case: `service` checkout."""

    name: str
    value: str


class Case(NamedTuple):
    """One incident as an archive has it; times in ns since 1970 UTC."""

    id: str
    title: str
    severity: str
    start: int | None
    end: int | None
    facets: tuple[Facet, ...]
    passages: tuple[Passage, ...]
    details: Details = Details()


def case_of(
    timeline: Timeline, draft: Sequence[Block] = (), notes: Iterable[Note] = (), drafted: int | None = None
) -> Case:
    """Return the case of a built incident, with what people wrote in its draft (last changed at `drafted`, ns) and in notes."""
    # Each part of a case looks at them in order: sorted once, they stay so.
    timeline = msgspec.structs.replace(timeline, facts=in_display_order(timeline.facts))
    incident, there = timeline.incident, tuple(current(notes))
    written = [*_written(draft), *_noted(there)]
    recorded = sorted(_recorded(timeline.facts), key=lambda one: SECTIONS.index(one.section))[:MOST]
    title = incident.title or incident.id
    # A row of the draft's table has the category and what backs it beside the factor.
    factors = (max(one.text.split(" · "), key=len) for one in written if one.section == "factor")
    facets = tuple(sorted(set(_facets(timeline, draft, there))))
    modes = (one.value for one in facets if one.name == "failure_mode")
    return Case(
        incident.id, title, incident.severity or "", incident.start, incident.end, facets,
        (Passage("title", f"{incident.id} {title}"), *written, *recorded),
        Details(
            features_of(timeline.facts, incident.services, factors, modes), course_of(timeline, draft, there),
            followups(incident.id, draft, there, drafted), figures_of(timeline, draft),
            reviews_of(draft, there, incident.labels),
        ),
    )  # fmt: skip


def _written(draft: Sequence[Block]) -> Iterator[Passage]:
    """Yield what people wrote."""
    codes = {block.line: block.codes for block in draft}
    for action in actions(draft):
        yield Passage("action", visible(action.title, codes.get(action.line, ())), f"L{action.line}")
    for block in draft:
        section: Section = {"factors": "factor", "lessons": "lesson"}.get(block.kind, "draft")  # type: ignore[assignment]
        if text := told(block):
            yield Passage(section, text, f"L{block.line}")


def _noted(notes: Iterable[Note]) -> Iterator[Passage]:
    for note in notes:
        body = note.head.body
        section: Section = {"factor": "factor", "lesson": "lesson", "action": "action"}.get(  # type: ignore[assignment]
            body.kind if body else "", "note"
        )
        said = (getattr(body, name, None) for name in ("text", "answer", "criterion", "verification"))
        if text := " · ".join(filter(None, said)):
            yield Passage(section, text, note.id)


def _recorded(facts: Iterable[Fact]) -> Iterator[Passage]:
    """Yield what was recorded, each text once: a statement of a kind of its own, and words as they were said."""
    seen = set[str]()
    for fact in facts:
        text = f"{fact.statement}: {fact.quote.text}" if fact.quote else fact.statement
        same = fact.quote.text if fact.quote and fact.kind == "chat.message" else _same(fact)
        if same not in seen:
            seen.add(same)
            yield Passage(_OF_KIND.get(fact.kind.partition(".")[0], "other"), text, fact.id, fact.latest)


def _same(fact: Fact) -> str:
    """Return what two facts have in common that say the same at other times: kind, names and words, without values."""
    names = sorted((name, str(value)) for name, value in fact.names.items() if isinstance(value, str))
    return f"{fact.kind} {names} {fact.quote.text if fact.quote else ''}"


def _facets(timeline: Timeline, draft: Sequence[Block], notes: Iterable[Note]) -> Iterator[Facet]:
    incident = timeline.incident
    services = {*incident.services, *(fact.subject.service for fact in timeline.facts)}
    yield from (Facet("service", name) for name in services if name)
    yield from (Facet("kind", kind) for kind in {fact.kind for fact in timeline.facts})
    yield from (Facet("alert", name) for name in alerts(timeline.facts))
    if incident.severity:
        yield Facet("severity", incident.severity)
    for label, value in incident.labels.items():
        if name := _LABELS.get(label.casefold()):
            yield from (Facet(name, part.strip()) for part in value.split(",") if part.strip())
    for note in notes:
        if isinstance(note.head.body, Factor):
            yield Facet("factor", note.head.body.category)
    for block in draft:
        if block.kind == "factors" and block.form == "row" and not (block.prompt or block.left_blank):
            category = block.cells[0].text.strip().casefold() if block.cells else ""
            filled = any(c.text.strip() and not c.asks for c in block.cells[1:])
            if category in FACTOR_CATEGORIES and filled:
                yield Facet("factor", category)


def alerts(facts: Iterable[Fact]) -> set[str]:
    """Return the names of the alerts that fired."""
    fired: Kind = "alert.firing"
    return {str(fact.names["alert"]) for fact in facts if fact.kind == fired and fact.names.get("alert")}
