"""A Mermaid gantt of the incident: impact, alerts, changes, phases, gaps; whole rows within a limit.

A bar is one state of one life, over the time that it is known to have been so; an arrow says that its end is
not. Times are written without a zone and meant as UTC: the chart's axis then shows UTC to every viewer.
"""

from __future__ import annotations

import unicodedata
from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Sequence

from timeline import terms
from timeline.alerts.lives import Span, spans
from timeline.alerts.states import alert_name, begins_breach, ends_breach
from timeline.apart import apart
from timeline.instant import NS, format_instant
from timeline.measures.chain import chain, headline
from timeline.measures.keyfacts import KeyFacts, key_facts
from timeline.model import Fact, Timeline
from timeline.order import clock_errors
from timeline.response.course import Course
from timeline.response.samples import Samples

#: GitHub's limit of characters in one diagram.
LIMIT = 50_000
_LABEL, _IMPACT, _ALERTS, _CHANGES, _GAPS = 60, 8, 16, 12, 6
_KEPT = " .-_/()+="
_HEAD = "gantt\n    dateFormat YYYY-MM-DDTHH:mm:ss\n    axisFormat %H:%M\n    todayMarker off\n"
_CHANGED = ("deploy.", "change.flag", "change.config", "change.scale", "change.removed", "change.merged")
_STATES = {
    "pending": " pending", "firing": " firing", "no_data": " without data", "waiting": " waiting", "running": "",
    "breach": "",
}  # fmt: skip
_BEGIN = frozenset({"deploy.waiting", "deploy.started"})

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
    points = chain(timeline.incident, timeline.facts)
    course = Course(timeline, points, clock_errors(timeline), Samples(timeline))
    marked = [f for f in timeline.facts if f.category == "impact" and (begins_breach(f) or ends_breach(f))]
    yield "Impact", list(_rows(timeline, marked, _names(marked, _lives(marked)))), _IMPACT
    rows = [row.fact for row in (key or key_facts(timeline.incident, timeline.facts)).rows]
    alerts = [f for f in timeline.facts if f.kind.startswith("alert.")]
    own = headline(timeline.incident, timeline.facts).fact
    shown = _lives([own] if own else []) | _lives(f for f in rows if f.kind.startswith("alert."))
    names = _names(alerts, shown)
    first = _of(alerts, _lives([own])) if own else []
    others = _of(alerts, shown - _lives([own] if own else []))
    yield "Alerts", [*_rows(timeline, first, names), *_rows(timeline, others, names)], _ALERTS
    tried = {one.change.id for one in course.tried} | {f.id for f in course.leadup}
    chosen = _lives(
        f for f in timeline.facts if f.id in tried or (f in rows and f.kind.startswith("deploy."))
    )
    changes = _of([f for f in timeline.facts if f.kind.startswith(_CHANGED)], chosen)
    yield "Changes", list(_rows(timeline, changes, _names(changes, chosen))), _CHANGES
    yield "Phases", list(_phases(course)), len(PHASES) + 1
    gaps = sorted(timeline.gaps, key=lambda gap: (gap.start, gap.end, gap.id))
    yield (
        "Gaps",
        [_bar(label(f"{g.source} {terms.reason(g.reason)}"), g.start, g.end, "crit, ") for g in gaps],
        _GAPS,
    )


#: A phase's name, and the points that it lies between; of several, the first that is known.
PHASES: tuple[tuple[str, tuple[str, ...], tuple[str, ...]], ...] = (
    ("Leadup", ("last change before",), (terms.MET,)),
    ("Detection", (terms.MET, terms.IMPACT_STARTED), ("firing",)),
    ("Response", ("firing", "first message"), (terms.CLEARED, terms.IMPACT_ENDED, "resolved")),
)


