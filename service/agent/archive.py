"""The archive for an agent: which incidents have what it looks for."""

from __future__ import annotations

from collections.abc import Iterable
from itertools import islice
from pathlib import Path

from archive.cases.store import Excerpt, Hit, Kept
from service.agent.forms import AlikeForm, ExcerptForm, HitForm, Hits, ReasonForm, Similar
from service.agent.questions import OfIncident, SearchQuestion
from service.agent.shelf import Shelf
from service.agent.words import BRIEF, IncidentWords, short, text
from service.archive.asking import asked as query_of
from service.archive.likeness import Alike
from timeline.cases.case import FACETS
from timeline.cases.wording import words
from timeline.errors import TimelineError

NO_ARCHIVE = (
    "no archive is configured: single incidents were given, and nothing is searched over others; list_incidents and "
    "list_facts answer for those that are served"
)
_MOST_SERVICES, _MOST_ALIKE = 30, 10


def search(shelf: Shelf, asked: SearchQuestion) -> Hits:
    """Return the incidents of the archive that have all words and properties, the best first."""
    if shelf.archive is None:
        return Hits(
            archive="not configured", detail=NO_ARCHIVE, total=0, all_words=True, reading=False, hits=[]
        )
    chosen = {name: getattr(asked, name) for name in FACETS}
    query = query_of(asked.text, chosen, asked.since, asked.until, names=("since", "until"))
    found, reading = shelf.archive.search(query, asked.limit)
    hits = [_hit(shelf, one) for one in found.hits]
    return Hits(archive="searched", total=found.total, all_words=found.whole, reading=reading, hits=hits)


def _hit(shelf: Shelf, hit: Hit) -> HitForm:
    kept = hit.kept
    return HitForm(
        id=kept.id, served=_served(shelf, kept.id, kept.folder), start=kept.start, end=kept.end,
        words=_incident(kept, (one.value for one in hit.facets if one.name == "service")),
        excerpts=[_excerpt(one) for one in hit.excerpts],
    )  # fmt: skip


def find_similar(shelf: Shelf, asked: OfIncident) -> Similar:
    """Return the incidents of the archive that are like one, with the reasons."""
    folder = shelf.directory(asked.incident)
    if shelf.archive is None:
        return Similar(
            archive="not configured", detail=NO_ARCHIVE, incidents=0, total=0, reading=False, alike=[]
        )
    likeness, reading = shelf.archive.similar(folder)
    return Similar(
        archive="searched", incidents=likeness.incidents, total=len(likeness.alike), reading=reading,
        alike=[_alike(shelf, one, likeness.incidents) for one in likeness.alike[:_MOST_ALIKE]],
    )  # fmt: skip


def _alike(shelf: Shelf, one: Alike, incidents: int) -> AlikeForm:
    reasons = [
        ReasonForm(aspect=why.aspect, share=round(why.share, 4), incidents=why.of, words=text(words(why, incidents), BRIEF))
        for why in one.reasons
    ]  # fmt: skip
    kept = one.kept
    return AlikeForm(
        id=kept.id, served=_served(shelf, kept.id, kept.folder), score=round(one.score, 4), came_back=one.came_back,
        start=kept.start, words=_incident(kept, one.services), reasons=reasons,
    )  # fmt: skip


def _incident(kept: Kept, services: Iterable[str]) -> IncidentWords:
    named = [short(one, BRIEF) or "" for one in islice(services, _MOST_SERVICES)]
    return IncidentWords(
        title=short(kept.title, BRIEF), severity=short(kept.severity or None, BRIEF), services=named
    )


def _served(shelf: Shelf, incident: str, folder: str) -> bool:
    try:
        return shelf.directory(incident).resolve() == Path(folder)
    except TimelineError:
        return False


def _excerpt(one: Excerpt) -> ExcerptForm:
    return ExcerptForm(
        section=one.section, reference=one.reference or None, at=one.at, words=text(one.text, BRIEF)
    )
