"""What tools answer of facts: one model each, whose JSON Schema is the tool's output."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from service.agent.forms import Next
from service.agent.words import FactNames, FactWords, Form, Said, Untrusted
from timeline.answers.proof import Ground, Relation
from timeline.instant import Instant

When = Annotated[str, Field(description="bounds as people read them, UTC, cut to the second")]


class FactForm(Form):
    """A fact: it happened at one instant of `[earliest, latest]`; `earliest` null: it was already so."""

    id: str
    kind: str
    category: str
    earliest: Instant | None
    latest: Instant
    when: When
    surfaced: Instant | None = Field(
        description="when it was visible to responders; null: not sent to responders"
    )
    source: str
    words: FactWords


class Facts(Form):
    """A page of the facts that were asked for, in display order."""

    total: int
    facts: list[FactForm]
    next_cursor: Next


class EvidenceWords(Untrusted):
    """What was asked of the source, where in its answer, and the source's own page."""

    query: Said | None
    pointer: Said | None = Field(
        description="RFC 6901 in JSON, `line:N`, or `bytes:A-B`; null: the whole payload"
    )
    link: Said | None


class EvidencePlace(Form):
    """One place where a fact can be opened."""

    place: int
    source: str
    payload: str | None = Field(description="SHA-256 of the stored bytes")
    words: EvidenceWords


class QuantityForm(Form):
    """A measured value, and what it was compared with."""

    value: float | str | None
    threshold: float | str | None
    op: str | None


class RelatedForm(Form):
    """Another fact, and the named rule that ties it to this one; never a cause."""

    fact: str
    rule: str


class WholeWords(FactNames):
    """All that a fact says, and the clock that told its time."""

    clock: Said


class WholeFact(Form):
    """A fact with everything it is made of."""

    id: str
    kind: str
    category: str
    earliest: Instant | None
    latest: Instant
    when: When
    time_means: str = Field(description="the source's own name for the time")
    clock_error_s: float = Field(
        description="how far the clock may be off: it widens comparisons with other clocks"
    )
    surfaced: Instant | None
    source: str
    thread: str | None = Field(description="the key of one life: an alert's, a deploy's, a chat thread's")
    related: list[RelatedForm]
    quantity: QuantityForm | None
    variants: int = Field(description="other contents that were seen under this id")
    disputed: list[str] = Field(description="notes in which people doubt it")
    evidence: list[EvidencePlace]
    evidence_total: int
    link: str = Field(description="the fact in our page")
    cite: str = Field(description="Markdown that cites it, with its time")
    words: WholeWords


class EvidenceExcerpt(EvidenceWords):
    """What a source answered."""

    excerpt: Said


class EvidenceForm(Form):
    """An excerpt of a stored payload, at the fact's own element, names of people replaced by pseudonyms."""

    fact: str
    place: int
    of: int
    source: str
    payload: str
    link: str = Field(description="the fact in our page")
    truncated: bool
    words: EvidenceExcerpt


class ClockWords(Untrusted):
    """The clock that told a fact's time."""

    clock: Said


class Bounds(Form):
    """A fact's bounds, and the error of its clock."""

    fact: str
    earliest: Instant | None
    latest: Instant
    error_s: float = Field(
        description="seconds that widened the bounds, as the clocks differ; 0 within one clock"
    )
    words: ClockWords


class OrderForm(Form):
    """What is proven of the order of two facts; `undetermined` is an answer, never a tie."""

    relation: Relation = Field(description="how a stands to b")
    decided_by: Ground
    a: Bounds
    b: Bounds


class BetweenForm(Form):
    """How long lay between two facts: b minus a, so below zero where b may have come first."""

    min_s: float | None
    max_s: float | None
    shown: str | None = Field(description="the range as people read it, rounded outward")
    reason: str | None = Field(description="why there is no range")
    a: Bounds
    b: Bounds


class KnownForm(Form):
    """What responders could have known at a time, the newest first."""

    time: Instant
    surfaced: int = Field(description="facts that were visible to responders by then")
    untold: int = Field(description="facts that had happened by then and were not sent to responders")
    ahead: int = Field(description="all others: still ahead, or perhaps so")
    firing: list[str] = Field(description="the facts that began what fired then")
    pending: list[str]
    no_data: list[str] = Field(description="alerts whose rules had no data: neither firing nor resolved")
    acknowledged: list[str] = Field(
        description="acknowledgements that held then: neither given back nor over"
    )
    silenced: list[str]
    last_message: str | None
    facts: list[FactForm]
    next_cursor: Next


class CiteWords(Untrusted):
    """Markdown to paste as it is: what it quotes was said by others. The comment keeps the reference for refresh."""

    markdown: str


class Citation(Form):
    """What cites one id."""

    id: str
    words: CiteWords


class CiteForm(Form):
    """What cites each id, in the order they were given."""

    citations: list[Citation]
