"""The archive for an agent: which incidents have what it looks for."""

from __future__ import annotations

from pathlib import Path

from archive.cases.store import Excerpt, Hit
from service.agent.forms import ExcerptForm, HitForm, Hits
from service.agent.questions import SearchQuestion
from service.agent.shelf import Shelf
from service.agent.words import BRIEF, IncidentWords, short, text
from service.archive.asking import asked as query_of
from timeline.cases.case import FACETS
from timeline.errors import TimelineError

NO_ARCHIVE = (
    "no archive is configured: single incidents were given, and nothing is searched over others; list_incidents and "
    "list_facts answer for those that are served"
)
_MOST_SERVICES = 30


def search(shelf: Shelf, asked: SearchQuestion) -> Hits:
    """Return the incidents of the archive that have all words and properties, the best first."""
    if shelf.archive is None:
        return Hits(
            archive="not configured", detail=NO_ARCHIVE, total=0, all_words=True, reading=False, hits=[]
        )
    chosen = {name: tuple(getattr(asked, name)) for name in FACETS}
    query = query_of(asked.text, chosen, asked.since, asked.until, names=("since", "until"))
    found, reading = shelf.archive.search(query, asked.limit)
    hits = [_hit(shelf, one) for one in found.hits]
    return Hits(archive="searched", total=found.total, all_words=found.whole, reading=reading, hits=hits)


def _hit(shelf: Shelf, hit: Hit) -> HitForm:
    kept = hit.kept
    services = [short(one.value, BRIEF) or "" for one in hit.facets if one.name == "service"]
    words = IncidentWords(
        title=short(kept.title, BRIEF), severity=short(kept.severity or None, BRIEF), services=services[:_MOST_SERVICES]
    )  # fmt: skip
    return HitForm(
        id=kept.id, served=_served(shelf, kept.id, kept.folder), start=kept.start, end=kept.end, words=words,
        excerpts=[_excerpt(one) for one in hit.excerpts],
    )  # fmt: skip


def _served(shelf: Shelf, incident: str, folder: str) -> bool:
    try:
        return shelf.directory(incident).resolve() == Path(folder)
    except TimelineError:
        return False


def _excerpt(one: Excerpt) -> ExcerptForm:
    return ExcerptForm(
        section=one.section, reference=one.reference or None, at=one.at, words=text(one.text, BRIEF)
    )
