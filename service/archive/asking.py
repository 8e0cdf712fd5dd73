"""What somebody asks an archive, as a query; and its answer as JSON."""

from __future__ import annotations

import re
import time
from calendar import monthrange
from collections.abc import Collection, Mapping, Sequence
from datetime import UTC, datetime

from archive.cases.store import Excerpt, Found, Hit, Kept
from timeline.canonical import Json
from timeline.cases.case import Facet
from timeline.cases.query import Query, terms
from timeline.errors import TimelineError, UsageError
from timeline.instant import NS, format_instant
from timeline.zones import parse_duration

_DATE = re.compile(r"(\d{4})(?:-(\d\d))?(?:-(\d\d))?")


def asked(
    words: str, facets: Mapping[str, Collection[str] | None], since: str | None = None, until: str | None = None, *,
    typing: bool = False, names: tuple[str, str] = ("--since", "--until"),
) -> Query:  # fmt: skip
    """Return the query of what was typed, or of what somebody is `typing`. Raises UsageError, which `names` the dates."""
    chosen = tuple(Facet(name, value) for name, values in facets.items() for value in values or ())
    return Query(
        terms(words, typing=typing),
        chosen,
        _bound(since, names[0], last=False),
        _bound(until, names[1], last=True),
    )


def described(facets: Mapping[str, Sequence[str] | None], since: str | None, until: str | None) -> str:
    """Return which incidents were chosen, for people; empty where all were."""
    told = [f"{name.replace('_', ' ')} {' or '.join(values)}" for name, values in facets.items() if values]
    return ", ".join([*told, *([f"since {since}"] if since else []), *([f"until {until}"] if until else [])])


def _bound(text: str | None, option: str, *, last: bool) -> int | None:
    """Return the beginning of a year, month or day (UTC), or its end; or what so long ago was."""
    if text is None:
        return None
    match = _DATE.fullmatch(text)
    try:
        if not match:
            return time.time_ns() - parse_duration(text)
        year, month, day = int(match[1]), int(match[2] or (12 if last else 1)), int(match[3] or 0)
        day = day or (monthrange(year, month)[1] if last else 1)
        begun = datetime(year, month, day, tzinfo=UTC)
    except (ValueError, TimelineError, OverflowError) as err:
        wanted = "a year, month or day such as 2026, 2026-01 or 2026-01-31, or so long ago such as 90d"
        raise UsageError(f"{option} {text}: it is {wanted}") from err
    return (int(begun.timestamp()) + (86_400 if last else 0)) * NS


def answer(found: Found) -> dict[str, Json]:
    """Return what `search --json` prints."""
    return {
        "total": found.total, "all_words": found.whole, "hits": [_hit(one) for one in found.hits],
        "counts": {name: dict(values) for name, values in found.counts.items()},
    }  # fmt: skip


def _hit(hit: Hit) -> dict[str, Json]:
    facets = dict[str, list[str]]()
    for one in hit.facets:
        facets.setdefault(one.name, []).append(one.value)
    return {**kept_answer(hit.kept), "facets": facets, "excerpts": [_excerpt(one) for one in hit.excerpts]}


def kept_answer(kept: Kept) -> dict[str, Json]:
    """Return one incident of the archive as JSON."""
    return {
        "id": kept.id, "title": kept.title, "severity": kept.severity or None, "start": _time(kept.start),
        "end": _time(kept.end), "directory": kept.folder,
    }  # fmt: skip


def _excerpt(one: Excerpt) -> dict[str, Json]:
    return {
        "section": one.section, "reference": one.reference or None, "at": _time(one.at), "text": one.text,
        "marks": [list(mark) for mark in one.marks],
    }  # fmt: skip


def _time(at: int | None) -> str | None:
    return None if at is None else format_instant(at)
