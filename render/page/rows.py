"""What a row and the panel say of a fact, in chunks of neighbours: the page unpacks those that it shows."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import NamedTuple

from render.page.columns import lists, table
from render.page.excerpts import Excerpts
from render.page.packing import packed
from timeline.apart import Difference
from timeline.assembly.coverage import is_note
from timeline.canonical import Json
from timeline.instant import format_instant
from timeline.model import Evidence, Fact, Gap, Incident
from timeline.record import present

#: A chunk ends after so many facts, or so many characters of statements and quotes.
CHUNK_FACTS, CHUNK_TEXT = 4_096, 2**20


class Chunk(NamedTuple):
    """Facts `[first, end)`, and the places `[evidence, evidence_end)` of theirs among that of all facts."""

    first: int
    end: int
    evidence: int
    evidence_end: int


def chunks(facts: Sequence[Fact]) -> Iterator[Chunk]:
    """Part the facts into chunks."""
    first = evidence = characters = pieces = 0
    for place, fact in enumerate(facts):
        if place - first >= CHUNK_FACTS or characters >= CHUNK_TEXT:
            yield Chunk(first, place, evidence, pieces)
            first, evidence, characters = place, pieces, 0
        quote = fact.quote
        characters += len(fact.statement) + (0 if quote is None else len(quote.text))
        pieces += len(fact.evidence)
    if facts:
        yield Chunk(first, len(facts), evidence, pieces)


def nearest(
    named: Mapping[str, Chunk], facts: Sequence[Fact], start: int | None, end: int | None
) -> list[str]:
    """Return the names of chunks, those of the incident first, then those that are nearest to it."""
    inside = [place for place, part in enumerate(named.values()) if _meets(facts, part, start, end)] or [0]
    apart = {name: max(inside[0] - place, place - inside[-1], 0) for place, name in enumerate(named)}
    return sorted(named, key=lambda name: apart[name])


def _meets(facts: Sequence[Fact], part: Chunk, start: int | None, end: int | None) -> bool:
    after_start = start is None or facts[part.end - 1].latest >= start
    before_end = end is None or facts[part.first].latest <= end
    return after_start and before_end


def chunk(
    facts: Sequence[Fact], part: Chunk, excerpts: Excerpts, file_name: Callable[[str], str], apart: Mapping[str, Difference],
) -> bytes:  # fmt: skip
    """Return a chunk, packed, as `records` makes it; `apart` says what tells facts of one statement apart, by id."""
    own = facts[part.first : part.end]
    return packed(
        records(_columns(own, apart), [fact.evidence for fact in own], excerpts, part.evidence, file_name)
    )


def gap_records(
    gaps: Sequence[Gap], incident: Incident, excerpts: Excerpts, first: int, file_name: Callable[[str], str]
) -> dict[str, Json]:
    """Return gaps as `records` makes them; `note`, where there is one, tells those that are none of the incident."""
    columns: dict[str, list[Json]] = {
        "id": [gap.id for gap in gaps], "source": [gap.source for gap in gaps], "reason": [gap.reason for gap in gaps],
        "start": [format_instant(gap.start) for gap in gaps], "end": [format_instant(gap.end) for gap in gaps],
        "statement": [gap.statement for gap in gaps], "missing": [gap.missing for gap in gaps],
        "note": [True if is_note(gap, incident) else None for gap in gaps],
    }  # fmt: skip
    return records(columns, [gap.evidence for gap in gaps], excerpts, first, file_name)


def records(
    columns: Mapping[str, list[Json]], evidence: Sequence[Sequence[Evidence]], excerpts: Excerpts, first: int,
    file_name: Callable[[str], str],
) -> dict[str, Json]:  # fmt: skip
    """Return `{payloads: [[digest, file name]], rows: table}`; `first` is the place of their first excerpt."""
    pieces = [piece for held in evidence for piece in held]
    payloads, parts = _evidence(pieces, excerpts, first, file_name)
    rows = table(columns)
    rows[1]["evidence"] = lists([len(held) for held in evidence], parts)
    return {"payloads": payloads, "rows": rows}


def _columns(facts: Sequence[Fact], apart: Mapping[str, Difference]) -> dict[str, list[Json]]:
    quotes = [fact.quote for fact in facts]
    subjects = [fact.subject for fact in facts]
    return {
        "statement": [fact.statement for fact in facts],
        "apart": [told.words if (told := apart.get(fact.id)) else None for fact in facts],
        "quote": [quote.text if quote else None for quote in quotes],
        "truncated": [1 if quote and quote.truncated else None for quote in quotes],
        "edited_at": [_instant(quote.edited_at) if quote else None for quote in quotes],
        "quantity": [present(fact.quantity) if fact.quantity else None for fact in facts],
        "service": [subject.service for subject in subjects],
        "component": [subject.component for subject in subjects],
        "environment": [subject.environment for subject in subjects],
        "labels": [dict(sorted(s.labels.items())) if s.labels else None for s in subjects],
        "related": [[present(tie) for tie in fact.related] or None for fact in facts],
        "variants": [len(fact.variants) or None for fact in facts],
        "last_seen": [fact.last_seen for fact in facts],
    }


def _instant(at: int | None) -> str | None:
    return None if at is None else format_instant(at)


def _evidence(
    pieces: Sequence[Evidence], excerpts: Excerpts, first: int, file_name: Callable[[str], str]
) -> tuple[Json, Json]:
    """Return [digest, file name] of each payload, and the table of the evidence, which names them by place."""
    places: dict[str, int] = {}
    coded = [places.setdefault(p.payload, len(places)) if p.payload else None for p in pieces]
    end = first + len(pieces)
    columns: dict[str, Sequence[Json]] = {
        "source": [piece.source for piece in pieces],
        "payload": coded,
        "pointer": [piece.pointer for piece in pieces],
        "query": [piece.query for piece in pieces],
        "link": [piece.link for piece in pieces],
        "list": excerpts.lists[first:end],
        "place": excerpts.places[first:end],
    }
    return [[digest, file_name(digest)] for digest in places], table(columns)