def _phases(course: Course) -> Iterator[str]:
    for name, starts, ends in PHASES:
        start, end = _first(course, starts), _first(course, ends)
        if start and end and end.earliest is not None:
            yield _bar(name, start.latest, end.earliest, "active, ")
    recovered = _first(course, PHASES[-1][2])
    over = course.claimed("incident.resolved") or course.told_over
    if recovered and over and over.earliest is not None and over.earliest > recovered.latest:
        yield _bar("Recovery", recovered.latest, over.earliest, "active, ")


def _first(course: Course, names: Sequence[str]) -> Fact | None:
    return next((point for name in names if isinstance(point := course.points[name], Fact)), None)


def _lives(facts: Iterable[Fact]) -> set[str]:
    return {fact.thread or fact.id for fact in facts}


def _of(facts: Iterable[Fact], lives: Collection[str | None]) -> list[Fact]:
    return [fact for fact in facts if (fact.thread or fact.id) in lives]


def _names(facts: Sequence[Fact], lives: Collection[str | None]) -> dict[str, str]:
    """Return what each life is called, by its thread: with what differs, where its name alone is not its own."""
    firsts: dict[str, Fact] = {}
    for fact in _of(facts, lives):
        firsts.setdefault(fact.thread or fact.id, fact)
    told = apart(firsts.values(), lambda fact: label(_called(fact)))
    alike = Counter(_bare(fact) for fact in firsts.values())
    return {
        life: label(
            f"{_bare(fact)} {told[fact.id].label}" if fact.id in told
            else _bare(fact) if alike[_bare(fact)] == 1 else _called(fact)
        )
        for life, fact in firsts.items()
    }  # fmt: skip


def _bare(fact: Fact) -> str:
    if name := alert_name(fact) or fact.names.get("name"):
        return str(name)
    kind = fact.kind.partition(".")[2] if fact.kind.startswith("change.") else "Deploy"
    what = next((fact.names[name] for name in ("deploy", "flag", "change") if name in fact.names), "")
    return f"{kind.capitalize() if kind != 'Deploy' else kind} {what}"


def _called(fact: Fact) -> str:
    more = (str(fact.names[name]) for name in ("labels", "environment", "service") if name in fact.names)
    return " ".join((_bare(fact), *more))


def _rows(timeline: Timeline, facts: Sequence[Fact], names: dict[str, str]) -> Iterator[str]:
    """Yield a bar for each state of each life, in order of time, and a point for an end that ends no bar."""
    held = [one for life in spans(facts, timeline.window, timeline.gaps).values() for one in life]
    bars = [one for one in held if one.state in _STATES]
    ended = {one.end.id for one in bars if one.end}
    points = [f for f in facts if f.kind.startswith(_CHANGED) and f.kind not in _BEGIN and f.id not in ended]
    drawn = [
        *((one.start, one.begin.id, _span(names[one.begin.thread or one.begin.id], one)) for one in bars),
        *((f.latest, f.id, _milestone(f"{names[f.thread or f.id]}{_verb(f)}", f)) for f in points),
    ]
    yield from (row for _, _, row in sorted(drawn))


def _span(name: str, one: Span) -> str:
    failed = " failed" if one.end is not None and one.end.kind == "deploy.failed" else ""
    tags = "done, " if one.state == "pending" else ""
    return _bar(f"{name}{_STATES[one.state]}{failed}{' →' if one.open else ''}", one.start, one.until, tags)


def _verb(fact: Fact) -> str:
    return f" {fact.kind.partition('.')[2].replace('_', ' ')}" if fact.kind.startswith("deploy.") else ""


def _milestone(name: str, fact: Fact) -> str:
    return f"    · {label(name)} :milestone, {_stamp(fact.latest)}, 0s\n"


def _bar(name: str, start: int, end: int, tags: str = "") -> str:
    # A first word of our own: Mermaid takes a row that begins with one of its keywords for that.
    end = max(end, start + NS)
    return f"    · {name} :{tags}{_stamp(start)}, {_stamp(end)}\n"


def _stamp(instant: int) -> str:
    return format_instant(instant - instant % NS).removesuffix("Z")
