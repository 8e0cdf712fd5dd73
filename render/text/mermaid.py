"""A Mermaid gantt of the incident: the headline alert, other lives, gaps; whole rows within a limit.

A bar is one state of one life, over the time that it is known to have been so; an arrow says that its end is
not. Times are written without a zone and meant as UTC: the chart's axis then shows UTC to every viewer.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Collection, Iterable, Iterator, Sequence

from timeline import terms
from timeline.alerts.lives import Span, spans
from timeline.alerts.states import alert_name
from timeline.apart import apart
from timeline.instant import NS, format_instant
from timeline.measures.chain import chain, endpoints, headline
from timeline.measures.keyfacts import KeyFacts, key_facts
from timeline.model import Fact, Timeline

#: GitHub's limit of characters in one diagram.
LIMIT = 50_000
_LABEL, _HEADLINE, _MEASURES, _OTHERS, _GAPS = 60, 12, 40, 20, 10
_KEPT = " .-_/()+="
_HEAD = "gantt\n    dateFormat YYYY-MM-DDTHH:mm:ss\n    axisFormat %H:%M\n    todayMarker off\n"
_FAMILIES = ("alert.", "deploy.")
_STATES = {"pending": " pending", "running": "", "firing": " firing"}

#: A section's name, its rows, and how many it has at most.
_Section = tuple[str, list[str], int]


def gantt(timeline: Timeline, limit: int = LIMIT, key: KeyFacts | None = None) -> str:
    """Return the diagram's source within `limit` characters, or nothing where there is nothing to draw.

    Rows that do not fit are left out whole, the last ones first, and counted in the title. `key`: the
    timeline's key facts, where they are already chosen.
    """
    sections = [section for section in _sections(timeline, key) if section[1]]
    rows = sum(len(entries) for _, entries, _ in sections)
    shown = [(name, entries[:most]) for name, entries, most in sections]
    for kept in range(sum(len(entries) for _, entries in shown), 0, -1):
        text = _written(timeline, shown, kept, rows)
        if len(text) <= limit:
            return text
    return ""


def _written(timeline: Timeline, sections: Sequence[tuple[str, list[str]]], kept: int, rows: int) -> str:
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
    facts = [fact for fact in timeline.facts if fact.kind.startswith(_FAMILIES)]
    own = headline(timeline.incident, timeline.facts).fact
    thread = (own.thread or own.id) if own else None
    rows = (key or key_facts(timeline.incident, timeline.facts)).rows
    chosen = {row.fact.thread or row.fact.id for row in rows if row.fact.kind.startswith(_FAMILIES)} - {
        thread
    }
    names = _names(facts, {thread, *chosen})
    yield "Headline alert", list(_rows(timeline, _of(facts, {thread}), names)), _HEADLINE
    milestones = (_milestone(name, fact) for name, fact in points.items())
    yield "Measures", [*_measured(timeline), *milestones], _MEASURES
    yield "Others", list(_rows(timeline, _of(facts, chosen), names)), _OTHERS
    gaps = sorted(timeline.gaps, key=lambda gap: (gap.start, gap.end, gap.id))
    yield (
        "Gaps",
        [_bar(label(f"{g.source} {terms.reason(g.reason)}"), g.start, g.end, "crit, ") for g in gaps],
        _GAPS,
    )


def _of(facts: Iterable[Fact], lives: Collection[str | None]) -> list[Fact]:
    return [fact for fact in facts if (fact.thread or fact.id) in lives]


def _names(facts: Sequence[Fact], lives: Collection[str | None]) -> dict[str, str]:
    """Return what each life is called, by its thread: with what differs, where its name alone is not its own."""
    firsts: dict[str, Fact] = {}
    for fact in _of(facts, lives):
        firsts.setdefault(fact.thread or fact.id, fact)
    told = apart(firsts.values(), lambda fact: label(_called(fact)))
    return {
        life: label(f"{_bare(fact)} {told[fact.id].label}" if fact.id in told else _called(fact))
        for life, fact in firsts.items()
    }


def _bare(fact: Fact) -> str:
    return alert_name(fact) or f"Deploy {fact.names.get('deploy', '')}"


def _called(fact: Fact) -> str:
    more = (str(fact.names[name]) for name in ("labels", "environment", "service") if name in fact.names)
    return " ".join((_bare(fact), *more))


def _rows(timeline: Timeline, facts: Sequence[Fact], names: dict[str, str]) -> Iterator[str]:
    """Yield a bar for each state of each life, in order of time, and a point for an end that ends no bar."""
    held = [one for life in spans(facts, timeline.window, timeline.gaps).values() for one in life]
    bars = [one for one in held if one.state in _STATES]
    ended = {one.end.id for one in bars if one.end}
    points = [
        f for f in facts if f.kind.startswith("deploy.") and f.kind != "deploy.started" and f.id not in ended
    ]
    drawn = [
        *((one.start, one.begin.id, _span(names[one.begin.thread or one.begin.id], one)) for one in bars),
        *((f.latest, f.id, _milestone(f"{names[f.thread or f.id]} {_verb(f)}", f)) for f in points),
    ]
    yield from (row for _, _, row in sorted(drawn))


def _span(name: str, one: Span) -> str:
    failed = " failed" if one.end is not None and one.end.kind == "deploy.failed" else ""
    tags = "done, " if one.state == "pending" else ""
    return _bar(f"{name}{_STATES[one.state]}{failed}{' →' if one.open else ''}", one.start, one.until, tags)


def _verb(fact: Fact) -> str:
    return fact.kind.partition(".")[2].replace("_", " ")


def _measured(timeline: Timeline) -> Iterator[str]:
    facts = {fact.id: fact for fact in timeline.facts}
    for measure in timeline.measures:
        start, end = facts.get(measure.from_ or ""), facts.get(measure.to or "")
        if start and end and end.earliest is not None and not measure.reason:
            yield _bar(label(measure.name), start.latest, end.earliest, "active, ")


def _milestone(name: str, fact: Fact) -> str:
    return f"    · {label(name)} :milestone, {_stamp(fact.latest)}, 0s\n"


def _bar(name: str, start: int, end: int, tags: str = "") -> str:
    # A first word of our own: Mermaid takes a row that begins with one of its keywords for that.
    end = max(end, start + NS)
    return f"    · {name} :{tags}{_stamp(start)}, {_stamp(end)}\n"


def _stamp(instant: int) -> str:
    return format_instant(instant - instant % NS).removesuffix("Z")
