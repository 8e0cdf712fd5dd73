"""Facts for an agent: lists of them, one whole, what is proven of two, and what was known when."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from render.draft.draft import values
from render.text import markdown
from render.text.names import PAGE
from service.agent import shelf as shelves
from service.agent.fact_forms import (
    BetweenForm,
    Bounds,
    Citation,
    CiteForm,
    CiteWords,
    ClockWords,
    EvidencePlace,
    EvidenceWords,
    FactForm,
    Facts,
    KnownForm,
    OrderForm,
    QuantityForm,
    RelatedForm,
    WholeFact,
    WholeWords,
)
from service.agent.paging import paged, shrunk
from service.agent.questions import CiteQuestion, FactsQuestion, Moment, OfFact, Pair
from service.agent.shelf import Shelf
from service.agent.words import BRIEF, WHOLE, FactWords, labels, plain, short
from service.draft.layouts import previous_draft
from service.evidence.kept import Loaded
from service.review.notes import NotesFile
from timeline import present, references
from timeline.answers.knowledge import known_at, situation
from timeline.answers.pages import first
from timeline.answers.proof import between, order
from timeline.answers.selection import Selection, select
from timeline.answers.untrusted import seen
from timeline.errors import TimelineError
from timeline.instant import NS
from timeline.model import Evidence, Fact
from timeline.notes import views
from timeline.order import clock_errors
from timeline.record import plain as as_json

MOST_EVIDENCE, MOST_RELATED, _MOST_OPEN = 20, 50, 50
_LABEL, _QUERY = 300, 1000  # bytes
_LONG = frozenset({"statement", "quote"})


class UnknownFactError(TimelineError):
    """The timeline has no fact of this id."""

    def __init__(self, identity: str) -> None:
        super().__init__(f"{identity} is no fact of this timeline; list_facts gives the ids")


def fact_of(loaded: Loaded, identity: str) -> Fact:
    """Return a fact; raise UnknownFactError."""
    fact = loaded.facts.get(identity)
    if fact is None:
        raise UnknownFactError(identity)
    return fact


def list_facts(shelf: Shelf, asked: FactsQuestion) -> Facts:
    """Return a page of the facts that are asked for."""
    loaded = shelf.load(asked.incident)
    wanted = Selection(
        asked.from_, asked.to, asked.kind, asked.category, asked.service, asked.source, asked.text
    )
    found = select(loaded.timeline.facts, wanted)
    question = ["list_facts", asked.incident, loaded.timeline.digest, list(wanted)]
    shown, following = paged(question, asked.cursor, found, brief, asked.limit)
    return Facts(total=len(found), facts=shown, next_cursor=following)


def brief(fact: Fact) -> FactForm:
    """Return a fact as lists show it."""
    return FactForm(
        id=fact.id, kind=fact.kind, category=fact.category, earliest=fact.earliest, latest=fact.latest,
        when=_when(fact), surfaced=fact.surfaced, source=fact.source, words=FactWords(**_words(fact, BRIEF)),
    )  # fmt: skip


def _when(fact: Fact) -> str:
    return f"{present.date(fact.latest)} {present.bounds(fact.earliest, fact.latest)} UTC"


def _words(fact: Fact, limit: int) -> dict[str, object]:
    quote, subject = fact.quote, fact.subject
    said = {
        "statement": fact.statement, "quote": quote.text if quote else None, "actor": fact.actor,
        "service": subject.service, "component": subject.component, "environment": subject.environment,
    }  # fmt: skip
    whole = {name: words and seen(words) for name, words in said.items()}
    kept = {name: short(words, limit if name in _LONG else BRIEF) for name, words in whole.items()}
    return {**kept, "cut": kept != whole or bool(quote and quote.truncated)}


def get_fact(shelf: Shelf, asked: OfFact) -> WholeFact:
    """Return a fact with everything it is made of."""
    loaded = shelf.load(asked.incident)
    fact = fact_of(loaded, asked.fact)
    disputed = views.disputes(NotesFile(shelf.directory(asked.incident)).read().notes).get(fact.id, ())
    error = clock_errors(loaded.timeline)[fact.clock] / NS
    [cited] = _cited(shelf, asked.incident, [fact.id])
    links = link(shelf.page(asked.incident), fact.id), cited
    ids = [note.id for note in disputed]
    return shrunk(lambda part: _whole(fact, error, links, ids, part))


def _whole(fact: Fact, error: float, links: tuple[str, str], disputed: Sequence[str], part: int) -> WholeFact:
    pieces, total = first(fact.evidence, MOST_EVIDENCE // part or 1)
    quantity = as_json(fact.quantity) if fact.quantity else {}
    return WholeFact(
        id=fact.id, kind=fact.kind, category=fact.category, earliest=fact.earliest, latest=fact.latest,
        when=_when(fact), time_means=fact.time_means,
        clock_error_s=error, surfaced=fact.surfaced, source=fact.source,
        thread=fact.thread, related=[RelatedForm(fact=r.fact, rule=r.rule) for r in fact.related[:MOST_RELATED]],
        quantity=QuantityForm(**{n: quantity.get(n) for n in QuantityForm.model_fields}) if quantity else None,
        variants=len(fact.variants), disputed=list(disputed[:MOST_RELATED]),
        evidence=[_place(number, piece, part) for number, piece in enumerate(pieces)], evidence_total=total,
        link=links[0], cite=links[1], words=_all_words(fact, part),
    )  # fmt: skip


def _all_words(fact: Fact, part: int) -> WholeWords:
    limit = _LABEL // part
    return WholeWords(
        clock=short(fact.clock, limit),
        **_words(fact, WHOLE // part),
        names=plain(fact.names, limit),
        labels=labels(fact.subject.labels, limit),
    )


def _place(number: int, piece: Evidence, part: int) -> EvidencePlace:
    return EvidencePlace(
        place=number, source=piece.source, payload=piece.payload, words=evidence_words(piece, _QUERY // part),
    )  # fmt: skip


def evidence_words(piece: Evidence, limit: int = _QUERY) -> EvidenceWords:
    """Return what was asked, and the source's own page where it is on the web."""
    page_of = piece.link if markdown.is_web(piece.link) else None
    return EvidenceWords(
        query=short(piece.query, limit), pointer=short(piece.pointer, limit), link=short(page_of, limit)
    )


