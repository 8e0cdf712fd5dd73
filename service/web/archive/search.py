"""`/api/search`: earlier incidents by what they say, while somebody types."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, HTTPException, Query, Request
from pydantic import BaseModel

from archive.cases.store import Excerpt, Hit
from service.web.api import WRONG
from service.web.archive.choice import Chosen
from service.web.state import State, state_of
from timeline.cases.case import Section
from timeline.errors import UsageError
from timeline.instant import Instant

router = APIRouter(prefix="/api", responses=WRONG)


class ExcerptForm(BaseModel):
    """A part of a text around what matched; `marks` are the matches in it, `[from, to)` in characters."""

    section: Section
    reference: str | None
    at: Instant | None
    text: str
    marks: list[tuple[int, int]]


class HitForm(BaseModel):
    """An incident that has what was searched for; one that this server does not serve has no page here."""

    id: str
    title: str
    severity: str | None
    start: Instant | None
    end: Instant | None
    served: bool
    services: list[str]
    excerpts: list[ExcerptForm]


class SearchForm(BaseModel):
    """The best hits, how many there are in all, and how often each property is among them.

    Where no incident has all words, the hits are those that have most (`all_words` is false). While folders are
    being read (`reading`), what they hold is missing.
    """

    total: int
    all_words: bool
    reading: bool
    hits: list[HitForm]
    counts: dict[str, dict[str, int]]


@router.get("/search", summary="Search earlier incidents", tags=["incidents"])
def search(
    request: Request,
    chosen: Chosen,
    q: Annotated[str, Query(max_length=1_000, description='words, "phrases" and beginnings (pool*)')] = "",
    typing: Annotated[bool, Query(description="the last word may not be whole yet")] = False,
    most: Annotated[int, Query(ge=1, le=100)] = 10,
) -> SearchForm:
    """Return the incidents that have all words and properties; several of one property are alternatives."""
    state = state_of(request)
    try:
        found, reading = state.archive.search(chosen.query(q, typing=typing), most)
    except UsageError as err:
        raise HTTPException(400, str(err)) from err
    return SearchForm(
        total=found.total, all_words=found.whole, reading=reading, hits=[_hit(state, one) for one in found.hits],
        counts={name: dict(values) for name, values in found.counts.items()},
    )  # fmt: skip


def _hit(state: State, hit: Hit) -> HitForm:
    kept = hit.kept
    return HitForm(
        id=kept.id, title=kept.title, severity=kept.severity or None, start=kept.start, end=kept.end,
        served=state.library.serves(kept.id, kept.folder),
        services=[one.value for one in hit.facets if one.name == "service"],
        excerpts=[_excerpt(one) for one in hit.excerpts],
    )  # fmt: skip


def _excerpt(one: Excerpt) -> ExcerptForm:
    return ExcerptForm(
        section=one.section, reference=one.reference or None, at=one.at, text=one.text, marks=list(one.marks)
    )
