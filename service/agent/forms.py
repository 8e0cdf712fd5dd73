"""What tools answer of incidents and drafts: one model each, whose JSON Schema is the tool's output."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import Field

from service.agent.words import Form, GapWords, IncidentWords, Said, Text, Untrusted
from timeline.answers.coverage import State
from timeline.cases.case import Section
from timeline.cases.similarity import Aspect
from timeline.instant import Instant

Next = Annotated[
    str | None, Field(description="ask again with this cursor for what follows; null: that was all")
]


class GapForm(Form):
    """What a source could not give for `[start, end)`: of that, nothing is known."""

    id: str
    source: str
    reason: str
    start: Instant
    end: Instant
    words: GapWords


class Gaps(Form):
    """The gaps of an incident; those left out are in `coverage`."""

    total: int
    shown: list[GapForm]


class Brief(Form):
    """An incident in a list."""

    id: str
    open: bool = Field(description="no end is known yet")
    start: Instant | None
    end: Instant | None
    facts: int
    gaps: int
    digest: str | None
    words: IncidentWords
    unreadable: Text | None = Field(description="why its timeline cannot be read")


class Incidents(Form):
    """A page of incidents, by id."""

    total: int
    incidents: list[Brief]
    next_cursor: Next


class MeasureForm(Form):
    """A duration as a range of seconds between two facts, or why there is none."""

    name: str
    from_: str | None = Field(alias="from")
    to: str | None
    min_s: float | None
    max_s: float | None
    formula: str | None
    words: Text | None = Field(description="why there is no range")


class ImpactWords(Untrusted):
    """What a number of impact is called."""

    name: Said
    unit: Said
    labels: dict[Said, Said]


class ImpactForm(Form):
    """A number over `[start, end)` that a configured query gave."""

    id: str
    source: str
    take: str
    span: str
    start: Instant
    end: Instant
    value: float | str | None
    read_s: float
    missing_s: float = Field(description="seconds that could not be read: the number is of the rest")
    words: ImpactWords


class ReconciledForm(Form):
    """What thresholds and alerts, or two clocks, say of each other."""

    name: str
    from_: str = Field(alias="from")
    to: str | None
    count: int
    min_s: float | None
    max_s: float | None
    words: Text


class Numbers(Form):
    """Measures, impact and reconciliation, each list cut at a number that `totals` tells."""

    measures: list[MeasureForm]
    impact: list[ImpactForm]
    reconciliation: list[ReconciledForm]
    totals: dict[str, int]


class Span(Form):
    """`[start, end)`."""

    start: Instant
    end: Instant


class IncidentForm(Form):
    """An incident: first what is not known of it, then what is."""

    gaps: Gaps
    id: str
    open: bool = Field(description="no end is known yet: what is ahead is a `not_yet` gap")
    start: Instant | None
    end: Instant | None
    detected: Instant | None = Field(description="a person's claim, as are mitigated and resolved")
    mitigated: Instant | None
    resolved: Instant | None
    window: Span
    sources: list[str]
    facts: int
    kinds: dict[str, int] = Field(description="how many facts there are of each kind")
    numbers: Numbers
    notes: int = Field(description="notes of people and agents: interpretation, no facts")
    digest: str
    link: str = Field(description="the page")
    words: IncidentWords


class StretchForm(Form):
    """What was collected of one source in `[start, end)`, and the gaps that say why not all."""

    source: str
    start: Instant
    end: Instant
    state: State
    gaps: list[GapForm]


class CoverageForm(Form):
    """What was collected; `collected` is the only state in which what no fact says was not recorded."""

    start: Instant
    end: Instant
    worst: State
    total: int
    stretches: list[StretchForm]
    next_cursor: Next


class Findings(Untrusted):
    """Rows of `timeline check --format json`; they repeat words of the draft and of facts."""

    rows: list[dict[str, Any]]


class DraftCheck(Form):
    """What `timeline check` says of a draft; `ok`: no error."""

    ok: bool
    errors: int
    warnings: int
    notes: int
    total: int
    findings: Findings
    next_cursor: Next


class ExcerptForm(Form):
    """A part of a text around what matched, and where it stands: a fact or note by id, a line of the draft (`L12`)."""

    section: Section
    reference: str | None
    at: Instant | None
    words: Text


class HitForm(Form):
    """An incident that has what was searched for; one that is not `served` cannot be asked about here."""

    id: str
    served: bool
    start: Instant | None
    end: Instant | None
    words: IncidentWords
    excerpts: list[ExcerptForm]


class Hits(Form):
    """The best hits of the archive. Where no incident has all words they are those with most, and `all_words` is false."""

    archive: Literal["searched", "not configured"]
    detail: str | None = Field(default=None, description="why nothing is searched")
    total: int
    all_words: bool
    reading: bool = Field(description="folders are still being read: what they hold is missing; ask again")
    hits: list[HitForm]


class ReasonForm(Form):
    """What two incidents have in common, how much of the score it is, and in how many incidents of the archive it is."""

    aspect: Aspect
    share: float
    incidents: int
    words: Text


class AlikeForm(Form):
    """An incident that is like the one asked about; `score` is from 0 to 1. Likeness is no cause."""

    id: str
    served: bool
    score: float
    came_back: bool = Field(description="something of it was there within 20 days")
    start: Instant | None
    words: IncidentWords
    reasons: list[ReasonForm]


class Similar(Form):
    """The incidents of the archive that are like one, the most alike first; none is an answer, too."""

    archive: Literal["searched", "not configured"]
    detail: str | None = Field(default=None, description="why nothing is searched")
    incidents: int = Field(description="among how many it was compared, itself counted")
    total: int
    reading: bool = Field(description="folders are still being read: what they hold is missing; ask again")
    alike: list[AlikeForm]


class NoteForm(Form):
    """A hypothesis that was written; people see it as one, by whom it names."""

    note: str
    kind: Literal["hypothesis"] = "hypothesis"
    author: str


class DraftForm(Form):
    """A part of postmortem.md."""

    total_bytes: int
    offset: int
    next_offset: int | None
    words: Text
