"""What a note may hold: a kind each, people's words and what they cite."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Literal, get_args

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, StringConstraints, model_validator

from timeline.instant import Instant
from timeline.invalid.expected import Reads
from timeline.text import clean

_VISIBLE = r"[!-~\u00a1-\u1fff]"
#: Words of a person: at least one visible character, control characters dropped.
Words = Annotated[str, Field(max_length=10_000, pattern=_VISIBLE), AfterValidator(clean)]
Short = Annotated[str, Field(max_length=200, pattern=_VISIBLE), AfterValidator(clean)]
#: A link, or a key as people type it: `SHOP-991`, `#812`, `shop/checkout#812`, `CHG0030192`.
Ticket = Annotated[
    str,
    StringConstraints(
        strip_whitespace=True,
        max_length=2_000,
        pattern=r"^(?:https?://[!-~]+|(?:[A-Za-z0-9#][A-Za-z0-9#._/-]{0,98})?[0-9])$",
    ),
    Reads("a link, or a key such as SHOP-991, #812 or shop/checkout#812"),
]
NoteId = Annotated[str, Field(pattern=r"^n-[0-9a-f]{16}$")]
VersionId = Annotated[str, Field(pattern=r"^v-[0-9a-f]{16}$")]
#: An action by its note, or one of a draft alone by what `timeline actions` calls it.
ActionId = Annotated[str, Field(pattern=r"^[na]-[0-9a-f]{16}$")]
FactId = Annotated[str, Field(pattern=r"^f-[0-9a-f]{16}$")]
Digest = Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")]

FactorCategory = Literal["technical", "process", "human", "organisational", "environmental"]
Effect = Literal["prevent", "reduce", "detect"]
Level = Literal["low", "medium", "high"]
Outcome = Literal["passed", "failed"]
FACTOR_CATEGORIES: tuple[str, ...] = get_args(FactorCategory)


class Record(BaseModel):
    """Base of notes' records: frozen, and without members that nobody knows."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class FactCitation(Record):
    """A fact, and the digest of what it said when it was cited."""

    fact: FactId
    content: Digest | None = None


class RangeCitation(Record):
    """A closed range of time; a range given backwards is turned round."""

    start: Instant
    end: Instant

    @model_validator(mode="after")
    def _forward(self) -> RangeCitation:
        if self.start <= self.end:
            return self
        return RangeCitation.model_construct(start=self.end, end=self.start)


Citation = FactCitation | RangeCitation
Citations = Annotated[tuple[Citation, ...], Field(min_length=1, max_length=200)]


class _Body(Record):
    text: Words
    cites: Citations


class Observation(_Body):
    """What somebody saw in the facts."""

    kind: Literal["observation"]


class Hypothesis(_Body):
    """What somebody thinks may be so; open until an answer says what confirmed or refuted it."""

    kind: Literal["hypothesis"]
    answer: Words | None = None


class Factor(_Body):
    """A contributing factor; `parent` is the factor it contributed to, none: the incident."""

    kind: Literal["factor"]
    category: FactorCategory
    awareness: Literal["known_risk", "surprise"]
    parent: NoteId | None = None


class Decision(_Body):
    """What was decided, in the incident or about it."""

    kind: Literal["decision"]


class Question(_Body):
    """A question and who finds out; open until there is an answer."""

    kind: Literal["question"]
    owner: Short | None = None
    answer: Words | None = None


class Lesson(_Body):
    """What the next person would want to know."""

    kind: Literal["lesson"]


class Action(_Body):
    """What will change; what is still missing of it is on the agenda."""

    kind: Literal["action"]
    effect: Effect
    owner: Short | None = None
    due: date | None = None
    criterion: Words | None = None
    verification: Words | None = None
    ticket: Ticket | None = None
    done: date | None = Field(default=None, description="the day it was done")
    likelihood: Level | None = Field(
        default=None, description="how likely what it is against comes again; with `severity` the risk"
    )
    severity: Level | None = Field(default=None, description="how bad that would be")


class Verification(_Body):
    """What was run to see whether an action does what it is for; `text` is the result, the version's author ran it."""

    kind: Literal["verification"]
    cites: Annotated[tuple[Citation, ...], Field(max_length=200)] = ()
    action: ActionId
    ran: Words
    outcome: Outcome


class Dispute(_Body):
    """A person doubts one fact and says why; open until there is an answer. The fact never changes."""

    kind: Literal["dispute"]
    cites: Annotated[tuple[FactCitation, ...], Field(min_length=1, max_length=1)]
    answer: Words | None = None


class Why(_Body):
    """One step of asking why; `parent` is the step it explains, several may explain one."""

    kind: Literal["why"]
    parent: NoteId | None = None


class MeetingItem(Record):
    """A point of the meeting in people's own words, beside those that the notes make."""

    text: Short
    discussed: bool = False


class Meeting(Record):
    """A review meeting by its day: who was there, which notes were gone through; ticks and edits of many people fold in it.

    `text` sums it up, `time` says when and where as people write it. What older versions did not have is None, so that ids stay.
    """

    kind: Literal["meeting"]
    held: date
    present: Annotated[tuple[Short, ...], Field(max_length=500)] = ()
    discussed: Annotated[tuple[NoteId, ...], Field(max_length=5_000)] = ()
    text: Words | None = None
    cites: Annotated[tuple[Citation, ...], Field(max_length=200)] = ()
    title: Short | None = None
    time: Short | None = None
    invited: Annotated[tuple[Short, ...], Field(max_length=500)] | None = None
    items: Annotated[tuple[MeetingItem, ...], Field(max_length=200)] | None = None


Body = Annotated[
    Observation
    | Hypothesis
    | Factor
    | Decision
    | Question
    | Lesson
    | Action
    | Dispute
    | Why
    | Verification
    | Meeting,
    Field(discriminator="kind"),
]
