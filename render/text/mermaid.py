"""A Mermaid gantt of the incident: the headline alert, other lives, gaps; whole rows within a limit.

Times are written without a zone and meant as UTC: the chart's axis then shows UTC to every viewer.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator, Sequence

from timeline.instant import NS, format_instant
from timeline.measures.chain import chain, endpoints
from timeline.measures.keyfacts import KeyFacts, key_facts
from timeline.model import Fact, Timeline

#: GitHub's limit of characters in one diagram.
LIMIT = 50_000
_LABEL, _LIVES, _GAPS = 60, 15, 10
_KEPT = " .-_/()+="
_HEAD = "gantt\n    dateFormat YYYY-MM-DDTHH:mm:ss\n    axisFormat %H:%M\n    todayMarker off\n"

#: A section's name, and its rows.
_Section = tuple[str, list[str]]


def gantt(timeline: Timeline, limit: int = LIMIT, key: KeyFacts | None = None) -> str:
    """Return the diagram's source within `limit` characters, or nothing where there is nothing to draw.

    Rows that do not fit are left out whole, the last ones first, and counted in the title. `key`: the
    timeline's key facts, where they are already chosen.
    """
    sections = [section for section in _sections(timeline, key) if section[1]]
    rows = sum(len(section[1]) for section in sections)
    for kept in range(rows, 0, -1):
        text = _written(timeline, sections, kept, rows)
        if len(text) <= limit:
            return text
    return ""


def _written(timeline: Timeline, sections: Sequence[_Section], kept: int, rows: int) -> str:
    left_out = f", {rows - kept} rows left out" if kept < rows else ""
    lines = [_HEAD, f"    title {label(timeline.incident.id) or 'incident'} (UTC{left_out})\n"]
    for name, entries in sections:
        shown = entries[: max(kept, 0)]
        kept -= len(shown)
        if shown:
            lines += [f"    section {name}\n", *shown]
    return "".join(lines)


def label(text: str, limit: int = _LABEL) -> str:
    """Return text in which nothing means anything to Mermaid: letters, digits and a few signs."""
    kept = "".join(c if c in _KEPT or unicodedata.category(c)[0] in "LN" else " " for c in text if c != "`")
    line = " ".join(kept.split())
    return line if len(line) <= limit else f"{line[: limit - 3].rstrip()}..."


def _sections(timeline: Timeline, key: KeyFacts | None) -> Iterator[_Section]:
    points = dict(endpoints(chain(timeline.incident, timeline.facts)))
    yield "Headline alert", [*_measured(timeline), *(_milestone(name, f) for name, f in points.items())]
    yield "Others", list(_lives(timeline, {f.thread for f in points.values()}, key))[:_LIVES]
    gaps = sorted(timeline.gaps, key=lambda gap: (gap.start, gap.end, gap.id))
    yield (
        "Gaps",
        [_bar(f"{g.source} {g.reason.replace('_', ' ')}", g.start, g.end, "crit, ") for g in gaps[:_GAPS]],
    )


def _measured(timeline: Timeline) -> Iterator[str]:
    facts = {fact.id: fact for fact in timeline.facts}
    for measure in timeline.measures:
        start, end = facts.get(measure.from_ or ""), facts.get(measure.to or "")
        if start and end and not measure.reason:
            yield _bar(measure.name, start.latest, end.latest, "active, ")


def _milestone(name: str, fact: Fact) -> str:
    return f"    · {label(name)} :milestone, {_stamp(fact.latest)}, 0s\n"


def _lives(timeline: Timeline, drawn: set[str | None], key: KeyFacts | None) -> Iterator[str]:
    """Yield a bar for each other life of the key facts: an alert, a deploy."""
    rows = (key or key_facts(timeline.incident, timeline.facts)).rows
    chosen = dict.fromkeys(
        row.fact.thread for row in rows if row.fact.kind.startswith(("alert.", "deploy.")) and row.fact.thread
    )
    lives: dict[str, list[Fact]] = {}
    for fact in timeline.facts:
        if fact.thread in chosen and fact.thread not in drawn:
            lives.setdefault(fact.thread or "", []).append(fact)
    for life in lives.values():
        yield _bar(life[0].statement, life[0].latest, life[-1].latest)


def _bar(name: str, start: int, end: int, tags: str = "") -> str:
    # A first word of our own: Mermaid takes a row that begins with one of its keywords for that.
    end = max(end, start + NS)
    return f"    · {label(name)} :{tags}{_stamp(start)}, {_stamp(end)}\n"


def _stamp(instant: int) -> str:
    return format_instant(instant - instant % NS).removesuffix("Z")
