"""What an on-call wants to know of an earlier incident: how long it took, what was done, and which runbook it names."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence

import msgspec

from timeline.cases.prose import told
from timeline.checks.draft import Block
from timeline.measures.chain import chain
from timeline.model import Timeline
from timeline.notes.journal import Note
from timeline.order import clock_errors
from timeline.response.course import Course as Response
from timeline.response.people import decisions
from timeline.response.samples import Samples
from timeline.response.tried import changes

#: Changes, and things that people wrote, of one incident; characters of each.
MOST, LONGEST = 20, 400
_LINK = re.compile(r"https?://[^\s<>()\[\]\"'`|]{1,2000}", re.IGNORECASE)
_BOOK = re.compile(r"run-?_?book|play-?_?book", re.IGNORECASE)
#: How far before a link a text may say that it is a runbook.
_BEFORE = 60
_DEALT = re.compile(r"\bmitigat|\bresol(?:ution|ved)|\brecover|\bworkaround|\bactions? taken|\bresponse\b|\bdecision", re.IGNORECASE)  # fmt: skip


class Span(msgspec.Struct, frozen=True, array_like=True, gc=False):
    """A measure of the timeline: a range in seconds."""

    name: str
    min_s: float
    max_s: float


class Done(msgspec.Struct, frozen=True, array_like=True, gc=False):
    """A change while it lasted (`what` is its kind), or what people wrote: a decision, a lesson, a message they marked, prose.

    `reference` is the id of a fact or note, or the line of the draft; `at` in ns.
    """

    what: str
    text: str
    reference: str
    at: int | None = None


class Course(msgspec.Struct, frozen=True, omit_defaults=True, gc=False):
    """Nothing in it says that one thing followed from another."""

    measures: tuple[Span, ...] = ()
    done: tuple[Done, ...] = ()
    runbooks: tuple[str, ...] = ()


def course_of(timeline: Timeline, draft: Sequence[Block] = (), notes: Sequence[Note] = ()) -> Course:
    """Return the course of an incident, with what people wrote of it."""
    spans = (
        Span(one.name, one.min_s, one.max_s)
        for one in timeline.measures
        if one.min_s is not None and one.max_s is not None
    )
    written = [*_noted(notes), *_prose(draft), *_marked(timeline)]
    done = (*list(_changed(timeline))[:MOST], *written[:MOST])
    return Course(tuple(spans), done, _first(_runbooks(timeline, draft, notes)))


def course_of_document(written: Sequence[Block]) -> Course:
    """Return what a document says of lessons and of how it was dealt with, and its runbooks: all of it its own claim."""
    return Course((), tuple(_prose(written))[:MOST], _first(_links(block.raw for block in written)))


def _first(books: Iterable[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(books))[:MOST]


def _changed(timeline: Timeline) -> Iterator[Done]:
    points = chain(timeline.incident, timeline.facts)
    course = Response(timeline, points, clock_errors(timeline), Samples(timeline))
    for fact, _ in changes(timeline.facts, *course.span):
        yield Done(fact.kind, fact.statement, fact.id, fact.latest)


def _noted(notes: Iterable[Note]) -> Iterator[Done]:
    for note in notes:
        body = note.head.body
        if body and body.kind in {"decision", "lesson"}:
            yield Done(body.kind, _cut(body.text or ""), note.id)


def _marked(timeline: Timeline) -> Iterator[Done]:
    for fact in decisions(timeline):
        if fact.quote:
            yield Done("message", _cut(fact.quote.text), fact.id, fact.latest)


def _prose(draft: Iterable[Block]) -> Iterator[Done]:
    """Yield what a draft says of lessons, and under headings of how it was dealt with."""
    for block in draft:
        lesson = block.kind == "lessons"
        if (lesson or (block.section and _DEALT.search(block.section[-1]))) and (text := _cut(told(block))):
            yield Done("lesson" if lesson else "draft", text, f"L{block.line}")


def _cut(text: str) -> str:
    one = " ".join(text.split())
    return one if len(one) <= LONGEST else one[: LONGEST - 1] + "…"


def _runbooks(timeline: Timeline, draft: Iterable[Block], notes: Iterable[Note]) -> Iterator[str]:
    incident = timeline.incident
    labels = [incident.labels, *(fact.subject.labels for fact in timeline.facts)]
    for own in labels:
        for name, value in own.items():
            if _BOOK.search(name):
                yield from (match[0].rstrip(".,;:") for match in _LINK.finditer(value))
    texts = [*incident.links, *(fact.quote.text for fact in timeline.facts if fact.quote)]
    bodies = (note.head.body for note in notes)
    texts += [block.raw for block in draft if not block.kept]
    texts += [getattr(body, "text", None) or "" for body in bodies if body]
    yield from _links(texts)


def _links(texts: Iterable[str]) -> Iterator[str]:
    """Yield the links that are called runbooks, by themselves or by the words before them."""
    for text in texts:
        for match in _LINK.finditer(text) if "://" in text else ():
            before = text[max(0, match.start() - _BEFORE) : match.start()].rpartition("\n")[2]
            if _BOOK.search(match[0]) or _BOOK.search(before):
                yield match[0].rstrip(".,;:")
