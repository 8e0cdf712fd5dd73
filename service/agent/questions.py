"""What tools are asked: one model each, whose JSON Schema is the tool's input."""

from __future__ import annotations

from typing import Annotated, get_args

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field

from timeline.errors import TimelineError
from timeline.instant import parse_instant
from timeline.kinds import Category

CATEGORIES: tuple[str, ...] = get_args(Category)
MOST_PAGE, MOST_CITED, MOST_DRAFT, MOST_EXCERPT = 200, 50, 200_000, 8 * 2**10


def _instant(value: object) -> object:
    if not isinstance(value, str):
        raise ValueError("a time is a text: RFC 3339 with a zone, such as 2026-11-12T14:10:00Z")  # noqa: TRY004 - pydantic's
    try:
        return parse_instant(value)
    except TimelineError as err:
        raise ValueError(str(err)) from err


Time = Annotated[
    int,
    BeforeValidator(_instant, json_schema_input_type=str),
    Field(json_schema_extra={"type": "string", "format": "date-time"}),
]
IncidentId = Annotated[
    str, Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9._-]{0,99}$", description="an id of list_incidents")
]
FactId = Annotated[str, Field(pattern=r"^f-[0-9a-f]{16}$", description="a fact's id")]
Cursor = Annotated[str | None, Field(max_length=40, description="the `next_cursor` of the page before")]
Limit = Annotated[int, Field(ge=1, le=MOST_PAGE, description="how many at most; fewer where they are long")]
_Name = Annotated[str, Field(min_length=1, max_length=200)]
_Chosen = Annotated[list[_Name], Field(max_length=20)]
_Date = Annotated[
    str | None,
    Field(
        max_length=40,
        description="a year, month or day (2026-01), or so long ago (90d), of the incident's start",
    ),
]


class Question(BaseModel):
    """Arguments of a tool: none that it does not know."""

    model_config = ConfigDict(frozen=True, extra="forbid", populate_by_name=True)


class Listing(Question):
    """Arguments of `list_incidents`."""

    cursor: Cursor = None


class OfIncident(Question):
    """Arguments of what is asked of one incident."""

    incident: IncidentId


class Spanned(OfIncident):
    """A span: `from` and `to` are RFC 3339 with a zone."""

    from_: Annotated[
        Time | None, Field(alias="from", description="RFC 3339 with a zone; default: the window's start")
    ] = None
    to: Annotated[Time | None, Field(description="RFC 3339 with a zone; default: the window's end")] = None


class FactsQuestion(Spanned):
    """Arguments of `list_facts`."""

    kind: Annotated[_Name | None, Field(description="a kind (`alert.firing`), or its family (`alert`)")] = (
        None
    )
    category: Annotated[_Name | None, Field(description=f"one of {', '.join(CATEGORIES)}")] = None
    service: Annotated[_Name | None, Field(description="a service or component, exactly")] = None
    source: Annotated[_Name | None, Field(description="a source of get_incident, exactly")] = None
    text: Annotated[_Name | None, Field(description="in statement, quote or names, whatever its case")] = None
    limit: Limit = 50
    cursor: Cursor = None


class OfFact(OfIncident):
    """Arguments of `get_fact`."""

    fact: FactId


class EvidenceQuestion(OfFact):
    """Arguments of `get_evidence`."""

    place: Annotated[int, Field(ge=0, le=9999, description="which of the fact's evidence, from 0")] = 0
    max_bytes: Annotated[int, Field(ge=256, le=MOST_EXCERPT, description="of the excerpt")] = 4096


class Pair(OfIncident):
    """Arguments of `order` and `between`."""

    a: FactId
    b: FactId


class Moment(OfIncident):
    """Arguments of `known_at`."""

    time: Annotated[Time, Field(description="RFC 3339 with a zone")]
    limit: Limit = 20
    cursor: Cursor = None


class CoverageQuestion(Spanned):
    """Arguments of `coverage`."""

    to: Annotated[
        Time | None,
        Field(
            description="RFC 3339 with a zone; default: the end of the window, and of what is ahead of an open incident"
        ),
    ] = None
    source: Annotated[_Name | None, Field(description="a source of get_incident; default: all")] = None
    limit: Limit = 50
    cursor: Cursor = None


class CiteQuestion(OfIncident):
    """Arguments of `cite`."""

    ids: Annotated[
        list[Annotated[str, Field(max_length=200)]],
        Field(
            min_length=1,
            max_length=MOST_CITED,
            description="ids of facts, gaps, measures (`m-...`), impact; `f-A..f-B`; each may end in `:time`, `:value`, `:quote`",
        ),
    ]


class DraftQuestion(OfIncident):
    """Arguments of `check_draft`."""

    markdown: Annotated[str, Field(max_length=MOST_DRAFT, description="a whole draft, or a part of one")]
    limit: Limit = 50
    cursor: Cursor = None


class SearchQuestion(Question):
    """Arguments of `search`: an incident has all words and properties; several of one property are alternatives."""

    text: Annotated[
        str,
        Field(
            max_length=200, description='words, "phrases" and beginnings (pool*); empty: the newest incidents'
        ),
    ] = ""
    service: _Chosen = []
    severity: _Chosen = []
    factor: Annotated[
        _Chosen, Field(description="categories of contributing factors: technical, process, human, ...")
    ] = []
    kind: Annotated[_Chosen, Field(description="kinds of facts, such as deploy.rolled_back")] = []
    alert: Annotated[_Chosen, Field(description="names of alerts that fired")] = []
    team: _Chosen = []
    tag: _Chosen = []
    failure_mode: _Chosen = []
    since: _Date = None
    until: _Date = None
    limit: Annotated[int, Field(ge=1, le=20, description="how many incidents at most")] = 5


class NoteQuestion(OfIncident):
    """Arguments of `propose_note`."""

    text: Annotated[
        str, Field(min_length=1, max_length=4000, description="the hypothesis, in a sentence or two")
    ]
    facts: Annotated[list[FactId], Field(min_length=1, max_length=20, description="the facts it rests on")]