def link(prefix: str, identity: str) -> str:
    """Return our own page at a fact."""
    return markdown.address(f"{prefix}{PAGE}#{identity}")


def _cited(shelf: Shelf, incident: str, ids: Sequence[str]) -> list[str]:
    """Return the Markdown for each id, as `timeline cite` prints it; raise UnknownReferenceError."""
    timeline = shelf.load(incident).timeline
    draft = previous_draft(shelf.directory(incident)) or ""
    return references.cite(ids, values(timeline, chart_url=shelves.prefix(shelf, incident), of=draft))


def cite(shelf: Shelf, asked: CiteQuestion) -> CiteForm:
    """Return the Markdown to paste for each id."""
    made = zip(asked.ids, _cited(shelf, asked.incident, asked.ids), strict=True)
    return CiteForm(citations=[Citation(id=one, words=CiteWords(markdown=text)) for one, text in made])


def order_of(shelf: Shelf, asked: Pair) -> OrderForm:
    """Return what is proven of the order of two facts."""
    loaded = shelf.load(asked.incident)
    a, b = fact_of(loaded, asked.a), fact_of(loaded, asked.b)
    proof = order(a, b, clock_errors(loaded.timeline))
    return OrderForm(
        relation=proof.relation,
        decided_by=proof.ground,
        a=_bounds(a, proof.error_a),
        b=_bounds(b, proof.error_b),
    )


def between_of(shelf: Shelf, asked: Pair) -> BetweenForm:
    """Return how long lay between two facts."""
    loaded = shelf.load(asked.incident)
    a, b = fact_of(loaded, asked.a), fact_of(loaded, asked.b)
    errors = clock_errors(loaded.timeline)
    span = between(a, b, errors)
    low, high = (None if end is None else end / NS for end in (span.least, span.most))
    shown = None if low is None or high is None else present.duration_range(low, high)
    wide: Mapping[str, int] = {} if a.clock == b.clock else errors
    return BetweenForm(
        min_s=low, max_s=high, shown=shown, reason=span.reason or None,
        a=_bounds(a, wide.get(a.clock, 0)), b=_bounds(b, wide.get(b.clock, 0)),
    )  # fmt: skip


def _bounds(fact: Fact, error: int) -> Bounds:
    return Bounds(
        fact=fact.id,
        earliest=fact.earliest,
        latest=fact.latest,
        error_s=error / NS,
        words=ClockWords(clock=short(fact.clock, _LABEL) or ""),
    )


def known(shelf: Shelf, asked: Moment) -> KnownForm:
    """Return what responders could have known at a time."""
    loaded = shelf.load(asked.incident)
    facts = loaded.timeline.facts
    then, state = known_at(facts, asked.time), situation(facts, asked.time)
    question = ["known_at", asked.incident, loaded.timeline.digest, asked.time]
    shown, following = paged(question, asked.cursor, then.surfaced, brief, asked.limit)
    return KnownForm(
        time=asked.time, surfaced=len(then.surfaced), untold=then.untold, ahead=then.ahead,
        firing=_ids(state.firing), pending=_ids(state.pending), no_data=_ids(state.no_data),
        acknowledged=_ids(state.acknowledged), silenced=_ids(state.silenced),
        last_message=state.message.id if state.message else None, facts=shown, next_cursor=following,
    )  # fmt: skip


def _ids(facts: Sequence[Fact]) -> list[str]:
    return [fact.id for fact in facts[:_MOST_OPEN]]
